"""Pages of cases: what they cost, who sees them, and that a stranger cannot tell a case from none."""

import dataclasses
import datetime as dt
import re
import sys
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import ground
from tongban.cases import models
from tongban.cases import urls as case_urls
from tongban.matters import queries as matters
from tongban.oversight import actions as oversight
from tongban.oversight import urls as oversight_urls
from tongban.people import models as people
from tongban.site import wiring

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_user(client, registry):
    """`as_user("yz-window")` is a browser signed in as that account."""
    def signed_in(username):
        client.force_login(people.Account.objects.get(username=username))
        return client

    return signed_in


def filed(**words):
    """A case filed an hour ago: the pages ask the real clock."""
    return ground.file(at=timezone.now() - dt.timedelta(hours=1), **words)


def desk_of(walk, node="intake"):
    return reverse("cases:desk", args=[walk.done.ref, walk.open()[node]])


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_tasks_costs_the_same_for_one_and_three(as_user, number, django_assert_num_queries):
    for _ in range(number):
        filed()
    browser = as_user("yz-window")
    browser.get(reverse("cases:queue"))

    with django_assert_num_queries(7):
        answer = browser.get(reverse("cases:queue"))

    assert len(answer.context["rows"]) == number


@pytest.mark.parametrize("number", [1, 3])
def test_the_cockpit_costs_the_same_for_one_and_three(as_user, number, django_assert_num_queries):
    for _ in range(number):
        walk = filed().accepted()
    oversight.run_rules(at=walk.at + dt.timedelta(days=60))
    browser = as_user("yz-supervise")
    browser.get(reverse("oversight:cockpit"))

    with django_assert_num_queries(10):
        answer = browser.get(reverse("oversight:cockpit"))

    assert (len(answer.context["rows"]), len(answer.context["cards"])) == (number, number)


def test_the_desk_and_the_page_to_look_at_cost_little(as_user, django_assert_num_queries):
    walk = filed().accepted()
    browser = as_user("yz-review")
    for address, number in ((desk_of(walk, "document_review"), 16), (reverse("cases:look", args=[walk.done.ref]), 15)):
        browser.get(address)
        with django_assert_num_queries(number):
            assert browser.get(address).status_code == 200


def test_the_public_check_costs_little(client, registry, django_assert_num_queries):
    walk = filed().accepted()
    client.get(f"/check/{walk.done.ref}/")

    with django_assert_num_queries(5):
        assert client.get(f"/check/{walk.done.ref}/").status_code == 200


# Strangers


PUBLIC = {"cases:check", "cases:check_proof", "oversight:rules"}
GIVEN = {"token_n": 1, "event_n": 1, "n": 1001, "template": "receipt"}
ADDRESSES = [
    (f"{app}:{one.name}", tuple(one.pattern.converters))
    for app, urls in (("cases", case_urls), ("oversight", oversight_urls)) for one in urls.urlpatterns
]
OF_ONE_CASE = [(name, places) for name, places in ADDRESSES if "ref" in places and name not in PUBLIC]


def plain(answer, ref):
    """The page without what differs from request to request: the address asked for, the form secrets."""
    text = answer.content.decode().replace(ref, "REF")
    return re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", text)


@pytest.mark.parametrize("stranger", ["zhao", "xd-window", "xd-supervise", "yz-nogrant"])
@pytest.mark.parametrize(("name", "places"), OF_ONE_CASE)
def test_a_stranger_cannot_tell_a_case_from_none(as_user, name, places, stranger):
    walk = filed().accepted()
    browser = as_user(stranger)
    given = {place: GIVEN[place] for place in places if place != "ref"}
    answers = []
    for ref in (walk.done.ref, str(uuid4())):
        address = reverse(name, kwargs={**given, "ref": ref})
        for method in (browser.get, browser.post):
            answer = method(address)
            answers.append((method.__name__, answer.status_code, plain(answer, ref)))

    assert answers[:2] == answers[2:]
    assert answers[0][1] == 404


@pytest.mark.parametrize(("name", "places"), ADDRESSES)
def test_who_is_not_signed_in_is_asked_to_sign_in_first(client, registry, name, places):
    given = {place: GIVEN.get(place, uuid4()) for place in places}
    answer = client.get(reverse(name, kwargs=given))

    if name in PUBLIC:
        assert answer.status_code in {200, 404}
    else:
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("account_login"))


@pytest.mark.parametrize("name", ["cases:queue", "cases:jump", "oversight:cockpit"])
def test_a_citizen_has_no_desk(as_user, name):
    assert as_user("wang").get(reverse(name)).status_code == 404


def test_an_officer_who_does_not_watch_has_no_cockpit(as_user):
    assert as_user("yz-window").get(reverse("oversight:cockpit")).status_code == 404


# The public check


def test_the_check_of_a_paper_says_how_the_case_stands_and_names_nobody(client, registry):
    walk = filed().accepted()

    text = client.get(f"/check/{walk.done.ref}/").content.decode()

    assert walk.done.number in text
    assert "食品经营许可" in text
    for private in (ground.ANSWERS["subject_name"], "王小明", ground.ANSWERS["uscc"], "15400000001", "柳巷", "李静"):
        assert private not in text


def test_the_proof_of_a_case_is_open_and_holds_no_answer(client, registry):
    walk = filed().accepted()

    answer = client.get(f"/check/{walk.done.ref}/proof.json")

    assert [one["n"] for one in answer.json()["entries"]] == [1, 2]
    assert "王小明" not in answer.content.decode()


def test_an_unknown_reference_and_a_sealed_case_are_the_same_404(client, registry, monkeypatch):
    walk = filed()
    case = models.Case.objects.get(ref=walk.done.ref)
    sealed = dataclasses.replace(matters.definition(case.version_id), is_sealed=True)
    monkeypatch.setitem(sys.modules["tongban.matters.queries.definition"]._KEPT, case.version_id, sealed)
    pages = []
    for ref in (walk.done.ref, str(uuid4())):
        answer = client.get(f"/check/{ref}/")
        pages.append((answer.status_code, plain(answer, ref)))
        assert client.get(f"/check/{ref}/proof.json").status_code == 404

    assert pages[0] == pages[1]
    assert pages[0][0] == 404


def test_the_qr_code_of_a_paper_opens_the_public_check(client, registry):
    from tongban.cases import queries

    walk = filed()
    paper = queries.paper_of(region_code=walk.done.region_code, case_id=walk.done.case_id, event_n=1)

    assert paper.words["check_url"].endswith(f"/check/{walk.done.ref}/")


# Personal answers


def test_personal_answers_are_open_to_whose_task_it_is_and_masked_for_others(as_user):
    walk = filed().accepted()
    look = reverse("cases:look", args=[walk.done.ref])
    material = reverse("cases:material", args=[walk.done.ref, 1001])

    mine = as_user("yz-review").get(desk_of(walk, "document_review"))
    others = {name: as_user(name).get(look).content.decode() for name in ("yz-window", "yz-decide", "yz-supervise")}

    assert "140100190001010013" in mine.content.decode()
    for text in others.values():
        assert ground.ANSWERS["subject_name"] in text
        assert "140100190001010013" not in text
        assert "15400000001" not in text
    assert as_user("yz-review").get(material).status_code == 200
    assert as_user("yz-window").get(material).status_code == 404


def test_who_opens_a_task_of_somebody_else_sees_the_case_without_acts(as_user):
    walk = filed().accepted()

    answer = as_user("yz-window").get(desk_of(walk, "document_review"))

    assert (answer.status_code, answer.url) == (302, reverse("cases:look", args=[walk.done.ref]))


def test_a_supervisor_is_offered_no_act(as_user):
    walk = filed().accepted()

    text = as_user("yz-supervise").get(reverse("cases:look", args=[walk.done.ref])).content.decode()

    assert 'name="act"' not in text


# Finding


def test_the_jump_finds_a_case_by_number_or_name(as_user):
    walk = filed().accepted()
    review = as_user("yz-review")
    look = reverse("cases:look", args=[walk.done.ref])

    assert review.get("/desk/jump/", {"q": ground.ANSWERS["subject_name"]}).url == desk_of(walk, "document_review")
    assert as_user("yz-supervise").get("/desk/jump/", {"q": walk.done.number}).url == look
    for nothing in ("", "140106-2026-00000009-9", "\x00", "没有"):
        assert as_user("yz-window").get("/desk/jump/", {"q": nothing}).url == reverse("cases:queue")


# Papers


def test_each_paper_opens_for_those_who_see_the_case(as_user):
    from tongban.cases import jobs

    walk = filed()
    jobs.relay_once(deliver=wiring.deliver)
    address = reverse("cases:notice", args=[walk.done.ref, 1, "receipt"])

    answer = as_user("yz-window").get(address)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert as_user("yz-window").get(address.replace("receipt", "nothing")).status_code == 404
