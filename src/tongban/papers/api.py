"""The public check of a licence as an API: what holds today, what was signed, and the key to verify it.

Sources: GB/T 36901-36906; RFC 8785 (canonical metadata); RFC 8032 (Ed25519)."""

import base64
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from tongban.papers import actions, queries

router = Router(tags=["证照 licences"])


class Change(Schema):
    """One operation on the licence, with its words of GB/T 36902."""

    n: int
    operation: str
    operation_name: str
    state: str
    reason: str
    basis: str
    at: datetime


class LicenceCheck(Schema):
    """The answer to: is this licence genuine, and is it good today?"""

    ref: str
    verdict: str = Field(description=" ".join(queries.Verdict))
    state: str
    state_name: str
    checked_on: date
    metadata: dict[str, Any] = Field(
        description="GB/T 36903; its RFC 8785 bytes are what is signed"
    )
    algorithm: str = "Ed25519"
    signature: str = Field(description="base64, over the RFC 8785 bytes of metadata")
    key_id: str
    public_key: str = Field(description="base64, 32 bytes")
    changes: list[Change]


@router.get(
    "/licences/{ref}", response=LicenceCheck, auth=None, summary="Check a licence (证照核验)"
)
def check_licence(request: HttpRequest, ref: str) -> dict[str, Any]:
    today = timezone.localdate()
    found = queries.check(ref, today=today)
    if found is None:
        raise Http404
    actions.record_lookup(licence=found.licence, door="api", at=timezone.now())
    return {
        "ref": found.licence.ref,
        "verdict": found.verdict,
        "state": found.licence.state,
        "state_name": found.licence.state_name,
        "checked_on": today,
        "metadata": found.licence.metadata,
        "signature": base64.b64encode(found.licence.signature).decode(),
        "key_id": found.licence.key_id,
        "public_key": base64.b64encode(found.public_key).decode(),
        "changes": found.changes,
    }
