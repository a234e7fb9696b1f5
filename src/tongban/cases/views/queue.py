"""The officer's list of open tasks (待办), and the jump to a case by its number."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.cases import queries
from tongban.cases.views import shown
from tongban.core import codes

SHOWN_CHARS_MAX = 60

VIEWS: dict[str, tuple[Any, Callable[[queries.DeskRow], bool]]] = {
    "all": (_("全部待办"), lambda row: True),
    "mine": (_("分派给我"), lambda row: row.is_mine),
    "soon": (_("两日内到期"), lambda row: row.case.left is not None and 0 <= row.case.left <= queries.NEAR_DAYS),
    "late": (_("已超法定期限"), lambda row: row.case.left is not None and row.case.left < 0),
    "paused": (_("期限暂停"), lambda row: row.case.is_paused),
}


@login_required
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The officer's open tasks, least legal time first."""
    viewer = shown.officer(request)
    rows = queries.desk(viewer=viewer, today=timezone.localdate())
    view = request.GET.get("view", "all")
    view = view if view in VIEWS else "all"
    listed = [row for row in rows if VIEWS[view][1](row)]
    counts = [(key, title, sum(1 for row in rows if test(row))) for key, (title, test) in VIEWS.items()]
    return render(
        request, "cases/queue.html",
        {"rows": listed, "views": counts, "view": view, "nav_hidden": shown.hidden(viewer)},
    )


@login_required
@require_safe
def jump(request: HttpRequest) -> HttpResponse:
    """Go to the case with this number or name (跳到办件), or back to the list with a sentence."""
    viewer = shown.officer(request)
    asked = request.GET.get("q", "").strip()[:SHOWN_CHARS_MAX]
    today = timezone.localdate()
    for row in queries.desk(viewer=viewer, today=today) if asked else ():
        if asked in {row.case.number, row.case.subject}:
            return redirect("cases:desk", row.case.ref, row.token_n)
    if ref := _ref(asked, viewer):
        return redirect("cases:look", ref)
    messages.info(request, _("没有找到您可以查看的办件“%(asked)s”。请核对办件编号。") % {"asked": asked})
    return redirect("cases:queue" if viewer.organs else "oversight:cockpit")


def _ref(asked: str, viewer: queries.Viewer) -> str | None:
    try:
        return queries.ref_of_number(codes.parse_case_number(asked), viewer=viewer)
    except codes.NotACode:
        return None
