"""Matters are published: a new version only when something changed, checked entire before it binds anybody.

Sources: 行政许可法 art. 30 (publication), 42 (no promise longer than the law)."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.core import case, clock, feel, flow, forms, refusal
from tongban.core.flow import check
from tongban.law import queries as law
from tongban.matters import models, queries
from tongban.matters.actions.composing import (
    BadPack,
    Draft,
    Procedure,
    Texts,
    drafts_in,
    procedure_of,
    procedures_in,
)

Progress = Callable[[str, int, int], None]
FIXED_LICENCE_PATHS = {"permits", "region", "year", "serial", "check"}


class AlreadyClosed(refusal.Refusal):
    """The matter is closed, or open, already."""

    code = "already_closed"
    says = _("这个事项已经是这个状态")


@dataclass(frozen=True, slots=True)
class Published:
    """A version in the catalogue; ``is_new`` when this publication made it."""

    matter_code: str
    version_id: int
    n: int
    is_new: bool


def load(*, packs: Path, progress: Progress, at: datetime) -> None:
    """Publish every matter of the packs whose content changed; loading twice changes nothing.

    :param progress: called with (what, done, total).
    :raises BadPack: nothing of the packs is published when one of them is wrong.
    """
    procedures = {key: ruling(procedure=procedure) for key, procedure in procedures_in(packs=packs).items()}
    drafts = list(drafts_in(packs=packs, procedures=procedures))
    with transaction.atomic():
        for procedure in procedures.values():
            record_procedure(procedure=procedure, at=at)
        for done, draft in enumerate(drafts, start=1):
            publish(draft=draft, at=at)
            progress("matters", done, len(drafts))


def drafts_of(*, packs: Path, procedure: Procedure) -> list[Draft]:
    """Every matter of the packs that is exercised by this procedure, composed but not published.

    :raises BadPack: with file, field and reason.
    """
    drafts = drafts_in(packs=packs, procedures={**procedures_in(packs=packs), procedure.id: procedure})
    return [draft for draft in drafts if draft.document["procedure"]["id"] == procedure.id]


def publish_procedure(
    *, packs: Path, procedure: Procedure, at: datetime, by: str = "", reason: str = ""
) -> list[Published]:
    """Publish a procedure with those of its matters whose content changed, all or none.

    :param by: proposer and approver, where people wrote it. :param reason: why it changes.
    :raises BadPack: with file, field and reason.
    """
    drafts = drafts_of(packs=packs, procedure=procedure)
    with transaction.atomic():
        record_procedure(procedure=procedure, at=at, by=by, reason=reason)
        return [publish(draft=draft, at=at) for draft in drafts]


def procedure_in(*, packs: Path, procedure_id: str) -> Procedure:
    """The procedure as it rules: the pack's, or the one published after it.

    :raises BadPack: unknown, or unreadable.
    """
    found = procedures_in(packs=packs).get(procedure_id)
    if found is None:
        raise BadPack(file=procedure_id, field="-", reason="没有这个程序")
    return ruling(procedure=found)


def ruling(*, procedure: Procedure) -> Procedure:
    """What the studio published on top of a pack stays when the same pack is loaded again."""
    rows = list(models.Procedure.objects.filter(id=procedure.id).order_by("version"))
    digests = [row.digest for row in rows]
    if _digest_of(procedure) not in digests[:-1] or _digest_of(procedure) == digests[-1]:
        return procedure
    return procedure_of(
        procedure_id=procedure.id, texts=Texts(rows[-1].document_text, rows[-1].form_text, rows[-1].flow_xml)
    )


def definition_of_draft(*, draft: Draft) -> queries.Definition:
    """The definition a draft would have.

    :raises BadPack: it cannot be read.
    """
    return _built(draft)


@transaction.atomic
def publish(*, draft: Draft, at: datetime) -> Published:
    """Publish a draft as the matter's next version, in force from the day, unless it equals the last one.

    :raises BadPack: with file, field and reason.
    """
    document = draft.document
    digest = _digest([document, draft.flow_xml, draft.form])
    models.Matter.objects.select_for_update().filter(code=document["code"]).first()
    last = models.MatterVersion.objects.filter(matter_id=document["code"]).order_by("-n").first()
    if last is not None and last.digest == digest:
        return Published(document["code"], last.id, last.n, is_new=False)
    today = timezone.localdate(at)
    _check(draft, today)
    _record_matter(draft)
    first = date.fromisoformat(document["published_on"])
    from_on = min(first, today) if last is None else max(today, last.effective_from)
    if last is not None:
        models.MatterVersion.objects.filter(id=last.id).update(effective_to=from_on)
    row = _write(draft, n=1 if last is None else last.n + 1, digest=digest, from_on=from_on)
    return Published(document["code"], row.id, row.n, is_new=True)


@transaction.atomic
def put_on_trial(*, draft: Draft, first: date) -> None:
    """Let a draft alone rule from a day in the past, for scenarios; the caller takes it back.

    :raises BadPack: it cannot be read.
    """
    _built(draft)
    _record_matter(draft)
    rows = models.MatterVersion.objects.filter(matter_id=draft.document["code"])
    n = 1 + (rows.aggregate(n=Max("n"))["n"] or 0)
    rows.update(effective_to=F("effective_from"))
    _write(draft, n=n, digest="", from_on=first)


def _write(draft: Draft, *, n: int, digest: str, from_on: date) -> models.MatterVersion:
    return models.MatterVersion.objects.create(
        matter_id=draft.document["code"], n=n, document=draft.document, flow_xml=draft.flow_xml, form=draft.form,
        digest=digest, published_on=from_on, effective_from=from_on,
    )  # fmt: skip


def close(*, matter_code: str) -> None:
    """Stop taking applications for a matter; cases that run go on.

    :raises queries.NoSuchMatter: unknown.
    :raises AlreadyClosed: it is closed.
    """
    _set_open(matter_code, False)


def reopen(*, matter_code: str) -> None:
    """Take applications again.

    :raises queries.NoSuchMatter: unknown.
    :raises AlreadyClosed: it is open.
    """
    _set_open(matter_code, True)


def _set_open(matter_code: str, is_open: bool) -> None:
    changed = models.Matter.objects.filter(code=matter_code, is_open=not is_open).update(is_open=is_open)
    if changed:
        return
    if models.Matter.objects.filter(code=matter_code).exists():
        raise AlreadyClosed()
    raise queries.NoSuchMatter()


def record_procedure(*, procedure: Procedure, at: datetime, by: str = "", reason: str = "") -> int:
    """Write down a procedure as its next version unless it equals the last one; the version it has now."""
    last = models.Procedure.objects.filter(id=procedure.id).order_by("-version").first()
    digest = _digest_of(procedure)
    if last is not None and last.digest == digest:
        return last.version
    row = models.Procedure.objects.create(
        id=procedure.id, version=last.version + 1 if last else 1, digest=digest,
        document=json.loads(_plain(procedure.document)), document_text=procedure.texts.document,
        form_text=procedure.texts.form, flow_xml=procedure.flow_xml, published_at=at, published_by=by, reason=reason,
    )  # fmt: skip
    return row.version


def _digest_of(procedure: Procedure) -> str:
    return _digest([procedure.document, procedure.flow_xml, procedure.form])


def _record_matter(draft: Draft) -> None:
    document = draft.document
    said = [
        *document["title"].values(), *document["summary"].values(), *draft.keywords,
        document["organ"]["name"]["zh"], document["region"]["name"], document["region"]["name_en"],
        *(part for place in document["region"]["path"] for part in place.values()),
        *(permit["permit"][language] for permit in document["departments"] for language in ("zh", "en")),
    ]  # fmt: skip
    models.Matter.objects.update_or_create(
        code=document["code"],
        defaults={
            "item": document["item"],
            "organ_code": document["organ"]["code"],
            "region_code": document["region"]["code"],
            "procedure_id": document["procedure"]["id"],
            "kind": document["procedure"]["kind"],
            "title": document["title"]["zh"],
            "title_en": document["title"]["en"],
            "words": " ".join(said).lower(),
        },
    )


# What a draft must satisfy before it binds anybody ----------------------------------------------------------------


def _check(draft: Draft, on: date) -> None:
    for field, reason in faults(draft=draft, on=on):
        raise BadPack(file=draft.file, field=field, reason=reason)


def faults(*, draft: Draft, on: date) -> list[tuple[str, str]]:
    """Return all that stands against publishing a draft on the day: where, and in words.

    :raises BadPack: it cannot be read at all.
    """
    built = _built(draft)
    found = [
        *_node_faults(built),
        *_number_faults(draft.document),
        *_clock_faults(draft.document, built, on),
        *_form_faults(draft.document, built),
    ]
    return found or list(_flow_faults(draft.document, built))  # Only a flow whose nodes are known can be walked.


def _built(draft: Draft) -> queries.Definition:
    """The definition of a draft, which proves that it can be read."""
    try:
        return queries.definition_from(draft.document, draft.flow_xml, draft.form, version_id=0, version=0)
    except KeyError as missing:
        raise BadPack(file=draft.file, field=missing.args[0], reason="缺少这一项") from missing
    except forms.BadForm as wrong:
        raise BadPack(file=draft.file, **wrong.params) from wrong
    except (flow.Unsupported, flow.NotXml) as wrong:
        raise BadPack(file=draft.file, field="flow.bpmn", reason=str(wrong)) from wrong
    except feel.NotFeel as wrong:
        raise BadPack(file=draft.file, field="needed_if", reason=str(wrong)) from wrong


def _node_faults(built: queries.Definition) -> Iterator[tuple[str, str]]:
    tasks = {node.id for node in built.graph.tasks()}
    for node in sorted(tasks - set(built.nodes)):
        yield f"nodes.{node}", "流程图里有这个环节，程序里没有写谁来办"
    for node in sorted(set(built.nodes) - tasks):
        yield f"nodes.{node}", "程序里写了这个环节，流程图里没有"
    for rule in built.nodes.values():
        if rule.role not in built.roles:
            yield f"nodes.{rule.node}.role", f"没有角色 {rule.role}"
    for role in sorted({role for pair in built.exclusive for role in pair} - set(built.roles)):
        yield "exclusive", f"没有角色 {role}"
    for task in built.graph.tasks():
        if task.repeat and not built.collections.get(task.repeat.collection):
            yield f"nodes.{task.id}", f"名单 {task.repeat.collection} 是空的"


def _flow_faults(document: dict[str, Any], built: queries.Definition) -> Iterator[tuple[str, str]]:
    for finding in flow_findings(document=document, built=built):
        yield f"flow.bpmn {finding.element}", finding.says()


def flow_findings(*, document: dict[str, Any], built: queries.Definition) -> tuple[check.Finding, ...]:
    """A flow that can get stuck, skip a clock or outlast the law is not published."""
    nodes = built.nodes.values()
    facts = check.Facts(
        roles={rule.node: rule.role for rule in nodes},
        outcomes={rule.node: _outcomes(rule) for rule in nodes},
        writers=frozenset(rule.node for rule in nodes if "supplement" in rule.acts),
        limits={rule.node: rule.limit_working_days for rule in nodes if rule.limit_working_days},
        spans=tuple(
            check.Span(rule.title, document["statutory_working_days"], _leaving(built, {rule.starts_with}),
                      _leaving(built, set(rule.ends_with)))
            for rule in built.clocks if rule.period_id == document["statutory_period"]
        ),
    )
    return check.check(built.graph, facts)


def _outcomes(rule: queries.NodeRule) -> tuple[str, ...]:
    fixed = (case.OUTCOME_OF.get(act) for act in rule.acts)
    return (*(outcome.id for outcome in rule.outcomes), *(one for one in fixed if one))


def _leaving(built: queries.Definition, kinds: set[str]) -> frozenset[str]:
    """The nodes one of whose acts leaves an event of these kinds."""
    return frozenset(
        rule.node for rule in built.nodes.values() if any(case.EVENT_OF.get(act) in kinds for act in rule.acts)
    )


def _number_faults(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    promised, statutory = document["promised_working_days"], document["statutory_working_days"]
    if promised > statutory:
        yield "promised_working_days", f"承诺 {promised} 个工作日，长于法定的 {statutory} 个工作日"
    codes_given = [row["code"] for row in document["materials"]]
    if len(set(codes_given)) != len(codes_given):
        yield "materials", "材料编码有重复"
    for row in document["materials"]:
        if row["source"] == "upload" and not (row.get("accept") and row.get("bytes_max")):
            yield f"materials.{row['code']}", "上传的材料要写明格式 accept 和大小 bytes_max"


def _clock_faults(document: dict[str, Any], built: queries.Definition, on: date) -> Iterator[tuple[str, str]]:
    """Every clock stands on a rule of the law in force, and the statutory days shown are those of the rule."""
    for rule in built.clocks:
        if rule.period_id is None:
            continue
        try:
            period = law.period(rule.period_id, on)
        except (law.UnknownRule, clock.LawNotInForce) as wrong:
            yield f"clocks.{rule.name}", str(wrong)
            continue
        said = document["statutory_working_days"]
        if rule.period_id == document["statutory_period"] and (period.unit, period.length) != (clock.Unit.WORKING_DAY, said):
            yield "statutory", f"写的是 {said} 个工作日，与{period.law}第{period.article}条不符"


def _form_faults(document: dict[str, Any], built: queries.Definition) -> Iterator[tuple[str, str]]:
    names = {field.name for field in built.form.fields()}
    for rule in built.materials:
        for name in forms.mentioned(rule.needed_if):
            if name not in names:
                yield f"materials.{rule.code}.needed_if", f"表单里没有 {name}"
    licence = document.get("licence")
    for row in licence["fields"] if licence else ():
        kind, _dot, name = row["from"].partition(".")
        if kind not in FIXED_LICENCE_PATHS and name not in names:
            yield f"licence.fields.{row['id']}", f"表单里没有 {name}"


def _digest(content: list[Any]) -> str:
    return hashlib.sha256(_plain(content).encode()).hexdigest()


def _plain(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
