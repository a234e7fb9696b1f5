"""Who comes in: citizens to their own things, everybody to the public pages; a refusal becomes a page.

A stranger's page, a draft or case that does not exist and one that is somebody else's are the same 404."""

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from tongban.cases import actions as acts
from tongban.cases import queries as cases
from tongban.core import refusal
from tongban.intake import actions, queries
from tongban.matters import queries as matters
from tongban.people import queries as people

Named = ParamSpec("Named")
Door = Callable[..., HttpResponse]
NOT_FOUND = (queries.NoSuchDraft, cases.NotVisible, acts.NoSuchCase, matters.NoSuchMatter)
TITLES: Mapping[str, Promise] = {
    queries.DraftExpired.code: _("草稿已过期"),
    acts.MatterClosed.code: _("现在不受理"),
    actions.NewerVersion.code: _("办事指南已更新"),
    actions.AlreadySubmitted.code: _("已经提交过了"),
    acts.TooLateToWithdraw.code: _("不能撤回"),
    acts.AlreadyRated.code: _("已经评价过了"),
    acts.AlreadyDone.code: _("这一步已经办完"),
}


def applicant(
    view: Callable[Concatenate[HttpRequest, people.PersonRow, datetime, Named], HttpResponse],
) -> Door:
    """Open a page to signed-in citizens only; it is given the person and the moment."""

    @never_cache
    @login_required
    @functools.wraps(view)
    def opened(request: HttpRequest, *given: Named.args, **named: Named.kwargs) -> HttpResponse:
        person = people.person_of(request.user.pk)
        if person is None:
            return render(request, "intake/not_a_citizen.html", status=403)
        try:
            return view(request, person, timezone.now(), *given, **named)
        except NOT_FOUND as unknown:
            raise Http404 from unknown
        except refusal.Refusal as refused:
            return refused_page(request, refused)

    return opened


def viewer(
    view: Callable[Concatenate[HttpRequest, cases.Viewer, datetime, Named], HttpResponse],
) -> Door:
    """Open a page of a case to whoever may see the case; others get the 404 of a case that is not there."""

    @never_cache
    @login_required
    @functools.wraps(view)
    def opened(request: HttpRequest, *given: Named.args, **named: Named.kwargs) -> HttpResponse:
        at = timezone.now()
        who = cases.viewer(account_id=request.user.pk, on=timezone.localdate(at))
        try:
            return view(request, who, at, *given, **named)
        except NOT_FOUND as unknown:
            raise Http404 from unknown
        except refusal.Refusal as refused:
            return refused_page(request, refused)

    return opened


def refused_page(request: HttpRequest, refused: refusal.Refusal) -> HttpResponse:
    """A refusal as a page: what happened, why, what to do next."""
    return render(
        request,
        "intake/refused.html",
        {"refusal": refused, "title": TITLES.get(refused.code, _("不能这样办")), "next_url": _next(refused)},
        status=int(getattr(refused, "status", 409)),
    )


def _next(refused: refusal.Refusal) -> str:
    matter_code = refused.params.get("matter_code")
    if isinstance(refused, queries.DraftExpired) and matter_code:
        return reverse("intake:apply", args=[matter_code])
    return ""


def guide_url(matter_code: str) -> str:
    """The address of the matter's guide, empty where the site shows none."""
    try:
        return reverse("matters:guide", args=[matter_code])
    except NoReverseMatch:
        return ""
