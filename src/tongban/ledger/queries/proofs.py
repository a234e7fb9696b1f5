"""Proofs for one case: what a browser, a paper or a stranger's program needs to check it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tongban.core import merkle, note, receipt
from tongban.ledger import models
from tongban.ledger.queries import erasable, signers, standing, tiles

MERGE_DELAY_S_MAX = 3600
SIGNATURE_BYTES_MAX = 100  # Of a line that goes into a QR code.
PROMISE_NAME = "/promise"  # The key of promises is named after its log.

ENTRIES = """
select event_n, index, entry from ledger_leaf where region_code = %(region)s and case_id = %(case)s
union all
select event_n, null, entry from ledger_queue where region_code = %(region)s and case_id = %(case)s
order by 1
"""
RECORDED = """
select entry, queued_at from ledger_leaf
where region_code = %(region)s and case_id = %(case)s and event_n = %(n)s
union all
select entry, queued_at from ledger_queue
where region_code = %(region)s and case_id = %(case)s and event_n = %(n)s
"""


@dataclass(frozen=True, slots=True)
class Proven:
    """One entry of the case: at its place, or still waiting for one."""

    event_n: int
    entry: bytes
    index: int | None
    hashes: tuple[bytes, ...]


def proof(region_code: str, case_id: int) -> dict[str, Any]:
    """Everything to check this case with, as JSON: its entries, their proofs, the checkpoint, the key.

    Ask for the right to see the case before asking this.
    """
    log = f"{region_code[:4]}00"
    tree = models.Tree.objects.filter(log=log).first()
    checkpoint = newest_checkpoint(log)
    return {
        "log": log,
        "origin": standing.origin_of(tree.vkey) if tree else "",
        "vkey": tree.vkey if tree else "",
        "checkpoint": checkpoint.note if checkpoint else "",
        "size": checkpoint.size if checkpoint else 0,
        "entries": [
            {
                "n": one.event_n,
                "entry": note.to_base64(one.entry),
                "index": one.index,
                "hashes": [note.to_base64(part) for part in one.hashes],
            }
            for one in _proven(region_code, case_id, log, checkpoint)
        ],
    }


def case_file(region_code: str, case_id: int) -> dict[str, Any]:
    """The proof with what the digests stand for: a file that checks offline and shows what was said.

    For those alone who may read everything of the case.
    """
    disclosed = erasable.disclosures(region_code, case_id)
    return proof(region_code, case_id) | {
        "disclosures": {str(n): dict(one) for n, one in disclosed.items()}
    }


def receipt_text(region_code: str, case_id: int, event_n: int) -> str | None:
    """The `.tlog-proof` of one event, its entry beside it; None while it waits or where there is none."""
    log = f"{region_code[:4]}00"
    checkpoint = newest_checkpoint(log)
    for one in _proven(region_code, case_id, log, checkpoint):
        if one.event_n == event_n and one.index is not None and checkpoint is not None:
            return receipt.proof_text(receipt.Proof(one.index, one.hashes, checkpoint.note, one.entry))
    return None


def receipt_address(region_code: str, case_id: int, event_n: int) -> str | None:
    """Where a browser checks this receipt: it lies behind the #, which is never sent; None while it waits."""
    text = receipt_text(region_code, case_id, event_n)
    return None if text is None else f"{settings.PUBLIC_URL}/verify#{quote(_short(text), safe='+/=:@.')}"


def _short(text: str) -> str:
    """The receipt without the lines that no code could hold: a signature of ML-DSA-44 alone is too long."""
    kept = receipt.parse_proof(text)
    parsed = note.parse(kept.checkpoint)
    lines = [line.line for line in parsed.signatures if len(line.signature) <= SIGNATURE_BYTES_MAX]
    return receipt.proof_text(replace(kept, checkpoint=parsed.text + "\n" + "".join(lines)))


def promise(region_code: str, case_id: int, event_n: int) -> str | None:
    """The log's signed word that this event will be in it within the hour; None where there is no such event.

    The citizen keeps it from the first moment: without it, an entry that never comes could not be shown.

    :raises KeyMissing: the key for promises is not here.
    """
    with connection.cursor() as cursor:
        cursor.execute(RECORDED, {"region": region_code, "case": case_id, "n": event_n})
        row = cursor.fetchone()
    if row is None:
        return None
    entry, queued_at = bytes(row[0]), row[1]
    log = f"{region_code[:4]}00"
    signer = signers.promise_signer(log)
    shown = receipt.Promise(
        origin=signer.name.removesuffix(PROMISE_NAME), case_ref=_reference(entry), event_n=event_n,
        leaf=merkle.leaf_hash(entry), at=queued_at, delay_s_max=MERGE_DELAY_S_MAX,
    )  # fmt: skip
    return receipt.promise_note(shown, [signer], int(queued_at.timestamp()))


def _reference(entry: bytes) -> str:
    """The case's public reference; that of a sealed entry is not public."""
    return str(json.loads(entry).get("c", receipt.SEALED))


def overdue(at: datetime) -> tuple[tuple[str, int, int], ...]:
    """Events (region, case, number) that no log has taken within the promised delay: each is a red card."""
    late = at - timedelta(seconds=MERGE_DELAY_S_MAX)
    rows = models.Queue.objects.filter(queued_at__lt=late).order_by("region_code", "queued_at")
    return tuple(rows.values_list("region_code", "case_id", "event_n"))


def consistency(log: str, old: int) -> dict[str, Any]:
    """How the newest checkpoint follows from the log's first `old` entries.

    :raises ProofRejected: it has never had so many, or a tile is missing.
    """
    checkpoint = newest_checkpoint(log)
    if checkpoint is None or not 0 < old <= checkpoint.size:
        raise merkle.ProofRejected("the log has never shown that size")
    hashes = consistency_hashes(log, old, checkpoint.size)
    return {
        "old": old,
        "checkpoint": checkpoint.note,
        "hashes": [note.to_base64(one) for one in hashes],
    }


def consistency_hashes(log: str, old: int, new: int) -> tuple[bytes, ...]:
    """The proof that the first `old` entries of the log are still the first of its `new`."""
    return tiles.computed(log, new, lambda node: merkle.consistency_proof(old, new, node))


def inclusion_hashes(
    log: str, indexes: Sequence[int], size: int, *, is_hashed: bool = False
) -> list[tuple[bytes, ...]]:
    """The proof of each of these entries in the log of that size."""

    def proofs(node: merkle.Node) -> list[tuple[bytes, ...]]:
        return [merkle.inclusion_proof(index, size, node) for index in indexes]

    return tiles.computed(log, size, proofs, is_hashed=is_hashed)


def newest_checkpoint(log: str) -> models.Checkpoint | None:
    """The newest checkpoint that has been shown to everybody."""
    return (
        models.Checkpoint.objects.filter(log=log, published_at__isnull=False).order_by("-size").first()
    )


def _proven(
    region_code: str, case_id: int, log: str, checkpoint: models.Checkpoint | None
) -> Sequence[Proven]:
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, {"region": region_code, "case": case_id})
        rows = [(n, index, bytes(entry)) for n, index, entry in cursor.fetchall()]
    if checkpoint is None:
        return [Proven(n, entry, None, ()) for n, _, entry in rows]
    proven = _with_hashes(rows, log, checkpoint)
    if not _is_shown(proven, checkpoint):
        tiles.forget_tiles()  # The memory is of another database, or somebody has changed this one.
        proven = _with_hashes(rows, log, checkpoint, is_hashed=True)
    return proven


def _with_hashes(
    rows: Sequence[tuple[int, int | None, bytes]], log: str, checkpoint: models.Checkpoint,
    *, is_hashed: bool = False,
) -> Sequence[Proven]:
    places = [index for _, index, _ in rows if index is not None and index < checkpoint.size]
    try:
        hashes = dict(zip(places, inclusion_hashes(log, places, checkpoint.size, is_hashed=is_hashed), strict=True))
    except merkle.ProofRejected:
        hashes = dict.fromkeys(places, ())  # Tiles are missing: whoever checks it sees that it fails.
    return [
        Proven(n, entry, index if index in hashes else None, hashes.get(index, ()) if index is not None else ())
        for n, index, entry in rows
    ]


def _is_shown(proven: Iterable[Proven], checkpoint: models.Checkpoint) -> bool:
    try:
        for one in proven:
            if one.index is not None:
                merkle.verify_inclusion(
                    leaf=merkle.leaf_hash(one.entry), index=one.index, size=checkpoint.size,
                    proof=one.hashes, root=bytes(checkpoint.root),
                )  # fmt: skip
    except merkle.ProofRejected:
        return False
    return True
