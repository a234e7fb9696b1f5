"""Functions of FEEL that make one kind of value of another, and the calendar functions.

Sources: OMG DMN 1.5, clauses 10.3.4.1, 10.3.4.10 (tables 66, 77); ISO 8601 (weeks)."""

import datetime
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, time, timedelta, timezone
from decimal import Decimal

from tongban.core.feel import syntax, temporal, tree, values, words
from tongban.core.feel.functions import is_day, make_range
from tongban.core.feel.values import Function, Months, Range, Value

NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
PLAIN_PLACES_MAX = 6_200  # As many as a decimal128 has; beyond that a number came from outside.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August",
               "September", "October", "November", "December")


def _date(*given: Value) -> Value:
    if len(given) == 3:
        parts = [_whole(each) for each in given]
        return temporal.make_date(*parts) if None not in parts else None  # type: ignore[arg-type]
    source = given[0]
    if isinstance(source, datetime.datetime):
        return source.date()
    if is_day(source):
        return source
    return temporal.read_date(source) if isinstance(source, str) else None


def _whole(value: Value) -> int | None:
    is_whole = isinstance(value, Decimal) and abs(value) < 10**9 and value == int(value)
    return int(value) if is_whole and isinstance(value, Decimal) else None


def _time(*given: Value) -> Value:
    if len(given) > 1:
        return _time_of_parts(*given)
    source = given[0]
    if isinstance(source, datetime.datetime):
        return source.timetz()
    if is_day(source):
        return time(tzinfo=UTC)
    if isinstance(source, time):
        return source
    return temporal.read_time(source) if isinstance(source, str) else None


def _time_of_parts(hour: Value, minute: Value, second: Value, offset: Value = None) -> Value:
    hours, minutes = _whole(hour), _whole(minute)
    if hours is None or minutes is None or not isinstance(second, Decimal) or not 0 <= second < 60:
        return None
    if offset is not None and not isinstance(offset, timedelta):
        return None
    if offset is not None and abs(offset) > timedelta(hours=temporal.OFFSET_HOURS_MAX):
        return None
    zone = None if offset is None else timezone(offset)
    return temporal.make_time(hours, minutes, int(second), second - int(second), zone)


def _date_and_time(*given: Value) -> Value:
    if len(given) == 1:
        return _moment_of(given[0])
    day, at = given
    if isinstance(day, datetime.datetime):
        if isinstance(at, str):
            zone = temporal.ZONES.get(at)
            return day.astimezone(zone) if zone and day.tzinfo else None
        day = day.date()
    if isinstance(day, date) and isinstance(at, time):
        return datetime.datetime.combine(day, at)
    return None


def _moment_of(source: Value) -> Value:
    if isinstance(source, datetime.datetime):
        return source
    if is_day(source):
        assert isinstance(source, date)
        return datetime.datetime.combine(source, time(tzinfo=UTC))
    return temporal.read_moment(source) if isinstance(source, str) else None


def _duration(source: Value) -> Value:
    if isinstance(source, Months | timedelta):
        return source
    return temporal.read_duration(source) if isinstance(source, str) else None


def _months_between(start: Value, end: Value) -> Value:
    """Whole months from one day to another, towards zero."""
    if not isinstance(start, date) or not isinstance(end, date):
        return None
    if end < start if type(start) is type(end) else _day(end) < _day(start):
        back = _months_between(end, start)
        return Months(-back.months) if isinstance(back, Months) else None
    months = (end.year - start.year) * 12 + end.month - start.month
    return Months(months - (end.day < start.day))


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime.datetime) else value


def _number(source: Value, grouping: Value = None, point: Value = None) -> Value:
    if isinstance(source, Decimal):
        return source
    if not isinstance(source, str) or grouping not in (None, " ", ",", "."):
        return None
    if point not in (None, ",", ".") or (point is not None and point == grouping):
        return None
    text = source.replace(str(grouping), "") if grouping else source
    text = text.replace(str(point), ".") if point else text
    return values.number_of(values.NUMBERS.create_decimal(text)) if NUMBER.fullmatch(text) else None


def write(value: Value) -> str:
    """The text of a value, as it would be written inside a list."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) < PLAIN_PLACES_MAX else str(value)
    return _write_composite(value)


def _write_composite(value: Value) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(write(values.value_of(each)) for each in value) + "]"
    if isinstance(value, Mapping):
        entries = (f"{_write_key(key)}: {write(values.value_of(each))}" for key, each in value.items())
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, Range):
        low, high = write(value.low), write(value.high)
        return f"{'[' if value.is_low_in else '('}{low}..{high}{']' if value.is_high_in else ')'}"
    return f"function {value.name}" if isinstance(value, Function) else temporal.write(value)


def _write_key(key: str) -> str:
    return key if words.WORD.fullmatch(key) else write(key)


def _string(value: Value) -> Value:
    if value is None or isinstance(value, str):
        return value
    return write(value)


def _range(text: Value) -> Value:
    """A range of literals, written as in an expression."""
    if not isinstance(text, str):
        return None
    try:
        phrase = syntax.parse_expression(text)
    except words.NotFeel:
        return None
    if not isinstance(phrase, tree.RangeOf):
        return None
    ends = [_literal(end) for end in (phrase.low, phrase.high)]
    return make_range(ends[0], ends[1], phrase.is_low_in, phrase.is_high_in,
                      is_half=phrase.low is None or phrase.high is None)


def _literal(phrase: tree.Tree | None) -> Value:
    if isinstance(phrase, tree.Literal):
        return phrase.value
    if isinstance(phrase, tree.Negative):
        inner = _literal(phrase.operand)
        return inner.copy_negate() if isinstance(inner, Decimal) else None
    if isinstance(phrase, tree.AtLiteral):
        return temporal.read(phrase.text)
    if isinstance(phrase, tree.Call) and isinstance(phrase.function, tree.Name) and len(phrase.arguments) == 1:
        makers: Mapping[str, Callable[..., Value]] = {
            "date": _date, "time": _time, "date and time": _date_and_time, "duration": _duration}
        maker = makers.get(phrase.function.name)
        return maker(_literal(phrase.arguments[0])) if maker else None
    return None


def _day_of_year(day: Value) -> Value:
    return Decimal(day.timetuple().tm_yday) if isinstance(day, date) else None


def _day_of_week(day: Value) -> Value:
    return WEEKDAYS[day.weekday()] if isinstance(day, date) else None


def _month_of_year(day: Value) -> Value:
    return MONTH_NAMES[day.month - 1] if isinstance(day, date) else None


def _week_of_year(day: Value) -> Value:
    return Decimal(day.isocalendar().week) if isinstance(day, date) else None


FUNCTIONS = (
    Function("date", (("from",), ("year", "month", "day")), _date),
    Function("time", (("from",), ("hour", "minute", "second"), ("hour", "minute", "second", "offset")),
             _time),
    Function("date and time", (("from",), ("date", "time"), ("date and time", "timezone")), _date_and_time),
    Function("duration", (("from",),), _duration),
    Function("years and months duration", (("from", "to"),), _months_between),
    Function("number", (("from",), ("from", "grouping separator", "decimal separator")), _number,
             is_partial=True),
    Function("string", (("from",),), _string),
    Function("range", (("from",),), _range),
    Function("day of year", (("date",),), _day_of_year),
    Function("day of week", (("date",),), _day_of_week),
    Function("month of year", (("date",),), _month_of_year),
    Function("week of year", (("date",),), _week_of_year),
)
