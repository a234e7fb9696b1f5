"""Addresses of the law."""

from django.urls import path

from tongban.law import views

app_name = "law"
urlpatterns = [
    path("laws", views.register, name="register"),
    path("laws/simulate", views.simulate, name="simulate"),
    path("laws/simulate.ics", views.simulate_calendar, name="simulate_calendar"),
    path("laws/calendar", views.calendar, name="calendar"),
    path("laws/calendar/<int:year>", views.year, name="year"),
    path("laws/register.json", views.export, {"form": "json"}, name="export_json"),
    path("laws/register.yaml", views.export, {"form": "yaml"}, name="export_yaml"),
    path("laws/office", views.office, name="office"),
    path("laws/office/notice", views.propose_notice, name="propose_notice"),
    path("laws/office/rules/new", views.propose_rule, name="propose_new_rule"),
    path("laws/office/rules/<str:rule_id>", views.propose_rule, name="propose_rule"),
    path("laws/office/laws/new", views.propose_law, name="propose_new_law"),
    path("laws/office/laws/<slug:law_id>", views.propose_law, name="propose_law"),
    path("laws/office/<uuid:proposal_id>", views.proposal, name="proposal"),
    path("laws/office/<uuid:proposal_id>/decision", views.decide, name="decide"),
    path("laws/<slug:law_id>", views.law, name="law"),
    path("periods/<str:rule_id>", views.period, name="period"),
    path("periods/<str:rule_id>/due.ics", views.period_calendar, name="period_calendar"),
]
