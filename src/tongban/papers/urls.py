"""Addresses of papers: the public check of licences."""

from django.urls import path

from tongban.papers import views

app_name = "papers"
urlpatterns = [
    path("licences/", views.ask, name="ask"),
    path("licences/<str:ref>", views.licence, name="licence"),
    path("licences/<str:ref>/proof.json", views.licence_proof, name="licence_proof"),
]
