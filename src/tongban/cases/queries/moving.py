"""Which open clocks stand on another day than the calendar and the law now say: found set-based.

Clocks without a stop are worked out by the database, over the days with their running count of working
days; those with time that does not count go through the kernel one by one. A clock that stands still has
no last day yet: it is worked out when it goes on. Hours do not know the calendar.

Sources: 民法典 art. 201-203; 行政许可法 art. 82."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection

from tongban.core import calendar as work
from tongban.core import clock as clocks
from tongban.law import queries as law

CHUNK = 2_000
TIMED = [*map(str, (clocks.Unit.WORKING_DAY, clocks.Unit.DAY, clocks.Unit.MONTH, clocks.Unit.YEAR))]

PROJECTED = """
with term as materialized (
  select * from unnest(%(ids)s::text[], %(versions)s::text[], %(froms)s::date[], %(untils)s::date[], %(lengths)s::int[],
                       %(units)s::text[]) as t(id, version, from_on, until_on, length, unit)
), begun as (
  select k.*, (k.started_at at time zone 'Asia/Shanghai')::date as trigger_on,
         coalesce(k.received_on, (k.started_at at time zone 'Asia/Shanghai')::date) as begun_on from cases_clock k
  where k.ended_on is null and not k.is_paused and k.unit = any(%(timed)s)
    and (%(region)s::text is null or k.region_code = %(region)s)
    and (%(cases)s::bigint[] is null or k.case_id = any(%(cases)s::bigint[]))
    and not exists (select from cases_clocksegment s
                    where s.region_code = k.region_code and s.case_id = k.case_id and s.clock = k.name)
), counted as (
  select b.region_code, b.case_id, b.name, b.nominal_on, b.last_on, b.is_provisional, b.begun_on, b.started_at, b.received_on,
         b.extended, coalesce(t.version, b.period_id) as period_id, coalesce(t.unit, b.unit) as unit,
         coalesce(t.length, b.budget) as budget, coalesce(t.length, b.budget) + b.extended as n
  from begun b left join term t on t.id = b.period_id and b.trigger_on between t.from_on and t.until_on
), plain as (
  select c.*, case c.unit when 'day' then c.begun_on + c.n
    when 'month' then (c.begun_on + c.n * interval '1 month')::date
    when 'year' then (c.begun_on + c.n * interval '1 year')::date end as plain_on
  from counted c
), due as (
  select p.*, coalesce(p.plain_on, w.day) as now_nominal_on, coalesce(r.day, w.day) as now_last_on
  from plain p
  join law_calendarday a on a.day = p.begun_on
  left join law_calendarday w on p.unit = 'working_day' and w.working_days = a.working_days + p.n
    and w.kind in ('working', 'worked_weekend')
  left join law_calendarday b on b.day = p.plain_on - 1
  left join law_calendarday r on r.working_days = b.working_days + 1 and r.kind in ('working', 'worked_weekend')
  where p.n > 0
), projected as (
  select d.*, exists (
    select from unnest(%(provisional)s::int[]) y
    where y between extract(year from case d.unit when 'working_day' then d.begun_on else d.now_nominal_on end)::int
                and extract(year from d.now_last_on)::int) as now_provisional
  from due d where d.now_last_on is not null
)
"""
MOVED = "((p.now_last_on, p.now_nominal_on) is distinct from (p.last_on, p.nominal_on))"
COUNT = f"""{PROJECTED}
select count(*), count(*) filter (where p.now_last_on < p.last_on), count(*) filter (where p.now_last_on > p.last_on)
from projected p where {MOVED}
"""  # noqa: S608 -- constants alone
CASES = f"""{PROJECTED}
select p.region_code, p.case_id, c.version_id, count(*) filter (where {MOVED}),
  count(*) filter (where p.now_last_on < p.last_on), count(*) filter (where p.now_last_on > p.last_on),
  exists (select from cases_clocksegment s where s.region_code = p.region_code and s.case_id = p.case_id),
  bool_or(not {MOVED})
from projected p join cases_case c on c.region_code = p.region_code and c.id = p.case_id
where {MOVED} or p.now_provisional <> p.is_provisional group by 1, 2, 3 order by 1, 2
"""  # noqa: S608 -- constants alone
OPEN = "select count(*) from cases_clock where ended_on is null"
STOPPED = """
select row_to_json(k), c.version_id, (select json_agg(s order by s.n) from cases_clocksegment s
  where s.region_code = k.region_code and s.case_id = k.case_id and s.clock = k.name)
from cases_clock k join cases_case c on c.region_code = k.region_code and c.id = k.case_id
where k.ended_on is null and not k.is_paused and k.unit = any(%(timed)s)
  and exists (select from cases_clocksegment s
              where s.region_code = k.region_code and s.case_id = k.case_id and s.clock = k.name)
"""


@dataclass(frozen=True, slots=True)
class Moves:
    """How many open clocks there are, and how many of them move: to an earlier day, to a later one."""

    open: int
    moved: int
    earlier: int
    later: int


@dataclass(frozen=True, slots=True)
class CaseMoves:
    """A case with clocks that move: how many, to which side, and whether time that does not count is among them.

    :ivar settles: a clock stays on its day, but whether that may still move is to be said anew.
    """

    region_code: str
    case_id: int
    version_id: int
    moved: int
    earlier: int
    later: int
    has_stops: bool
    settles: bool = False


def moves(*, at: datetime) -> Moves:
    """Return how many open clocks would move, were they worked out now. Nothing is written."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, parameters())
        moved, earlier, later = map(int, cursor.fetchone())
    for each in _stopped(at):
        moved, earlier, later = moved + each.moved, earlier + each.earlier, later + each.later
    return Moves(open_clocks(), moved, earlier, later)


def open_clocks() -> int:
    """Return how many clocks go or stand, not yet ended."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        return int(cursor.fetchone()[0])


def cases_that_move(*, at: datetime) -> list[CaseMoves]:
    """Return every case with a clock that moves, in the order in which they are to be locked."""
    with connection.cursor() as cursor:
        cursor.execute(CASES, parameters())
        found = {row[:2]: CaseMoves(*row) for row in cursor.fetchall()}
    for each in _stopped(at):
        place = (each.region_code, each.case_id)
        known = found.get(place)
        found[place] = _together(known, each) if known else each
    return [found[place] for place in sorted(found)]


def _together(one: CaseMoves, other: CaseMoves) -> CaseMoves:
    return replace(
        one, moved=one.moved + other.moved, earlier=one.earlier + other.earlier, later=one.later + other.later,
        has_stops=True,
    )


def parameters(*, region_code: str | None = None, case_ids: Sequence[int] | None = None) -> dict[str, Any]:
    """Return what `PROJECTED` asks: the versions of the rules in force, the provisional years, the units."""
    rows = law.search(is_timed=True)
    versions: dict[str, list[law.PeriodRow]] = {}
    for row in rows:
        versions.setdefault(row.rule, []).append(row)
    terms = [
        (asked, row.period.id, row.period.effective_from or date.min, row.period.effective_to or date.max, row.period.length, row.period.unit)
        for row in rows
        for asked in {row.rule, *(each.period.id for each in versions[row.rule])}
        if row.period.length is not None and row.period.unit in TIMED
    ]
    named = ("ids", "versions", "froms", "untils", "lengths", "units")
    columns = {name: [term[i] for term in terms] for i, name in enumerate(named)}
    return {
        **columns, "timed": TIMED, "region": region_code, "cases": None if case_ids is None else list(case_ids),
        "provisional": sorted(law.calendar().provisional_years),
    }


def under_the_law(clock: clocks.Clock) -> clocks.Clock:
    """Return the clock with the budget of the version of its rule in force on the day it began."""
    if not clock.period_id:
        return clock
    try:
        rule = law.period(clock.period_id, clocks.civil_day(clock.started_at))
    except clocks.LawNotInForce:
        return clock
    length, unit = clocks.length_of(rule)
    return replace(clock, period_id=rule.id, budget=length, unit=unit)


def _stopped(at: datetime) -> Iterator[CaseMoves]:
    """Yield the clocks with a stop in the past that move, through the kernel."""
    calendar = law.calendar()
    with connection.cursor() as cursor:
        cursor.execute(STOPPED, {"timed": TIMED})
        while chunk := cursor.fetchmany(CHUNK):
            for row, version_id, stops in chunk:
                clock = _value(row)
                was_on, now_on = date.fromisoformat(clock["last_on"]), _moved_to(clock, _value(stops), calendar, at)
                if now_on is not None:
                    yield CaseMoves(
                        clock["region_code"], clock["case_id"], version_id, 1, int(now_on < was_on),
                        int(now_on > was_on), True,
                    )  # fmt: skip


def _moved_to(
    row: Mapping[str, Any], stops: list[Mapping[str, Any]], calendar: work.Calendar, at: datetime
) -> date | None:
    """Return the last day of a clock with stops, where it or the nominal one is another than the one stored."""
    clock = clocks.Clock(
        name=row["name"], period_id=row["period_id"], unit=clocks.Unit(row["unit"]), budget=row["budget"],
        started_at=datetime.fromisoformat(row["started_at"]), extended=row["extended"],
        received_on=date.fromisoformat(row["received_on"]) if row["received_on"] else None,
        stops=tuple(
            clocks.Stop(each["ground"], clocks.StopKind(each["kind"]), each["document"],
                        date.fromisoformat(each["first_on"]), date.fromisoformat(each["last_on"]))
            for each in stops
        ),
    )  # fmt: skip
    due = clocks.due(under_the_law(clock), calendar, at)
    is_same = (due.nominal_on.isoformat(), due.last_on.isoformat()) == (row["nominal_on"], row["last_on"])
    return None if is_same else due.last_on


def _value(given: Any) -> Any:
    return json.loads(given) if isinstance(given, str | bytes) else given
