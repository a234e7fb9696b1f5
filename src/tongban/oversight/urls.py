"""Addresses of supervision."""

from django.urls import path

from tongban.oversight import views

app_name = "oversight"
urlpatterns = [
    path("oversight/", views.cockpit, name="cockpit"),
    path("oversight/rules/", views.rule_list, name="rules"),
]
