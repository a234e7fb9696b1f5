"""The acts of officers as an API: what pages do, in JSON; refusals as problem documents; the same key, the same answer."""

import datetime as dt
from uuid import uuid4

import pytest
from django.utils import timezone

from tests import ground
from tests.web.test_cases_pages import as_user, filed  # noqa: F401
from tongban.cases import models
from tongban.site.api import api

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
ACTS = {
    "accept": {}, "refuse-acceptance": {"reason": "不属于"}, "complete": {"outcome": "agree", "reason": "同意"},
    "request-supplement": {"items": [{"material": "layout", "what": "补标面积"}]},
    "answer-late": {"outcome": "agree", "reason": ""}, "decide": {"outcome": "grant", "reason": "符合"}, "serve": {"how": "post"},
    "pause": {"ground": "检验", "document": "示检1号", "first_day": "2026-03-02"}, "resume": {"last_day": "2026-03-02"},
    "extend": {"reason": "复杂"}, "reassign": {"to_officer_id": 1, "reason": "外出"}, "recuse": {"reason": "亲属"},
}  # fmt: skip


def send(browser, walk, node, act, body=None, key=None, ref=None, token_n=None):
    token_n = walk.open()[node] if token_n is None else token_n
    return browser.post(
        f"/api/v1/cases/{ref or walk.done.ref}/tasks/{token_n}/{act}", body if body is not None else ACTS[act],
        content_type="application/json", headers={"Idempotency-Key": key or str(uuid4())},
    )


def test_every_act_of_the_desk_is_an_operation():
    paths = api.get_openapi_schema()["paths"]

    assert {path.rsplit("/", 1)[-1] for path in paths if "/tasks/{token_n}/" in path} == set(ACTS)


def test_the_whole_permit_goes_through_the_api(as_user):  # noqa: F811
    walk = filed()
    answers = [
        send(as_user("yz-window"), walk, "intake", "accept"),
        send(as_user("yz-review"), walk, "document_review", "complete"),
        send(as_user("yz-inspect1"), walk, "site_inspection", "complete", {"outcome": "pass"}),
        send(as_user("yz-inspect2"), walk, "site_inspection", "complete", {"outcome": "pass"}),
        send(as_user("yz-decide"), walk, "decision", "decide"),
        send(as_user("yz-window"), walk, "delivery", "serve"),
    ]

    assert [(one.status_code, one.json()["event_n"]) for one in answers] == [(200, n) for n in range(2, 8)]
    assert answers[-1].json() == {
        "number": walk.done.number, "ref": walk.done.ref, "status": "served", "event_n": 7, "is_repeat": False,
    }


def test_the_list_of_tasks_says_what_the_page_says(as_user):  # noqa: F811
    walk = filed().accepted()

    [task] = as_user("yz-review").get("/api/v1/tasks").json()

    assert (task["ref"], task["node"], task["token_n"]) == (walk.done.ref, "书面审查", walk.open()["document_review"])


def test_the_same_key_gives_the_same_answer_and_one_event(as_user):  # noqa: F811
    walk, browser, key = filed(), as_user("yz-window"), str(uuid4())

    first, second = (send(browser, walk, "intake", "accept", key=key, token_n=1) for _ in range(2))

    assert (first.json()["is_repeat"], second.json()["is_repeat"]) == (False, True)
    assert first.json()["event_n"] == second.json()["event_n"] == 2
    assert models.Event.objects.filter(case_id=walk.done.case_id).count() == 2


def test_a_key_of_somebody_else_gives_nothing_away(as_user):  # noqa: F811
    walk, key = filed(), str(uuid4())
    send(as_user("yz-window"), walk, "intake", "accept", key=key)

    answer = send(as_user("yz-review"), walk, "intake", "accept", key=key, token_n=1)

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/idempotency-key-reused")


def test_a_refusal_is_a_problem_with_its_article(as_user):  # noqa: F811
    walk = filed().accepted().reviewed()

    answer = send(as_user("yz-decide"), walk, "decision", "decide", {"outcome": "refuse"})

    assert (answer.status_code, answer["Content-Type"]) == (409, PROBLEM)
    assert answer.json()["type"] == "/problems/reason-missing"
    assert answer.json()["basis"] == "行政许可法 第三十八条第二款"


WRONG = [
    ("decide", {}, "#/outcome"),
    ("decide", {"outcome": "grant", "reason": "字" * 4001}, "#/reason"),
    ("decide", {"outcome": "grant", "reason": "a\x00"}, "#/reason"),
    ("serve", {"how": "pigeon"}, "#/how"),
    ("pause", {"ground": "检验", "document": "x", "first_day": "soon"}, "#/first_day"),
    ("reassign", {"to_officer_id": 10**30, "reason": ""}, "#/to_officer_id"),
    ("request-supplement", {"items": [{"material": "layout"}]}, "#/items/0/what"),
]


@pytest.mark.parametrize(("act", "body", "pointer"), WRONG)
def test_wrong_fields_are_pointed_at(as_user, act, body, pointer):  # noqa: F811
    walk = filed().accepted().reviewed()

    answer = send(as_user("yz-decide"), walk, "decision", act, body)

    assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM)
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_outside_the_calendar_is_refused_in_a_sentence(as_user, day):  # noqa: F811
    walk = filed().accepted()

    answer = send(as_user("yz-review"), walk, "document_review", "pause", {**ACTS["pause"], "first_day": day})

    assert (answer.status_code, answer["Content-Type"]) == (409, PROBLEM)


def test_an_act_without_a_key_is_asked_for_one(as_user):  # noqa: F811
    walk = filed()

    answer = as_user("yz-window").post(
        f"/api/v1/cases/{walk.done.ref}/tasks/1/accept", {}, content_type="application/json"
    )

    assert answer.status_code == 422


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("stranger", ["zhao", "xd-window", "yz-nogrant"])
def test_a_stranger_cannot_tell_a_case_from_none(as_user, act, stranger):  # noqa: F811
    walk, browser = filed(), as_user(stranger)

    answers = [send(browser, walk, "intake", act, ref=ref) for ref in (walk.done.ref, str(uuid4()), "nonsense")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_who_is_not_signed_in_is_told_so(client, registry):
    assert send(client, filed(), "intake", "accept").status_code == 401


def test_a_supervisor_who_sees_the_case_may_not_act(as_user):  # noqa: F811
    walk = filed()

    answer = send(as_user("yz-supervise"), walk, "intake", "accept")

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/no-grant")


def test_an_officer_sees_tasks_of_the_matters_granted_to_him_alone(as_user):  # noqa: F811
    from tongban.people import models as people

    ground.file(ground.HOTEL, answers=ground.HOTEL_ANSWERS, at=timezone.now() - dt.timedelta(hours=1))
    walk = filed()
    people.Grant.objects.filter(officer__account__username="yz-window").update(matter_code=ground.FOOD)

    tasks = as_user("yz-window").get("/api/v1/tasks").json()

    assert [task["ref"] for task in tasks] == [walk.done.ref]


def ask(browser, walk, act, body):
    return browser.post(f"/api/v1/cases/{walk.done.ref}/{act}", body, content_type="application/json",
                        headers={"Idempotency-Key": str(uuid4())})


def test_acts_on_the_whole_case_are_operations_too(as_user):  # noqa: F811
    walk = ground.file(ground.HOTEL, answers=ground.HOTEL_ANSWERS, at=timezone.now() - dt.timedelta(hours=1)).accepted()
    version = models.Case.objects.get().version_id
    assert ask(as_user("yz-window"), walk, "correct", {"event_n": 1, "what": "甲", "reason": "乙"}).status_code == 200
    assert ask(as_user("yz-window"), walk, "reopen", {"document": "甲", "reason": "乙"}).status_code == 409
    assert ask(as_user("yz-window"), walk, "add-department", {"organ_code": "1" * 18, "reason": "乙"}).status_code == 404
    assert ask(as_user("yz-decide"), walk, "migrate", {"to_version_id": version, "reason": "乙"}).status_code == 200
    preview = as_user("yz-decide").get(f"/api/v1/migrations/{version}")
    assert (preview.status_code, preview.json()) == (200, [])
    assert as_user("yz-decide").get("/api/v1/migrations/999999").status_code == 404
