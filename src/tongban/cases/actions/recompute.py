"""Working out open clocks anew when the calendar or a rule changed (重新计算期限).

The database finds what moves and writes it, some thousand cases in one statement: under their locks, an event
each with the old day and the new one, its ledger entry, its place in the outbox. Cases with time that does not
count, and sealed ones, go through the kernel one by one. A second run finds nothing left to do, so one that was
broken off is run again.

Sources: 全国年节及纪念日放假办法; 行政许可法 art. 82 (periods count working days)."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent import futures
from datetime import datetime
from functools import partial
from itertools import groupby

from django.db import connection, transaction

from tongban.cases import queries
from tongban.cases.actions import guards, limits, step
from tongban.cases.queries import moving as found
from tongban.core import case as core
from tongban.core import clock as clocks
from tongban.law import queries as law
from tongban.ledger import actions as ledger
from tongban.matters import queries as matters
from tongban.pg import transient

Progress = Callable[[str, int, int], None]
KIND = "Recomputed"
BATCH = 4_000  # Cases locked together, for a second or less.

STANDING = """
select name, nominal_on, last_on from cases_clock
where region_code = %s and case_id = %s and ended_on is null and not is_paused
"""
REGIONS = "select distinct region_code from cases_clock where ended_on is null order by 1"
SETTLE = f"""{found.PROJECTED}
update cases_clock k set is_provisional = p.now_provisional from projected p
where (k.region_code, k.case_id, k.name) = (p.region_code, p.case_id, p.name)
  and k.ended_on is null and k.last_on = p.now_last_on and k.is_provisional <> p.now_provisional
"""  # noqa: S608 -- constants alone
STEPS = """
update cases_token t set due_on = w.day
from cases_case c, unnest(%(version_ids)s::bigint[], %(nodes)s::text[], %(days)s::int[]) as r(version_id, node, days),
  law_calendarday a, law_calendarday w
where t.region_code = %(region)s and t.closed_at is null and t.due_on is not null
  and c.region_code = t.region_code and c.id = t.case_id and r.version_id = c.version_id and r.node = t.node
  and a.day = (t.opened_at at time zone 'Asia/Shanghai')::date
  and w.working_days = a.working_days + r.days and w.kind in ('working', 'worked_weekend') and w.day <> t.due_on
"""
VERSIONS = "select distinct version_id from cases_case where region_code = %s and closed_at is null"
LOCK = "select from cases_case where region_code = %s and id = any(%s) order by id for update"
ACTS = f"""{found.PROJECTED}, moved as materialized (
  select * from projected p where {found.MOVED}
), of_case as (
  select case_id, max(now_last_on) filter (where name = 'statutory') as due_on,
    jsonb_object_agg(name, jsonb_build_object(
      'name', name, 'period_id', period_id, 'unit', unit, 'budget', budget, 'extended', extended,
      'started_at', started_at, 'received_on', received_on, 'ended_on', null, 'nominal_on', now_nominal_on, 'last_on', now_last_on,
      'is_provisional', now_provisional, 'is_paused', false)) as clocks,
    jsonb_object_agg(name, jsonb_build_object('nominal_on', nominal_on, 'last_on', last_on)) as was
  from moved group by case_id
), acts as materialized (
  select m.*, c.ref, c.events + 1 as event_n, c.head as previous, v.matter
  from of_case m
  join cases_case c on c.region_code = %(region)s and c.id = any(%(cases)s::bigint[]) and c.id = m.case_id
  join unnest(%(version_ids)s::bigint[], %(matters)s::text[]) v(id, matter) on v.id = c.version_id
), """  # noqa: S608 -- constants alone
WRITE = """, told as (
  insert into cases_event (region_code, case_id, n, kind, at, actor_kind, actor_id, post, certificate, token_n, node,
                           change, said)
  select %(region)s, case_id, event_n, %(kind)s, %(at)s, 'system', '', '', '', null, '',
         jsonb_build_object('clocks', clocks, 'was', was), jsonb_build_object('because', %(because)s::text) from acts
), clocked as (
  update cases_clock k set nominal_on = m.now_nominal_on, last_on = m.now_last_on, is_provisional = m.now_provisional,
    period_id = m.period_id, unit = m.unit, budget = m.budget
  from moved m
  where k.region_code = %(region)s and k.case_id = any(%(cases)s::bigint[]) and k.case_id = m.case_id and k.name = m.name
), timed as (
  update cases_timer t set due_at = (m.now_last_on + 1)::timestamp at time zone 'Asia/Shanghai', claimed_until = null
  from moved m
  where t.region_code = %(region)s and t.case_id = any(%(cases)s::bigint[]) and t.case_id = m.case_id and t.n = 0 and t.clock = m.name
), sent as (
  insert into cases_outbox (region_code, id, case_id, event_n, kind, made_at)
  select %(region)s, gen_random_uuid(), case_id, event_n, %(kind)s, %(at)s from acts
)
update cases_case c set events = e.event_n, head = e.hash
from entries e where c.region_code = %(region)s and c.id = e.case_id
"""


def reproject(
    *, because: str, at: datetime, preview: bool = False, progress: Progress = lambda *_: None, workers: int = 1
) -> queries.Moves:
    """Work out every open clock anew; return how many move, to an earlier day and to a later one.

    :param because: what changed, in words the applicant reads: the notice or the rule.
    :param preview: count only; nothing is written.
    :param workers: threads, each with a connection of its own.
    """
    law.forget()  # What this process has read may be older than the change.
    if preview:
        return queries.moves(at=at)
    listed, open_clocks = queries.cases_that_move(at=at), found.open_clocks()
    cases = [case for case in listed if case.moved]
    acts = [*_in_batches(cases, because, at), *_one_by_one(cases, because, at)]
    _each(acts, workers, lambda done: progress("cases", done, len(cases)))
    settling = {case.region_code for case in listed if case.settles}
    after = [(1, partial(_settle, region)) for region in sorted(settling)]
    _each([*after, *((1, partial(_move_steps, region)) for region in _regions())], workers, lambda _done: None)
    return queries.Moves(
        open_clocks, sum(case.moved for case in cases), sum(case.earlier for case in cases),
        sum(case.later for case in cases),
    )


Work = tuple[int, Callable[[], None]]


def _each(acts: Sequence[Work], workers: int, progress: Callable[[int], None]) -> None:
    """Do each act, saying after each how many cases are done."""
    done = 0
    if workers == 1:
        for cases, act in acts:
            act()
            progress(done := done + cases)
        return
    with futures.ThreadPoolExecutor(workers) as threads:
        given = {threads.submit(_alone, act): cases for cases, act in acts}
        for one in futures.as_completed(given):
            one.result()
            progress(done := done + given[one])


def _alone(act: Callable[[], None]) -> None:
    """Do the act in a thread of the pool, and leave no connection behind."""
    try:
        act()
    finally:
        connection.close()


def _is_plain(case: found.CaseMoves) -> bool:
    return not case.has_stops and not matters.definition(case.version_id).is_sealed


def _in_batches(cases: Iterable[found.CaseMoves], because: str, at: datetime) -> Iterator[Work]:
    for region_code, of_region in groupby(filter(_is_plain, cases), lambda case: case.region_code):
        together = list(of_region)
        for first in range(0, len(together), BATCH):
            batch = together[first : first + BATCH]
            yield len(batch), partial(_write_batch, region_code, batch, because, at)


def _one_by_one(cases: Iterable[found.CaseMoves], because: str, at: datetime) -> Iterator[Work]:
    for case in cases:
        if not _is_plain(case):
            yield 1, partial(_recompute, case.region_code, case.case_id, because, at)


@transient.retry
def _write_batch(region_code: str, cases: Sequence[found.CaseMoves], because: str, at: datetime) -> None:
    """Write what moves in these cases now that they are locked: two statements."""
    versions = {case.version_id: matters.definition(case.version_id) for case in cases}
    ids = [case.case_id for case in cases]
    queued = ledger.queue_alike(region_code=region_code, kind=KIND, at=at, said={"because": because})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, [region_code, ids])
        cursor.execute(ACTS + queued.sql + WRITE, {
            **found.parameters(region_code=region_code, case_ids=ids), **queued.parameters, "kind": KIND, "at": at,
            "because": because, "version_ids": list(versions),
            "matters": [f"{one.matter_code}@{one.version}" for one in versions.values()],
        })  # fmt: skip


def _recompute(region_code: str, case_id: int, because: str, at: datetime) -> None:
    """Write the event of one case, unless another step has meanwhile worked its clocks out."""

    def write(stage: step.Scene) -> step.Done:
        was = _standing(region_code, case_id)
        after = {name: found.under_the_law(stage.loaded.clocks[name]) for name in was}
        documents = {name: limits.row(clock=clock, at=at) for name, clock in after.items()}
        moved = {
            name: document for name, document in documents.items()
            if any(document[day] != stood for day, stood in was[name].items())
        }  # fmt: skip
        if not moved:
            return step.Done(region_code, case_id, stage.case.ref, stage.case.status, stage.case.events, True)
        return step.write(
            stage=stage, act=act, capacity=guards.Standing(), clocks_changed={name: after[name] for name in moved},
            change=core.Change(kind=act.kind, clocks=moved, was={name: was[name] for name in moved}),
        )  # fmt: skip

    act = step.Act("recompute", KIND, result={}, said={"because": because})
    step.on_case(
        region_code=region_code, case_id=case_id, actor=guards.SYSTEM, at=at, key=str(uuid.uuid4()), act=act,
        then=write,
    )  # fmt: skip


def _standing(region_code: str, case_id: int) -> dict[str, dict[str, str]]:
    """Return nominal and last day of the open clocks as they are stored; hours do not know the calendar."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING + " and unit <> %s", [region_code, case_id, clocks.Unit.HOUR])
        return {
            name: {"nominal_on": nominal.isoformat(), "last_on": last.isoformat()}
            for name, nominal, last in cursor.fetchall()
        }


def _regions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(REGIONS)
        return [row[0] for row in cursor.fetchall()]


def _settle(region_code: str) -> None:
    """Say of the clocks that stay whether their day may still move."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, found.parameters(region_code=region_code))


def _move_steps(region_code: str) -> None:
    """Work out anew the last days of open steps (环节时限), which are the office's own and leave no event."""
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, [region_code])
        limits_of = [
            (version_id, node, rule.limit_working_days)
            for (version_id,) in cursor.fetchall()
            for node, rule in matters.definition(version_id).nodes.items()
            if rule.limit_working_days is not None
        ]
        version_ids, nodes, days = ([row[i] for row in limits_of] for i in range(3))
        cursor.execute(STEPS, {"region": region_code, "version_ids": version_ids, "nodes": nodes, "days": days})
