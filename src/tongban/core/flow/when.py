"""When a timer of the flow is due: a duration, a number of working days, or a point in time.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clause 10.5.5.5 (timer events); ISO 8601 durations as W3C XML Schema 1.1
part 2 writes them; 民法典 art. 201-203 (counting of days)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from tongban.core import calendar as work
from tongban.core import clock, feel, refusal
from tongban.core.feel.values import Months
from tongban.core.flow.graph import Node

LIMITS = "limits"  # The name under which a timer's expression finds the limits of the steps.
DAYS_MAX = 3_660  # Ten years: no statutory period of this kind is longer.


class NoMoment(refusal.Refusal):
    """The expression of the timer gives no time."""

    code = "no-moment"
    says = "流程在“%(element)s”处的时间算不出来：%(text)s。"


def due_at(node: Node, data: Mapping[str, object], *, at: datetime, calendar: work.Calendar,
           limits: Mapping[str, int]) -> datetime:
    """The moment the timer of the node fires, armed at `at`. Working days end with their last day.

    :raises NoMoment: the expression is null, of another kind, or out of bounds."""
    assert node.timer is not None
    data = {**data, LIMITS: dict(limits)}
    value = feel.evaluate(node.timer.expression, data, at=at)
    moment = _moment(value, at) if node.timer.is_date else _after(value, node, at, calendar)
    if moment is None:
        raise NoMoment(element=node.name or node.id, text=node.timer.expression.text)
    return moment


def _moment(value: feel.Value, at: datetime) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=clock.SHANGHAI)
    return clock.at_midnight(value) if isinstance(value, date) else None


def _after(value: feel.Value, node: Node, at: datetime, calendar: work.Calendar) -> datetime | None:
    assert node.timer is not None
    if node.timer.is_in_working_days:
        return _after_working_days(value, at, calendar)
    if isinstance(value, timedelta):
        return at + value if abs(value.days) <= DAYS_MAX else None
    if isinstance(value, Months) and abs(value.months) <= DAYS_MAX // 30:
        here = at.astimezone(clock.SHANGHAI)
        day = clock.months_after(here.date(), value.months)
        return datetime.combine(day, here.timetz())
    return None


def _after_working_days(value: feel.Value, at: datetime, calendar: work.Calendar) -> datetime | None:
    days = value.days if isinstance(value, timedelta) and value == timedelta(value.days) else value
    if isinstance(days, Decimal) and days == days.to_integral_value():
        days = int(days)
    if not isinstance(days, int) or not 0 < days <= DAYS_MAX:
        return None
    last_on = clock.due(clock.promise(name="timer", working_days=days, at=at), calendar, at).last_on
    return clock.at_midnight(last_on + clock.ONE_DAY)
