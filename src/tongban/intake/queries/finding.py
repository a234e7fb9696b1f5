"""The one search: what may be done, a case followed by its number, the law; and what is near when nothing fits.

Sources: 政府网站发展指引 (国办发〔2017〕47号): one search for matters, cases and policies."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tongban.cases import queries as cases
from tongban.core import clock as clocks
from tongban.core import codes
from tongban.law import queries as law
from tongban.matters import queries as matters

TEXT_LENGTH_MAX = 100
MATTERS_MAX = 30
LAWS_MAX = 5
NEAR_MAX = 3
CATALOGUE_MAX = 300  # How many matters are looked through for near ones.


@dataclass(frozen=True, slots=True)
class Track:
    """A case number somebody typed. ``ref`` only where this reader may see the case."""

    number: str
    ref: str


@dataclass(frozen=True, slots=True)
class Found:
    """The answer, in its groups.

    :ivar near: the nearest matters, only where nothing else was found.
    """

    text: str
    rows: tuple[matters.MatterRow, ...]
    track: Track | None
    laws: tuple[law.PeriodRow, ...]
    near: tuple[matters.MatterRow, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.rows or self.track or self.laws)


def find(text: str, *, viewer: cases.Viewer, on: date, region_code: str | None = None) -> Found:
    """Look for the text; a case is shown only to those who may see it, whether or not it exists."""
    asked = text.strip()[:TEXT_LENGTH_MAX]
    if number := tracked(asked, viewer):
        return Found(asked, (), number, (), ())
    rows = tuple(matters.search(asked, region_code=region_code, on=on, limit=MATTERS_MAX))
    laws = rules(asked, on) if asked else ()
    near = () if rows or laws else nearest(asked, matters.search("", on=on, limit=CATALOGUE_MAX))
    return Found(asked, rows, None, laws, near)


def rules(text: str, on: date) -> tuple[law.PeriodRow, ...]:
    """The time limits of the law that speak of it, as in force on the day."""
    found = (row for row in law.search(text) if clocks.is_in_force(row.period, on))
    return tuple(itertools.islice(found, LAWS_MAX))


def tracked(text: str, viewer: cases.Viewer) -> Track | None:
    """The case number the text is, if it is one."""
    try:
        parts = codes.parse_case_number(text)
    except codes.NotACode:
        return None
    number = codes.case_number(parts.region_code, parts.year, parts.serial)
    return Track(number, cases.ref_of_number(parts, viewer=viewer) or "")


def nearest(text: str, rows: Sequence[matters.MatterRow]) -> tuple[matters.MatterRow, ...]:
    """The matters that share most signs with the text, in title or summary; never none while there are any."""
    signs = set(text.lower())

    def distance(row: matters.MatterRow) -> tuple[int, str]:
        return (-len(signs & set(f"{row.title}{row.title_en}{row.summary}".lower())), row.code)

    seen: dict[str, matters.MatterRow] = {}
    for row in sorted(rows, key=distance):
        seen.setdefault(row.item, row)
    return tuple(seen.values())[:NEAR_MAX]
