"""What stands behind a dot or inside square brackets.

Sources: OMG DMN 1.5, clauses 10.3.2.5 (lists), 10.3.2.6 (context), table 65 (properties)."""

import datetime
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal

from tongban.core.feel import temporal, values
from tongban.core.feel.values import Months, Range, Value


def member(source: Value, name: str) -> Value:
    """The member of a context, of each context of a list, or a property of a value."""
    if isinstance(source, Mapping):
        return values.value_of(source.get(name))
    if isinstance(source, list):
        return [member(values.value_of(each), name) for each in source]
    found = _PROPERTIES.get((values.kind_of(source), name))
    return found(source) if found else None


def element(elements: list[Value], index: Decimal) -> Value:
    """The element at a place counted from 1, or from -1 at the end."""
    place = int(index)
    if place != index or place == 0 or abs(place) > len(elements):
        return None
    return values.value_of(elements[place - 1 if place > 0 else place])


def _number_at(name: str) -> Callable[[Value], Value]:
    return lambda value: Decimal(getattr(value, name))


def _weekday(value: date) -> Value:
    return Decimal(value.isoweekday())


def _second(value: time | datetime.datetime) -> Value:
    return Decimal(value.second) + Decimal(value.microsecond) / temporal.MICRO


def _offset(value: time | datetime.datetime) -> Value:
    return value.utcoffset()


def _zone(value: time | datetime.datetime) -> Value:
    name = value.tzname()
    return name if name in temporal.ZONES else None


def _years(value: Months) -> Value:
    return Decimal(int(Decimal(value.months) / 12))


def _months(value: Months) -> Value:
    return Decimal(value.months) - 12 * Decimal(int(Decimal(value.months) / 12))


def _part(unit: int, least: int) -> Callable[[timedelta], Value]:
    """A part of a duration with the sign of the whole: seconds below `unit`, counted in `least`."""
    def take(length: timedelta) -> Value:
        size = temporal.seconds_of(abs(length)) % unit
        amount = size if least == 1 else Decimal(int(size / least))
        return -amount if length < timedelta(0) else amount
    return take


def _end(name: str) -> Callable[[Range], Value]:
    return lambda span: getattr(span, name)


_DAY = {name: _number_at(name) for name in ("year", "month", "day")} | {"weekday": _weekday}
_CLOCK = {"hour": _number_at("hour"), "minute": _number_at("minute"), "second": _second,
          "time offset": _offset, "timezone": _zone}
_LENGTH = {"days": _part(10**12, 86_400), "hours": _part(86_400, 3_600),
           "minutes": _part(3_600, 60), "seconds": _part(60, 1)}
_BY_KIND: Mapping[str, Mapping[str, Callable[..., Value]]] = {
    "date": _DAY, "time": _CLOCK, "date and time": {**_DAY, **_CLOCK},
    "years and months duration": {"years": _years, "months": _months},
    "days and time duration": _LENGTH,
    "range": {"start": _end("low"), "end": _end("high"), "start included": _end("is_low_in"),
              "end included": _end("is_high_in")},
}
_PROPERTIES = {(kind, name): found for kind, each in _BY_KIND.items() for name, found in each.items()}
