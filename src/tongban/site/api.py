"""The API: one root, the operations of every folder below it, problems in one form.

Sources: OpenAPI 3.1; RFC 9457; https://django-ninja.dev/guides/errors/"""

from http import HTTPStatus
from typing import Annotated, Any

from allauth.account.adapter import get_adapter
from django.contrib.auth import login, logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext, gettext_noop
from ninja import Field, NinjaAPI, Schema, Status
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError
from ninja.security import django_auth

from tongban.cases import api as cases
from tongban.core.refusal import Refusal
from tongban.intake import api as intake
from tongban.law import api as law
from tongban.ledger import api as ledger
from tongban.matters import api as matters
from tongban.papers import api as papers
from tongban.site import problems

api = NinjaAPI(
    title="通办 Tongban",
    version="1",
    description=(
        "Every act by page is also an act here. Sign in with POST /session, then send its cookies, and its"
        " csrf_token as `X-CSRFToken`. Send `Idempotency-Key` with each act: the same key gives the same"
        " answer, however often it is sent. Refusals are problem documents (RFC 9457)."
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


class WrongNameOrPassword(Refusal):
    code = "wrong_name_or_password"
    status = HTTPStatus.UNAUTHORIZED
    says = gettext_noop("账号或密码不正确，请核对后重新输入。")


class SignIn(Schema):
    username: Annotated[str, Field(max_length=60)]
    password: Annotated[str, Field(max_length=128)]


class Session(Schema):
    """Who is signed in; the token goes back in the header `X-CSRFToken` of every act."""

    username: str
    full_name: str
    csrf_token: str


@api.post("/session", response=Session, auth=None, tags=["会话 session"], summary="登录 Sign in")
def sign_in(request: HttpRequest, body: SignIn) -> Session:
    """:raises WrongNameOrPassword: also after too many attempts with the same name."""
    account = get_adapter().authenticate(request, **body.dict())
    if account is None:
        raise WrongNameOrPassword
    login(request, account)
    return Session(
        username=account.username, full_name=account.full_name, csrf_token=get_token(request)
    )


@api.get("/session", response=Session, tags=["会话 session"], summary="当前账号 Who is signed in")
def session(request: HttpRequest) -> Session:
    account = request.user
    return Session(
        username=account.username, full_name=account.full_name, csrf_token=get_token(request)
    )


@api.delete("/session", response={204: None}, tags=["会话 session"], summary="退出 Sign out")
def sign_out(request: HttpRequest) -> Status:
    logout(request)
    return Status(204, None)


for folder in (cases, intake, law, ledger, matters, papers):
    api.add_router("", folder.router)
