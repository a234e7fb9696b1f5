"""Carrying out a change of the register: the same for a trial, which is undone, and for an approved proposal.

Sources: 立法法 (a later text takes the place of an earlier one from its own day); 行政许可法 art. 82."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from tongban.core import refusal
from tongban.law import models, queries
from tongban.law.actions import loading

Document = Mapping[str, Any]
DAYS = ("effective_from", "effective_to")


class NothingChanges(refusal.Refusal):
    """The register says so already."""

    status = 422
    code = "nothing-changes"
    says = _("登记册已经是这样，没有可以修改的内容")


class PeriodBeforeLaw(refusal.Refusal):
    """A rule cannot hold before the law it stands in."""

    status = 422
    code = "period-before-law"
    says = _("规则%(rule)s的施行日期%(day)s早于《%(law)s》的施行日期%(first)s，请核对")


def state_of(*, kind: str, target: str) -> dict[str, Any]:
    """What the register says of a year, a rule or a law now, in values that JSON knows; empty where it says nothing."""
    readers = {
        models.ChangeKind.NOTICE: queries.year_document,
        models.ChangeKind.RULE: queries.rule_document,
        models.ChangeKind.LAW: queries.law_document,
    }
    return readers[models.ChangeKind(kind)](target)


@transaction.atomic
def carry_out(*, kind: str, target: str, document: Document, at: datetime) -> None:
    """Bring the register to what the document says.

    :raises PeriodWithoutArticle, OverlappingVersions, UnknownWord, YearNotNext, CalendarContradicts, UnknownLaw: for
        the fact each is named after.
    """
    if kind == models.ChangeKind.NOTICE:
        loading.import_notice(document=queries.notice_of_json(document), at=at)
    elif kind == models.ChangeKind.RULE:
        _write_rule(document)
    else:
        _write_law(target, document)
    loading.say_changed(changed=1)


@transaction.atomic
def take_in(*, document: Document, by: str, at: datetime) -> None:
    """Take in a notice on the word of the operator (命令行导入), and record it like every change.

    :raises YearNotNext, CalendarContradicts: for the fact each is named after.
    """
    target = str(document["year"])
    before = queries.year_document(target)
    loading.import_notice(document=document, at=at)
    numbers = "、".join(notice["notice"] for notice in document["notices"] if notice["notice"])
    models.Change.objects.create(
        at=at, kind=models.ChangeKind.NOTICE, target=target, title=numbers or target, before=before,
        after=queries.year_document(target), basis=numbers or target, proposer=by,
    )  # fmt: skip


@contextmanager
def tried(*, kind: str, target: str, document: Document, at: datetime) -> Iterator[None]:
    """Within it the register says what the document says, for this thread alone; afterwards all is as before."""
    with queries.on_trial(), transaction.atomic():
        carry_out(kind=kind, target=target, document=document, at=at)
        try:
            yield
        finally:
            transaction.set_rollback(True)


def _write_rule(document: Document) -> None:
    rows = [_period(row) for row in document["periods"]]
    words = set(models.Word.objects.values_list("id", flat=True))
    loading.check_periods(periods=rows, words=dict.fromkeys(words))
    for row in rows:
        _in_its_law(row)
        if row["n"] is None:
            last = models.Period.objects.filter(law_id=row["law_id"]).aggregate(last=Max("n"))["last"]
            row["n"] = 0 if last is None else last + 1
    # Ends first: for a moment no two versions may be in force on one day.
    for row in sorted(rows, key=lambda each: each["effective_from"] or date.min):
        models.Period.objects.update_or_create(id=row["id"], defaults={k: v for k, v in row.items() if k != "id"})


def _in_its_law(row: Document) -> None:
    law = models.Law.objects.filter(id=row["law_id"]).annotate(first=Min("versions__effective_from")).first()
    if law is None:
        raise queries.UnknownLaw(law=row["law_id"])
    if law.first and row["effective_from"] and row["effective_from"] < law.first:
        raise PeriodBeforeLaw(rule=row["id"], day=row["effective_from"], law=law.name, first=law.first)


def _period(row: Document) -> dict[str, Any]:
    days = {name: date.fromisoformat(row[name]) if row[name] else None for name in DAYS}
    return {**row, **days}


def _write_law(law_id: str, document: Document) -> None:
    models.Law.objects.update_or_create(id=law_id, defaults=document["law"])
    models.LawVersion.objects.filter(law_id=law_id).delete()
    models.LawVersion.objects.bulk_create(
        models.LawVersion(law_id=law_id, effective_from=date.fromisoformat(each["from"]), note=each["note"])
        for each in document["versions"]
    )
