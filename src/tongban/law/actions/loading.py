"""Taking the law in: laws with their periods, words, years of the calendar, a new notice on the holidays.

Sources: the packs under national/laws and national/calendars; 全国年节及纪念日放假办法 (yearly notices)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import F, Model
from django.utils.translation import gettext_lazy as _

from tongban.core import refusal
from tongban.law import models, queries

Progress = Callable[[str, int, int], None]


class PeriodWithoutArticle(refusal.Refusal):
    """A rule says nothing without the article it stands in."""

    code = "period-without-article"
    says = _("规则%(rule)s没有写明条文，不能登记")


class LengthNotWhole(refusal.Refusal):
    """A length of time is a whole number: 2.5 would be cut off without a word."""

    code = "length-not-whole"
    says = _("规则%(rule)s的期限“%(length)s”不是整数，不能登记")


class OverlappingVersions(refusal.Refusal):
    """Two versions of a rule would be in force on the same day."""

    code = "overlapping-versions"
    says = _("规则%(rule)s的两个版本（%(first)s、%(second)s）在同一天都有效，请核对施行和失效日期")


class UnknownWord(refusal.Refusal):
    """A rule uses a word the register has no name for."""

    code = "unknown-word"
    says = _("规则%(rule)s中的“%(word)s”没有对应的说法，请先补充词表")


class YearNotNext(refusal.Refusal):
    """A notice must be for a year the calendar has, or for the one after."""

    code = "year-not-next"
    says = _("放假安排须按年份逐年导入：现有%(first)s年至%(last)s年，不能直接导入%(year)s年")


def load(*, packs: Path, progress: Progress, at: datetime) -> None:
    """Take in laws and calendar from the packs; doing so again changes nothing."""
    load_laws(folder=packs / "national" / "laws", progress=progress, at=at)
    load_calendar(folder=packs / "national" / "calendars", progress=progress, at=at)


@transaction.atomic
def load_laws(*, folder: Path, progress: Progress, at: datetime) -> None:
    """Take in every law of the folder with its periods, and the words for them (法律登记).

    What was changed here by a proposal stays as approved; what a pack changes is recorded.

    :raises PeriodWithoutArticle, OverlappingVersions, UnknownWord: for the fact each is named after.
    """
    words = {
        f"{kind}.{code}": text
        for kind, codes in _read(folder / "words.yaml").items()
        for code, text in codes.items()
    }
    paths = sorted(path for path in folder.glob("*.yaml") if path.stem not in NOT_LAWS)
    documents = [_read(path) for path in paths]
    periods = [
        _period_fields(document, n, each)
        for document in documents
        for n, each in enumerate(document["periods"])
    ]
    check_periods(periods=periods, words=words)
    edited = set(models.Change.objects.exclude(proposal=None).values_list("kind", "target"))
    periods = [each for each in periods if (models.ChangeKind.RULE, each["rule"]) not in edited]
    documents = [each for each in documents if (models.ChangeKind.LAW, each["law"]) not in edited]
    changed = 0
    changed += _keep(models.Word, [_word_fields(code, text) for code, text in words.items()])
    changed += _keep(models.Course, _course_fields(folder / "courses.yaml"))
    changed += _keep(models.Reception, _reception_fields(folder / "reception.yaml"))
    for n, document in enumerate(documents, start=1):
        changed += _keep(models.Law, [_law_fields(document)])
        changed += _keep_versions(document)
        progress("laws", n, len(documents))
    changed += _keep_periods(periods, at)
    say_changed(changed=changed)


@transaction.atomic
def load_calendar(*, folder: Path, progress: Progress, at: datetime) -> None:
    """Take in every year of the folder; a year already confirmed is not made provisional again (工作日历).

    :raises work.CalendarContradicts: the days of a year contradict each other.
    """
    files = map(_read, sorted(folder.glob("*.yaml")))
    documents = [year for file in files for year in file.get("years", [file])]
    changed = 0
    for n, document in enumerate(documents, start=1):
        changed += _keep_year(document, at)
        progress("calendar", n, len(documents))
    if changed or not models.CalendarDay.objects.exists():
        _lay_out_days()
    say_changed(changed=changed)


@transaction.atomic
def import_notice(*, document: Mapping[str, Any], at: datetime) -> None:
    """Take in a notice on the holidays of a year: the first confirms it, a later one changes it (导入放假安排).

    :param document: a yearly file like those of the packs, with one notice.
    :raises YearNotNext: the calendar has neither the year nor the one before.
    :raises work.CalendarContradicts: a day cannot be so arranged.
    """
    years = sorted(models.CalendarYear.objects.values_list("year", flat=True))
    year = document["year"]
    if years and not years[0] <= year <= years[-1] + 1:
        raise YearNotNext(first=years[0], last=years[-1], year=year)
    known = models.CalendarYear.objects.select_for_update().filter(year=year).first()
    if known is not None and known.status == models.YearStatus.CONFIRMED:
        for notice in document["notices"]:
            _add_notice(year, known.notices.count() + 1, notice, at)
    else:
        _keep_year({**document, "status": models.YearStatus.CONFIRMED}, at)
    _lay_out_days()
    say_changed(changed=1)


NOT_LAWS = frozenset({"words", "examples", "courses", "reception"})  # Files beside the laws.
BATCH = 2_000
FROM_PACKS = "规则包"


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return document


def _law_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": document["law"],
        "name": document["name"],
        "name_en": document["name_en"],
        "kind": document["kind"],
        "number": document["number"] or "",
    }


def _period_fields(document: Mapping[str, Any], n: int, given: Mapping[str, Any]) -> dict[str, Any]:
    texts = ("article", "trigger", "bound", "value", "unit", "on_lapse", "lapse", "quote", "note")
    return {
        "id": given["id"],
        "rule": given.get("rule", given["id"]),
        "law_id": document["law"],
        "n": n,
        "effective_from": given["effective_from"],
        "effective_to": given.get("effective_to"),
        "is_date_verified": given["is_date_verified"],
        "kind": given["kind"],
        "length": given.get("length"),
        "extension": given.get("extension"),
        "suspends": given.get("suspends", []),
        "source": given["source"],
        **{name: given.get(name) or "" for name in texts},
    }


def _word_fields(code: str, text: Mapping[str, str]) -> dict[str, Any]:
    return {"id": code, "words": text["zh"], "words_en": text["en"]}


def _course_fields(path: Path) -> list[dict[str, Any]]:
    given = _read(path)["courses"] if path.exists() else []
    return [
        {
            "id": each["id"],
            "n": n,
            "title": each["title"]["zh"],
            "title_en": each["title"]["en"],
            "accept": each.get("accept", ""),
            "decide": each["decide"],
            "deliver": each.get("deliver", ""),
        }
        for n, each in enumerate(given)
    ]


def _reception_fields(path: Path) -> list[dict[str, Any]]:
    given = _read(path)["reception"] if path.exists() else []
    same = ("channel", "effective_from", "after_hours", "basis", "source")
    return [
        {
            "id": f"{each['channel']}:{each['effective_from']}",
            **{name: each[name] for name in same},
            **{name: time.fromisoformat(each[name]) for name in ("opens_at", "closes_at")},
            "title": each["title"]["zh"],
            "title_en": each["title"]["en"],
            "words": each["words"]["zh"],
            "words_en": each["words"]["en"],
        }
        for each in given
    ]


def check_periods(*, periods: Sequence[Mapping[str, Any]], words: Mapping[str, Any]) -> None:
    """Each rule names its article, uses words there are, and has one version a day.

    :raises PeriodWithoutArticle, LengthNotWhole, UnknownWord, OverlappingVersions: for the fact each is named after.
    """
    versions: dict[str, list[Mapping[str, Any]]] = {}
    for period in map(dict, periods):
        if not period["article"]:
            raise PeriodWithoutArticle(rule=period["id"])
        if type(period["length"]) not in (int, type(None)):
            raise LengthNotWhole(rule=period["id"], length=period["length"])
        told = period | {name: (period["extension"] or {}).get(name) for name in ("approver", "notify")}
        for kind in ("trigger", "bound", "kind", "unit", "on_lapse", "lapse", "approver", "notify"):
            if told[kind] and f"{kind}.{told[kind]}" not in words:
                raise UnknownWord(rule=period["id"], word=f"{kind}.{told[kind]}")
        versions.setdefault(period["rule"], []).append(period)
    for rule, of_rule in versions.items():
        in_order = sorted(of_rule, key=lambda each: each["effective_from"] or date.min)
        for first, second in pairwise(in_order):
            until = first["effective_to"]
            if until is None or until >= second["effective_from"]:
                raise OverlappingVersions(rule=rule, first=first["id"], second=second["id"])


def _keep(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write the rows that are new or differ from what is kept; how many."""
    wanted = {row["id"]: row for row in rows}
    names = next(iter(wanted.values())).keys() if wanted else ()
    kept = {row["id"]: row for row in model._default_manager.filter(pk__in=wanted).values(*names)}
    different = [model(**row) for pk, row in wanted.items() if kept.get(pk) != row]
    model._default_manager.bulk_create(
        different,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[name for name in names if name != "id"],
    )
    return len(different)


def _keep_periods(periods: Sequence[Mapping[str, Any]], at: datetime) -> int:
    """As `_keep`; a rule that was there and becomes another one leaves a record (修改记录)."""
    before = queries.rule_documents()
    changed = _keep(models.Period, periods)
    after = queries.rule_documents() if before and changed else before
    models.Change.objects.bulk_create(
        models.Change(
            at=at, kind=models.ChangeKind.RULE, target=rule, title=rule, before=before[rule], after=after[rule],
            basis=FROM_PACKS,
        )
        for rule in sorted(before)
        if before[rule] != after[rule]
    )  # fmt: skip
    return changed


def _keep_versions(document: Mapping[str, Any]) -> int:
    law = document["law"]
    wanted = [(each["from"], each["note"]) for each in document["versions"]]
    rows = models.LawVersion.objects.filter(law_id=law).order_by("effective_from")
    if list(rows.values_list("effective_from", "note")) == wanted:
        return 0
    rows.delete()
    models.LawVersion.objects.bulk_create(
        models.LawVersion(law_id=law, effective_from=day, note=note) for day, note in wanted
    )
    return len(wanted)


def _keep_year(document: Mapping[str, Any], at: datetime) -> int:
    """Write the year and its notices where they differ; notices that came in later by import stay."""
    year, status = document["year"], document["status"]
    known = models.CalendarYear.objects.filter(year=year).first()
    if known is not None:
        was_confirmed = known.status == models.YearStatus.CONFIRMED
        if was_confirmed and (status != known.status or _has_notices(known, document)):
            return 0
        if not was_confirmed and status == known.status and _has_notices(known, document):
            return 0
        known.notices.all().delete()
    models.CalendarYear.objects.update_or_create(
        year=year, defaults={"status": status, "source": document["source"]}
    )
    for n, notice in enumerate(document["notices"], start=1):
        _add_notice(year, n, notice, at)
    return 1


def _has_notices(known: models.CalendarYear, document: Mapping[str, Any]) -> bool:
    kept = [
        (row.notice, row.published_on, row.holidays, row.worked, row.no_longer_worked)
        for row in known.notices.order_by("n")
    ]
    return kept[: len(document["notices"])] == [
        tuple(_notice_fields(notice).values()) for notice in document["notices"]
    ]


def _notice_fields(notice: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "notice": notice["notice"] or "",
        "published_on": notice["published_on"],
        "holidays": [
            {"name": each["name"], "from": str(each["from"]), "to": str(each["to"])}
            for each in notice["holidays"]
        ],
        "worked": list(map(str, notice.get("worked", ()))),
        "no_longer_worked": list(map(str, notice.get("no_longer_worked", ()))),
    }


def _add_notice(year: int, n: int, notice: Mapping[str, Any], at: datetime) -> None:
    models.CalendarNotice.objects.create(
        year_id=year, n=n, recorded_at=at, **_notice_fields(notice)
    )


def _lay_out_days() -> None:
    """Write every day of the calendar anew from the notices."""
    calendar = queries.calendar_of_notices()
    days = map(date.fromordinal, range(calendar.first.toordinal(), calendar.last.toordinal() + 1))
    rows, working_days = [], 0
    for day in days:
        working_days += calendar.is_working(day)
        rows.append(
            models.CalendarDay(
                day=day,
                kind=calendar.kind(day),
                name=calendar.name(day),
                working_days=working_days,
                is_provisional=calendar.is_provisional(day),
            )
        )
    models.CalendarDay.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["kind", "name", "working_days", "is_provisional"],
    )


def say_changed(*, changed: int) -> None:
    """Count the change, so that every process reads the register again."""
    if changed:
        row, _made = models.Register.objects.get_or_create(id=1)
        models.Register.objects.filter(id=row.id).update(changes=F("changes") + 1)
    queries.forget()
