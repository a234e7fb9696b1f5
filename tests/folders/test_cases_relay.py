"""The relay: a delivery that fails stays, waits longer each time, and holds up nobody but its own case."""

import datetime as dt
import logging

import pytest
from django.utils import timezone

from tests import ground
from tongban.cases import jobs, models
from tongban.papers import queries as papers
from tongban.site import wiring

pytestmark = pytest.mark.django_db


def failing(*broken):
    """Deliver as the site does, but not for these cases."""
    tried = []

    def deliver(delivery):
        tried.append((delivery.case_id, delivery.event_n))
        if delivery.case_id in broken:
            raise papers.WordsMissing(title="受理通知书", missing="王小明")
        wiring.deliver(delivery)

    deliver.tried = tried
    return deliver


def test_one_failing_row_does_not_block_the_others(registry):
    bad, good = ground.file(), ground.file()
    deliver = failing(bad.done.case_id)

    jobs.relay_once(deliver=deliver)

    [left] = models.Outbox.objects.all()
    assert (left.case_id, left.tries) == (bad.done.case_id, 1)
    assert len(papers.notices_of(good.done.region_code, good.done.case_id)) == 1


def test_later_events_of_a_case_wait_for_the_one_that_fails(registry):
    walk = ground.file().accepted()
    deliver = failing(walk.done.case_id)

    jobs.relay_once(deliver=deliver)

    assert deliver.tried == [(walk.done.case_id, 1)]
    assert models.Outbox.objects.count() == 2


def test_the_pause_grows_with_each_failure_and_ends_at_an_hour(registry):
    walk = ground.file()
    deliver, at, pauses = failing(walk.done.case_id), timezone.now(), []
    for _ in range(12):
        jobs.relay_once(deliver=deliver, at=at)
        row = models.Outbox.objects.get()
        pauses.append((row.not_before - at).total_seconds())
        assert jobs.relay_once(deliver=deliver, at=row.not_before - dt.timedelta(seconds=1)) == 0
        at = row.not_before

    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]


def test_what_failed_is_delivered_once_it_can_be_in_the_order_of_events(registry):
    walk = ground.file().accepted()
    at = timezone.now()
    jobs.relay_once(deliver=failing(walk.done.case_id), at=at)

    jobs.relay_once(deliver=wiring.deliver, at=at + dt.timedelta(seconds=10))

    assert not models.Outbox.objects.exists()
    rows = papers.notices_of(walk.done.region_code, walk.done.case_id)
    assert [row.template for row in rows] == ["receipt", "acceptance"]


def test_half_a_delivery_that_fails_leaves_nothing_behind(registry):
    ground.file()

    def half(delivery):
        wiring.deliver(delivery)
        raise RuntimeError("王小明")

    jobs.relay_once(deliver=half)

    assert papers.notices_of(ground.YINGZE, models.Case.objects.get().id) == ()


def test_the_log_line_has_numbers_and_no_words(registry, caplog):
    walk = ground.file()

    with caplog.at_level(logging.WARNING, logger="tongban.cases.jobs"):
        jobs.relay_once(deliver=failing(walk.done.case_id))

    [line] = [record.getMessage() for record in caplog.records if record.name == "tongban.cases.jobs"]
    assert line == f"delivery failed: case 140106 {walk.done.case_id} event 1 Filed, try 1: words_missing"


def test_the_return_slip_lists_the_papers_under_their_numbers(registry):
    walk = ground.file().accepted().reviewed().decided().served()
    while jobs.relay_once(deliver=wiring.deliver):
        pass

    key = (walk.done.region_code, walk.done.case_id)
    slip = papers.notices_of(*key)[-1]
    decision, licence = papers.notices_of(*key)[-2], papers.licences_of(*key)[0]

    assert slip.words["delivery"]["papers"] == [
        {"title": decision.title, "number": decision.number}, {"title": licence.title, "number": licence.number}
    ]


def test_a_joint_decision_tells_what_each_department_said(registry):
    from tongban.cases import actions, queries

    walk = ground.file(ground.HOTEL, answers=ground.HOTEL_ANSWERS).accepted()
    for who, outcome in (("police", "agree"), ("fire", "object"), ("health", "agree")):
        organ = next(t for t in queries.whole(region_code=walk.done.region_code, case_id=walk.done.case_id, at=walk.at).tasks
                     if t.organ_code == officer_organ(f"yz-{who}"))
        walk.act(actions.complete, who, organ.n, outcome=outcome, reason="疏散通道宽度不足" if outcome == "object" else "")
    walk.act(actions.complete, "review", walk.open()["joint_meeting"], outcome="agree", reason="整改后同意")
    walk.decided()
    acceptance = queries.paper_of(region_code=walk.done.region_code, case_id=walk.done.case_id, event_n=2)
    decision = queries.paper_of(region_code=walk.done.region_code, case_id=walk.done.case_id, event_n=walk.done.event_n)

    assert all("opinion" not in one for one in acceptance.words["departments"])
    assert [one["opinion"] for one in decision.words["departments"]] == ["同意", "不同意：疏散通道宽度不足", "同意"]


def officer_organ(username):
    from tongban.people import models as people
    from tongban.people import queries

    return queries.officer_of(people.Account.objects.get(username=username).id).organ_code


def test_an_extension_names_the_approver_in_the_words_of_the_law(registry):
    from tongban.cases import actions, queries

    walk = ground.file().accepted().reviewed()
    walk.act(actions.extend, "decide", walk.open()["decision"], reason="案情复杂，需要补充核实。")

    words = queries.paper_of(
        region_code=walk.done.region_code, case_id=walk.done.case_id, event_n=walk.done.event_n
    ).words

    assert words["extension"]["approver"] == "本行政机关负责人"
    assert (words["extension"]["length"], words["extension"]["unit"]) == (10, "个工作日")
