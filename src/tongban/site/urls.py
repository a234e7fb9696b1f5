"""Addresses of the site: each folder brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from tongban.site import views
from tongban.site.api import api

FOLDERS = ("ui", "ledger", "law", "people", "matters", "papers", "cases", "intake", "oversight")


def _addresses() -> list[URLPattern | URLResolver]:
    """Those folders that have pages so far; a folder whose neighbours are missing waits."""
    found: list[URLPattern | URLResolver] = []
    for folder in FOLDERS:
        try:
            found.append(path("", include(f"tongban.{folder}.urls")))
        except ImportError:
            continue
    return found


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("account/", include("allauth.account.urls")),
    path("api/v1/", api.urls),
    *_addresses(),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
