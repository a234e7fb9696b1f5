"""Timers: they fire once, in order, at their true time; a silent department is recorded and holds nobody up."""

import datetime as dt
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import ground
from tests.folders.test_cases_relay import officer_organ
from tongban.cases import actions, jobs, models, queries
from tongban.core import case as core

# Filed and accepted on Monday 2026-03-02: the seven working days of the departments end with Wednesday 11 March.
SILENT_AT = dt.datetime(2026, 3, 12, tzinfo=ground.CHINA)
# No notice within five working days: accepted by law once Monday 9 March is over.
DEEMED_AT = dt.datetime(2026, 3, 10, tzinfo=ground.CHINA)
DEPARTMENTS = ("police", "fire", "health")


def joint():
    return ground.file(ground.HOTEL, answers=ground.HOTEL_ANSWERS).accepted()


def events(walk):
    rows = models.Event.objects.filter(region_code=walk.done.region_code, case_id=walk.done.case_id)
    return list(rows.order_by("n"))


def answer(walk, who, outcome="agree", reason="同意"):
    token = walk.open()[f"opinion:{officer_organ(f'yz-{who}')}"]
    walk.act(actions.complete, who, token, outcome=outcome, reason=reason)


def timers(walk):
    rows = models.Timer.objects.filter(region_code=walk.done.region_code, case_id=walk.done.case_id)
    return {(row.n, row.clock): row.due_at for row in rows}


def page(walk, at=SILENT_AT):
    return queries.whole(region_code=walk.done.region_code, case_id=walk.done.case_id, at=at)


def places(walk):
    return sorted(node for node in walk.open() if node in page(walk).definition.nodes or ":" in node)


def test_the_time_of_the_departments_is_armed_with_their_tasks(registry):
    walk = joint()

    assert list(timers(walk).values()) == [SILENT_AT]
    assert {task.due_on for task in page(walk).tasks} == {dt.date(2026, 3, 11)}


def test_nothing_happens_a_moment_too_early(registry):
    walk = joint()

    assert jobs.fire_once(at=SILENT_AT - dt.timedelta(seconds=1)) == 0
    assert len(walk.open()) == 4


def test_a_silent_department_is_recorded_and_the_case_goes_on_without_it(registry):
    walk = joint()
    answer(walk, "police")
    answer(walk, "health")

    assert jobs.fire_once(at=SILENT_AT) == 1

    last = events(walk)[-1]
    assert (last.kind, last.at, last.actor_kind, last.said["due_on"]) == ("DepartmentSilent", SILENT_AT, "system", "2026-03-11")
    assert places(walk) == ["decision"]
    assert [one.outcome for one in page(walk).opinions] == ["agree", "", "agree"]
    assert [one.is_silent for one in page(walk).opinions] == [False, True, False]


def test_every_silent_department_leaves_an_event_of_its_own(registry):
    walk = joint()

    jobs.fire_once(at=SILENT_AT)

    assert [event.kind for event in events(walk)] == ["Filed", "Accepted", *["DepartmentSilent"] * 3]
    assert len({event.token_n for event in events(walk)[2:]}) == 3
    assert places(walk) == ["decision"]
    assert list(jobs.replay()) == []


def test_departments_that_all_answered_are_not_called_silent(registry):
    walk = joint()
    for who in DEPARTMENTS:
        answer(walk, who)

    assert timers(walk) == {}
    assert jobs.fire_once(at=SILENT_AT) == 0


def test_an_objection_is_met_over_though_another_department_is_silent(registry):
    walk = joint()
    answer(walk, "fire", "object", "疏散通道宽度不足")

    jobs.fire_once(at=SILENT_AT)

    assert places(walk) == ["joint_meeting"]


def test_after_downtime_a_timer_fires_once_with_its_true_time(registry):
    walk = joint()

    monday = dt.datetime(2026, 3, 16, 8, tzinfo=ground.CHINA)
    assert (jobs.fire_once(at=monday), jobs.fire_once(at=monday)) == (1, 0)
    assert {event.at for event in events(walk)[2:]} == {SILENT_AT}


def test_timers_of_several_cases_fire_in_the_order_of_their_times(registry):
    late = ground.file(ground.HOTEL, answers=ground.HOTEL_ANSWERS, at=ground.FILED + dt.timedelta(days=1)).accepted()
    early = joint()

    while jobs.fire_once(at=SILENT_AT + dt.timedelta(days=9)):
        pass

    fired = models.Event.objects.filter(kind="DepartmentSilent").order_by("recorded_at", "case_id")
    order = [(event.at, event.case_id) for event in fired]
    assert {case_id for _at, case_id in order} == {late.done.case_id, early.done.case_id}
    assert [at for at, _case in order] == sorted(at for at, _case in order)


def test_a_late_answer_is_still_recorded_and_moves_nothing(registry):
    walk = joint()
    jobs.fire_once(at=SILENT_AT)
    token = models.Token.objects.get(case_id=walk.done.case_id, organ_code=officer_organ("yz-fire"), node="opinion")

    walk.wait(days=12)
    walk.act(actions.answer_late, "fire", token.n, outcome="object", reason="疏散通道宽度不足")

    last = events(walk)[-1]
    assert (last.kind, last.node, last.said["reason"]) == ("AnsweredLate", "opinion", "疏散通道宽度不足")
    assert places(walk) == ["decision"]
    row = next(one for one in page(walk).opinions if one.organ_code == token.organ_code)
    assert (row.outcome, row.is_late, row.reason) == ("object", True, "疏散通道宽度不足")
    assert list(jobs.replay()) == []


def test_a_department_answers_late_only_once(registry):
    walk = joint()
    jobs.fire_once(at=SILENT_AT)
    token = models.Token.objects.get(case_id=walk.done.case_id, organ_code=officer_organ("yz-fire"), node="opinion")
    walk.wait(days=12).act(actions.answer_late, "fire", token.n, outcome="agree", reason="")

    with pytest.raises(actions.AlreadyDone):
        walk.act(actions.answer_late, "fire", token.n, outcome="agree", reason="")


def test_a_department_in_time_does_not_answer_late(registry):
    walk = joint()
    token = walk.open()[f"opinion:{officer_organ('yz-fire')}"]

    with pytest.raises(actions.NotThisAct):
        walk.act(actions.answer_late, "fire", token, outcome="agree", reason="")


def test_a_late_answer_of_another_department_is_refused(registry):
    walk = joint()
    jobs.fire_once(at=SILENT_AT)
    token = models.Token.objects.get(case_id=walk.done.case_id, organ_code=officer_organ("yz-fire"), node="opinion")

    with pytest.raises(actions.NoGrant):
        walk.act(actions.answer_late, "police", token.n, outcome="agree", reason="")


def test_a_withdrawn_case_has_no_timers(registry):
    walk = joint()
    actions.withdraw(region_code=walk.done.region_code, case_id=walk.done.case_id, reason="", actor=ground.citizen(),
                     at=walk.at, key=str(uuid4()))

    assert timers(walk) == {}
    assert jobs.fire_once(at=SILENT_AT) == 0


def test_five_working_days_of_silence_are_acceptance(registry):
    walk = ground.file()
    assert timers(walk) == {(0, "acceptance"): DEEMED_AT}

    jobs.fire_once(at=DEEMED_AT + dt.timedelta(hours=3))

    case = page(walk, DEEMED_AT)
    assert [event.kind for event in events(walk)] == ["Filed", "DeemedAccepted"]
    assert (case.status, case.accepted_at, events(walk)[-1].at) == (core.Status.ACCEPTED, ground.FILED, DEEMED_AT)
    assert places(walk) == ["document_review", "site_inspection"]
    assert case.clocks["statutory"].due.last_on == dt.date(2026, 3, 30)  # Twenty working days from the receipt itself.
    assert list(jobs.replay()) == []


def test_a_correction_asked_for_in_time_prevents_it_and_the_answer_arms_it_anew(registry):
    walk = ground.file()
    walk.act(actions.request_supplement, "window", 1, items=[{"material": "layout", "what": "请补标面积"}])
    assert timers(walk) == {}

    walk.wait(days=2)
    actions.supplement(region_code=walk.done.region_code, case_id=walk.done.case_id, token_n=walk.open()["supplement"],
                       answers={}, materials=(), actor=ground.citizen(), at=walk.at, key=str(uuid4()))

    assert timers(walk) == {(0, "acceptance"): dt.datetime(2026, 3, 12, tzinfo=ground.CHINA)}


def test_the_same_number_of_statements_with_and_without_timers(registry):
    counts = []
    for walk in (ground.file(), ground.file(ground.HOTEL, answers=ground.HOTEL_ANSWERS)):
        with CaptureQueriesContext(connection) as seen:
            walk.accepted()
        counts.append(len([one for one in seen.captured_queries if "SAVEPOINT" not in one["sql"]]))
    assert len(set(counts)) == 1
    assert counts[0] <= 7  # Five of the step, two that look the officer of the test up.


def test_a_timer_whose_step_fails_is_put_off_and_holds_up_no_other(registry, monkeypatch):
    joint()
    ground.file()
    fire = actions.fire

    def failing(**asked):
        if asked["clock"]:
            raise actions.NotAble()
        return fire(**asked)

    monkeypatch.setattr(jobs.actions, "fire", failing)
    jobs.fire_once(at=SILENT_AT)

    assert models.Event.objects.filter(kind="DepartmentSilent").count() == 3
    assert models.Timer.objects.get(clock="acceptance").claimed_until == SILENT_AT + jobs.TIMER_AGAIN
