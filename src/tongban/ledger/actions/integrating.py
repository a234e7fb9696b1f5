"""The sequencer's first half: what is queued becomes leaves, tiles and a larger tree, in one commit.

Sources: docs of the ledger: `delete … for update skip locked … returning` lost and doubled nothing under
eight writers; `id > last_seen` lost a third."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tongban.core import merkle
from tongban.ledger.actions import keys

BATCH_MAX = 4096

# In the order of the index, so that a long queue is not sorted anew for each batch; the events of a case,
# which lies in one region, keep theirs. The entries never leave the server: their hashes alone come back.
DRAIN = """
with batch as materialized (
  select region_code, case_id, event_n from ledger_queue
  where region_code >= %(log)s and region_code < %(last)s
  order by region_code, queued_at, case_id, event_n
  limit %(limit)s for update skip locked
), drained as (
  delete from ledger_queue q using batch b
  where q.region_code = b.region_code and q.case_id = b.case_id and q.event_n = b.event_n
  returning q.region_code, q.case_id, q.event_n, q.queued_at, q.entry, q.sealed, q.wrapped
), kept as (
  insert into ledger_leaf (log, index, hash, entry, region_code, case_id, event_n, queued_at, integrated_at)
  select %(log)s, %(size)s - 1 + row_number() over (order by queued_at, case_id, event_n),
         sha256('\\x00'::bytea || entry), entry, region_code, case_id, event_n, queued_at, %(at)s
  from drained
  returning index, hash
), said as (
  insert into ledger_disclosure (region_code, case_id, event_n, sealed)
  select region_code, case_id, event_n, sealed from drained where sealed is not null
), keyed as (
  insert into ledger_disclosurekey (region_code, case_id, event_n, wrapped)
  select region_code, case_id, event_n, wrapped from drained where wrapped is not null
)
select string_agg(hash, ''::bytea order by index) from kept
"""
LOCK = "select size, edge from ledger_tree where log = %s for update"
LEAVES = """
copy ledger_leaf (log, index, hash, entry, region_code, case_id, event_n, queued_at, integrated_at) from stdin
"""
TILES = """
insert into ledger_tile as kept (log, level, index, width, hashes) values {rows}
on conflict (log, level, index) do update
set width = kept.width + excluded.width, hashes = kept.hashes || excluded.hashes
returning level, index, case when width = 256 then hashes end
"""
UPPER = """
update ledger_tile t set upper = filled.upper from (values {rows}) as filled (level, index, upper)
where t.log = %s and t.level = filled.level and t.index = filled.index
"""
TREE = "update ledger_tree set size = %s, edge = %s, root = %s, integrated_at = %s where log = %s"


def integrate(*, log: str, at: datetime, batch: int = BATCH_MAX) -> int:
    """Take up to `batch` queued entries of the log into its tree; how many they were.

    :raises KeyMissing: the log was begun with a key that is not there any more.
    """
    keys.ensure_keys(logs=[log])
    with transaction.atomic(), connection.cursor() as cursor:
        size, edge = locked(cursor=cursor, log=log)
        cursor.execute(DRAIN, {
            "log": log, "last": f"{int(log) + 100:06d}", "limit": batch, "size": size, "at": at,
        })
        [joined] = cursor.fetchone()
        hashes = list(_hashes(bytes(joined or b"")))
        if hashes:
            grow(cursor=cursor, log=log, at=at, edge=edge, hashes=hashes)
    return len(hashes)


def locked(*, cursor: Any, log: str) -> tuple[int, merkle.Edge]:
    """Size and edge of the log, whose row is held until the transaction ends."""
    cursor.execute(LOCK, [log])
    size, joined = cursor.fetchone()
    return size, merkle.Edge(size, tuple(_hashes(bytes(joined))))


def append(
    *, cursor: Any, log: str, at: datetime, edge: merkle.Edge, rows: Sequence[Any]
) -> merkle.Edge:
    """Write the rows (region, case, event, queued at, entry) as the next leaves, with tiles and tree."""
    hashes = [merkle.leaf_hash(entry) for *_, entry in rows]
    with connection.wrap_database_errors, cursor.copy(LEAVES) as copy:
        for index, (leaf, row) in enumerate(zip(hashes, rows, strict=True), start=edge.size):
            region_code, case_id, event_n, queued_at, entry = row
            copy.write_row((log, index, leaf, entry, region_code, case_id, event_n, queued_at, at))
    return grow(cursor=cursor, log=log, at=at, edge=edge, hashes=hashes)


def grow(
    *, cursor: Any, log: str, at: datetime, edge: merkle.Edge, hashes: Sequence[bytes]
) -> merkle.Edge:
    """Write the tiles and the tree that these next leaves make."""
    grown, fresh = merkle.grow(edge, hashes)
    tiles = [
        (log, level, index, len(part) // merkle.HASH_BYTES, part)
        for level, data in enumerate(fresh)
        for index, part in _by_tile(edge.size >> (merkle.TILE_HEIGHT * level), data)
    ]
    if tiles:
        cursor.execute(TILES.format(rows=_marks(tiles)), [value for tile in tiles for value in tile])
        full = [
            (level, index, merkle.upper_of(merkle.levels_of(bytes(data))))
            for level, index, data in cursor.fetchall()
            if data is not None
        ]
        if full:
            cursor.execute(UPPER.format(rows=_marks(full)), [*(value for tile in full for value in tile), log])
    cursor.execute(TREE, [grown.size, b"".join(grown.peaks), grown.root, at, log])
    return grown


def _marks(rows: Sequence[tuple]) -> str:
    """Room for these rows in a statement."""
    return ", ".join([f"({', '.join(['%s'] * len(rows[0]))})"] * len(rows))


def _hashes(joined: bytes) -> Iterator[bytes]:
    width = merkle.HASH_BYTES
    return (joined[at : at + width] for at in range(0, len(joined), width))


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
