"""Counting: from a clock to its due day, and the reason of every day on the way.

Sources: 民法典 art. 201 (trigger day), 202 (months), 203 (last day); 行政许可法 art. 45, 82; 行政复议法 art. 88."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tongban.core import calendar as work
from tongban.core.clock import face, period, reception
from tongban.core.clock.face import ONE_DAY, ONE_HOUR, DayReason
from tongban.core.clock.period import Unit

MONTHS_OF_A_YEAR = 12
MONTHS_IN: Mapping[Unit, int] = {Unit.MONTH: 1, Unit.YEAR: MONTHS_OF_A_YEAR}
LATE_ROWS_MAX = 400  # An explanation follows a clock so long past its end, and then stops.


def due(clock: face.Clock, calendar: work.Calendar, as_of: datetime | date) -> face.Due:
    """Where the clock stands on the day; a clock that is paused is due as if it went on the day after.

    :raises NoCalendar: the count leaves the calendar.
    """
    if clock.unit is Unit.HOUR:
        return _due_in_hours(clock, as_of)
    today = _until(clock, face.civil_day(as_of))
    run = _run(clock, calendar, today)
    if today > run.last_on:
        used, left = run.total, -_count(clock, calendar, run.last_on, today)
    elif today > run.nominal_on:
        used, left = run.total, 0
    else:
        used = elapsed(clock, calendar, today)
        left = run.total - used
    return face.Due(
        nominal_on=run.nominal_on,
        last_on=run.last_on,
        due_at=None,
        provisional=_is_provisional(clock, calendar, run),
        budget=run.total,
        used=used,
        left=left,
        state=state(clock, as_of),
    )


def state(clock: face.Clock, as_of: datetime | date) -> face.ClockState:
    """Whether the clock goes on the day."""
    today = face.civil_day(as_of)
    if clock.ended_on is not None and clock.ended_on <= today:
        return face.ClockState.ENDED
    if any(stop.first_day <= today <= (stop.last_day or today) for stop in clock.stops):
        return face.ClockState.PAUSED
    return face.ClockState.RUNNING


def trigger_day(clock: face.Clock, as_of: datetime | date) -> date:
    """The day from which the clock counts: of the filing, or of the latest corrected one."""
    return _origin(clock, face.civil_day(as_of))[0]


def elapsed(clock: face.Clock, calendar: work.Calendar, as_of: datetime | date) -> int:
    """How many days have counted so far, whatever the budget: also the days for which a surcharge accrues."""
    today = _until(clock, face.civil_day(as_of))
    anchor = _origin(clock, today)[1]
    if today <= anchor:
        return 0
    stopped = sum(
        _count(clock, calendar, first - ONE_DAY, min(last, today))
        for first, last in _gaps(clock, anchor, today)
        if first <= today
    )
    return _count(clock, calendar, anchor, today) - stopped


def explain(
    clock: face.Clock, calendar: work.Calendar, as_of: datetime | date, hours: reception.Reception | None = None
) -> tuple[face.DayRow, ...]:
    """One row a day from the trigger to the last day, or to today where that is later and the clock goes on.

    :param hours: the office hours of what began it, where the rows are to say that it came outside them.

    The counted rows up to today are as many as `due` says are used; all of them are the budget of a clock that runs.
    """
    today = face.civil_day(as_of)
    until = _until(clock, today)
    run = _hour_run(clock) if clock.unit is Unit.HOUR else _run(clock, calendar, until)
    start = face.civil_day(clock.started_at)
    is_late = hours is not None and hours.is_after_hours(clock.started_at, calendar)
    end = max(run.last_on, min(until, run.last_on + LATE_ROWS_MAX * ONE_DAY))
    numbers = {DayReason.COUNTED: 0, DayReason.LATE: 0}
    rows = []
    for ordinal in range(start.toordinal(), end.toordinal() + 1):
        day = date.fromordinal(ordinal)
        reason, words, document = _reason(clock, calendar, run, day, until)
        if reason in numbers:
            numbers[reason] += 1
        rows.append(
            face.DayRow(
                day=day,
                kind=calendar.kind(day),
                counted=reason is DayReason.COUNTED,
                number=numbers.get(reason),
                reason=reason,
                words=words,
                document=document,
                is_trigger=day in {clock.received_on or start, run.trigger},
                is_after_hours=day == start and (is_late or clock.received_on is not None),
                is_today=day == today,
                is_nominal=day == run.nominal_on,
                is_due=day == run.last_on,
                is_future=day > today,
                is_provisional=calendar.is_provisional(day),
            )
        )
    return tuple(rows)


def term(
    rule: period.Period,
    calendar: work.Calendar,
    trigger: datetime | date,
    *,
    extended: bool = False,
) -> face.Due:
    """The last day of a period begun by the trigger, nothing stopping it; for "N days before" counted back from it.

    :raises NotATimeLimit: the rule does not set a time.
    :raises ExtensionNotInLaw: an extension is asked for and the rule allows none of fixed length.
    """
    day = face.civil_day(trigger)
    more = period.extension_length(rule) if extended else 0
    if rule.kind == "date":
        return _plain(_next_month_day(day, rule), length=0)
    if rule.unit in period.SAME_DAY_UNITS:
        return _plain(day, length=0)
    length, unit = period.length_of(rule)
    if rule.kind == "before":
        try:
            return _term_before(calendar, day, length, unit)
        except work.NoCalendar as short:
            raise CalendarTooShort(rule=rule.id, **short.params) from short
    moment = trigger if isinstance(trigger, datetime) else face.at_midnight(day)
    return due(face.Clock("", rule.id, unit, length, moment, extended=more), calendar, moment)


def months_after(day: date, n: int) -> date:
    """The day of the same number n months on, or the last of that month (民法典 art. 202)."""
    first, after = _first_of_month(day, n), _first_of_month(day, n + 1)
    return first.replace(day=min(day.day, (after - first).days))


def _first_of_month(day: date, n: int) -> date:
    year, month = divmod(day.year * MONTHS_OF_A_YEAR + day.month - 1 + n, MONTHS_OF_A_YEAR)
    return date(year, month + 1, 1)


@dataclass(frozen=True, slots=True)
class _Run:
    """A clock worked out: the day it counts from, its last days, the days of its budget."""

    trigger: date
    anchor: date  # The last day before the first one that can count.
    total: int
    nominal_on: date
    last_on: date


class CalendarTooShort(work.NoCalendar):
    """The count of a rule leaves the years of the calendar."""

    code = "calendar-too-short"
    says = (
        "规则%(rule)s算到了%(day)s，工作日历只有%(first)s至%(last)s的放假安排；请等国务院办公厅公布该年放假安排并导入后再算"
    )


def _run(clock: face.Clock, calendar: work.Calendar, today: date) -> _Run:
    """The clock worked out.

    :raises CalendarTooShort: the count leaves the calendar.
    """
    try:
        return _worked_out(clock, calendar, today)
    except work.NoCalendar as short:
        raise CalendarTooShort(rule=clock.period_id or "承诺时限", **short.params) from short


def _worked_out(clock: face.Clock, calendar: work.Calendar, today: date) -> _Run:
    trigger, anchor = _origin(clock, today)
    total = clock.budget + clock.extended
    if clock.unit in MONTHS_IN:
        total = (months_after(trigger, total * MONTHS_IN[clock.unit]) - trigger).days
    gaps = tuple(_gaps(clock, anchor, today))
    passed, nominal_on = total, _after(clock, calendar, anchor, total)
    for first, last in gaps:
        if first > nominal_on:
            break
        passed += _count(clock, calendar, first - ONE_DAY, last)
        nominal_on = _after(clock, calendar, anchor, passed)
    last_on = nominal_on if clock.unit is Unit.WORKING_DAY else calendar.roll(nominal_on)
    for first, last in gaps:  # A stop may begin on the very day to which the end has rolled.
        if nominal_on < first <= last_on <= last:
            last_on = calendar.roll(last + ONE_DAY)
    return _Run(trigger, anchor, total, nominal_on, last_on)


def _origin(clock: face.Clock, today: date) -> tuple[date, date]:
    """The trigger day, moved to the latest corrected filing, and the last day before the count can begin."""
    trigger = clock.received_on or face.civil_day(clock.started_at)
    for stop in clock.stops:
        if stop.kind is face.StopKind.RESTARTED:
            trigger = max(trigger, _last_day(stop, today))
    return trigger, trigger - ONE_DAY if clock.count_trigger_day else trigger


def _gaps(clock: face.Clock, anchor: date, today: date) -> Iterator[tuple[date, date]]:
    """The stops after the anchor, in order, overlaps taken once; one that lasts is taken to last until today."""
    reached = anchor
    for stop in sorted(clock.stops, key=lambda each: each.first_day):
        if stop.kind is face.StopKind.RESTARTED:
            continue
        first, last = max(stop.first_day, reached + ONE_DAY), _last_day(stop, today)
        if first <= last:
            reached = last
            yield first, last


def _last_day(stop: face.Stop, today: date) -> date:
    return stop.last_day or max(today, stop.first_day)


def _after(clock: face.Clock, calendar: work.Calendar, day: date, n: int) -> date:
    if clock.unit is Unit.WORKING_DAY:
        return calendar.working_days_after(day, n)
    return day + n * ONE_DAY


def _count(clock: face.Clock, calendar: work.Calendar, after: date, until: date) -> int:
    if clock.unit is Unit.WORKING_DAY:
        return calendar.count_between(after, until)
    return (until - after).days


def _until(clock: face.Clock, today: date) -> date:
    return today if clock.ended_on is None else min(today, clock.ended_on)


def _is_provisional(clock: face.Clock, calendar: work.Calendar, run: _Run) -> bool:
    """Whether a day the result rests on may still move: all that were counted, or of calendar days only the last."""
    first = run.anchor if clock.unit is Unit.WORKING_DAY else run.nominal_on
    return not calendar.provisional_years.isdisjoint(range(first.year, run.last_on.year + 1))


def _reason(
    clock: face.Clock, calendar: work.Calendar, run: _Run, day: date, until: date
) -> tuple[DayReason, str, str]:
    """Why a day of the clock counts or does not, with the holiday or ground and the document."""
    if day <= run.anchor:
        return _before_the_count(clock, calendar, run, day, until)
    if clock.ended_on is not None and day > clock.ended_on:
        return DayReason.ENDED, calendar.name(day), ""
    if clock.unit is Unit.HOUR:
        return DayReason.HOURS, "", ""
    if clock.unit is Unit.WORKING_DAY and not calendar.is_working(day):
        return _day_off(calendar, day)
    stop = _stop_on(clock, day, until)
    if stop is not None and day <= run.last_on:
        return DayReason.STOPPED, stop.ground, stop.document
    if day > run.last_on:
        return DayReason.LATE, "", ""
    if day > run.nominal_on:
        return DayReason.ROLLED, calendar.name(day), ""
    return DayReason.COUNTED, "", ""


def _before_the_count(
    clock: face.Clock, calendar: work.Calendar, run: _Run, day: date, until: date
) -> tuple[DayReason, str, str]:
    """The trigger day, or a day whose count was given up when the filing was corrected."""
    if day == run.trigger:
        return DayReason.TRIGGER, "", ""
    if clock.received_on is not None and day < clock.received_on:
        return DayReason.AFTER_HOURS, calendar.name(day), ""
    anew = max(
        (stop for stop in clock.stops if stop.kind is face.StopKind.RESTARTED),
        key=lambda stop: _last_day(stop, until),
    )
    return DayReason.RESTARTED, anew.ground, anew.document


def _day_off(calendar: work.Calendar, day: date) -> tuple[DayReason, str, str]:
    is_holiday = calendar.kind(day) is work.DayKind.HOLIDAY
    return DayReason.HOLIDAY if is_holiday else DayReason.WEEKEND, calendar.name(day), ""


def _stop_on(clock: face.Clock, day: date, until: date) -> face.Stop | None:
    for stop in clock.stops:
        is_restart = stop.kind is face.StopKind.RESTARTED
        if not is_restart and stop.first_day <= day <= _last_day(stop, until):
            return stop
    return None


def _hour_run(clock: face.Clock) -> _Run:
    start = face.civil_day(clock.started_at)
    last_on = face.civil_day(clock.started_at + (clock.budget + clock.extended) * ONE_HOUR)
    return _Run(start, start - ONE_DAY, clock.budget + clock.extended, last_on, last_on)


def _due_in_hours(clock: face.Clock, as_of: datetime | date) -> face.Due:
    """Hours start at once and end on the hour, on whatever day (民法典 art. 201)."""
    assert not clock.stops, "no law stops a period of hours"
    total = clock.budget + clock.extended
    due_at = (clock.started_at + total * ONE_HOUR).astimezone(face.SHANGHAI)
    moment = as_of if isinstance(as_of, datetime) else face.at_midnight(as_of)
    if clock.ended_on is not None:
        moment = min(moment, face.at_midnight(clock.ended_on + ONE_DAY))
    passed = max(0, (moment - clock.started_at) // ONE_HOUR)
    return face.Due(
        nominal_on=due_at.date(),
        last_on=due_at.date(),
        due_at=due_at,
        provisional=False,
        budget=total,
        used=min(passed, total),
        left=total - passed,
        state=state(clock, as_of),
    )


def _term_before(calendar: work.Calendar, day: date, length: int, unit: Unit) -> face.Due:
    """The last day for an act due so long before the day, which is not counted; off a day off it moves earlier."""
    if unit is Unit.WORKING_DAY:
        nominal_on = last_on = calendar.working_days_before(day, length)
    else:
        assert unit is Unit.DAY
        nominal_on = day - length * ONE_DAY
        last_on = calendar.roll_back(nominal_on)
    may_move = not calendar.provisional_years.isdisjoint(range(last_on.year, day.year + 1))
    return face.Due(nominal_on, last_on, None, may_move, length, 0, length, face.ClockState.RUNNING)


def _next_month_day(day: date, rule: period.Period) -> date:
    """The first such day of a year after the given day; a fixed day is not moved off a day off."""
    month, number = map(int, rule.value.split("-"))
    this_year = date(day.year, month, number)
    return this_year if this_year > day else date(day.year + 1, month, number)


def _plain(day: date, *, length: int) -> face.Due:
    return face.Due(day, day, None, False, length, 0, length, face.ClockState.RUNNING)
