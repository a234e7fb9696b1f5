"""FEEL arithmetic: decimal numbers, joined texts; what has no result is null.

Sources: OMG DMN 1.5, clause 10.3.2.13.6 (table 53 ff.); IEEE 754-2008 decimal128."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from tongban.core.feel import values
from tongban.core.feel.values import NUMBERS, Value


def negative(operand: Value) -> Value:
    return NUMBERS.minus(operand) if isinstance(operand, Decimal) else None


def add(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return values.number_of(NUMBERS.add(left, right))
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    return None


def subtract(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return values.number_of(NUMBERS.subtract(left, right))
    return None


def multiply(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return values.number_of(NUMBERS.multiply(left, right))
    return None


def divide(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal) and right:
        return values.number_of(NUMBERS.divide(left, right))
    return None


def power(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return values.number_of(NUMBERS.power(left, right))
    return None


OPERATIONS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "**": power,
}
