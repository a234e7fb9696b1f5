"""Tiles as the database keeps them, with a small memory of the ones read last."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import connection

from tongban.core import merkle
from tongban.ledger import models

Answer = TypeVar("Answer")
TILES_IN_MEMORY_MAX = 2048  # About 16 KB each with all their levels.


def tile_bytes(log: str, tile: merkle.Tile) -> bytes:
    """The hashes of the tile, as wide as asked, whatever it has grown to since.

    :raises ProofRejected: it is not there or narrower.
    """
    hashes = _hashes(log, [tile]).get((tile.level, tile.index), b"")[: tile.width * merkle.HASH_BYTES]
    if len(hashes) < tile.width * merkle.HASH_BYTES:
        raise merkle.ProofRejected(f"{tile.path} is missing")
    return hashes


def _hashes(log: str, tiles: Iterable[merkle.Tile]) -> dict[tuple[int, int], bytes]:
    """What the database has of these tiles, in one statement."""
    places = [(tile.level, tile.index) for tile in tiles]
    marks = ", ".join(["(%s, %s)"] * len(places))
    with connection.cursor() as cursor:
        cursor.execute(
            f"select level, index, hashes from ledger_tile where log = %s and (level, index) in ({marks})",  # noqa: S608 -- marks alone
            [log, *(number for place in places for number in place)],
        )
        return {(level, index): bytes(hashes) for level, index, hashes in cursor.fetchall()}


def bundle_bytes(log: str, tile: merkle.Tile) -> bytes:
    """The entries beneath a tile of the lowest level, as one file.

    :raises ProofRejected: some are missing.
    """
    start = tile.index * merkle.TILE_WIDTH
    entries = [
        bytes(entry)
        for entry in models.Leaf.objects.filter(log=log, index__gte=start, index__lt=start + tile.width)
        .order_by("index")
        .values_list("entry", flat=True)
    ]
    if len(entries) != tile.width:
        raise merkle.ProofRejected(f"{tile.path} is missing entries")
    return merkle.bundle(entries)


# What was read last, oldest first. Tiles never change, so nothing here grows stale.
_memory: OrderedDict[tuple[str, merkle.Tile], merkle.Levels] = OrderedDict()


NOTHING_YET: merkle.Levels = (bytes(merkle.HASH_BYTES * merkle.TILE_WIDTH),) * (merkle.TILE_HEIGHT + 1)


def forget_tiles() -> None:
    """Empty the memory: the tiles are those of another database, or somebody has changed them."""
    _memory.clear()


def computed(log: str, size: int, act: Callable[[merkle.Node], Answer]) -> Answer:
    """What `act` makes of the log at that size; the tiles it misses are read in one statement.

    :raises ProofRejected: one of them is not there.
    """
    held: dict[merkle.Tile, merkle.Levels] = {}
    missing: list[merkle.Tile] = []

    def read(tile: merkle.Tile) -> merkle.Levels:
        levels = held.get(tile)
        if levels is None:
            levels = _memory.get((log, tile), NOTHING_YET)
            held[tile] = levels
            if levels is NOTHING_YET:
                missing.append(tile)
        return levels

    node = merkle.node_in(read, size)
    answer = act(node)
    if not missing:
        return answer
    held |= _fetched(log, missing)
    return act(node)


def _fetched(log: str, missing: Iterable[merkle.Tile]) -> dict[merkle.Tile, merkle.Levels]:
    """These tiles from the database, and into the memory."""
    found = _hashes(log, missing)
    fetched = {}
    for tile in missing:
        hashes = found.get((tile.level, tile.index), b"")[: tile.width * merkle.HASH_BYTES]
        if len(hashes) < tile.width * merkle.HASH_BYTES:
            raise merkle.ProofRejected(f"{tile.path} is missing")
        fetched[tile] = _memory[log, tile] = merkle.levels_of(hashes)
    while len(_memory) > TILES_IN_MEMORY_MAX:
        _memory.popitem(last=False)
    return fetched


def root_at(log: str, size: int) -> bytes | None:
    """The root of the log when it had that size, from its tiles as they are now; None where they are broken."""
    node = merkle.node_in(lambda tile: merkle.levels_of(tile_bytes(log, tile)), size)
    try:
        return merkle.subtree_hash(0, size, node)
    except merkle.ProofRejected:
        return None
