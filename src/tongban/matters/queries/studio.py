"""Procedures with their versions and drafts, and what changed between two of them, for those who write them.

Sources: procedures.md (folder of a procedure); 行政许可法 art. 30 (what is published binds)."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from tongban.core import refusal
from tongban.matters import models
from tongban.people import queries as people

DRAFTED = (models.DraftState.OPEN, models.DraftState.PROPOSED)
ROLES = frozenset({"procedure_editor", "procedure_approver"})
FILES = (("document_text", "procedure.yaml"), ("flow_xml", "flow.bpmn"), ("form_text", "form.json"))
CONTEXT_LINES = 2


class NoSuchProcedure(refusal.Refusal):
    """There is no such procedure, or no such version of it."""

    status = 404
    code = "unknown-procedure"
    says = _("没有这个程序或者这个版本")


class NoSuchDraft(refusal.Refusal):
    """There is no such draft."""

    status = 404
    code = "unknown-draft"
    says = _("没有这份草稿")


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """A procedure as the list shows it: its newest version, its matters, its open draft."""

    id: str
    title: str
    title_en: str
    power: str
    version: int
    published_at: datetime
    matters: int
    draft_id: int | None
    draft_state: str


@dataclass(frozen=True, slots=True)
class ProcedureVersionRow:
    """A published version of a procedure, with its texts."""

    version: int
    published_at: datetime
    published_by: str
    reason: str
    digest: str
    document_text: str
    form_text: str
    flow_xml: str


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft of a procedure."""

    id: int
    procedure_id: str
    base_version: int
    state: str
    state_words: str
    revision: int
    document_text: str
    form_text: str
    flow_xml: str
    reason: str
    played: Sequence[Mapping[str, Any]] | None
    played_revision: int
    changed_at: datetime
    proposed_by: int | None

    @property
    def is_open(self) -> bool:
        return self.state == models.DraftState.OPEN

    @property
    def is_proposed(self) -> bool:
        return self.state == models.DraftState.PROPOSED

    @property
    def is_played(self) -> bool:
        """Whether the scenarios were played with what is written now."""
        return self.played is not None and self.played_revision == self.revision


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act on a draft."""

    at: datetime
    words: str
    officer_name: str
    revision: int
    remark: str


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a file that is new, gone, or stands beside one that is; ``kind`` is add, del, same or gap."""

    kind: str
    words: str


def studio_roles(officer_id: int, on: date) -> frozenset[str]:
    """What the officer may do with procedures on the day: procedure_editor, procedure_approver, both or nothing."""
    return frozenset(role for _organ, role, _matter in people.roles_of(officer_id, on)) & ROLES


def procedure_rows() -> tuple[ProcedureRow, ...]:
    """All procedures at their newest version, by id. Three SQL statements."""
    matters = dict(models.Matter.objects.values_list("procedure_id").annotate(n=Count("code")))
    drafts = {row.procedure_id: row for row in models.ProcedureDraft.objects.filter(state__in=DRAFTED)}
    newest = models.Procedure.objects.order_by("id", "-version").distinct("id")
    return tuple(_row(row, matters.get(row.id, 0), drafts.get(row.id)) for row in newest)


def procedure_row(procedure_id: str) -> ProcedureRow:
    """One procedure.

    :raises NoSuchProcedure: unknown.
    """
    for row in procedure_rows():
        if row.id == procedure_id:
            return row
    raise NoSuchProcedure()


def _row(row: models.Procedure, matters: int, draft: models.ProcedureDraft | None) -> ProcedureRow:
    title = row.document["title"]
    return ProcedureRow(
        row.id, title["zh"], title["en"], str(row.document.get("power", "")), row.version, row.published_at, matters,
        draft.id if draft else None, models.DraftState(draft.state).label if draft else "",
    )  # fmt: skip


def procedure_versions(procedure_id: str) -> tuple[ProcedureVersionRow, ...]:
    """The published versions, newest first.

    :raises NoSuchProcedure: unknown.
    """
    names = tuple(ProcedureVersionRow.__dataclass_fields__)
    rows = models.Procedure.objects.filter(id=procedure_id).order_by("-version").values_list(*names)
    if not rows:
        raise NoSuchProcedure()
    return tuple(ProcedureVersionRow(*row) for row in rows)


def draft_row(draft_id: int) -> DraftRow:
    """One draft.

    :raises NoSuchDraft: unknown.
    """
    row = models.ProcedureDraft.objects.filter(id=draft_id).first()
    if row is None:
        raise NoSuchDraft()
    return DraftRow(
        row.id, row.procedure_id, row.base_version, row.state, str(models.DraftState(row.state).label), row.revision,
        row.document_text, row.form_text, row.flow_xml, row.reason, row.played, row.played_revision, row.changed_at,
        row.proposed_by,
    )  # fmt: skip


def draft_trail(draft_id: int) -> tuple[ActRow, ...]:
    """What was done to a draft, newest first."""
    rows = models.DraftAct.objects.filter(draft_id=draft_id).order_by("-id")
    return tuple(ActRow(row.at, str(models.Act(row.act).label), row.officer_name, row.revision, row.remark) for row in rows)


def changes(procedure_id: str, version: int, against: int) -> Mapping[str, tuple[Change, ...]]:
    """What version changed, by file, against another one; files that are the same are left out.

    :raises NoSuchProcedure: one of them is unknown.
    """
    rows = {row.version: row for row in procedure_versions(procedure_id)}
    if version not in rows or against not in rows:
        raise NoSuchProcedure()
    return _between(rows[against], rows[version])


def changes_of_draft(draft: DraftRow) -> Mapping[str, tuple[Change, ...]]:
    """What a draft changes, by file, against the version it was begun from."""
    rows = {row.version: row for row in procedure_versions(draft.procedure_id)}
    return _between(rows[draft.base_version], draft)


def _between(old: ProcedureVersionRow, new: ProcedureVersionRow | DraftRow) -> dict[str, tuple[Change, ...]]:
    found = {}
    for field, name in FILES:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            found[name] = tuple(_lines(before.splitlines(), after.splitlines()))
    return found


def _lines(old: list[str], new: list[str]) -> Iterator[Change]:
    """The changed lines with the ones around them."""
    kinds = {"+": "add", "-": "del", " ": "same", "@": "gap"}
    for line in list(difflib.unified_diff(old, new, lineterm="", n=CONTEXT_LINES))[2:]:
        yield Change(kinds[line[0]], "" if line[0] == "@" else line[1:])
