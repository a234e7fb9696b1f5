"""What the portal of a place offers at its front door: life scenes, popular searches, opening hours. Data of the pack.

Sources: packs/<province>/portal.yaml; 国办发〔2018〕45号 (by scene, not by department)."""

import functools
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from tongban.intake.queries import words


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene of life or business, and the search it stands for."""

    icon: str
    title: str
    search: str

    @property
    def quoted(self) -> str:
        """The search as part of an address."""
        return urllib.parse.quote(self.search)


@dataclass(frozen=True, slots=True)
class Portal:
    """The front door of a place, in the language of the reader."""

    hours: str
    scenes: tuple[Scene, ...]
    popular: tuple[Scene, ...]


def portal() -> Portal:
    """The portal of the installed province."""
    document = _document(Path(settings.PACKS))
    return Portal(
        hours=_said(document.get("hours", {})),
        scenes=tuple(_scene(row) for row in document.get("scenes", ())),
        popular=tuple(_scene(row) for row in document.get("popular", ())),
    )


@functools.cache
def _document(packs: Path) -> Mapping[str, Any]:
    files = sorted(packs.glob("*/portal.yaml"))
    return yaml.safe_load(files[0].read_text(encoding="utf-8")) if files else {}


def _scene(row: Mapping[str, Any]) -> Scene:
    return Scene(row.get("icon", "search"), _said(row["title"]), _said(row["search"]))


def _said(text: Mapping[str, str]) -> str:
    return words.said(text.get("zh", ""), text.get("en", ""))
