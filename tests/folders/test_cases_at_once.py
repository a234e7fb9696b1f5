"""Many hands at once, with real threads and real transactions: one act, one join, numbers without gaps."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from tests import ground
from tongban.cases import actions, jobs, models
from tongban.cases.actions import recompute
from tongban.core import codes

ROUNDS = 60


@pytest.fixture
def committed(registry_loaded, django_db_blocker):
    """Acts are committed, as threads need it; what they leave behind is taken away."""
    with django_db_blocker.unblock():
        clear()
        yield
        clear()


def clear():
    written = (*apps.get_app_config("cases").get_models(), *apps.get_app_config("ledger").get_models())
    tables = [model._meta.db_table for model in written]
    with connection.cursor() as cursor:
        cursor.execute(f"truncate {', '.join(tables)} cascade")


def at_once(*calls):
    """Call all of these at the same moment, each on its own connection; return answers and refusals."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(timeout=30)
            return call()
        except actions.AlreadyDone as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def asked(walk, who, token_n, key=None):
    return {"region_code": walk.done.region_code, "case_id": walk.done.case_id, "token_n": token_n,
            "actor": ground.officer(who), "at": walk.at, "key": key or str(uuid4())}


def test_departments_one_after_the_other_join_once(registry):
    walk = ground.file(ground.HOTEL, answers=ground.HOTEL_ANSWERS).accepted()
    for who in ("police", "fire", "health"):
        walk.act(actions.complete, who, walk.open()[f"opinion:{organ(f'yz-{who}')}"], outcome="agree", reason="同意")

    assert list(walk.open()) == ["decision"]


def test_of_two_windows_that_accept_at_once_exactly_one_does(committed):
    for _ in range(10):
        walk = ground.file()
        first, second = asked(walk, "yz-window", 1), asked(walk, "yz-window", 1)

        answers = at_once(lambda one=first: actions.accept(**one), lambda one=second: actions.accept(**one))

        assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyDone", "Done"]
        assert models.Event.objects.filter(case_id=walk.done.case_id, kind="Accepted").count() == 1


def test_a_double_press_at_once_gives_the_same_answer_twice(committed):
    walk = ground.file()
    given = asked(walk, "yz-window", 1)

    answers = at_once(*[lambda: actions.accept(**given)] * 2)

    assert sorted((answer.event_n, answer.is_repeat) for answer in answers) == [(2, False), (2, True)]


@pytest.mark.slow
def test_three_departments_at_once_join_exactly_once_each_time(committed):
    wrong = []
    for n in range(ROUNDS):
        walk = ground.file(ground.HOTEL, answers=ground.HOTEL_ANSWERS).accepted()
        of = {row.organ_code: row.n for row in models.Token.objects.filter(case_id=walk.done.case_id, node="opinion")}
        calls = []
        for who in ("yz-police", "yz-fire", "yz-health"):
            words = {**asked(walk, who, of[organ(who)]), "outcome": "agree", "reason": "同意"}
            calls.append(lambda words=words: actions.complete(**words))
        at_once(*calls)
        if list(walk.open()) != ["decision"]:
            wrong.append((n, walk.open()))

    assert wrong == []


def organ(username):
    from tongban.people import models as people
    from tongban.people import queries

    return queries.officer_of(people.Account.objects.get(username=username).id).organ_code


def test_twenty_applications_at_once_get_numbers_without_gaps(committed):
    from tongban.matters import queries as matters

    who = ground.citizen()
    given = {
        "version_id": matters.version_in_force(ground.FOOD, ground.FILED.date()), "applicant_id": who.id,
        "subject": "迎泽区晋味面馆（示例）", "answers": ground.ANSWERS, "materials": ground.materials(ground.FOOD),
        "actor": who, "at": ground.FILED,
    }

    answers = at_once(*[lambda: actions.submit(**given, key=str(uuid4()))] * 20)

    assert sorted(codes.parse_case_number(done.number).serial for done in answers) == list(range(1, 21))


def test_one_application_sent_twice_at_once_is_one_case(committed):
    at_once(*[lambda: ground.file(key="one-draft").done] * 2)

    assert models.Case.objects.count() == 1
    assert models.Serial.objects.get().last == 1


def test_of_timer_and_officer_at_the_same_instant_exactly_one_wins(committed):
    from tests.folders.test_cases_timers import SILENT_AT

    ended = set()
    for _ in range(20):
        walk = ground.file(ground.HOTEL, answers=ground.HOTEL_ANSWERS).accepted()
        of = {row.organ_code: row.n for row in models.Token.objects.filter(case_id=walk.done.case_id, node="opinion")}
        for who in ("yz-police", "yz-fire"):
            actions.complete(**asked(walk, who, of[organ(who)]), outcome="agree", reason="同意")
        walk.at = SILENT_AT
        words = {**asked(walk, "yz-health", of[organ("yz-health")]), "outcome": "agree", "reason": "同意"}

        at_once(lambda words=words: actions.complete(**words), lambda: jobs.fire_once(at=SILENT_AT))

        last = models.Event.objects.filter(case_id=walk.done.case_id).order_by("n").values_list("kind", flat=True)[4:]
        assert list(last) in (["Completed"], ["DepartmentSilent"])
        assert list(walk.open()) == ["decision"]
        assert not models.Timer.objects.filter(case_id=walk.done.case_id).exists()
        ended |= set(last)
    assert list(jobs.replay()) == []


def test_two_workers_fire_a_timer_once(committed):
    from tests.folders.test_cases_timers import SILENT_AT

    walks = [ground.file(ground.HOTEL, answers=ground.HOTEL_ANSWERS).accepted() for _ in range(6)]

    at_once(*[lambda: jobs.fire_once(at=SILENT_AT)] * 2)

    assert models.Event.objects.filter(kind="DepartmentSilent").count() == 3 * len(walks)
    assert list(jobs.replay()) == []


def test_two_hands_work_out_clocks_as_one_would(committed, monkeypatch):
    for who in ("wang", "zhao", "liu", "sun"):
        ground.file(by=who).accepted()
    clocks, wrong = models.Clock.objects.filter(name="statutory"), dt.date(2026, 3, 20)
    right = dict(clocks.values_list("case_id", "last_on"))
    clocks.update(last_on=wrong, nominal_on=wrong)  # As if a notice had moved them.
    monkeypatch.setattr(recompute, "BATCH", 1)
    told = []
    moves = actions.reproject(because="国办发明电〔2026〕9号", at=ground.FILED, workers=2, progress=lambda *each: told.append(each))
    assert (moves.moved, moves.later, told[-1]) == (4, 4, ("cases", 4, 4))
    assert dict(clocks.values_list("case_id", "last_on")) == right
    assert models.Event.objects.filter(kind="Recomputed").count() == 4
    assert list(jobs.replay()) == []
