"""The materials of a draft: one file at a time, kept at once, shown back to their owner alone."""

import uuid
from datetime import datetime

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.intake import actions, queries
from tongban.intake.views import doors, filling, own_acts
from tongban.papers import actions as papers_actions
from tongban.papers import queries as papers
from tongban.people import queries as people

PDF = "application/pdf"
# What a bad file is refused with: said at its material, on the same page.
BAD_FILE = (
    actions.NoFileChosen, actions.FileTooLarge, actions.FileOfWrongKind, actions.TooManyFiles,
    papers_actions.EmptyFile, papers_actions.FileIsNotWhatItSays,
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@doors.applicant
def materials(request: HttpRequest, person: people.PersonRow, at: datetime, draft_id: uuid.UUID) -> HttpResponse:
    """The list of materials; going on marks it as seen."""
    row = queries.draft_of(draft_id=draft_id, account_id=person.account_id, at=at)
    if row.is_submitted:
        return redirect("intake:done", row.case_ref)
    if row.is_correction:
        return redirect("intake:supplement", row.for_case)
    if request.method == "GET":
        missing = _missing(row, person) if "check" in request.GET else {}
        return _shown(request, row, person, missing)
    row = actions.see_materials(draft_id=draft_id, account_id=person.account_id, at=at)
    missing = _missing(row, person)
    if missing and request.POST.get("then") != "leave":
        return _shown(request, row, person, missing)
    return redirect("intake:draft" if missing else "intake:check", row.id)


@require_POST
@doors.applicant
def upload(
    request: HttpRequest, person: people.PersonRow, at: datetime, draft_id: uuid.UUID, code: str
) -> HttpResponse:
    """Keep one file of one material."""
    file = request.FILES.get("file") or request.FILES.get("photo")
    try:
        actions.attach(
            draft_id=draft_id, person=person, code=code, content=file.file if file else None,
            size=file.size or 0 if file else 0, file_name=(file.name or "") if file else "",
            replaces=request.POST.get("replaces", ""), at=at,
        )  # fmt: skip
    except BAD_FILE as bad:
        row = queries.draft_of(draft_id=draft_id, account_id=person.account_id, at=at)
        if row.is_correction:
            found = own_acts.mine(person, uuid.UUID(row.for_case), at)
            return own_acts.correction_page(request, found, row, wrong={code: str(bad)})
        return _shown(request, row, person, {code: str(bad)})
    return _back(draft_id, person, at, code)


@require_POST
@doors.applicant
def detach(
    request: HttpRequest, person: people.PersonRow, at: datetime, draft_id: uuid.UUID, code: str
) -> HttpResponse:
    """Take one file out again."""
    actions.detach(
        draft_id=draft_id, account_id=person.account_id, code=code, sha256=request.POST.get("sha256", ""), at=at
    )
    return _back(draft_id, person, at, code)


@require_GET
@doors.applicant
def draft_file(
    request: HttpRequest, person: people.PersonRow, at: datetime, draft_id: uuid.UUID, sha256: str
) -> HttpResponse:
    """A file of the draft, to look at."""
    row = queries.draft_of(draft_id=draft_id, account_id=person.account_id, at=at)
    kept = next((one for files in row.files.values() for one in files if one.sha256 == sha256), None)
    if kept is None:
        raise queries.NoSuchDraft()
    return file_response(kept.sha256, kept.media_type, kept.file_name)


def file_response(sha256: str, media_type: str, file_name: str) -> HttpResponse:
    """A kept file to look at in the browser, which may run nothing in it."""
    answer = FileResponse(papers.open_file(sha256), content_type=media_type, filename=file_name)
    if media_type != PDF:  # A sandbox would keep the browser's own reader from showing a PDF.
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _back(draft_id: uuid.UUID, person: people.PersonRow, at: datetime, code: str) -> HttpResponse:
    """To the list the material is on, at its place."""
    row = queries.draft_of(draft_id=draft_id, account_id=person.account_id, at=at)
    url = filling.list_url(row) if row.is_correction else reverse("intake:materials", args=[draft_id])
    return redirect(f"{url}#m-{code}")


def _missing(row: queries.DraftRow, person: people.PersonRow) -> dict[str, str]:
    states = queries.uploads(queries.materials(row, person))
    return {
        state.rule.code: str(actions.FileMissing(title=queries.said(state.rule.title, state.rule.title_en)))
        for state in states
        if state.is_asked and not state.files
    }


def _shown(
    request: HttpRequest, row: queries.DraftRow, person: people.PersonRow, wrong: dict[str, str]
) -> HttpResponse:
    states = queries.materials(row, person)
    titles = filling.step_titles(row)
    context = {
        "draft": row, "uploads": queries.uploads(states), "wrong": wrong, "has_errors": bool(wrong),
        "free": [state for state in states if not state.rule.is_uploaded],
        "errors": [(f"#m-{code}", words) for code, words in wrong.items()],
        "steps": titles, "step": len(titles) - 1, "guide_url": doors.guide_url(row.matter_code),
    }
    return render(request, "intake/materials.html", context, status=filling.UNPROCESSABLE if wrong else 200)
