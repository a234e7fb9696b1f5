"""The law over the API: rules, due days, courses of events to try out, open to everybody; changes for its keepers.

Sources: OpenAPI 3.1."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from ninja.security import django_auth

from tongban.core import clock as clocks
from tongban.law import actions, queries
from tongban.people import queries as people

router = Router(tags=["law"], auth=None)

LIMIT = 300
DAYS_MAX = 365


class Course(Schema):
    """A course of events: what happens, counted from the filing."""

    course: str = Field("permit", max_length=40)
    filed_on: date
    correction_on_day: int | None = Field(None, ge=1, le=DAYS_MAX)
    corrected_after_days: int = Field(0, ge=0, le=DAYS_MAX)
    accepted_on_day: int = Field(0, ge=0, le=DAYS_MAX)
    stop_ground: str = Field("", max_length=20)
    stop_on_day: int = Field(1, ge=1, le=DAYS_MAX)
    stop_days: int = Field(0, ge=0, le=DAYS_MAX)
    is_extended: bool = False
    promised_working_days: int | None = Field(None, ge=1, le=DAYS_MAX)


@router.get("/periods", summary="Search the rules of the register")
def list_periods(
    request: HttpRequest, q: str = "", law: str = "", timed: bool | None = None
) -> dict[str, Any]:
    rows = queries.search(q[:100], law_id=law, is_timed=timed)
    return {"count": len(rows), "periods": [queries.row_as_document(row) for row in rows[:LIMIT]]}


@router.get(
    "/periods/{rule_id}",
    summary="A rule with all its versions; the one in force on a day comes first",
)
def get_period(request: HttpRequest, rule_id: str, on: date | None = None) -> dict[str, Any]:
    versions = queries.history(rule_id)
    chosen = queries.period_row(rule_id, on) if on else versions[-1]
    return {
        "period": queries.row_as_document(chosen),
        "versions": [queries.row_as_document(row) for row in versions],
    }


@router.get(
    "/periods/{rule_id}/due",
    summary="The last day of a rule begun on a day, with a reason for every day",
)
def get_due(
    request: HttpRequest,
    rule_id: str,
    trigger: date | datetime,
    extended: bool = False,
    explain: bool = Query(False),
    channel: str = Query("", max_length=12),
) -> dict[str, Any]:
    if isinstance(trigger, datetime) and trigger.tzinfo is None:
        trigger = trigger.replace(tzinfo=clocks.SHANGHAI)
    return queries.due_of_rule(rule_id, trigger, is_extended=extended, is_explained=explain, channel=channel)


@router.post("/simulate", summary="Try out a course of events: what is due when")
def post_simulation(request: HttpRequest, asked: Course) -> dict[str, Any]:
    given = asked.dict()
    course_id = given.pop("course")
    return queries.simulation_as_document(queries.simulate(course_id, clocks.Plan(**given)))


@router.get("/periods/{rule_id}/changes", summary="What was changed of a rule, newest first, by whom and on which basis")
def get_changes(request: HttpRequest, rule_id: str) -> dict[str, Any]:
    rule = queries.history(rule_id)[-1].rule
    rows = queries.changes(kind="rule", target=rule)
    fields = ("at", "title", "basis", "proposer", "approver", "before", "after")
    return {"changes": [{name: getattr(row, name) for name in fields} for row in rows]}


class Proposed(Schema):
    """A change of the register: a notice as in the packs, all versions of a rule, or a law with its days."""

    kind: Literal["notice", "rule", "law"]
    target: str = Field(max_length=60)
    title: str = Field(max_length=160)
    document: dict[str, Any]
    basis: str = Field(max_length=200)


class Decided(Schema):
    """What becomes of a proposal."""

    act: Literal["approve", "reject", "withdraw"]
    reason: str = Field("", max_length=400)


@router.get("/law/proposals", auth=django_auth, summary="The proposals that wait, and those decided")
def list_proposals(request: HttpRequest) -> dict[str, Any]:
    _officer(request)
    rows = [*queries.proposals(is_open=True), *queries.proposals(is_open=False)]
    return {"proposals": [_as_document(row) for row in rows]}


@router.post(
    "/law/proposals", auth=django_auth, response={201: dict[str, Any]},
    summary="Propose a change; the answer says how many open clocks it would move",
)  # fmt: skip
def post_proposal(request: HttpRequest, asked: Proposed) -> Status[dict[str, Any]]:
    given = asked.dict()
    given["document"] = queries.plain(
        queries.change_document(asked.kind, asked.document, queries.RULE_FIELDS)
    )
    if asked.kind == "notice":
        given["target"] = str(given["document"]["year"])
    made = actions.propose(**given, officer_id=_officer(request), at=timezone.now())
    return Status(201, _as_document(queries.proposal(made)))


@router.post("/law/proposals/{proposal_id}/decision", auth=django_auth, summary="Approve, turn back or withdraw")
def post_decision(request: HttpRequest, proposal_id: UUID, asked: Decided) -> dict[str, Any]:
    given: dict[str, Any] = {"proposal_id": proposal_id, "officer_id": _officer(request), "at": timezone.now()}
    if asked.act == "approve":
        actions.approve(**given)
    elif asked.act == "reject":
        actions.reject(**given, reason=asked.reason)
    else:
        actions.withdraw(**given)
    return _as_document(queries.proposal(proposal_id))


def _officer(request: HttpRequest) -> int:
    """The officer who asks.

    :raises queries.UnknownProposal: nobody who keeps the register; that there is anything is not told.
    """
    today = timezone.localdate()
    officer = people.officer_of(request.user.pk, today)
    if officer is None or not queries.law_roles(officer.id, today):
        raise queries.UnknownProposal()
    return officer.id


def _as_document(row: queries.ProposalRow) -> dict[str, Any]:
    fields = ("id", "kind", "target", "title", "basis", "days", "moves", "proposer", "proposed_at", "decision", "decider",
              "decided_at", "remark", "recomputed_at", "recomputed")  # fmt: skip
    return {name: getattr(row, name) for name in fields}
