"""The chart of a flow in swim lanes, for wide screens and paper; narrow ones get the list of steps.

Colour is law: violet hatch only for time that does not count, green for done, red for refusal, and
always with a shape or a word beside it.

Sources: OMG BPMN 2.0.2, clause 7.2 (lanes); W3C WCAG 2.2, 1.4.1, 1.4.11."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tongban.core.draw import chart, geometry, labels, place, route, svg, text, tracks
from tongban.core.draw.chart import Chart
from tongban.core.draw.geometry import LABEL_SIZE, LANE_TITLE_WIDTH, Box, Sheet
from tongban.core.draw.route import Point
from tongban.core.draw.svg import Element, make
from tongban.core.flow.graph import CATCHES, ENDS, GATEWAYS, Graph, Kind

INK, INK_SOFT, LINE, BAND = "#14222F", "#34485B", "#D6DEE6", "#F7F9FB"
BRAND, PAUSE, OK, RED = "#14507F", "#514A86", "#146C4C", "#B3201F"
FONT = ("PingFang SC, HarmonyOS Sans SC, MiSans, Source Han Sans SC, Noto Sans CJK SC, Noto Sans SC, "
        "Microsoft YaHei, system-ui, sans-serif")
TITLE_SIZE, SUB_SIZE, TITLE_LEADING, SUB_LEADING = 13, 11, 17, 15
TASK_WIDTH, PILL_WIDTH, DIAMOND, BAR = 116, 104, 34, 8
PADDING = 8
CORNER = 6


class Tone(StrEnum):
    PLAIN = "plain"
    KEY = "key"
    PAUSE = "pause"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class NodeWords:
    """What a box says: who or how long stands in `sub`."""

    title: str
    sub: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a case is: a badge on the box, or a tick if it has been there."""

    words: str
    is_done: bool = False


NO_WORDS: Mapping[str, NodeWords] = {}
NO_MARKS: Mapping[str, Mark] = {}
NO_LANES: Mapping[str, str] = {}
PAINTS: Mapping[Tone, tuple[str, str, int]] = {
    Tone.PLAIN: ("#fff", INK_SOFT, 1), Tone.KEY: ("#EDF4FA", BRAND, 2),
    Tone.PAUSE: ("", PAUSE, 2), Tone.DONE: ("#E9F6F0", OK, 2), Tone.REFUSED: ("#FDEEEC", RED, 2),
}
SIGNS = {Kind.EXCLUSIVE: "×", Kind.INCLUSIVE: "○", Kind.EVENT_GATEWAY: "◎"}
# Small pictures beside the words of an event: a clock, a letter, a flag.
ICONS = {Kind.TIMER: "M0 -6a6 6 0 1 0 .1 0zM0 -4v4l3 2", Kind.MESSAGE: "M-6 -4h12v9h-12zl6 5l6 -5",
         Kind.SIGNAL: "M-5 6v-12l10 4l-10 4", Kind.THROW: "M-5 6v-12l10 4l-10 4"}
PILLS = {Kind.START, Kind.THROW, *ENDS, *CATCHES}


def swimlane(graph: Graph, lanes: Mapping[str, str] = NO_LANES,
             words: Mapping[str, NodeWords] = NO_WORDS, *, label: str, description: str = "",
             marks: Mapping[str, Mark] = NO_MARKS, path: Collection[str] = (),
             name: str = "flow") -> str:
    """SVG of the flow. `lanes` renames the lane of a node, `words` the nodes and the edges, `marks`
    shows a case in it, `path` are edges to be drawn strongly; `label` says what the chart shows,
    `name` makes its ids unique on the page."""
    drawn = chart.chart_of(graph, lanes, {key: said.title for key, said in words.items()})
    bars = frozenset(node for node in drawn.places if graph.nodes[node].kind is Kind.PARALLEL)
    ends = frozenset(node for node in drawn.places if graph.nodes[node].kind in ENDS)
    grid = place.arrange(drawn, bars, ends)
    faces = {node: _Face(graph, node, words, marks, name) for node in drawn.places}
    routes = route.routes(drawn, grid)
    limits = _limits(drawn, grid, bars, frozenset(n for n in faces if faces[n].is_diamond))
    offsets = tracks.assign(routes, limits)
    sizes = {node: face.size for node, face in faces.items()}
    sheet = geometry.lay_out(drawn, grid, sizes, routes, offsets)
    lines = [geometry.line(routes[n], n, offsets, sheet, sheet.boxes[arrow.source],
                           sheet.boxes[arrow.target]) for n, arrow in enumerate(drawn.arrows)]
    parts = [_definitions(name), *_bands(drawn, sheet),
             *_arrows(drawn, lines, frozenset(path), name),
             *(part for node, face in faces.items() for part in face.draw(sheet.boxes[node])),
             *_labels(drawn, lines, sheet)]
    return svg.drawing(parts, width=sheet.width, height=sheet.height, name=name, label=label,
                       description=description, class_="flow", font_family=FONT)


def _limits(drawn: Chart, grid: place.Grid, bars: frozenset[str],
            diamonds: frozenset[str]) -> tracks.Limits:
    tops = [sum(grid.lane_rows[:lane]) for lane in range(1, len(grid.lane_rows))]

    def points(nodes: Iterable[str]) -> frozenset[Point]:
        return frozenset((2 * grid.columns[node] + 1, 2 * row + 1) for node in nodes
                         for row in range(grid.spans[node][0], grid.spans[node][1] + 1))

    return tracks.Limits(frozenset(2 * top for top in tops), points(bars), points(diamonds))


# Places


class _Face:
    """How one place looks."""

    def __init__(self, graph: Graph, node: str, words: Mapping[str, NodeWords],
                 marks: Mapping[str, Mark], name: str) -> None:
        self.kind = graph.nodes[node].kind
        said = words.get(node) or NodeWords(graph.nodes[node].name)
        self.tone = said.tone
        self.mark = marks.get(node)
        self.hatch = f"url(#{name}-hatch)"
        self.has_time = any(graph.nodes[event].timer for event in graph.nodes[node].boundary)
        self.is_pill = self.kind in PILLS
        self.is_bar = self.kind is Kind.PARALLEL
        self.is_diamond = self.kind in GATEWAYS and not self.is_bar
        self.width = PILL_WIDTH if self.is_pill else TASK_WIDTH
        inner = self.width - 2 * PADDING
        self.title = text.wrap(said.title, TITLE_SIZE, inner, 3)
        self.sub = text.wrap(said.sub, SUB_SIZE, inner, 2)

    @property
    def size(self) -> tuple[int, int]:
        if self.is_bar:
            return BAR, 0
        if self.is_diamond:
            return DIAMOND, DIAMOND
        height = len(self.title) * TITLE_LEADING + len(self.sub) * SUB_LEADING + 24
        return self.width, max(height, 40 if self.is_pill else 56)

    def draw(self, box: Box) -> Iterator[Element]:
        if self.is_bar:
            yield make("rect", class_="flow-bar", x=box.x, y=box.y, width=box.width,
                       height=box.height, rx=2, fill=INK_SOFT)
            if self.title:
                yield make("text", "".join(self.title), x=box.right + 6, y=box.y + 10,
                           font_size=SUB_SIZE, fill=INK_SOFT)
        elif self.is_diamond:
            yield from self._diamond(box)
        else:
            yield from self._outline(box)
            yield from self._words(box)
            yield from self._icon(box)
        if self.mark:
            yield from _badge(self.mark, box)

    def _outline(self, box: Box) -> Iterator[Element]:
        fill, stroke, weight = PAINTS[self.tone]
        if self.mark and not self.mark.is_done:
            fill, stroke, weight = fill and "#EDF4FA", BRAND, 3
        radius = box.height // 2 if self.is_pill else 5
        yield make("rect", class_=f"flow-box flow-{self.tone}", x=box.x, y=box.y, width=box.width,
                   height=box.height, rx=radius, fill=fill or self.hatch, stroke=stroke,
                   stroke_width=weight)

    def _words(self, box: Box) -> Iterator[Element]:
        halo = {"paint_order": "stroke", "stroke": "#fff", "stroke_width": "4"} if (
            self.tone is Tone.PAUSE) else {}
        x, middle = box.middle
        used = len(self.title) * TITLE_LEADING + len(self.sub) * SUB_LEADING
        y = middle - used // 2
        for line in self.title:
            yield make("text", line, x=x, y=y + 13, text_anchor="middle", font_size=TITLE_SIZE,
                       font_weight="700", fill=INK, **halo)
            y += TITLE_LEADING
        for line in self.sub:
            yield make("text", line, x=x, y=y + 12, text_anchor="middle", font_size=SUB_SIZE,
                       fill=INK_SOFT, **halo)
            y += SUB_LEADING

    def _icon(self, box: Box) -> Iterator[Element]:
        if self.kind in ICONS:
            yield from _sign(self.kind, box.x + 8, box.y + 4)
        if self.has_time:
            yield from _sign(Kind.TIMER, box.x + 16, box.bottom)

    def _diamond(self, box: Box) -> Iterator[Element]:
        x, y = box.middle
        half = DIAMOND // 2
        yield make("path", class_="flow-box", fill="#fff", stroke=INK_SOFT, stroke_width=1,
                   d=f"M{x} {y - half}L{x + half} {y}L{x} {y + half}L{x - half} {y}z")
        yield make("text", SIGNS[self.kind], x=x, y=y + 6, text_anchor="middle", font_size=17,
                   font_weight="700", fill=INK)


def _sign(kind: Kind, x: int, y: int) -> Iterator[Element]:
    yield make("circle", cx=x, cy=y, r=10, fill="#fff", stroke=INK_SOFT)
    yield make("path", d=ICONS[kind], transform=f"translate({x} {y})", fill="none", stroke=INK_SOFT,
               stroke_width="1.25")


def _badge(mark: Mark, box: Box) -> Iterator[Element]:
    """Where the case is now: a flag with words; where it has been: a tick."""
    if mark.is_done:
        x, y = box.right, box.y
        yield make("circle", class_="flow-done", cx=x, cy=y, r=8, fill=OK, stroke="#fff", stroke_width=2)
        yield make("path", make("title", mark.words), d=f"M{x - 4} {y}l3 3l5 -6", fill="none",
                   stroke="#fff", stroke_width=2)
        return
    width = text.width(mark.words, LABEL_SIZE) + 14
    x = box.middle[0] - width // 2
    yield make("rect", class_="flow-now", x=x, y=box.y - 10, width=width, height=18, rx=9, fill=BRAND)
    yield make("text", mark.words, x=box.middle[0], y=box.y + 3, text_anchor="middle",
               font_size=LABEL_SIZE, font_weight="700", fill="#fff")


# Lanes, arrows, labels


def _definitions(name: str) -> Element:
    stripes = make("pattern", make("rect", width=8, height=8, fill="#fff"),
                   make("rect", width=4, height=8, fill="#DEDAF0"), id=f"{name}-hatch", width=8,
                   height=8, patternUnits="userSpaceOnUse", patternTransform="rotate(45)")
    tips = [make("marker", make("path", d=shape, fill=colour), id=f"{name}-{kind}",
                 viewBox="0 0 8 8", refX=at, refY=4, markerWidth=8, markerHeight=8,
                 markerUnits="userSpaceOnUse", orient="auto")
            for kind, shape, at, colour in (
                ("tip", "M0 0L8 4L0 8z", 8, INK_SOFT), ("tail", "M8 0L0 4L8 8z", 0, INK_SOFT),
                ("strong-tip", "M0 0L8 4L0 8z", 8, BRAND), ("strong-tail", "M8 0L0 4L8 8z", 0, BRAND))]
    return make("defs", stripes, *tips)


def _bands(drawn: Chart, sheet: Sheet) -> Iterator[Element]:
    for lane, title in enumerate(drawn.titles):
        top, bottom = sheet.lane_tops[lane], sheet.lane_tops[lane + 1]
        yield make("rect", class_="flow-lane", x=0, y=top, width=sheet.width, height=bottom - top,
                   fill="#fff" if lane % 2 else BAND, stroke=LINE)
        lines = text.wrap(title, TITLE_SIZE, LANE_TITLE_WIDTH - 24, 3)
        y = (top + bottom) // 2 - len(lines) * 18 // 2
        for line in lines:
            yield make("text", line, x=14, y=y + 14, font_size=TITLE_SIZE, font_weight="700",
                       fill=INK_SOFT)
            y += 18


def _arrows(drawn: Chart, lines: list[list[Point]], path: frozenset[str],
            name: str) -> Iterator[Element]:
    for arrow, points in zip(drawn.arrows, lines, strict=True):
        is_strong = path.issuperset(arrow.edges) or bool(arrow.returns and path.issuperset(arrow.returns))
        kind = f"{name}-strong-" if is_strong else f"{name}-"
        yield make("path", class_="flow-arrow", d=_round(points), fill="none",
                   stroke=BRAND if is_strong else INK_SOFT, stroke_width="2.5" if is_strong else "1.5",
                   stroke_dasharray="5 4" if arrow.is_back or arrow.returns else None,
                   marker_end=f"url(#{kind}tip)",
                   marker_start=f"url(#{kind}tail)" if arrow.returns else None)


def _round(points: list[Point]) -> str:
    """A path with soft corners."""
    parts = [f"M{points[0][0]} {points[0][1]}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        x1, y1 = _towards(here, before)
        x2, y2 = _towards(here, after)
        parts.append(f"L{x1} {y1}Q{here[0]} {here[1]} {x2} {y2}")
    return "".join([*parts, f"L{points[-1][0]} {points[-1][1]}"])


def _towards(here: Point, there: Point) -> Point:
    """The point a corner's radius away from here, or half way if there is nearer."""
    reach = [min(CORNER, abs(there[n] - here[n]) // 2) for n in (0, 1)]
    step = [reach[n] if there[n] > here[n] else -reach[n] for n in (0, 1)]
    return here[0] + step[0], here[1] + step[1]


def _labels(drawn: Chart, lines: list[list[Point]], sheet: Sheet) -> Iterator[Element]:
    titles = Box(0, 0, LANE_TITLE_WIDTH, sheet.height)
    boxes = [titles, *(Box(box.x - 3, box.y - 3, box.width + 6, box.height + 6)
                       for box in sheet.boxes.values())]
    words = [arrow.label for arrow in drawn.arrows]
    for label in labels.put(words, lines, boxes, sheet.lane_tops):
        for number, line in enumerate(label.lines if label else ()):
            assert label is not None
            yield make("text", line, class_="flow-label", x=label.box.x,
                       y=label.box.y + LABEL_SIZE + number * labels.LEADING, font_size=LABEL_SIZE,
                       fill=INK_SOFT, paint_order="stroke", stroke="#fff", stroke_width=4)
