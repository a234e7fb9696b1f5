"""The door by which acts enter the ledger: inside the transaction of the act itself.

Sources: RFC 9901 (disclosures); NIST SP 800-38D (AES-GCM, which seals them)."""

import json
import os
import re
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

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


QUEUED = "insert into ledger_queue (region_code, case_id, event_n, entry) values "
SEALED = "insert into ledger_disclosure (region_code, case_id, event_n, sealed) values "
WRAPPED = "insert into ledger_disclosurekey (region_code, case_id, event_n, wrapped) values "


def queue(*, region_code: str, entries: Sequence[QueuedEntry]) -> None:
    """Promise these entries to the region's log, in one statement of the caller's transaction."""
    if not entries:
        return
    kept = [entry for entry in entries if entry.disclosures]
    sealed = [_seal(entry.disclosures or {}) for entry in kept]
    rows = [(region_code, entry.case_id, entry.event_n, entry.entry) for entry in entries]
    places = [(region_code, entry.case_id, entry.event_n) for entry in kept]
    rows += [(*place, values) for place, (values, _) in zip(places, sealed, strict=True)]
    rows += [(*place, key) for place, (_, key) in zip(places, sealed, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(entries), len(kept)), [value for row in rows for value in row])


@lru_cache(maxsize=64)
def _statement(entries: int, kept: int) -> str:
    """The insert of so many entries, and disclosures of so many. Values written out cost half of arrays."""
    queued = QUEUED + _rows(entries)
    if kept == 0:
        return queued
    return f"with queued as ({queued}), kept as ({SEALED}{_rows(kept)}) {WRAPPED}{_rows(kept)}"


def _rows(count: int) -> str:
    return ", ".join(["(%s, %s, %s, %s)"] * count)


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
    disclosures = {name: _disclosure(name, value) for name, value in hidden.items()}
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
        inner = _disclosure(receipt.SEALED_NAME, entry.decode())
        disclosures[receipt.SEALED_NAME] = inner
        entry = receipt.sealed_entry(log=log, digest=receipt.digest_of(inner))
    return QueuedEntry(case_id, event_n, entry, disclosures or None)


def log_of(*, region_code: str) -> str:
    """The log of a region: its city's, or the one of provincial organs."""
    return f"{region_code[:4]}00"


def _disclosure(name: str, value: object) -> str:
    return receipt.disclosure(salt=secrets.token_bytes(receipt.SALT_BYTES_MIN), name=name, value=value)


def _seal(disclosures: Mapping[str, str]) -> tuple[bytes, bytes]:
    """The disclosures under a new key, and that key under the site's."""
    key = os.urandom(KEY_BYTES)
    return _encrypted(key, json.dumps(dict(disclosures)).encode()), _encrypted(queries.site_key(), key)


def _encrypted(key: bytes, content: bytes) -> bytes:
    nonce = os.urandom(queries.NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, None)
