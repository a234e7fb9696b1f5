"""A case that calls another: begun once, waited for, ended together; the parent's lock comes first."""

import datetime as dt
import re
from uuid import uuid4

import pytest

from tests import ground
from tests.folders.test_cases_revision import another_version
from tests.folders.test_cases_timers import events, page
from tongban.cases import actions, jobs, models
from tongban.core import case as core
from tongban.matters import models as matter_models
from tongban.site import wiring


@pytest.fixture
def walk(registry):
    """A food permit whose inspection is a case of its own: a hotel's joint permit, for want of another matter."""
    def call(xml):
        block = re.search(r'<bpmn:userTask id="site_inspection".*?</bpmn:userTask>', xml, re.DOTALL)[0]
        called = block.replace("bpmn:userTask", "bpmn:callActivity").replace(
            'id="site_inspection"', 'id="site_inspection" calledElement="open-hotel"')
        return xml.replace(block, called)

    first = matter_models.MatterVersion.objects.filter(matter_id=ground.FOOD).first()
    nodes = {name: rule for name, rule in first.document["nodes"].items() if name != "site_inspection"}
    another_version(ground.FOOD, call, nodes=nodes)
    matter_models.MatterVersion.objects.filter(id=first.id).update(effective_to=dt.date(2026, 3, 1), effective_from=dt.date(2026, 1, 1))
    made = ground.file().accepted()
    relay()
    return made


def relay():
    while jobs.relay_once(deliver=wiring.deliver, at=dt.datetime(2030, 1, 1, tzinfo=ground.CHINA)):
        pass


def child():
    return models.Case.objects.get(parent_id__isnull=False)


def hand(case):
    done = actions.Done(case.region_code, case.id, str(case.ref), case.status, case.events)
    return ground.Walk(done, ground.FILED)


def test_a_call_begins_a_case_of_the_called_matter_in_the_same_place(walk):
    made = child()
    assert (made.matter_code, made.parent_id, made.subject) == (ground.HOTEL, walk.done.case_id, ground.ANSWERS["subject_name"])
    assert str(made.applicant_id) == ground.citizen().id
    assert made.document["form"]["uscc"] == ground.ANSWERS["uscc"]
    assert [event.kind for event in events(walk)] == ["Filed", "Accepted", "Linked"]
    assert events(walk)[-1].said == {"child": str(made.ref)}
    assert [(one.is_parent, one.title) for one in page(walk).kin] == [(False, "开办旅馆并联审批")]
    assert [one.is_parent for one in page(hand(made)).kin] == [True]


def test_it_is_begun_once_however_often_it_is_followed(walk):
    for _ in range(3):
        actions.follow(region_code=walk.done.region_code, case_id=walk.done.case_id, at=walk.at)
    assert models.Case.objects.filter(parent_id__isnull=False).count() == 1


def test_the_parent_waits_for_it_and_goes_on_with_how_it_ended(walk):
    walk.act(actions.complete, "review", walk.open()["document_review"], outcome="agree", reason="齐全")
    assert set(walk.open()) == {"site_inspection", "join"}

    hand(child()).act(actions.refuse_acceptance, "window", 1, reason="不属于本机关")
    relay()

    assert list(walk.open()) == ["decision"]
    assert events(walk)[-1].kind == "ChildDone"
    assert models.Case.objects.get(id=walk.done.case_id).document["site_inspection"]["outcome"] == "not_accepted"
    assert list(jobs.replay()) == []


def test_a_case_withdrawn_takes_what_it_called_with_it(walk):
    actions.withdraw(region_code=walk.done.region_code, case_id=walk.done.case_id, reason="", actor=ground.citizen(),
                     at=walk.at, key=str(uuid4()))
    relay()

    ended = child()
    assert (ended.status, ended.closed_at is not None) == (core.Status.WITHDRAWN.value, True)
    assert [event.kind for event in events(hand(ended))][-1] == "EndedWithParent"
    assert not models.Token.objects.filter(case_id=ended.id, closed_at=None).exists()
    assert list(jobs.replay()) == []


def test_a_matter_that_takes_no_case_is_tried_again_later(registry, walk):
    from tongban.matters import actions as matters

    matters.close(matter_code=ground.HOTEL)
    second = ground.file(key="second").accepted()
    with pytest.raises(actions.MatterClosed):
        actions.follow(region_code=second.done.region_code, case_id=second.done.case_id, at=second.at)
    matters.reopen(matter_code=ground.HOTEL)
    actions.follow(region_code=second.done.region_code, case_id=second.done.case_id, at=second.at)
    assert models.Case.objects.filter(parent_id=second.done.case_id).count() == 1
