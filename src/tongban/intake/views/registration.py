"""A citizen opens an account. Every wrong answer has its sentence at the field; nothing typed is lost."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.core import refusal
from tongban.intake import forms
from tongban.people import actions as people

FIELD_OF: dict[type[refusal.Refusal], str] = {
    people.NameMissing: "name",
    people.NotAResidentId: "id_number",
    people.AlreadyRegistered: "id_number",
    people.NotAPhone: "phone",
    people.PasswordTooWeak: "password",
}
WRONG = tuple(FIELD_OF)
UNPROCESSABLE = 422


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register and be signed in at once."""
    following = _following(request)
    if request.user.is_authenticated:
        return redirect(following)
    if request.method == "GET":
        return render(request, "intake/register.html", {"form": forms.Registration(), "next": following})
    form = forms.Registration(request.POST)
    _find_faults(form)
    if form.errors:
        context = {"form": form, "next": following, "has_errors": True}
        return render(request, "intake/register.html", context, status=UNPROCESSABLE)
    try:
        account = people.register_person(
            **form.said(), at=timezone.now(), language=translation.get_language() or settings.LANGUAGE_CODE
        )
    except WRONG as wrong:
        form.add_error(FIELD_OF[type(wrong)], str(wrong))
        context = {"form": form, "next": following, "has_errors": True}
        return render(request, "intake/register.html", context, status=UNPROCESSABLE)
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    messages.success(request, _("注册成功，已为您登录。"))
    return redirect(following)


def _find_faults(form: forms.Registration) -> None:
    """Say everything that is wrong at once, not one thing a time."""
    if form.is_valid() or form.cleaned_data is not None:
        for wrong in people.faults_of(**form.said()):
            form.add_error(FIELD_OF[type(wrong)], str(wrong))


def _following(request: HttpRequest) -> str:
    """Where to go afterwards: only ever a page of this site."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else "/"
