"""Numeric functions of FEEL, and `not`.

Sources: OMG DMN 1.5, clauses 10.3.4.2, 10.3.4.5 (tables 67, 70)."""

import decimal
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from tongban.core.feel import values
from tongban.core.feel.values import NUMBERS, Function, Months, Value

SCALE_MIN, SCALE_MAX = -6111, 6176
WIDE = decimal.Context(prec=12_400, Emin=-20_000, Emax=20_000, traps=[])  # Holds every decimal128 unrounded.


def _whole(value: Value) -> int | None:
    """An integer that is written as a number, not too large to be a count or a scale."""
    if not isinstance(value, Decimal) or value != value.to_integral_value() or abs(value) > 10**9:
        return None
    return int(value)


def _rounding(rounding: str) -> Callable[..., Value]:
    def round_to(number: Value, scale: Value = Decimal(0)) -> Value:
        places = _whole(scale)
        if not isinstance(number, Decimal) or places is None or not SCALE_MIN <= places <= SCALE_MAX:
            return None
        rounded = number.quantize(Decimal(1).scaleb(-places), rounding=rounding, context=WIDE)
        return values.number_of(NUMBERS.plus(rounded if places >= 0 else rounded.to_integral_value()))

    return round_to


def _abs(value: Value) -> Value:
    if isinstance(value, Months):
        return Months(abs(value.months))
    if isinstance(value, Decimal):
        return value.copy_abs()
    return abs(value) if isinstance(value, timedelta) else None


def _modulo(dividend: Value, divisor: Value) -> Value:
    """With the sign of the divisor."""
    if not isinstance(dividend, Decimal) or not isinstance(divisor, Decimal) or not divisor:
        return None
    floor = NUMBERS.divide(dividend, divisor).to_integral_value(decimal.ROUND_FLOOR)
    return values.number_of(NUMBERS.subtract(dividend, NUMBERS.multiply(divisor, floor)))


def _one(operate: Callable[[Decimal], Decimal]) -> Callable[[Value], Value]:
    return lambda value: values.number_of(operate(value)) if isinstance(value, Decimal) else None


def _parity(rest: int) -> Callable[[Value], Value]:
    def has(value: Value) -> Value:
        if not isinstance(value, Decimal) or value != value.to_integral_value():
            return None if not isinstance(value, Decimal) else False
        return int(value) % 2 == rest

    return has


def _not(value: Value) -> Value:
    return not value if isinstance(value, bool) else None


_SCALED = (("n",), ("n", "scale"))
_ROUNDERS = (("round up", decimal.ROUND_UP), ("round down", decimal.ROUND_DOWN),
             ("round half up", decimal.ROUND_HALF_UP), ("round half down", decimal.ROUND_HALF_DOWN))
FUNCTIONS = (
    Function("decimal", (("n", "scale"),), _rounding(decimal.ROUND_HALF_EVEN)),
    Function("floor", _SCALED, _rounding(decimal.ROUND_FLOOR)),
    Function("ceiling", _SCALED, _rounding(decimal.ROUND_CEILING)),
    *(Function(name, (("n", "scale"),), _rounding(rounding)) for name, rounding in _ROUNDERS),
    Function("abs", (("n",),), _abs),
    Function("modulo", (("dividend", "divisor"),), _modulo),
    Function("sqrt", (("number",),), _one(NUMBERS.sqrt)),
    Function("log", (("number",),), _one(NUMBERS.ln)),
    Function("exp", (("number",),), _one(NUMBERS.exp)),
    Function("odd", (("number",),), _parity(1)),
    Function("even", (("number",),), _parity(0)),
    Function("not", (("negand",),), _not),
)
