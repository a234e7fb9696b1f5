"""What an applicant does on his own case: correct, withdraw, rate. Each has a page that works without JavaScript."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.cases import actions as acts
from tongban.cases import queries as cases
from tongban.intake import actions, queries
from tongban.intake.views import doors, filling
from tongban.people import queries as people
from tongban.ui import phrases

REASON_LENGTH_MAX = 500
NOTHING: Mapping[str, str] = {}


@require_http_methods(["GET", "POST"])
@doors.applicant
def supplement(request: HttpRequest, person: people.PersonRow, at: datetime, ref: uuid.UUID) -> HttpResponse:
    """Answer the one correction notice, point by point, then hand it in once."""
    found = mine(person, ref, at)
    token = next((task for task in found.tasks if "supplement" in task.rule.acts), None)
    if token is None:
        raise acts.AlreadyDone()
    row = actions.start_correction(account_id=person.account_id, case=found, at=at)
    if request.method == "GET":
        return correction_page(request, found, row)
    try:
        actions.correct(
            draft_id=row.id, person=person, case=found, token_n=token.n, actor=_actor(person), at=at
        )
    except actions.NotComplete as refused:
        return correction_page(request, found, row, errors=[("", str(refused))])
    messages.success(request, _("补正已提交。窗口会在法定期限内答复是否受理。"))
    return redirect("intake:case", ref)


@require_http_methods(["GET", "POST"])
@doors.applicant
def withdraw(request: HttpRequest, person: people.PersonRow, at: datetime, ref: uuid.UUID) -> HttpResponse:
    """Withdraw the application, after one question."""
    found = mine(person, ref, at)
    if request.method == "GET":
        if not queries.rights(found, on=timezone.localdate(at)).may_withdraw:
            raise acts.TooLateToWithdraw()
        return render(request, "intake/withdraw.html", {"case": found, "key": uuid.uuid4()})
    acts.withdraw(
        region_code=found.region_code, case_id=found.id, actor=_actor(person), at=at, key=_key(request),
        reason=request.POST.get("reason", "").strip()[:REASON_LENGTH_MAX],
    )
    messages.success(request, _("已撤回申请。"))
    return redirect("intake:case", ref)


@require_http_methods(["GET", "POST"])
@doors.applicant
def rate(request: HttpRequest, person: people.PersonRow, at: datetime, ref: uuid.UUID) -> HttpResponse:
    """Rate the service once, in five grades."""
    found = mine(person, ref, at)
    grades = [(str(score), phrases.RATING[score]) for score in sorted(phrases.RATING, reverse=True)]
    context = {"case": found, "key": uuid.uuid4(), "grades": grades, "said": request.POST}
    if request.method == "GET":
        if "rating" in found.document:
            raise acts.AlreadyRated()
        if not found.is_over:
            raise acts.NotOver()
        return render(request, "intake/rate.html", context)
    score = request.POST.get("score", "")
    try:
        acts.rate(
            region_code=found.region_code, case_id=found.id, actor=_actor(person), at=at, key=_key(request),
            score=int(score) if score.isascii() and score.isdigit() else 0,
            comment=request.POST.get("comment", "").strip()[:REASON_LENGTH_MAX],
        )
    except acts.ScoreOutOfRange as wrong:
        context |= {"error": str(wrong), "errors": [("score", str(wrong))], "has_errors": True, "key": _key(request)}
        return render(request, "intake/rate.html", context, status=filling.UNPROCESSABLE)
    messages.success(request, _("谢谢您的评价。"))
    return redirect("intake:case", ref)


def mine(person: people.PersonRow, ref: uuid.UUID, at: datetime) -> cases.CasePage:
    """The person's own case.

    :raises cases.NotVisible: there is none, or it is somebody else's.
    """
    viewer = cases.Viewer(person_id=str(person.id), name=person.name)
    return cases.page(ref=str(ref), viewer=viewer, at=at)


def _actor(person: people.PersonRow) -> acts.Actor:
    return acts.Actor("person", str(person.id), person.name)


def _key(request: HttpRequest) -> str:
    """The idempotency key the form was shown with; a form without one is its own request."""
    sent = request.POST.get("key", "")
    try:
        return str(uuid.UUID(sent))
    except ValueError:
        return str(uuid.uuid4())


def correction_page(
    request: HttpRequest, found: cases.CasePage, row: queries.DraftRow, *,
    errors: Sequence[tuple[str, str]] = (), wrong: Mapping[str, str] = NOTHING,
) -> HttpResponse:
    """The points of the notice, each with its file or its page.

    :param wrong: what is wrong with a file, by material code.
    """
    errors = [*errors, *((f"#m-{code}", words) for code, words in wrong.items())]
    pages = [
        {"id": one.id, "title": queries.said(one.title, one.title_en), "is_saved": one.id in row.pages}
        for one in queries.pages_to_fill(row.definition.form)
    ]
    context = {
        "case": found, "draft": row, "points": queries.points(found, row), "pages": pages, "wrong": wrong,
        "errors": errors, "has_errors": bool(errors),
    }
    return render(request, "intake/supplement.html", context, status=filling.UNPROCESSABLE if errors else 200)
