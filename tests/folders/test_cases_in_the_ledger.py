"""Real cases in the real ledger: whole as they ran; whatever a superuser changes afterwards is named."""

import pytest
from django.db import connection

from tests import ground
from tongban.cases import jobs as cases_jobs
from tongban.cases import queries as cases
from tongban.ledger import actions, jobs, queries

pytestmark = pytest.mark.django_db
LOG = "140100"


@pytest.fixture
def walk(registry, settings, tmp_path):
    settings.LEDGER_FOLDER = tmp_path
    settings.LEDGER_WITNESSES = []
    queries.forget_tiles()
    other = ground.file()
    other.accepted()
    walk = ground.file().accepted().reviewed().decided().served()
    jobs.take_turn(at=walk.at)
    return walk


def found(walk):
    return {finding.check for finding in actions.fsck(log=LOG, at=walk.at, events=cases.facts(log=LOG))}


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_cases_as_they_ran_are_whole(walk):
    assert found(walk) == set()
    assert queries.state(LOG).size == 9


@pytest.mark.parametrize(("statement", "check"), [
    ("""update cases_event set said = '{"reason": "不符合"}' where n = 6""", "event-changed"),
    ("update cases_event set kind = 'Withdrawn' where n = 6", "event-changed"),
    ("update cases_event set at = at - interval '1 day' where n = 2", "event-changed"),
    ("update cases_event set node = 'decision' where n = 3", "event-changed"),
    ("delete from cases_event where n = 4", "leaf-without-event"),
    ("insert into cases_event (region_code, case_id, n, kind, at, actor_kind, actor_id, post, certificate, node, change, said)"
     " select region_code, case_id, 8, 'Rated', at, actor_kind, actor_id, post, certificate, node, change, said"
     " from cases_event where n = 7", "event-without-leaf"),
    ("update cases_event set n = -n where n in (4, 5); update cases_event set n = 9 + n where n < 0", "event-changed"),
    ("update cases_case set ref = gen_random_uuid()", "event-changed"),
])
def test_what_a_superuser_changes_is_named(walk, statement, check):
    run(statement)
    assert check in found(walk)


@pytest.mark.parametrize("statement", [
    "update cases_case set status = 'granted'", "update cases_case set outcome = 'refuse'",
    "update cases_case set document = '{}'",
])
def test_a_case_row_that_is_not_the_sum_of_its_events_is_named(walk, statement):
    assert list(cases_jobs.replay()) == []
    run(statement)
    assert list(cases_jobs.replay()) != []
