"""The working-day calendar: which days count as working days, and day arithmetic in constant time.

Sources: 全国年节及纪念日放假办法 (the holidays); the yearly notice of the State Council office (worked weekends, days
taken off in exchange); 行政许可法 art. 82 (working days without statutory holidays)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate
from types import MappingProxyType

from tongban.core import refusal

SATURDAY = 5
YEARS_MAX = 200  # A table longer than this is a mistake in the data, not a calendar.
HOLIDAY_DAYS_MAX = (
    31  # The longest run so far was ten days; more than a month is a slip of the pen.
)


class DayKind(StrEnum):
    """What a day is in the calendar of work."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    WORKED_WEEKEND = "worked_weekend"


class NoCalendar(refusal.Refusal):
    """The day lies in a year without calendar data."""

    code = "no-calendar"
    says = "工作日历只有%(first)s至%(last)s的放假安排，算不到%(day)s；请等国务院办公厅公布该年放假安排并导入后再算"
    basis = "全国年节及纪念日放假办法"


class CalendarContradicts(refusal.Refusal):
    """The calendar data says something impossible of a day: a weekday worked in exchange, a weekend taken off."""

    code = "calendar-contradicts"
    says = "放假安排有误：%(day)s不能这样安排，请核对通知原文后重新导入"
    basis = "全国年节及纪念日放假办法"


_KINDS = {  # (lies on a weekend, is worked)
    (False, False): DayKind.HOLIDAY,
    (False, True): DayKind.WORKING,
    (True, False): DayKind.WEEKEND,
    (True, True): DayKind.WORKED_WEEKEND,
}


@dataclass(frozen=True, slots=True)
class Holiday:
    """A run of days off as a notice gives it, from the first to the last, both inclusive."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice on the holidays of a year (放假安排); a later one of the year replaces the holidays it names.

    :ivar worked: weekends worked in exchange (调休上班).
    :ivar no_longer_worked: weekends an earlier notice had made working days.
    """

    year: int
    holidays: tuple[Holiday, ...]
    worked: tuple[date, ...] = ()
    no_longer_worked: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The days on which a calendar differs from the plain week, and the names of its holidays."""

    weekday_off: frozenset[date]
    weekend_on: frozenset[date]
    names: Mapping[date, str]


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """A table of days from the first to the last, every question about which is answered by one look-up.

    :ivar provisional_years: years whose yearly notice is not yet published; a day that depends on them may move.
    :ivar names: names of holidays (节日名称), for the days that have one.
    """

    first: date
    last: date
    provisional_years: frozenset[int]
    names: Mapping[date, str] = field(repr=False)
    _base: int = field(repr=False)  # Ordinal of the first day.
    _size: int = field(repr=False)
    _upto: tuple[int, ...] = field(repr=False)  # At i: the working days before day i.
    _working: tuple[date, ...] = field(repr=False)  # The working days, in order.

    def is_working(self, day: date) -> bool:
        """Whether the day is a working day (工作日)."""
        at = self._at(day)
        return self._upto[at + 1] > self._upto[at]

    def kind(self, day: date) -> DayKind:
        """What the day is: working, weekend, holiday, or a weekend worked in exchange (调休上班)."""
        return _KINDS[day.weekday() >= SATURDAY, self.is_working(day)]

    def name(self, day: date) -> str:
        """The name of the holiday, or nothing."""
        return self.names.get(day, "")

    def is_provisional(self, day: date) -> bool:
        """Whether the arrangement of the day's year is not yet published (未公布放假安排)."""
        return day.year in self.provisional_years

    def working_days_after(self, day: date, n: int) -> date:
        """The n-th working day after the day, which itself is not counted (民法典 art. 201); the day itself for 0.

        :raises NoCalendar: the count leaves the table.
        """
        if n == 0:
            return day
        assert n > 0
        nth = self._upto[self._at(day) + 1] + n - 1
        if nth >= len(self._working):
            raise self._outside(date(self.last.year + 1, 1, 1))
        return self._working[nth]

    def working_days_after_each(self, days: Sequence[date], n: int) -> list[date]:
        """The n-th working day after each of the days: the batch form of `working_days_after`.

        :raises NoCalendar: one of the counts leaves the table.
        """
        assert n > 0
        if not days:
            return []
        self.working_days_after(min(days), n)
        self.working_days_after(max(days), n)
        upto, working, shift, back = self._upto, self._working, 1 - self._base, n - 1
        return [working[upto[at + shift] + back] for at in map(date.toordinal, days)]

    def working_days_before(self, day: date, n: int) -> date:
        """The n-th working day before the day, which itself is not counted; the day itself for 0.

        :raises NoCalendar: the count leaves the table.
        """
        if n == 0:
            return day
        assert n > 0
        nth = self._upto[self._at(day)] - n
        if nth < 0:
            raise self._outside(date(self.first.year - 1, 12, 31))
        return self._working[nth]

    def count_between(self, after: date, until: date) -> int:
        """How many working days lie in (after, until]; negative where until lies before."""
        return self._upto[self._at(until) + 1] - self._upto[self._at(after) + 1]

    def roll(self, day: date) -> date:
        """The day, or the first working day after it where it is a day off (民法典 art. 203)."""
        if self.is_working(day):
            return day
        return self.working_days_after(day, 1)

    def roll_back(self, day: date) -> date:
        """The day, or the last working day before it where it is a day off."""
        if self.is_working(day):
            return day
        return self.working_days_before(day, 1)

    def _at(self, day: date) -> int:
        at = day.toordinal() - self._base
        if not 0 <= at < self._size:
            raise self._outside(day)
        return at

    def _outside(self, day: date) -> NoCalendar:
        return NoCalendar(day=day, first=self.first, last=self.last)


def calendar_of(
    *,
    weekday_off: Iterable[date],
    weekend_on: Iterable[date],
    first_year: int,
    last_year: int,
    provisional_years: Iterable[int] = frozenset(),
    names: Mapping[date, str] = MappingProxyType({}),
) -> Calendar:
    """The calendar of whole years from the days that differ from the plain week.

    :param weekday_off: days from Monday to Friday that are not worked.
    :param weekend_on: Saturdays and Sundays that are worked in exchange.
    :raises CalendarContradicts: a day stands in the wrong list or outside the years.
    """
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    assert 0 <= last_year - first_year < YEARS_MAX
    off, on = frozenset(weekday_off), frozenset(weekend_on)
    for day in sorted(off | on):
        if (day.weekday() >= SATURDAY) != (day in on) or not first <= day <= last:
            raise CalendarContradicts(day=day)
    days = tuple(map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)))
    worked = tuple(day in on if day.weekday() >= SATURDAY else day not in off for day in days)
    return Calendar(
        first=first,
        last=last,
        provisional_years=frozenset(provisional_years),
        names=MappingProxyType(dict(names)),
        _base=first.toordinal(),
        _size=len(days),
        _upto=tuple(accumulate(map(int, worked), initial=0)),
        _working=tuple(day for day, is_worked in zip(days, worked, strict=True) if is_worked),
    )


def arrange(notices: Iterable[Notice]) -> Arrangement:
    """What the notices come to, taken in the order they were published.

    :raises CalendarContradicts: a holiday ends before it begins or is longer than any.
    """
    held: dict[tuple[int, str], list[Holiday]] = {}
    worked: set[date] = set()
    for notice in notices:
        for name in {holiday.name for holiday in notice.holidays}:
            held[notice.year, name] = [each for each in notice.holidays if each.name == name]
        worked |= set(notice.worked)
        worked -= set(notice.no_longer_worked)
    names = {
        day: holiday.name
        for holidays in held.values()
        for holiday in holidays
        for day in _days_of(holiday)
    }
    off = frozenset(day for day in names if day.weekday() < SATURDAY)
    return Arrangement(off, frozenset(worked), MappingProxyType(names))


def _days_of(holiday: Holiday) -> Iterator[date]:
    length = (holiday.last - holiday.first).days + 1
    if not 0 < length <= HOLIDAY_DAYS_MAX:
        raise CalendarContradicts(day=holiday.first)
    return map(holiday.first.__add__, map(timedelta, range(length)))
