"""Due days per second in one process, 20 working days from every day of 2022 and 2023, beside three others.

The peers answer the same question on the same days in the same run; the answers of holidays and of
numpy.busday_offset (given our own days off) must be equal to ours. workalendar knows China to 2023."""

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from tongban.core import calendar as work
from tongban.core import clock as clocks
from tongban.law import queries as law

LENGTH = 20
FIRST, LAST = date(2022, 1, 1), date(2023, 10, 31)
ROUNDS = 5
MANY = 400  # Times the days, for those that answer in less than a microsecond.


def run() -> dict[str, dict[str, Any]]:
    """The measures of this bench, one mapping per figure."""
    calendar = law.calendar()
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days)]
    ours = [calendar.working_days_after(day, LENGTH) for day in days]
    one = _per_s(lambda: [calendar.working_days_after(day, LENGTH) for day in days], len(days), 20)
    whole = _per_s(lambda: _whole(calendar, days), len(days), 3)
    figures = {
        "due_per_s": {"value": one, "unit": "1/s"},
        "due_of_clock_per_s": {"value": whole, "unit": "1/s"},
    }
    for name, peer in (("workalendar", _workalendar), ("holidays", _holidays)):
        per_s = peer(days, ours)
        figures[f"due_vs_{name}"] = {"value": one / per_s, "unit": "x", "target": ">= 50", "peer": per_s, "ratio": one / per_s}
    batch, exact, plain = _batch(calendar, days, ours)
    figures["due_batch_per_s"] = {"value": batch, "unit": "1/s"}
    for name, per_s in (("numpy", exact), ("numpy_plain_week", plain)):
        figures[f"due_batch_vs_{name}"] = {"value": per_s / batch, "unit": "x slower", "target": "<= 10", "peer": per_s, "ratio": batch / per_s}
    return figures


def _per_s(act: Callable[[], object], answers: int, times: int = 1) -> float:
    """Answers per second, the median of some rounds."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(times):
            act()
        seconds.append((time.perf_counter() - begun) / times)
    return answers / median(seconds)


def _whole(calendar: work.Calendar, days: Sequence[date]) -> None:
    """The full answer of a clock: nominal and rolled day, used, left, state, provisional."""
    for day in days:
        begun = datetime(day.year, day.month, day.day, tzinfo=clocks.SHANGHAI)
        clocks.due(clocks.Clock("statutory", "", clocks.Unit.WORKING_DAY, LENGTH, begun), calendar, day)


def _workalendar(days: Sequence[date], _ours: Sequence[date]) -> float:
    from workalendar.asia import China

    peer = China()
    return _per_s(lambda: [peer.add_working_days(day, LENGTH) for day in days], len(days))


def _holidays(days: Sequence[date], ours: Sequence[date]) -> float:
    import holidays

    peer = holidays.country_holidays("CN", years=range(FIRST.year, LAST.year + 2))
    assert [peer.get_nth_working_day(day, LENGTH) for day in days] == list(ours), "holidays disagrees"
    return _per_s(lambda: [peer.get_nth_working_day(day, LENGTH) for day in days], len(days))


def _batch(calendar: work.Calendar, days: Sequence[date], ours: Sequence[date]) -> tuple[float, float, float]:
    """Ours, numpy with every day off named, and numpy with Saturdays and Sundays off, which knows no worked ones."""
    import numpy

    many = list(days) * MANY
    as_numpy = numpy.array(many, dtype="datetime64[D]")
    table = [date.fromordinal(n) for n in range(calendar.first.toordinal(), calendar.last.toordinal() + 1)]
    off = numpy.array([day for day in table if not calendar.is_working(day)], dtype="datetime64[D]")
    exact = numpy.busdaycalendar(weekmask="1111111", holidays=off)
    plain = numpy.busdaycalendar(holidays=off)

    def offset(busdays: Any) -> Any:
        return numpy.busday_offset(as_numpy, LENGTH, roll="preceding", busdaycal=busdays)

    assert list(offset(exact)[: len(days)].astype(object)) == list(ours), "numpy disagrees"
    assert calendar.working_days_after_each(many, LENGTH)[: len(days)] == list(ours)
    return (
        _per_s(lambda: calendar.working_days_after_each(many, LENGTH), len(many)),
        _per_s(lambda: offset(exact), len(many)),
        _per_s(lambda: offset(plain), len(many)),
    )
