"""The register as documents that can be compared and kept, the proposals to change it, and what was changed.

Sources: 政府信息公开条例 art. 6 (a text is published as it is in force); STYLE.md 9 (recorded rows are only added)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy as _

from tongban.core import refusal
from tongban.law import models
from tongban.law.queries import register
from tongban.people import queries as people

ROLES = frozenset({"law_editor", "law_approver"})
RULE_FIELDS = (
    "id", "rule", "law_id", "n", "article", "effective_from", "effective_to", "is_date_verified", "trigger", "bound",
    "kind", "length", "value", "unit", "extension", "suspends", "on_lapse", "lapse", "quote", "source", "note",
)  # fmt: skip
SHOWN_MAX = 100
KNOWN_AFTER = timedelta(seconds=2 * register.FRESH_SECONDS)


class UnknownProposal(refusal.Refusal):
    """There is no such proposal."""

    status = 404
    code = "unknown-proposal"
    says = _("没有这个修改提案")


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as its page and the list show it."""

    id: UUID
    kind: str
    kind_words: str
    target: str
    title: str
    before: Mapping[str, Any]
    document: Mapping[str, Any]
    basis: str
    days: Sequence[Mapping[str, str]]
    moves: Mapping[str, int]
    proposed_by: int
    proposer: str
    proposed_at: datetime
    decision: str
    decision_words: str
    decider: str
    decided_at: datetime | None
    remark: str
    recomputed_at: datetime | None
    recomputed: Mapping[str, int] | None

    @property
    def is_open(self) -> bool:
        return self.decision == models.Decision.OPEN

    @property
    def moves_clocks(self) -> bool:
        """Whether carrying it out can move a clock at all."""
        return self.kind != models.ChangeKind.LAW


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of the register (修改记录)."""

    at: datetime
    title: str
    basis: str
    proposer: str
    approver: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    proposal_id: UUID | None


def law_roles(officer_id: int, on: date) -> frozenset[str]:
    """What the officer may do with the register on the day: law_editor, law_approver, both or nothing."""
    return frozenset(role for _organ, role, _matter in people.roles_of(officer_id, on)) & ROLES


def rule_document(rule: str) -> dict[str, Any]:
    """All versions of a rule, oldest first, in values that JSON knows; empty where there is no such rule."""
    return rule_documents([rule]).get(rule, {})


def rule_documents(rules: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """As `rule_document`, of the rules named or of all, in one statement."""
    rows = models.Period.objects.order_by("effective_from", "id")
    if rules is not None:
        rows = rows.filter(rule__in=rules)
    found: dict[str, dict[str, Any]] = {}
    for row in rows.values(*RULE_FIELDS):
        found.setdefault(row["rule"], {"periods": []})["periods"].append(plain(row))
    return found


def law_document(law_id: str) -> dict[str, Any]:
    """A law and the days its texts came into force; empty where there is no such law."""
    row = models.Law.objects.filter(id=law_id).values("name", "name_en", "kind", "number").first()
    if row is None:
        return {}
    versions = models.LawVersion.objects.filter(law_id=law_id).order_by("effective_from")
    return {"law": row, "versions": [{"from": str(each.effective_from), "note": each.note} for each in versions]}


def year_document(year: str) -> dict[str, Any]:
    """A year of the calendar with all its notices; empty where the calendar does not reach."""
    row = models.CalendarYear.objects.filter(year=int(year)).first()
    if row is None:
        return {}
    fields = ("notice", "published_on", "holidays", "worked", "no_longer_worked")
    notices = models.CalendarNotice.objects.filter(year_id=row.year).order_by("n").values(*fields)
    return {"year": row.year, "status": row.status, "notices": [plain(each) for each in notices]}


def plain(row: Any) -> Any:
    """The value as JSON gives it back."""
    return json.loads(json.dumps(row, cls=DjangoJSONEncoder))


def proposals(*, is_open: bool) -> list[ProposalRow]:
    """The proposals that wait, oldest first; or those that were decided, newest first."""
    rows = models.Proposal.objects.order_by("proposed_at" if is_open else "-decided_at")
    chosen = rows.filter(decision=models.Decision.OPEN) if is_open else rows.exclude(decision=models.Decision.OPEN)
    return [_proposal(row) for row in chosen[:SHOWN_MAX]]


def proposal(proposal_id: UUID) -> ProposalRow:
    """One proposal.

    :raises UnknownProposal: there is none.
    """
    row = models.Proposal.objects.filter(id=proposal_id).first()
    if row is None:
        raise UnknownProposal()
    return _proposal(row)


def to_recompute(now: datetime) -> list[ProposalRow]:
    """Approved changes whose clocks are still to be worked out; a second time when every process knows of them.

    A process may answer for a while from what it has read before: a clock it starts meanwhile is found in the
    second round.
    """
    rows = models.Proposal.objects.filter(
        decision=models.Decision.APPROVED, kind__in=[models.ChangeKind.NOTICE, models.ChangeKind.RULE]
    ).order_by("decided_at")
    return [
        _proposal(row) for row in rows
        if row.decided_at is not None
        and (row.recomputed_at is None or row.recomputed_at < row.decided_at + KNOWN_AFTER <= now)
    ]  # fmt: skip


def changes(*, kind: str, target: str) -> list[ChangeRow]:
    """The changes of a rule, a law or a year, newest first."""
    rows = models.Change.objects.filter(kind=kind, target=target).order_by("-at", "-id")[:SHOWN_MAX]
    return [
        ChangeRow(row.at, row.title, row.basis, row.proposer, row.approver, row.before, row.after, row.proposal_id)
        for row in rows
    ]


def codes_of(kind: str) -> list[tuple[str, str]]:
    """The codes of a kind (trigger, bound, unit …) with their words, by words."""
    rows = models.Word.objects.filter(id__startswith=f"{kind}.").order_by("words")
    return [(row.id.removeprefix(f"{kind}."), f"{row.words}　{row.id.removeprefix(f'{kind}.')}") for row in rows]


def _proposal(row: models.Proposal) -> ProposalRow:
    return ProposalRow(
        id=row.id, kind=row.kind, kind_words=models.ChangeKind(row.kind).label, target=row.target, title=row.title,
        before=row.before, document=row.document, basis=row.basis, days=row.days, moves=row.moves, proposed_by=row.proposed_by,
        proposer=row.proposer, proposed_at=row.proposed_at, decision=row.decision,
        decision_words=models.Decision(row.decision).label, decider=row.decider, decided_at=row.decided_at,
        remark=row.remark, recomputed_at=row.recomputed_at, recomputed=row.recomputed,
    )  # fmt: skip
