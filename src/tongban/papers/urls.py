"""Addresses of papers: the public check of licences."""

from django.urls import path

from tongban.papers import views

app_name = "papers"
urlpatterns = [
    path("licences/", views.ask, name="ask"),
    path("licences/<str:ref>", views.licence, name="licence"),
]
