"""Scenarios are played with a draft from the studio's page: the procedure rules for the time of the play alone.

Sources: procedures.md (time-travel tests run before publication)."""

import json
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tongban.core.refusal import Refusal
from tongban.matters import actions as matters
from tongban.matters import queries
from tongban.matters.views import studio
from tongban.site import scenarios

FIRST = date(2020, 1, 1)  # Before the first day of any scenario.


@login_required
@require_POST
def play(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Play all scenarios of the draft's procedure; keep how they ended."""
    studio.desk_of(request)
    try:
        draft = queries.draft_row(draft_id)
    except queries.NoSuchDraft as unknown:
        raise Http404(str(unknown)) from unknown
    matters.keep_played(draft_id=draft_id, revision=draft.revision, outcomes=outcomes(draft))
    return redirect("matters:draft", draft_id)


def outcomes(draft: queries.DraftRow) -> list[dict[str, Any]]:
    """How each scenario ends with the draft in force; everything is taken back."""
    found = []
    for file in scenarios.files(settings.PACKS, draft.procedure_id):
        with transaction.atomic():
            try:
                matters.put_on_trial(packs=settings.PACKS, draft_id=draft.id, first=FIRST)
                found.append(_plain(scenarios.as_document(scenarios.run(file))))
            except Refusal as wrong:
                found.append(_unplayed(file.stem, str(wrong)))
            transaction.set_rollback(True)
    return found


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    """With days and numbers as people write them, for a JSON column."""
    plain: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return plain


def _unplayed(name: str, words: str) -> dict[str, Any]:
    """A scenario that could not even begin."""
    difference = {"at": "", "act": "", "what": words, "expected": "", "found": ""}
    return {"procedure": "", "name": name, "title": name, "steps": 0, "differences": [difference]}
