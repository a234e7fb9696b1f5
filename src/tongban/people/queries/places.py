"""Regions (区划) and organs (机关), as rows ready to show.

Sources: GB/T 2260 (a code names its superiors: the first two, four, six digits)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.core import refusal
from tongban.people import models


class NoSuchRegion(refusal.Refusal):
    """No place has this code."""

    status = 404
    code = "no_such_region"
    says = _("没有编码为 %(code)s 的区划")


class NoSuchOrgan(refusal.Refusal):
    """No organ has this code, or none of this kind is in the place."""

    status = 404
    code = "no_such_organ"
    says = _("没有找到机关 %(code)s")


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A place. ``kind``: province, city, county_level, statistical_zone or township."""

    code: str
    name: str
    name_en: str
    kind: str
    parent_code: str | None


@dataclass(frozen=True, slots=True)
class OrganRow:
    """An organ. ``kind`` is what it does, the same word at every level."""

    code: str
    region_code: str
    name: str
    name_en: str
    kind: str
    level: str
    mark: str  # 机关代字: what the number of its papers begins with; empty where none is known
    is_code_generated: bool


def region(code: str) -> RegionRow:
    """One place.

    :raises NoSuchRegion: no place has the code.
    """
    row = models.Region.objects.filter(code=code).first()
    if row is None:
        raise NoSuchRegion(code=code)
    return _region_row(row)


def regions_under(code: str) -> list[RegionRow]:
    """The places directly below one, by code."""
    rows = models.Region.objects.filter(parent_id=code).order_by("code")
    return [_region_row(row) for row in rows]


def regions_of_kind(*kinds: str) -> list[RegionRow]:
    """All places of the kinds named, by code."""
    rows = models.Region.objects.filter(kind__in=kinds).order_by("code")
    return [_region_row(row) for row in rows]


def region_path(code: str) -> list[RegionRow]:
    """The place and its superiors, from the province down.

    :raises NoSuchRegion: no place has the code.
    """
    above = [code[:2] + "0000", code[:4] + "00", code[:6], code]
    rows = [_region_row(row) for row in models.Region.objects.filter(code__in=above)]
    if all(row.code != code for row in rows):
        raise NoSuchRegion(code=code)
    depth = {"province": 0, "city": 1, "county_level": 2, "statistical_zone": 2, "township": 3}
    return sorted(rows, key=lambda row: depth[row.kind])


def organ(code: str) -> OrganRow:
    """One organ.

    :raises NoSuchOrgan: no organ has the code.
    """
    row = models.Organ.objects.filter(code=code).first()
    if row is None:
        raise NoSuchOrgan(code=code)
    return _organ_row(row)


def organ_of_kind(region_code: str, kind: str) -> OrganRow:
    """The organ of one kind in one place (the registry holds at most one).

    :raises NoSuchOrgan: the place has none.
    """
    row = models.Organ.objects.filter(region_id=region_code, kind=kind).first()
    if row is None:
        raise NoSuchOrgan(code=f"{region_code} {kind}")
    return _organ_row(row)


def organs_in(region_code: str) -> list[OrganRow]:
    """The organs of one place, by code."""
    rows = models.Organ.objects.filter(region_id=region_code).order_by("code")
    return [_organ_row(row) for row in rows]


def organs_named(codes: Iterable[str]) -> dict[str, OrganRow]:
    """The organs with these codes, by code; unknown codes are left out."""
    rows = models.Organ.objects.filter(code__in=set(codes))
    return {row.code: _organ_row(row) for row in rows}


def _region_row(row: models.Region) -> RegionRow:
    return RegionRow(row.code, row.name, row.name_en, row.kind, row.parent_id)


def _organ_row(row: models.Organ) -> OrganRow:
    return OrganRow(
        row.code, row.region_id, row.name, row.name_en, row.kind, row.level, row.mark, row.is_code_generated
    )


@dataclass(frozen=True, slots=True)
class CityRow:
    """A city with the places below it: counties, and zones that are counted apart."""

    region: RegionRow
    counties: tuple[RegionRow, ...]


def tree() -> tuple[CityRow, ...]:
    """The cities with their counties, by code."""
    rows = regions_of_kind("city", "county_level", "statistical_zone")
    return tuple(
        CityRow(city, tuple(row for row in rows if row.parent_code == city.code)) for city in rows if city.kind == "city"
    )


def organs_like(text: str, limit: int = 300) -> list[OrganRow]:
    """The organs whose name holds the text, by place."""
    rows = models.Organ.objects.filter(Q(name__icontains=text.strip()) | Q(name_en__icontains=text.strip()))
    return [_organ_row(row) for row in rows.order_by("region_id", "code")[:limit]]


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post of an organ, and who holds it on the day."""

    name: str
    name_en: str
    holders: tuple[str, ...]


def posts_of(organ_code: str, on: date) -> list[PostRow]:
    """The posts of an organ with their holders on the day, by post."""
    rows = (
        models.Post.objects.filter(organ_id=organ_code)
        .annotate(
            holders=ArrayAgg(
                "holding__officer__name",
                filter=Q(holding__from_on__lte=on) & (Q(holding__to_on__isnull=True) | Q(holding__to_on__gt=on)),
                order_by="holding__officer_id",
                default=[],
            )
        )
        .order_by("id")
    )
    return [PostRow(row.name, row.name_en, tuple(row.holders)) for row in rows]
