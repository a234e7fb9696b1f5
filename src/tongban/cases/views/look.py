"""A case to look at: for officers whose task it is not, and for those who watch; acts on the whole case are here."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.cases import actions, queries
from tongban.cases.views import doors, shown
from tongban.core.refusal import Refusal

Asked = tuple[doors.WholeDoor, Form]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The papers, the clock and the trail, personal answers masked; below, what may be done with the whole case."""
    viewer = shown.officer(request)
    page = queries.page(ref=str(ref), viewer=viewer, at=timezone.now())
    if request.method == "POST":
        return _act(request, viewer, page)
    return _page(request, viewer, page)


def _act(request: HttpRequest, viewer: queries.Viewer, page: queries.CasePage) -> HttpResponse:
    offered = {door.act: door for door in doors.offered_whole(page, viewer)}
    door = offered.get(request.POST.get("act", ""))
    if door is None:
        return _page(request, viewer, page, status=422)
    form = door.build(request.POST, page)
    if not form.is_valid():
        return _page(request, viewer, page, bad=(door, form), status=422)
    try:
        done = door.do(
            region_code=page.region_code, case_id=page.id, at=timezone.now(), actor=actions.actor_of(viewer=viewer),
            key=shown.key(request), **form.cleaned_data,
        )
    except Refusal as refusal:
        return _page(request, viewer, page, bad=(door, form), refusal=refusal, status=409)
    messages.success(request, _("已办理“%(act)s”：%(number)s。") % {"act": door.title, "number": done.number})
    return redirect("cases:look", page.ref)


def _page(
    request: HttpRequest, viewer: queries.Viewer, page: queries.CasePage, *, bad: Asked | None = None,
    refusal: Refusal | None = None, status: int = 200,
) -> HttpResponse:
    tasks = (*page.tasks, *page.silent)
    mine = [
        task for task in tasks
        if viewer.may_take(organ_code=task.organ_code, role=task.role, matter_code=page.definition.matter_code)
    ]
    whole = [
        (door, bad[1] if bad and bad[0] is door else door.build(None, page))
        for door in doors.offered_whole(page, viewer)
    ]
    return render(
        request, "cases/look.html",
        {**shown.papers_and_clock(request, page), "mine": mine, "nav_hidden": shown.hidden(viewer), "whole": whole,
         "bad": bad, "refusal": refusal, "key": shown.key(request), "nav": "" if viewer.organs else "oversight:cockpit"},
        status=status,
    )
