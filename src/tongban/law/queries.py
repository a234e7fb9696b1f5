"""What the law says on a day: the calendar, the version of a rule in force, the register with its words.

Sources: 民法典 art. 200-204; the laws of the register."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
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

    code = "unknown_rule"
    says = _("法律登记册中没有规则%(rule)s，请核对规则编号")


class UnknownLaw(refusal.Refusal):
    """The register has no such law."""

    code = "unknown_law"
    says = _("法律登记册中没有%(law)s，请核对")


class NoCalendarYet(refusal.Refusal):
    """The working-day calendar has not been taken in."""

    code = "no_calendar_yet"
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
    def cite(self) -> str:
        return clocks.cite(self.period.law, self.period.article)


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
class _Held:
    """What this process has read of the register, and when it last asked whether that still holds."""

    changes: int
    asked: float
    calendar: work.Calendar | None
    versions: Mapping[str, tuple[PeriodRow, ...]]
    rules: Mapping[str, str]


_memory: dict[str, _Held] = {}


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


def laws() -> tuple[LawRow, ...]:
    """All laws of the register, by kind and name."""
    rows = models.Law.objects.order_by("kind", "name")
    return tuple(_law_row(row, search(law_id=row.id)) for row in rows)


def law(law_id: str) -> LawRow:
    """One law of the register.

    :raises UnknownLaw: the register has none of this name.
    """
    row = models.Law.objects.filter(id=law_id).first()
    if row is None:
        raise UnknownLaw(law=law_id[:60])
    return _law_row(row, search(law_id=row.id))


def versions_of_law(law_id: str) -> tuple[tuple[date, str], ...]:
    """The days on which the texts of the law came into force, with a note on each."""
    rows = models.LawVersion.objects.filter(law_id=law_id).order_by("effective_from")
    return tuple(rows.values_list("effective_from", "note"))


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


def due_of_rule(
    rule_id: str, trigger: datetime | date, *, is_extended: bool = False, is_explained: bool = False
) -> dict[str, Any]:
    """The last day of a rule of the register, begun by the trigger: what `tongban law due` prints.

    A rule that sets no time has no last day: nominal and last_day are null.

    :raises UnknownRule, clocks.LawNotInForce, clocks.ExtensionNotInLaw, work.NoCalendar: as they are named.
    """
    row = period_row(rule_id, clocks.civil_day(trigger))
    rule = row.period
    told: dict[str, Any] = {
        "rule": rule.id,
        "law": rule.law,
        "article": rule.article,
        "cite": row.cite,
        "kind": rule.kind,
        "length": rule.length,
        "unit": rule.unit,
        "trigger": clocks.civil_day(trigger).isoformat(),
        "extended": is_extended,
        "nominal": None,
        "last_day": None,
        "due_at": None,
        "provisional": False,
        "source": rule.source,
        "verified": row.is_verified,
    }
    if not row.is_timed:
        return told | ({"days": []} if is_explained else {})
    due = clocks.term(rule, calendar(), trigger, extended=is_extended)
    told |= {
        "nominal": due.nominal_on.isoformat(),
        "last_day": due.last_on.isoformat(),
        "due_at": due.due_at.isoformat() if due.due_at else None,
        "provisional": due.provisional,
    }
    if is_explained:
        told["days"] = [day_as_document(each) for each in days_of_rule(rule, trigger, is_extended)]
    return told


def days_of_rule(
    rule: clocks.Period, trigger: datetime | date, is_extended: bool = False
) -> tuple[clocks.DayRow, ...]:
    """Every day of a rule from its trigger on; none for a rule that does not count forward."""
    if rule.kind in {"before", "date"} or rule.length is None or rule.unit not in set(clocks.Unit):
        return ()
    moment = trigger if isinstance(trigger, datetime) else clocks.at_midnight(trigger)
    length, unit = clocks.length_of(rule)
    more = clocks.extension_length(rule) if is_extended else 0
    clock = clocks.Clock(rule.kind, rule.id, unit, length, moment, extended=more)
    return clocks.explain(clock, calendar(), moment)


def day_as_document(row: clocks.DayRow) -> dict[str, Any]:
    """A day of an explanation in values that JSON knows."""
    return {
        "day": row.day.isoformat(),
        "kind": str(row.kind),
        "counted": row.counted,
        "number": row.number,
        "reason": str(row.reason),
        "words": row.words,
        "document": row.document,
        "is_trigger": row.is_trigger,
        "is_today": row.is_today,
        "is_nominal": row.is_nominal,
        "is_due": row.is_due,
        "is_provisional": row.is_provisional,
    }


def forget() -> None:
    """Read the register again at the next question."""
    _memory.clear()


def _register() -> _Held:
    now, held = time.monotonic(), _memory.get("register")
    if held is not None and now - held.asked < FRESH_SECONDS:
        return held
    changes = models.Register.objects.filter(id=1).values_list("changes", flat=True).first() or 0
    if held is None or changes != held.changes:
        held = _read_register(changes, now)
    if changes:
        _memory["register"] = replace(held, asked=now)
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
        codes |= {
            "approver": f"approver.{given['approver']}",
            "notify": f"notify.{given['notify']}",
        }
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


def _law_row(row: models.Law, periods: tuple[PeriodRow, ...]) -> LawRow:
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
