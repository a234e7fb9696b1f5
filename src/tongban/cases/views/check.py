"""The public check of a case: what the QR code of its papers opens, for anybody, without a person's data."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.cases import queries
from tongban.ledger import queries as ledger
from tongban.ledger import views as ledger_views


@never_cache
@require_safe
def check(request: HttpRequest, ref: UUID) -> HttpResponse:
    """How the case stands and whether its records hold, checked by the reader's own browser."""
    found = queries.public_case(ref=ref, at=timezone.now())
    log = ledger.state(f"{found.region_code[:4]}00")
    answer = render(request, "cases/check.html", {"case": found, "vkey": log.vkey if log else ""})
    answer.headers["X-Robots-Tag"] = "noindex"  # For those who hold the paper, not for search engines.
    return answer


@require_safe
def check_proof(_request: HttpRequest, ref: UUID) -> HttpResponse:
    """The proof the page checks; ledger entries hold no personal data."""
    region_code, case_id = queries.public_key_of(ref=ref)
    return ledger_views.proof_answer(region_code=region_code, case_id=case_id)
