"""A case to look at: for officers whose task it is not, and for those who watch. No act is offered."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.cases import queries
from tongban.cases.views import shown


@login_required
@never_cache
@require_safe
def look(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The papers, the clock and the trail, personal answers masked."""
    viewer = shown.officer(request)
    page = queries.page(ref=str(ref), viewer=viewer, at=timezone.now())
    mine = [
        task for task in page.tasks
        if viewer.may_take(organ_code=task.organ_code, role=task.role, matter_code=page.definition.matter_code)
    ]
    return render(
        request, "cases/look.html",
        {**shown.papers_and_clock(request, page), "mine": mine, "nav_hidden": shown.hidden(viewer),
         "nav": "" if viewer.organs else "oversight:cockpit"},
    )
