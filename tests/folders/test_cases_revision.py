"""What was done before: opened again, corrected by a new record, one more department, another version."""

import datetime as dt
from uuid import uuid4

import pytest

from tests import ground
from tests.folders.test_cases_relay import officer_organ
from tests.folders.test_cases_timers import SILENT_AT, events, joint, page, places, timers
from tongban.cases import actions, jobs, models, queries
from tongban.core import case as core
from tongban.matters import models as matter_models
from tongban.people import queries as people


def act(walk, do, who, **words):
    walk.done = do(
        region_code=walk.done.region_code, case_id=walk.done.case_id, actor=ground.officer(f"yz-{who}"), at=walk.at,
        key=str(uuid4()), **words,
    )
    return walk


# Opened again


def test_a_case_whose_decision_is_annulled_is_decided_again_with_a_new_clock(registry):
    walk = ground.file().accepted().reviewed().decided("refuse", "不符合条件").served()

    act(walk.wait(days=60), actions.reopen, "decide", reason="复议撤销", document="并政复决字〔2026〕1号")

    shown = page(walk, walk.at)
    assert (shown.status, shown.outcome, shown.closed_at, places(walk)) == (core.Status.ACCEPTED, "", None, ["decision"])
    assert shown.clocks["statutory"].due.last_on == dt.date(2026, 6, 1)  # Twenty working days after 1 May … the holidays out.
    walk.decided().served()
    assert (page(walk, walk.at).outcome, page(walk, walk.at).status) == ("grant", core.Status.SERVED)
    assert list(jobs.replay()) == []


def test_stops_of_the_first_time_do_not_count_again(registry):
    walk = ground.file().accepted()
    walk.at += dt.timedelta(days=1)
    walk.act(actions.pause, "review", walk.open()["document_review"], ground="检验", document="示检1号", first_day=dt.date(2026, 3, 3))
    walk.at += dt.timedelta(days=3)
    walk.act(actions.resume, "review", walk.open()["document_review"], last_day=dt.date(2026, 3, 5))
    walk.reviewed().decided("refuse", "不符合").served()

    act(walk.wait(days=3), actions.reopen, "decide", reason="自行撤销", document="迎审撤字〔2026〕1号")

    assert page(walk, walk.at).clocks["statutory"].due.last_on == dt.date(2026, 4, 7)  # Monday 9 March and twenty more; Qingming is out.
    assert list(jobs.replay()) == []


def test_a_refused_acceptance_is_looked_at_again(registry):
    walk = ground.file()
    walk.act(actions.refuse_acceptance, "window", 1, reason="不属于本机关")

    act(walk, actions.reopen, "window", reason="复议撤销", document="并政复决字〔2026〕2号")

    assert (page(walk, walk.at).status, places(walk)) == (core.Status.FILED, ["intake"])
    assert list(timers(walk)) == [(0, "acceptance")]


@pytest.mark.parametrize(("words", "refusal"), [
    ({"reason": " ", "document": "一号"}, actions.ReasonMissing), ({"reason": "撤销", "document": ""}, actions.DocumentMissing),
    ({"reason": "撤销", "document": "一号"}, actions.NothingToReopen),
])
def test_what_is_not_over_or_has_no_ground_is_not_reopened(registry, words, refusal):
    with pytest.raises(refusal):
        act(ground.file().accepted(), actions.reopen, "decide", **words)


def test_only_who_may_decide_may_reopen(registry):
    walk = ground.file().accepted().reviewed().decided().served()
    with pytest.raises(actions.NoGrant):
        act(walk, actions.reopen, "window", reason="撤销", document="一号")
    with pytest.raises(actions.NotForYou):
        actions.reopen(region_code=walk.done.region_code, case_id=walk.done.case_id, reason="撤销", document="一号",
                       actor=ground.citizen(), at=walk.at, key=str(uuid4()))


# Corrected


def test_a_record_is_corrected_by_a_new_one_and_stays_as_it_was(registry):
    walk = ground.file().accepted().reviewed()
    before = [(event.n, event.said) for event in events(walk)]

    act(walk, actions.correct, "review", event_n=3, what="审查日期应为3月2日", reason="笔误")

    last = events(walk)[-1]
    assert [(event.n, event.said) for event in events(walk)][:-1] == before
    assert (last.kind, last.said) == ("Corrected", {"of": 3, "what": "审查日期应为3月2日", "reason": "笔误"})
    assert places(walk) == ["decision"]


def test_an_answer_that_was_typed_wrongly_is_corrected_in_the_form(registry):
    walk = ground.file().accepted()
    act(walk, actions.correct, "window", event_n=1, what="面积", reason="录入错误", answers={"area": "90"})
    assert models.Case.objects.get().document["form"]["area"] == "90"
    assert list(jobs.replay()) == []
    with pytest.raises(actions.AnswersRefused):
        act(walk, actions.correct, "window", event_n=1, what="面积", reason="录入错误", answers={"area": "很大"})


@pytest.mark.parametrize(("words", "refusal"), [
    ({"event_n": 99, "what": "甲", "reason": "乙"}, actions.NoSuchRecord),
    ({"event_n": 1, "what": " ", "reason": "乙"}, actions.NothingCorrected),
    ({"event_n": 1, "what": "甲", "reason": ""}, actions.ReasonMissing),
])
def test_a_correction_names_a_record_its_words_and_a_reason(registry, words, refusal):
    with pytest.raises(refusal):
        act(ground.file().accepted(), actions.correct, "window", **words)


def test_a_record_is_corrected_by_the_office_that_made_it(registry):
    walk = ground.file().accepted().reviewed()
    with pytest.raises(actions.NoGrant):
        act(walk, actions.correct, "window", event_n=3, what="甲", reason="乙")


# One more department


def other_organ(walk):
    asked = {task.organ_code for task in page(walk).tasks}
    return next(one.code for one in people.organs_in(walk.done.region_code) if one.code not in asked)


def test_a_department_added_later_has_its_own_full_time(registry):
    walk = joint()
    organ = other_organ(walk)
    act(walk.wait(days=2), actions.add_department, "review", organ_code=organ, reason="涉及特种设备")

    added = next(task for task in page(walk).tasks if task.organ_code == organ)
    assert added.due_on == dt.date(2026, 3, 13)
    assert page(walk).opinions[-1].organ_code == organ

    jobs.fire_once(at=SILENT_AT)
    assert [event.kind for event in events(walk)] == ["Filed", "Accepted", "DepartmentAdded", *["DepartmentSilent"] * 3]
    assert places(walk) == [f"opinion:{organ}"]
    assert list(timers(walk).values()) == [dt.datetime(2026, 3, 14, tzinfo=ground.CHINA)]
    jobs.fire_once(at=dt.datetime(2026, 3, 14, tzinfo=ground.CHINA))
    assert (events(walk)[-1].kind, places(walk)) == ("DepartmentSilent", ["decision"])
    assert list(jobs.replay()) == []


def test_a_department_is_asked_once_while_the_others_are_at_work(registry):
    walk = joint()
    with pytest.raises(actions.AlreadyAsked):
        act(walk, actions.add_department, "review", organ_code=officer_organ("yz-fire"), reason="再问")
    with pytest.raises(actions.NoGrant):
        act(walk, actions.add_department, "window", organ_code=other_organ(walk), reason="涉及")
    with pytest.raises(actions.ReasonMissing):
        act(walk, actions.add_department, "review", organ_code=other_organ(walk), reason="")
    organ = other_organ(walk)
    jobs.fire_once(at=SILENT_AT)
    with pytest.raises(actions.NotAsked):
        act(walk, actions.add_department, "review", organ_code=organ, reason="涉及")


# Another version


def another_version(matter, change=lambda xml: xml, **document):
    row = matter_models.MatterVersion.objects.filter(matter_id=matter).order_by("-n").first()
    return matter_models.MatterVersion.objects.create(
        matter_id=matter, n=row.n + 1, document={**row.document, **document}, flow_xml=change(row.flow_xml),
        form=row.form, digest=uuid4().hex, published_on=row.published_on, effective_from=row.effective_from,
    ).id


def without_timer(xml):
    import re

    xml = re.sub(r"\s*<bpmn:boundaryEvent.*?</bpmn:boundaryEvent>", "", xml, flags=re.DOTALL)
    xml = re.sub(r"\s*<bpmn:sequenceFlow id=\"flow_silent\"[^>]*/>", "", xml)
    return xml.replace("<bpmn:flowNodeRef>opinion_due</bpmn:flowNodeRef>", "")


def test_a_running_case_goes_on_by_the_new_version_and_its_clocks_with_it(registry):
    walk = joint()
    before = page(walk)
    plain = another_version(ground.HOTEL, without_timer)

    act(walk, actions.migrate, "decide", to_version_id=plain, reason="流程修订")
    after = page(walk)
    assert (after.definition.version_id, timers(walk)) == (plain, {})
    assert {name: view.due for name, view in after.clocks.items()} == {name: view.due for name, view in before.clocks.items()}
    assert [(task.n, task.due_on) for task in after.tasks] == [(task.n, task.due_on) for task in before.tasks]

    act(walk.wait(days=3), actions.migrate, "decide", to_version_id=before.definition.version_id, reason="改回")
    assert list(timers(walk).values()) == [SILENT_AT]  # From the day the departments were asked, not from today.
    assert list(jobs.replay()) == []


def test_a_step_without_an_image_keeps_the_case_where_it_is(registry):
    walk = ground.file().accepted()
    other = another_version(ground.FOOD, lambda xml: xml.replace('"document_review"', '"paper_review"')
                            .replace(">document_review<", ">paper_review<"))
    viewer = queries.Viewer(regions=("1401",))

    (found,) = queries.preview(to_version_id=other, viewer=viewer)
    assert (found.may_move, found.homeless, [move[0] for move in found.moves]) == (False, ("书面审查",), ["现场核查"])
    with pytest.raises(actions.NoImage):
        act(walk, actions.migrate, "decide", to_version_id=other, reason="流程修订")
    assert page(walk).definition.version_id != other

    named = {"document_review": "paper_review"}
    assert queries.preview(to_version_id=other, viewer=viewer, names=named)[0].may_move
    assert queries.preview(to_version_id=other, viewer=queries.Viewer()) == []


def test_a_case_is_not_moved_to_another_matter_nor_after_its_end(registry):
    walk = ground.file().accepted()
    hotel = matter_models.MatterVersion.objects.filter(matter_id=ground.HOTEL).latest("n").id
    with pytest.raises(actions.NotThisMatter):
        act(walk, actions.migrate, "decide", to_version_id=hotel, reason="错")
    with pytest.raises(actions.ReasonMissing):
        act(walk, actions.migrate, "decide", to_version_id=hotel, reason="")
    walk.reviewed().decided().served()
    with pytest.raises(actions.CaseOver):
        act(walk, actions.migrate, "decide", to_version_id=another_version(ground.FOOD), reason="晚了")


def test_after_the_move_the_case_runs_to_its_end(registry):
    walk = ground.file().accepted()
    act(walk, actions.migrate, "decide", to_version_id=another_version(ground.FOOD), reason="流程修订")
    walk.reviewed().decided().served()
    assert page(walk, walk.at).status is core.Status.SERVED
    assert list(jobs.replay()) == []
