"""Pages of papers: the public check of a licence, a notice as text, a file as PDF.

Who may see a notice or a file is decided by the caller's folder; only the check of a licence is for everybody."""

import base64
from urllib.parse import urlsplit

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.core import codes
from tongban.ledger import queries as ledger
from tongban.ledger import views as ledger_views
from tongban.papers import actions, queries

SHOWN_CHARS_MAX = 80


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Where somebody with a paper in his hand types its check code or pastes its address."""
    typed = request.GET.get("ref", "")
    ref = reference_in(typed)
    if queries.check(ref, today=timezone.localdate()) is not None:
        return HttpResponseRedirect(reverse("papers:licence", args=[ref]))
    status = 404 if typed else 200
    return render(request, "papers/ask.html", {"typed": typed[:SHOWN_CHARS_MAX]}, status=status)


@never_cache
@require_safe
def licence(request: HttpRequest, ref: str) -> HttpResponse:
    """What the QR code of a licence opens: genuine or not, as of now, and how to verify it oneself."""
    found = queries.check(ref, today=timezone.localdate())
    if found is None:
        return render(request, "papers/ask.html", {"typed": ref[:SHOWN_CHARS_MAX]}, status=404)
    actions.record_lookup(licence=found.licence, door="page", at=timezone.now())
    log = ledger.state(f"{found.licence.region_code[:4]}00")
    shown = {
        "vkey": log.vkey if log else "",
        "check": found,
        "licence": found.licence,
        "fields": queries.public_fields(found.licence),
        "today": timezone.localdate(),
        "signed": found.signed_bytes.decode(),
        "signature": base64.b64encode(found.licence.signature).decode(),
        "public_key": base64.b64encode(found.public_key).decode(),
    }
    answer = render(request, "papers/licence.html", shown)
    answer.headers["X-Robots-Tag"] = (
        "noindex"  # A licence is for those who hold it, not for search engines.
    )
    return answer


@require_safe
def licence_proof(request: HttpRequest, ref: str) -> HttpResponse:
    """The ledger's proof of the case that gave the licence: entries hold no personal data."""
    found = queries.licence_by_ref(ref)
    if found is None:
        raise Http404
    return ledger_views.proof_answer(region_code=found.region_code, case_id=found.case_id)


def notice_page(
    request: HttpRequest, notice: queries.NoticeRow, *, pdf_url: str, back_url: str
) -> HttpResponse:
    """A notice as text in Song type, for the eye and the screen reader; the caller has checked the right to see it."""
    shown = {
        "notice": notice,
        "text": mark_safe(notice.text),  # noqa: S308 -- written by the typesetter, which escapes every word
        "pdf_url": pdf_url if notice.pdf_sha256 else "",
        "back_url": back_url,
    }
    return render(request, "papers/notice.html", shown)


def pdf_response(sha256: str, filename: str) -> HttpResponse:
    """A kept PDF, shown in the browser under its name; the caller has checked the right to see it.

    :raises queries.NotKept: nothing is filed under this digest.
    :raises queries.FileDamaged: the stored bytes are not those that were kept.
    """
    answer = HttpResponse(queries.file_bytes(sha256), content_type="application/pdf")
    disposition = content_disposition_header(as_attachment=False, filename=filename)
    answer.headers["Content-Disposition"] = disposition or "inline"
    answer.headers["ETag"] = f'"{sha256}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def file_response(sha256: str, filename: str, media_type: str) -> FileResponse:
    """A kept file of any kind as a download, sent piece by piece; the caller has checked the right to see it."""
    answer = FileResponse(
        queries.open_file(sha256), as_attachment=True, filename=filename, content_type=media_type
    )
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def reference_in(typed: str) -> str:
    """The reference in what somebody typed or pasted: an address, full-width letters, spaces, capitals."""
    plain = codes.half_width(typed).lower()
    path = urlsplit(plain).path if "://" in plain else plain
    return path.rstrip("/").rsplit("/", 1)[-1].replace(" ", "")
