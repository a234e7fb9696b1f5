"""Addresses of cases: the officer's pages, and the public check of a case."""

from django.urls import path

from tongban.cases import views

app_name = "cases"
urlpatterns = [
    path("desk/", views.queue, name="queue"),
    path("desk/jump/", views.jump, name="jump"),
    path("desk/<uuid:ref>/", views.look, name="look"),
    path("desk/<uuid:ref>/<int:token_n>/", views.desk, name="desk"),
    path("desk/<uuid:ref>/proof.json", views.proof, name="proof"),
    path("desk/<uuid:ref>/materials/<int:n>", views.material, name="material"),
    path("cases/<uuid:ref>/notices/<int:event_n>/<slug:template>.pdf", views.notice, name="notice"),
    path("check/<uuid:ref>/", views.check, name="check"),
    path("check/<uuid:ref>/proof.json", views.check_proof, name="check_proof"),
]
