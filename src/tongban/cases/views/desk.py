"""The officer's pages: the list of tasks (待办), and the desk where one task is done."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.cases import actions, queries
from tongban.cases.views import doors, shown
from tongban.core.refusal import Refusal

UNPROCESSABLE = 422
Typed = tuple[doors.Door, Form]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest, ref: UUID, token_n: int) -> HttpResponse:
    """One task: the papers, the clock, and the acts this officer may do."""
    viewer = shown.officer(request)
    page = queries.page(ref=str(ref), viewer=viewer, at=timezone.now())
    task = next((task for task in (*page.tasks, *page.silent) if task.n == token_n), None)
    if task is None:
        return _already_done(request, viewer, page)
    if request.method == "POST":
        return _act(request, viewer, page, task)
    if not viewer.may_take(organ_code=task.organ_code, role=task.role, matter_code=page.definition.matter_code):
        return redirect("cases:look", page.ref)
    return _desk_page(request, viewer, page, task)


def _act(
    request: HttpRequest, viewer: queries.Viewer, page: queries.CasePage, task: queries.TaskRow
) -> HttpResponse:
    door = doors.DOORS.get(request.POST.get("act", ""))
    if door is None:
        return _desk_page(request, viewer, page, task, status=UNPROCESSABLE)
    form = door.build(request.POST, page, task)
    if not form.is_valid():
        return _desk_page(request, viewer, page, task, bad=(door, form), status=UNPROCESSABLE)
    if "back" in request.POST:  # From the confirmation: what was typed stands there again.
        return _desk_page(request, viewer, page, task, kept=(door, form))
    if door.is_final and "confirmed" not in request.POST:
        return _confirm(request, viewer, page, task, door, form)
    try:
        door.do(
            region_code=page.region_code, case_id=page.id, token_n=task.n, at=timezone.now(),
            actor=actions.actor_of(viewer=viewer), key=shown.key(request), **form.cleaned_data,
        )
    except actions.AlreadyDone:
        return _already_done(request, viewer, queries.page(ref=page.ref, viewer=viewer, at=timezone.now()))
    except Refusal as refusal:
        return _desk_page(request, viewer, page, task, bad=(door, form), refusal=refusal, status=409)
    return _go_on(request, viewer, page, door)


def _go_on(request: HttpRequest, viewer: queries.Viewer, page: queries.CasePage, door: doors.Door) -> HttpResponse:
    """Say what was done, and put the next task before the officer."""
    said = {"act": door.title, "subject": page.subject, "number": page.number}
    rows = [row for row in queries.desk(viewer=viewer, today=timezone.localdate()) if row.is_open_to_me]
    following = next((row for row in rows if row.case.ref == page.ref), None) or next(iter(rows), None)
    if following is None:
        messages.success(request, _("已办理“%(act)s”：%(subject)s（%(number)s）。待办已全部办完。") % said)
        return redirect("cases:queue")
    if following.case.ref == page.ref:
        messages.success(request, _("已办理“%(act)s”：%(subject)s（%(number)s）。本件还有您的环节，如下。") % said)
    else:
        messages.success(request, _("已办理“%(act)s”：%(subject)s（%(number)s）。下面是下一件。") % said)
    return redirect("cases:desk", following.case.ref, following.token_n)


def _confirm(
    request: HttpRequest, viewer: queries.Viewer, page: queries.CasePage, task: queries.TaskRow,
    door: doors.Door, form: Form,
) -> HttpResponse:
    """Show the sentence that names case, outcome and effect, before what cannot be undone."""
    outcome = next((o for o in task.rule.outcomes if o.id == form.cleaned_data.get("outcome")), None)
    left_out = {"csrfmiddlewaretoken", "confirmed", "key"}
    return render(
        request, "cases/confirm.html",
        {"page": page, "task": task, "door": door, "outcome": outcome, "key": shown.key(request),
         "typed": [(name, value) for name, value in request.POST.items() if name not in left_out],
         "reason": form.cleaned_data.get("reason", ""), "nav_hidden": shown.hidden(viewer)},
    )


def _desk_page(
    request: HttpRequest, viewer: queries.Viewer, page: queries.CasePage, task: queries.TaskRow, *,
    bad: Typed | None = None, kept: Typed | None = None, refusal: Refusal | None = None, status: int = 200,
) -> HttpResponse:
    typed = bad or kept
    offered = [
        (door, typed[1] if typed and typed[0] is door else door.build(None, page, task))
        for door in doors.offered(page, task)
    ]
    return render(
        request, "cases/desk.html",
        {
            **shown.papers_and_clock(request, page), "task": task, "nav_hidden": shown.hidden(viewer),
            "main": [pair for pair in offered if pair[0].is_main], "refusal": refusal, "bad": bad, "typed": typed,
            "other": [pair for pair in offered if not pair[0].is_main], "key": shown.key(request),
            "is_signed": viewer.officer_id in task.signed,
        },
        status=status,
    )


def _already_done(request: HttpRequest, viewer: queries.Viewer, page: queries.CasePage) -> HttpResponse:
    """Say that the task is closed: as a success where it was this officer's own press, repeated."""
    act = queries.earlier_act(
        key=request.POST.get("key", "")[:80], viewer=viewer, region_code=page.region_code, case_id=page.id
    ) if request.method == "POST" and shown.KEY.fullmatch(request.POST.get("key", "")) else ""
    if act in doors.DOORS:
        return _go_on(request, viewer, page, doors.DOORS[act])
    typed = request.POST.get("reason", "") if request.method == "POST" else ""
    return render(
        request, "cases/already_done.html",
        {"page": page, "typed": typed, "nav_hidden": shown.hidden(viewer)}, status=409,
    )
