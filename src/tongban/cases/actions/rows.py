"""The step's own SQL: lock, load, write. The only hand-written SQL of this folder.

One step is: lock the case (1), load what the decision needs (2), ask people for the authority (3),
write everything, the ledger's queue included, in one statement (4). Measured before it was chosen:
the same step through the ORM took three times as long."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from tongban.core import clock as clocks
from tongban.core import flow
from tongban.ledger import actions as ledger


@dataclass(frozen=True, slots=True)
class CaseRow:
    """The locked case row."""

    region_code: str
    id: int
    ref: str
    matter_code: str
    version_id: int
    organ_code: str
    applicant_id: str
    status: str
    outcome: str
    document: Mapping[str, Any]
    events: int
    tokens: int
    head: bytes


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token of the case, open or closed."""

    flow: flow.Token
    role: str
    organ_code: str
    assignee_id: int | None
    signed: tuple[int, ...]
    due_on: date | None
    closed_at: datetime | None
    closed_by_id: int | None
    is_cancelled: bool
    is_silent: bool = False
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a step reads after the lock: open tokens, all clocks, and whether the key is already done.

    Of what is closed only that which a later act may ask for, so that a long case costs no more than a short one.

    :ivar tokens: those that are open, and those of departments that were silent.
    :ivar hands: (role, officer) of everybody who signed or did a task, of the roles asked for.
    :ivar places: (node, item) of every token there ever was, of the nodes asked for.
    """

    tokens: tuple[TokenRow, ...]
    clocks: Mapping[str, clocks.Clock]
    done: Mapping[str, Any] | None
    hands: frozenset[tuple[str, int]] = frozenset()
    places: frozenset[tuple[str, str]] = frozenset()

    def live(self) -> tuple[TokenRow, ...]:
        return tuple(token for token in self.tokens if token.closed_at is None)


LOCK = """
select region_code, id, ref::text, matter_code, version_id, organ_code, applicant_id::text, status,
       outcome, document, events, tokens, head
from cases_case where region_code = %s and id = %s for update
"""

LOAD = """
select
  (select json_build_array(
       json_agg(t order by t.n) filter (where t.closed_at is null or t.is_silent),
       json_agg(distinct jsonb_build_array(t.role, t.signed || case when t.is_cancelled then null else t.closed_by_id end))
         filter (where t.role = any(%(roles)s)),
       json_agg(distinct jsonb_build_array(t.node, t.item)) filter (where t.node = any(%(nodes)s)))
     from cases_token t where t.region_code = %(region)s and t.case_id = %(case)s),
  (select json_agg(c order by c.name) from cases_clock c where c.region_code = %(region)s and c.case_id = %(case)s),
  (select json_agg(s order by s.clock, s.n) from cases_clocksegment s
     where s.region_code = %(region)s and s.case_id = %(case)s),
  (select row_to_json(k) from cases_donekey k where k.region_code = %(region)s and k.key = %(key)s)
"""

# What one step writes, by table. A statement holds only the parts that have something to write: each part that
# is left out need not be planned.
PARTS: Mapping[str, str] = {
    "written": """
  insert into cases_event (region_code, case_id, n, kind, at, actor_kind, actor_id, post, certificate,
                           token_n, node, change, said)
  select %(region)s, %(case)s, e.* from jsonb_to_recordset(%(events)s) as e(
    n int, kind text, at timestamptz, actor_kind text, actor_id text, post text, certificate text,
    token_n int, node text, change jsonb, said jsonb)
""",
    "closed": """
  update cases_token t set closed_at = %(at)s, closed_by_id = %(officer)s,
    is_cancelled = t.n = any(%(cancelled)s), is_silent = t.n = any(%(silenced)s)
  where t.region_code = %(region)s and t.case_id = %(case)s and t.n = any(%(closed)s)
""",
    "touched": """
  update cases_token t set signed = s.signed, assignee_id = s.assignee_id, is_silent = false
  from jsonb_to_recordset(%(touched)s) as s(n int, signed bigint[], assignee_id bigint)
  where t.region_code = %(region)s and t.case_id = %(case)s and t.n = s.n
""",
    "opened": """
  insert into cases_token (region_code, case_id, n, node, came_by, scope, item, role, organ_code, due_on,
                           signed, opened_at, is_cancelled)
  select %(region)s, %(case)s, o.n, o.node, o.came_by, o.scope, o.item, o.role, o.organ, o.due_on,
         '{}', %(at)s, false
  from jsonb_to_recordset(%(opened)s) as o(
    n int, node text, came_by text, scope int, item text, role text, organ text, due_on date)
""",
    "clocked": """
  insert into cases_clock (region_code, case_id, name, period_id, unit, budget, extended, started_at,
                           received_on, ended_on, nominal_on, last_on, is_provisional, is_paused)
  select %(region)s, %(case)s, c.* from jsonb_to_recordset(%(clocks)s) as c(
    name text, period_id text, unit text, budget int, extended int, started_at timestamptz,
    received_on date, ended_on date, nominal_on date, last_on date, is_provisional bool, is_paused bool)
  on conflict (region_code, case_id, name) do update set
    budget = excluded.budget, extended = excluded.extended, started_at = excluded.started_at,
    received_on = excluded.received_on, period_id = excluded.period_id, unit = excluded.unit, ended_on = excluded.ended_on,
    nominal_on = excluded.nominal_on, last_on = excluded.last_on,
    is_provisional = excluded.is_provisional, is_paused = excluded.is_paused
""",
    "stopped": """
  insert into cases_clocksegment (region_code, case_id, clock, n, kind, ground, document, first_on, last_on)
  select %(region)s, %(case)s, s.* from jsonb_to_recordset(%(segments)s) as s(
    clock text, n int, kind text, ground text, document text, first_on date, last_on date)
  on conflict (region_code, case_id, clock, n) do update set last_on = excluded.last_on
""",
    "supplied": """
  insert into cases_material (region_code, case_id, n, code, sha256, media_type, bytes, file_name, event_n)
  select %(region)s, %(case)s, m.* from jsonb_to_recordset(%(materials)s) as m(
    n int, code text, sha256 text, media_type text, bytes bigint, file_name text, event_n int)
""",
    "sent": """
  insert into cases_outbox (region_code, id, case_id, event_n, kind, made_at)
  select %(region)s, o.id, %(case)s, o.event_n, o.kind, %(at)s
  from jsonb_to_recordset(%(outbox)s) as o(id uuid, event_n int, kind text)
""",
    "armed": """
  insert into cases_timer (region_code, case_id, n, clock, due_at)
  select %(region)s, %(case)s, t.n, t.clock, t.due_at
  from jsonb_to_recordset(%(timers)s) as t(n int, clock text, due_at timestamptz)
  on conflict (region_code, case_id, n, clock) do update set due_at = excluded.due_at, claimed_until = null
""",
    "disarmed": """
  delete from cases_timer t where t.region_code = %(region)s and t.case_id = %(case)s
    and (t.n = any(%(closed)s) or t.clock = any(%(disarmed)s))
""",
    "kept": """
  insert into cases_donekey (region_code, key, act, case_id, event_n, actor_id, at)
  values (%(region)s, %(key)s, %(act)s, %(case)s, %(last_event)s, %(actor)s, %(at)s)
""",
}

UPDATE_CASE = """
update cases_case set status = %(status)s, outcome = %(outcome)s, document = document || %(document)s,
  events = %(last_event)s, tokens = %(last_token)s, head = %(head)s,
  accepted_at = coalesce(accepted_at, %(accepted_at)s),
  decided_at = case when %(is_reopened)s then null else coalesce(decided_at, %(decided_at)s) end,
  closed_at = case when %(is_reopened)s then null else coalesce(closed_at, %(closed_at)s) end
where region_code = %(region)s and id = %(case)s
"""

INSERT_CASE = """
insert into cases_case (region_code, id, ref, matter_code, version_id, organ_code, applicant_id, channel,
  subject, status, outcome, document, events, tokens, head, filed_at, parent_id, parent_token_n)
values (%(region)s, %(case)s, %(ref)s, %(matter)s, %(version)s, %(organ)s, %(applicant)s, %(channel)s,
  %(subject)s, %(status)s, '', %(document)s, %(last_event)s, %(last_token)s, %(head)s, %(at)s,
  %(parent)s, %(parent_token)s)
"""

NEXT_SERIAL = """
insert into cases_serial as s (region_code, year, last) values (%s, %s, 1)
on conflict (region_code, year) do update set last = s.last + 1 returning last
"""


@dataclass(frozen=True, slots=True)
class Writing:
    """All rows one step writes. Tuples of JSON-able documents, one per row."""

    region_code: str
    case_id: int
    at: datetime
    key: str
    act: str
    actor_id: str
    officer_id: int | None
    events: Sequence[Mapping[str, Any]]
    opened: Sequence[Mapping[str, Any]]
    closed: Sequence[int]
    cancelled: Sequence[int]
    touched: Sequence[Mapping[str, Any]]
    clocks: Sequence[Mapping[str, Any]]
    segments: Sequence[Mapping[str, Any]]
    materials: Sequence[Mapping[str, Any]]
    outbox: Sequence[Mapping[str, Any]]
    timers: Sequence[Mapping[str, Any]] = ()
    disarmed: Sequence[str] = ()
    silenced: Sequence[int] = ()


def lock(*, region_code: str, case_id: int) -> CaseRow | None:
    """Lock the case row and return it, or None where there is no such case."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [region_code, case_id])
        found = cursor.fetchone()
    if found is None:
        return None
    row = list(found)
    row[9], row[12] = _json(row[9]), bytes(row[12])
    return CaseRow(*row)


def load(
    *, region_code: str, case_id: int, key: str, roles: Sequence[str] = (), nodes: Sequence[str] = ()
) -> Loaded:
    """Return tokens, clocks and the earlier answer to this key. Call it only under the lock.

    :param roles: whose hands are asked for. :param nodes: whose places are asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            LOAD, {"region": region_code, "case": case_id, "key": key, "roles": list(roles), "nodes": list(nodes)}
        )
        found, clock_rows, segments, done = (_json(value) for value in cursor.fetchone())
    tokens, hands, places = found
    return Loaded(
        tokens=tuple(_token(row) for row in tokens or ()),
        clocks={row["name"]: _clock(row, segments or ()) for row in clock_rows or ()},
        done=done,
        hands=frozenset((role, officer) for role, officers in hands or () for officer in officers if officer),
        places=frozenset((node, item) for node, item in places or ()),
    )


def done_key(*, region_code: str, key: str) -> Mapping[str, Any] | None:
    """Return the earlier answer to this key in this region, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select row_to_json(k) from cases_donekey k where region_code = %s and key = %s", [region_code, key]
        )
        found = cursor.fetchone()
    return _json(found[0]) if found else None


def due_of(*, region_code: str, case_id: int, n: int, clock: str) -> datetime | None:
    """Return when a timer of the case is due, or None where it is no more. Call it only under the lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select due_at from cases_timer where region_code = %s and case_id = %s and n = %s and clock = %s",
            [region_code, case_id, n, clock],
        )
        found = cursor.fetchone()
    return found[0] if found else None


def arm(*, region_code: str, case_id: int, n: int, clock: str, due_at: datetime) -> None:
    """Move a timer to another moment without an event: nothing has happened."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update cases_timer set due_at = %s, claimed_until = null "
            "where region_code = %s and case_id = %s and n = %s and clock = %s",
            [due_at, region_code, case_id, n, clock],
        )


def disarm(*, region_code: str, case_id: int, n: int, clock: str) -> None:
    """Take a timer away that has nothing left to do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from cases_timer where region_code = %s and case_id = %s and n = %s and clock = %s",
            [region_code, case_id, n, clock],
        )


@dataclass(frozen=True, slots=True)
class Kin:
    """A case among its kin: who called it, and whether it is closed."""

    id: int
    parent_id: int | None
    parent_token_n: int | None
    is_closed: bool
    status: str
    outcome: str
    subject: str


KIN = "select id, parent_id, parent_token_n, closed_at is not null, status, outcome, subject from cases_case "


def kin(*, region_code: str, case_id: int) -> Kin:
    """Return a case among its kin, unlocked."""
    with connection.cursor() as cursor:
        cursor.execute(KIN + "where region_code = %s and id = %s", [region_code, case_id])
        return Kin(*cursor.fetchone())


def children(*, region_code: str, case_id: int) -> dict[int, Kin]:
    """Return the cases this one has called, by the token that called. Call it under the lock of the caller."""
    with connection.cursor() as cursor:
        cursor.execute(KIN + "where region_code = %s and parent_id = %s", [region_code, case_id])
        found = [Kin(*row) for row in cursor.fetchall()]
    return {one.parent_token_n: one for one in found if one.parent_token_n is not None}


def materials_of(*, region_code: str, case_id: int) -> list[dict[str, Any]]:
    """Return the files of a case, as an act hands them in."""
    names = ("code", "sha256", "media_type", "bytes", "file_name")
    with connection.cursor() as cursor:
        cursor.execute(
            "select code, sha256, media_type, bytes, file_name from cases_material "
            "where region_code = %s and case_id = %s order by n",
            [region_code, case_id],
        )
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def node_of(*, region_code: str, case_id: int, event_n: int) -> str | None:
    """Return the node of an event of the case, empty where it belongs to none; None where there is no such event."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select node from cases_event where region_code = %s and case_id = %s and n = %s",
            [region_code, case_id, event_n],
        )
        found = cursor.fetchone()
    return found[0] if found else None


MOVE = """
with moved as (
  update cases_token t set node = m.node, came_by = m.came_by, role = m.role, organ_code = m.organ
  from jsonb_to_recordset(%(moved)s) as m(n int, node text, came_by text, role text, organ text)
  where t.region_code = %(region)s and t.case_id = %(case)s and t.n = m.n
)
update cases_case set version_id = %(version)s where region_code = %(region)s and id = %(case)s
"""


def move(*, region_code: str, case_id: int, version_id: int, moved: Sequence[Mapping[str, Any]]) -> None:
    """Pin a case to another version of its matter, its open tokens at their new places."""
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE, {"region": region_code, "case": case_id, "version": version_id, "moved": Jsonb(moved)}
        )


def next_serial(*, region_code: str, year: int) -> int:
    """Take the next number of the region and year; it stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SERIAL, [region_code, year])
        return int(cursor.fetchone()[0])


def update(*, writing: Writing, case: Mapping[str, Any], queued: ledger.Queueing) -> None:
    """Write one step of an existing case, its ledger entries queued: one statement."""
    _write(UPDATE_CASE, writing, case, queued)


def insert(*, writing: Writing, case: Mapping[str, Any], queued: ledger.Queueing) -> None:
    """Write a new case with its first event, its ledger entry queued: one statement."""
    _write(INSERT_CASE, writing, case, queued)


def _write(ending: str, writing: Writing, case: Mapping[str, Any], queued: ledger.Queueing) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"with promised as ({queued.sql})," + _statement(_parts(writing), ending),
            {**_parameters(writing), **case, **queued.parameters},
        )


def _parts(writing: Writing) -> tuple[str, ...]:
    """Return which parts this step needs."""
    needed = {
        "written": True, "closed": writing.closed, "touched": writing.touched, "opened": writing.opened,
        "clocked": writing.clocks, "stopped": writing.segments, "supplied": writing.materials, "sent": writing.outbox,
        "armed": writing.timers, "disarmed": writing.closed or writing.disarmed, "kept": True,
    }  # fmt: skip
    return tuple(name for name in PARTS if needed[name])


@cache
def _statement(parts: tuple[str, ...], ending: str) -> str:
    return ",\n".join(f"{name} as ({PARTS[name]})" for name in parts) + ending


def _parameters(writing: Writing) -> dict[str, Any]:
    return {
        "region": writing.region_code,
        "case": writing.case_id,
        "at": writing.at,
        "key": writing.key,
        "act": writing.act,
        "actor": writing.actor_id,
        "officer": writing.officer_id,
        "events": Jsonb(writing.events),
        "last_event": writing.events[-1]["n"],
        "opened": Jsonb(writing.opened),
        "closed": list(writing.closed),
        "cancelled": list(writing.cancelled),
        "touched": Jsonb(writing.touched),
        "clocks": Jsonb(writing.clocks),
        "segments": Jsonb(writing.segments),
        "materials": Jsonb(writing.materials),
        "outbox": Jsonb(writing.outbox),
        "timers": Jsonb(writing.timers),
        "disarmed": list(writing.disarmed),
        "silenced": list(writing.silenced),
    }


def _json(value: Any) -> Any:
    """Return a JSON column as Python values: Django's connection hands jsonb over as text."""
    return json.loads(value) if isinstance(value, str | bytes) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _token(row: Mapping[str, Any]) -> TokenRow:
    return TokenRow(
        flow=flow.Token(row["n"], row["node"], row["came_by"], row["scope"], row["item"]),
        role=row["role"],
        organ_code=row["organ_code"],
        assignee_id=row["assignee_id"],
        signed=tuple(row["signed"]),
        due_on=_day(row["due_on"]),
        closed_at=datetime.fromisoformat(row["closed_at"]) if row["closed_at"] else None,
        closed_by_id=row["closed_by_id"],
        is_cancelled=row["is_cancelled"],
        is_silent=row["is_silent"],
        opened_at=datetime.fromisoformat(row["opened_at"]),
    )


def _clock(row: Mapping[str, Any], segments: Sequence[Mapping[str, Any]]) -> clocks.Clock:
    return clocks.Clock(
        name=row["name"],
        period_id=row["period_id"],
        unit=clocks.Unit(row["unit"]),
        budget=row["budget"],
        started_at=datetime.fromisoformat(row["started_at"]),
        extended=row["extended"],
        received_on=_day(row["received_on"]),
        ended_on=_day(row["ended_on"]),
        stops=tuple(_stop(segment) for segment in segments if segment["clock"] == row["name"]),
    )


def _stop(row: Mapping[str, Any]) -> clocks.Stop:
    return clocks.Stop(
        ground=row["ground"],
        kind=clocks.StopKind(row["kind"]),
        document=row["document"],
        first_day=date.fromisoformat(row["first_on"]),
        last_day=_day(row["last_on"]),
    )
