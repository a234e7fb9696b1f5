"""Tiles as the database keeps them, with a small memory of the ones read last."""

from functools import lru_cache

from tongban.core import merkle
from tongban.ledger import models

TILES_IN_MEMORY_MAX = 2048  # About 16 KB each with all their levels.


def tile_bytes(log: str, tile: merkle.Tile) -> bytes:
    """The hashes of the tile, as wide as asked, whatever it has grown to since.

    :raises ProofRejected: it is not there or narrower.
    """
    hashes = (
        models.Tile.objects.filter(log=log, level=tile.level, index=tile.index)
        .values_list("hashes", flat=True)
        .first()
    )
    if hashes is None or len(hashes) < tile.width * merkle.HASH_BYTES:
        raise merkle.ProofRejected(f"{tile.path} is missing")
    return bytes(hashes[: tile.width * merkle.HASH_BYTES])


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


@lru_cache(maxsize=TILES_IN_MEMORY_MAX)
def _levels(log: str, tile: merkle.Tile) -> merkle.Levels:
    return merkle.levels_of(tile_bytes(log, tile))


forget_tiles = _levels.cache_clear


def node_of(log: str, size: int) -> merkle.Node:
    """Reads any perfect subtree of the log at that size."""
    return merkle.node_in(lambda tile: _levels(log, tile), size)


def root_at(log: str, size: int) -> bytes | None:
    """The root of the log when it had that size, from its tiles as they are now; None where they are broken."""
    node = merkle.node_in(lambda tile: merkle.levels_of(tile_bytes(log, tile)), size)
    try:
        return merkle.subtree_hash(0, size, node)
    except merkle.ProofRejected:
        return None
