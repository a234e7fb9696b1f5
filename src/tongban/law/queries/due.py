"""Due days of rules and of courses of events, in plain values: what the command, the API and the pages tell.

Sources: 民法典 art. 200-204; 行政许可法 art. 32, 42, 44, 45."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from tongban.core import clock as clocks
from tongban.law.queries import catalogue, register


def due_of_rule(
    rule_id: str, trigger: datetime | date, *, is_extended: bool = False, is_explained: bool = False, channel: str = ""
) -> dict[str, Any]:
    """The last day of a rule of the register, begun by the trigger: what `tongban law due` prints.

    A rule that sets no time has no last day: nominal and last_day are null.

    :param channel: how the trigger came in, where it is a moment: outside office hours it may count for a later day.
    :raises UnknownRule, clocks.LawNotInForce, clocks.ExtensionNotInLaw, work.NoCalendar: as they are named.
    """
    row = register.period_row(rule_id, clocks.civil_day(trigger))
    rule = row.period
    told: dict[str, Any] = {
        "rule": rule.id,
        "law": rule.law,
        "article": rule.article,
        "cite": row.cite,
        "kind": rule.kind,
        "length": rule.length,
        "unit": rule.unit,
        "trigger": clocks.civil_day(trigger).isoformat(),
        "extended": is_extended,
        "nominal": None,
        "last_day": None,
        "due_at": None,
        "provisional": False,
        "source": rule.source,
        "verified": row.is_verified,
    }
    if not row.is_timed:
        return told | ({"days": []} if is_explained else {})
    hours, received_on = _received(rule, trigger, channel)
    counted = received_on or trigger
    told["received_on"] = clocks.civil_day(counted).isoformat()
    due = clocks.term(rule, register.calendar(), counted, extended=is_extended)
    told |= {
        "nominal": due.nominal_on.isoformat(),
        "last_day": due.last_on.isoformat(),
        "due_at": due.due_at.isoformat() if due.due_at else None,
        "provisional": due.provisional,
    }
    if is_explained:
        told["days"] = [day_as_document(each) for each in days_of_rule(rule, trigger, is_extended, received_on, hours)]
    return told


def _received(
    rule: clocks.Period, trigger: datetime | date, channel: str
) -> tuple[clocks.Reception | None, date | None]:
    """The office hours that hold for the trigger, and the later day it counts for."""
    if not channel or not isinstance(trigger, datetime) or rule.unit == clocks.Unit.HOUR:
        return None, None
    hours = register.reception(channel, clocks.civil_day(trigger))
    return hours, hours.received_on(trigger, register.calendar()) if hours else None


def days_of_rule(
    rule: clocks.Period,
    trigger: datetime | date,
    is_extended: bool = False,
    received_on: date | None = None,
    hours: clocks.Reception | None = None,
) -> tuple[clocks.DayRow, ...]:
    """Every day of a rule from its trigger on, seen from before it; none for a rule that does not count forward."""
    if rule.kind in {"before", "date"} or rule.length is None or rule.unit not in set(clocks.Unit):
        return ()
    moment = trigger if isinstance(trigger, datetime) else clocks.at_midnight(trigger)
    length, unit = clocks.length_of(rule)
    more = clocks.extension_length(rule) if is_extended else 0
    clock = clocks.Clock(rule.kind, rule.id, unit, length, moment, extended=more, received_on=received_on)
    return clocks.explain(clock, register.calendar(), clocks.civil_day(moment) - clocks.ONE_DAY, hours)


def day_as_document(row: clocks.DayRow) -> dict[str, Any]:
    """A day of an explanation in values that JSON knows."""
    return {
        "day": row.day.isoformat(),
        "kind": str(row.kind),
        "counted": row.counted,
        "number": row.number,
        "reason": str(row.reason),
        "words": row.words,
        "document": row.document,
        "is_trigger": row.is_trigger,
        "is_after_hours": row.is_after_hours,
        "is_today": row.is_today,
        "is_nominal": row.is_nominal,
        "is_due": row.is_due,
        "is_provisional": row.is_provisional,
    }


def row_as_document(row: register.PeriodRow) -> dict[str, Any]:
    """A version of a rule in values that JSON knows: every field of the register."""
    rule, given = row.period, row.period.extension
    return {
        "id": rule.id,
        "rule": row.rule,
        "law": rule.law,
        "article": rule.article,
        "cite": row.cite,
        "effective_from": rule.effective_from and rule.effective_from.isoformat(),
        "effective_to": rule.effective_to and rule.effective_to.isoformat(),
        "effective_date_verified": row.is_date_verified,
        "trigger": rule.trigger,
        "bound": rule.bound,
        "kind": rule.kind,
        "length": rule.length,
        "value": rule.value,
        "unit": rule.unit,
        "extension": given and asdict(given),
        "suspends": list(rule.suspends),
        "on_lapse": rule.on_lapse,
        "lapse": rule.lapse and str(rule.lapse),
        "quote": rule.quote,
        "source": rule.source,
        "verified": row.is_verified,
        "note": rule.note,
    }


@dataclass(frozen=True, slots=True)
class Simulation:
    """What comes of a course of events, with the rules it follows."""

    course: catalogue.CourseRow
    outlook: clocks.Outlook
    accept: register.PeriodRow | None
    decide: register.PeriodRow
    deliver: register.PeriodRow | None


def simulate(course_id: str, plan: clocks.Plan) -> Simulation:
    """What comes of a course of events by the versions of the rules in force when it begins.

    :raises catalogue.UnknownCourse: there is no such course.
    :raises clocks.LawNotInForce, clocks.GroundNotInLaw, clocks.ExtensionNotInLaw, NoCalendar: as they are named.
    """
    course = catalogue.course(course_id)
    accept, decide, deliver = (
        register.period_row(rule, plan.filed_on) if rule else None
        for rule in (course.accept, course.decide, course.deliver)
    )
    assert decide is not None, "a course has a rule for its decision"
    rules = clocks.Rules(
        accept=accept.period if accept else None,
        decide=decide.period,
        deliver=deliver.period if deliver else None,
    )
    outlook = clocks.outlook(plan, rules, register.calendar())
    return Simulation(course, outlook, accept, decide, deliver)


def simulation_as_document(found: Simulation) -> dict[str, Any]:
    """A simulation in values that JSON knows."""
    due, promised = found.outlook.due, found.outlook.promised
    return {
        "course": found.course.id,
        "rules": {
            name: row.period.id
            for name, row in (
                ("accept", found.accept),
                ("decide", found.decide),
                ("deliver", found.deliver),
            )
            if row is not None
        },
        "moments": [
            {"kind": str(each.kind), "on": each.on.isoformat(), "provisional": each.is_provisional}
            for each in found.outlook.moments
        ],
        "nominal": due.nominal_on.isoformat(),
        "last_day": due.last_on.isoformat(),
        "promised": promised.last_on.isoformat() if promised else None,
        "provisional": due.provisional,
        "budget": due.budget,
        "days": [day_as_document(row) for row in found.outlook.rows],
    }
