"""The sequencer: the one process that makes the logs grow and shows them."""

import logging
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, IntegrityError, close_old_connections
from django.utils import timezone

from tongban.core import note
from tongban.core.refusal import Refusal
from tongban.ledger import actions, queries

STAMP_AGAIN_AFTER = timedelta(minutes=10)
logger = logging.getLogger(__name__)


def run_sequencer(*, stop: threading.Event, interval: float) -> None:
    """Integrate and publish every `interval` seconds until told to stop."""
    while not stop.is_set():
        try:
            take_turn(at=timezone.now())
            examine_one(at=timezone.now())
        except DatabaseError as error:
            logger.warning("sequencer waits for the database: %s", type(error).__name__)
        close_old_connections()
        stop.wait(interval)


def take_turn(*, at: datetime) -> int:
    """One round over all logs; how many entries were taken in. One log's trouble does not hold the others."""
    taken = 0
    if queries.LOCAL in settings.LEDGER_WITNESSES:
        actions.ensure_witness()
    for log in sorted({row.log for row in queries.states()} | queries.waiting_logs()):
        try:
            while batch := actions.integrate(log=log, at=at):
                taken += batch
            actions.publish(log=log, at=at)
            stamp(log=log, at=at)
        except (Refusal, OSError, IntegrityError, note.NoteRejected, note.KeyRejected) as error:
            actions.report_trouble(log=log, trouble=name_of(error), at=at)
            logger.exception("log %s stands still", log)
        else:
            actions.report_trouble(log=log, trouble=queries.alarm(log, at), at=at)
    return taken


def examine_one(*, at: datetime) -> None:
    """Each log once a day, one at a turn: from its leaves to its files; `tongban examine` looks at the events too."""
    for log in queries.unexamined(at)[:1]:
        for finding in actions.fsck(log=log, at=at):
            logger.error("log %s: %s at %s", log, finding.check, finding.where)


# When a time stamp was last refused: an authority that is away is not asked every ten seconds.
_refused: dict[str, datetime] = {}


def stamp(*, log: str, at: datetime) -> None:
    """Ask for the day's time stamp; what is refused is asked for again later and holds nothing up."""
    if log in _refused and at - _refused[log] < STAMP_AGAIN_AFTER:
        return
    try:
        actions.stamp(log=log, at=at)
    except actions.StampRefused as refusal:
        _refused[log] = at
        logger.warning("log %s has no time stamp: %s", log, refusal.params["reason"])
    else:
        _refused.pop(log, None)


def name_of(error: Exception) -> str:
    """The name a page can explain: full disk, unreadable file, or the refusal's own."""
    if isinstance(error, Refusal):
        return error.code
    if isinstance(error, OSError):
        return f"os-{error.errno}"
    if isinstance(error, IntegrityError):
        return "ledger-event-twice"
    if isinstance(error, note.KeyRejected):
        return "ledger-key-unreadable"
    return "ledger-checkpoint-unreadable"
