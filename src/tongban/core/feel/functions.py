"""Calls of FEEL functions, by place or by name, and the ranges and spans expressions need.

Sources: OMG DMN 1.5, clauses 10.3.2.13.5 (invocation), 10.3.2.7 (ranges), 10.3.2.14 (for)."""

import datetime
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from tongban.core.feel import values
from tongban.core.feel.values import Function, Range, Value

SPAN_LENGTH_MAX = 100_000


def call(function: Function, arguments: Sequence[Value], names: Sequence[str]) -> Value:
    """The result, or null where the arguments fit none of the signatures."""
    if names:
        return _call_by_name(function, dict(zip(names, arguments, strict=True)))
    if function.is_open or any(len(each) == len(arguments) for each in function.signatures):
        return function.call(*arguments)
    return None


def _call_by_name(function: Function, arguments: dict[str, Value]) -> Value:
    for signature in function.signatures:
        if arguments.keys() == set(signature):
            return function.call(*(arguments[name] for name in signature))
    for signature in function.signatures:
        if arguments.keys() < set(signature) and function.is_partial:
            return function.call(*(arguments.get(name) for name in signature))
    return None


def make_range(low: Value, high: Value, is_low_in: bool, is_high_in: bool, *, is_half: bool) -> Value:
    """The range, or null where its ends have no order."""
    if is_half:
        end = high if low is None else low
        return None if values.compare(end, end) is None else Range(low, high, is_low_in, is_high_in)
    order = values.compare(low, high)
    return None if order is None or order > 0 else Range(low, high, is_low_in, is_high_in)


def span(low: Value, high: Value, length_max: int) -> list[Value] | None:
    """Whole steps from low to high, down if need be; null for other kinds or too many."""
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        length = values.NUMBERS.subtract(high, low).copy_abs()
        if length >= min(length_max, SPAN_LENGTH_MAX):
            return None
        sign = 1 if high >= low else -1
        return [values.NUMBERS.add(low, Decimal(sign * step)) for step in range(int(length) + 1)]
    if is_day(low) and is_day(high):
        assert isinstance(low, date)
        assert isinstance(high, date)
        days = (high - low).days
        if abs(days) >= min(length_max, SPAN_LENGTH_MAX):
            return None
        sign = 1 if days >= 0 else -1
        return [low + timedelta(days=sign * step) for step in range(abs(days) + 1)]
    return None


def is_day(value: Value) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime.datetime)


def members_of(spread: Range) -> list[Value] | None:
    """The whole numbers or days a range stands for in an iteration."""
    found = span(spread.low, spread.high, SPAN_LENGTH_MAX)
    if found is None:
        return None
    return found[not spread.is_low_in : len(found) - (not spread.is_high_in)]
