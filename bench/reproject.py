"""A million open clocks worked out anew after a change of the calendar, in a scratch database of the bench's server.

500,000 cases with two clocks each, begun on the working days of January 2027; then the Spring Festival is made
a day longer and a worked Saturday falls away, as on 2020-01-26. Measured is the whole act: what moves is found
and written, with an event, a ledger entry and a place in the outbox for each case, and the answer is checked.
TONGBAN_BENCH_CLOCKS sets another size, for a look; the figure of record is that of 1,000,000."""

import contextlib
import datetime as dt
import os
import random
import time
from typing import Any

CLOCKS = int(os.environ.get("TONGBAN_BENCH_CLOCKS", 1_000_000))
NAME = "bench_reproject"
AT = dt.datetime(2027, 1, 30, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
REGIONS = ["140105", "140106", "140702", "140728"]
WORKERS = 2
CHECKED = 300  # Clocks compared with the kernel afterwards.
BEFORE = {
    "notice": "bench 1", "published_on": dt.date(2026, 11, 20), "worked": [dt.date(2027, 2, 14)],
    "holidays": [{"name": "春节", "from": dt.date(2027, 2, 5), "to": dt.date(2027, 2, 10)}],
}  # fmt: skip
AFTER = {
    "notice": "bench 2", "published_on": dt.date(2027, 1, 28), "worked": [], "no_longer_worked": [dt.date(2027, 2, 14)],
    "holidays": [{"name": "春节", "from": dt.date(2027, 2, 5), "to": dt.date(2027, 2, 11)}],
}  # fmt: skip

CASES = """
insert into cases_case (region_code, id, ref, matter_code, version_id, organ_code, applicant_id, channel, subject, status,
                        outcome, document, events, tokens, head, filed_at, accepted_at)
select (%(regions)s::text[])[1 + n %% 4], 202700000000 + n, gen_random_uuid(), %(matter)s, %(version)s, %(organ)s,
       gen_random_uuid(), 'online', '示例', 'accepted', '', '{}', 2, 3, sha256(n::text::bytea), d.at, d.at
from generate_series(1, %(cases)s) n
join (select row_number() over (order by day) - 1 as i, count(*) over () as days,
             (day + time '09:30') at time zone 'Asia/Shanghai' as at
      from law_calendarday where day between '2027-01-04' and '2027-01-29' and kind = 'working') d on d.i = n %% d.days
"""
CLOCK = """
insert into cases_clock (region_code, case_id, name, period_id, unit, budget, extended, started_at, nominal_on, last_on,
                         is_provisional, is_paused)
select c.region_code, c.id, %(name)s, %(period)s, 'working_day', %(budget)s, 0, c.filed_at, w.day, w.day, false, false
from cases_case c
join law_calendarday a on a.day = (c.filed_at at time zone 'Asia/Shanghai')::date
join law_calendarday w on w.working_days = a.working_days + %(budget)s and w.kind in ('working', 'worked_weekend')
"""


def run() -> dict[str, dict[str, Any]]:
    """The measure of this bench, with how much there was to do beside it."""
    from tongban.cases import actions as cases

    with scratch():
        fill(CLOCKS)
        take_in(AFTER)
        begun = time.perf_counter()
        moves = cases.reproject(because=AFTER["notice"], at=AT, workers=WORKERS)
        seconds = time.perf_counter() - begun
        check(moves)
    target = "<= 60" if CLOCKS == 1_000_000 else None
    return {
        "reproject_1m_s": {"value": seconds, "unit": "s", "target": target},
        "reproject_clocks": {"value": moves.open, "unit": "open clocks"},
        "reproject_moved": {"value": moves.moved, "unit": "clocks moved"},
    }


@contextlib.contextmanager
def scratch():
    """A database of its own beside the one of the bench, filled with law, people and matters."""
    import psycopg
    from django.core.management import call_command
    from django.db import connection

    from tests import ground
    from tongban.site import home

    settings, before = connection.settings_dict, connection.settings_dict["NAME"]
    with psycopg.connect(home.cluster().url("super"), autocommit=True) as server:
        server.execute(f"create database {NAME} owner {settings['USER']}")
        try:
            turn_to(NAME)
            call_command("migrate", interactive=False, verbosity=0)
            ground.load()
            yield
        finally:
            turn_to(before)
            server.execute(f"drop database {NAME} with (force)")


def turn_to(name):
    """The same connection settings with another database; what was read of the law is forgotten."""
    from django.db import connection

    from tongban.law import queries as law

    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = name
    law.forget()


def take_in(notice):
    from tongban.law import actions as law

    law.import_notice(document={"year": 2027, "source": "imported", "status": "confirmed", "notices": [notice]}, at=AT)


def fill(clocks):
    from django.db import connection

    from tests import ground
    from tongban.matters import queries as matters

    take_in(BEFORE)
    definition = matters.definition(matters.version_in_force(ground.FOOD, dt.date(2027, 1, 4)))
    given = {"regions": REGIONS, "cases": clocks // 2, "matter": definition.matter_code,
             "version": definition.version_id, "organ": definition.organ_code}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(CASES, given)
        cursor.execute(CLOCK, {"name": "statutory", "period": "xk.decide", "budget": 20})
        cursor.execute(CLOCK, {"name": "promised", "period": "", "budget": 10})
        cursor.execute("vacuum analyze")


def check(moves):
    """Every moved clock has its event, entry and side effect; a sample stands where the kernel says."""
    from django.db import connection

    from tongban.cases import queries
    from tongban.core import clock as clocks
    from tongban.law import queries as law

    assert queries.moves(at=AT).moved == 0, "clocks were left behind"
    with connection.cursor() as cursor:
        cursor.execute("select count(*), sum((select count(*) from jsonb_object_keys(change->'was'))) from cases_event")
        events, moved = cursor.fetchone()
        for table in ("cases_outbox", "ledger_queue"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone()[0] == events, table
        assert moved == moves.moved
        wanted = random.Random(1).sample(range(202700000001, 202700000001 + CLOCKS // 2), CHECKED)
        cursor.execute("select unit, budget, started_at, last_on from cases_clock where case_id = any(%s)", [wanted])
        for unit, budget, started_at, last_on in cursor.fetchall():
            clock = clocks.Clock("", "", clocks.Unit(unit), budget, started_at)
            assert clocks.due(clock, law.calendar(), AT).last_on == last_on
