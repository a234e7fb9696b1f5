"""Puts the places of a chart into a grid of lanes, rows and columns.

A step into another lane stays in its column where it can, so the chart grows downwards before it
grows sideways; branches that run at the same time lie one above the other.

Sources: K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system
structures (1981), adapted to lanes."""

from dataclasses import dataclass

from tongban.core.draw.chart import Chart

Cell = tuple[int, int, int]  # lane, row inside the lane, column


@dataclass(frozen=True, slots=True)
class Grid:
    """Where everything is; rows are counted through all lanes, `spans` are first and last row."""

    columns: dict[str, int]
    spans: dict[str, tuple[int, int]]
    lane_rows: tuple[int, ...]
    width: int

    def row(self, place: str) -> int:
        return self.spans[place][0]


def arrange(chart: Chart, bars: frozenset[str], ends: frozenset[str]) -> Grid:
    """The grid; `bars` are the parallel gateways, as tall as the branches they hold together.

    Only an end may stand straight above the step before it: time goes down or to the right."""
    cells: dict[str, Cell] = {}
    sources: dict[str, list[str]] = {place: [] for place in chart.places}
    targets: dict[str, list[str]] = {place: [] for place in chart.places}
    for arrow in chart.arrows:
        if not arrow.is_back:
            sources[arrow.target].append(arrow.source)
            targets[arrow.source].append(arrow.target)
    for place in chart.places:
        cells[place] = _cell(place, chart, cells, sources, bars, ends)
    return _grid(chart, cells, {
        bar: [*sources[bar], *targets[bar]] for bar in bars if bar in cells})


def _cell(place: str, chart: Chart, cells: dict[str, Cell], sources: dict[str, list[str]],
          bars: frozenset[str], ends: frozenset[str]) -> Cell:
    lane = chart.lanes[place]
    before = [cells[source] for source in sources[place]]
    stays = place in ends
    column = max((cell[2] + (cell[0] == lane or (cell[0] > lane and not stays)) for cell in before),
                 default=0)
    is_branch = len(before) == 1 and (sources[place][0] in bars or before[0][0] == lane)
    taken = set(cells.values())
    row = 0
    while True:
        cell = (lane, row, column)
        if cell not in taken and _is_reachable(cell, before, taken):
            return cell
        if is_branch and row < len(cells) and cell in taken:
            row += 1
        else:
            row, column = 0, column + 1


def _is_reachable(cell: Cell, before: list[Cell], taken: set[Cell]) -> bool:
    """Nothing stands between it and the steps before it in the same column."""
    lane, row, column = cell
    for source in before:
        if source[2] == column:
            low, high = sorted([source[:2], (lane, row)])
            if any(low < other[:2] < high and other[2] == column for other in taken):
                return False
    return True


def _grid(chart: Chart, cells: dict[str, Cell], neighbours: dict[str, list[str]]) -> Grid:
    lane_rows = tuple(max((cell[1] + 1 for cell in cells.values() if cell[0] == lane), default=1)
                      for lane in range(len(chart.titles)))
    first = [sum(lane_rows[:lane]) for lane in range(len(lane_rows))]
    spans = {}
    for place, (lane, row, column) in cells.items():
        rows = {row}
        beside = {cells[other][1] for other in neighbours.get(place, ()) if cells[other][0] == lane}
        wanted = range(min(rows | beside), max(rows | beside) + 1)
        others = {cell for other, cell in cells.items() if other != place}
        if not any((lane, each, column) in others for each in wanted):
            rows |= set(wanted)
        spans[place] = first[lane] + min(rows), first[lane] + max(rows)
    columns = {place: cell[2] for place, cell in cells.items()}
    return Grid(columns, spans, lane_rows, max(columns.values()) + 1)
