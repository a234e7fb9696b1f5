"""Addresses of the catalogue of matters."""

from django.urls import path

from tongban.matters import views

app_name = "matters"
urlpatterns = [
    path("matters", views.catalogue, name="list"),
    path("matters/<slug:code>", views.guide, name="guide"),
    path("matters/<slug:code>/flow.bpmn", views.flow, name="flow"),
    path("matters/<slug:code>/v/<int:version>", views.guide, name="version"),
    path("matters/<slug:code>/v/<int:version>/flow.bpmn", views.flow, name="version_flow"),
    path("matters/<slug:code>/versions", views.versions, name="versions"),
]
