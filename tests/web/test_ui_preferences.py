"""Language and larger type: one form, one cookie each, and back to where the reader was."""

import pytest


@pytest.fixture(autouse=True)
def _plain_static(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def test_english_is_remembered_and_the_reader_stays_on_the_page(client):
    answer = client.post("/preferences", {"language": "en", "next": "/about?a=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/about?a=1")
    assert b"<html lang=\"en\"" in client.get("/about").content


def test_larger_type_is_drawn_by_the_server(client):
    client.post("/preferences", {"elder": "1", "next": "/about"})
    assert b'class="elder"' in client.get("/about").content
    client.post("/preferences", {"elder": "0", "next": "/about"})
    assert b'class="elder"' not in client.get("/about").content


def test_single_letter_shortcuts_can_be_switched_off(client):
    client.post("/preferences", {"keys": "0", "next": "/keys"})
    assert b"data-keys-off" in client.get("/keys").content
    client.post("/preferences", {"keys": "1", "next": "/keys"})
    assert b"data-keys-off" not in client.get("/keys").content


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_nobody_is_sent_to_another_site(client, target):
    assert client.post("/preferences", {"elder": "1", "next": target})["Location"] == "/"


@pytest.mark.parametrize("language", ["xx", "", "en; Path=/"])
def test_an_unknown_language_changes_nothing(client, language):
    assert "django_language" not in client.post("/preferences", {"language": language}).cookies


def test_asking_is_not_remembering(client):
    assert client.get("/preferences").status_code == 405


def test_the_language_of_the_browser_is_taken_until_one_is_chosen(client):
    assert b'<html lang="en"' in client.get("/about", HTTP_ACCEPT_LANGUAGE="en-GB").content
    assert b'<html lang="zh-Hans"' in client.get("/about", HTTP_ACCEPT_LANGUAGE="fr").content
