"""Where a rule of law is used: the matters in force whose clocks run by it, procedure by procedure.

Sources: 行政许可法 art. 30 (the period of a matter is published with it)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tongban.matters.queries import catalogue


@dataclass(frozen=True, slots=True)
class PeriodUse:
    """A matter, the clock of it that runs by the rule, and its procedure."""

    matter_code: str
    title: str
    title_en: str
    region_name: str
    procedure: str
    procedure_en: str
    clock: str
    clock_en: str


def uses_of_period(rules: Sequence[str], *, on: date) -> list[PeriodUse]:
    """The matters in force on the day with a clock named by one of these ids, by procedure and place."""
    wanted = Q(pk__in=[])
    for rule in rules:
        wanted |= Q(document__clocks__contains=[{"period": rule}])
    rows = catalogue.in_force(on).filter(wanted).order_by("matter__procedure_id", "matter_id")
    found = rows.values_list(
        "matter_id", "matter__title", "matter__title_en", "document__region__name",
        "document__procedure__title", "document__clocks",
    )  # fmt: skip
    return [
        PeriodUse(code, title, title_en, place, procedure["zh"], procedure["en"], clock["title"]["zh"], clock["title"]["en"])
        for code, title, title_en, place, procedure, clocks in found
        for clock in clocks
        if clock.get("period") in rules
    ]
