"""Every answer carries its policy, every request leaves one line, every failure has its form."""

import json
import logging

import pytest
from django.db import IntegrityError, OperationalError
from django.http import Http404
from django.test import RequestFactory

from tongban.core.refusal import Refusal
from tongban.site import logs, middleware, problems, views


@pytest.mark.django_db
def test_health_says_ok_with_every_policy_header(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer["Content-Security-Policy"] == (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize("given, is_kept", [("0123456789abcdef", True), ("a b\r\nc", False), ("x" * 65, False), ("", False)])
@pytest.mark.django_db
def test_a_request_keeps_a_good_number_and_gets_one_otherwise(client, given, is_kept):
    number = client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (number == given) is is_kept
    assert middleware.GIVEN_ID.fullmatch(number)


@pytest.mark.django_db
def test_the_log_line_has_the_route_and_nothing_anybody_typed(client, caplog):
    with caplog.at_level(logging.INFO, logger="tongban.access"):
        client.get("/healthz?name=张三", headers={"X-Request-ID": "number-0001"})
    [record] = caplog.records
    logs.Numbered().filter(record)
    line = json.loads(logs.Json().format(record))
    assert {name: line[name] for name in ("level", "from", "message", "method", "route", "status")} == {
        "level": "INFO", "from": "tongban.access", "message": "request", "method": "GET", "route": "healthz", "status": 200}
    assert "张三" not in logs.Json().format(record) + logs.Plain().format(record)


@pytest.mark.django_db
def test_a_body_larger_than_any_file_is_turned_away_unread(client, settings):
    settings.BODY_BYTES_MAX = 10
    page = client.post("/account/register", b"0123456789a", content_type="application/octet-stream")
    assert (page.status_code, "文件太大" in page.content.decode()) == (413, True)
    problem = client.post("/api/v1/files", b"0123456789a", content_type="application/octet-stream")
    assert (problem.status_code, problem["Content-Type"]) == (413, "application/problem+json")


def test_a_logged_failure_has_type_and_place_but_not_its_message():
    try:
        raise IntegrityError("Key (id_number)=(140105199001011234) already exists.") from ValueError("140105199001011234")
    except IntegrityError as error:
        record = logging.LogRecord("tongban", logging.ERROR, __file__, 1, "failed", None, (type(error), error, error.__traceback__))
    record.request_id = ""
    for text in (logs.Json().format(record), logs.Plain().format(record)):
        assert "IntegrityError" in text
        assert "ValueError" in text
        assert "test_site_answers.py" in text
        assert "140105199001011234" not in text


def test_a_missing_address_of_the_api_is_a_problem_document(client, db):
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json() == {"type": "about:blank", "title": "Not Found", "status": 404}


def test_a_database_that_is_away_for_a_moment_asks_to_come_back():
    request = RequestFactory().get("/api/v1/cases")
    try:
        raise OperationalError("gone") from __import__("psycopg").OperationalError("server closed the connection")
    except OperationalError:
        answer = views.server_error(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    try:
        raise Http404
    except Http404:
        assert views.server_error(request).status_code == 500


class AlreadyAccepted(Refusal):
    code = "already_accepted"
    says = "申请已于%(day)s受理，无需再次受理。"
    basis = "行政许可法 第三十二条"


def test_a_refusal_becomes_a_problem_with_its_law():
    refusal = AlreadyAccepted(day="3月2日")
    assert problems.of_refusal(refusal, str(refusal)) == {
        "type": "/problems/already-accepted", "title": "Already accepted", "status": 409,
        "detail": "申请已于3月2日受理，无需再次受理。", "basis": "行政许可法 第三十二条"}


def test_wrong_fields_are_pointed_at():
    document = problems.of_fields([
        {"loc": ("body", "body", "a/b", 0), "msg": "Field required"}, {"loc": ("header", "Idempotency-Key"), "msg": "too short"}])
    assert (document["status"], document["errors"]) == (422, [
        {"detail": "Field required", "pointer": "#/a~1b/0"}, {"detail": "too short", "in": "header", "parameter": "Idempotency-Key"}])


def test_an_address_with_a_needless_slash_leads_to_its_page(client):
    answer = client.get("/verify/")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/verify")


def test_a_needless_slash_after_no_page_is_still_no_page(client, db):
    assert client.get("/no-such-page/").status_code == 404
