"""Tiles as the database keeps them, with a small memory of the ones read last."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import psycopg
from django.db import connection

from tongban.core import merkle

Answer = TypeVar("Answer")
Places = dict[tuple[int, int], bytes]
TILES_IN_MEMORY_MAX = 2048  # About 16 KB each with all their levels.

TILES = "select level, index, hashes from ledger_tile where log = %s and (level, index) in ({marks})"
WHOLE = TILES.replace("hashes", "hashes, upper")
# The length of each entry as two bytes, most significant first, and the entry: the format of a bundle.
BUNDLES = """
select index / 256, count(*),
       string_agg(substr(int4send(octet_length(entry)), 3) || entry, ''::bytea order by index)
from ledger_leaf where log = %s and index >= %s and index < %s
group by 1
"""


def tile_bytes(log: str, tile: merkle.Tile) -> bytes:
    """The hashes of the tile, as wide as asked, whatever it has grown to since.

    :raises ProofRejected: it is not there or narrower.
    """
    return tiles_bytes(log, [tile])[tile]


def tiles_bytes(log: str, tiles: Sequence[merkle.Tile]) -> dict[merkle.Tile, bytes]:
    """The hashes of these tiles, in one statement.

    :raises ProofRejected: one is not there or narrower.
    """
    found = _hashes(log, tiles)
    return {tile: _as_wide(found, tile) for tile in tiles}


def _as_wide(found: Places, tile: merkle.Tile) -> bytes:
    hashes = found.get((tile.level, tile.index), b"")[: tile.width * merkle.HASH_BYTES]
    if len(hashes) < tile.width * merkle.HASH_BYTES:
        raise merkle.ProofRejected(f"{tile.path} is missing")
    return hashes


def _hashes(log: str, tiles: Iterable[merkle.Tile]) -> Places:
    """What the database has of these tiles, in one statement."""
    return {(level, index): hashes for level, index, hashes in _tiles(TILES, log, tiles)}


def _tiles(statement: str, log: str, tiles: Iterable[merkle.Tile]) -> Sequence[tuple]:
    places = [number for tile in tiles for number in (tile.level, tile.index)]
    marks = ", ".join(["(%s, %s)"] * (len(places) // 2))
    return _read(statement.format(marks=marks), [log, *places])


def _levels(log: str, tiles: Sequence[merkle.Tile]) -> dict[merkle.Tile, merkle.Levels]:
    """These tiles with all their levels: of a full one they were kept, of a partial one they are hashed.

    :raises ProofRejected: one is not there, narrower, or kept with levels it cannot have.
    """
    levels = {}
    for tile, (hashes, upper) in kept_tiles(log, tiles).items():
        is_kept = upper is not None and tile.width == merkle.TILE_WIDTH
        levels[tile] = merkle.levels_with(hashes, upper or b"") if is_kept else merkle.levels_of(hashes)
    return levels


def kept_tiles(log: str, tiles: Sequence[merkle.Tile]) -> dict[merkle.Tile, tuple[bytes, bytes | None]]:
    """The hashes of these tiles, and the levels kept above them, in one statement.

    :raises ProofRejected: one is not there or narrower.
    """
    rows = _tiles(WHOLE, log, tiles)
    found = {(level, index): hashes for level, index, hashes, _ in rows}
    upper = {(level, index): kept for level, index, _, kept in rows}
    return {tile: (_as_wide(found, tile), upper[tile.level, tile.index]) for tile in tiles}


def _hashed(log: str, tiles: Sequence[merkle.Tile]) -> dict[merkle.Tile, merkle.Levels]:
    """These tiles with all their levels, hashed anew: what was kept beside them is not believed.

    :raises ProofRejected: one is not there or narrower.
    """
    return {tile: merkle.levels_of(hashes) for tile, hashes in tiles_bytes(log, tiles).items()}


def _read(statement: str, values: Sequence[object]) -> Sequence[tuple]:
    """The answer with its bytes as they are: written out as digits, as Django has it, they weigh twice as much."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, values, binary=True).fetchall()


def bundle_bytes(log: str, tile: merkle.Tile) -> bytes:
    """The entries beneath a tile of the lowest level, as one file.

    :raises ProofRejected: some are missing.
    """
    return bundles_bytes(log, tile.index, tile.index, tile.width)[tile.index]


def bundles_bytes(log: str, first: int, last: int, last_width: int) -> dict[int, bytes]:
    """The bundles number `first` to `last`, the last one of so many entries, in one statement.

    :raises ProofRejected: some entries are missing.
    """
    width = merkle.TILE_WIDTH
    rows = _read(BUNDLES, [log, first * width, last * width + last_width])
    found = {index: (count, joined) for index, count, joined in rows}
    for index in range(first, last + 1):
        wanted = last_width if index == last else width
        if index not in found or found[index][0] != wanted:
            raise merkle.ProofRejected(f"{merkle.Tile(merkle.ENTRIES_LEVEL, index, wanted).path} is missing entries")
    return {index: joined for index, (_, joined) in found.items()}


# What was read last, oldest first. Tiles never change, so nothing here grows stale.
_memory: OrderedDict[tuple[str, merkle.Tile], merkle.Levels] = OrderedDict()


NOTHING_YET: merkle.Levels = (bytes(merkle.HASH_BYTES * merkle.TILE_WIDTH),) * (merkle.TILE_HEIGHT + 1)


def forget_tiles() -> None:
    """Empty the memory: the tiles are those of another database, or somebody has changed them."""
    _memory.clear()


def computed(
    log: str, size: int, act: Callable[[merkle.Node], Answer], *, is_hashed: bool = False
) -> Answer:
    """What `act` makes of the log at that size; the tiles it misses are read in one statement.

    :param is_hashed: believe the lowest level of each tile alone, not the levels kept above it
    :raises ProofRejected: one of them is not there.
    """
    answer, fetched = _computed(log, size, act, _memory, _hashed if is_hashed else _levels)
    for tile, levels in fetched.items():
        _memory[log, tile] = levels
    while len(_memory) > TILES_IN_MEMORY_MAX:
        _memory.popitem(last=False)
    return answer


def root_at(log: str, size: int) -> bytes | None:
    """The root of the log when it had that size, from its tiles as they are now; None where they are broken."""
    try:
        return _computed(log, size, lambda node: merkle.subtree_hash(0, size, node), {}, _hashed)[0]
    except merkle.ProofRejected:
        return None


def _computed(
    log: str, size: int, act: Callable[[merkle.Node], Answer],
    memory: Mapping[tuple[str, merkle.Tile], merkle.Levels],
    fetch: Callable[[str, Sequence[merkle.Tile]], dict[merkle.Tile, merkle.Levels]],
) -> tuple[Answer, dict[merkle.Tile, merkle.Levels]]:  # fmt: skip
    """The answer, and the tiles that had to be read for it: asked twice, first to learn which those are."""
    held: dict[merkle.Tile, merkle.Levels] = {}
    missing: list[merkle.Tile] = []

    def read(tile: merkle.Tile) -> merkle.Levels:
        levels = held.get(tile)
        if levels is None:
            levels = memory.get((log, tile), NOTHING_YET)
            held[tile] = levels
            if levels is NOTHING_YET:
                missing.append(tile)
        return levels

    node = merkle.node_in(read, size)
    answer = act(node)
    if not missing:
        return answer, {}
    fetched = fetch(log, missing)
    held |= fetched
    return act(node), fetched
