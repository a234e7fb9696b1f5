"""Pages of the frame: preferences, standing pages, the living style guide."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from tongban.ui import samples
from tongban.ui.templatetags.ui import shell

YEAR_S = 365 * 24 * 3600


@csrf_exempt  # Sets only the reader's own language and type size; a token would make every page uncacheable.
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Remember language, larger type or no shortcuts in a cookie and go back to where the reader was."""
    target = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    answer = HttpResponseRedirect(target if is_ours else "/")
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR_S, samesite="Lax")
    for name, cookie in (("elder", shell.ELDER_COOKIE), ("keys", shell.KEYS_COOKIE)):
        if request.POST.get(name) in {"0", "1"}:
            answer.set_cookie(cookie, request.POST[name], max_age=YEAR_S, samesite="Lax")
    return answer


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/about.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/accessibility.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/privacy.html")


@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/map.html")


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/keys.html")


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every part with its one-line use; shown only where DEBUG or DEMO is on."""
    return render(request, "ui/components.html", samples.context())
