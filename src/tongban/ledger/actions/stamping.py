"""A time stamp of somebody else's under one checkpoint a day: that it existed then, whatever our clock says.

The operator names a time-stamping authority (时间戳服务机构) and the certificates it is trusted by; without
them nothing is asked. A stamp that does not come holds nothing up: it is asked for again.

Sources: RFC 3161 (request, answer, over HTTP: 3.4); 电子签名法 art. 5 and 8 (when a record was made)."""

import urllib.request
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import rfc3161_client
from cryptography import x509
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rfc3161_client.errors import VerificationError

from tongban.core.refusal import Refusal
from tongban.ledger import models, queries
from tongban.ledger.actions import publishing

WAIT_S_MAX = 5
ANSWER_BYTES_MAX = 100_000


class StampRefused(Refusal):
    code = "ledger-stamp-refused"
    says = _("时间戳服务机构%(authority)s没有给出可信的时间戳：%(reason)s。")


def stamp(*, log: str, at: datetime) -> bool:
    """Have the newest published checkpoint stamped, once a day; whether that was now.

    :raises StampRefused: the authority does not answer, or its answer does not hold.
    """
    if not settings.LEDGER_TSA:
        return False
    on = timezone.localdate(at)
    last = models.Stamp.objects.filter(log=log).order_by("-on").first()
    newest = queries.newest_checkpoint(log)
    if newest is None or (last is not None and (last.on >= on or last.size == newest.size)):
        return False
    content = newest.note.encode()
    answer, stamped_at = _stamped(content)
    folder = queries.stamp_path(log, on, "").parent
    publishing.write_durably(path=queries.stamp_path(log, on, "checkpoint"), content=content)
    publishing.write_durably(path=queries.stamp_path(log, on, "tsr"), content=answer)
    publishing.sync_folder(folder=folder.parent)
    models.Stamp.objects.create(
        log=log, on=on, size=newest.size, answer=answer, stamped_at=stamped_at, asked_at=at, authority=_authority()
    )
    return True


def _stamped(content: bytes) -> tuple[bytes, datetime]:
    """The authority's answer for these bytes, believed, and the moment it names."""
    builder = rfc3161_client.TimestampRequestBuilder().data(content)
    request = builder.hash_algorithm(rfc3161_client.HashAlgorithm.SHA256).cert_request(cert_request=True).build()
    answer = _ask(request.as_bytes())
    verifier = rfc3161_client.VerifierBuilder.from_request(request)
    for certificate in _roots():
        verifier = verifier.add_root_certificate(certificate)
    try:
        response = rfc3161_client.decode_timestamp_response(answer)
        verifier.build().verify_message(response, content)
    except (ValueError, VerificationError) as error:
        raise StampRefused(authority=_authority(), reason=str(error)) from error
    return answer, response.tst_info.gen_time


def _roots() -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(Path(settings.LEDGER_TSA_ROOTS).read_bytes())
    except (OSError, ValueError) as error:
        raise StampRefused(authority=_authority(), reason=str(error)) from error


def _ask(question: bytes) -> bytes:
    request = urllib.request.Request(  # noqa: S310 -- the address is the operator's own setting
        settings.LEDGER_TSA, data=question, method="POST", headers={"Content-Type": "application/timestamp-query"}
    )
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S_MAX) as answer:  # noqa: S310 -- as above
            if answer.status != HTTPStatus.OK:
                raise StampRefused(authority=_authority(), reason=str(answer.status))
            return answer.read(ANSWER_BYTES_MAX)
    except OSError as error:
        raise StampRefused(authority=_authority(), reason=str(error)) from error


def _authority() -> str:
    return urlsplit(settings.LEDGER_TSA).hostname or ""
