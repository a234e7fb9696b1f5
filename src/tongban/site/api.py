"""The API: one root, the operations of every folder below it, problems in one form.

Sources: OpenAPI 3.1; RFC 9457; https://django-ninja.dev/guides/errors/"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError
from ninja.security import django_auth

from tongban.core.refusal import Refusal
from tongban.site import problems

api = NinjaAPI(
    title="通办 Tongban",
    version="1",
    description=(
        "Every act by page is also an act here. Send `Idempotency-Key` with each act: the same key"
        " gives the same answer, however often it is sent. Refusals are problem documents (RFC 9457)."
    ),
    auth=django_auth,
    urls_namespace="api",
    docs_url=None,
)


def answer(request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
    response = api.create_response(request, document, status=document["status"])
    response["Content-Type"] = problems.MEDIA_TYPE
    return response


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return answer(
        request, problems.of_refusal(refusal, gettext(str(refusal.says)) % refusal.params)
    )


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return answer(request, problems.of_fields(error.errors))


@api.exception_handler(Http404)
def not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    return answer(request, problems.problem(404))


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return answer(request, problems.problem(401))


@api.exception_handler(AuthorizationError)
@api.exception_handler(PermissionDenied)
def forbidden(request: HttpRequest, _error: Exception) -> HttpResponse:
    return answer(request, problems.problem(403))


@api.exception_handler(HttpError)
def failed(request: HttpRequest, error: HttpError) -> HttpResponse:
    return answer(request, problems.problem(error.status_code, detail=error.message))
