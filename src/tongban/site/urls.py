"""Addresses of the site: each folder brings its own."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from tongban.site import studio, views
from tongban.site.api import api

FOLDERS = ("ui", "ledger", "law", "people", "matters", "papers", "cases", "intake", "oversight")


# allauth asks for e-mail in these; here nobody has an address, and citizens register with intake.
CLOSED = r"^account/(signup|email|confirm-email|password/(set|reset))(/|$)"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("studio/drafts/<int:draft_id>/play", studio.play, name="studio_play"),
    *(path("", include(f"tongban.{folder}.urls")) for folder in FOLDERS),
    re_path(CLOSED, views.closed),
    path("account/", include("allauth.account.urls")),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
