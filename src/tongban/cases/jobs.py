"""What runs beside the pages: the relay that hands side effects on, the nightly replay.

The relay takes rows out of the outbox and calls ``deliver`` in the same transaction: a row is gone
exactly when its side effect has been handed over. Late or repeated, never lost."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, close_old_connections, connection, transaction

from tongban.cases import models
from tongban.core import case as core

logger = logging.getLogger(__name__)
BATCH = 50

CLAIM = """
delete from cases_outbox where (region_code, id) in (
  select region_code, id from cases_outbox order by made_at limit %s for update skip locked
) returning region_code, case_id, event_n, kind
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One side effect to be done for one event."""

    region_code: str
    case_id: int
    event_n: int
    kind: str


def relay_once(*, deliver: Callable[[Delivery], None]) -> int:
    """Hand over one batch of side effects; return how many."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [BATCH])
            rows = [Delivery(*row) for row in cursor.fetchall()]
        for row in sorted(rows, key=lambda r: (r.region_code, r.case_id, r.event_n)):
            deliver(row)
    return len(rows)


def run_relay(
    *, stop: threading.Event, deliver: Callable[[Delivery], None], pause_seconds: int = 1
) -> None:
    """Relay until told to stop. A database that is away is waited for."""
    while not stop.is_set():
        try:
            moved = relay_once(deliver=deliver)
        except DatabaseError as error:
            logger.warning("relay waits for the database: %s", type(error).__name__)
            moved = 0
            close_old_connections()
        if moved < BATCH:
            stop.wait(pause_seconds)


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
