"""The laws, the years of the calendar and the courses of events, as lists and pages show them.

Sources: the packs under national/laws and national/calendars."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tongban.core import calendar as work
from tongban.core import refusal
from tongban.law import models
from tongban.law.queries import register


@dataclass(frozen=True, slots=True)
class LawRow:
    """A law of the register with how many rules stand in it and how many of them are not verified."""

    id: str
    name: str
    name_en: str
    kind: str
    kind_words: str
    number: str
    periods: int
    unverified: int


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year of the calendar with what its notices said."""

    year: int
    is_provisional: bool
    status_words: str
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice of a year with the days it made other than they were known before."""

    notice: str
    published_on: date | None
    days: tuple[tuple[date, str, str, str], ...]  # Day, was, is, name.
    is_revision: bool


@dataclass(frozen=True, slots=True)
class YearPage:
    """A year with its notices in the order they came."""

    year: int
    is_provisional: bool
    status_words: str
    notices: tuple[NoticeRow, ...]
    working_days: int


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course of events that can be tried out, with the ids of its rules."""

    id: str
    title: str
    title_en: str
    accept: str
    decide: str
    deliver: str

    @property
    def named(self) -> str:
        """The title in the language of the page."""
        return self.title_en if (get_language() or "").startswith("en") else self.title


class UnknownCourse(refusal.Refusal):
    """There is no such course of events."""

    status = 404
    code = "unknown-course"
    says = _("没有“%(course)s”这一办理过程，请从列表中选择")


class UnknownLaw(refusal.Refusal):
    """The register has no such law."""

    status = 404
    code = "unknown-law"
    says = _("法律登记册中没有%(law)s，请核对")


def laws() -> tuple[LawRow, ...]:
    """All laws of the register, by kind and name."""
    rows = models.Law.objects.order_by("kind", "name")
    return tuple(_law_row(row, register.search(law_id=row.id)) for row in rows)


def law(law_id: str) -> LawRow:
    """One law of the register.

    :raises UnknownLaw: the register has none of this name.
    """
    row = models.Law.objects.filter(id=law_id).first()
    if row is None:
        raise UnknownLaw(law=law_id[:60])
    return _law_row(row, register.search(law_id=row.id))


def versions_of_law(law_id: str) -> tuple[tuple[date, str], ...]:
    """The days on which the texts of the law came into force, with a note on each."""
    rows = models.LawVersion.objects.filter(law_id=law_id).order_by("effective_from")
    return tuple(rows.values_list("effective_from", "note"))


def law_kinds() -> list[tuple[str, str]]:
    """The kinds of law with their words."""
    return [(kind, str(label)) for kind, label in models.LawKind.choices]


def sources() -> list[tuple[str, str]]:
    """How the words of a rule may have been checked."""
    return [(source, str(label)) for source, label in models.Source.choices]


def years() -> tuple[YearRow, ...]:
    """The years of the calendar, newest first."""
    rows = models.CalendarYear.objects.prefetch_related("notices").order_by("-year")
    return tuple(
        YearRow(
            year=row.year,
            is_provisional=row.status == models.YearStatus.PROVISIONAL,
            status_words=models.YearStatus(row.status).label,
            notices=tuple(
                each.notice
                for each in sorted(row.notices.all(), key=lambda each: each.n)
                if each.notice
            ),
        )
        for row in rows
    )


def year(number: int) -> YearPage | None:
    """A year of the calendar, notice by notice; none where the calendar does not reach."""
    row = models.CalendarYear.objects.filter(year=number).first()
    if row is None:
        return None
    kept = list(models.CalendarNotice.objects.filter(year_id=number).order_by("n"))
    states = [_known(number, kept[:n]) for n in range(len(kept) + 1)]
    days = [date.fromordinal(n) for n in range(date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal())]
    return YearPage(
        year=number, is_provisional=row.status == models.YearStatus.PROVISIONAL,
        status_words=models.YearStatus(row.status).label,
        notices=tuple(
            NoticeRow(each.notice, each.published_on, _changed(days, before, after), n > 0)
            for n, (each, before, after) in enumerate(zip(kept, states, states[1:], strict=False))
        ),
        working_days=sum(map(register.calendar().is_working, days)),
    )  # fmt: skip


def _known(number: int, notices: list[models.CalendarNotice]) -> work.Calendar:
    """The calendar of the year as these notices have it; a notice may name days of the years beside it."""
    found = work.arrange(
        register.notice_of(number, each.holidays, each.worked, each.no_longer_worked) for each in notices
    )
    return work.calendar_of(
        weekday_off=found.weekday_off, weekend_on=found.weekend_on, names=found.names, first_year=number - 1,
        last_year=number + 1,
    )  # fmt: skip


def _changed(
    days: list[date], before: work.Calendar, after: work.Calendar
) -> tuple[tuple[date, str, str, str], ...]:
    return tuple(
        (day, str(before.kind(day)), str(after.kind(day)), after.name(day) or before.name(day))
        for day in days
        if before.kind(day) is not after.kind(day)
    )


def courses() -> tuple[CourseRow, ...]:
    """The courses of events that can be tried out, in the order of the pack."""
    rows = models.Course.objects.order_by("n")
    return tuple(
        CourseRow(row.id, row.title, row.title_en, row.accept, row.decide, row.deliver)
        for row in rows
    )


def course(course_id: str) -> CourseRow:
    """One course of events.

    :raises UnknownCourse: there is none of this name.
    """
    for row in courses():
        if row.id == course_id:
            return row
    raise UnknownCourse(course=course_id[:40])


def _law_row(row: models.Law, periods: tuple[register.PeriodRow, ...]) -> LawRow:
    return LawRow(
        id=row.id,
        name=row.name,
        name_en=row.name_en,
        kind=row.kind,
        kind_words=models.LawKind(row.kind).label,
        number=row.number,
        periods=len(periods),
        unverified=sum(not each.is_verified for each in periods),
    )
