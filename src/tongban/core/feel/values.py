"""FEEL values: kinds, three-valued equality and order; null stands for every fault.

Kinds and their Python types: number Decimal, string str, boolean bool, date date, date and time
datetime, time time, days and time duration timedelta, years and months duration Months, list list,
context dict, range Range, function Function, null None.

Sources: OMG DMN 1.5, clauses 10.3.2.3 (semantic domain), 10.3.2.13 (equality and order)."""

import datetime
import decimal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tongban.core import refusal

# IEEE 754 decimal128, which DMN names; a fault gives NaN or infinity, and those become null.
NUMBERS = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[])
Value = object
TEXT_LENGTH_MAX = 1_000_000  # Of what an expression makes.


class TooMuchWork(refusal.Refusal):
    """The expression looks at more, or makes more, than a rule may."""

    code = "too-much-work"
    says = "表达式计算量超过上限，已停止。"


@dataclass(frozen=True, slots=True)
class Months:
    """A years and months duration, as a number of months."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    low: Value
    high: Value
    is_low_in: bool = True
    is_high_in: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A built-in or a user-defined function.

    :ivar signatures: names of the parameters, one tuple for each number of arguments it takes;
    :ivar is_open: it takes any number; :ivar is_partial: a named argument may be left out."""

    name: str
    signatures: tuple[tuple[str, ...], ...]
    call: Callable[..., Value]
    is_open: bool = False
    is_partial: bool = False


def number_of(value: Decimal) -> Decimal | None:
    """The number if it is one."""
    return value if value.is_finite() else None


def value_of(raw: object) -> Value:
    """What comes from a JSON document or a caller, as a FEEL value; containers stay as they are."""
    if raw is None or isinstance(raw, bool | str | Decimal):
        return raw
    if isinstance(raw, int):
        return NUMBERS.create_decimal(raw)
    if isinstance(raw, float):
        return number_of(NUMBERS.create_decimal(repr(raw)))
    if isinstance(raw, tuple):
        return list(raw)
    return raw


def kind_of(value: Value) -> str:
    """The FEEL name of the value's type, `Any` for what FEEL does not know."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, datetime.datetime):
        return "date and time"
    return next((name for name, python in _KINDS if isinstance(value, python)), "Any")


_KINDS: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("number", (Decimal, int)),
    ("string", str),
    ("date", datetime.date),
    ("time", datetime.time),
    ("days and time duration", datetime.timedelta),
    ("years and months duration", Months),
    ("range", Range),
    ("function", Function),
    ("context", Mapping),
    ("list", Sequence),
)


_PLAIN = frozenset({str, bool, Decimal})


def is_equal(left: Value, right: Value) -> bool | None:
    """True, false, or null for values of different kinds."""
    if left is None or right is None:
        return left is right
    if type(left) is type(right) and type(left) in _PLAIN:
        return left == right
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    special = _EQUALITY.get(kind)
    return special(left, right) if special else left == right


def _is_equal_list(left: Sequence[Value], right: Sequence[Value]) -> bool | None:
    if len(left) != len(right):
        return False
    parts = zip(left, right, strict=True)
    return all(is_equal(value_of(a), value_of(b)) is True for a, b in parts)


def _is_equal_context(left: Mapping[str, Value], right: Mapping[str, Value]) -> bool | None:
    if left.keys() != right.keys():
        return False
    return all(is_equal(value_of(left[key]), value_of(right[key])) is True for key in left)


def _is_equal_range(left: Range, right: Range) -> bool | None:
    ends = (left.is_low_in, left.is_high_in) == (right.is_low_in, right.is_high_in)
    return ends and is_equal(left.low, right.low) is True and is_equal(left.high, right.high) is True


def _is_equal_moment(left: datetime.datetime, right: datetime.datetime) -> bool | None:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    return left == right


_EQUALITY: Mapping[str, Callable[..., bool | None]] = {
    "list": _is_equal_list,
    "context": _is_equal_context,
    "range": _is_equal_range,
    "date and time": _is_equal_moment,
    "time": _is_equal_moment,
    "function": lambda left, right: None,
    "Any": lambda left, right: None,
}
ORDERED = frozenset({
    "number", "string", "date", "date and time", "time", "days and time duration",
    "years and months duration",
})


def compare(left: Value, right: Value) -> int | None:
    """-1, 0 or 1, or null where the two have no order."""
    kind = kind_of(left)
    if kind not in ORDERED or kind != kind_of(right):
        return None
    if isinstance(left, Months) and isinstance(right, Months):
        left, right = left.months, right.months
    zoned = [getattr(side, "tzinfo", None) is not None for side in (left, right)]
    if zoned[0] != zoned[1]:
        return None
    return int(left > right) - int(left < right)  # type: ignore[operator]


def orders(operator: str, left: Value, right: Value) -> bool | None:
    """The truth of `left operator right` for one of = != < <= > >=."""
    if operator == "=":
        return is_equal(left, right)
    if operator == "!=":
        equal = is_equal(left, right)
        return None if equal is None else not equal
    order = compare(left, right)
    if order is None:
        return None
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]


def is_within(value: Value, span: Range) -> bool | None:
    """Whether the value lies in the range; an absent end is no end."""
    low = high = True
    if span.low is not None:
        order = compare(value, span.low)
        if order is None:
            return None
        low = order > 0 or (order == 0 and span.is_low_in)
    if span.high is not None:
        order = compare(value, span.high)
        if order is None:
            return None
        high = order < 0 or (order == 0 and span.is_high_in)
    return low and high
