"""The catalogue of matters: found by words, place and kind; which version is in force on a day.

Sources: 行政许可法 art. 30 (publication); 政府信息公开条例 art. 20 (what is published of itself)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tongban.core import codes, refusal
from tongban.matters import models

WORDS_MAX = 6  # More words than that narrow nothing.


class NoSuchMatter(refusal.Refusal):
    """No matter has this code, or none of its versions is in force on the day."""

    status = 404
    code = "no_such_matter"
    says = _("没有找到这个事项，可能已经取消或者换了地方办理。请重新搜索")


@dataclass(frozen=True, slots=True)
class MatterRow:
    """A matter as a line of a list."""

    code: str
    item: str
    title: str
    title_en: str
    kind: str
    procedure_id: str
    organ_code: str
    organ_name: str
    region_code: str
    region_name: str
    region_name_en: str
    is_open: bool
    summary: str
    summary_en: str
    promised_working_days: int
    statutory_working_days: int
    fee_yuan: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One published version."""

    id: int
    n: int
    published_on: date
    effective_from: date
    effective_to: date | None
    digest: str


def search(
    text: str, *, region_code: str | None = None, kind: str | None = None, on: date, limit: int = 30
) -> list[MatterRow]:
    """The matters whose words hold every word typed, nearest place and best title first.

    :param region_code: a place and all below it.
    """
    rows = in_force(on)
    for word in re.split(r"[\s,，、]+", codes.half_width(text).lower())[:WORDS_MAX]:
        if word:
            rows = rows.filter(matter__words__contains=word)
    if region_code:
        rows = rows.filter(matter__region_code__startswith=_stem(region_code))
    if kind:
        rows = rows.filter(matter__kind=kind)
    return _rows(rows.order_by("-matter__is_open", "matter__item", "matter__code")[:limit])


def open_in(region_code: str, on: date) -> list[MatterRow]:
    """The open matters of a place and all below it."""
    return _rows(
        in_force(on)
        .filter(matter__is_open=True, matter__region_code__startswith=_stem(region_code))
        .order_by("matter__item", "matter__code")
    )


def elsewhere(item: str, on: date) -> list[MatterRow]:
    """The same item in all places where it is exercised, by place."""
    return _rows(in_force(on).filter(matter__item=item).order_by("matter__region_code"))


def row(matter_code: str, on: date) -> MatterRow:
    """One matter as a line.

    :raises NoSuchMatter: unknown, or nothing in force.
    """
    rows = _rows(in_force(on).filter(matter_id=matter_code)[:1])
    if not rows:
        raise NoSuchMatter()
    return rows[0]


@dataclass(frozen=True, slots=True)
class Place:
    """A place where matters are exercised, and how many."""

    code: str
    name: str
    name_en: str
    count: int


def places(on: date) -> list[Place]:
    """The places with matters in force on the day, by code."""
    rows = (
        in_force(on)
        .values("matter__region_code", name=F("document__region__name"), name_en=F("document__region__name_en"))
        .annotate(count=Count("id"))
        .order_by("matter__region_code")
    )
    return [Place(row["matter__region_code"], row["name"], row["name_en"], row["count"]) for row in rows]


def rows_named(matter_codes: Sequence[str], *, on: date) -> list[MatterRow]:
    """The matters with these codes, in that order; those with nothing in force are left out."""
    found = {one.code: one for one in _rows(in_force(on).filter(matter_id__in=matter_codes))}
    return [found[code] for code in matter_codes if code in found]


def is_open(matter_code: str, on: date) -> bool:
    """Whether applications are taken on the day: the matter is open and a version is in force."""
    return in_force(on).filter(matter_id=matter_code, matter__is_open=True).exists()


def version_in_force(matter_code: str, on: date) -> int:
    """The id of the version that rules an application filed on the day.

    :raises NoSuchMatter: unknown, or nothing in force.
    """
    found = in_force(on).filter(matter_id=matter_code).values_list("id", flat=True).first()
    if found is None:
        raise NoSuchMatter()
    return int(found)


def versions(matter_code: str) -> tuple[VersionRow, ...]:
    """All published versions of a matter, the newest first."""
    rows = models.MatterVersion.objects.filter(matter_id=matter_code).order_by("-n")
    return tuple(
        VersionRow(v.id, v.n, v.published_on, v.effective_from, v.effective_to, v.digest)
        for v in rows.defer("document", "flow_xml", "form")
    )


def in_force(on: date) -> QuerySet[models.MatterVersion]:
    """The versions in force on a day, of all matters."""
    return models.MatterVersion.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gt=on), effective_from__lte=on
    )


def _rows(found: QuerySet[models.MatterVersion]) -> list[MatterRow]:
    """One statement whatever the length, with only the shown parts of the documents."""
    lines = list(
        found.values(
            "matter__code", "matter__item", "matter__title", "matter__title_en", "matter__kind",
            "matter__procedure_id", "matter__organ_code", "matter__region_code", "matter__is_open",
            summary=F("document__summary"),
            promised=F("document__promised_working_days"),
            statutory=F("document__statutory_working_days"),
            yuan=F("document__fee__yuan"),
            organ=F("document__organ__name"),
            place=F("document__region__name"),
            place_en=F("document__region__name_en"),
        )
    )  # fmt: skip
    return [
        MatterRow(
            code=line["matter__code"],
            item=line["matter__item"],
            title=line["matter__title"],
            title_en=line["matter__title_en"],
            kind=line["matter__kind"],
            procedure_id=line["matter__procedure_id"],
            organ_code=line["matter__organ_code"],
            organ_name=line["organ"],
            region_code=line["matter__region_code"],
            region_name=line["place"],
            region_name_en=line["place_en"],
            is_open=line["matter__is_open"],
            summary=line["summary"]["zh"],
            summary_en=line["summary"]["en"],
            promised_working_days=line["promised"],
            statutory_working_days=line["statutory"],
            fee_yuan=line["yuan"],
        )
        for line in lines
    ]


def _stem(region_code: str) -> str:
    """The digits every place below a place begins with: 14 for the province, 1401 for a city, all six for a county."""
    return re.sub(r"(00){1,2}$", "", region_code[:6])
