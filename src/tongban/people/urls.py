"""Addresses of the registry: places and organs."""

from django.urls import path

from tongban.people import views

app_name = "people"
urlpatterns = [
    path("regions", views.regions, name="regions"),
    path("regions/<str:code>", views.region, name="region"),
    path("organs", views.organs, name="organs"),
    path("organs/<str:code>", views.organ, name="organ"),
    path("desk/delegations/", views.delegations, name="delegations"),
]
