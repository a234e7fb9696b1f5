"""What every answer carries and every request leaves behind: policy headers, a number, one log line.

Sources: https://www.w3.org/TR/CSP3/; https://www.w3.org/TR/permissions-policy/; OWASP ASVS 14.4."""

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from http import HTTPStatus
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils.cache import patch_cache_control

from tongban.core.refusal import Refusal
from tongban.site import problems, views

Answer = Callable[[HttpRequest], HttpResponse]
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
GIVEN_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
access = logging.getLogger("tongban.access")


def policy(get_response: Answer) -> Answer:
    """Only our own files, no inline script or style, no frame around us, nothing kept of a signed-in page."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and "Cache-Control" not in response.headers:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return answer


def refusals(get_response: Answer) -> Answer:
    """A refusal that no page has caught becomes one: not found, or what cannot be done and why."""

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def refused(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refusal):
            return None
        status = problems.status_of(error)
        if status == HTTPStatus.NOT_FOUND:
            return render(request, "404.html", status=status)  # The very page of an address that is not there.
        return render(request, "409.html", {"refusal": error}, status=status)

    answer.process_exception = refused  # type: ignore[attr-defined]
    return answer


def bounded(get_response: Answer) -> Answer:
    """Turn away a body larger than any file may be before a byte of it is read: nobody fills the disk."""

    def answer(request: HttpRequest) -> HttpResponse:
        length = request.headers.get("Content-Length", "")
        if length.isascii() and length.isdecimal() and int(length) > settings.BODY_BYTES_MAX:
            return views.too_large(request)
        return get_response(request)

    return answer


def numbered(get_response: Answer) -> Answer:
    """Give each request a number and write one line about it: no address, no query, no person's data."""

    def answer(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        number = given if GIVEN_ID.fullmatch(given) else uuid4().hex
        mark = REQUEST_ID.set(number)
        begun = time.perf_counter()
        try:
            response = get_response(request)
            if request.resolver_match or response.status_code >= HTTPStatus.BAD_REQUEST:
                access.info("request", extra=_line(request, response, time.perf_counter() - begun))
        finally:
            REQUEST_ID.reset(mark)
        response.headers["X-Request-ID"] = number
        return response

    return answer


def _line(request: HttpRequest, response: HttpResponse, seconds: float) -> dict[str, object]:
    """The route instead of the path: a path may name a case, a query what somebody looked for."""
    match = request.resolver_match
    return {
        "method": request.method,
        "route": match.route if match else "",
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
    }


def one_address(get_response: Answer) -> Answer:
    """Send an address with a needless last slash to the page that is meant; Django does the opposite case."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        bare = request.path_info.rstrip("/")
        if response.status_code == HTTPStatus.NOT_FOUND and bare != request.path_info and is_valid_path(bare):
            return HttpResponsePermanentRedirect(bare)
        return response

    return answer
