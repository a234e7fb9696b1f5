"""The last look and the submission; the draft's own id makes a second press harmless."""

import uuid
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.cases import actions as acts
from tongban.core import forms
from tongban.intake import actions, queries
from tongban.intake.views import doors, filling
from tongban.people import queries as people


@require_http_methods(["GET", "POST"])
@doors.applicant
def check(request: HttpRequest, person: people.PersonRow, at: datetime, draft_id: uuid.UUID) -> HttpResponse:
    """Check the answers, declare, submit."""
    row = queries.draft_of(draft_id=draft_id, account_id=person.account_id, at=at)
    if row.is_submitted:
        return redirect("intake:done", row.case_ref)
    if queries.is_stale(row, at):
        return redirect("intake:draft", row.id)
    if request.method == "GET":
        return _shown(request, row, person, at)
    declaration = queries.declaration_page(row.definition.form)
    typed = filling.typed_answers(request, declaration) if declaration else {}
    if declaration:
        actions.save_page(
            draft_id=draft_id, account_id=person.account_id, page_id=declaration.id, answers=typed, at=at
        )
    actor = acts.Actor("person", str(person.id), person.name)
    try:
        done = actions.submit(draft_id=draft_id, person=person, actor=actor, declaration=typed, at=at)
    except (actions.NotComplete, actions.NotDeclared, acts.MaterialMissing) as refused:
        row = queries.draft_of(draft_id=draft_id, account_id=person.account_id, at=at)
        return _shown(request, row, person, at, refused)
    return redirect("intake:done", done.ref)


def _shown(
    request: HttpRequest, row: queries.DraftRow, person: people.PersonRow, at: datetime,
    refused: actions.NotComplete | actions.NotDeclared | acts.MaterialMissing | None = None,
) -> HttpResponse:
    form, answers = row.definition.form, queries.answers_of(row, person)
    errors = refused.errors if isinstance(refused, actions.NotDeclared) else ()
    declaration = queries.declaration_page(form)
    view = (
        queries.page_view(form=form, page=declaration, answers=answers, held={}, errors=errors)
        if declaration else None
    )
    undone = [task for task in queries.tasks(row, person) if task.missing]
    titles = filling.step_titles(row)
    context = {
        "draft": row, "sections": _sections(row, person), "declaration": view, "steps": titles, "step": len(titles),
        "undone": [{"title": queries.task_title(task), "url": f"{filling.task_url(row.id, task)}?check=1"} for task in undone],
        "errors": _summary(row, refused, undone, view), "has_errors": refused is not None,
        "expected": queries.expected(row.definition, timezone.localdate(at)),
        "guide_url": doors.guide_url(row.matter_code),
    }
    return render(request, "intake/check.html", context, status=filling.UNPROCESSABLE if refused else 200)


def _summary(
    row: queries.DraftRow, refused: Exception | None, undone: list[queries.Task], view: queries.PageView | None
) -> list[tuple[str, str]]:
    """What the error summary says: the open tasks, or the errors of the declaration."""
    if refused is None:
        return []
    if undone:
        return [
            (f"{filling.task_url(row.id, task)}?check=1", _("“%(title)s”还有 %(count)s 项没有填好")
             % {"title": queries.task_title(task), "count": task.missing})
            for task in undone
        ]  # fmt: skip
    return (view.errors if view else []) or [("", str(refused))]


def _sections(row: queries.DraftRow, person: people.PersonRow) -> list[dict[str, object]]:
    """Every answer and every file, each with the way to change it."""
    answers = queries.answers_of(row, person)
    sections: list[dict[str, object]] = [
        {"title": queries.said(page.title, page.title_en), "rows": _answers(row, page, answers, person)}
        for page in queries.pages_to_fill(row.definition.form)
    ]
    url = reverse("intake:materials", args=[row.id])
    files = [
        {"term": queries.said(state.rule.title, state.rule.title_en), "url": f"{url}#m-{state.rule.code}",
         "value": "；".join(file.file_name for file in state.files) or _("未上传")}
        for state in queries.uploads(queries.materials(row, person))
    ]  # fmt: skip
    return [*sections, {"title": _("材料"), "rows": files}] if files else sections


def _answers(
    row: queries.DraftRow, page: forms.Page, answers: dict[str, object], person: people.PersonRow
) -> list[dict[str, str]]:
    url = reverse("intake:page", args=[row.id, page.id])
    views = queries.answer_views(form=row.definition.form, page=page, answers=answers, person=person)
    return [
        {"term": one.title, "value": one.words, "url": "" if one.source else f"{url}?back=check#f-{one.name}"}
        for one in views
    ]
