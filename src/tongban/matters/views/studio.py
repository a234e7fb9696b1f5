"""The studio (程序工作室): procedures and their versions, a draft with its chart, its report, its scenarios, its decision.

Sources: procedures.md (studio page before publishing); ux.md 6 (what takes effect is confirmed)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.core.refusal import Refusal
from tongban.matters import actions, forms, queries
from tongban.matters.views.public import BPMN, language
from tongban.people import queries as people

HIDDEN = ("cases:queue", "oversight:cockpit", "law:office")


@dataclass(frozen=True, slots=True)
class Desk:
    """The officer at the page and what he may do with procedures."""

    officer_id: int
    may_write: bool
    may_publish: bool


def desk_of(request: HttpRequest) -> Desk:
    """Whoever may be in the studio.

    :raises Http404: somebody else asks.
    """
    today = timezone.localdate()
    officer = people.officer_of(request.user.pk, today) if request.user.is_authenticated else None
    roles = queries.studio_roles(officer.id, today) if officer else frozenset()
    if officer is None or not roles:
        raise Http404
    return Desk(officer.id, "procedure_editor" in roles, "procedure_approver" in roles)


@login_required
@never_cache
@require_safe
def procedures(request: HttpRequest) -> HttpResponse:
    """All procedures with their newest version and their draft."""
    return _page(request, "studio", desk_of(request), rows=queries.procedure_rows())


@login_required
@never_cache
@require_safe
def procedure(request: HttpRequest, procedure_id: str, version: int | None = None) -> HttpResponse:
    """One procedure: chart, steps, form, what a version changed."""
    desk, versions = desk_of(request), _found(queries.procedure_versions, procedure_id)
    shown = next((row for row in versions if row.version == (version or versions[0].version)), None)
    if shown is None:
        raise Http404
    texts = actions.Texts(shown.document_text, shown.form_text, shown.flow_xml)
    seen = actions.examined(packs=settings.PACKS, procedure_id=procedure_id, texts=texts, at=timezone.now())
    against = shown.version - 1
    changes = queries.changes(procedure_id, shown.version, against) if against else {}
    return _page(
        request, "procedure", desk, row=queries.procedure_row(procedure_id), versions=versions, shown=shown,
        changes=changes, **_drawn(seen),
    )  # fmt: skip


@login_required
@require_POST
def begin(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Begin a draft."""
    desk = desk_of(request)
    try:
        draft_id = actions.begin(
            packs=settings.PACKS, procedure_id=procedure_id, officer_id=desk.officer_id, at=timezone.now()
        )
    except (actions.BadPack, Refusal) as refusal:
        messages.error(request, str(refusal))
        return redirect("matters:procedure", procedure_id)
    return redirect("matters:draft_edit", draft_id)


@login_required
@never_cache
@require_safe
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """A draft as it would be published: what it changes, what stands against it, how its scenarios ended."""
    return _draft_page(request, desk_of(request), _found(queries.draft_row, draft_id))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Write the three files; the chart can be drawn where the browser runs scripts."""
    desk, row = desk_of(request), _found(queries.draft_row, draft_id)
    form = forms.DraftTexts(request.POST if request.method == "POST" else None, initial=_written(row))
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        texts = actions.Texts(told["document_text"], told["form_text"], told["flow_xml"])
        try:
            actions.save(
                draft_id=draft_id, texts=texts, reason=told["reason"], revision=told["revision"],
                officer_id=desk.officer_id, at=timezone.now(),
            )  # fmt: skip
        except Refusal as wrong:
            refusal = wrong
        else:
            messages.success(request, _("草稿已保存。"))
            return redirect("matters:draft", draft_id)
    status = 409 if refusal else 422 if form.is_bound else 200
    return _page(request, "draft_edit", desk, status=status, draft=row, form=form, refusal=refusal)


@login_required
@never_cache
@require_safe
def draft_flow(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The flow of a draft, for any BPMN tool."""
    desk_of(request)
    row = _found(queries.draft_row, draft_id)
    name = f"{row.procedure_id}-draft-{row.revision}.bpmn"
    return HttpResponse(
        row.flow_xml, content_type=BPMN, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@login_required
@require_POST
def decide(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Propose, give up, send back or publish."""
    desk, row = desk_of(request), _found(queries.draft_row, draft_id)
    form = forms.Decision(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        messages.success(request, _carried_out(form.cleaned_data, row, desk))
    except Refusal as refusal:
        return _draft_page(request, desk, row, refusal=refusal, remark=form.cleaned_data["remark"])
    if form.cleaned_data["act"] in ("approve", "drop"):
        return redirect("matters:procedure", row.procedure_id)
    return redirect("matters:draft", draft_id)


def _carried_out(told: Mapping[str, Any], row: queries.DraftRow, desk: Desk) -> str:
    """Do it; the sentence that says so."""
    who: dict[str, Any] = {"draft_id": row.id, "officer_id": desk.officer_id, "at": timezone.now()}
    match told["act"]:
        case "propose":
            actions.propose(packs=settings.PACKS, **who)
            return _("已提交，等待另一名程序管理员批准。")
        case "send_back":
            actions.send_back(remark=told["remark"], **who)
            return _("已退回。")
        case "drop":
            actions.drop(**who)
            return _("草稿已放弃，写过的内容留有记录。")
    new = sum(one.is_new for one in actions.approve(packs=settings.PACKS, **who))
    words = ngettext("已公布，%(n)d 个事项有了新版本。在办件按原版本办到底。", "已公布，%(n)d 个事项有了新版本。在办件按原版本办到底。", new)
    return words % {"n": new}


def _draft_page(request: HttpRequest, desk: Desk, row: queries.DraftRow, *, refusal: Refusal | None = None, remark: str = "") -> HttpResponse:
    texts = actions.Texts(row.document_text, row.form_text, row.flow_xml)
    seen = actions.examined(packs=settings.PACKS, procedure_id=row.procedure_id, texts=texts, at=timezone.now())
    return _page(
        request, "draft", desk, status=422 if refusal else 200, draft=row, row=queries.procedure_row(row.procedure_id),
        trail=queries.draft_trail(row.id), faults=seen.faults, changes=queries.changes_of_draft(row),
        is_own=row.proposed_by == desk.officer_id, refusal=refusal, remark=remark, **_drawn(seen),
    )  # fmt: skip


def _drawn(seen: actions.Examined) -> dict[str, Any]:
    """Chart, steps and form of what could be read."""
    if seen.definition is None:
        return {"definition": None}
    chart = queries.chart_of(seen.definition, language(), path=seen.path)
    return {
        "definition": seen.definition, "chart": mark_safe(chart.svg),  # noqa: S308 -- escaped by its writer
        "nodes": seen.definition.nodes.values(), "is_path_shown": bool(seen.path),
    }  # fmt: skip


def _written(row: queries.DraftRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("reason", "document_text", "flow_xml", "form_text", "revision")}


def _found(query: Any, key: Any) -> Any:
    try:
        return query(key)
    except (queries.NoSuchProcedure, queries.NoSuchDraft) as unknown:
        raise Http404(str(unknown)) from unknown


def _page(request: HttpRequest, template: str, desk: Desk, *, status: int = 200, **more: Any) -> HttpResponse:
    shown = {"desk": desk, "nav_hidden": HIDDEN, "nav": "matters:studio", **more}
    return render(request, f"matters/studio/{template}.html", shown, status=status)
