"""The bar of legal time on a guide page: promise, statutory limit, time that does not count.

Sources: 行政许可法 art. 42 (limit and extension), 45 (time that does not count)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tongban.core.draw import svg, text
from tongban.core.draw.svg import Element, make
from tongban.core.draw.swimlane import FONT

WIDTH, MARGIN, TOP, HEIGHT = 760, 20, 46, 22
SIZE, LEADING = 12, 16


class Part(StrEnum):
    COUNTED = "counted"
    PAUSED = "paused"
    OVER_PROMISE = "over-promise"
    EXTENDED = "extended"


class Tick(StrEnum):
    START = "start"
    PROMISE = "promise"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the bar: its share of the width, words below it, and the mark where it begins."""

    part: Part
    share: int
    words: str = ""
    tick: Tick | None = None
    tick_words: str = ""


PAINTS = {Part.COUNTED: ("#1B6198", None, None), Part.PAUSED: ("", "#514A86", None),
          Part.OVER_PROMISE: ("#D5E5F2", "#1B6198", None), Part.EXTENDED: ("#fff", "#7A8998", "4 3")}
WORDS = {Part.COUNTED: "#34485B", Part.PAUSED: "#3A3468", Part.OVER_PROMISE: "#34485B",
         Part.EXTENDED: "#34485B"}
TICKS = {Tick.START: ("#14222F", "#34485B"), Tick.PROMISE: ("#146C4C", "#0C4A33"),
         Tick.LIMIT: ("#B3201F", "#861211")}


def time_bar(stretches: Sequence[Stretch], *, label: str, description: str = "",
             name: str = "time") -> str:
    """SVG of the stretches side by side, with marks above and words below."""
    whole = sum(stretch.share for stretch in stretches)
    parts: list[Element] = [make("defs", make(
        "pattern", make("rect", width=8, height=8, fill="#fff"),
        make("rect", width=4, height=8, fill="#C9C3E6"), id=f"{name}-hatch", width=8, height=8,
        patternUnits="userSpaceOnUse", patternTransform="rotate(45)"))]
    over: list[Element] = []
    lines = 1
    done = 0
    for stretch in stretches:
        x, end = (MARGIN + (WIDTH - 2 * MARGIN) * at // whole for at in (done, done + stretch.share))
        below = text.wrap(stretch.words, SIZE, max(end - x - 8, 8 * SIZE), 3)
        lines = max(lines, len(below))
        parts.append(_bar(stretch, x, end - x, name))
        over += [*_tick(stretch, x), *_below(stretch, below, (x + end) // 2)]
        done += stretch.share
    height = TOP + HEIGHT + 16 + lines * LEADING
    return svg.drawing([*parts, *over], width=WIDTH, height=height, name=name, label=label,
                       description=description, class_="time-bar", font_family=FONT)


def _bar(stretch: Stretch, x: int, width: int, name: str) -> Element:
    fill, stroke, dashes = PAINTS[stretch.part]
    return make("rect", class_=f"time-{stretch.part}", x=x, y=TOP, width=width, height=HEIGHT,
                fill=fill or f"url(#{name}-hatch)", stroke=stroke, stroke_dasharray=dashes)


def _tick(stretch: Stretch, x: int) -> Iterator[Element]:
    if stretch.tick is None:
        return
    stroke, ink = TICKS[stretch.tick]
    is_start = stretch.tick is Tick.START
    yield make("path", d=f"M{x} {TOP - 10 if is_start else TOP - 18}V{TOP + HEIGHT + 10}",
               stroke=stroke, stroke_width=2)
    yield make("text", stretch.tick_words, x=x, y=TOP - 18 if is_start else TOP - 26,
               text_anchor="start" if is_start else "middle", font_size=SIZE,
               font_weight="400" if is_start else "700", fill=ink)


def _below(stretch: Stretch, lines: Sequence[str], middle: int) -> Iterator[Element]:
    for number, line in enumerate(lines):
        yield make("text", line, x=middle, y=TOP + HEIGHT + 24 + number * LEADING,
                   text_anchor="middle", font_size=SIZE, fill=WORDS[stretch.part])
