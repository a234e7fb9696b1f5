"""Addresses of the ledger: its pages, and each log as a folder of files that never change."""

from django.urls import path, re_path

from tongban.ledger import views

app_name = "ledger"
# A tile is 000 to 999 behind groups marked by x; a partial one holds 1 to 255 hashes.
TILE = (
    r"^ledger/(?P<log>[0-9]{6})/(?P<path>tile/(?:entries|[0-7])/(?:x[0-9]{3}/)*[0-9]{3}"
    r"(?:\.p/(?:[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?)$"
)
STAMP = r"^ledger/(?P<log>[0-9]{6})/(?P<path>stamps/[0-9]{4}-[0-9]{2}-[0-9]{2}\.(?:checkpoint|tsr))$"

urlpatterns = [
    path("ledger", views.ledger, name="ledger"),
    path("ledger/<int:log>", views.log, name="log"),
    path("ledger/<int:log>/checkpoint", views.checkpoint, name="checkpoint"),
    path("ledger/<int:log>/consistency", views.consistency, name="consistency"),
    re_path(TILE, views.tile, name="tile"),
    re_path(STAMP, views.stamp, name="stamp"),
    path("witness/add-checkpoint", views.add_checkpoint, name="add_checkpoint"),
    path("verify", views.verify, name="verify"),
]
