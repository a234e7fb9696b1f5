"""Files of a case, for whoever may see the case: notices, materials, the proof of its records."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongban.cases import queries
from tongban.ledger import views as ledger_views
from tongban.papers import queries as papers
from tongban.papers import views as papers_views


@login_required
@require_safe
def notice(request: HttpRequest, ref: UUID, event_n: int, template: str) -> HttpResponse:
    """The PDF of a notice."""
    region_code, case_id = _key(request, ref)
    found = papers.notice(region_code=region_code, case_id=case_id, event_n=event_n, template=template)
    if found is None or not found.pdf_sha256:
        raise queries.NotVisible()
    return papers_views.pdf_response(found.pdf_sha256, found.file_name)


@login_required
@require_safe
def material(request: HttpRequest, ref: UUID, n: int) -> HttpResponse:
    """The bytes of a material; a picture is shown in its place, anything else is a download."""
    viewer = queries.viewer(account_id=request.user.pk, on=timezone.localdate())
    found = queries.material(ref=str(ref), viewer=viewer, n=n)
    return papers_views.file_response(found.sha256, found.file_name, found.media_type)


@login_required
@require_safe
def proof(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The proof of the case's records, for the badge on the officer's and supervisor's page."""
    region_code, case_id = _key(request, ref)
    return ledger_views.proof_answer(region_code=region_code, case_id=case_id)


def _key(request: HttpRequest, ref: UUID) -> tuple[str, int]:
    viewer = queries.viewer(account_id=request.user.pk, on=timezone.localdate())
    return queries.key_of(ref=str(ref), viewer=viewer)
