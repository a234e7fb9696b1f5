"""Figures about cases that anybody may see: how many, how many in time, how long. No case is named.

Sources: 政府信息公开条例 art. 20; 行政许可法 art. 42 (the limit), 82 (working days)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from tongban.cases import models
from tongban.core import clock as clocks
from tongban.law import queries as law

MATTERS_MAX = 100


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """What happened from the first day to today.

    :ivar decided: cases whose statutory clock ended in that time. :ivar in_time: of these, the ones in time.
    :ivar mean_days: working days from acceptance to decision on average, None where none was decided.
    :ivar overdue: decided late in that time, or open and past the limit today.
    """

    first: date
    today: date
    filed: int
    decided: int
    in_time: int
    mean_days: Fraction | None
    overdue: int

    @property
    def in_time_share(self) -> Fraction | None:
        return Fraction(self.in_time, self.decided) if self.decided else None


def public_figures(*, first: date, today: date, region: str = "") -> PublicFigures:
    """The figures of a time up to today. Three SQL statements.

    :param region: prefix of the region code; empty for the whole province.
    """
    limits = models.Clock.objects.filter(name="statutory", region_code__startswith=region)
    ended = limits.filter(ended_on__gte=first, ended_on__lte=today)
    spans = list(
        ended.annotate(started_on=TruncDate("started_at"))
        .values("started_on", "ended_on")
        .annotate(n=Count("case_id"), good=Count("case_id", filter=Q(ended_on__lte=F("last_on"))))
        .order_by("started_on", "ended_on")
    )
    decided = sum(span["n"] for span in spans)
    in_time = sum(span["good"] for span in spans)
    still_late = limits.filter(ended_on=None, is_paused=False, last_on__lt=today).count()
    filed = models.Case.objects.filter(
        region_code__startswith=region, filed_at__gte=clocks.at_midnight(first)
    ).count()
    calendar = law.calendar()
    days = sum(
        span["n"] * calendar.count_between(span["started_on"], span["ended_on"]) for span in spans
    )
    mean = Fraction(days, decided) if decided else None
    return PublicFigures(first, today, filed, decided, in_time, mean, decided - in_time + still_late)


def most_filed(*, since: date, most: int) -> list[tuple[str, int]]:
    """The matters most often applied for since the day: (matter code, how many), most first."""
    rows = models.Case.objects.filter(filed_at__gte=clocks.at_midnight(since)).values("matter_code")
    counted = rows.annotate(n=Count("ref")).order_by("-n", "matter_code")
    return [(row["matter_code"], row["n"]) for row in counted[: min(most, MATTERS_MAX)]]
