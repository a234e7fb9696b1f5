"""Addresses of the pages that belong to the frame itself."""

from django.conf import settings
from django.urls import path

from tongban.ui import views

app_name = "ui"
urlpatterns = [
    path("preferences", views.preferences, name="preferences"),
    path("about", views.about, name="about"),
    path("accessibility", views.accessibility, name="accessibility"),
    path("privacy", views.privacy, name="privacy"),
    path("map", views.site_map, name="map"),
    path("keys", views.keys, name="keys"),
]
if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("ui/components", views.components, name="components"))
