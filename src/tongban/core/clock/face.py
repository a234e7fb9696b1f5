"""A clock, its stops, where it stands, and one row for each of its days.

Sources: 行政许可法 art. 45; 行政复议法 art. 39; 政府信息公开条例 art. 30, 33; 行政处罚法 art. 73; 行政诉讼法 art. 48."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from tongban.core import calendar as work
from tongban.core.clock.period import Unit

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # No summer time since 1992.
ONE_DAY = timedelta(days=1)
ONE_HOUR = timedelta(hours=1)


class StopKind(StrEnum):
    """The six ways in which a clock stops."""

    EXCLUDED = "excluded"  # 不计入: hearing, tender, testing, expert review … (行政许可法 45, 政府信息公开条例 33)
    SUSPENDED = "suspended"  # 中止 on listed grounds (行政复议法 39)
    RESTARTED = "restarted"  # 补正后重新起算 (政府信息公开条例 30, 行政许可法 32)
    CORRECTION = "correction"  # 补正、勘验所需时间不计入 (行政复议法实施条例 29, 34)
    SURCHARGE = "surcharge"  # 复议、诉讼期间加处罚款不计算 (行政处罚法 73)
    FORCE_MAJEURE = "force_majeure"  # 不可抗力耽误的时间不计入 (行政诉讼法 48)


class ClockState(StrEnum):
    """Whether a clock goes."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class DayReason(StrEnum):
    """Why a day counts or does not."""

    TRIGGER = "trigger"  # the day it began; not counted
    COUNTED = "counted"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    STOPPED = "stopped"
    RESTARTED = "restarted"  # lies before the day from which counting began anew
    ROLLED = "rolled"  # the nominal last day was a day off; still in time
    ENDED = "ended"  # the clock had ended
    LATE = "late"
    AFTER_HOURS = "after_hours"  # handed in outside office hours, received on the next working day
    HOURS = "hours"  # a clock of hours ran on it


@dataclass(frozen=True, slots=True)
class Stop:
    """Time that does not count: why, on which document, from the first to the last day, both inclusive.

    :ivar last_day: None while it lasts.
    """

    ground: str
    kind: StopKind
    document: str
    first_day: date
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """One period running in one case; the budget and the extension are in its unit.

    :ivar received_on: the day from which it counts, where what began it came after office hours.
    """

    name: str
    period_id: str
    unit: Unit
    budget: int
    started_at: datetime
    stops: tuple[Stop, ...] = ()
    extended: int = 0
    ended_on: date | None = None
    count_trigger_day: bool = False
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Where a clock stands: its last day as counted and as moved off a day off (民法典 203), and what is left.

    budget, used and left are counted days (hours for a clock of hours); left is negative by the days too late.
    """

    nominal_on: date
    last_on: date
    due_at: datetime | None
    provisional: bool
    budget: int
    used: int
    left: int
    state: ClockState


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of a clock: whether it counted, as which, and why.

    :ivar words: name of the holiday or ground of the stop.
    :ivar document: of the stop.
    :ivar is_after_hours: it was handed in on this day, outside office hours.
    """

    day: date
    kind: work.DayKind
    counted: bool
    number: int | None
    reason: DayReason
    words: str = ""
    document: str = ""
    is_trigger: bool = False
    is_after_hours: bool = False
    is_today: bool = False
    is_nominal: bool = False
    is_due: bool = False
    is_future: bool = False
    is_provisional: bool = False


def civil_day(moment: datetime | date) -> date:
    """The civil day of a moment in Asia/Shanghai; a day is itself."""
    if isinstance(moment, datetime):
        assert moment.tzinfo is not None, "a moment of law names its time zone"
        return moment.astimezone(SHANGHAI).date()
    return moment


def at_midnight(day: date) -> datetime:
    """The first moment of a civil day in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
