"""A notice on the holidays of a year as somebody wrote it down: YAML or JSON like the packs, or a table of days.

Sources: RFC 4180 (CSV); the yearly notices of the State Council office."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from tongban.core import refusal

COLUMNS = ("day", "kind", "name")
KINDS = ("off", "worked")
ONE_DAY = timedelta(days=1)


class NoticeUnreadable(refusal.Refusal):
    """The file is not a notice in a form that is known."""

    status = 422
    code = "notice-unreadable"
    says = _(
        "放假安排读不出来：%(what)s。表格须有 day、kind、name 三列，kind 写 off（放假）或 worked（上班）；或者用与规则包相同的 YAML、JSON"
    )


def notice_document(
    text: str, *, is_table: bool, notice: str = "", published_on: date | None = None
) -> dict[str, Any]:
    """The yearly file a text comes to.

    :param is_table: the text is CSV with the columns day, kind, name; `notice` and `published_on` go with it.
    :raises NoticeUnreadable: the text has another form.
    """
    if is_table:
        return _of_table(list(csv.DictReader(io.StringIO(text))), notice, published_on)
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        raise NoticeUnreadable(what=str(wrong).splitlines()[0]) from wrong
    return _checked(document)


def notice_of_json(document: Mapping[str, Any]) -> dict[str, Any]:
    """A yearly file that was kept as JSON, its days as days again."""
    notices = [
        {
            **notice,
            "published_on": _day(notice["published_on"]) if notice["published_on"] else None,
            "holidays": [{**each, "from": _day(each["from"]), "to": _day(each["to"])} for each in notice["holidays"]],
            "worked": list(map(_day, notice["worked"])),
            "no_longer_worked": list(map(_day, notice["no_longer_worked"])),
        }
        for notice in document["notices"]
    ]
    return {**document, "notices": notices}


class DocumentUnreadable(refusal.Refusal):
    """What was sent is not the document of such a change."""

    status = 422
    code = "law-document-unreadable"
    says = _("修改内容读不出来：%(what)s。请按现有规则或者法律的格式提交")


def change_document(kind: str, document: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The document of a proposal, as a program sent it.

    :param fields: what a version of a rule consists of.
    :raises NoticeUnreadable, DocumentUnreadable: it lacks a part, or a day is none.
    """
    if kind == "notice":
        return _checked(json.loads(json.dumps(document)))
    rows = document.get("periods") if kind == "rule" else document.get("versions")
    needed = set(fields) if kind == "rule" else {"from", "note"}
    days = ("effective_from", "effective_to") if kind == "rule" else ("from",)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or (kind == "rule" and not rows):
        raise DocumentUnreadable(what="periods" if kind == "rule" else "versions")
    for row in rows:
        if set(row) != needed:
            raise DocumentUnreadable(what=min(needed ^ set(row)))
        for day in days:
            _day_or_none(row[day])
        if kind == "rule":
            _check_parts(row)
    if kind == "law" and set(document.get("law", ())) != {"name", "name_en", "kind", "number"}:
        raise DocumentUnreadable(what="law")
    return dict(document)


EXTENSION = {"length", "unit", "approver", "times", "notify"}


def _check_parts(row: Mapping[str, Any]) -> None:
    if row["extension"] is not None and set(row["extension"]) != EXTENSION:
        raise DocumentUnreadable(what="extension")
    if not isinstance(row["suspends"], list) or not all(isinstance(ground, str) for ground in row["suspends"]):
        raise DocumentUnreadable(what="suspends")


def _day_or_none(given: Any) -> None:
    try:
        if given is not None:
            date.fromisoformat(given)
    except (TypeError, ValueError) as wrong:
        raise DocumentUnreadable(what=str(given)[:40]) from wrong


def _checked(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict) or not isinstance(document.get("year"), int):
        raise NoticeUnreadable(what="year")
    for notice in document.get("notices") or [{}]:
        for name in ("notice", "published_on", "holidays"):
            if name not in notice:
                raise NoticeUnreadable(what=f"notices.{name}")
        for holiday in notice["holidays"]:
            if {"name", "from", "to"} - set(holiday):
                raise NoticeUnreadable(what="notices.holidays")
            holiday |= {end: _day(holiday[end]) for end in ("from", "to")}
        for name in ("worked", "no_longer_worked"):
            notice[name] = list(map(_day, notice.get(name, ())))
    return {"source": "imported", "status": "confirmed"} | document


def _of_table(rows: list[dict[str, str]], notice: str, published_on: date | None) -> dict[str, Any]:
    if not rows or set(COLUMNS) - set(rows[0]):
        raise NoticeUnreadable(what="CSV")
    wrong = next((row["kind"] for row in rows if row["kind"] not in KINDS), None)
    if wrong is not None:
        raise NoticeUnreadable(what=wrong)
    days = sorted((_day(row["day"]), row["kind"], row["name"]) for row in rows)
    worked = [day for day, kind, _name in days if kind == "worked"]
    off = [(day, name) for day, kind, name in days if kind == "off"]
    document = {
        "year": max(day for day, _kind, _name in days).year,
        "notices": [
            {
                "notice": notice,
                "published_on": published_on,
                "holidays": _runs(off),
                "worked": worked,
                "no_longer_worked": [],
            }
        ],
    }
    return _checked(document)


def _runs(off: Iterable[tuple[date, str]]) -> list[dict[str, Any]]:
    """Days that follow one another under one name, as holidays from the first to the last."""
    runs: list[dict[str, Any]] = []
    for day, name in off:
        last: Mapping[str, Any] = runs[-1] if runs else {"name": None}
        if last["name"] == name and last["to"] + ONE_DAY == day:
            runs[-1]["to"] = day
        else:
            runs.append({"name": name, "from": day, "to": day})
    return runs


def _day(given: Any) -> date:
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given))
    except ValueError as wrong:
        raise NoticeUnreadable(what=str(given)[:40]) from wrong
