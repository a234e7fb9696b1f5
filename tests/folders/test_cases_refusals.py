"""What may not be done with a case, each with its own sentence: the bad input of the issue, and the law's own limits."""

import datetime as dt
from uuid import uuid4

import pytest

from tests import ground
from tongban.cases import actions, jobs, models
from tongban.core import clock as clocks
from tongban.matters import actions as matters
from tongban.people import models as people

pytestmark = pytest.mark.django_db


def events(walk):
    return models.Event.objects.filter(region_code=walk.done.region_code, case_id=walk.done.case_id).count()


def refused(walk, refusal, what, who, token_n, **words):
    """The act is refused in its own words, and leaves nothing behind."""
    before = events(walk)
    with pytest.raises(refusal) as caught:
        walk.act(what, who, token_n, **words)
    assert type(caught.value) is refusal
    assert str(caught.value)
    assert events(walk) == before
    return str(caught.value)


def test_a_second_acceptance_is_told_that_it_is_done(registry):
    walk = ground.file().accepted()

    refused(walk, actions.AlreadyDone, actions.accept, "window", 1)


def test_the_same_key_gives_the_same_answer_and_no_second_event(registry):
    walk = ground.file()
    asked = {"region_code": walk.done.region_code, "case_id": walk.done.case_id, "token_n": 1,
             "actor": ground.officer("yz-window"), "at": walk.at, "key": "the same key"}

    first, second = actions.accept(**asked), actions.accept(**asked)

    assert (first.event_n, second.event_n, second.is_repeat) == (2, 2, True)
    assert events(walk) == 2


def test_a_key_used_for_another_act_is_refused(registry):
    walk = ground.file()
    asked = {"region_code": walk.done.region_code, "case_id": walk.done.case_id, "token_n": 1,
             "actor": ground.officer("yz-window"), "at": walk.at, "key": "the same key"}
    actions.accept(**asked)

    with pytest.raises(actions.KeyReused):
        actions.refuse_acceptance(**asked, reason="不属于本机关职权")


def test_a_double_submit_files_one_case(registry):
    first = ground.file(key="draft-1")
    second = ground.file(key="draft-1")

    assert (second.done.case_id, second.done.is_repeat) == (first.done.case_id, True)
    assert models.Case.objects.count() == 1


def test_case_numbers_of_a_region_and_year_have_no_gaps(registry):
    numbers = [ground.file().done.number for _ in range(3)]

    assert [number[:20] for number in numbers] == [
        "140106-2026-00000001", "140106-2026-00000002", "140106-2026-00000003"
    ]


def test_an_officer_without_a_grant_is_refused(registry):
    refused(ground.file(), actions.NoGrant, actions.accept, "nogrant", 1)


def test_an_officer_of_another_county_is_refused(registry):
    walk = ground.file()
    walk.town = "xd"

    refused(walk, actions.NoGrant, actions.accept, "window", 1)


def test_a_grant_that_has_ended_is_refused_with_its_day(registry):
    people.Grant.objects.filter(officer__account__username="yz-window").update(to_on=dt.date(2026, 2, 1))

    said = refused(ground.file(), actions.GrantEnded, actions.accept, "window", 1)

    assert "2026-02-01" in said


def test_an_expired_certificate_is_refused_with_its_day(registry):
    walk = ground.file().accepted()
    token = walk.open()["site_inspection"]

    said = refused(walk, actions.CertificateExpired, actions.complete, "expired", token, outcome="pass", reason="符合")

    assert "食品安全" in said


def test_an_officer_without_any_certificate_is_refused(registry):
    walk = ground.file().accepted()
    people.Certificate.objects.filter(officer__account__username="yz-inspect1").delete()

    refused(
        walk, actions.NoCertificate, actions.complete, "inspect1", walk.open()["site_inspection"],
        outcome="pass", reason="符合",
    )


def test_an_inspection_needs_two_hands(registry):
    walk = ground.file().accepted()
    token = walk.open()["site_inspection"]
    walk.act(actions.complete, "inspect1", token, outcome="pass", reason="符合")

    refused(walk, actions.SameOfficerTwice, actions.complete, "inspect1", token, outcome="pass", reason="符合")
    assert "site_inspection" in walk.open()


def test_the_second_inspector_must_agree_with_the_first(registry):
    walk = ground.file().accepted()
    token = walk.open()["site_inspection"]
    walk.act(actions.complete, "inspect1", token, outcome="pass", reason="符合")

    refused(walk, actions.SignersDisagree, actions.complete, "inspect2", token, outcome="fail", reason="不符合")


def test_whoever_took_the_papers_in_may_not_decide(registry):
    walk = ground.file().accepted().reviewed()
    window = people.Officer.objects.get(account__username="yz-window")
    decider = people.Grant.objects.get(officer__account__username="yz-decide", role="decider")
    people.Grant.objects.create(
        officer=window, organ_id=decider.organ_id, role="decider", matter_code="*", from_on=decider.from_on,
        basis="示例",
    )

    refused(walk, actions.DutiesExclude, actions.decide, "window", walk.open()["decision"], outcome="grant", reason="")


def test_an_outcome_that_is_not_listed_is_refused(registry):
    walk = ground.file().accepted().reviewed()

    refused(walk, actions.UnknownOutcome, actions.decide, "decide", walk.open()["decision"], outcome="x", reason="")


def test_a_refusal_without_reasons_is_refused(registry):
    walk = ground.file().accepted().reviewed()

    refused(walk, actions.ReasonMissing, actions.decide, "decide", walk.open()["decision"], outcome="refuse", reason=" ")


def test_an_act_that_the_task_does_not_offer_is_refused(registry):
    refused(ground.file(), actions.NotThisAct, actions.decide, "window", 1, outcome="grant", reason="")


def test_corrections_are_asked_for_once_and_never_again(registry):
    walk = ground.file()
    walk.act(actions.request_supplement, "window", 1, items=[{"material": "layout", "what": "缺少面积标注"}])
    supplemented(walk)

    refused(
        walk, actions.SecondCorrection, actions.request_supplement, "window", walk.open()["intake"],
        items=[{"material": "layout", "what": "再补"}],
    )


def test_a_correction_notice_that_names_nothing_is_refused(registry):
    refused(ground.file(), actions.NothingToCorrect, actions.request_supplement, "window", 1, items=[{"what": " "}])


def supplemented(walk, **words):
    return actions.supplement(
        region_code=walk.done.region_code, case_id=walk.done.case_id, token_n=walk.open()["supplement"],
        actor=ground.citizen(), at=walk.at, key=str(uuid4()), **{"answers": {}, "materials": [], **words},
    )


def test_a_correction_starts_the_five_days_of_acceptance_anew(registry):
    walk = ground.file()
    walk.act(actions.request_supplement, "window", 1, items=[{"material": "layout", "what": "缺少面积标注"}])
    walk.wait(days=10)

    supplemented(walk)

    clock = models.Clock.objects.get(case_id=walk.done.case_id, name="acceptance")
    assert (clock.started_at, clock.last_on, clock.ended_on) == (walk.at, dt.date(2026, 3, 19), None)


def test_a_material_outside_the_published_list_is_not_taken(registry):
    with pytest.raises(actions.MaterialNotAsked):
        actions.submit(**application(materials=[{"code": "no-such", "sha256": "0" * 64}]))


def test_a_missing_material_is_named(registry):
    with pytest.raises(actions.MaterialMissing) as caught:
        actions.submit(**application(materials=[]))
    assert "布局" in str(caught.value)


def test_a_form_with_a_wrong_code_names_the_field(registry):
    with pytest.raises(actions.AnswersRefused) as caught:
        actions.submit(**application(answers={**ground.ANSWERS, "uscc": "92140106MA0K7T4Q2U"}))
    assert [error.field for error in caught.value.errors] == ["uscc"]


def test_a_closed_matter_takes_no_application(registry):
    asked = application()
    matters.close(matter_code=ground.FOOD)

    with pytest.raises(actions.MatterClosed):
        actions.submit(**asked)


def application(**changes):
    from tongban.matters import queries as matter_queries

    who = ground.citizen()
    return {
        "version_id": matter_queries.version_in_force(ground.FOOD, ground.FILED.date()), "applicant_id": who.id,
        "subject": "迎泽区晋味面馆（示例）", "answers": ground.ANSWERS, "materials": ground.materials(ground.FOOD),
        "actor": who, "at": ground.FILED, "key": str(uuid4()), **changes,
    }


def test_a_stranger_cannot_withdraw_and_learns_nothing(registry):
    walk = ground.file(by="wang")

    with pytest.raises(actions.NoSuchCase):
        actions.withdraw(
            region_code=walk.done.region_code, case_id=walk.done.case_id, reason="", actor=ground.citizen("zhao"),
            at=walk.at, key=str(uuid4()),
        )


def test_after_the_decision_nothing_can_be_withdrawn(registry):
    walk = ground.file().accepted().reviewed().decided()

    with pytest.raises(actions.TooLateToWithdraw):
        withdrawn(walk)


def withdrawn(walk):
    return actions.withdraw(
        region_code=walk.done.region_code, case_id=walk.done.case_id, reason="不办了", actor=ground.citizen(),
        at=walk.at, key=str(uuid4()),
    )


def test_a_withdrawal_cancels_every_task_and_ends_every_clock(registry):
    walk = ground.file().accepted()

    withdrawn(walk)

    assert walk.open() == {}
    assert not models.Clock.objects.filter(case_id=walk.done.case_id, ended_on=None).exists()
    assert list(jobs.replay()) == []


def test_an_act_on_a_case_that_is_over_says_so(registry):
    walk = ground.file().accepted().reviewed().decided().served()

    refused(walk, actions.CaseOver, actions.serve, "window", 5, how="post")


def test_only_a_finished_case_is_rated_and_only_once(registry):
    walk = ground.file()
    with pytest.raises(actions.NotOver):
        rated(walk)
    walk.accepted().reviewed().decided().served()

    rated(walk)

    with pytest.raises(actions.AlreadyRated):
        rated(walk)
    with pytest.raises(actions.ScoreOutOfRange):
        rated(walk, score=6)


def rated(walk, score=5):
    return actions.rate(
        region_code=walk.done.region_code, case_id=walk.done.case_id, score=score, comment="", actor=ground.citizen(),
        at=walk.at, key=str(uuid4()),
    )


def paused(walk, **words):
    token = walk.open()["document_review"]
    return walk.act(
        actions.pause, "review", token,
        **{"ground": "检验", "document": "示检〔2026〕1号", "first_day": walk.at.date(), **words},
    )


def statutory(walk):
    return models.Clock.objects.get(case_id=walk.done.case_id, name="statutory")


def test_excluded_days_move_both_limits_by_exactly_those_working_days(registry):
    walk = ground.file().accepted()
    before = statutory(walk).last_on
    walk.wait(days=1)
    paused(walk)
    walk.wait(days=2)

    walk.act(actions.resume, "review", walk.open()["document_review"], last_day=walk.at.date())

    assert (before, statutory(walk).last_on) == (dt.date(2026, 3, 30), dt.date(2026, 4, 2))
    assert list(jobs.replay()) == []


def test_time_is_not_excluded_without_a_written_notice(registry):
    walk = ground.file().accepted()

    with pytest.raises(clocks.PauseWithoutDocument):
        paused(walk, document=" ")


def test_time_is_not_excluded_on_a_ground_the_law_does_not_list(registry):
    walk = ground.file().accepted()

    with pytest.raises(clocks.GroundNotInLaw):
        paused(walk, ground="领导出差")


def test_time_is_not_excluded_before_it_has_come(registry):
    walk = ground.file().accepted()
    tomorrow = walk.at.date() + dt.timedelta(days=1)

    with pytest.raises(actions.DayNotCome):
        paused(walk, first_day=tomorrow)
    paused(walk)
    token = walk.open()["document_review"]
    refused(walk, actions.DayNotCome, actions.resume, "review", token, last_day=tomorrow)


def test_a_clock_that_does_not_run_cannot_be_stopped(registry):
    walk = ground.file().accepted()
    paused(walk)

    with pytest.raises(clocks.AlreadyPaused):
        paused(walk)


def test_the_limit_is_extended_once_by_the_head_of_the_organ(registry):
    walk = ground.file().accepted().reviewed()
    token = walk.open()["decision"]

    walk.act(actions.extend, "decide", token, reason="案情复杂，需要补充核实。")

    assert statutory(walk).last_on == dt.date(2026, 4, 14)
    with pytest.raises(clocks.AlreadyExtended):
        walk.act(actions.extend, "decide", token, reason="再延")


def test_an_extension_without_a_reason_is_refused(registry):
    walk = ground.file().accepted().reviewed()

    refused(walk, actions.ReasonMissing, actions.extend, "decide", walk.open()["decision"], reason=" ")


def test_an_officer_who_stands_aside_cannot_come_back(registry):
    walk = ground.file().accepted()
    token = walk.open()["document_review"]

    walk.act(actions.recuse, "review", token, reason="与申请人有亲属关系")

    refused(walk, actions.MustStandAside, actions.complete, "review", token, outcome="agree", reason="")


def test_a_task_handed_over_is_done_by_whom_it_was_given_to(registry):
    walk = ground.file().accepted()
    token = walk.open()["site_inspection"]
    second = int(ground.officer("yz-inspect2").id)

    walk.act(actions.reassign, "inspect1", token, to_officer_id=second, reason="外出")

    refused(walk, actions.NotYourTask, actions.complete, "inspect1", token, outcome="pass", reason="符合")


def test_a_task_is_not_handed_to_somebody_who_may_not_do_it(registry):
    walk = ground.file().accepted()

    refused(
        walk, actions.NotAble, actions.reassign, "inspect1", walk.open()["site_inspection"],
        to_officer_id=int(ground.officer("yz-window").id), reason="外出",
    )
