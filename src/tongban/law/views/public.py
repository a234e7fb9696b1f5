"""Pages of the law: the register, a law, a rule with its history and a worked example, a course of events to try.

Sources: ux.md 5 (day strip); RFC 5545 (calendar files)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import yaml
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tongban.core import calendar as work
from tongban.core import clock as clocks
from tongban.core import ics
from tongban.core.refusal import Refusal
from tongban.law import forms, queries
from tongban.law.views import administering
from tongban.ui.templatetags.ui import days as strips

TEXT_MAX = 100

MOMENTS = {
    clocks.MomentKind.FILED: ("later", _("提交申请")),
    clocks.MomentKind.CORRECTION_ASKED: ("later", _("一次告知全部补正内容")),
    clocks.MomentKind.CORRECTED: ("later", _("补正材料，期限重新起算")),
    clocks.MomentKind.ACCEPTED: ("later", _("受理，从次日起计算期限")),
    clocks.MomentKind.DEEMED_ACCEPTED: ("later", _("机关没有按时告知，视为受理")),
    clocks.MomentKind.STOPPED: ("wait", _("开始不计入期限")),
    clocks.MomentKind.WENT_ON: ("later", _("恢复计算期限")),
    clocks.MomentKind.PROMISED_BY: ("later", _("承诺办结日")),
    clocks.MomentKind.DECIDED_BY: ("now", _("法定最迟作出决定")),
    clocks.MomentKind.DELIVERED_BY: ("later", _("最迟送达决定")),
}


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """All laws, or the rules in which the words asked for occur."""
    text = request.GET.get("q", "")[:TEXT_MAX].strip()
    shown = {
        "text": text,
        "found": queries.search(text) if text else (),
        "laws": () if text else queries.laws(),
        "courses": queries.courses(),
        "desk": administering.desk_of(request),
    }
    return render(request, "law/register.html", shown)


@require_safe
def law(request: HttpRequest, law_id: str) -> HttpResponse:
    """A law, the days its texts came into force, its rules."""
    try:
        found = queries.law(law_id)
    except queries.UnknownLaw as refusal:
        raise Http404(str(refusal)) from refusal
    shown = {
        "law": found,
        "versions": queries.versions_of_law(law_id),
        "rows": queries.search(law_id=law_id),
        "changes": _changes("law", law_id),
        "desk": administering.desk_of(request),
    }
    return render(request, "law/law.html", shown)


@require_safe
def period(request: HttpRequest, rule_id: str) -> HttpResponse:
    """A rule: its words, its versions, and a due day computed from the day the reader chooses."""
    versions = _history(rule_id)
    given = request.GET if "trigger" in request.GET else _default_trigger(versions)
    form = forms.TriggerForm(given)
    shown: dict[str, Any] = {
        "versions": versions, "row": versions[-1], "form": form, "rule_id": rule_id,
        "uses": _uses(versions), "courses": _courses(versions), "changes": _changes("rule", versions[-1].rule),
        "desk": administering.desk_of(request),
    }  # fmt: skip
    status = 200
    if form.is_valid():
        try:
            shown |= _example(rule_id, **form.cleaned_data)
        except (clocks.LawNotInForce, clocks.ExtensionNotInLaw, work.NoCalendar) as refusal:
            shown["refusal"] = _said(refusal)
            status = 422
    else:
        shown["has_errors"], status = True, 422
    return render(request, "law/period.html", shown, status=status)


@require_safe
def period_calendar(request: HttpRequest, rule_id: str) -> HttpResponse:
    """The due day of a rule as a calendar file."""
    form = forms.TriggerForm(request.GET)
    _history(rule_id)
    if not form.is_valid():
        raise Http404
    try:
        told = _example(rule_id, **form.cleaned_data)
    except (clocks.LawNotInForce, clocks.ExtensionNotInLaw, work.NoCalendar) as refusal:
        raise Http404(str(refusal)) from refusal
    if told["due"] is None:
        raise Http404
    row, due = told["chosen"], told["due"]
    day = ics.Day(
        uid=f"{row.period.id}-{form.cleaned_data['trigger']:%Y%m%d}@tongban",
        on=due.last_on,
        title=f"{row.named['kind']} {row.cite}",
        text="\n".join([row.period.quote, *_as_text(told["days"], due.last_on, row.period.unit)]),
    )
    return _calendar_file([day], row.period.id)


@require_safe
def simulate(request: HttpRequest) -> HttpResponse:
    """Try out a course of events: filed on this day, corrected so, stopped so long, decided by when."""
    is_asked, form = "filed_on" in request.GET, _course_form(request)
    shown = {"form": form, "is_asked": is_asked, "ics_url": f"{reverse('law:simulate_calendar')}?{form.data.urlencode()}"}
    status = 200
    if form.is_valid():
        try:
            found = queries.simulate(form.cleaned_data["course"], form.plan())
        except Refusal as refusal:
            shown["refusal"] = _said(refusal)
            status = 422
        else:
            shown |= {"simulation": found, "moments": _moments(found)}
    elif is_asked:
        shown["has_errors"], status = True, 422
    return render(request, "law/simulate.html", shown, status=status)


def _course_form(request: HttpRequest) -> forms.SimulationForm:
    """The form as it was sent; the guide of a matter names the rule that decides instead of the course."""
    given, courses = request.GET.copy(), queries.courses()
    of_rule = [row.id for row in courses if given.get("rule") == row.decide]
    given.setdefault("course", (of_rule or [row.id for row in courses] or [""])[0])
    if "filed_on" not in given:
        given["filed_on"] = str(timezone.localdate())
    return forms.SimulationForm(given)


@require_safe
def simulate_calendar(request: HttpRequest) -> HttpResponse:
    """The days of a course of events as a calendar file."""
    form = _course_form(request)
    if not form.is_valid():
        raise Http404
    try:
        found = queries.simulate(form.cleaned_data["course"], form.plan())
    except Refusal as refusal:
        raise Http404(str(refusal)) from refusal
    promised = found.outlook.promised.last_on if found.outlook.promised else None
    why = _as_text(found.outlook.rows, found.outlook.due.last_on, found.decide.period.unit, promised)
    days = [
        ics.Day(
            uid=f"{found.course.id}-{each['on']:%Y%m%d}-{n}@tongban", on=each["on"], title=str(each["title"]),
            text="\n".join(why) if each["row"] is found.decide else "",
        )
        for n, each in enumerate(_moments(found))
    ]  # fmt: skip
    return _calendar_file(days, f"simulate-{found.course.id}")


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The years of the working-day calendar, the notices they rest on, their days off and worked weekends."""
    return render(request, "law/calendar.html", {"years": queries.years(), "receptions": queries.receptions()})


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """A year of the calendar: each notice, and what it changed of what was known before it (放假安排的修订)."""
    found = queries.year(year)
    if found is None:
        raise Http404
    return render(request, "law/year.html", {"year": found, "changes": _changes("notice", str(year))})


@require_safe
def export(_request: HttpRequest, form: str) -> HttpResponse:
    """The whole register as open data."""
    rows = [queries.row_as_document(row) for row in queries.search()]
    if form == "json":
        return JsonResponse({"periods": rows}, json_dumps_params={"ensure_ascii": False})
    text = yaml.safe_dump({"periods": rows}, allow_unicode=True, sort_keys=False)
    return HttpResponse(text, content_type="application/yaml; charset=utf-8")


def _said(refusal: Refusal) -> str:
    """The sentence of a refusal in the language of the page."""
    return gettext(str(refusal.says)) % refusal.params


def _history(rule_id: str) -> tuple[queries.PeriodRow, ...]:
    try:
        return queries.history(rule_id)
    except queries.UnknownRule as refusal:
        raise Http404(str(refusal)) from refusal


def _changes(kind: str, target: str) -> list[tuple[queries.ChangeRow, list[queries.Difference]]]:
    """The recorded changes, each with what it changed."""
    rows = queries.changes(kind=kind, target=target)
    return [(row, queries.differences_of_change(row, kind) if kind != "notice" else []) for row in rows]


def _ids(versions: tuple[queries.PeriodRow, ...]) -> list[str]:
    return [versions[0].rule, *(row.period.id for row in versions)]


def _uses(versions: tuple[queries.PeriodRow, ...]) -> Sequence[queries.Use]:
    return queries.tied().uses(sorted(set(_ids(versions))), timezone.localdate())


def _courses(versions: tuple[queries.PeriodRow, ...]) -> list[queries.CourseRow]:
    """The courses of events to try out in which the rule has a part."""
    ids = set(_ids(versions))
    return [row for row in queries.courses() if ids & {row.accept, row.decide, row.deliver}]


def _default_trigger(versions: tuple[queries.PeriodRow, ...]) -> dict[str, object]:
    """Today, or the last day of a rule that is no longer in force."""
    last = versions[-1].period.effective_to
    today = timezone.localdate()
    return {"trigger": str(min(today, last) if last else today)}


def _example(rule_id: str, trigger: date, extended: bool) -> dict[str, Any]:
    row = queries.period_row(rule_id, trigger)
    due = None
    if row.is_timed:
        due = clocks.term(row.period, queries.calendar(), trigger, extended=extended)
    days = queries.days_of_rule(row.period, trigger, extended) if due else ()
    return {
        "chosen": row,
        "due": due,
        "days": days,
        "is_rolled": due is not None and due.nominal_on != due.last_on,
        "trigger": trigger,
        "ics_url": f"{reverse('law:period_calendar', args=[rule_id])}?trigger={trigger}"
        + ("&extended=1" if extended else ""),
    }


def _moments(found: queries.Simulation) -> list[dict[str, Any]]:
    rows = {
        clocks.MomentKind.CORRECTION_ASKED: found.accept,
        clocks.MomentKind.DEEMED_ACCEPTED: found.accept,
        clocks.MomentKind.DECIDED_BY: found.decide,
        clocks.MomentKind.DELIVERED_BY: found.deliver,
    }
    return [
        {
            "state": MOMENTS[each.kind][0],
            "title": MOMENTS[each.kind][1],
            "on": each.on,
            "is_provisional": each.is_provisional,
            "row": rows.get(each.kind),
        }
        for each in found.outlook.moments
    ]


def _as_text(
    rows: Sequence[clocks.DayRow], legal_on: date, unit: str | None, promised_on: date | None = None
) -> list[str]:
    """The explanation in sentences, one a day."""
    return strips.sentences(rows, promised_on=promised_on, legal_on=legal_on, trigger=_("起算"), unit=unit or "day")


def _calendar_file(days: list[ics.Day], name: str) -> HttpResponse:
    answer = HttpResponse(
        ics.calendar(days, at=timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return answer
