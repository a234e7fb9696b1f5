"""Addresses of the law."""

from django.urls import path

from tongban.law import views

app_name = "law"
urlpatterns = [
    path("laws", views.register, name="register"),
    path("laws/simulate", views.simulate, name="simulate"),
    path("laws/calendar", views.calendar, name="calendar"),
    path("laws/register.json", views.export, {"form": "json"}, name="export_json"),
    path("laws/register.yaml", views.export, {"form": "yaml"}, name="export_yaml"),
    path("laws/<slug:law_id>", views.law, name="law"),
    path("periods/<str:rule_id>", views.period, name="period"),
    path("periods/<str:rule_id>/due.ics", views.period_calendar, name="period_calendar"),
]
