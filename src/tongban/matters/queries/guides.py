"""The guide of a matter (办事指南): everything published about it, in one language, with the flow that runs.

Sources: 行政许可法 art. 30 (what must be published); GB/T 36114 (service guides)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongban.matters import models
from tongban.matters.queries import catalogue
from tongban.matters.queries.definition import Definition, NoSuchVersion, definition_of
from tongban.matters.queries.facts import exchange


@dataclass(frozen=True, slots=True)
class Guide:
    """A published version, ready to show. ``words`` is its document with one language chosen."""

    version: catalogue.VersionRow
    definition: Definition
    words: Mapping[str, Any]
    is_current: bool
    is_open: bool
    newer: int | None


def guide(matter_code: str, *, on: date, version: int | None = None, language: str = "zh") -> Guide:
    """The guide in force on the day, or that of one version, as published then.

    :raises NoSuchMatter: unknown, or nothing in force on the day.
    :raises NoSuchVersion: the matter has no version of this number.
    """
    row = _version_row(matter_code, on, version)
    newest = models.MatterVersion.objects.filter(matter_id=matter_code, effective_from__lte=on).order_by("-n")
    last = newest.values_list("n", flat=True).first() or row.n
    is_current = _is_in_force(row, on)
    return Guide(
        version=catalogue.VersionRow(
            row.id, row.n, row.published_on, row.effective_from, row.effective_to, row.digest
        ),
        definition=definition_of(row),
        words=in_language(row.document, language),
        is_current=is_current,
        is_open=is_current and row.matter.is_open,
        newer=last if last > row.n else None,
    )


@dataclass(frozen=True, slots=True)
class Published:
    """A version as programs read it: the document in both languages, the form, and the exchange fields."""

    code: str
    version: int
    effective_from: date
    effective_to: date | None
    digest: str
    is_open: bool
    exchange: Mapping[str, object]
    document: Mapping[str, Any]
    form: Mapping[str, Any]


def published(matter_code: str, *, on: date, version: int | None = None) -> Published:
    """The version in force on the day, or that of a number, entire.

    :raises NoSuchMatter, NoSuchVersion: as for the guide.
    """
    row = _version_row(matter_code, on, version)
    return Published(
        code=matter_code,
        version=row.n,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        digest=row.digest,
        is_open=row.matter.is_open and _is_in_force(row, on),
        exchange=exchange(row.document),
        document=row.document,
        form=row.form,
    )


def flow_xml(matter_code: str, *, on: date, version: int | None = None) -> str:
    """The BPMN text that runs, as published.

    :raises NoSuchMatter, NoSuchVersion: as for the guide.
    """
    return str(_version_row(matter_code, on, version).flow_xml)


def in_language(words: Any, language: str) -> Any:
    """The document with every {zh, en} replaced by the one asked for."""
    if isinstance(words, Mapping):
        if "zh" in words and "en" in words and len(words) == 2:
            return words[language]
        return {key: in_language(value, language) for key, value in words.items()}
    if isinstance(words, list):
        return [in_language(value, language) for value in words]
    return words


def _is_in_force(row: models.MatterVersion, on: date) -> bool:
    return row.effective_from <= on and (row.effective_to is None or row.effective_to > on)


def _version_row(matter_code: str, on: date, version: int | None) -> models.MatterVersion:
    rows = models.MatterVersion.objects.filter(matter_id=matter_code).select_related("matter")
    if version is not None:
        found = rows.filter(n=version).first()
        if found is None:
            raise NoSuchVersion()
        return found
    found = rows.filter(id__in=catalogue.in_force(on).values("id")).first()
    if found is None:
        raise catalogue.NoSuchMatter()
    return found
