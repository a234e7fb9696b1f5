"""What the law says on a day: the calendar, the version of a rule in force, the register with its words.

Sources: 民法典 art. 200-204; the laws of the register."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tongban.core import calendar as work
from tongban.core import clock as clocks
from tongban.core import refusal
from tongban.law import models

FRESH_SECONDS = (
    60  # So long a process may answer from what it read, without asking whether it changed.
)
SPACE = " "


class UnknownRule(refusal.Refusal):
    """The register has no such rule."""

    status = 404
    code = "unknown-rule"
    says = _("法律登记册中没有规则%(rule)s，请核对规则编号")


class NoCalendarYet(refusal.Refusal):
    """The working-day calendar has not been taken in."""

    code = "no-calendar-yet"
    says = _("工作日历还没有导入，期限暂时不能计算；请管理员先导入放假安排")
    basis = "全国年节及纪念日放假办法"


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A version of a rule as the register shows it: the rule of the core, and words for its codes."""

    period: clocks.Period
    rule: str
    law_id: str
    law_name_en: str
    words: Mapping[str, str]
    words_en: Mapping[str, str]
    source_words: str
    is_verified: bool
    is_date_verified: bool
    is_timed: bool

    @property
    def named(self) -> Mapping[str, str]:
        """The words in the language of the page."""
        return self.words_en if (get_language() or "").startswith("en") else self.words

    @property
    def limit(self) -> str:
        """The figure with its unit, as `20 个工作日`; the unit alone where there is no figure."""
        figure = self.period.value if self.period.length in {None, 0} else self.period.length
        return f"{figure} {self.named.get('unit', '')}".strip()

    @property
    def cite(self) -> str:
        return clocks.cite(self.period.law, self.period.article)


@dataclass(frozen=True, slots=True)
class ReceptionRow:
    """A setting of the pack on when something counts as received (收件时间), with its words."""

    reception: clocks.Reception
    effective_from: date
    title: str
    title_en: str
    words: str
    words_en: str
    is_verified: bool
    source_words: str


@dataclass(frozen=True, slots=True)
class _Held:
    """What this process has read of the register, and when it last asked whether that still holds."""

    changes: int
    asked: float
    calendar: work.Calendar | None
    versions: Mapping[str, tuple[PeriodRow, ...]]
    rules: Mapping[str, str]
    receptions: tuple[ReceptionRow, ...]


_memory: dict[str, _Held] = {}
_trial: ContextVar[dict[str, _Held] | None] = ContextVar("law on trial", default=None)


@contextmanager
def on_trial() -> Iterator[None]:
    """Within it this thread reads the register for itself alone: what a transaction tries out is nobody else's."""
    mark = _trial.set({})
    try:
        yield
    finally:
        _trial.reset(mark)


def _read() -> dict[str, _Held]:
    own = _trial.get()
    return _memory if own is None else own


def calendar() -> work.Calendar:
    """The working-day calendar as it is known now.

    :raises NoCalendarYet: none was taken in.
    """
    found = _register().calendar
    if found is None:
        raise NoCalendarYet()
    return found


def period(rule_id: str, on: date) -> clocks.Period:
    """The version of the rule in force on the day, whichever of its versions the id names.

    :raises UnknownRule: the register has no such rule.
    :raises clocks.LawNotInForce: no version was in force on the day.
    """
    return period_row(rule_id, on).period


def period_row(rule_id: str, on: date) -> PeriodRow:
    """As `period`, with words."""
    versions = history(rule_id)
    for row in versions:
        if clocks.is_in_force(row.period, on):
            return row
    rule = versions[-1].period
    raise clocks.LawNotInForce(day=on, rule=rule.id, cite=clocks.cite(rule.law, rule.article))


def reception(channel: str, on: date) -> clocks.Reception | None:
    """How a channel receives on the day; none where the pack does not say, so that every hour counts as its day."""
    for row in receptions():
        if row.reception.channel == channel and row.effective_from <= on:
            return row.reception
    return None


def receptions() -> tuple[ReceptionRow, ...]:
    """How each channel receives, the latest setting of each first."""
    return _register().receptions


def history(rule_id: str) -> tuple[PeriodRow, ...]:
    """All versions of a rule, oldest first.

    :raises UnknownRule: the register has no such rule.
    """
    register = _register()
    if rule_id not in register.rules:
        raise UnknownRule(rule=rule_id[:60])
    return register.versions[register.rules[rule_id]]


def search(
    text: str = "", *, law_id: str = "", is_timed: bool | None = None
) -> tuple[PeriodRow, ...]:
    """The rules in which every word of the text occurs, in the order of the register."""
    wanted = text.lower().split()
    return tuple(
        row
        for versions in _register().versions.values()
        for row in versions
        if (not law_id or row.law_id == law_id)
        and (is_timed is None or row.is_timed is is_timed)
        and all(word in _haystack(row) for word in wanted)
    )


def calendar_of_notices(
    *, known_on: date | None = None, instead: Mapping[int, Iterable[work.Notice]] | None = None
) -> work.Calendar:
    """The calendar the notices come to.

    :param known_on: leave out notices published after this day, as if it were today.
    :param instead: notices to take for a year in place of those kept, for a preview.
    :raises NoCalendarYet: no year was taken in.
    """
    status = dict(models.CalendarYear.objects.order_by("year").values_list("year", "status"))
    if not status:
        raise NoCalendarYet()
    rows = models.CalendarNotice.objects.order_by("year_id", "n")
    if known_on is not None:
        rows = rows.filter(Q(published_on__isnull=True) | Q(published_on__lte=known_on))
    replaced = dict(instead or {})
    notices = [_notice(row) for row in rows if row.year_id not in replaced]
    notices += [notice for of_year in replaced.values() for notice in of_year]
    days = work.arrange(sorted(notices, key=lambda each: each.year))
    provisional = {
        year for year, is_ in status.items() if is_ == models.YearStatus.PROVISIONAL
    } - set(replaced)
    return work.calendar_of(
        weekday_off=days.weekday_off,
        weekend_on=days.weekend_on,
        names=days.names,
        first_year=min(status),
        last_year=max(max(status), *replaced) if replaced else max(status),
        provisional_years=provisional,
    )


def preview_notice(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The days of a calendar that a yearly file would change, were it taken in.

    :raises work.CalendarContradicts: a day cannot be so arranged.
    """
    before, year = calendar(), document["year"]
    given = [
        notice_of(year, each["holidays"], each.get("worked", ()), each.get("no_longer_worked", ()))
        for each in document["notices"]
    ]
    kept: list[work.Notice] = []
    if models.CalendarYear.objects.filter(year=year, status=models.YearStatus.CONFIRMED).exists():
        kept = [
            _notice(row) for row in models.CalendarNotice.objects.filter(year=year).order_by("n")
        ]
    after = calendar_of_notices(instead={year: [*kept, *given]})
    first, last = max(before.first, after.first), min(before.last, after.last)
    days = map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
    return [
        {
            "day": day.isoformat(),
            "was": str(before.kind(day)),
            "is": str(after.kind(day)),
            "name": after.name(day),
        }
        for day in days
        if before.kind(day) is not after.kind(day)
    ]


def forget() -> None:
    """Read the register again at the next question."""
    _read().clear()


def _register() -> _Held:
    now, held = time.monotonic(), _read().get("register")
    if held is not None and now - held.asked < FRESH_SECONDS:
        return held
    changes = models.Register.objects.filter(id=1).values_list("changes", flat=True).first() or 0
    if held is None or changes != held.changes:
        held = _read_register(changes, now)
    if changes:
        _read()["register"] = replace(held, asked=now)
    return held


def _read_register(changes: int, now: float) -> _Held:
    words = {row.id: row for row in models.Word.objects.all()}
    versions: dict[str, list[PeriodRow]] = {}
    rules: dict[str, str] = {}
    for row in models.Period.objects.select_related("law").order_by("law__name", "n"):
        versions.setdefault(row.rule, []).append(_period_row(row, words))
        rules[row.id] = rules[row.rule] = row.rule
    has_calendar = models.CalendarYear.objects.exists()
    return _Held(
        changes=changes,
        asked=now,
        calendar=calendar_of_notices() if has_calendar else None,
        versions={
            rule: tuple(sorted(rows, key=lambda each: each.period.effective_from or date.min))
            for rule, rows in versions.items()
        },
        rules=rules,
        receptions=tuple(map(_reception_row, models.Reception.objects.order_by("channel", "-effective_from"))),
    )


def _period_row(row: models.Period, words: Mapping[str, models.Word]) -> PeriodRow:
    given = row.extension
    rule = clocks.Period(
        id=row.id,
        law=row.law.name,
        article=row.article,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        trigger=row.trigger,
        bound=row.bound,
        kind=row.kind,
        length=row.length,
        unit=row.unit or None,
        extension=clocks.Extension(**given) if given else None,
        suspends=tuple(row.suspends),
        on_lapse=row.on_lapse or None,
        quote=row.quote,
        source=row.source,
        note=row.note,
        value=row.value,
        lapse=clocks.Lapse(row.lapse) if row.lapse else None,
    )
    codes = {name: f"{name}.{getattr(row, name)}" for name in WORDED if getattr(row, name)}
    if given:
        codes |= {name: f"{name}.{given[name]}" for name in ("approver", "notify") if given.get(name)}
    return PeriodRow(
        period=rule,
        rule=row.rule,
        law_id=row.law_id,
        law_name_en=row.law.name_en,
        words={name: words[code].words for name, code in codes.items()},
        words_en={name: words[code].words_en for name, code in codes.items()},
        source_words=models.Source(row.source).label,
        is_verified=row.source == models.Source.VERIFIED_TEXT,
        is_date_verified=row.is_date_verified,
        is_timed=clocks.is_timed(rule),
    )


WORDED = ("trigger", "bound", "kind", "unit", "on_lapse", "lapse")


def _reception_row(row: models.Reception) -> ReceptionRow:
    return ReceptionRow(
        reception=clocks.Reception(
            row.channel, row.opens_at, row.closes_at, clocks.AfterHours(row.after_hours), row.basis
        ),
        effective_from=row.effective_from, title=row.title, title_en=row.title_en, words=row.words,
        words_en=row.words_en, is_verified=row.source == models.Source.VERIFIED_TEXT,
        source_words=models.Source(row.source).label,
    )  # fmt: skip


def _haystack(row: PeriodRow) -> str:
    rule = row.period
    parts = (rule.id, row.cite, row.law_name_en, rule.quote, rule.note, rule.article)
    return SPACE.join((*parts, *row.words.values(), *row.words_en.values())).lower()


def _notice(row: models.CalendarNotice) -> work.Notice:
    return notice_of(row.year_id, row.holidays, row.worked, row.no_longer_worked)


def notice_of(
    year: int,
    holidays: Iterable[Mapping[str, Any]],
    worked: Iterable[Any] = (),
    no_longer_worked: Iterable[Any] = (),
) -> work.Notice:
    """A notice of the core from its plain form, days as text or as days."""
    return work.Notice(
        year=year,
        holidays=tuple(
            work.Holiday(each["name"], _day(each["from"]), _day(each["to"])) for each in holidays
        ),
        worked=tuple(map(_day, worked)),
        no_longer_worked=tuple(map(_day, no_longer_worked)),
    )


def _day(given: date | str) -> date:
    return given if isinstance(given, date) else date.fromisoformat(given)
