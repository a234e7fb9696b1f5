"""FEEL arithmetic: decimal numbers, texts, points in time and durations; no result is null.

Sources: OMG DMN 1.5, clause 10.3.2.13.6 (addition, subtraction, multiplication, division)."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from tongban.core.feel import temporal, values
from tongban.core.feel.values import NUMBERS, Months, Value


def negative(operand: Value) -> Value:
    return NUMBERS.minus(operand) if isinstance(operand, Decimal) else temporal.negative(operand)


def add(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return values.number_of(NUMBERS.add(left, right))
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    return temporal.add(left, right)


def subtract(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return values.number_of(NUMBERS.subtract(left, right))
    return temporal.subtract(left, right)


def multiply(left: Value, right: Value) -> Value:
    if isinstance(right, Months | timedelta):
        left, right = right, left
    if not isinstance(right, Decimal):
        return None
    if isinstance(left, Decimal):
        return values.number_of(NUMBERS.multiply(left, right))
    return temporal.scale(left, right)


def divide(left: Value, right: Value) -> Value:
    if not isinstance(right, Decimal):
        return temporal.ratio(left, right)
    if not right:
        return None
    if isinstance(left, Decimal):
        return values.number_of(NUMBERS.divide(left, right))
    return temporal.scale(left, NUMBERS.divide(Decimal(1), right))


def power(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return values.number_of(NUMBERS.power(left, right))
    return None


OPERATIONS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "**": power,
}
