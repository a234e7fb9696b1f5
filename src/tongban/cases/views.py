"""The officer's pages: the list of tasks (待办), and the desk where one task is done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from tongban.cases import actions, forms, queries
from tongban.core import clock as clocks
from tongban.core.refusal import Refusal
from tongban.law import queries as law
from tongban.papers import queries as papers
from tongban.papers import views as papers_views
from tongban.people import queries as people

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Door:
    """How one act is asked for on the desk: its form, its function, the words on its button."""

    act: str
    title: Any
    build: Callable[[Any, queries.CasePage, queries.TaskRow], Form]
    do: Callable[..., actions.Done]
    is_final: bool = False
    is_main: bool = True


def _plain(form: type[Form]) -> Callable[[Any, queries.CasePage, queries.TaskRow], Form]:
    return lambda data, _page, _task: form(data)


def _result(data: Any, _page: queries.CasePage, task: queries.TaskRow) -> Form:
    return forms.Result(data, outcomes=task.rule.outcomes)


def _corrections(data: Any, page: queries.CasePage, _task: queries.TaskRow) -> Form:
    return forms.Corrections(data, materials=page.definition.materials)


def _pausing(data: Any, page: queries.CasePage, _task: queries.TaskRow) -> Form:
    return forms.Pausing(data, grounds=_grounds(page))


def _handing_over(data: Any, _page: queries.CasePage, task: queries.TaskRow) -> Form:
    able = people.officers_for(task.organ_code, task.role, timezone.localdate())
    return forms.HandingOver(data, officers={officer.id: officer.name for officer in able})


DOORS = {
    door.act: door
    for door in (
        Door("accept", _("受理"), _plain(forms.NoWords), actions.accept),
        Door("request_supplement", _("一次告知补正"), _corrections, actions.request_supplement),
        Door("refuse_acceptance", _("不予受理"), _plain(forms.Reason), actions.refuse_acceptance, is_final=True),
        Door("complete", _("提交意见"), _result, actions.complete),
        Door("decide", _("作出决定"), _result, actions.decide, is_final=True),
        Door("serve", _("登记送达"), _plain(forms.Serving), actions.serve),
        Door("pause", _("不计入期限"), _pausing, actions.pause, is_main=False),
        Door("resume", _("恢复计算期限"), _plain(forms.Resuming), actions.resume, is_main=False),
        Door("extend", _("延长期限"), _plain(forms.Reason), actions.extend, is_main=False),
        Door("reassign", _("转办"), _handing_over, actions.reassign, is_main=False),
        Door("recuse", _("申请回避"), _plain(forms.Reason), actions.recuse, is_main=False),
    )
}


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The officer's open tasks, least legal time first."""
    viewer = _officer(request)
    rows = queries.desk(viewer=viewer, today=timezone.localdate())
    view = request.GET.get("view", "all")
    shown = [row for row in rows if VIEWS.get(view, VIEWS["all"])[1](row)]
    counts = [(key, title, sum(1 for row in rows if test(row))) for key, (title, test) in VIEWS.items()]
    return render(request, "cases/queue.html", {"rows": shown, "views": counts, "view": view, "nav_hidden": _hidden(viewer)})


VIEWS: dict[str, tuple[Any, Callable[[queries.DeskRow], bool]]] = {
    "all": (_("全部待办"), lambda row: True),
    "mine": (_("分派给我"), lambda row: row.is_mine),
    "soon": (_("两日内到期"), lambda row: row.case.left is not None and 0 <= row.case.left <= 2),
    "late": (_("已超法定期限"), lambda row: row.case.left is not None and row.case.left < 0),
    "paused": (_("期限暂停"), lambda row: row.case.is_paused),
}


@login_required
@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest, ref: str, token_n: int) -> HttpResponse:
    """One task: the papers, the clock, and the acts this officer may do."""
    viewer = _officer(request)
    page = queries.page(ref=str(ref), viewer=viewer, at=timezone.now())
    task = next((task for task in page.tasks if task.n == token_n), None)
    if task is None:
        return _already_done(request, page)
    if request.method == "GET":
        return _desk_page(request, viewer, page, task)
    return _act(request, viewer, page, task)


def _act(
    request: HttpRequest, viewer: queries.Viewer, page: queries.CasePage, task: queries.TaskRow
) -> HttpResponse:
    door = DOORS.get(request.POST.get("act", ""))
    if door is None:
        return _desk_page(request, viewer, page, task, status=UNPROCESSABLE)
    form = door.build(request.POST, page, task)
    if not form.is_valid():
        return _desk_page(request, viewer, page, task, bad=(door, form), status=UNPROCESSABLE)
    if door.is_final and "confirmed" not in request.POST:
        return _confirm(request, page, task, door, form)
    try:
        done = door.do(
            region_code=page.region_code, case_id=page.id, token_n=task.n, at=timezone.now(),
            actor=actions.actor_of(viewer=viewer), key=request.POST["key"], **form.cleaned_data,
        )
    except Refusal as refusal:
        return _desk_page(request, viewer, page, task, bad=(door, form), refusal=refusal, status=409)
    messages.success(request, _("已办理“%(act)s”：%(number)s") % {"act": door.title, "number": done.number})
    return redirect(_next(viewer, ref=page.ref))


def _confirm(
    request: HttpRequest, page: queries.CasePage, task: queries.TaskRow, door: Door, form: Form
) -> HttpResponse:
    """Show the sentence that names case, outcome and effect, before what cannot be undone."""
    outcome = next((o for o in task.rule.outcomes if o.id == form.cleaned_data.get("outcome")), None)
    typed = [(name, value) for name, value in request.POST.items() if name not in {"csrfmiddlewaretoken", "confirmed"}]
    return render(
        request, "cases/confirm.html",
        {"page": page, "task": task, "door": door, "outcome": outcome, "typed": typed,
         "reason": form.cleaned_data.get("reason", "")},
    )


def _desk_page(
    request: HttpRequest, viewer: queries.Viewer, page: queries.CasePage, task: queries.TaskRow, *,
    bad: tuple[Door, Form] | None = None, refusal: Refusal | None = None, status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    statutory = page.clocks.get("statutory")
    shown = request.GET.get("material") or request.POST.get("material")
    doors = [(door, bad[1] if bad and bad[0] is door else door.build(None, page, task)) for door in _doors(page, task)]
    return render(
        request, "cases/desk.html",
        {
            "page": page, "task": task, "nav_hidden": _hidden(viewer), "doors": doors, "refusal": refusal,
            "bad": bad, "main_doors": sum(1 for door, _form in doors if door.act in task.rule.acts and door.is_main),
            "key": request.POST.get("key") or str(uuid4()),
            "material": next((m for m in page.materials if str(m.n) == shown), None),
            "days": clocks.explain(statutory.clock, law.calendar(), now) if statutory else (),
            "notices": papers.notices_of(region_code=page.region_code, case_id=page.id),
        },
        status=status,
    )


def _doors(page: queries.CasePage, task: queries.TaskRow) -> list[Door]:
    """Return the acts this task offers now: no pause of a paused clock, no second correction."""
    statutory = page.clocks.get("statutory")
    is_running = statutory is not None and statutory.clock.ended_on is None
    is_paused = bool(statutory and is_running and any(s.last_day is None for s in statutory.clock.stops))
    corrected = any(event.kind == "SupplementRequested" for event in page.events)
    hidden = {
        "pause": not is_running or is_paused,
        "resume": not is_paused,
        "extend": not is_running or bool(statutory and statutory.clock.extended),
        "request_supplement": corrected,
    }
    acts = [*task.rule.acts, "reassign", "recuse"]
    doors = [DOORS[act] for act in acts if act in DOORS and not hidden.get(act)]
    return sorted(doors, key=lambda door: not door.is_main)


def _grounds(page: queries.CasePage) -> tuple[str, ...]:
    statutory = page.clocks.get("statutory")
    if statutory is None:
        return ()
    started_on = timezone.localdate(statutory.clock.started_at)
    return law.period(statutory.clock.period_id, started_on).suspends


def _hidden(viewer: queries.Viewer) -> tuple[str, ...]:
    """Return the navigation an officer has no use for: supervision is for those who watch."""
    return () if viewer.regions else ("oversight:cockpit",)


def _next(viewer: queries.Viewer, *, ref: str) -> str:
    """Return the address of the next task: of this case if there is one, else the list."""
    rows = queries.desk(viewer=viewer, today=timezone.localdate())
    for row in rows:
        if row.case.ref == ref:
            return reverse("cases:desk", args=[row.case.ref, row.token_n])
    return reverse("cases:queue")


def _already_done(request: HttpRequest, page: queries.CasePage) -> HttpResponse:
    return render(request, "cases/already_done.html", {"page": page}, status=409)


def _officer(request: HttpRequest) -> queries.Viewer:
    """Return the signed-in officer.

    :raises queries.NotVisible: somebody else; the page is not found for them.
    """
    viewer = queries.viewer(account_id=request.user.pk, on=timezone.localdate())
    if viewer.officer_id is None:
        raise queries.NotVisible()
    return viewer


@login_required
@require_GET
def jump(request: HttpRequest) -> HttpResponse:
    """Go to the case with this number (跳到办件), or back to the list with a sentence."""
    viewer = _officer(request)
    asked = request.GET.get("q", "").strip()
    task = next(
        (row for row in queries.desk(viewer=viewer, today=timezone.localdate()) if asked and asked in {row.case.number, row.case.subject}),
        None,
    )
    if task is None:
        messages.info(request, _("您的待办里没有“%(asked)s”。") % {"asked": asked[:60]})
        return redirect("cases:queue")
    return redirect("cases:desk", task.case.ref, task.token_n)


@login_required
@require_GET
def notice(request: HttpRequest, ref: str, event_n: int, template: str) -> HttpResponse:
    """The PDF of a notice, for whoever may see the case."""
    viewer = queries.viewer(account_id=request.user.pk, on=timezone.localdate())
    region_code, case_id = queries.key_of(ref=str(ref), viewer=viewer)
    found = papers.notice(region_code=region_code, case_id=case_id, event_n=event_n, template=template)
    if found is None or not found.pdf_sha256:
        raise queries.NotVisible()
    return papers_views.pdf_response(found.pdf_sha256, f"{found.title}-{found.number}.pdf")


@login_required
@require_GET
def material(request: HttpRequest, ref: str, n: int) -> HttpResponse:
    """The bytes of a material, for whoever may see the case."""
    viewer = queries.viewer(account_id=request.user.pk, on=timezone.localdate())
    page = queries.page(ref=str(ref), viewer=viewer, at=timezone.now())
    found = next((row for row in page.materials if row.n == n), None)
    if found is None:
        raise queries.NotVisible()
    return papers_views.file_response(found.sha256, found.file_name, found.media_type)
