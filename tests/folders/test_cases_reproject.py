"""A notice on the holidays or a version of a rule moves open clocks: previewed, recorded, proved against the kernel."""

import datetime as dt
import json
import random
from uuid import uuid4

import pytest
import rfc8785
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import ground
from tests.folders.test_law import NOTICE_2027
from tongban.cases import actions, jobs, models, queries
from tongban.cases.actions import recompute
from tongban.cases.queries import moving as found
from tongban.core import clock as clocks
from tongban.core import merkle, receipt
from tongban.intake.queries import history
from tongban.law import actions as law
from tongban.law import models as law_models
from tongban.law import queries as law_queries
from tongban.ledger import models as ledger_models
from tongban.ledger import queries as ledger
from tongban.papers import queries as papers
from tongban.site import wiring

pytestmark = pytest.mark.django_db
FILED = dt.datetime(2027, 1, 18, 9, 30, tzinfo=ground.CHINA)  # 春节 lies in its twenty days.
AT = dt.datetime(2027, 1, 25, 10, 0, tzinfo=ground.CHINA)


@pytest.fixture(autouse=True)
def _read_anew():
    law_queries.forget()
    yield
    law_queries.forget()


def clock_of(walk, name="statutory"):
    return models.Clock.objects.get(region_code=walk.done.region_code, case_id=walk.done.case_id, name=name)


NOTICE = NOTICE_2027 | {"notices": [NOTICE_2027["notices"][0] | {"worked": []}]}


def due_on(moment):
    return law_queries.calendar().working_days_after(moment.date(), 20)


def take_in():
    law.import_notice(document=NOTICE, at=AT)


def test_a_notice_moves_the_clocks_it_touches_and_each_case_says_so(registry):
    ground.file(by="zhao")  # In March: the notice of 2027 does not reach it.
    walk = ground.file(at=FILED).accepted()
    was = clock_of(walk)
    assert was.is_provisional
    take_in()

    told = actions.reproject(because="国办发明电〔2026〕9号", at=AT, preview=True)

    assert (clock_of(walk).last_on, told.moved, told.earlier) == (was.last_on, told.later, 0)
    assert told.moved > 0
    assert actions.reproject(because="国办发明电〔2026〕9号", at=AT) == told
    now = clock_of(walk)
    assert (now.last_on, now.is_provisional) == (due_on(FILED), False)
    event = models.Event.objects.get(region_code=now.region_code, case_id=now.case_id, kind="Recomputed")
    assert event.said["because"] == "国办发明电〔2026〕9号"
    assert event.change["was"]["statutory"] == {"nominal_on": str(was.nominal_on), "last_on": str(was.last_on)}
    assert event.change["clocks"]["statutory"]["last_on"] == str(now.last_on)
    assert list(jobs.replay()) == []
    assert actions.reproject(because="", at=AT).moved == 0
    while jobs.relay_once(deliver=wiring.deliver):
        pass
    assert not models.Outbox.objects.exists()
    paper = papers.notices_of(region_code=now.region_code, case_id=now.case_id)[-1]
    assert (paper.event_n, paper.title, bool(paper.pdf_sha256)) == (event.n, "期限变更告知书", True)
    assert "国办发明电〔2026〕9号" in paper.text


def chain(case_id):
    """The queued entries of a case as they are read, and whether each names the one before by its hash."""
    rows = ledger_models.Queue.objects.filter(case_id=case_id).order_by("event_n")
    entries = [bytes(row.entry) for row in rows]
    hashes = [merkle.leaf_hash(entry) for entry in entries]
    shown = [json.loads(entry) for entry in entries]
    assert [one.get("p") for one in shown[1:]] == [receipt.to_base64url(each) for each in hashes[:-1]]
    assert all(rfc8785.dumps(one) == entry for one, entry in zip(shown, entries, strict=True))
    assert bytes(models.Case.objects.get(id=case_id).head) == hashes[-1]
    return shown


def test_the_database_writes_the_entry_that_the_step_writes(registry):
    walks = [ground.file(at=FILED, by=who).accepted() for who in ("wang", "zhao")]
    take_in()
    stepped, _batched = (walk.done for walk in walks)
    recompute._recompute(stepped.region_code, stepped.case_id, "国办发明电〔2026〕9号", AT)
    assert actions.reproject(because="国办发明电〔2026〕9号", at=AT).moved == 1
    last = [chain(walk.done.case_id)[-1] for walk in walks]
    assert [{name: one[name] for name in one if name not in {"c", "p", "f"}} for one in last] == [
        {"d": str(due_on(FILED)), "k": "case.recomputed", "log": "140100", "m": f"{ground.FOOD}@1", "n": 3,
         "t": "2027-01-25T02:00:00.000Z", "v": 1}
    ] * 2
    events = models.Event.objects.filter(kind="Recomputed").order_by("case_id")
    bodies = [{**event.change, "clocks": sorted(event.change["clocks"])} for event in events]
    assert bodies[0] == bodies[1]
    kept = {name: {**clock, "started_at": None} for name, clock in events[0].change["clocks"].items()}
    assert kept == {name: {**clock, "started_at": None} for name, clock in events[1].change["clocks"].items()}
    for walk, one in zip(walks, last, strict=True):
        disclosed = ledger.disclosures(walk.done.region_code, walk.done.case_id)[3]
        assert {name: receipt.digest_of(text) for name, text in disclosed.items()} == one["f"]


def test_what_is_written_together_is_a_handful_of_statements(registry):
    for who in ("wang", "zhao", "liu", "sun"):
        ground.file(at=FILED, by=who).accepted()
    take_in()
    law_queries.calendar()
    with CaptureQueriesContext(connection) as asked:
        actions.reproject(because="国办发明电〔2026〕9号", at=AT)
    written = [each["sql"].lstrip() for each in asked if "cases_" in each["sql"]]
    assert len(written) == 9, written  # What moves, stops, how many, lock, write, regions; what stays, versions, steps.
    assert models.Event.objects.filter(kind="Recomputed").count() == 4


def test_the_citizen_reads_the_old_day_and_the_new_one(registry):
    walk = ground.file(at=FILED).accepted()
    take_in()
    actions.reproject(because="国办发明电〔2026〕9号", at=AT)
    case = queries.whole(region_code=walk.done.region_code, case_id=walk.done.case_id, at=AT)
    lines = history._SAYS["Recomputed"](case, case.events[-1])
    assert "国办发明电〔2026〕9号" in lines[0]
    assert any(line.startswith("法定期限：原为 ") and "现为 " in line for line in lines[1:])


def test_the_timer_of_a_clock_and_the_last_day_of_a_step_move_with_it(registry):
    walk = ground.file(at=dt.datetime(2027, 2, 4, 9, 30, tzinfo=ground.CHINA))
    key = {"region_code": walk.done.region_code, "case_id": walk.done.case_id}
    timer, task = models.Timer.objects.get(**key), models.Token.objects.get(**key)
    assert (timer.clock, timer.due_at.date(), task.due_on) == ("acceptance", dt.date(2027, 2, 17), dt.date(2027, 2, 17))
    take_in()
    assert actions.reproject(because="国办发明电〔2026〕9号", at=AT).later == 1
    timer.refresh_from_db()
    task.refresh_from_db()
    assert clock_of(walk, "acceptance").last_on == task.due_on == dt.date(2027, 2, 18)
    assert timer.due_at == dt.datetime(2027, 2, 19, tzinfo=ground.CHINA)
    assert list(jobs.replay()) == []


def test_a_filing_at_the_window_after_hours_counts_from_the_next_working_day_there_too(registry):
    late = dt.datetime(2027, 2, 4, 18, 30, tzinfo=ground.CHINA)
    version = ground.matter_queries.version_in_force(ground.FOOD, late.date())
    who = ground.citizen()
    done = actions.submit(
        version_id=version, applicant_id=who.id, subject="示例", answers=ground.ANSWERS, channel="window", actor=who,
        materials=ground.materials(ground.FOOD, at=late), at=late, key=str(uuid4()),
    )  # fmt: skip
    clock = models.Clock.objects.get(region_code=done.region_code, case_id=done.case_id)
    assert (clock.received_on, clock.last_on) == (dt.date(2027, 2, 11), dt.date(2027, 2, 18))
    take_in()
    assert actions.reproject(because="国办发明电〔2026〕9号", at=AT).moved == 0  # Received on the 11th, counted from the 12th.
    page = queries.whole(region_code=done.region_code, case_id=done.case_id, at=late)
    assert page.clocks["acceptance"].clock.received_on == dt.date(2027, 2, 11)
    assert list(jobs.replay()) == []


def test_a_version_of_a_rule_for_the_past_moves_what_began_under_it(registry):
    walk = ground.file().accepted()
    was = clock_of(walk)
    row = law_models.Period.objects.get(id=was.period_id)
    row.effective_to = dt.date(2026, 2, 28)
    row.save()
    row.id, row.length, row.effective_from, row.effective_to = "xk.decide.test", 15, dt.date(2026, 3, 1), None
    row.save(force_insert=True)
    law_models.Register.objects.update(changes=99)
    law_queries.forget()

    told = actions.reproject(because="行政许可法", at=ground.FILED)

    now = clock_of(walk)
    assert (told.moved, told.earlier, now.budget, now.period_id) == (1, 1, 15, "xk.decide.test")
    assert now.last_on < was.last_on
    assert list(jobs.replay()) == []


def test_a_clock_that_stands_is_left_and_one_that_stood_goes_through_the_kernel(registry):
    standing, went_on = (ground.file(at=FILED, by=who).accepted() for who in ("wang", "zhao"))
    for walk in (standing, went_on):
        walk.wait(days=2).act(actions.pause, "review", walk.open()["document_review"], ground="听证",
                 document="听告〔2026〕1号", first_day=dt.date(2027, 1, 20))
    went_on.wait(days=2).act(actions.resume, "review", went_on.open()["document_review"], last_day=dt.date(2027, 1, 21))
    was = clock_of(standing).last_on
    take_in()

    actions.reproject(because="国办发明电〔2026〕9号", at=AT)

    assert clock_of(standing).last_on == was
    assert clock_of(went_on).last_on == law_queries.calendar().working_days_after(due_on(FILED), 2)
    assert list(jobs.replay()) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_database_and_the_kernel_work_out_the_same_days(registry, seed):
    chance, calendar = random.Random(seed), law_queries.calendar()
    rows = []
    for n in range(300):
        unit = chance.choice(found.TIMED)
        begun = dt.datetime(2015, 1, 1, 8, 0, tzinfo=ground.CHINA) + dt.timedelta(minutes=chance.randrange(6_300_000))
        rows.append(models.Clock(
            region_code="140106", case_id=n, name="promised", unit=unit, started_at=begun,
            budget=chance.randrange(1, 3 if unit == "year" else 90), extended=chance.choice([0, 0, 10 if unit != "year" else 0]),
            nominal_on=dt.date(2000, 1, 1), last_on=dt.date(2000, 1, 1),
        ))
    models.Case.objects.bulk_create(models.Case(
        region_code="140106", id=row.case_id, ref=uuid4(), version_id=0, events=0, tokens=0, head=b"", filed_at=row.started_at,
    ) for row in rows)  # fmt: skip
    models.Clock.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            found.PROJECTED + "select case_id, now_nominal_on, now_last_on, now_provisional from projected",
            found.parameters(),
        )
        ours = {row[0]: row[1:] for row in cursor.fetchall()}
    for row in rows:
        clock = clocks.Clock("promised", "", clocks.Unit(row.unit), row.budget, row.started_at, extended=row.extended)
        due = clocks.due(clock, calendar, row.started_at)
        assert ours[row.case_id] == (due.nominal_on, due.last_on, due.provisional), row.__dict__
