"""What only the storeys above know of the law: which open clocks move, where a rule is used. The site ties it in.

Sources: ARCHITECTURE.md (imports point down only)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

Counts = Mapping[str, int]  # open, moved, earlier, later


@dataclass(frozen=True, slots=True)
class Use:
    """A procedure or matter whose clocks run by a rule."""

    title: str
    title_en: str
    where: str
    url: str


@dataclass(frozen=True, slots=True)
class Ties:
    """The questions the law asks upwards; without a site above nothing is open and nothing is used."""

    moves: Callable[[datetime], Counts] = lambda _at: {"open": 0, "moved": 0, "earlier": 0, "later": 0}
    uses: Callable[[Sequence[str], date], Sequence[Use]] = lambda _rules, _on: ()


_tied: list[Ties] = []


def tie(ties: Ties) -> None:
    """Name those who answer; the site does so when it starts."""
    _tied[:] = [ties]


def tied() -> Ties:
    """Those who answer."""
    return _tied[0] if _tied else Ties()
