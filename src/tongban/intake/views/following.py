"""The applicant's own cases: the list, one case, its receipt, its papers, its proof."""

from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.cases import queries as cases
from tongban.core import ics
from tongban.intake import queries
from tongban.intake.views import attaching, doors
from tongban.ledger import queries as ledger
from tongban.ledger import views as ledger_views
from tongban.papers import queries as papers
from tongban.papers import views as papers_views
from tongban.people import queries as people
from tongban.ui.templatetags.ui import days as strips


@require_safe
@doors.applicant
def my(request: HttpRequest, person: people.PersonRow, at: datetime) -> HttpResponse:
    """My cases, and what I have begun but not handed in."""
    today = timezone.localdate(at)
    viewer = cases.Viewer(person_id=str(person.id), name=person.name)
    context = {
        "cases": [(row, queries.row_tag(row)) for row in cases.my_cases(viewer=viewer, today=today)],
        "drafts": queries.open_drafts(account_id=person.account_id, at=at),
    }
    return render(request, "intake/my.html", context)


@require_safe
@doors.viewer
def case(request: HttpRequest, viewer: cases.Viewer, at: datetime, ref: UUID) -> HttpResponse:
    """Where a case is, until when, why then, and whether its record can be trusted."""
    found = cases.page(ref=str(ref), viewer=viewer, at=at)
    issued = queries.papers_of(found)
    today = timezone.localdate(at)
    context = {
        "case": found, "progress": queries.progress(found, at=at), "is_mine": bool(viewer.person_id),
        "trail": queries.trail(found, issued, today=today), "papers": [paper for _n, paper in issued],
        "rights": queries.rights(found, on=today), "handlers": queries.handlers(found), "steps": queries.flow_steps(found), "chart": chart(found),
        "vkey": ledger_key(found), "today": today, "ref": found.ref,
    }
    return render(request, "intake/case.html", context)


@require_safe
@doors.viewer
def days_file(request: HttpRequest, viewer: cases.Viewer, at: datetime, ref: UUID) -> HttpResponse:
    """The limits of a case as a calendar file, with the reason of every day."""
    found = cases.page(ref=str(ref), viewer=viewer, at=at)
    why = queries.progress(found, at=at).why
    if why is None:
        raise Http404
    marks: dict[str, Any] = {"promised_on": why.promised_on, "legal_on": why.legal_on, "trigger": why.trigger, "unit": why.unit}
    text = "\n".join([why.basis, *strips.sentences(why.rows, **marks)])
    limits = {"promised": (why.promised_on, _("承诺办结日")), "statutory": (why.legal_on, _("法定最迟日"))}
    days = [
        ics.Day(uid=f"{found.ref}-{name}@tongban", on=on, title=f"{words} {found.number}", text=text)
        for name, (on, words) in limits.items() if on
    ]  # fmt: skip
    answer = HttpResponse(ics.calendar(days, at=at), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.number}.ics"'
    return answer


@require_safe
@doors.applicant
def done(request: HttpRequest, person: people.PersonRow, at: datetime, ref: UUID) -> HttpResponse:
    """The receipt: the number, a QR code, what happens next and when."""
    viewer = cases.Viewer(person_id=str(person.id), name=person.name)
    found = cases.page(ref=str(ref), viewer=viewer, at=at)
    address = f"{settings.PUBLIC_URL}{reverse('intake:case', args=[found.ref])}"
    context = {
        "case": found, "qr": qr(address), "address": address, "today": timezone.localdate(at),
        "expected": queries.expected(found.definition, timezone.localdate(found.filed_at)),
        "papers": [paper for n, paper in queries.papers_of(found) if n == 1],
    }
    return render(request, "intake/done.html", context)


@require_safe
@doors.viewer
def proof(request: HttpRequest, viewer: cases.Viewer, at: datetime, ref: UUID) -> HttpResponse:
    """What the browser needs to check the record itself."""
    region_code, case_id = cases.key_of(ref=str(ref), viewer=viewer)
    return JsonResponse(ledger.proof(region_code, case_id))


@require_safe
@doors.viewer
def receipt_file(request: HttpRequest, viewer: cases.Viewer, at: datetime, ref: UUID) -> HttpResponse:
    """The proof of the newest event in the ledger, for any checking tool."""
    region_code, case_id = cases.key_of(ref=str(ref), viewer=viewer)
    shown = [entry["n"] for entry in ledger.proof(region_code, case_id)["entries"] if entry["index"] is not None]
    text = ledger.receipt_text(region_code, case_id, max(shown)) if shown else None
    if text is None:
        raise Http404
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{ref}.tlog-proof"'
    return answer


@require_safe
@doors.viewer
def promise_file(request: HttpRequest, viewer: cases.Viewer, at: datetime, ref: UUID) -> HttpResponse:
    """The log's signed word that the newest event will be in it within the hour: to be had from the first moment."""
    newest = cases.page(ref=str(ref), viewer=viewer, at=at).events[-1].n
    region_code, case_id = cases.key_of(ref=str(ref), viewer=viewer)
    return ledger_views.promise_answer(region_code=region_code, case_id=case_id, event_n=newest)


@require_safe
@doors.applicant
def record_file(request: HttpRequest, person: people.PersonRow, at: datetime, ref: UUID) -> HttpResponse:
    """Every entry with its proof and with what was said, for the applicant alone: checks offline, for ever."""
    viewer = cases.Viewer(person_id=str(person.id), name=person.name)
    region_code, case_id = cases.key_of(ref=str(ref), viewer=viewer)
    return ledger_views.case_file_answer(region_code=region_code, case_id=case_id)


@require_safe
@doors.viewer
def notice(request: HttpRequest, viewer: cases.Viewer, at: datetime, ref: UUID, n: int) -> HttpResponse:
    """A paper of the case by its place in the list: a notice as text, a licence as its file."""
    row = _paper(viewer, ref, n)
    pdf_url = reverse("intake:notice_file", args=[ref, n])
    if isinstance(row, papers.LicenceRow):
        return redirect(pdf_url)
    back_url = reverse("intake:case", args=[ref])
    return papers_views.notice_page(request, row, pdf_url=pdf_url, back_url=back_url)


@require_safe
@doors.viewer
def notice_file(request: HttpRequest, viewer: cases.Viewer, at: datetime, ref: UUID, n: int) -> HttpResponse:
    """The same paper as PDF; it is being made where it is not there yet."""
    row = _paper(viewer, ref, n)
    if row.pdf_sha256 is None:
        return render(request, "intake/paper_not_ready.html", {"title": row.title, "ref": str(ref)}, status=202)
    return papers_views.pdf_response(row.pdf_sha256, f"{row.title} {row.number}.pdf")


@require_safe
@doors.viewer
def material_file(request: HttpRequest, viewer: cases.Viewer, at: datetime, ref: UUID, n: int) -> HttpResponse:
    """A material of the case, to look at."""
    row = next((one for one in cases.page(ref=str(ref), viewer=viewer, at=at).materials if one.n == n), None)
    if row is None:
        raise Http404
    return attaching.file_response(row.sha256, row.media_type, row.file_name)


def _paper(viewer: cases.Viewer, ref: UUID, n: int) -> papers.NoticeRow | papers.LicenceRow:
    region_code, case_id = cases.key_of(ref=str(ref), viewer=viewer)
    rows = queries.paper_rows(region_code=region_code, case_id=case_id)
    if not 0 < n <= len(rows):
        raise cases.NotVisible()
    return rows[n - 1]


def qr(address: str) -> SafeString:
    """The address as a QR code, drawn as SVG without a single style attribute."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=4, border=2, svgclass="qr", lineclass=None)
    return mark_safe(drawn)  # noqa: S308 -- drawn by segno from dots, no text of anybody's in it


def chart(found: cases.CasePage) -> SafeString:
    """The published flow as SVG with the case's place in it."""
    return mark_safe(queries.flow_chart(found))  # noqa: S308 -- the drawing escapes every word it writes


def ledger_key(found: cases.CasePage) -> str:
    """The public key of the log this case is written to."""
    state = ledger.state(f"{found.region_code[:4]}00")
    return state.vkey if state else ""
