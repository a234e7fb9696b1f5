"""How long it takes, worked out on a day: accepted today, promised then, at the latest by law then, and why.

Sources: 行政许可法 art. 42, 45, 82; the calendar of the law folder."""

from dataclasses import dataclass
from datetime import date

from tongban.core import clock
from tongban.core.calendar import DayKind
from tongban.law import queries as law
from tongban.matters.queries.definition import Definition


@dataclass(frozen=True, slots=True)
class Example:
    """An application accepted on a day: its due days, every day between, and what was left out or put in."""

    accepted_on: date
    promised_on: date
    legal_on: date
    promised_days: int
    period: clock.Period
    cite: str
    rows: tuple[clock.DayRow, ...]
    holidays: tuple[str, ...]
    worked_weekends: int
    is_provisional: bool


def example(found: Definition, on: date) -> Example:
    """The example of a matter for an acceptance on the day, or the next day the office is open.

    :raises law.NoCalendarYet: no calendar was taken in.
    """
    calendar = law.calendar()
    accepted = calendar.roll(on)
    rule = next(rule for rule in found.clocks if rule.name == "statutory")
    promise = next(rule for rule in found.clocks if rule.working_days)
    assert rule.period_id
    assert promise.working_days
    period = law.period(rule.period_id, accepted)
    at = clock.at_midnight(accepted)
    statutory = clock.start(period, name=rule.name, at=at)
    promised = clock.promise(name=promise.name, working_days=promise.working_days, at=at)
    due, due_promised = (clock.due(one, calendar, accepted) for one in (statutory, promised))
    rows = clock.explain(statutory, calendar, accepted)
    return Example(
        accepted_on=accepted,
        promised_on=due_promised.last_on,
        legal_on=due.last_on,
        promised_days=promise.working_days,
        period=period,
        cite=clock.cite(period.law, period.article),
        rows=rows,
        holidays=tuple(dict.fromkeys(row.words for row in rows if row.kind is DayKind.HOLIDAY and row.words)),
        worked_weekends=sum(row.kind is DayKind.WORKED_WEEKEND for row in rows),
        is_provisional=due.provisional,
    )
