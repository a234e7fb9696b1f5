"""The front door: today's calendar, what is asked for most, this month's public figures, life scenes.

Sources: 国办发〔2018〕45号 (scenes instead of departments); 全国年节及纪念日放假办法 (days off)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tongban.cases import queries as cases
from tongban.core import calendar as work
from tongban.law import queries as law
from tongban.matters import queries as matters

DAYS_BEFORE, DAYS_SHOWN = 2, 7
MOST_SHOWN = 6
MATTERS_LOOKED_AT = 100
MOST_SINCE_DAYS = 30
LOOK_AHEAD_DAYS = 15  # No holiday of the year is longer.


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week box."""

    day: date
    is_working: bool
    is_worked_weekend: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days around today, and what is said about today and tomorrow.

    :ivar holiday: name of today's holiday. :ivar next_working: the first working day after today.
    """

    days: tuple[Day, ...]
    today: date
    is_open: bool
    holiday: str
    next_working: date
    tomorrow: work.DayKind
    tomorrow_name: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be applied for, in all its places together.

    :ivar code: of the matter, where one place alone offers it.
    """

    title: str
    title_en: str
    code: str
    places: tuple[str, ...]
    places_en: tuple[str, ...]
    promised: str
    statutory: str


@dataclass(frozen=True, slots=True)
class Home:
    """Everything the home page shows."""

    week: Week
    most: tuple[Offer, ...]
    is_by_use: bool
    figures: cases.PublicFigures

    @property
    def mean_words(self) -> str:
        """The mean in working days with one decimal, rounded half up."""
        mean = self.figures.mean_days or 0
        tenths = int(mean * 10 + Fraction(1, 2))
        return f"{tenths // 10}.{tenths % 10}"


def home(*, today: date) -> Home:
    """The home page's content today."""
    used = cases.most_filed(since=today - timedelta(days=MOST_SINCE_DAYS), most=MATTERS_LOOKED_AT)
    asked = matters.rows_named([code for code, _n in used], on=today)
    listed = matters.search("", on=today, limit=MATTERS_LOOKED_AT)
    return Home(
        week=week(today=today),
        most=offers([*asked, *(row for row in listed if row.is_open)])[:MOST_SHOWN],
        is_by_use=bool(asked),
        figures=cases.public_figures(first=today.replace(day=1), today=today),
    )


def offers(rows: Sequence[matters.MatterRow]) -> tuple[Offer, ...]:
    """The matters with those of the same item together, in the order in which each item first comes."""
    by_item: dict[str, dict[str, matters.MatterRow]] = {}
    for row in rows:
        by_item.setdefault(row.item, {})[row.code] = row
    return tuple(_offer(sorted(same.values(), key=lambda row: row.code)) for same in by_item.values())


def _offer(same: Sequence[matters.MatterRow]) -> Offer:
    first = same[0]
    return Offer(
        title=first.title, title_en=first.title_en, code=first.code if len(same) == 1 else "",
        places=tuple(row.region_name for row in same), places_en=tuple(row.region_name_en for row in same),
        promised=_span([row.promised_working_days for row in same]),
        statutory=_span([row.statutory_working_days for row in same]),
    )


def _span(days: Sequence[int]) -> str:
    return f"{min(days)}–{max(days)}" if min(days) != max(days) else str(days[0])


def week(*, today: date) -> Week:
    """The week box: which days count as working days."""
    calendar = law.calendar()
    days = [today + timedelta(days=n - DAYS_BEFORE) for n in range(DAYS_SHOWN)]
    tomorrow = today + timedelta(days=1)
    ahead = (today + timedelta(days=n) for n in range(1, LOOK_AHEAD_DAYS))
    return Week(
        days=tuple(
            Day(day, calendar.is_working(day), calendar.kind(day) is work.DayKind.WORKED_WEEKEND, day == today)
            for day in days
        ),
        today=today, is_open=calendar.is_working(today), holiday=calendar.name(today),
        next_working=next(day for day in ahead if calendar.is_working(day)),
        tomorrow=calendar.kind(tomorrow), tomorrow_name=calendar.name(tomorrow),
    )
