"""The built-in functions of FEEL; a wrong argument gives null.

Sources: OMG DMN 1.5, clause 10.3.4 (tables 66 to 85)."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from tongban.core.feel import values
from tongban.core.feel.values import Function, Value

SPAN_LENGTH_MAX = 100_000


def at_literal(text: str) -> Value:
    return None


def make_range(low: Value, high: Value, is_low_in: bool, is_high_in: bool, *, is_half: bool) -> Value:
    """The range, or null where its ends have no order."""
    if not is_half and (low is None or high is None or values.compare(low, high) is None):
        return None
    return values.Range(low, high, is_low_in, is_high_in)


def span(low: Value, high: Value, length_max: int) -> list[Value] | None:
    """Whole steps from low to high, down if need be; null for other kinds or too many."""
    if not isinstance(low, Decimal) or not isinstance(high, Decimal):
        return None
    if abs(high - low) >= min(length_max, SPAN_LENGTH_MAX):
        return None
    steps = int(abs(high - low)) + 1
    return [low + step if high >= low else low - step for step in range(steps)]


def members_of(spread: values.Range) -> list[Value] | None:
    """The whole numbers a range stands for in an iteration."""
    return span(spread.low, spread.high, SPAN_LENGTH_MAX)


def call(function: Function, arguments: Sequence[Value], names: Sequence[str]) -> Value:
    """Calls by place, or by name where names are given."""
    if names:
        if not set(names) <= set(function.parameters):
            return None
        by_name = dict(zip(names, arguments, strict=True))
        needed = function.parameters[: max(map(function.parameters.index, names)) + 1]
        arguments = [by_name.get(name) for name in needed]
    least = len(function.parameters) - function.optional
    if function.parameters and not least <= len(arguments) <= len(function.parameters):
        return None
    return function.call(*arguments)


def _not(value: Value) -> Value:
    return not value if isinstance(value, bool) else None


def _count(elements: Value) -> Value:
    return None if elements is None else Decimal(len(elements) if isinstance(elements, list) else 1)


def _contains(elements: Value, element: Value) -> Value:
    if not isinstance(elements, list):
        return None
    return any(values.is_equal(values.value_of(each), element) is True for each in elements)


def _all(*arguments: Value) -> Value:
    verdicts = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else arguments
    if False in verdicts:
        return False
    return True if all(each is True for each in verdicts) else None


def _any(*arguments: Value) -> Value:
    verdicts = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else arguments
    if True in verdicts:
        return True
    return False if all(each is False for each in verdicts) else None


def _string_length(text: Value) -> Value:
    return Decimal(len(text)) if isinstance(text, str) else None


_TABLE: tuple[tuple[str, tuple[str, ...], Callable[..., Value]], ...] = (
    ("not", ("negand",), _not),
    ("count", ("list",), _count),
    ("list contains", ("list", "element"), _contains),
    ("all", (), _all),
    ("any", (), _any),
    ("string length", ("string",), _string_length),
)
BUILT_IN: Mapping[str, Function] = {
    name: Function(name, parameters, implementation) for name, parameters, implementation in _TABLE
}
