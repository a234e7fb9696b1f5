"""Taking back from the public files what a restored database no longer has: the way on, where a fork would be.

Sources: https://c2sp.org/tlog-tiles (entry bundles)."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tongban.core import merkle, note
from tongban.ledger import models, queries
from tongban.ledger.actions import integrating, publishing

Row = tuple[str, int, int, datetime, bytes]


def import_bundles(*, log: str, places: Mapping[str, tuple[str, int]], at: datetime) -> int:
    """Bring the log's tree up to its published checkpoint from the bundles beside it; how many entries that was.

    Entries of events that the database has lost too are kept all the same: the examination names them.

    :param places: region and number of the cases the database knows, by public reference (hex)
    :raises TreeWentBack: the files are of another history: nothing is taken in.
    """
    seen = publishing.published(log=log)
    with transaction.atomic(), connection.cursor() as cursor:
        size, edge = integrating.locked(cursor=cursor, log=log)
        if seen is None or seen.size <= size:
            return 0
        rows = list(_rows(log, size, seen.size, places, at))
        _forget_queued(cursor, rows)
        grown = integrating.append(cursor=cursor, log=log, at=at, edge=edge, rows=rows)
        if grown.root != seen.root:
            raise publishing.TreeWentBack(log=log, size=size, seen=seen.size, where="bundles")
        _keep_checkpoint(log, seen, at)
    return len(rows)


def _rows(
    log: str, old: int, new: int, places: Mapping[str, tuple[str, int]], at: datetime
) -> Iterator[Row]:
    for tile in merkle.tiles_between(old, new):
        if tile.level != 0:
            continue
        path = queries.public_folder(log) / merkle.Tile(merkle.ENTRIES_LEVEL, tile.index, tile.width).path
        entries = merkle.entries_of(path.read_bytes())
        start = tile.index * merkle.TILE_WIDTH
        for index, entry in enumerate(entries, start=start):
            if index >= old:
                yield (*_place(log, index, entry, places), at, entry)


def _place(
    log: str, index: int, entry: bytes, places: Mapping[str, tuple[str, int]]
) -> tuple[str, int, int]:
    """Region, case and event of an entry; of a case nobody knows here, numbers that none here has."""
    shown: dict[str, Any] = json.loads(entry)
    if shown.get("c") in places and "n" in shown:
        return (*places[shown["c"]], shown["n"])
    return log, -1 - index, int(shown.get("n", 1))


def _forget_queued(cursor: Any, rows: list[Row]) -> None:
    """What the backup still had waiting is in the log already."""
    cursor.executemany(
        "delete from ledger_queue where region_code = %s and case_id = %s and event_n = %s and entry = %s",
        [(region_code, case_id, event_n, entry) for region_code, case_id, event_n, _, entry in rows],
    )


def _keep_checkpoint(log: str, seen: note.Checkpoint, at: datetime) -> None:
    text = (queries.public_folder(log) / "checkpoint").read_text()
    models.Checkpoint.objects.update_or_create(
        log=log, size=seen.size,
        defaults={"root": seen.root, "note": text, "signed_at": at, "published_at": at},
    )  # fmt: skip
