"""What a proposal would change, field by field, in words a reader compares.

Sources: 立法技术规范 (a change names what it takes away and what it puts in place)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tongban.law import models
from tongban.law.queries import records
from tongban.ui import phrases


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the comparison; a `was` of nothing is new, an `is_` of nothing is taken away."""

    of: str
    label: Any
    was: str
    now: str


LABELS: Mapping[str, Any] = {
    "law_id": _("法律"), "article": _("条文"), "effective_from": _("施行日期"), "effective_to": _("失效日期（当日仍有效）"),
    "is_date_verified": _("施行日期已核对"), "trigger": _("起算"), "bound": _("谁"), "kind": _("种类"), "length": _("数"),
    "value": _("数（不是整数的，如比例、月日）"), "unit": _("单位"), "extension": _("延长"), "suspends": _("不计入期限的事由"),
    "on_lapse": _("届满的后果（条文）"), "lapse": _("届满的后果（种类）"), "quote": _("条文原文"), "source": _("核对情况"),
    "note": _("说明"), "name": _("名称"), "name_en": _("英文名称"), "number": _("文号"), "versions": _("施行和修改"),
}  # fmt: skip
YES, NO = _("是"), _("否")


def differences(row: records.ProposalRow) -> list[Difference]:
    """What the proposal changes of what stood when it was made; of a notice, the days of the calendar."""
    if row.kind == models.ChangeKind.NOTICE:
        return [_day(row.target, change) for change in row.days]
    return _differences(row.kind, row.before, row.document)


def differences_of_change(row: records.ChangeRow, kind: str) -> list[Difference]:
    """What a recorded change of a rule or a law changed."""
    return _differences(kind, row.before, row.after)


def _differences(kind: str, before: Mapping[str, Any], document: Mapping[str, Any]) -> list[Difference]:
    if kind == models.ChangeKind.LAW:
        return list(_fields(str(before.get("law", document["law"])["name"]), _law(before), _law(document)))
    was = {row["id"]: row for row in before.get("periods", ())}
    rows = document.get("periods", ())
    return [line for row in rows for line in _fields(row["id"], was.get(row["id"], {}), row)]


def _law(document: Mapping[str, Any]) -> dict[str, Any]:
    versions = "；".join(f"{each['from']} {each['note']}" for each in document.get("versions", ()))
    return {**document.get("law", {}), "versions": versions}


def _fields(of: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    words = _words()
    for name, label in LABELS.items():
        old, new = (_said(name, row.get(name), words) for row in (was, now))
        if old != new:
            yield Difference(of, label, old, new)


def _words() -> dict[str, str]:
    return dict(models.Word.objects.values_list("id", "words"))


def _said(name: str, value: Any, words: Mapping[str, str]) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return str(YES if value else NO)
    if name == "suspends":
        return "、".join(value)
    if name == "extension":
        return _extension(value, words)
    if name == "source":
        return str(models.Source(value).label)
    return words.get(f"{name}.{value}", str(value))


def _extension(given: Mapping[str, Any], words: Mapping[str, str]) -> str:
    unit = words.get(f"unit.{given['unit']}", given["unit"])
    parts = [f"{given['length'] or ''} {unit}".strip()]
    parts += [words.get(f"approver.{given['approver']}", given["approver"]), f"× {given.get('times', 1)}"]
    return " · ".join(parts)


def _day(year: str, change: Mapping[str, str]) -> Difference:
    day = f"{change['day']} {change['name']}".strip()
    return Difference(year, day, str(phrases.DAY_KIND[change["was"]]), str(phrases.DAY_KIND[change["is"]]))
