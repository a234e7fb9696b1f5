"""Keeps arrows apart that share a row, a column or a gap: each part gets an offset in pixels.

Sources: A. Hashimoto, J. Stevens, Wire routing by optimizing channel assignment (1971), tracks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tongban.core.draw.route import Laid, Point, Route, Segment, segments

ROUNDS = 3
IN_GAP = (0, -10, 10, -20, 20, -30, 30)
ON_BORDER = (-10, 10, -20, 20, -30, 30)
IN_ROW = (0, -12, 12)
IN_COLUMN = (0, -16, 16, -32, 32)
STRAIGHT = (0,)
Offsets = dict[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class Limits:
    """Borders between lanes, where a line is drawn already; points of bars and of diamonds."""

    borders: frozenset[int]
    bars: frozenset[Point]
    diamonds: frozenset[Point]

    def options(self, part: Segment, path: Route) -> Sequence[int]:
        if part.channel % 2 == 0:
            return ON_BORDER if part.is_flat and part.channel in self.borders else IN_GAP
        ends = {path[part.part], path[part.part + 1]} & {path[0], path[-1]}
        if ends & self.diamonds or (not part.is_flat and ends & self.bars):
            return STRAIGHT
        return IN_ROW if part.is_flat else IN_COLUMN


def assign(routes: Mapping[int, Route], limits: Limits) -> Offsets:
    """Offset of each part of each route: no two on one line, few crossings, near the middle."""
    parts = [part for number, path in routes.items() for part in segments(number, path)]
    parts.sort(key=lambda part: (len(routes[part.arrow]), part.high - part.low, part.arrow, part.part))
    offsets: Offsets = {}
    laid = Laid(parts)
    for turn in range(ROUNDS):
        for part in parts:
            ratings = [(_clashes(part, option, laid, offsets),
                        _crossings(part, option, laid, offsets) if turn else 0,
                        abs(option), option) for option in limits.options(part, routes[part.arrow])]
            offsets[part.arrow, part.part] = min(ratings)[-1]
    return offsets


def _clashes(part: Segment, offset: int, laid: Laid, offsets: Offsets) -> int:
    return sum(1 for other in laid.beside(part) if other is not part and other.overlaps(part)
               and offsets.get((other.arrow, other.part)) == offset)


def _crossings(part: Segment, offset: int, laid: Laid, offsets: Offsets) -> int:
    """How often it meets others, an offset counting like a small step on the grid."""
    here = (part.channel, offset)
    low, high = _ends(part, offsets)
    found = 0
    for other in laid.across(part):
        if other.arrow != part.arrow:
            low_there, high_there = _ends(other, offsets)
            there = (other.channel, offsets.get((other.arrow, other.part), 0))
            found += low < there < high and low_there < here < high_there
    return found


def _ends(part: Segment, offsets: Offsets) -> tuple[Point, Point]:
    """The ends of a part, moved by the offsets of the parts it joins."""
    return ((part.low, offsets.get((part.arrow, part.at_low), 0)),
            (part.high, offsets.get((part.arrow, part.at_high), 0)))
