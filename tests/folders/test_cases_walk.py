"""One application through the actions of cases, on the real packs: the whole way, and what it leaves behind."""



import pytest

from tests import ground
from tongban.cases import jobs, models
from tongban.papers import queries as papers
from tongban.site import wiring

pytestmark = pytest.mark.django_db


def kinds(walk):
    rows = models.Event.objects.filter(region_code=walk.done.region_code, case_id=walk.done.case_id)
    return list(rows.order_by("n").values_list("kind", flat=True))


def test_a_permit_goes_from_the_form_to_the_served_decision(registry):
    walk = ground.file()

    walk.accepted().reviewed().decided().served()

    assert kinds(walk) == ["Filed", "Accepted", "Completed", "Signed", "Completed", "Decided", "Served"]
    case = models.Case.objects.get(region_code=walk.done.region_code, id=walk.done.case_id)
    assert (case.status, case.outcome, case.closed_at) == ("served", "grant", walk.at)
    assert list(jobs.replay()) == []


def deliver_all():
    moved = 0
    while batch := jobs.relay_once(deliver=wiring.deliver):
        moved += batch
    return moved


def papers_of(walk):
    rows = papers.notices_of(region_code=walk.done.region_code, case_id=walk.done.case_id)
    return [(row.event_n, row.template) for row in rows]


def test_each_act_that_calls_for_a_paper_gets_it_and_a_grant_its_licence(registry):
    walk = ground.file().accepted().reviewed().decided().served()

    moved = deliver_all()

    assert moved == 7
    assert papers_of(walk) == [(1, "receipt"), (2, "acceptance"), (6, "decision_grant"), (7, "delivery")]
    licences = papers.licences_of(region_code=walk.done.region_code, case_id=walk.done.case_id)
    assert [len(row.pdf_sha256) for row in licences] == [64]


def test_a_second_delivery_of_the_same_event_issues_nothing_new(registry):
    walk = ground.file()
    delivery = jobs.Delivery(walk.done.region_code, walk.done.case_id, 1, "Filed")

    wiring.deliver(delivery)
    wiring.deliver(delivery)

    assert papers_of(walk) == [(1, "receipt")]
