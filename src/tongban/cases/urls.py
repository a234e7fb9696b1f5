"""Addresses of the officer's pages."""

from django.urls import path

from tongban.cases import views

app_name = "cases"
urlpatterns = [
    path("desk/", views.queue, name="queue"),
    path("desk/<uuid:ref>/<int:token_n>/", views.desk, name="desk"),
    path("desk/jump/", views.jump, name="jump"),
    path("cases/<uuid:ref>/notices/<int:event_n>/<slug:template>.pdf", views.notice, name="notice"),
    path("desk/<uuid:ref>/materials/<int:n>", views.material, name="material"),
]
