"""The API's root: described as OpenAPI, entered with a session, every failure a problem document."""

import json

import pytest
from openapi_spec_validator import validate

from tongban.people import models
from tongban.site.api import api

PROBLEM = "application/problem+json"


@pytest.fixture
def account(db):
    return models.Account.objects.create_user("li", "correct horse", full_name="李四（示例）")


def sign_in(client, username="li", password="correct horse"):
    return client.post("/api/v1/session", {"username": username, "password": password}, content_type="application/json")


def test_the_description_is_valid_openapi_3_1():
    document = json.loads(json.dumps(api.get_openapi_schema()))
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/cases/{ref}/tasks/{token_n}/accept" in document["paths"]


def test_a_session_is_opened_asked_for_and_closed(client, account):
    assert client.get("/api/v1/session").status_code == 401
    opened = sign_in(client)
    assert (opened.status_code, opened.json()["full_name"]) == (200, "李四（示例）")
    assert client.get("/api/v1/session").json()["username"] == "li"
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/api/v1/session").status_code == 401


def test_an_act_needs_the_token_of_the_session(account):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    token = sign_in(client).json()["csrf_token"]
    refused = client.delete("/api/v1/session")
    assert (refused.status_code, refused["Content-Type"]) == (403, PROBLEM)
    assert client.delete("/api/v1/session", headers={"X-CSRFToken": token}).status_code == 204


def test_a_wrong_password_says_so_in_the_language_asked_for(client, account):
    answer = sign_in(client, password="wrong")
    assert (answer.status_code, answer["Content-Type"]) == (401, PROBLEM)
    assert answer.json() == {
        "type": "/problems/wrong-name-or-password", "title": "Wrong name or password", "status": 401,
        "detail": "账号或密码不正确，请核对后重新输入。"}


def test_wrong_fields_are_pointed_at(client, db):
    answer = client.post("/api/v1/session", {"username": "li"}, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM)
    assert [one["pointer"] for one in answer.json()["errors"]] == ["#/password"]


def test_bad_json_is_a_problem_too(client, db):
    answer = client.post("/api/v1/session", "{", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


@pytest.mark.parametrize("language, title", [("zh-hans", "页面"), ("en", "page")])
def test_a_page_that_is_not_there_is_a_page(client, db, language, title):
    answer = client.get("/nothing-here", headers={"Accept-Language": language})
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert title in answer.content.decode()


@pytest.mark.parametrize("path", ["signup/", "email/", "confirm-email/", "password/reset/", "password/set/", "password/reset/key/1-2/"])
def test_pages_that_ask_for_an_address_are_closed(client, account, path):
    client.force_login(account)
    assert client.get(f"/account/{path}", follow=True).status_code == 404


@pytest.mark.parametrize("path", ["login/", "register"])
def test_the_doors_of_the_account_are_open(client, db, path):
    assert client.get(f"/account/{path}").status_code == 200
