"""Lists of cases: the citizen's own, the officer's desk, the supervisor's view."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from tongban.cases import models
from tongban.cases.queries import sight, single
from tongban.core import case as core
from tongban.law import queries as law
from tongban.matters import queries as matters
from tongban.people import queries as people

ROWS_MAX = 200
NEAR_DAYS = 2


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list, with its two limits.

    :ivar left: working days left to the statutory limit today; negative when past it; None before acceptance.
    """

    region_code: str
    ref: str
    number: str
    title: str
    title_en: str
    subject: str
    status: core.Status
    outcome: str
    filed_at: datetime
    promised_on: date | None
    statutory_on: date | None
    is_paused: bool
    is_provisional: bool
    left: int | None
    organ_name: str
    acceptance_on: date | None = None  # by when it must be accepted or corrections asked for, while that is open
    budget: int | None = None  # working days of the statutory limit, extension included
    promised_budget: int | None = None
    is_over_promise: bool = False

    @property
    def used(self) -> int:
        """How many of the working days are used today."""
        return (self.budget or 0) - max(self.left or 0, 0)

    @property
    def urgency(self) -> str:
        """How the clock is drawn: red past the law, pause, warn near it or past the promise."""
        if self.is_paused:
            return "pause"
        if self.left is not None and self.left < 0:
            return "red"
        return "warn" if self.is_over_promise or (self.left is not None and self.left <= NEAR_DAYS) else ""


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A task on an officer's list."""

    case: CaseRow
    token_n: int
    node_title: str
    node_title_en: str
    role: str
    due_on: date | None
    assignee_id: int | None
    is_mine: bool
    is_signed: bool
    signed: int
    officers: int
    is_silent: bool = False

    @property
    def is_open_to_me(self) -> bool:
        """Whether the officer who asked can go on with it now."""
        return not self.is_signed and not self.is_silent and (self.is_mine or self.assignee_id is None)


def any_case() -> bool:
    """Whether there is a case at all: the sample is made only where there is none."""
    return models.Case.objects.exists()


def earlier_act(*, key: str, viewer: sight.Viewer, region_code: str, case_id: int) -> str:
    """Return the act this officer already did on this case with this key, or an empty word."""
    done = models.DoneKey.objects.filter(
        region_code=region_code, key=key, case_id=case_id, actor_id=str(viewer.officer_id)
    )
    return done.values_list("act", flat=True).first() or ""


def my_cases(*, viewer: sight.Viewer, today: date) -> list[CaseRow]:
    """Return the applicant's own cases, newest first. Two SQL statements."""
    if not viewer.person_id:
        return []
    cases = _with_limits(models.Case.objects.filter(applicant_id=viewer.person_id))
    return _rows(cases.order_by("-filed_at")[:ROWS_MAX], today)


def watched(*, viewer: sight.Viewer, today: date) -> list[CaseRow]:
    """Return the open cases a supervisor watches, least legal time first. Two SQL statements."""
    if not viewer.regions:
        return []
    cases = _with_limits(models.Case.objects.filter(sight.visible_to(viewer), closed_at=None))
    return _rows(cases.order_by("statutory_on", "filed_at")[:ROWS_MAX], today)


def rows_of(
    *, keys: list[tuple[str, int]], viewer: sight.Viewer, today: date
) -> dict[tuple[str, int], CaseRow]:
    """Return those of the cases with these (region code, case id) that the viewer may see. Two statements."""
    if not keys:
        return {}
    cases = list(_with_limits(models.Case.objects.filter(sight.visible_to(viewer), pk__in=keys)))
    return {(case.region_code, case.id): row for case, row in zip(cases, _rows(cases, today), strict=True)}


def desk(*, viewer: sight.Viewer, today: date) -> list[DeskRow]:
    """Return the tasks this officer may take, least legal time first; paused ones sink. Three statements."""
    tokens = list(_tokens_for(viewer)[:ROWS_MAX])
    if not tokens:
        return []
    wanted = Q(pk__in=[(token.region_code, token.case_id) for token in tokens])
    cases = list(_with_limits(models.Case.objects.filter(wanted)))
    shown = {(case.region_code, case.id): (case, row) for case, row in zip(cases, _rows(cases, today), strict=True)}
    rows = [
        _desk_row(token, case, row, viewer)
        for token in tokens
        for case, row in (shown[token.region_code, token.case_id],)
        if viewer.may_take(organ_code=token.organ_code, role=token.role, matter_code=case.matter_code)
        and case.closed_at is None
    ]
    return sorted(rows, key=_urgency)


def _tokens_for(viewer: sight.Viewer) -> QuerySet[models.Token]:
    """Return the open tasks of the officer's duties, those with the least legal time first."""
    mine = Q(pk__in=[])
    for organ, role in sorted({(organ, role) for organ, role, _matter in viewer.duties}):
        mine |= Q(organ_code=organ, role=role)
    limit = models.Clock.objects.filter(
        region_code=OuterRef("region_code"), case_id=OuterRef("case_id"), name="statutory", is_paused=False
    )
    tokens = models.Token.objects.filter(mine, Q(closed_at=None) | Q(is_silent=True))
    return tokens.annotate(limit_on=Subquery(limit.values("last_on")[:1])).order_by(
        F("limit_on").asc(nulls_last=True), "opened_at", "case_id", "n"
    )


def _desk_row(token: models.Token, case: models.Case, row: CaseRow, viewer: sight.Viewer) -> DeskRow:
    rule = matters.definition(case.version_id).nodes[token.node]
    return DeskRow(
        case=row, token_n=token.n, node_title=rule.title, node_title_en=rule.title_en, role=token.role,
        due_on=token.due_on, assignee_id=token.assignee_id, is_mine=token.assignee_id == viewer.officer_id,
        is_signed=viewer.officer_id in token.signed, signed=len(token.signed), officers=rule.officers,
        is_silent=token.is_silent,
    )


def _urgency(row: DeskRow) -> tuple[bool, int, datetime]:
    left = row.case.left
    return (row.case.is_paused, 10_000 if left is None else left, row.case.filed_at)


def _with_limits(cases: QuerySet[models.Case]) -> QuerySet[models.Case]:
    clock = models.Clock.objects.filter(region_code=OuterRef("region_code"), case_id=OuterRef("id"))
    statutory, promised = clock.filter(name="statutory"), clock.filter(name="promised")
    return cases.annotate(
        statutory_on=Subquery(statutory.values("last_on")[:1]),
        statutory_ended_on=Subquery(statutory.values("ended_on")[:1]),
        is_paused=Subquery(statutory.values("is_paused")[:1]),
        is_provisional=Subquery(statutory.values("is_provisional")[:1]),
        budget=Subquery(statutory.values(total=F("budget") + F("extended"))[:1]),
        promised_on=Subquery(promised.values("last_on")[:1]),
        promised_budget=Subquery(promised.values("budget")[:1]),
        acceptance_on=Subquery(clock.filter(name="acceptance", ended_on=None).values("last_on")[:1]),
    )


def _rows(cases: Iterable[models.Case], today: date) -> list[CaseRow]:
    found = cases if isinstance(cases, list) else list(cases)
    organs = people.organs_named(case.organ_code for case in found)
    return [_row(case, organs[case.organ_code].name, today) for case in found]


def _row(case: models.Case, organ_name: str, today: date) -> CaseRow:
    definition = matters.definition(case.version_id)
    limit = case.statutory_on
    is_open = limit is not None and case.statutory_ended_on is None
    return CaseRow(
        region_code=case.region_code, ref=str(case.ref), number=single.number(case.region_code, case.id),
        title=definition.title, title_en=definition.title_en, subject=case.subject,
        status=core.Status(case.status), outcome=case.outcome, filed_at=case.filed_at,
        promised_on=case.promised_on,
        statutory_on=limit,
        is_paused=bool(case.is_paused),
        is_provisional=bool(case.is_provisional),
        left=_left(limit, today) if is_open else None,
        organ_name=organ_name,
        acceptance_on=case.acceptance_on,
        budget=case.budget,
        promised_budget=case.promised_budget,
        is_over_promise=bool(is_open and case.promised_on and today > case.promised_on),
    )


def _left(limit: date, today: date) -> int:
    calendar = law.calendar()
    if today <= limit:
        return calendar.count_between(today, limit)
    return -calendar.count_between(limit, today)
