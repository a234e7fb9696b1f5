"""Pages of the registry: places and the organs in them, open to everybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongban.people import queries


@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    """The province with its cities and counties."""
    provinces = queries.regions_of_kind("province")
    return render(request, "people/regions.html", {"provinces": provinces, "cities": queries.tree()})


@require_safe
def region(request: HttpRequest, code: str) -> HttpResponse:
    """One place: what lies in it, and its organs."""
    try:
        path = queries.region_path(code)
    except queries.NoSuchRegion as unknown:
        raise Http404(str(unknown)) from unknown
    return render(
        request,
        "people/region.html",
        {
            "region": path[-1],
            "above": path[:-1],
            "below": queries.regions_under(code),
            "organs": queries.organs_in(code),
        },
    )


@require_safe
def organs(request: HttpRequest) -> HttpResponse:
    """Organs whose name holds the words typed."""
    text = request.GET.get("q", "")[:60]
    return render(request, "people/organs.html", {"text": text, "rows": queries.organs_like(text)})


@require_safe
def organ(request: HttpRequest, code: str) -> HttpResponse:
    """One organ: its code, its posts, and who holds them today."""
    try:
        found = queries.organ(code)
    except queries.NoSuchOrgan as unknown:
        raise Http404(str(unknown)) from unknown
    return render(
        request,
        "people/organ.html",
        {
            "organ": found,
            "above": queries.region_path(found.region_code),
            "posts": queries.posts_of(code, timezone.localdate()),
        },
    )
