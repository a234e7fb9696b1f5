"""How wide a text is and where a line of Chinese may end, without a font at hand.

Sources: W3C Requirements for Chinese Text Layout (clreq) 3.1.2 (line start and end rules)."""

import re
import unicodedata

NOT_FIRST = frozenset("，。、；：？！）》」』】〉”’…—·,.;:?!)%％℃")
NOT_LAST = frozenset("（《「『【〈“‘(￥$#")
PIECE = re.compile(r"\d+\s?(?:个?工作日|个|日|天|年|月|人|名|元|份)|[A-Za-z0-9.\-_/]+|\s+|.", re.DOTALL)
WIDE = frozenset("WF")
HALVES_NARROW = 11  # A narrow character counts 11 twentieths of a wide one.


def width(text: str, size: int) -> int:
    """Width in pixels, rounded up, of a text set in a sans face of that size."""
    twentieths = sum(20 if unicodedata.east_asian_width(sign) in WIDE else HALVES_NARROW
                     for sign in text)
    return -(-twentieths * size // 20)


def wrap(text: str, size: int, width_max: int, lines_max: int) -> tuple[str, ...]:
    """Lines of about equal length, none wider than the measure; the rest ends in an ellipsis."""
    pieces = _pieces(" ".join(text.split()))
    lines = _fill(pieces, size, width_max)
    if len(lines) > lines_max:
        return (*lines[: lines_max - 1], _cut(lines[lines_max - 1], size, width_max))
    return _even(pieces, size, width_max, len(lines))


def _even(pieces: list[str], size: int, width_max: int, count: int) -> tuple[str, ...]:
    """The same number of lines with the fewest torn words, then the shortest longest line."""
    rows: dict[int, tuple[int, int, tuple[str, ...]]] = {0: (0, 0, ())}
    for _ in range(count):
        longer: dict[int, tuple[int, int, tuple[str, ...]]] = {}
        for start, (torn, longest, lines) in rows.items():
            for end in range(start + 1, len(pieces) + 1):
                line = "".join(pieces[start:end]).strip()
                if width(line, size) > width_max and end > start + 1:
                    break
                option = (torn + _is_torn(pieces[end - 1 : end + 1]),
                          max(longest, width(line, size)), (*lines, line))
                longer[end] = min(option, longer.get(end, option))
        rows = longer
    return rows[len(pieces)][2] if pieces else ()


def _is_torn(beside: list[str]) -> bool:
    """Whether two Chinese characters of one phrase would part."""
    return len(beside) == 2 and all(unicodedata.east_asian_width(sign) == "W" and sign.isalpha()
                                    for sign in (beside[0][-1], beside[1][0]))


def _fill(pieces: list[str], size: int, width_max: int) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and width(lines[-1] + piece.rstrip(), size) > width_max:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines if line.strip()]


def _pieces(text: str) -> list[str]:
    """What must not be torn apart: words, and signs that may not begin or end a line."""
    pieces: list[str] = []
    for piece in PIECE.findall(text):
        if pieces and (piece in NOT_FIRST or pieces[-1][-1] in NOT_LAST):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _cut(line: str, size: int, width_max: int) -> str:
    while line and width(line + "…", size) > width_max:
        line = line[:-1]
    return line + "…"
