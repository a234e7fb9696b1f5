"""The public front: home, search, following a case by its number."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongban.cases import queries as cases
from tongban.intake import queries


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door."""
    shown = queries.home(today=timezone.localdate())
    return render(request, "intake/home.html", {"home": shown, "portal": queries.portal()})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The one search, its answers grouped; an exact case number of one's own leads straight to the case."""
    found = _find(request)
    if found.track and found.track.ref:
        return redirect("intake:case", found.track.ref)
    return render(request, "intake/search.html", {"found": found, "portal": queries.portal()})


@require_safe
def track(request: HttpRequest) -> HttpResponse:
    """Follow a case by its number."""
    found = _find(request) if request.GET.get("q") else None
    if found and found.track and found.track.ref:
        return redirect("intake:case", found.track.ref)
    return render(request, "intake/track.html", {"found": found, "q": request.GET.get("q", "")})


def _find(request: HttpRequest) -> queries.Found:
    today = timezone.localdate()
    viewer = cases.viewer(account_id=request.user.pk, on=today)
    return queries.find(request.GET.get("q", ""), viewer=viewer, on=today)
