"""Time stamps under the daily checkpoints, as a page and a mirror show them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from tongban.ledger import models

STAMP_LATE_AFTER = timedelta(hours=26)
CLOCK_APART_MAX = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class StampRow:
    """One stamp: which day, what size the log had, what moment whose clock names."""

    on: date
    size: int
    stamped_at: datetime
    authority: str

    @property
    def checkpoint_file(self) -> str:
        return f"stamps/{self.on.isoformat()}.checkpoint"

    @property
    def answer_file(self) -> str:
        return f"stamps/{self.on.isoformat()}.tsr"


def stamps(log: str, *, at_most: int) -> tuple[StampRow, ...]:
    """The newest stamps of the log, latest first."""
    rows = models.Stamp.objects.filter(log=log).order_by("-on")
    return tuple(StampRow(*row) for row in rows.values_list("on", "size", "stamped_at", "authority")[:at_most])


def stamp_path(log: str, on: date, ending: str) -> Path:
    """A public file of a day's stamp: `checkpoint` is what was stamped, `tsr` the authority's answer."""
    return Path(settings.LEDGER_FOLDER) / "public" / log / "stamps" / f"{on.isoformat()}.{ending}"


def is_stamp_late(log: str, at: datetime) -> bool:
    """Whether a checkpoint has waited for more than a day; never where no authority is named."""
    if not settings.LEDGER_TSA:
        return False
    last = models.Stamp.objects.filter(log=log).order_by("-on").first()
    waiting = models.Checkpoint.objects.filter(log=log, published_at__lt=at - STAMP_LATE_AFTER)
    if last is not None:
        waiting = waiting.filter(size__gt=last.size, published_at__gt=last.asked_at)
    return waiting.exists()


def is_clock_apart(log: str) -> bool:
    """Whether the newest stamp's clock and ours differed by more than a minute."""
    last = models.Stamp.objects.filter(log=log).order_by("-on").first()
    return last is not None and abs(last.stamped_at - last.asked_at) > CLOCK_APART_MAX
