"""Leads arrows through the free lanes between places, with few bends and few crossings.

Points are on a doubled grid: odd numbers are columns and rows, where places stand; even numbers
are the gaps between them, which are always free.

Sources: R. Tamassia, On embedding a graph in the grid with the minimum number of bends (1987), the
idea of counting bends; the search here is over a few fixed shapes."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tongban.core.draw.chart import Arrow, Chart
from tongban.core.draw.place import Grid

Point = tuple[int, int]
Route = tuple[Point, ...]
BEND, CROSSING, SHARED, UNUSUAL = 12, 10, 7, 9


@dataclass(frozen=True, slots=True)
class Segment:
    """A straight part of a route: in a row (`is_flat`) or a column, from `low` to `high`;
    `at_low` and `at_high` are the parts it joins there, if any."""

    arrow: int
    part: int
    is_flat: bool
    channel: int
    low: int
    high: int
    at_low: int
    at_high: int

    def overlaps(self, other: "Segment") -> bool:
        return (self.is_flat == other.is_flat and self.channel == other.channel
                and self.low < other.high and other.low < self.high)


def routes(chart: Chart, grid: Grid) -> dict[int, Route]:
    """A route for each arrow, by its place in the chart; short ones choose first."""
    taken = _cells(chart, grid)
    found: dict[int, Route] = {}
    laid = Laid()
    for number in sorted(range(len(chart.arrows)), key=lambda n: _distance(chart.arrows[n], grid)):
        arrow = chart.arrows[number]
        options = [each for each in _shapes(arrow, grid) if _is_free(each, arrow, taken)] or [
            each for each in _detours(arrow, grid) if _is_free(each, arrow, taken)]
        found[number] = min((_cost(option, arrow, laid), option) for option in options)[1]
        laid.add(segments(number, found[number]))
    return found


class Laid:
    """The parts laid so far by their channels: a part meets only those of its own and those that it spans."""

    def __init__(self, parts: Iterable[Segment] = ()) -> None:
        self.channels: dict[bool, dict[int, list[Segment]]] = {True: {}, False: {}}
        self.add(parts)

    def add(self, parts: Iterable[Segment]) -> None:
        for part in parts:
            self.channels[part.is_flat].setdefault(part.channel, []).append(part)

    def beside(self, part: Segment) -> Iterable[Segment]:
        """The parts in the same channel."""
        return self.channels[part.is_flat].get(part.channel, ())

    def across(self, part: Segment) -> Iterator[Segment]:
        """The parts of the other direction in the channels it spans."""
        others = self.channels[not part.is_flat]
        for channel in range(part.low, part.high + 1):
            yield from others.get(channel, ())


def _cells(chart: Chart, grid: Grid) -> dict[Point, str]:
    """Which place stands on which point; a bar stands between its rows too."""
    return {(2 * grid.columns[place] + 1, y): place for place in chart.places
            for y in range(2 * grid.spans[place][0] + 1, 2 * grid.spans[place][1] + 2)}


def _distance(arrow: Arrow, grid: Grid) -> tuple[bool, int]:
    across = abs(grid.columns[arrow.source] - grid.columns[arrow.target])
    return arrow.is_back, across + abs(grid.row(arrow.source) - grid.row(arrow.target))


def _shapes(arrow: Arrow, grid: Grid) -> Iterator[Route]:
    """Every shape with at most four bends worth looking at."""
    for start, end in _ends(arrow, grid):
        (x1, y1), (x2, y2) = start, end
        if x1 == x2 or y1 == y2:
            yield start, end
        if x1 != x2 and y1 != y2:
            yield start, (x2, y1), end
            yield start, (x1, y2), end
        gaps = range(min(x1, x2) - 1, max(x1, x2) + 2, 2)
        floors = range(min(y1, y2) - 1, max(y1, y2) + 2, 2)
        if y1 != y2:
            yield from ((start, (gap, y1), (gap, y2), end) for gap in gaps)
        if x1 != x2:
            yield from ((start, (x1, floor), (x2, floor), end) for floor in floors)
        for gap in gaps:
            for floor in floors:
                yield start, (x1, floor), (gap, floor), (gap, y2), end
                yield start, (gap, y1), (gap, floor), (x2, floor), end


def _detours(arrow: Arrow, grid: Grid) -> Iterator[Route]:
    """Out into the next gap, along a floor and in from a gap; above and below all is always free."""
    for start, end in _ends(arrow, grid):
        (x1, y1), (x2, y2) = start, end
        for floor in range(0, 2 * sum(grid.lane_rows) + 1, 2):
            for out in (x1 - 1, x1 + 1):
                for back in (x2 - 1, x2 + 1):
                    yield start, (out, y1), (out, floor), (back, floor), (back, y2), end


def _ends(arrow: Arrow, grid: Grid) -> Iterator[tuple[Point, Point]]:
    """From any row of a bar to any row of the other."""
    x1, x2 = 2 * grid.columns[arrow.source] + 1, 2 * grid.columns[arrow.target] + 1
    (first, last), (top, bottom) = grid.spans[arrow.source], grid.spans[arrow.target]
    for row in range(first, last + 1):
        for other in range(top, bottom + 1):
            yield (x1, 2 * row + 1), (x2, 2 * other + 1)


def _is_free(route: Route, arrow: Arrow, taken: Mapping[Point, str]) -> bool:
    own = {arrow.source, arrow.target}
    return all(taken.get(point, arrow.source) in own for point in _points(route)) and all(
        point not in taken for point in route[1:-1])


def _points(route: Route) -> Iterator[Point]:
    for (x1, y1), (x2, y2) in itertools.pairwise(route):
        for x in range(min(x1, x2), max(x1, x2) + 1):
            for y in range(min(y1, y2), max(y1, y2) + 1):
                yield x, y


def segments(number: int, route: Route) -> list[Segment]:
    """The straight parts of a route, in its direction."""
    found = []
    for part, ((x1, y1), (x2, y2)) in enumerate(itertools.pairwise(route)):
        is_flat = y1 == y2
        start, end = (x1, x2) if is_flat else (y1, y2)
        beside = (part - 1, part + 1) if start < end else (part + 1, part - 1)
        found.append(Segment(number, part, is_flat, y1 if is_flat else x1,
                             min(start, end), max(start, end), *beside))
    return found


def _cost(route: Route, arrow: Arrow, laid: Laid) -> int:
    own = segments(0, route)
    cost = sum(part.high - part.low for part in own) * 2 + BEND * (len(own) - 1)
    cost += sum(CROSSING for part in own for other in laid.across(part) if crosses(part, other))
    cost += sum(SHARED for part in own for other in laid.beside(part) if part.overlaps(other))
    leaves_left = route[1][0] < route[0][0]
    enters_right = route[-2][0] > route[-1][0]
    return cost + UNUSUAL * (leaves_left + enters_right) * (not arrow.is_back)


def crosses(one: Segment, other: Segment) -> bool:
    if one.is_flat == other.is_flat:
        return False
    return one.low < other.channel < one.high and other.low < one.channel < other.high
