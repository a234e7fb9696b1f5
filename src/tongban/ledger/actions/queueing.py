"""The door by which acts enter the ledger: inside the transaction of the act itself.

Sources: RFC 9901 (disclosures); NIST SP 800-38D (AES-GCM, which seals them)."""

import json
import os
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from tongban.core import receipt
from tongban.ledger import queries

KEY_BYTES = 32
_POST_OR_CERTIFICATE = re.compile(r"[A-Za-z0-9.:_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class QueuedEntry:
    """One event on its way: the bytes that will stay for ever, and the values it shows only as digests."""

    case_id: int
    event_n: int
    entry: bytes
    disclosures: Mapping[str, str] | None = None


QUEUED = "insert into ledger_queue (region_code, case_id, event_n, entry, sealed, wrapped) values "
COLUMNS = ("region", "case", "n", "entry", "sealed", "wrapped")


@dataclass(frozen=True, slots=True)
class Queueing:
    """An insert that goes into a `with` of the caller's own statement, so that queueing costs no round trip."""

    sql: str
    parameters: Mapping[str, object]


def queueing(*, region_code: str, entries: Sequence[QueuedEntry]) -> Queueing:
    """The part of a statement that promises these entries to the region's log; its parameters begin with `queued_`."""
    rows, parameters = list[str](), dict[str, object]()
    for i, entry in enumerate(entries):
        secret, key = sealed(disclosures=entry.disclosures) if entry.disclosures else (None, None)
        values = (region_code, entry.case_id, entry.event_n, entry.entry, secret, key)
        names = [f"queued_{column}_{i}" for column in COLUMNS]
        parameters |= dict(zip(names, values, strict=True))
        rows.append("(" + ", ".join(f"%({name})s" for name in names) + ")")
    return Queueing(QUEUED + ", ".join(rows), parameters)


def queue(*, region_code: str, entries: Sequence[QueuedEntry]) -> None:
    """Promise these entries to the region's log, in one statement of the caller's transaction."""
    if entries:
        part = queueing(region_code=region_code, entries=entries)
        with connection.cursor() as cursor:
            cursor.execute(part.sql, part.parameters)


def queued_entry(
    *,
    region_code: str,
    case_id: int,
    ref: str,
    event_n: int,
    kind: str,
    previous: bytes,
    matter: str,
    node: str,
    at: datetime,
    capacity: str,
    due: date | None,
    said: Mapping[str, object],
    attachments: Sequence[str],
    is_sealed: bool = False,
) -> QueuedEntry:
    """The entry of one event of a case: what was said goes in as salted digests, files as theirs.

    :param kind: the event's name as `cases` writes it, `SupplementRequested`
    :param previous: leaf hash of the event before, empty for the first
    :param capacity: number of the post or certificate; a title in words is kept as a digest
    :param attachments: SHA-256 of the files, in hex
    :param is_sealed: the log shows only a digest of the entry (petitions, juveniles)
    """
    is_number = bool(_POST_OR_CERTIFICATE.fullmatch(capacity))
    hidden = {**said, **({"capacity": capacity} if capacity and not is_number else {})}
    disclosures = {name: disclosure_of(name=name, value=value) for name, value in hidden.items()}
    dotted = receipt.kind_of(kind)
    allowed = receipt.KINDS.get(dotted, frozenset())
    log = log_of(region_code=region_code)
    entry = receipt.entry(
        log=log, k=dotted, c=uuid.UUID(ref).hex, n=event_n, p=previous or None, m=matter, t=at,
        s=node or None,
        o=capacity if is_number else None,
        d=due if "d" in allowed else None,
        f={name: receipt.digest_of(one) for name, one in disclosures.items()},
        a=[receipt.to_base64url(bytes.fromhex(one)) for one in attachments],
    )  # fmt: skip
    if is_sealed:
        inner = disclosure_of(name=receipt.SEALED_NAME, value=entry.decode())
        disclosures[receipt.SEALED_NAME] = inner
        entry = receipt.sealed_entry(log=log, digest=receipt.digest_of(inner))
    return QueuedEntry(case_id, event_n, entry, disclosures or None)


def log_of(*, region_code: str) -> str:
    """The log of a region: its city's, or the one of provincial organs."""
    return f"{region_code[:4]}00"


def disclosure_of(*, name: str, value: object) -> str:
    """The disclosure of one value under a new salt."""
    return receipt.disclosure(salt=os.urandom(receipt.SALT_BYTES_MIN), name=name, value=value)


def sealed(*, disclosures: Mapping[str, str]) -> tuple[bytes, bytes]:
    """The disclosures under a new key, and that key under the site's."""
    key = os.urandom(KEY_BYTES)
    return _encrypted(key, json.dumps(dict(disclosures)).encode()), _encrypted(queries.site_key(), key)


def _encrypted(key: bytes, content: bytes) -> bytes:
    nonce = os.urandom(queries.NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, None)
