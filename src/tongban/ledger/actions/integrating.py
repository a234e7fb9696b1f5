"""The sequencer's first half: what is queued becomes leaves, tiles and a larger tree, in one commit.

Sources: docs of the ledger: `delete … for update skip locked … returning` lost and doubled nothing under
eight writers; `id > last_seen` lost a third."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tongban.core import merkle
from tongban.ledger.actions import keys

BATCH_MAX = 1024

# In the order of the index, so that a long queue is not sorted anew for each batch; the events of a case,
# which lies in one region, keep theirs.
DRAIN = """
with batch as materialized (
  select region_code, case_id, event_n from ledger_queue
  where region_code >= %(first)s and region_code < %(last)s
  order by region_code, queued_at, case_id, event_n
  limit %(limit)s for update skip locked
)
delete from ledger_queue q using batch b
where q.region_code = b.region_code and q.case_id = b.case_id and q.event_n = b.event_n
returning q.region_code, q.case_id, q.event_n, q.queued_at, q.entry
"""
LOCK = "select size, edge from ledger_tree where log = %s for update"
LEAVES = """
copy ledger_leaf (log, index, hash, entry, region_code, case_id, event_n, queued_at, integrated_at) from stdin
"""
TILE = """
insert into ledger_tile as kept (log, level, index, width, hashes) values (%s, %s, %s, %s, %s)
on conflict (log, level, index) do update
set width = kept.width + excluded.width, hashes = kept.hashes || excluded.hashes
"""
TREE = "update ledger_tree set size = %s, edge = %s, root = %s, integrated_at = %s where log = %s"


def integrate(*, log: str, at: datetime, batch: int = BATCH_MAX) -> int:
    """Take up to `batch` queued entries of the log into its tree; how many they were.

    :raises KeyMissing: the log was begun with a key that is not there any more.
    """
    keys.ensure_keys(logs=[log])
    with transaction.atomic(), connection.cursor() as cursor:
        _, edge = locked(cursor=cursor, log=log)
        cursor.execute(DRAIN, {
            "first": log, "last": f"{int(log) + 100:06d}", "limit": batch
        })
        rows = sorted(cursor.fetchall(), key=lambda row: (row[3], row[1], row[2]))
        if rows:
            append(cursor=cursor, log=log, at=at, edge=edge, rows=rows)
    return len(rows)


def locked(*, cursor: Any, log: str) -> tuple[int, merkle.Edge]:
    """Size and edge of the log, whose row is held until the transaction ends."""
    cursor.execute(LOCK, [log])
    size, joined = cursor.fetchone()
    width = merkle.HASH_BYTES
    peaks = tuple(bytes(joined[i : i + width]) for i in range(0, len(joined), width))
    return size, merkle.Edge(size, peaks)


def append(
    *, cursor: Any, log: str, at: datetime, edge: merkle.Edge, rows: Sequence[Any]
) -> merkle.Edge:
    """Write the rows (region, case, event, queued at, entry) as the next leaves, with tiles and tree."""
    hashes = [merkle.leaf_hash(entry) for *_, entry in rows]
    grown, fresh = merkle.grow(edge, hashes)
    with connection.wrap_database_errors, cursor.copy(LEAVES) as copy:
        for index, (leaf, row) in enumerate(zip(hashes, rows, strict=True), start=edge.size):
            region_code, case_id, event_n, queued_at, entry = row
            copy.write_row((log, index, leaf, entry, region_code, case_id, event_n, queued_at, at))
    for level, data in enumerate(fresh):
        start = edge.size >> (merkle.TILE_HEIGHT * level)
        cursor.executemany(TILE, [
            (log, level, index, len(part) // merkle.HASH_BYTES, part)
            for index, part in _by_tile(start, data)
        ])
    cursor.execute(TREE, [grown.size, b"".join(grown.peaks), grown.root, at, log])
    return grown


def _by_tile(start: int, data: bytes) -> list[tuple[int, bytes]]:
    """New hashes of one level, from number `start` on, cut where one tile ends and the next begins."""
    parts = []
    while data:
        index, filled = divmod(start, merkle.TILE_WIDTH)
        room = merkle.TILE_WIDTH - filled
        parts.append((index, data[: room * merkle.HASH_BYTES]))
        data = data[room * merkle.HASH_BYTES :]
        start += room
    return parts
