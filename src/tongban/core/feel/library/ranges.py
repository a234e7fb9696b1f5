"""Range functions of FEEL: how two points or intervals lie to each other.

Sources: OMG DMN 1.5, clause 10.3.4.11 (table 78); J. F. Allen, Maintaining knowledge about temporal
intervals (1983)."""

from collections.abc import Callable

from tongban.core.feel import values
from tongban.core.feel.values import Function, Range, Value

Ends = tuple[Value, Value, bool, bool]


def _ends(value: Value) -> Range:
    """A point is a range of itself."""
    return value if isinstance(value, Range) else Range(value, value)


class _NoOrder(Exception):
    """The two cannot be compared."""


def _order(left: Value, right: Value) -> int:
    order = values.compare(left, right)
    if order is None:
        raise _NoOrder
    return order


def _relation(holds: Callable[[Range, Range], bool], *, points: str = "rr") -> Callable[[Value, Value], Value]:
    """`points` says for each side whether it must be a range (r) or may be a point (p)."""
    def relate(left: Value, right: Value) -> Value:
        for side, rule in ((left, points[0]), (right, points[1])):
            if rule == "r" and not isinstance(side, Range):
                return None
        try:
            return holds(_ends(left), _ends(right))
        except _NoOrder:
            return None

    return relate


def _before(a: Range, b: Range) -> bool:
    order = _order(a.high, b.low)
    return order < 0 or (order == 0 and not (a.is_high_in and b.is_low_in))


def _meets(a: Range, b: Range) -> bool:
    return a.is_high_in and b.is_low_in and _order(a.high, b.low) == 0


def _starts_first(a: Range, b: Range) -> bool:
    order = _order(a.low, b.low)
    return order < 0 or (order == 0 and a.is_low_in and not b.is_low_in)


def _ends_first(a: Range, b: Range) -> bool:
    order = _order(a.high, b.high)
    return order < 0 or (order == 0 and b.is_high_in and not a.is_high_in)


def _same_start(a: Range, b: Range) -> bool:
    return _order(a.low, b.low) == 0 and a.is_low_in == b.is_low_in


def _same_end(a: Range, b: Range) -> bool:
    return _order(a.high, b.high) == 0 and a.is_high_in == b.is_high_in


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _overlaps_before(a: Range, b: Range) -> bool:
    return _overlaps(a, b) and _starts_first(a, b) and not _ends_first(b, a)


def _includes(a: Range, b: Range) -> bool:
    return not _starts_first(b, a) and not _ends_first(a, b)


def _starts(a: Range, b: Range) -> bool:
    return _same_start(a, b) and not _ends_first(b, a)


def _finishes(a: Range, b: Range) -> bool:
    return _same_end(a, b) and not _starts_first(a, b)


def _coincides(a: Range, b: Range) -> bool:
    return _same_start(a, b) and _same_end(a, b)


def _turned(holds: Callable[[Range, Range], bool]) -> Callable[[Range, Range], bool]:
    return lambda a, b: holds(b, a)


def _names(first: str, second: str) -> tuple[tuple[str, ...], ...]:
    return ((first, second),)


_BOTH = tuple((f"{a}1" if a == b else a, f"{b}2" if a == b else b)
              for a in ("point", "range") for b in ("point", "range"))
_RANGES = _names("range1", "range2")
_POINT_IN = (("point", "range"), ("range1", "range2"))
_HAS_POINT = (("range", "point"), ("range1", "range2"))
FUNCTIONS = (
    Function("before", _BOTH, _relation(_before, points="pp")),
    Function("after", _BOTH, _relation(_turned(_before), points="pp")),
    Function("meets", _RANGES, _relation(_meets)),
    Function("met by", _RANGES, _relation(_turned(_meets))),
    Function("overlaps", _RANGES, _relation(_overlaps)),
    Function("overlaps before", _RANGES, _relation(_overlaps_before)),
    Function("overlaps after", _RANGES, _relation(_turned(_overlaps_before))),
    Function("includes", _HAS_POINT, _relation(_includes, points="rp")),
    Function("during", _POINT_IN, _relation(_turned(_includes), points="pr")),
    Function("starts", _POINT_IN, _relation(_starts, points="pr")),
    Function("started by", _HAS_POINT, _relation(_turned(_starts), points="rp")),
    Function("finishes", _POINT_IN, _relation(_finishes, points="pr")),
    Function("finished by", _HAS_POINT, _relation(_turned(_finishes), points="rp")),
    Function("coincides", _BOTH, _relation(_coincides, points="pp")),
)
