"""Pages of the site itself: is it well, what went wrong.

Sources: https://docs.djangoproject.com/en/5.2/topics/http/views/#customizing-error-views"""

import sys

from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.pg import transient
from tongban.site import problems

RETRY_AFTER_S = 5


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """`ok` when the site and its database answer; 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return HttpResponse("database does not answer\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


def place_names(_request: HttpRequest) -> dict[str, object]:
    """For any template: the cities by code, read only where one asks. Folders below `people` know codes alone."""
    return {"place_names": SimpleLazyObject(_cities)}


def _cities() -> dict[str, object]:
    from tongban.people import queries as people  # noqa: PLC0415 -- app ready

    return {row.code: row for row in people.regions_of_kind("city")}


def closed(_request: HttpRequest, *_parts: str) -> HttpResponse:
    """:raises Http404: a page of a library that this site does not open."""
    raise Http404


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failed(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failed(request, 403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's secret does not match: usually a page left open over a sign-in."""
    return _failed(request, 403, template="419.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failed(request, 404)


def too_large(request: HttpRequest) -> HttpResponse:
    return _failed(request, 413)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 with a time to come back when the database is away for a moment."""
    if not transient.is_transient(sys.exc_info()[1]):
        return _failed(request, 500)
    answer = _failed(request, 503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _failed(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    """A page for people, a problem document for programs."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            problems.problem(status), status=status, content_type=problems.MEDIA_TYPE
        )
    return render(request, template or f"{status}.html", status=status)
