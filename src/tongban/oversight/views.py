"""The supervisor's page: cards raised by rules, and the open cases by least legal time."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.cases import queries as cases
from tongban.oversight import queries


@login_required
@never_cache
@require_safe
def cockpit(request: HttpRequest) -> HttpResponse:
    """What is near or past its limit in the regions this supervisor watches."""
    today = timezone.localdate()
    viewer = cases.viewer(account_id=request.user.pk, on=today)
    if not viewer.regions:
        raise cases.NotVisible()
    rows = cases.watched(viewer=viewer, today=today)
    cards = queries.cards(viewer=viewer, today=today)
    figures = {
        "open": len(rows),
        "late": sum(1 for row in rows if row.left is not None and row.left < 0),
        "yellow": sum(1 for card in cards if card.level == "yellow"),
        "red": sum(1 for card in cards if card.level == "red"),
    }
    hidden = tuple(room for room in cases.ROOMS if room not in viewer.rooms)
    return render(
        request, "oversight/cockpit.html",
        {"rows": rows, "cards": cards, "figures": figures, "nav_hidden": hidden},
    )


@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """The published rules: what raises a card, on which article, with which numbers."""
    return render(request, "oversight/rules.html", {"rules": queries.rules()})
