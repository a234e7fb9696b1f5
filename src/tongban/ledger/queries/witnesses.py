"""Witnesses: those who have been asked to cosign our logs, and the one this site is itself."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tongban.core import note
from tongban.ledger import models

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who cosigns; without an address it is this site's own witness."""

    key: note.Key
    address: str


def witnesses() -> tuple[Witness, ...]:
    """Those the settings name, as far as their keys are known."""
    found = []
    for written in settings.LEDGER_WITNESSES:
        vkey, _, address = written.strip().partition(" ")
        if vkey != LOCAL:
            found.append(Witness(note.parse_key(vkey), address))
        elif (own := own_key()) is not None:
            found.append(Witness(own, ""))
    return tuple(found)


def own_key() -> note.Key | None:
    """The public key of this site's witness, None before it has one."""
    path = own_key_path()
    return note.parse_key(path.read_text().strip()) if path.exists() else None


def witnessed() -> tuple[tuple[str, int, datetime], ...]:
    """What this site's witness has cosigned: origin, size, when."""
    return tuple(models.Witnessed.objects.order_by("origin").values_list("origin", "size", "at"))


def own_key_path() -> Path:
    """A public file: whoever mirrors the logs finds the witness's key beside them."""
    return Path(settings.LEDGER_FOLDER) / "public" / "witness.vkey"


def cosigned_size(log: str, name: str) -> int:
    """How large the log was when this witness last cosigned it, as far as we published its line; else 0."""
    rows = models.Checkpoint.objects.filter(log=log, published_at__isnull=False, note__contains=f"\n— {name} ")
    return rows.order_by("-size").values_list("size", flat=True).first() or 0


def cosigned(text: str) -> tuple[str, ...]:
    """The names of the known witnesses whose lines under this checkpoint are true."""
    lines = note.parse(text)
    try:
        known = {(one.key.name, one.key.id): one.key for one in witnesses()}
    except note.KeyRejected:
        return ()  # A setting is wrong: the sequencer says so, the page still shows the log.
    by = [known.get((line.name, line.key_id)) for line in lines.signatures]
    return tuple(
        key.name
        for key, line in zip(by, lines.signatures, strict=True)
        if key is not None and note.is_signed(key, lines.text, line.signature)
    )
