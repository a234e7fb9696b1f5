"""Dates, times and durations of FEEL: reading, writing, adding and subtracting.

Zones are offsets; of the named zones only those of the law applied here are known, because the
others change with tables that are not part of the law.

Sources: OMG DMN 1.5, clauses 10.3.2.3.5 to 10.3.2.3.9; W3C XML Schema 1.1 part 2, 3.3.6 to 3.3.9."""

import datetime
import re
from collections.abc import Mapping
from datetime import UTC, date, time, timedelta, timezone
from decimal import Decimal

from tongban.core.feel.values import NUMBERS, Months, Value

DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(\.\d+)?(?:(Z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([\w/+-]+))?", re.ASCII)
MONTHS = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
DAYS = re.compile(
    r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII)
ZONES: Mapping[str, timezone] = {
    "Etc/UTC": timezone(timedelta(0), "Etc/UTC"),
    "Asia/Shanghai": timezone(timedelta(hours=8), "Asia/Shanghai"),
}
MICRO = Decimal(1_000_000)
OFFSET_HOURS_MAX = 14


def read_date(text: str) -> date | None:
    found = DATE.fullmatch(text)
    return make_date(*map(int, found.groups())) if found else None


def make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def read_time(text: str) -> time | None:
    found = TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, part, zulu, sign, *offset, zone = found.groups()
    if zone and zone not in ZONES:
        return None
    kept: timezone | None = ZONES[zone] if zone else UTC if zulu else None
    if sign:
        kept = _offset(sign, *(int(each or 0) for each in offset))
        if kept is None:
            return None
    return make_time(int(hour), int(minute), int(second), Decimal(part or 0), kept)


def make_time(hour: int, minute: int, second: int, part: Decimal,
              zone: timezone | None) -> time | None:
    try:
        return time(hour, minute, second, int(part * MICRO), zone)
    except (ValueError, OverflowError):
        return None


def _offset(sign: str, hours: int, minutes: int, seconds: int) -> timezone | None:
    if hours > OFFSET_HOURS_MAX or minutes > 59 or seconds > 59:
        return None
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(length if sign == "+" else -length)


def read_moment(text: str) -> datetime.datetime | None:
    """A date and time; a date alone is its midnight."""
    first, has_time, second = text.partition("T")
    day = read_date(first)
    at = read_time(second) if has_time else time()
    return datetime.datetime.combine(day, at) if day and at is not None else None


def read_duration(text: str) -> Months | timedelta | None:
    if (found := MONTHS.fullmatch(text)) and any(found.groups()[1:]):
        sign, years, months = found.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return Months(-total if sign else total)
    found = DAYS.fullmatch(text)
    if found is None or not any(found.groups()[1:]) or text.endswith("T"):
        return None
    sign, days, hours, minutes, seconds = found.groups()
    try:
        length = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0),
                           microseconds=int(Decimal(seconds or 0) * MICRO))
    except OverflowError:
        return None
    return -length if sign else length


def read(text: str) -> Value:
    """What stands behind `@`: whichever of the kinds it is."""
    if text.lstrip("-").startswith("P"):
        return read_duration(text)
    if "T" in text:
        return read_moment(text)
    return read_time(text) if ":" in text else read_date(text)


# Writing


def write(value: Value) -> str:
    """The text that reads back as the value."""
    if isinstance(value, Months):
        return _write_months(value.months)
    if isinstance(value, timedelta):
        return _write_days(value)
    if isinstance(value, datetime.datetime):
        return f"{value.date().isoformat()}T{_write_time(value.timetz())}"
    return _write_time(value) if isinstance(value, time) else str(value)


def _write_months(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    parts = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return ("-" if months < 0 else "") + "P" + (parts or "0M")


def _write_days(length: timedelta) -> str:
    size = abs(length)
    minutes, second = divmod(size.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{second}{_write_part(size.microseconds)}"
    clock = "".join(f"{amount}{unit}" for amount, unit in
                    ((hours, "H"), (minutes, "M"), (seconds, "S")) if amount not in (0, "0"))
    days = f"{size.days}D" if size.days else ""
    text = days + (f"T{clock}" if clock else "")
    return ("-" if length < timedelta(0) else "") + "P" + (text or "T0S")


def _write_part(micros: int) -> str:
    return f".{micros:06d}".rstrip("0") if micros else ""


def _write_time(at: time) -> str:
    text = f"{at:%H:%M:%S}{_write_part(at.microsecond)}"
    if at.tzinfo is None:
        return text
    name = at.tzname() or ""
    if name in ZONES:
        return f"{text}@{name}"
    offset = at.utcoffset() or timedelta(0)
    if at.tzinfo is UTC or not offset:
        return f"{text}Z"
    minutes, seconds = divmod(abs(offset).seconds, 60)
    tail = f":{seconds:02d}" if seconds else ""
    sign = "-" if offset < timedelta(0) else "+"
    return f"{text}{sign}{minutes // 60:02d}:{minutes % 60:02d}{tail}"


# Arithmetic


def add(left: Value, right: Value) -> Value:
    """Sum of a point in time and a duration, in either order, or of two durations."""
    if isinstance(right, date | time):
        left, right = right, left
    try:
        return _add(left, right)
    except (OverflowError, ValueError):
        return None


def _add(left: Value, right: Value) -> Value:
    if isinstance(left, Months) and isinstance(right, Months):
        return Months(left.months + right.months)
    if isinstance(left, date) and isinstance(right, Months):
        return add_months(left, right.months)
    if not isinstance(right, timedelta):
        return None
    if isinstance(left, datetime.datetime | timedelta):
        return left + right
    if isinstance(left, date):
        return (datetime.datetime.combine(left, time()) + right).date()
    if isinstance(left, time):
        return (datetime.datetime.combine(date(2000, 1, 2), left) + _within_a_day(right)).timetz()
    return None


def _within_a_day(length: timedelta) -> timedelta:
    return length - timedelta(days=length.days)


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of a month that is too short."""
    count = day.year * 12 + day.month - 1 + months
    for shorter in range(4):
        try:
            return day.replace(year=count // 12, month=count % 12 + 1, day=day.day - shorter)
        except ValueError:
            if day.day - shorter <= 28:
                raise
    raise AssertionError("no month has fewer than 28 days")  # pragma: no cover -- arithmetic


def subtract(left: Value, right: Value) -> Value:
    """Distance of two points in time, a point moved back, or the difference of two durations."""
    if isinstance(right, Months | timedelta):
        return add(left, negative(right))
    if isinstance(left, time) and isinstance(right, time):
        day = date(2000, 1, 1)
        left, right = datetime.datetime.combine(day, left), datetime.datetime.combine(day, right)
    if isinstance(left, date) and isinstance(right, date):
        first, second = _moment(left, right), _moment(right, left)
        if (first.tzinfo is None) == (second.tzinfo is None):
            return first - second
    return None


def _moment(day: date, other: date) -> datetime.datetime:
    """A date as its midnight, in universal time if the other has a zone."""
    if isinstance(day, datetime.datetime):
        return day
    zone = UTC if getattr(other, "tzinfo", None) else None
    return datetime.datetime.combine(day, time(tzinfo=zone))


def negative(value: Value) -> Value:
    if isinstance(value, Months):
        return Months(-value.months)
    return -value if isinstance(value, timedelta) else None


def seconds_of(length: timedelta) -> Decimal:
    whole = length.days * 86_400 + length.seconds
    return NUMBERS.add(Decimal(whole), NUMBERS.divide(Decimal(length.microseconds), MICRO))


def scale(value: Value, factor: Decimal) -> Value:
    """A duration times a number, towards zero to whole months or microseconds."""
    try:
        if isinstance(value, Months):
            return Months(int(NUMBERS.multiply(Decimal(value.months), factor)))
        if isinstance(value, timedelta):
            micros = NUMBERS.multiply(NUMBERS.multiply(seconds_of(value), MICRO), factor)
            return timedelta(microseconds=int(micros))
    except (OverflowError, ValueError):
        return None
    return None


def ratio(left: Value, right: Value) -> Decimal | None:
    """How often one duration goes into another."""
    if isinstance(left, Months) and isinstance(right, Months) and right.months:
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    if isinstance(left, timedelta) and isinstance(right, timedelta) and right:
        return NUMBERS.divide(seconds_of(left), seconds_of(right))
    return None
