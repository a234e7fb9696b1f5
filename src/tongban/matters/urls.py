"""Addresses of the catalogue of matters, and of the studio of procedures."""

from django.urls import path

from tongban.matters.views import public, studio

app_name = "matters"
urlpatterns = [
    path("matters", public.catalogue, name="list"),
    path("matters/<slug:code>", public.guide, name="guide"),
    path("matters/<slug:code>/flow.bpmn", public.flow, name="flow"),
    path("matters/<slug:code>/v/<int:version>", public.guide, name="version"),
    path("matters/<slug:code>/v/<int:version>/flow.bpmn", public.flow, name="version_flow"),
    path("matters/<slug:code>/versions", public.versions, name="versions"),
    path("studio/", studio.procedures, name="studio"),
    path("studio/drafts/<int:draft_id>/", studio.draft, name="draft"),
    path("studio/drafts/<int:draft_id>/flow.bpmn", studio.draft_flow, name="draft_flow"),
    path("studio/drafts/<int:draft_id>/edit", studio.edit, name="draft_edit"),
    path("studio/drafts/<int:draft_id>/decide", studio.decide, name="draft_decide"),
    path("studio/<slug:procedure_id>/", studio.procedure, name="procedure"),
    path("studio/<slug:procedure_id>/v/<int:version>", studio.procedure, name="procedure_version"),
    path("studio/<slug:procedure_id>/draft", studio.begin, name="draft_begin"),
]
