"""The logs: which there are, how each stands, where its public files lie."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from tongban.core import note
from tongban.ledger import models
from tongban.ledger.queries import stamps, witnesses


@dataclass(frozen=True, slots=True)
class LogState:
    """A log as a page shows it."""

    log: str
    origin: str
    vkey: str
    promise_vkey: str
    size: int
    integrated_at: datetime | None
    waiting: int
    waiting_since: datetime | None
    checkpoint_size: int | None
    checkpoint: str
    root: str
    signed_at: datetime | None
    witnesses: tuple[str, ...]
    trouble: str
    trouble_at: datetime | None
    checked_at: datetime | None
    findings: tuple[str, ...]

    @property
    def is_stopped(self) -> bool:
        """Whether it no longer signs; an alarm alone does not stop it."""
        return bool(self.trouble) and self.trouble not in ALARMS


CLOCK_WENT_BACK, DISK_NEARLY_FULL = "ledger-clock-went-back", "ledger-disk-nearly-full"
CLOCK_APART, STAMP_LATE = "ledger-clock-apart", "ledger-stamp-late"
ALARMS = frozenset({CLOCK_WENT_BACK, DISK_NEARLY_FULL, CLOCK_APART, STAMP_LATE})
CLOCK_BACK_MAX = timedelta(seconds=60)
DISK_FREE_BYTES_MIN = 256 * 2**20

STATE = """
select t.log, t.vkey, t.promise_vkey, t.size, t.integrated_at, t.trouble, t.trouble_at,
       q.waiting, q.since, c.size, c.note, c.root, c.signed_at, k.at, k.findings
from ledger_tree t
left join lateral (
  select count(*) as waiting, min(queued_at) as since from ledger_queue
  where region_code >= t.log and region_code < (t.log::int + 100)::text
) q on true
left join lateral (
  select size, note, root, signed_at from ledger_checkpoint
  where log = t.log order by size desc limit 1
) c on true
left join ledger_check k on k.log = t.log
where %(log)s = '' or t.log = %(log)s
order by t.log
"""


def states() -> tuple[LogState, ...]:
    """Every log, by number."""
    return _states("")


def state(log: str) -> LogState | None:
    """One log; None where there is none of that number."""
    return next(iter(_states(log)), None)


def _states(log: str) -> tuple[LogState, ...]:
    with connection.cursor() as cursor:
        cursor.execute(STATE, {"log": log})
        rows = cursor.fetchall()
    return tuple(_state(row) for row in rows)


def _state(row: tuple) -> LogState:
    (log, vkey, promise_vkey, size, integrated_at, trouble, trouble_at, waiting, since,
     checkpoint_size, text, root, signed_at, checked_at, findings) = row  # fmt: skip
    return LogState(
        log=log, origin=origin_of(vkey), vkey=vkey, promise_vkey=promise_vkey, size=size,
        integrated_at=integrated_at, waiting=waiting, waiting_since=since,
        checkpoint_size=checkpoint_size, checkpoint=text or "",
        root=note.to_base64(bytes(root)) if root else "", signed_at=signed_at,
        witnesses=witnesses.cosigned(text) if text else (),
        trouble=trouble, trouble_at=trouble_at, checked_at=checked_at,
        findings=_names_of(findings),
    )  # fmt: skip


def _names_of(findings: str | None) -> tuple[str, ...]:
    """The checks that failed, each once. Raw SQL gives JSON as text."""
    return tuple(dict.fromkeys(str(one["check"]) for one in json.loads(findings or "[]")))


def alarm(log: str, at: datetime) -> str:
    """What will stop the log if nobody looks: a clock, a disk that fills, a stamp that does not come; else nothing."""
    if models.Checkpoint.objects.filter(log=log, signed_at__gt=at + CLOCK_BACK_MAX).exists():
        return CLOCK_WENT_BACK
    if shutil.disk_usage(settings.LEDGER_FOLDER).free < DISK_FREE_BYTES_MIN:
        return DISK_NEARLY_FULL
    if stamps.is_clock_apart(log):
        return CLOCK_APART
    return STAMP_LATE if stamps.is_stamp_late(log, at) else ""


def waiting_logs() -> set[str]:
    """The logs for which something is queued, begun or not."""
    with connection.cursor() as cursor:
        cursor.execute("select distinct left(region_code, 4) || '00' from ledger_queue")
        return {log for (log,) in cursor.fetchall()}


def new_origin(log: str) -> str:
    """The name a log begun now gets: the address of its files, without the scheme."""
    return f"{settings.LEDGER_ORIGIN}/{log}"


def origin_of(vkey: str) -> str:
    """The name the log was begun with, for ever, whatever the site's address is now."""
    return vkey.partition("+")[0]


def public_folder(log: str) -> Path:
    """Where its public files lie; everything in there may be mirrored."""
    return Path(settings.LEDGER_FOLDER) / "public" / log
