"""Pages of the ledger, its files as a mirror would serve them, and answers for pages of other folders."""

from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import http_date, parse_http_date_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from tongban.core import merkle
from tongban.ledger import actions, queries

FOR_EVER_S = 31_536_000
REQUEST_BYTES_MAX = 64_000
TEXT = "text/plain; charset=utf-8"
STAMPS_SHOWN_MAX = 7
CHECKPOINT_S = 2  # A checkpoint is replaced every few seconds.


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Every log, what the ledger proves, and what it cannot."""
    return render(request, "ledger/ledger.html", {"logs": queries.states()})


@require_safe
def log(request: HttpRequest, log: int) -> HttpResponse:
    """One log: how it stands, how to check it, and whether it has only grown since the reader last looked."""
    state = _state(log)
    shown = {
        "log": state, "stamps": queries.stamps(state.log, at_most=STAMPS_SHOWN_MAX),
        "further": queries.further_keys(state.log),
    }  # fmt: skip
    return render(request, "ledger/log.html", shown)


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Check a receipt, a case or a code in the browser; nothing is sent."""
    shown = {"logs": queries.states(), "site_address": settings.PUBLIC_URL}
    answer = render(request, "ledger/verify.html", shown)
    answer["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
    return answer


# The files of a log


@require_safe
def checkpoint(request: HttpRequest, log: int) -> HttpResponse:
    """The newest checkpoint, as tlog-tiles serves it."""
    answer = _file(request, log, "checkpoint", TEXT)
    patch_cache_control(answer, public=True, max_age=CHECKPOINT_S)
    return answer


@require_safe
def tile(request: HttpRequest, log: str, path: str) -> HttpResponse:
    """A tile or a bundle of entries: the same for ever."""
    answer = _file(request, int(log), path, "application/octet-stream")
    patch_cache_control(answer, public=True, max_age=FOR_EVER_S, immutable=True)
    return answer


@require_safe
def stamp(request: HttpRequest, log: str, path: str) -> HttpResponse:
    """A day's time stamp, or the checkpoint it is of."""
    answer = _file(request, int(log), path, "application/timestamp-reply" if path.endswith(".tsr") else TEXT)
    patch_cache_control(answer, public=True, max_age=FOR_EVER_S, immutable=True)
    return answer


def _file(request: HttpRequest, log: int, path: str, media_type: str) -> HttpResponse:
    """One public file, with its length and date; 304 where the reader has it."""
    found = Path(queries.public_folder(f"{log:06d}")) / path
    try:
        changed = int(found.stat().st_mtime)
        since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
        if since is not None and changed <= since:
            answer: HttpResponse = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        else:
            answer = FileResponse(found.open("rb"), content_type=media_type)
    except FileNotFoundError as error:
        raise Http404 from error
    answer["Last-Modified"] = http_date(changed)
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@require_safe
def consistency(request: HttpRequest, log: int) -> HttpResponse:
    """How the newest checkpoint follows from an older one: `?old=<size>`; the reader checks it himself."""
    state = _state(log)
    old = request.GET.get("old", "")
    if not old.isascii() or not old.isdecimal() or state.checkpoint_size is None:
        raise Http404
    try:
        answer = queries.consistency(state.log, int(old[:19]))
    except merkle.ProofRejected as error:
        raise Http404 from error
    return JsonResponse(answer, headers={"Cache-Control": "no-cache"})


# This site as a witness


@csrf_exempt  # Another site's log asks; what counts is the log's signature.
@require_POST
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """The one call of tlog-witness."""
    try:
        line = actions.add_checkpoint(body=_body(request), at=timezone.now())
    except actions.OtherSize as refusal:
        size = str(refusal.params["size"])
        return HttpResponse(f"{size}\n", status=refusal.status, content_type="text/x.tlog.size")
    except (actions.Malformed, actions.UnknownLog, actions.NotSigned, actions.NotConsistent) as refusal:
        return HttpResponse(f"{refusal}\n", status=refusal.status, content_type=TEXT)
    return HttpResponse(line, content_type=TEXT)


def _body(request: HttpRequest) -> str:
    content = request.read(REQUEST_BYTES_MAX + 1)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise actions.Malformed from error
    if len(content) > REQUEST_BYTES_MAX:
        raise actions.Malformed
    return text


# For pages of other folders, which have asked for the right to see the case before


def proof_answer(*, region_code: str, case_id: int) -> JsonResponse:
    """What the badge of one case checks, as JSON; who follows the link keeps it as a file for `tongban-verify case`."""
    name = f"{region_code}-{case_id}.case.json"
    return JsonResponse(
        queries.proof(region_code, case_id),
        headers={"Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="{name}"'},
    )


def case_file_answer(*, region_code: str, case_id: int) -> JsonResponse:
    """The case with its disclosures as a file to keep and to check offline; for the applicant and the office."""
    name = f"{region_code}-{case_id}.case.json"
    return JsonResponse(
        queries.case_file(region_code, case_id),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def promise_answer(*, region_code: str, case_id: int, event_n: int) -> HttpResponse:
    """The log's signed promise to take in one event, as a file to keep from the first moment."""
    text = queries.promise(region_code, case_id, event_n)
    if text is None:
        raise Http404
    name = f"{region_code}-{case_id}-{event_n}.promise"
    return HttpResponse(
        text,
        content_type=TEXT,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def receipt_answer(*, region_code: str, case_id: int, event_n: int) -> HttpResponse:
    """The receipt of one event as a file to keep; 404 while its entry waits for its place."""
    text = queries.receipt_text(region_code, case_id, event_n)
    if text is None:
        raise Http404
    name = f"{region_code}-{case_id}-{event_n}.tlog-proof"
    return HttpResponse(
        text,
        content_type=TEXT,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _state(log: int) -> queries.LogState:
    state = queries.state(f"{log:06d}")
    if state is None:
        raise Http404
    return state
