"""Addresses of the portal, of applications and of the applicant's own cases."""

from django.urls import path

from tongban.intake import views

app_name = "intake"
urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("track", views.track, name="track"),
    path("account/register", views.register, name="register"),
    path("apply/d/<uuid:draft_id>/", views.draft, name="draft"),
    path("apply/d/<uuid:draft_id>/renew", views.renew, name="renew"),
    path("apply/d/<uuid:draft_id>/discard", views.discard, name="discard"),
    path("apply/d/<uuid:draft_id>/check/", views.check, name="check"),
    path("apply/d/<uuid:draft_id>/materials/", views.materials, name="materials"),
    path("apply/d/<uuid:draft_id>/materials/<slug:code>/", views.upload, name="upload"),
    path("apply/d/<uuid:draft_id>/materials/<slug:code>/remove", views.detach, name="detach"),
    path("apply/d/<uuid:draft_id>/files/<str:sha256>", views.draft_file, name="draft_file"),
    path("apply/d/<uuid:draft_id>/<slug:page_id>/", views.page, name="page"),
    path("apply/<slug:matter_code>/", views.apply, name="apply"),
    path("my/", views.my, name="my"),
    path("cases/<uuid:ref>/", views.case, name="case"),
    path("cases/<uuid:ref>/days.ics", views.days_file, name="days_file"),
    path("cases/<uuid:ref>/done/", views.done, name="done"),
    path("cases/<uuid:ref>/proof.json", views.proof, name="proof"),
    path("cases/<uuid:ref>/receipt", views.receipt_file, name="receipt"),
    path("cases/<uuid:ref>/promise", views.promise_file, name="promise"),
    path("cases/<uuid:ref>/record.json", views.record_file, name="record"),
    path("cases/<uuid:ref>/supplement/", views.supplement, name="supplement"),
    path("cases/<uuid:ref>/withdraw", views.withdraw, name="withdraw"),
    path("cases/<uuid:ref>/rate", views.rate, name="rate"),
    path("cases/<uuid:ref>/notices/<int:n>/", views.notice, name="notice"),
    path("cases/<uuid:ref>/notices/<int:n>.pdf", views.notice_file, name="notice_file"),
    path("cases/<uuid:ref>/materials/<int:n>", views.material_file, name="material"),
]
