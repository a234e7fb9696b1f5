"""Writing the next version of a procedure with two pairs of eyes: one officer proposes it, another publishes it.

Sources: procedures.md (published with a second approver); 行政许可法 art. 30 (what is published binds)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.core import refusal
from tongban.matters import models, queries
from tongban.matters.actions import publishing
from tongban.matters.actions.composing import BadPack, Draft, Texts, procedure_of
from tongban.people import queries as people

TEXT_BYTES_MAX = 500_000
EDITOR, APPROVER = "procedure_editor", "procedure_approver"
ROLES = {EDITOR: _("程序管理员（拟稿）"), APPROVER: _("程序管理员（批准）")}


class RoleMissing(refusal.Refusal):
    """Only who holds the grant may do so."""

    status = 403
    code = "procedure-role-missing"
    says = _("您没有“%(role)s”的授权，不能办理。请联系本机关授权管理人员")


class AlreadyDrafted(refusal.Refusal):
    """There is one draft of a procedure at a time."""

    code = "already-drafted"
    says = _("这个程序已有一份草稿。请在那份草稿上修改，或先放弃它")


class StaleDraft(refusal.Refusal):
    """Somebody saved the draft after this page was opened."""

    code = "stale-draft"
    says = _("您打开之后，这份草稿已被保存过。您写的内容还在下面，请对照新的内容再保存")


class NotOpen(refusal.Refusal):
    """A draft is changed while it is open, and decided while it is proposed."""

    code = "draft-not-open"
    says = _("这份草稿现在是“%(state)s”，不能这样办理")


class TooLong(refusal.Refusal):
    """A text nobody could read is no procedure."""

    status = 422
    code = "draft-too-long"
    says = _("每份文件最多 500 KB，请删去多余的内容")


class ReasonMissing(refusal.Refusal):
    """Who changes what binds everybody says why; whose draft is sent back is told why."""

    status = 422
    code = "draft-reason-missing"
    says = _("请写明理由")


class HasFaults(refusal.Refusal):
    """What the checker refuses is not put forward."""

    status = 422
    code = "draft-has-faults"
    says = _("检查没有通过（%(n)s 处），改好以后再提交批准")


class OwnDraft(refusal.Refusal):
    """Who proposed a draft may not publish it."""

    code = "own-draft"
    says = _("提交人不能批准自己的草稿，请由另一名程序管理员批准")


class Overtaken(refusal.Refusal):
    """A newer version was published after the draft was begun."""

    code = "draft-overtaken"
    says = _("起草之后又公布了新的版本（第 %(version)s 版），请放弃这份草稿，在新版本上重新修改")


@transaction.atomic
def begin(*, packs: Path, procedure_id: str, officer_id: int, at: datetime) -> int:
    """Begin a draft with the texts of the version that rules; its id.

    :raises RoleMissing, AlreadyDrafted, BadPack: see there.
    """
    name = _who(officer_id, EDITOR, at)
    procedure = publishing.procedure_in(packs=packs, procedure_id=procedure_id)
    version = publishing.record_procedure(procedure=procedure, at=at)
    if models.ProcedureDraft.objects.filter(procedure_id=procedure_id, state__in=queries.DRAFTED).exists():
        raise AlreadyDrafted()
    texts = procedure.texts
    row = models.ProcedureDraft.objects.create(
        procedure_id=procedure_id, base_version=version, document_text=texts.document, form_text=texts.form,
        flow_xml=texts.flow_xml, created_at=at, changed_at=at,
    )  # fmt: skip
    _note(row, "begin", officer_id, name, at)
    return row.id


@transaction.atomic
def save(*, draft_id: int, texts: Texts, reason: str, revision: int, officer_id: int, at: datetime) -> int:
    """Keep what was written; wrong content is kept, too, and told by the report. The new revision.

    :raises RoleMissing, NotOpen, StaleDraft, TooLong: see there.
    """
    name, row = _who(officer_id, EDITOR, at), _in_state(draft_id, str(models.DraftState.OPEN))
    if row.revision != revision:
        raise StaleDraft()
    written = {"document_text": texts.document, "form_text": texts.form, "flow_xml": texts.flow_xml}
    if any(len(text.encode()) > TEXT_BYTES_MAX for text in written.values()):
        raise TooLong()
    for field, text in (written | {"reason": reason.strip()[:400]}).items():
        setattr(row, field, text.replace("\r\n", "\n").replace("\x00", ""))
    row.revision, row.changed_at = revision + 1, at
    row.save()
    _note(row, "save", officer_id, name, at)
    return row.revision


@transaction.atomic
def propose(*, packs: Path, draft_id: int, officer_id: int, at: datetime) -> None:
    """Put a draft forward (提交批准).

    :raises RoleMissing, NotOpen, ReasonMissing, HasFaults, Overtaken: see there.
    """
    name, row = _who(officer_id, EDITOR, at), _in_state(draft_id, str(models.DraftState.OPEN))
    if not row.reason:
        raise ReasonMissing()
    _not_overtaken(row)
    if found := examined(packs=packs, procedure_id=row.procedure_id, texts=_texts(row), at=at).faults:
        raise HasFaults(n=len(found))
    row.state, row.proposed_by, row.changed_at = models.DraftState.PROPOSED, officer_id, at
    row.save()
    _note(row, "propose", officer_id, name, at)


@transaction.atomic
def send_back(*, draft_id: int, remark: str, officer_id: int, at: datetime) -> None:
    """Give a proposed draft back to be changed (退回).

    :raises RoleMissing, NotOpen, ReasonMissing: see there.
    """
    name, row = _who(officer_id, APPROVER, at), _in_state(draft_id, str(models.DraftState.PROPOSED))
    if not remark.strip():
        raise ReasonMissing()
    row.state, row.proposed_by, row.changed_at = models.DraftState.OPEN, None, at
    row.save()
    _note(row, "send_back", officer_id, name, at, remark.strip()[:400])


@transaction.atomic
def drop(*, draft_id: int, officer_id: int, at: datetime) -> None:
    """Give a draft up (放弃); what was written stays on record.

    :raises RoleMissing, NotOpen: see there.
    """
    name, row = _who(officer_id, EDITOR, at), _in_state(draft_id, str(models.DraftState.OPEN))
    row.state, row.changed_at = models.DraftState.DROPPED, at
    row.save()
    _note(row, "drop", officer_id, name, at)


@transaction.atomic
def approve(*, packs: Path, draft_id: int, officer_id: int, at: datetime) -> list[publishing.Published]:
    """Publish a proposed draft (批准公布): every matter of the procedure gets its next version, running cases keep theirs.

    :raises RoleMissing, NotOpen, OwnDraft, Overtaken, BadPack: see there.
    """
    name, row = _who(officer_id, APPROVER, at), _in_state(draft_id, str(models.DraftState.PROPOSED))
    if row.proposed_by == officer_id:
        raise OwnDraft()
    _not_overtaken(row)
    assert row.proposed_by is not None  # A check of the table says so, too.
    proposer = people.officer_by_id(row.proposed_by)
    done = publishing.publish_procedure(
        packs=packs, procedure=procedure_of(procedure_id=row.procedure_id, texts=_texts(row)), at=at, reason=row.reason,
        by=f"{proposer.name if proposer else row.proposed_by}、{name}",
    )  # fmt: skip
    row.state, row.decided_by, row.changed_at = models.DraftState.PUBLISHED, officer_id, at
    row.save()
    _note(row, "approve", officer_id, name, at)
    return done


def keep_played(*, draft_id: int, revision: int, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Keep how the scenarios of a revision ended, beside the draft."""
    models.ProcedureDraft.objects.filter(id=draft_id, revision=revision).update(
        played=list(outcomes), played_revision=revision
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """What stands against publishing: the matter or file it shows in, the place, the sentence."""

    matter: str
    where: str
    words: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft as the publication would see it; no definition where the texts cannot be read.

    :ivar path: edges that lead to the first fault of the flow, in order."""

    faults: tuple[Fault, ...]
    definition: queries.Definition | None = None
    path: tuple[str, ...] = ()


def examined(*, packs: Path, procedure_id: str, texts: Texts, at: datetime) -> Examined:
    """Check texts with every matter of the procedure; unreadable texts are a fault like any other."""
    try:
        drafts = publishing.drafts_of(packs=packs, procedure=procedure_of(procedure_id=procedure_id, texts=texts))
        faults = _faults_of_all(drafts, at)
        built = publishing.definition_of_draft(draft=drafts[0]) if drafts else None
    except BadPack as wrong:
        return Examined((Fault(*(str(wrong.params[name]) for name in ("file", "field", "reason"))),))
    except (KeyError, TypeError, AttributeError) as wrong:  # A key of procedure.yaml is missing or of another shape.
        return Examined((Fault(f"{procedure_id}/procedure.yaml", str(wrong), str(_("缺少这一项，或者写法不对"))),))
    if built is None or any(not fault.where.startswith("flow.bpmn") for fault in faults):
        return Examined(faults, built)
    findings = publishing.flow_findings(document=drafts[0].document, built=built)
    if any(finding.code == "too-large" for finding in findings):
        return Examined(faults)  # What the checker cannot walk is not drawn either.
    return Examined(faults, built, findings[0].path if findings else ())


def _faults_of_all(drafts: Sequence[Draft], at: datetime) -> tuple[Fault, ...]:
    """The same fault is told once, at the first matter that has it."""
    found: dict[tuple[str, str], str] = {}
    for draft in drafts:
        for where, words in publishing.faults(draft=draft, on=timezone.localdate(at)):
            found.setdefault((where, words), draft.document["code"])
    return tuple(Fault(code, where, words) for (where, words), code in found.items())


def put_on_trial(*, packs: Path, draft_id: int, first: date) -> None:
    """Let the matters of a draft rule from a day in the past, for scenarios; the caller takes it back.

    :raises BadPack: it cannot be read.
    """
    row = models.ProcedureDraft.objects.get(id=draft_id)
    for draft in publishing.drafts_of(packs=packs, procedure=procedure_of(procedure_id=row.procedure_id, texts=_texts(row))):
        publishing.put_on_trial(draft=draft, first=first)


def _texts(row: models.ProcedureDraft) -> Texts:
    return Texts(row.document_text, row.form_text, row.flow_xml)


def _in_state(draft_id: int, state: str) -> models.ProcedureDraft:
    row = models.ProcedureDraft.objects.select_for_update().filter(id=draft_id).first()
    if row is None:
        raise queries.NoSuchDraft()
    if row.state != state:
        raise NotOpen(state=models.DraftState(row.state).label)
    return row


def _not_overtaken(row: models.ProcedureDraft) -> None:
    newest = models.Procedure.objects.filter(id=row.procedure_id).order_by("-version").first()
    if newest is not None and newest.version != row.base_version:
        raise Overtaken(version=newest.version)


def _who(officer_id: int, role: str, at: datetime) -> str:
    """The name of the officer who holds the role on the day."""
    today = timezone.localdate(at)
    officer = people.officer_by_id(officer_id, today)
    if officer is None or role not in queries.studio_roles(officer_id, today):
        raise RoleMissing(role=ROLES[role])
    return officer.name


def _note(
    row: models.ProcedureDraft, act: str, officer_id: int, name: str, at: datetime, remark: str = ""
) -> None:
    models.DraftAct.objects.create(
        draft=row, at=at, act=act, officer_id=officer_id, officer_name=name, revision=row.revision, remark=remark
    )
