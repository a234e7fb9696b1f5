"""What runs beside the pages: the relay that hands side effects on, timers, the nightly replay.

The relay takes one row of the outbox at a time, the events of a case in their order, and calls
``deliver``; the row goes in the same transaction. One that fails stays, is tried again later and later,
and holds up no other case. Late or repeated, never lost."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    close_old_connections,
    connection,
    transaction,
)
from django.utils import timezone

from tongban.cases import actions, models
from tongban.core import case as core
from tongban.core.refusal import Refusal

logger = logging.getLogger(__name__)
BATCH = 50
BACK_OFF = timedelta(seconds=10)  # Doubled with each failure, up to
BACK_OFF_MAX = timedelta(hours=1)
DOUBLINGS_MAX = 9

# What is wrong with one delivery alone: words or glyphs missing, a template's or a program's error.
FAILURES = (
    Refusal, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError,
    TypeError, ValueError, DataError, IntegrityError,
)

CLAIM = """
select o.region_code, o.id, o.case_id, o.event_n, o.kind, o.tries from cases_outbox o
where (o.not_before is null or o.not_before <= %s)
  and not exists (select from cases_outbox e
                  where e.region_code = o.region_code and e.case_id = o.case_id and e.event_n < o.event_n)
order by o.made_at, o.event_n limit 1 for update skip locked
"""
GONE = "delete from cases_outbox where region_code = %s and id = %s"
LATER = "update cases_outbox set tries = tries + 1, not_before = %s where region_code = %s and id = %s"


TIMERS_AT_ONCE = 20
TIMER_LEASE = timedelta(minutes=1)  # A worker that dies leaves its timers to the next one after this.
TIMER_AGAIN = timedelta(hours=1)  # When one that failed is tried again.
CLAIM_TIMERS = """
update cases_timer t set claimed_until = %(until)s
from (select region_code, case_id, n, clock from cases_timer
      where due_at <= %(at)s and (claimed_until is null or claimed_until <= %(at)s)
      order by due_at, region_code, case_id, n limit %(most)s for update skip locked) c
where (t.region_code, t.case_id, t.n, t.clock) = (c.region_code, c.case_id, c.n, c.clock)
returning t.region_code, t.case_id, t.n, t.clock, t.due_at
"""
PUT_OFF = """
update cases_timer set claimed_until = %s where region_code = %s and case_id = %s and n = %s and clock = %s
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One side effect to be done for one event."""

    region_code: str
    case_id: int
    event_n: int
    kind: str


def relay_once(*, deliver: Callable[[Delivery], None], at: datetime | None = None) -> int:
    """Hand over a batch of side effects; return how many rows were tried."""
    tried = 0
    while tried < BATCH and _relay_one(deliver, at or timezone.now()):
        tried += 1
    return tried


def _relay_one(deliver: Callable[[Delivery], None], at: datetime) -> bool:
    """Hand over the next row that is due, or put it off; return whether there was one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [at])
        found = cursor.fetchone()
        if found is None:
            return False
        region_code, row_id, case_id, event_n, kind, tries = found
        try:
            with transaction.atomic():
                deliver(Delivery(region_code, case_id, event_n, kind))
        except FAILURES as failure:
            logger.warning(
                "delivery failed: case %s %s event %s %s, try %s: %s",
                region_code, case_id, event_n, kind, tries + 1, _name_of(failure),
            )
            cursor.execute(LATER, [at + _pause_after(tries), region_code, row_id])
        else:
            cursor.execute(GONE, [region_code, row_id])
    return True


def _pause_after(tries: int) -> timedelta:
    return min(BACK_OFF * 2 ** min(tries, DOUBLINGS_MAX), BACK_OFF_MAX)


def _name_of(failure: BaseException) -> str:
    """Return the failure without its words, which may be a person's."""
    return failure.code if isinstance(failure, Refusal) else type(failure).__name__


def run_relay(
    *, stop: threading.Event, deliver: Callable[[Delivery], None], pause_seconds: int = 1
) -> None:
    """Relay and fire timers until told to stop. A database that is away is waited for."""
    while not stop.is_set():
        try:
            tried = relay_once(deliver=deliver) + fire_once()
        except DatabaseError as error:
            logger.warning("relay waits for the database: %s", type(error).__name__)
            tried = 0
            close_old_connections()
        if tried < BATCH:
            stop.wait(pause_seconds)


def fire_once(*, at: datetime | None = None) -> int:
    """Let a batch of timers happen that are due, in the order of their times; return how many were claimed.

    The claim is a short transaction of its own: whoever holds a case waits for no claim, nor the other way.
    """
    at = at or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_TIMERS, {"at": at, "until": at + TIMER_LEASE, "most": TIMERS_AT_ONCE})
        claimed = sorted(cursor.fetchall(), key=lambda row: (row[4], *row[:3]))
    for region_code, case_id, n, clock, _due_at in claimed:
        try:
            actions.fire(region_code=region_code, case_id=case_id, n=n, clock=clock, at=at)
        except FAILURES as failure:
            logger.warning("timer failed: case %s %s %s%s: %s", region_code, case_id, n, clock, _name_of(failure))
            with connection.cursor() as cursor:
                cursor.execute(PUT_OFF, [at + TIMER_AGAIN, region_code, case_id, n, clock])
    return len(claimed)


def next_timer(*, region_code: str, case_id: int) -> tuple[int, str, datetime] | None:
    """Return what next happens of itself in a case: number of the token, name of the clock, when."""
    timers = models.Timer.objects.filter(region_code=region_code, case_id=case_id).order_by("due_at", "n")
    return timers.values_list("n", "clock", "due_at").first()


@dataclass(frozen=True, slots=True)
class Difference:
    """A case whose rows are not the sum of its events."""

    region_code: str
    case_id: int
    what: str


def replay() -> Iterator[Difference]:
    """Yield every case whose rows differ from the fold of its events (state == fold(events))."""
    for case in models.Case.objects.order_by("region_code", "id").iterator(chunk_size=500):
        key = {"region_code": case.region_code, "case_id": case.id}
        events = models.Event.objects.filter(**key).order_by("n")
        state = core.fold(core.change_of(event.kind, event.change) for event in events)
        for what in _differences(case, state, key):
            yield Difference(case.region_code, case.id, what)


def _differences(case: models.Case, state: core.CaseState, key: dict[str, Any]) -> Iterator[str]:
    if (case.status, case.outcome, case.events) != (state.status, state.outcome, state.events):
        yield "case"
    if case.document != state.document:
        yield "document"
    tokens = models.Token.objects.filter(**key, closed_at=None)
    if set(models.Token.objects.filter(**key, is_silent=True).values_list("n", flat=True)) != state.silent:
        yield "silent"
    timers = dict(models.Timer.objects.filter(**key, n__gt=0).values_list("n", "due_at"))
    armed = {n: datetime.fromisoformat(t["fires_at"]) for n, t in state.tokens.items() if t.get("fires_at")}
    if timers != armed:
        yield "timers"
    rows = {t.n: (t.node, t.item, list(t.signed), t.assignee_id) for t in tokens}
    folded = {
        n: (t["node"], t["item"], list(t.get("signed", [])), t.get("assignee"))
        for n, t in state.tokens.items()
    }
    if rows != folded:
        yield "tokens"
    clocks = {c.name: (c.last_on.isoformat(), c.is_paused) for c in models.Clock.objects.filter(**key)}
    if clocks != {name: (c["last_on"], c["is_paused"]) for name, c in state.clocks.items()}:
        yield "clocks"
