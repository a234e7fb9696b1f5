"""From the grid to pixels: widths and heights grow with what they must hold.

Sources: the prototype's swim lanes, whose boxes are read without zoom at 1440 px."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.core.draw import text
from tongban.core.draw.chart import Chart
from tongban.core.draw.place import Grid
from tongban.core.draw.route import Point, Route, segments
from tongban.core.draw.tracks import Offsets

LABEL_SIZE = 11
LANE_TITLE_WIDTH = 84
GAP, FLOOR, EDGE = 30, 44, 22  # Between columns, between rows, around everything.
TIP = 26  # Room for an arrow head and a bit of line beside a label.


@dataclass(frozen=True, slots=True)
class Box:
    """The outline of a place."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Sheet:
    """Pixel of each point of the doubled grid, the outline of each place, and the lanes' tops."""

    xs: tuple[int, ...]
    ys: tuple[int, ...]
    boxes: Mapping[str, Box]
    lane_tops: tuple[int, ...]
    width: int
    height: int


def lay_out(chart: Chart, grid: Grid, sizes: Mapping[str, tuple[int, int]],
            routes: Mapping[int, Route], offsets: Offsets) -> Sheet:
    """Measures everything; `sizes` are width and height of each place, height 0 for a bar."""
    rows = sum(grid.lane_rows)
    columns = [_largest(sizes, 0, [p for p in sizes if grid.columns[p] == c], 60) for c in range(grid.width)]
    heights = [_largest(sizes, 1, [p for p in sizes if grid.row(p) == r], 44) for r in range(rows)]
    gaps = [GAP if 0 < n < grid.width else EDGE for n in range(grid.width + 1)]
    floors = [FLOOR if 0 < n < rows else EDGE for n in range(rows + 1)]
    _widen(gaps, floors, routes, offsets)
    _make_room_for_labels(chart, gaps, routes)
    xs, width = _positions(columns, gaps, LANE_TITLE_WIDTH)
    ys, height = _positions(heights, floors, 0)
    tops = [sum(grid.lane_rows[:lane]) for lane in range(len(grid.lane_rows))]
    boxes = {place: _box(grid, place, size, xs, ys, heights) for place, size in sizes.items()}
    return Sheet(xs, ys, boxes, (*(ys[2 * top] if top else 0 for top in tops), height), width, height)


def _largest(sizes: Mapping[str, tuple[int, int]], side: int, places: list[str], least: int) -> int:
    return max([least, *(sizes[place][side] for place in places)])


def _widen(gaps: list[int], floors: list[int], routes: Mapping[int, Route], offsets: Offsets) -> None:
    """A gap holds its outermost track on both sides."""
    for number, path in routes.items():
        for part in segments(number, path):
            if part.channel % 2 == 0:
                target, base = (floors, FLOOR) if part.is_flat else (gaps, GAP)
                room = base + 2 * max(0, abs(offsets[number, part.part]) - 6)
                target[part.channel // 2] = max(target[part.channel // 2], room)


def _make_room_for_labels(chart: Chart, gaps: list[int], routes: Mapping[int, Route]) -> None:
    """A label on a straight arrow between two neighbours needs its whole width."""
    for number, path in routes.items():
        label = chart.arrows[number].label
        (x1, y1), (x2, y2) = path[0], path[-1]
        if label and len(path) == 2 and y1 == y2 and abs(x1 - x2) == 2:
            gap = max(x1, x2) // 2
            gaps[gap] = max(gaps[gap], text.width(label, LABEL_SIZE) + TIP)


def _positions(sizes: list[int], gaps: list[int], start: int) -> tuple[tuple[int, ...], int]:
    """The middle of each gap and each column in turn, and where the last gap ends."""
    found = []
    at = start
    for size, gap in zip([*sizes, 0], gaps, strict=True):
        found += [at + gap // 2, at + gap + size // 2]
        at += gap + size
    return tuple(found[:-1]), at


def _box(grid: Grid, place: str, size: tuple[int, int], xs: tuple[int, ...], ys: tuple[int, ...],
         heights: list[int]) -> Box:
    first, last = grid.spans[place]
    width, height = size
    top, bottom = ys[2 * first + 1], ys[2 * last + 1]
    height = height or heights[first]
    x = xs[2 * grid.columns[place] + 1] - width // 2
    return Box(x, top - height // 2, width, bottom - top + height)


def line(path: Route, number: int, offsets: Offsets, sheet: Sheet, source: Box,
         target: Box) -> list[Point]:
    """The corners of an arrow in pixels, from the rim of its source to the rim of its target."""
    parts = segments(number, path)
    lines = [(sheet.ys if part.is_flat else sheet.xs)[part.channel] + offsets[number, part.part]
             for part in parts]
    corners = []
    for index in range(len(parts) - 1):
        across, along = lines[index], lines[index + 1]
        corners.append((along, across) if parts[index].is_flat else (across, along))
    first = _rim(source, parts[0].is_flat, lines[0], path[0], path[1])
    last = _rim(target, parts[-1].is_flat, lines[-1], path[-1], path[-2])
    return [first, *corners, last]


def _rim(box: Box, is_flat: bool, at: int, here: Point, towards: Point) -> Point:
    if is_flat:
        return (box.right if towards[0] > here[0] else box.x), at
    return at, (box.bottom if towards[1] > here[1] else box.y)
