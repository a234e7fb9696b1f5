"""Finds a free spot for the words of each arrow, near where it starts.

Sources: E. Imhof, Positioning names on maps (1975): beside its line, off everything else."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tongban.core.draw import text
from tongban.core.draw.geometry import LABEL_SIZE, Box
from tongban.core.draw.route import Point

LEADING = 14
LINE_WIDTH_MAX = 8 * LABEL_SIZE
ON_BOX, ON_LINE, ON_BORDER, FARTHER = 100, 25, 3, 2


@dataclass(frozen=True, slots=True)
class Label:
    """Lines of words and the outline they fill."""

    lines: tuple[str, ...]
    box: Box


def put(words: Sequence[str], paths: Sequence[Sequence[Point]], boxes: Sequence[Box],
        borders: Sequence[int]) -> list[Label | None]:
    """A label for each arrow that has words, in the order of the arrows."""
    taken = list(boxes)
    parts = [_around(first, second) for path in paths for first, second in itertools.pairwise(path)]
    found: list[Label | None] = []
    for said, path in zip(words, paths, strict=True):
        label = _best(said, path, taken, parts, borders) if said else None
        if label:
            taken.append(label.box)
        found.append(label)
    return found


def _best(said: str, path: Sequence[Point], taken: Sequence[Box], parts: Sequence[Box],
          borders: Sequence[int]) -> Label:
    ratings = []
    for number, label in enumerate(_options(said, path)):
        box = label.box
        cost = ON_BOX * sum(_touch(box, other) for other in taken)
        cost += ON_LINE * sum(_touch(box, other) for other in parts)
        cost += ON_BORDER * sum(box.y < border < box.bottom for border in borders)
        ratings.append((cost + FARTHER * number, number, label))
    return min(ratings, key=lambda rating: rating[:2])[2]


def _options(said: str, path: Sequence[Point]) -> Iterator[Label]:
    """Spots from the start of the arrow to its end, on one line or on several."""
    one = (said,)
    several = text.wrap(said, LABEL_SIZE, LINE_WIDTH_MAX, 3)
    for first, second in itertools.pairwise(path):
        for lines in dict.fromkeys((one, several)):
            width = max(text.width(line, LABEL_SIZE) for line in lines)
            height = LEADING * len(lines)
            spots = _beside_flat if first[1] == second[1] else _beside_upright
            for x, y in spots(first, second, width, height):
                yield Label(lines, Box(x, y, width, height))


def _beside_flat(first: Point, second: Point, width: int, height: int) -> Iterator[Point]:
    (x1, y), (x2, _) = first, second
    low, high = min(x1, x2) + 8, max(x1, x2) - 10 - width
    places = (low, (low + high) // 2, high) if x1 < x2 else (high, (low + high) // 2, low)
    for top in (y - height - 3, y + 4):
        yield from ((x, top) for x in places)


def _beside_upright(first: Point, second: Point, width: int, height: int) -> Iterator[Point]:
    (x, y1), (_, y2) = first, second
    low, high = min(y1, y2) + 4, max(y1, y2) - 8 - height
    places = (low, (low + high) // 2, high) if y1 < y2 else (high, (low + high) // 2, low)
    for left in (x + 7, x - 7 - width):
        yield from ((left, y) for y in (places[1], places[0], places[2]))


def _around(first: Point, second: Point) -> Box:
    """A part of an arrow as a thin box."""
    x, y = min(first[0], second[0]), min(first[1], second[1])
    return Box(x - 1, y - 1, abs(first[0] - second[0]) + 2, abs(first[1] - second[1]) + 2)


def _touch(one: Box, other: Box) -> bool:
    return (one.x < other.right and other.x < one.right and one.y < other.bottom
            and other.y < one.bottom)
