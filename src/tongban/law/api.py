"""The law over the API: rules, due days, courses of events to try out. Open to everybody.

Sources: OpenAPI 3.1."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from tongban.core import clock as clocks
from tongban.law import queries

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
