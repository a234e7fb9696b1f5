"""One application through the actions of cases, on the real packs: the whole way, and what it leaves behind."""

import datetime as dt

import pytest
from django.db import connection
from tests import ground

from tongban.cases import actions, jobs, models

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
