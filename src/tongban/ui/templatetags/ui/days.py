"""The legal clock, drawn: the day strip that explains a due day, the bar of a list row, the strip of a desk.

Sources: 行政许可法 42, 45, 82; ux.md 5 (day strip rules). Rows are core.clock.DayRow; nothing is counted here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tongban.ui import phrases
from tongban.ui.templatetags.ui import words

register = template.Library()

ONE_DAY = timedelta(days=1)
DAYS_A_WEEK = 7
LEFT, TOP, HIGH, WIDE = 20, 22, 20, 1190  # of the desk strip, in its own units
LABEL_MARGIN = 45
LABEL_ROOM = 105
ABOVE, BELOW, LOWER = TOP - 8, TOP + HIGH + 16, TOP + HIGH + 32


@dataclass(frozen=True, slots=True)
class Marks:
    """What a strip is told beside its rows."""

    promised_on: date | None
    legal_on: date | None
    trigger: str
    is_working: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the strip as it is drawn and as it is said."""

    day: date
    css: str
    month: str
    n: str
    is_month_shown_narrow: bool
    mark: str
    mark_css: str
    word: str
    number: str
    is_holiday_word: bool
    sentence: str


@register.inclusion_tag("ui/parts/_day_strip.html")
def day_strip(rows: Sequence[Any], *, promised_on: date | None = None, legal_on: date | None = None,
              trigger: Any = "", unit: str = "working_day") -> dict[str, Any]:  # fmt: skip
    """Why this date: `{% day_strip rows promised_on=… legal_on=… trigger=_("受理") %}`, rows of core.clock.explain()."""
    marks = Marks(promised_on, legal_on, str(trigger or phrases.TRIGGER["Accepted"]), unit == "working_day")
    cells = _weeks(rows, marks)
    return {
        "cells": cells,
        "heads": _weekday_heads(),
        "sum": _sum_in_words(rows, marks),
        "shown": _shown(rows, marks),
        "is_provisional": any(row.is_provisional for row in rows),
    }


def sentences(rows: Sequence[Any], *, promised_on: date | None = None, legal_on: date | None = None,
              trigger: Any = "", unit: str = "working_day") -> list[str]:  # fmt: skip
    """The strip as text, a sentence a day: what a screen reader says, for a calendar file or a mail."""
    marks = Marks(promised_on, legal_on, str(trigger or phrases.TRIGGER["Accepted"]), unit == "working_day")
    return [_sentence(row, marks) for row in rows]


def _weekday_heads() -> list[str]:
    return [f"周{name}" for name in words.WEEKDAYS] if words.is_chinese() else list(words.WEEKDAYS_EN)


def _weeks(rows: Sequence[Any], marks: Marks) -> list[Cell]:
    """The rows as cells, padded to whole weeks, Monday to Sunday."""
    if not rows:
        return []
    first, last = rows[0].day, rows[-1].day
    before = [_blank(first - ONE_DAY * n, _("起算之前")) for n in range(first.weekday(), 0, -1)]
    after = [_blank(last + ONE_DAY * n, "") for n in range(1, DAYS_A_WEEK - last.weekday())]
    cells = [*before, *(_cell(row, marks) for row in rows), *after]
    return [_with_month(cell, n == 0) for n, cell in enumerate(cells)]


def _blank(day: date, sentence: str) -> Cell:
    return Cell(day, "off", "", str(day.day), False, "", "", "", "", False, sentence)


def _with_month(cell: Cell, is_first: bool) -> Cell:
    """Wide cells all carry the month; narrow ones only the first cell and the 1st of a month."""
    month = f"{cell.day.month}/" if words.is_chinese() else f"{words.MONTHS_EN[cell.day.month][:3]} "
    return Cell(cell.day, cell.css, month, cell.n, is_first or cell.day.day == 1, cell.mark, cell.mark_css,
                cell.word, cell.number, cell.is_holiday_word, cell.sentence)  # fmt: skip


def _cell(row: Any, marks: Marks) -> Cell:
    word, number = _label(row, marks)
    mark, mark_css = _mark(row)
    return Cell(
        row.day, _css(row, marks), "", str(row.day.day), False, mark, mark_css,
        word, number, row.reason == "holiday", _sentence(row, marks),
    )  # fmt: skip


def _css(row: Any, marks: Marks) -> str:
    names = [_ground(row)]
    if row.is_future and row.counted:
        names.append("future")
        if marks.promised_on and row.day > marks.promised_on:
            names.append("far")
    if row.is_today:
        names.append("today")
    if row.day == marks.legal_on:
        names.append("legal")
    elif row.day == marks.promised_on:
        names.append("due")
    if row.is_provisional:
        names.append("prov")
    return " ".join(name for name in names if name)


def _ground(row: Any) -> str:
    if row.is_trigger:
        return "acc"
    if row.reason == "late":
        return "late" if row.kind in {"working", "worked_weekend"} else "off"
    if row.reason == "stopped":
        return "stop"
    if row.counted:
        return "" if row.is_future else "count"
    return "done" if _is_after_the_end(row) else "off"


def _is_after_the_end(row: Any) -> bool:
    """A working day left over because it was done before: no day off, and not counted."""
    return row.reason == "ended" and row.kind in {"working", "worked_weekend"}


def _mark(row: Any) -> tuple[str, str]:
    if row.kind == "worked_weekend":
        return pgettext("日历角标", "班"), "w"
    return (pgettext("日历角标", "休"), "o") if row.kind == "holiday" else ("", "")


def _label(row: Any, marks: Marks) -> tuple[str, str]:
    """What stands in the cell: a word of at most two characters, and the number of the day."""
    number = str(row.number) if row.counted and row.number is not None else ""
    if row.is_trigger:
        return marks.trigger, ""
    if row.is_after_hours:
        return pgettext("逐日格", "提交"), ""
    if row.day == marks.legal_on:
        return pgettext("逐日格", "法定"), number
    if row.day == marks.promised_on:
        return pgettext("逐日格", "承诺"), number
    if row.is_today:
        return pgettext("逐日格", "今天"), number
    if row.reason == "stopped":
        return pgettext("逐日格", "不计"), ""
    if row.reason == "holiday":
        return row.words[:2] if words.is_chinese() else "", ""
    return "", number


def _sentence(row: Any, marks: Marks) -> str:
    """The whole cell in a sentence, for those who do not see it."""
    why = str(phrases.HOLIDAY.get(row.words, row.words))
    said = _fact(row, marks) % {"day": words.day_only(row.day), "number": row.number, "why": why}
    if row.is_today:
        said += _("（今天）")
    if row.day == marks.promised_on:
        said += _("（承诺办结日）")
    if row.day == marks.legal_on:
        said += _("（法定最迟日）")
    return said


def _fact(row: Any, marks: Marks) -> str:
    if row.reason == "after_hours":
        return _after_hours(row)
    if row.is_trigger and row.is_after_hours:
        return _("%(day)s，起算当日，办公时间以外提交，按当日收到计算，不计入")
    if row.is_trigger:
        return _("%(day)s，起算当日，不计入")
    if row.counted and row.kind == "worked_weekend" and marks.is_working:
        return _("%(day)s，第 %(number)s 个工作日，调休上班")
    if row.counted:
        return _("%(day)s，第 %(number)s 个工作日") if marks.is_working else _("%(day)s，第 %(number)s 日")
    facts = {
        "weekend": _("%(day)s，周末，不计入"),
        "holiday": _("%(day)s，%(why)s放假，不计入") if row.words else _("%(day)s，放假，不计入"),
        "stopped": _("%(day)s，%(why)s，依法不计入") if row.words else _("%(day)s，依法不计入"),
        "late": _("%(day)s，已超过期限"),
        "ended": _("%(day)s，已办结"),
        "rolled": _("%(day)s，期限最后一日为放假日，顺延"),
        "restarted": _("%(day)s，期限重新计算之前"),
    }
    return facts.get(str(row.reason), _("%(day)s，不计入"))


def _after_hours(row: Any) -> str:
    if row.is_after_hours:
        return _("%(day)s，办公时间以外提交，按次一工作日收到计算，不计入")
    return _("%(day)s，次一工作日才算收到，不计入")


def _sum_in_words(rows: Sequence[Any], marks: Marks) -> list[str]:
    """The strip in four lines, for elder mode on a phone."""
    counted = [row for row in rows if row.counted]
    past = [row for row in counted if not row.is_future]
    stopped = [row for row in rows if row.reason == "stopped" and not row.is_future]
    until = marks.promised_on or marks.legal_on
    ahead = [row for row in counted if row.is_future and until and row.day <= until]
    lines = [
        _("%(day)s是办公时间以外提交的") % {"day": words.day_only(row.day)} for row in rows if row.is_after_hours
    ]
    lines += [
        _("%(day)s起算，这一天不算") % {"day": words.day_only(row.day)} for row in rows if row.is_trigger
    ]
    if past:
        first = words.day_only(past[0].day)
        lines.append(_("从 %(day)s到今天，已经数了 %(number)s 天") % {"day": first, "number": len(past)})
    if stopped:
        lines.append(_("依法不算的 %(number)s 天没有数，放假没有数") % {"number": len(stopped)})
    elif marks.is_working:
        lines.append(_("周末和放假没有数"))
    if ahead and until:
        day = words.day_only(until)
        lines.append(_("再数 %(number)s 天，就是 %(day)s") % {"number": len(ahead), "day": day})
    return lines


def _shown(rows: Sequence[Any], marks: Marks) -> dict[str, bool]:
    """Which entries the legend needs."""
    return {
        "counted": any(row.counted and not row.is_future for row in rows),
        "future": any(row.counted and row.is_future for row in rows),
        "stopped": any(row.reason == "stopped" for row in rows),
        "done": any(_is_after_the_end(row) for row in rows),
        "promised": marks.promised_on is not None,
        "legal": marks.legal_on is not None,
    }


@register.inclusion_tag("ui/parts/_clock_bar.html")
def clock_bar(used: int, budget: int, *, promise: int | None = None, kind: str = "", said: Any = "",
              start: Any = "", middle: Any = "", end: Any = "", tall: bool = False) -> dict[str, Any]:  # fmt: skip
    """The bar of one clock: `{% clock_bar due.used due.budget promise=10 kind="warn" said=_("还剩 2 日") %}`.

    kind: empty running, warn near or over the promise, red over the law, pause, ok done. Below it stands either
    one sentence (`said`) or three words (`start`, `middle`, `end`)."""
    assert kind in {"", "warn", "red", "pause", "ok"}, kind
    return {
        "filled": _share(used, budget), "mark": _share(promise, budget) if promise and promise < budget else None,
        "kind": kind, "said": said, "start": start, "middle": middle, "end": end, "tall": tall,
    }  # fmt: skip


def _share(part: int, whole: int) -> int:
    return max(0, min(100, part * 100 // whole)) if whole else 0


@register.inclusion_tag("ui/parts/_clock_strip.html")
def clock_strip(rows: Sequence[Any], *, promised_on: date | None = None, legal_on: date | None = None,
                trigger: Any = "", label: Any = "") -> dict[str, Any]:  # fmt: skip
    """All days of a clock in one line, for the desk: `{% clock_strip rows promised_on=… legal_on=… %}`."""
    marks = Marks(promised_on, legal_on, str(trigger or phrases.TRIGGER["Accepted"]), True)
    pitch = WIDE * 10 // max(len(rows), 1)  # tenths, so that no binary float is needed
    boxes = [
        {"x": _tenths(LEFT * 10 + n * pitch), "w": _tenths(max(pitch - 20, 10)), "css": _box_css(row, marks)}
        for n, row in enumerate(rows)
    ]
    flags: list[dict[str, Any]] = []
    for n, row in enumerate(rows):
        for flag in _flags(row, marks, LEFT + (n * pitch + pitch // 2) // 10):
            flags.append(_placed(flag, flags))
    return {"boxes": boxes, "flags": flags, "label": label or _strip_label(rows, marks), "top": TOP, "high": HIGH, "bottom": max((flag["y"] for flag in flags), default=BELOW) + 8}


def _tenths(value: int) -> str:
    return f"{value // 10}.{value % 10}"


def _box_css(row: Any, marks: Marks) -> str:
    ground = _ground(row)
    if ground in {"acc", "stop", "off", "late"}:
        return {"acc": "a", "stop": "s", "off": "o", "late": "late"}[ground]
    if ground == "count":
        return "c"
    return "l" if marks.promised_on and row.day > marks.promised_on else "p"


def _flags(row: Any, marks: Marks, x: int) -> Iterator[dict[str, Any]]:
    """The named days of one row: trigger, today and law above the line, the promise below."""
    said = words.md(row.day)
    anchor = "start" if x < LEFT + LABEL_MARGIN else "end" if x > LEFT + WIDE - LABEL_MARGIN else "middle"
    found = []
    if row.is_trigger:
        found.append(("pa", "ta", ABOVE, f"{marks.trigger} {said}"))
    if row.is_today and not row.is_trigger:
        number = _("第 %(number)s 日") % {"number": row.number} if row.number else said
        found.append(("pt", "tt", ABOVE, f"{pgettext('逐日格', '今天')} {number}"))
    if row.day == marks.promised_on:
        found.append(("pp", "tp", BELOW, f"{pgettext('逐日格', '承诺')} {said}"))
    if row.day == marks.legal_on:
        found.append(("pl", "tl2", ABOVE, f"{pgettext('逐日格', '法定')} {said}"))
    for line, css, y, text in found:
        yield {"x": x, "line": line, "css": css, "y": y, "words": text, "anchor": anchor}


def _placed(flag: dict[str, Any], others: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The flag on the side where its words meet no others."""
    near = {other["y"] for other in others if flag["x"] - other["x"] < LABEL_ROOM}
    free = [y for y in (flag["y"], ABOVE, BELOW, LOWER) if y not in near]
    return flag | {"y": free[0] if free else flag["y"]}


def _strip_label(rows: Sequence[Any], marks: Marks) -> str:
    parts = [_sentence(row, marks) for row in rows if row.is_trigger or row.is_today or row.day in {marks.promised_on, marks.legal_on}]
    return _("时钟：%(days)s") % {"days": "; ".join(parts) if not words.is_chinese() else "；".join(parts)}
