"""Pages of the registry: places and the organs in them, open to everybody; an officer's delegations, for himself."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongban.core.refusal import Refusal
from tongban.people import actions, forms, queries
from tongban.ui import phrases


@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    """The province with its cities and counties."""
    provinces = queries.regions_of_kind("province")
    return render(request, "people/regions.html", {"provinces": provinces, "cities": queries.tree()})


@require_safe
def region(request: HttpRequest, code: str) -> HttpResponse:
    """One place: what lies in it, and its organs."""
    try:
        path = queries.region_path(code)
    except queries.NoSuchRegion as unknown:
        raise Http404(str(unknown)) from unknown
    return render(
        request,
        "people/region.html",
        {
            "region": path[-1],
            "above": path[:-1],
            "below": queries.regions_under(code),
            "organs": queries.organs_in(code),
        },
    )


@require_safe
def organs(request: HttpRequest) -> HttpResponse:
    """Organs whose name holds the words typed."""
    text = request.GET.get("q", "")[:60]
    return render(request, "people/organs.html", {"text": text, "rows": queries.organs_like(text)})


@require_safe
def organ(request: HttpRequest, code: str) -> HttpResponse:
    """One organ: its code, its posts, and who holds them today."""
    try:
        found = queries.organ(code)
    except queries.NoSuchOrgan as unknown:
        raise Http404(str(unknown)) from unknown
    return render(
        request,
        "people/organ.html",
        {
            "organ": found,
            "above": queries.region_path(found.region_code),
            "posts": queries.posts_of(code, timezone.localdate()),
        },
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: HttpRequest) -> HttpResponse:
    """Who acts for this officer, and for whom he acts; a new delegation, and the end of one."""
    today = timezone.localdate()
    officer = queries.officer_of(request.user.pk or 0, today)
    if officer is None:
        raise Http404
    form = _delegating(request, officer)
    refusal = None
    if request.method == "POST":
        try:
            if done := _delegate(request, officer, form):
                messages.success(request, done)
                return redirect("people:delegations")
        except Refusal as fault:
            refusal = fault
    return render(
        request,
        "people/delegations.html",
        {"rows": queries.delegations_of(officer.id), "form": form, "refusal": refusal, "today": today},
        status=409 if refusal else 422 if form.errors else 200,
    )


def _delegating(request: HttpRequest, officer: queries.OfficerRow) -> forms.Delegating:
    today = timezone.localdate()
    organs = queries.organs_named({organ for organ, _role, _matter in queries.roles_of(officer.id, today)})
    duties = {f"{code}:*": _("%(organ)s：全部职责") % {"organ": organ.name} for code, organ in organs.items()}
    for code, role, _matter in queries.roles_of(officer.id, today):
        duties[f"{code}:{role}"] = f"{organs[code].name}：{phrases.ROLE.get(role, role)}"
    colleagues = {row.id: row.name for row in queries.colleagues(officer.id, today)}
    is_new = request.method == "POST" and "end" not in request.POST
    return forms.Delegating(request.POST if is_new else None, officers=colleagues, duties=duties)


def _delegate(request: HttpRequest, officer: queries.OfficerRow, form: forms.Delegating) -> str:
    """Do what was asked and say so; nothing is said where the form is wrong."""
    if "end" in request.POST:
        number = request.POST["end"]
        actions.end_delegation(
            delegation_id=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0,
            officer_id=officer.id, on=timezone.localdate(),
        )  # fmt: skip
        return _("委托已收回。")
    if not form.is_valid():
        return ""
    organ_code, _colon, role = form.cleaned_data.pop("duty").partition(":")
    actions.delegate(
        officer_id=officer.id, organ_code=organ_code, role=role, at=timezone.now(), **form.cleaned_data
    )
    return _("已登记委托。")
