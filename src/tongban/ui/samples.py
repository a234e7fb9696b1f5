"""Fictitious data for the living style guide; also what the tests of the components draw."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from django.utils.translation import gettext as _

ACCEPTED = date(2026, 9, 17)
TODAY = date(2026, 10, 9)
PROMISED = date(2026, 10, 12)
LEGAL = date(2026, 10, 26)
SHANGHAI = timezone(timedelta(hours=8))
HOLIDAYS = {date(2026, 9, 25): "中秋节"} | {date(2026, 10, n): "国庆节" for n in (1, 2, 5, 6, 7)}
WORKED = {date(2026, 9, 20), date(2026, 10, 10)}
STOPPED = {date(2026, 9, 23), date(2026, 9, 24), date(2026, 9, 28)}
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A day as core.clock.explain() gives it."""

    day: date
    kind: str
    counted: bool
    number: int | None
    reason: str
    words: str = ""
    is_trigger: bool = False
    is_today: bool = False
    is_due: bool = False
    is_future: bool = False
    is_provisional: bool = False
    is_after_hours: bool = False


def rows(until: date = LEGAL) -> list[Row]:
    """The days of the example case: accepted, three days of testing, two public holidays."""
    return list(_numbered(_row(ACCEPTED + timedelta(days=n)) for n in range((until - ACCEPTED).days + 1)))


def _numbered(days: Iterator[Row]) -> Iterator[Row]:
    number = 0
    for row in days:
        number += row.counted
        yield replace(row, number=number) if row.counted else row


def _row(day: date) -> Row:
    kind = _kind(day)
    is_day_off = kind in {"weekend", "holiday"}
    reason = kind if is_day_off else "stopped" if day in STOPPED else "trigger" if day == ACCEPTED else "counted"
    said = HOLIDAYS.get(day, "") if kind == "holiday" else "检测" if reason == "stopped" else ""
    return Row(day, kind, reason == "counted", None, reason, said, day == ACCEPTED, day == TODAY, day == LEGAL, day > TODAY)


def _kind(day: date) -> str:
    if day in HOLIDAYS:
        return "holiday"
    if day in WORKED:
        return "worked_weekend"
    return "weekend" if day.weekday() >= SATURDAY else "working"


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A day of the week box."""

    day: date
    is_working: bool
    is_worked_weekend: bool
    is_today: bool


def week() -> list[WeekDay]:
    days = [TODAY + timedelta(days=n) for n in range(-2, 5)]
    return [
        WeekDay(day, _kind(day) in {"working", "worked_weekend"}, _kind(day) == "worked_weekend", day == TODAY)
        for day in days
    ]


def context() -> dict[str, Any]:
    """All that the style guide shows."""
    return {
        "day": PROMISED,
        "at": datetime(2026, 10, 9, 14, 32, tzinfo=SHANGHAI),
        "rows": rows(),
        "promised_on": PROMISED,
        "legal_on": LEGAL,
        "week": week(),
        "kv_rows": [(_("事项类型"), _("行政许可")), (_("办件类型"), _("承诺件")), (_("收费"), _("不收费")), (_("有效期"), _("5 年"))],
        "answers": [
            {"term": _("经营者名称"), "value": "小店区晋香面馆", "url": "#"},
            {"term": _("统一社会信用代码"), "value": "92140105MA0XXXXX0X", "url": "#"},
            {"term": _("使用面积"), "value": "86.5 平方米", "url": "#"},
        ],
        "tasks": [
            {"title": _("申请人"), "url": "#", "state": "done"},
            {"title": _("经营场所"), "url": "#", "state": "part", "text": _("还差 2 项")},
            {"title": _("材料"), "url": "#", "state": "todo"},
            {"title": _("核对提交"), "url": "", "state": "blocked"},
        ],
        "step_titles": [_("申请人"), _("经营场所"), _("材料"), _("领取方式"), _("核对提交")],
        "errors": [("area", _("请填写使用面积，只填数字，如 86.5")), ("phone", _("联系电话少一位，应为 11 位手机号"))],
        "options": [("a", _("餐饮服务经营者"), _("饭店、面馆、小吃店")), ("b", _("食品销售经营者"), _("超市、便利店")), ("c", _("单位食堂"), "")],
        "yes_no": [("yes", _("是")), ("no", _("否"))],
        "matter": {"title": "食品经营许可", "title_en": "Food business licence"},
    }
