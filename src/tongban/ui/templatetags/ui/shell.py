"""What every page's frame needs, taken from the request and the settings; also without a request (page 500)."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from tongban.ui.templatetags.ui import words

register = template.Library()

ELDER_COOKIE = "tongban_elder"
KEYS_COOKIE = "tongban_keys"
DUTIES = ("sponsor", "operator", "site_code", "icp", "police")


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the main navigation."""

    url: str
    title: Any
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page."""

    path: str
    language: str
    languages: tuple[tuple[str, str, bool], ...]
    is_elder: bool
    has_keys: bool
    is_demo: bool
    is_signed_in: bool
    user_name: str
    place: str
    hotline: str
    duty: dict[str, str]
    nav: tuple[NavItem, ...]
    staff_nav: tuple[NavItem, ...]
    foot: tuple[NavItem, ...]


@register.simple_tag(takes_context=True)
def shell(context: template.Context) -> Shell:
    """`{% shell as shell %}`: the frame of this page."""
    request = context.get("request")
    path = request.get_full_path() if request else "/"
    user = context.get("user")
    is_signed_in = bool(user and getattr(user, "is_authenticated", False))
    site = getattr(settings, "SITE", {})
    language = get_language() or settings.LANGUAGE_CODE
    return Shell(
        path=path,
        language="zh-Hans" if language.startswith("zh") else language,
        languages=tuple((code, LANGUAGE_NAMES.get(code, code), code == language) for code, _ in settings.LANGUAGES),
        is_elder=bool(request and request.COOKIES.get(ELDER_COOKIE) == "1"),
        has_keys=not (request and request.COOKIES.get(KEYS_COOKIE) == "0"),
        is_demo=bool(getattr(settings, "DEMO", False)),
        is_signed_in=is_signed_in,
        user_name=(getattr(user, "full_name", "") or getattr(user, "username", "")) if is_signed_in else "",
        place=str(words.local(context.get("place")) or words.local(site, "place")),
        hotline=site.get("hotline", ""),
        duty={name: site[name] for name in DUTIES if site.get(name)},
        nav=_links("NAV_PUBLIC", context),
        staff_nav=_links("NAV_STAFF", context),
        foot=_links("NAV_FOOT", context),
    )


LANGUAGE_NAMES = {"zh-hans": "简", "zh-hant": "繁", "en": "English"}


def _links(setting: str, context: template.Context) -> tuple[NavItem, ...]:
    """The links of one navigation, without those whose folder is not installed here or that the view hides."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    here = context.get("nav") or (match.view_name if match else "")
    hidden = context.get("nav_hidden") or ()
    items = []
    for name, title in getattr(settings, setting, ()):
        url = url_of(name)
        if url and name not in hidden:
            items.append(NavItem(url, title, here == name))
    return tuple(items)


@register.simple_tag
def url_of(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page, empty if the folder that has it is not installed here."""
    try:
        return reverse(name, args=args, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""
