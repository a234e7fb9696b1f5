"""A case as its applicant reads it: when, why then, what he is to do, what may be done about it.

Sources: 行政许可法 art. 32, 42, 44, 45 (limits and what does not count), 38 (reasons and remedies)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.cases import queries as cases
from tongban.core import calendar as work
from tongban.core import case as core
from tongban.core import clock as clocks
from tongban.intake.queries import words
from tongban.law import queries as law
from tongban.ui import phrases

Status = core.Status
NAMES_MAX = 3  # Holidays named in one sentence.


@dataclass(frozen=True, slots=True)
class Headline:
    """The big words on top: a day or a result, and one sentence below it.

    :ivar tag: kind, words and icon of the status tag.
    """

    label: str
    day: date | None
    result: str
    sentence: str
    tag: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Bar:
    """The clock bar with its two marks."""

    used: int
    budget: int
    promise: int | None
    kind: str
    start: str
    middle: str
    end: str


@dataclass(frozen=True, slots=True)
class Todo:
    """What the applicant is to do now. ``action`` names the page: supplement, rate or none."""

    kind: str
    title: str
    sentence: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why this day: the sum in sentences, day by day, with the law it rests on."""

    day: date
    is_over: bool
    sentences: tuple[str, ...]
    rows: tuple[clocks.DayRow, ...]
    promised_on: date | None
    legal_on: date | None
    trigger: str
    unit: str
    basis: str
    quote: str
    rule: str
    year: int

    @property
    def is_provisional(self) -> bool:
        """Whether a day of the sum lies in a year whose holidays are not announced."""
        return any(row.is_provisional for row in self.rows if row.day <= self.day)


@dataclass(frozen=True, slots=True)
class Progress:
    """The upper part of the case page."""

    headline: Headline
    bar: Bar | None
    todo: Todo
    why: Why | None


def progress(case: cases.CasePage, *, at: datetime) -> Progress:
    """The case as it stands at the moment."""
    today = timezone.localdate(at)
    view = shown_clock(case)
    headline = _HEADLINES[case.status](case, today)
    if any(each.due.provisional and each.clock.ended_on is None for each in case.clocks.values()):
        headline = replace(headline, sentence=f"{headline.sentence} {_provisional()}")
    return Progress(
        headline=headline,
        bar=_bar(case, view) if view else None,
        todo=_TODOS[case.status](case, today),
        why=_why(case, view, today) if view else None,
    )


def _provisional() -> str:
    return _("日期跨到放假安排还没有公布的年份，暂定；公布后如有变动会告知您。")


def shown_clock(case: cases.CasePage) -> cases.ClockView | None:
    """The clock the page explains: that of acceptance before it, the statutory one after it."""
    if case.status in {Status.WITHDRAWN, Status.NOT_ACCEPTED, Status.SUPPLEMENTING}:
        return None
    return case.clocks.get("acceptance" if case.status is Status.FILED else "statutory")


def outcome_title(case: cases.CasePage) -> str:
    """What was decided, in the words of the matter: 准予许可."""
    for rule in case.definition.nodes.values():
        for outcome in rule.outcomes if "decide" in rule.acts else ():
            if outcome.id == case.outcome:
                return words.said(outcome.title, outcome.title_en)
    return case.outcome


def reason_of(case: cases.CasePage, kind: str) -> str:
    """The reason the last event of this kind gave."""
    said = [event.said.get("reason", "") for event in case.events if event.kind == kind]
    return str(said[-1]) if said else ""


def corrections_of(case: cases.CasePage) -> tuple[dict[str, str], ...]:
    """The points of the one correction notice: material code (or empty) and what is to be done."""
    told = [event.said.get("items", ()) for event in case.events if event.kind == "SupplementRequested"]
    return tuple(told[-1]) if told else ()


def is_granted(case: cases.CasePage) -> bool:
    """Whether the decision was for the applicant: the outcome that needs no reason."""
    for rule in case.definition.nodes.values():
        for outcome in rule.outcomes if "decide" in rule.acts else ():
            if outcome.id == case.outcome:
                return not outcome.needs_reason
    return False


# The headline ---------------------------------------------------------------------------------------------------


def _filed(case: cases.CasePage, today: date) -> Headline:
    view = case.clocks.get("acceptance")
    sentence = _("窗口正在核对材料，最迟这一天告知是否受理。逾期不告知的，自收到材料之日起即为受理。")
    return Headline(_("受理答复期限"), view.due.last_on if view else None, "", sentence, ("run", _("核对材料"), "clock"))


def _supplementing(case: cases.CasePage, today: date) -> Headline:
    sentence = _("窗口已一次告知全部要补正的内容。补正后，%(number)s 个工作日的答复期限重新起算。")
    view = case.clocks.get("acceptance")
    number = view.clock.budget if view else ""
    return Headline(_("现在等您"), None, _("请补正材料"), sentence % {"number": number}, ("warn", _("待补正"), "alert-triangle"))


def _accepted(case: cases.CasePage, today: date) -> Headline:
    promised, legal = case.clocks.get("promised"), case.clocks.get("statutory")
    view = promised or legal
    assert view is not None
    label = _("承诺办结日") if promised else _("法定办结日")
    return Headline(label, view.due.last_on, "", _time_left(promised, legal), _accepted_tag(promised, legal))


def _time_left(promised: cases.ClockView | None, legal: cases.ClockView | None) -> str:
    first = promised or legal
    assert first is not None
    places = {"left": abs(first.due.left), "legal": words.day_words(legal.due.last_on) if legal else ""}
    if legal and legal.due.left < 0:
        places["late"] = -legal.due.left
        return _("已超过法定期限 %(late)s 个工作日。超期不等于自动批准；已自动亮牌并公示，您可以投诉、申请复议。") % places
    if first.due.left < 0:
        return _("已超过承诺 %(left)s 个工作日。法律规定最迟 %(legal)s。") % places
    if first.due.state is clocks.ClockState.PAUSED:
        return _("时钟已暂停，恢复后还剩 %(left)s 个工作日。法律规定最迟 %(legal)s（按明天恢复暂算）。") % places
    if first.due.left == 0:
        return _("今天是最后一天。法律规定最迟 %(legal)s。") % places
    if promised and legal:
        return _("还剩 %(left)s 个工作日。法律规定最迟 %(legal)s。") % places
    return _("还剩 %(left)s 个工作日。") % places


def _accepted_tag(promised: cases.ClockView | None, legal: cases.ClockView | None) -> tuple[str, str, str]:
    if legal and legal.due.left < 0:
        return ("red", _("已超法定期限"), "alert-triangle")
    if legal and legal.due.state is clocks.ClockState.PAUSED:
        return ("pause", _("时钟暂停"), "player-pause")
    if promised and promised.due.left < 0:
        return ("warn", _("已超承诺"), "alert-triangle")
    return ("run", _("审查中"), "clock")


def _decided(case: cases.CasePage, today: date) -> Headline:
    decided = timezone.localdate(case.decided_at) if case.decided_at else None
    places = {"day": words.day_words(decided) if decided else ""}
    delivery = case.clocks.get("delivery")
    if case.status is Status.SERVED:
        sentence = _("%(day)s作出决定，已送达。") % places
    elif delivery:
        places["until"] = words.day_words(delivery.due.last_on)
        sentence = _("%(day)s作出决定，最迟 %(until)s送达。") % places
    else:
        sentence = _("%(day)s作出决定。") % places
    tag = ("ok", _("已办结"), "circle-check") if case.is_over else ("ok", _("已决定"), "circle-check")
    return Headline(_("办理结果"), None, outcome_title(case), sentence, tag)


def _not_accepted(case: cases.CasePage, today: date) -> Headline:
    return Headline(_("办理结果"), None, _("不予受理"), reason_of(case, "AcceptanceRefused"), ("", _("已办结"), "info-circle"))


def _withdrawn(case: cases.CasePage, today: date) -> Headline:
    sentence = _("您已撤回申请，办理终止。需要时可以重新申请。")
    return Headline(_("办理结果"), None, _("已撤回"), sentence, ("", _("已办结"), "info-circle"))


_HEADLINES = {
    Status.FILED: _filed, Status.SUPPLEMENTING: _supplementing, Status.ACCEPTED: _accepted,
    Status.DECIDED: _decided, Status.SERVED: _decided, Status.NOT_ACCEPTED: _not_accepted,
    Status.WITHDRAWN: _withdrawn,
}


# What to do -----------------------------------------------------------------------------------------------------


def _wait(case: cases.CasePage, today: date) -> Todo:
    given = [event.at for event in case.events if event.kind in {"Filed", "Supplemented"}]
    places = {"day": words.day_words(given[-1]), "number": len({m.code for m in case.materials})}
    if not places["number"]:
        return Todo("ok", _("您现在不需要做什么。"), _("申请已于 %(day)s收到。") % places)
    return Todo("ok", _("您现在不需要做什么。"), _("申请和 %(number)s 项材料已于 %(day)s收到。") % places)


def _correct(case: cases.CasePage, today: date) -> Todo:
    number = len(corrections_of(case))
    sentence = _("共 %(number)s 项，逐项补齐后一次提交。填写的内容随时保存。") % {"number": number}
    return Todo("warn", _("请补正材料。"), sentence, "supplement")


def _take(case: cases.CasePage, today: date) -> Todo:
    if is_granted(case):
        return Todo("ok", _("您现在不需要做什么。"), _("决定书和电子证照在下面“文书和证照”里下载。"))
    return Todo("info", _("不服决定的，可以申请行政复议或者提起行政诉讼。"), _("理由和期限写在决定书里。"))


def _judge(case: cases.CasePage, today: date) -> Todo:
    if "rating" in case.document:
        return Todo("ok", _("您现在不需要做什么。"), _("谢谢您的评价，评价已记录在案。"))
    if case.outcome and not is_granted(case):
        return _take(case, today)
    return Todo("info", _("请评价这次办理。"), _("一件只评一次，结果公开；差评会有人回访。"), "rate")


_TODOS = {
    Status.FILED: _wait, Status.SUPPLEMENTING: _correct, Status.ACCEPTED: _wait, Status.DECIDED: _take,
    Status.SERVED: _judge, Status.NOT_ACCEPTED: _judge, Status.WITHDRAWN: _judge,
}


# The clock ------------------------------------------------------------------------------------------------------


def _bar(case: cases.CasePage, view: cases.ClockView) -> Bar:
    promised = case.clocks.get("promised") if view.name == "statutory" else None
    places = {
        "start": trigger_words(view.name), "day": words.day_words(view.clock.started_at), "used": view.due.used,
        "promise": promised.due.budget if promised else "", "legal": view.due.budget,
    }
    middle = _("已用 %(used)s 日 · 承诺 %(promise)s 日") if promised else _("已用 %(used)s 日")
    return Bar(
        used=view.due.used, budget=view.due.budget, promise=promised.due.budget if promised else None,
        kind=_bar_kind(case, view, promised), start=_("%(start)s %(day)s") % places, middle=middle % places,
        end=_("法定 %(legal)s 日") % places,
    )


def _bar_kind(case: cases.CasePage, view: cases.ClockView, promised: cases.ClockView | None) -> str:
    if view.due.left < 0:
        return "red"
    if view.due.state is clocks.ClockState.ENDED:
        return "ok"
    if view.due.state is clocks.ClockState.PAUSED:
        return "pause"
    return "warn" if promised and promised.due.left < 0 else ""


def trigger_words(name: str) -> str:
    """What the day from which a clock counts is called: 受理, 收到, 决定."""
    event = {"acceptance": "Filed", "delivery": "Decided"}.get(name, "Accepted")
    return str(phrases.TRIGGER[event])


def _why(case: cases.CasePage, view: cases.ClockView, today: date) -> Why:
    calendar = law.calendar()
    hours = law.reception(case.channel, timezone.localdate(view.clock.started_at)) if view.name == "acceptance" else None
    rows = clocks.explain(view.clock, calendar, today, hours)
    promised = case.clocks.get("promised") if view.name == "statutory" else None
    day = (promised or view).due.last_on
    period = law.period(view.clock.period_id, timezone.localdate(view.clock.started_at))
    return Why(
        day=day, is_over=bool(case.outcome), sentences=_sum_of(view, promised, rows, day), rows=tuple(rows),
        promised_on=promised.due.last_on if promised else None, legal_on=view.due.last_on,
        trigger=trigger_words(view.name), unit=str(view.clock.unit), basis=clocks.cite(period.law, period.article),
        quote=period.quote, rule=period.id, year=day.year,
    )


def _sum_of(
    view: cases.ClockView, promised: cases.ClockView | None, rows: Sequence[clocks.DayRow], day: date
) -> tuple[str, ...]:
    """The sum in sentences, up to the day explained."""
    until = [row for row in rows if row.day <= day]
    places = {"number": (promised or view).due.budget, "day": words.day_words(view.clock.started_at)}
    starts = {
        "acceptance": _("从收到材料的次日起数 %(number)s 个工作日。"),
        "delivery": _("从作出决定的次日起数 %(number)s 个工作日。"),
    }
    first = starts.get(view.name, _("从受理的次日起数 %(number)s 个工作日。")) % places
    return tuple(filter(None, [first, _stopped(until), _days_off(until), _worked(until)]))


def _stopped(rows: Sequence[clocks.DayRow]) -> str:
    stopped = [row for row in rows if row.reason is clocks.DayReason.STOPPED and row.kind in _WORKDAYS]
    grounds = list(dict.fromkeys(row.words for row in stopped))
    if not stopped:
        return ""
    return _("%(grounds)s用去的 %(number)s 个工作日依法不算。") % {"grounds": words.listed(grounds), "number": len(stopped)}


def _days_off(rows: Sequence[clocks.DayRow]) -> str:
    names = list(dict.fromkeys(row.words for row in rows if row.kind is work.DayKind.HOLIDAY and row.words))
    if names:
        return _("周末和%(names)s放假不算。") % {"names": words.listed(_(name) for name in names[:NAMES_MAX])}
    return _("周末不算。") if any(row.kind is work.DayKind.WEEKEND for row in rows) else ""


def _worked(rows: Sequence[clocks.DayRow]) -> str:
    days = [words.day_words(row.day) for row in rows if row.kind is work.DayKind.WORKED_WEEKEND and row.counted]
    return _("%(days)s调休上班，要算。") % {"days": words.listed(days)} if days else ""


_WORKDAYS = frozenset({work.DayKind.WORKING, work.DayKind.WORKED_WEEKEND})
