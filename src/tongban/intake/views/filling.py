"""Filling in an application: begin or go on, the task list, one topic a page, renew, throw away."""

import uuid
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.core import forms
from tongban.intake import actions, queries
from tongban.intake.views import doors
from tongban.people import queries as people

UNPROCESSABLE = 422


@require_GET
@doors.applicant
def apply(request: HttpRequest, person: people.PersonRow, at: datetime, matter_code: str) -> HttpResponse:
    """Begin an application, or go on where the applicant left off."""
    row = actions.start(account_id=person.account_id, matter_code=matter_code, at=at)
    return redirect("intake:draft", row.id)


@require_GET
@doors.applicant
def draft(request: HttpRequest, person: people.PersonRow, at: datetime, draft_id: uuid.UUID) -> HttpResponse:
    """The task list: what is filled in and what is still open, in any order."""
    row = queries.draft_of(draft_id=draft_id, account_id=person.account_id, at=at)
    if row.is_submitted:
        return redirect("intake:done", row.case_ref)
    if row.is_correction:
        return redirect("intake:supplement", row.for_case)
    tasks = queries.tasks(row, person)
    shown = [
        {"title": queries.task_title(task), "state": task.state, "url": task_url(row.id, task),
         "text": _("还有 %(count)s 项") % {"count": task.missing} if task.missing else ""}
        for task in tasks
    ]  # fmt: skip
    context = {
        "draft": row, "tasks": shown, "is_complete": not any(task.missing for task in tasks),
        "is_stale": queries.is_stale(row, at), "guide_url": doors.guide_url(row.matter_code),
    }
    return render(request, "intake/draft.html", context)


@require_http_methods(["GET", "POST"])
@doors.applicant
def page(
    request: HttpRequest, person: people.PersonRow, at: datetime, draft_id: uuid.UUID, page_id: str
) -> HttpResponse:
    """One topic: show it, or keep what was typed and go on."""
    row = queries.draft_of(draft_id=draft_id, account_id=person.account_id, at=at)
    if row.is_submitted:
        return redirect("intake:done", row.case_ref)
    topic = next((one for one in queries.pages_to_fill(row.definition.form) if one.id == page_id), None)
    if topic is None:
        raise queries.NoSuchDraft()
    if request.method == "GET":
        errors = _errors(row, topic, person) if "check" in request.GET else ()
        return _shown(request, row, topic, person, errors=errors)
    typed = typed_answers(request, topic)
    row = actions.save_page(
        draft_id=draft_id, account_id=person.account_id, page_id=page_id, answers=typed, at=at
    )
    return _after_saving(request, row, topic, person)


@require_POST
@doors.applicant
def renew(request: HttpRequest, person: people.PersonRow, at: datetime, draft_id: uuid.UUID) -> HttpResponse:
    """Go on with the version in force now, with everything already filled in."""
    row = actions.renew(draft_id=draft_id, account_id=person.account_id, at=at)
    messages.success(request, _("已换成新版。您填写的内容和上传的文件都带过来了，请逐页核对。"))
    return redirect("intake:draft", row.id)


@require_http_methods(["GET", "POST"])
@doors.applicant
def discard(request: HttpRequest, person: people.PersonRow, at: datetime, draft_id: uuid.UUID) -> HttpResponse:
    """Throw the draft away, after one question."""
    row = queries.draft_of(draft_id=draft_id, account_id=person.account_id, at=at)
    if request.method == "GET":
        return render(request, "intake/discard.html", {"draft": row})
    actions.discard(draft_id=draft_id, account_id=person.account_id, at=at)
    messages.success(request, _("草稿已删除。"))
    return redirect("intake:my")


def list_url(row: queries.DraftRow) -> str:
    """The list a draft's pages belong to: the tasks of an application, the points of a correction."""
    if row.is_correction:
        return reverse("intake:supplement", args=[row.for_case])
    return reverse("intake:draft", args=[row.id])


def task_url(draft_id: uuid.UUID, task: queries.Task) -> str:
    """Where a task of the list is done."""
    if task.page is None:
        return reverse("intake:materials", args=[draft_id])
    return reverse("intake:page", args=[draft_id, task.page.id])


def typed_answers(request: HttpRequest, topic: forms.Page) -> dict[str, object]:
    """What was sent for the fields of the page, as typed."""
    return {
        field.name: request.POST.getlist(field.name) if field.kind is forms.Kind.CHOICES
        else request.POST.get(field.name, "")
        for field in topic.fields
    }  # fmt: skip


def step_titles(row: queries.DraftRow) -> list[str]:
    """The step bar: every page, the materials, the check."""
    titles = [queries.said(one.title, one.title_en) for one in queries.pages_to_fill(row.definition.form)]
    return [*titles, _("材料"), _("核对提交")]


def _errors(
    row: queries.DraftRow, topic: forms.Page, person: people.PersonRow
) -> tuple[forms.FieldError, ...]:
    return forms.validate(row.definition.form, topic.id, queries.answers_of(row, person)).errors


def _after_saving(
    request: HttpRequest, row: queries.DraftRow, topic: forms.Page, person: people.PersonRow
) -> HttpResponse:
    if "look" in request.GET:  # An answer changed on which other fields depend: show them at once.
        return _shown(request, row, topic, person, template="intake/_fields.html")
    if request.POST.get("then") == "leave":
        messages.success(request, _("已保存，随时可以回来接着填。"))
        return redirect(list_url(row))
    errors = _errors(row, topic, person)
    view = _view(row, topic, person, errors)
    if queries.newly_shown(view, request.POST.get("shown", "")):
        seen = set(request.POST.get("shown", "").split())
        left = tuple(error for error in errors if error.field in seen)
        return _shown(request, row, topic, person, errors=left, is_more=True)
    if errors:
        return _shown(request, row, topic, person, errors=errors)
    if row.is_correction:
        return redirect(list_url(row))
    if request.POST.get("back") == "check":
        return redirect("intake:check", row.id)
    return redirect(_following(row, topic))


def _following(row: queries.DraftRow, topic: forms.Page) -> str:
    ids = [one.id for one in queries.pages_to_fill(row.definition.form)]
    at = ids.index(topic.id) + 1
    if at < len(ids):
        return _page_url(row, ids[at])
    return reverse("intake:materials", args=[row.id])


def _page_url(row: queries.DraftRow, page_id: str) -> str:
    return reverse("intake:page", args=[row.id, page_id])


def _view(
    row: queries.DraftRow, topic: forms.Page, person: people.PersonRow, errors: tuple[forms.FieldError, ...]
) -> queries.PageView:
    form = row.definition.form
    return queries.page_view(
        form=form, page=topic, answers=queries.answers_of(row, person), held=queries.prefilled(form, person),
        errors=errors,
    )


def _shown(
    request: HttpRequest, row: queries.DraftRow, topic: forms.Page, person: people.PersonRow, *,
    errors: tuple[forms.FieldError, ...] = (), is_more: bool = False, template: str = "intake/page.html",
) -> HttpResponse:
    view = _view(row, topic, person, errors)
    ids = [one.id for one in queries.pages_to_fill(row.definition.form)]
    at = ids.index(topic.id)
    context = {
        "draft": row, "page": view, "has_errors": bool(view.errors), "is_more": is_more,
        "steps": () if row.is_correction else step_titles(row), "step": at + 1, "list_url": list_url(row), "guide_url": doors.guide_url(row.matter_code),
        "back": request.POST.get("back") or request.GET.get("back", ""),
        "previous_url": _page_url(row, ids[at - 1]) if at and not row.is_correction else list_url(row),
        "look_url": f"{_page_url(row, topic.id)}?look=1",
    }
    return render(request, template, context, status=UNPROCESSABLE if view.errors else 200)
