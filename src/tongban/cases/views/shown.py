"""What the desk and the read-only page of a case show alike, and who the officer is."""

import re
from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.utils import timezone

from tongban.cases import queries
from tongban.core import clock as clocks
from tongban.law import queries as law
from tongban.ledger import queries as ledger
from tongban.papers import queries as papers

KEY = re.compile(r"[0-9A-Za-z_-]{8,80}")


def officer(request: HttpRequest) -> queries.Viewer:
    """Return the signed-in officer.

    :raises queries.NotVisible: somebody else; the page is not found for them.
    """
    viewer = queries.viewer(account_id=request.user.pk, on=timezone.localdate())
    if viewer.officer_id is None:
        raise queries.NotVisible()
    return viewer


def key(request: HttpRequest) -> str:
    """Return the key the form was given, which tells a second press from a second wish."""
    given = request.POST.get("key", "")
    return given if KEY.fullmatch(given) else str(uuid4())


def hidden(viewer: queries.Viewer) -> tuple[str, ...]:
    """Return the navigation an officer has no use for: each sees his own half."""
    return tuple(room for room in queries.ROOMS if room not in viewer.rooms)


def papers_and_clock(request: HttpRequest, page: queries.CasePage) -> dict[str, Any]:
    """Return the papers, the drawn clock and the proof's key of a case."""
    now, statutory = timezone.now(), page.clocks.get("statutory")
    chosen = request.GET.get("material") or request.POST.get("material")
    log = ledger.state(f"{page.region_code[:4]}00")
    return {
        "page": page,
        "material": next((m for m in page.materials if str(m.n) == chosen and page.is_whole), None),
        "days": clocks.explain(statutory.clock, law.calendar(), now) if statutory else (),
        "notices": papers.notices_of(region_code=page.region_code, case_id=page.id),
        "licences": papers.licences_of(region_code=page.region_code, case_id=page.id),
        "vkey": log.vkey if log else "",
    }
