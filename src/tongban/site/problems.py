"""Problem documents: how the API says that something was refused, wrong or missing.

Sources: RFC 9457 (application/problem+json); RFC 9110 section 15 (status codes)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from tongban.core.refusal import Refusal

MEDIA_TYPE = "application/problem+json"
TYPES = "/problems/"  # A problem's type is an address below this one of the site.


def problem(
    status: int,
    *,
    code: str = "",
    title: str = "",
    detail: str = "",
    **more: object,
) -> dict[str, Any]:
    """A problem document; without a code its type is `about:blank` and the status says it all."""
    document: dict[str, Any] = {
        "type": f"{TYPES}{code}" if code else "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
    }
    if detail:
        document["detail"] = detail
    return document | {name: value for name, value in more.items() if value}


def of_refusal(refusal: Refusal, detail: str) -> dict[str, Any]:
    """The law or the procedure forbids it: 409, or the status the refusal itself names."""
    return problem(
        status_of(refusal),
        code=refusal.code.replace("_", "-"),
        title=str(refusal.code).replace("_", " ").capitalize(),
        detail=detail,
        basis=str(refusal.basis),
    )


def of_fields(errors: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What does not fit, one entry a field: a JSON pointer into the body, or a parameter's name."""
    entries = [{"detail": one["msg"], **_place(one["loc"])} for one in errors]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, code="invalid", title="Invalid", errors=entries)


def status_of(refusal: Refusal) -> int:
    return int(getattr(refusal, "status", HTTPStatus.CONFLICT))


def _place(loc: Sequence[object]) -> dict[str, str]:
    """From (where, parameter, field, ...); RFC 6901 for the pointer."""
    where, *rest = map(str, loc)
    if where != "body":
        return {"in": where, "parameter": "/".join(rest)}
    parts = [part.replace("~", "~0").replace("/", "~1") for part in rest[1:]]
    return {"pointer": "#" + "".join(f"/{part}" for part in parts)}
