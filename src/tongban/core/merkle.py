"""The Merkle tree of a log: hashes, the growing edge, tiles and bundles, proofs and their verification.

Sources: RFC 6962 2.1 and RFC 9162 2.1 (hashes, 2.1.3.2 and 2.1.4.2 verification);
https://c2sp.org/tlog-tiles (tiles, bundles, paths)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

HASH_BYTES = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
ENTRY_BYTES_MAX = 65_535
ENTRIES_LEVEL = -1  # The level under the leaves: the entries themselves, in bundles.
EMPTY_ROOT = sha256(b"").digest()

Node = Callable[[int, int], bytes]  # (level, index) of a perfect subtree -> its hash.
Levels = tuple[bytes, ...]  # A tile with every inner level: [0] as stored, [k] the hashes k above it.


class ProofRejected(ValueError):
    """The proof does not show what it claims; the text says which check failed."""


# Hashes


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of these leaves, computed from nothing else (RFC 9162 2.1.1)."""
    return grow(EMPTY_EDGE, leaf_hashes)[0].root


# The growing edge


@dataclass(frozen=True, slots=True)
class Edge:
    """A tree as far as appending needs it: the roots of its perfect subtrees, largest first."""

    size: int
    peaks: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


EMPTY_EDGE = Edge(0, ())


def grow(edge: Edge, leaf_hashes: Sequence[bytes]) -> tuple[Edge, tuple[bytes, ...]]:
    """The edge after these leaves, and per tile level the hashes that are new there, joined."""
    peaks = list(edge.peaks)
    size = edge.size
    fresh: list[list[bytes]] = [[]]
    for leaf in leaf_hashes:
        fresh[0].append(leaf)
        peaks.append(leaf)
        size += 1
        for height in range(1, _trailing_zeros(size) + 1):
            right = peaks.pop()
            peaks[-1] = sha256(b"\x01" + peaks[-1] + right).digest()
            if height % TILE_HEIGHT == 0:
                level = height // TILE_HEIGHT
                fresh.extend([] for _ in range(level + 1 - len(fresh)))
                fresh[level].append(peaks[-1])
    return Edge(size, tuple(peaks)), tuple(b"".join(hashes) for hashes in fresh)


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1


# Tiles and bundles


class Tile(NamedTuple):
    """A tile by its place: level (or ENTRIES_LEVEL), index, and how many hashes it holds."""

    level: int
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks a tile for
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Its address under the log: `tile/<L>/<N>[.p/<W>]`."""
        level = "entries" if self.level == ENTRIES_LEVEL else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{index_path(self.index)}{partial}"


def index_path(index: int) -> str:
    """Groups of three digits, every one but the last marked by x: 1234067 is x001/x234/067."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """The tiles of a tree of `new` leaves that a tree of `old` leaves does not have, lowest first."""
    for level in range(-(-new.bit_length() // TILE_HEIGHT)):
        first, last = old >> (TILE_HEIGHT * level), new >> (TILE_HEIGHT * level)
        for index in range(first // TILE_WIDTH, -(-last // TILE_WIDTH)):
            width = min(TILE_WIDTH, last - index * TILE_WIDTH)
            if index * TILE_WIDTH + width > first:
                yield Tile(level, index, width)


def tile_of(level: int, index: int, size: int) -> Tile:
    """The tile that a tree of `size` leaves keeps at this place: full, or as wide as the tree is."""
    width = min(TILE_WIDTH, (size >> (TILE_HEIGHT * max(level, 0))) - index * TILE_WIDTH)
    assert width > 0, "the tree does not reach this tile"
    return Tile(level, index, width)


def levels_of(data: bytes) -> Levels:
    """A tile with all the levels hashed out: what a reader keeps so that a proof costs no hashing."""
    levels = [data]
    while len(levels[-1]) >= 2 * HASH_BYTES:
        below = levels[-1]
        pairs = range(0, len(below) - 2 * HASH_BYTES + 1, 2 * HASH_BYTES)
        levels.append(b"".join([sha256(b"\x01" + below[at : at + 2 * HASH_BYTES]).digest() for at in pairs]))
    return tuple(levels)


def upper_of(levels: Levels) -> bytes:
    """The levels above the lowest, joined: what may be kept beside a full tile."""
    return b"".join(levels[1:])


def levels_with(data: bytes, upper: bytes) -> Levels:
    """A full tile with its upper levels, as `upper_of` joined them.

    :raises ProofRejected: they are not as long as they must be.
    """
    levels, first = [data], 0
    for height in range(1, TILE_HEIGHT + 1):
        last = first + (len(data) >> height)
        levels.append(upper[first:last])
        first = last
    if len(data) != TILE_WIDTH * HASH_BYTES or len(upper) != first:
        raise ProofRejected("the upper levels of a tile are too short or too long")
    return tuple(levels)


def node_in(read: Callable[[Tile], Levels], size: int) -> Node:
    """Reads any perfect subtree of a tree of `size` leaves from its tiles."""

    def node(level: int, index: int) -> bytes:
        tile, height, place = place_of(level, index, size)
        levels = read(tile)
        at = place * HASH_BYTES
        found = levels[height][at : at + HASH_BYTES] if height < len(levels) else b""
        if len(found) != HASH_BYTES:
            raise ProofRejected(f"{tile.path} is too short")
        return found

    return node


def place_of(level: int, index: int, size: int) -> tuple[Tile, int, int]:
    """Where a tree of `size` leaves keeps a perfect subtree: tile, height inside it, place at that height."""
    tile_level, height = divmod(level, TILE_HEIGHT)
    tile_index, first = divmod(index << height, TILE_WIDTH)
    return tile_of(tile_level, tile_index, size), height, first >> height


def bundle(entries: Sequence[bytes]) -> bytes:
    """Up to 256 entries as one file: each with its length as two bytes, most significant first."""
    assert len(entries) <= TILE_WIDTH
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def entries_of(bundled: bytes) -> tuple[bytes, ...]:
    """The entries of a bundle.

    :raises ProofRejected: it ends inside an entry.
    """
    entries = []
    at = 0
    while at < len(bundled):
        length = int.from_bytes(bundled[at : at + 2], "big")
        entry = bundled[at + 2 : at + 2 + length]
        if len(bundled) < at + 2 or len(entry) != length:
            raise ProofRejected("the bundle ends inside an entry")
        entries.append(entry)
        at += 2 + length
    return tuple(entries)


# Proofs


def inclusion_proof(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """The hashes beside the way from leaf `index` up to the root of a tree of `size` leaves."""
    assert 0 <= index < size
    proof = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            proof.append(subtree_hash(middle, last, node))
            last = middle
        else:
            proof.append(subtree_hash(first, middle, node))
            first = middle
    return tuple(reversed(proof))


def consistency_proof(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """The hashes that show a tree of `old` leaves to be the beginning of one of `new` (2.1.4.1)."""
    assert 0 < old <= new
    if old == new:
        return ()
    proof = []
    first, last, is_whole = 0, new, True
    while last != old:
        middle = first + _split(last - first)
        if old <= middle:
            proof.append(subtree_hash(middle, last, node))
            last = middle
        else:
            proof.append(subtree_hash(first, middle, node))
            first, is_whole = middle, False
    if not is_whole:
        proof.append(subtree_hash(first, last, node))
    return tuple(reversed(proof))


def subtree_hash(first: int, last: int, node: Node) -> bytes:
    """The hash over the leaves [first, last), where `first` lies on a boundary the tree has."""
    if last == first:
        return EMPTY_ROOT
    peaks = []
    while first < last:
        height = (last - first).bit_length() - 1
        peaks.append(node(height, first >> height))
        first += 1 << height
    return Edge(last, tuple(peaks)).root


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)


# Verification


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Accept that `leaf` is number `index` in the tree of `size` leaves under `root` (2.1.3.2).

    :raises ProofRejected: it is not shown.
    """
    _check_hashes([leaf, root, *proof])
    if not 0 <= index < size:
        raise ProofRejected("the index lies outside the tree")
    left, last = index, size - 1
    reached = leaf
    for sibling in proof:
        if last == 0:
            raise ProofRejected("the proof is too long")
        if left & 1 or left == last:
            reached = node_hash(sibling, reached)
            shift = _trailing_zeros(left) if left else 0
            left, last = left >> shift, last >> shift
        else:
            reached = node_hash(reached, sibling)
        left, last = left >> 1, last >> 1
    if last != 0:
        raise ProofRejected("the proof is too short")
    if reached != root:
        raise ProofRejected("the proof leads to another root")


def verify_consistency(*, old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Accept that the tree of `old` leaves is the beginning of the tree of `new` (2.1.4.2).

    :raises ProofRejected: it is not shown.
    """
    _check_hashes([old_root, new_root, *proof])
    if not 0 <= old <= new:
        raise ProofRejected("the older tree is larger than the newer")
    if old == new:
        if proof:
            raise ProofRejected("two trees of one size need no proof")
        if old_root != new_root:
            raise ProofRejected("two trees of one size have different roots")
        return
    if old == 0:
        raise ProofRejected("nothing can be shown from an empty tree")
    if not proof:
        raise ProofRejected("the proof is empty")
    _walk_consistency(old, new, [old_root, *proof] if old & (old - 1) == 0 else list(proof), old_root, new_root)


def _walk_consistency(old: int, new: int, path: list[bytes], old_root: bytes, new_root: bytes) -> None:
    shift = _trailing_zeros(old)
    left, last = (old - 1) >> shift, (new - 1) >> shift
    to_old = to_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofRejected("the proof is too long")
        if left & 1 or left == last:
            to_old, to_new = node_hash(sibling, to_old), node_hash(sibling, to_new)
            shift = _trailing_zeros(left) if left else 0
            left, last = left >> shift, last >> shift
        else:
            to_new = node_hash(to_new, sibling)
        left, last = left >> 1, last >> 1
    if last != 0:
        raise ProofRejected("the proof is too short")
    if to_old != old_root:
        raise ProofRejected("the proof leads to another older root")
    if to_new != new_root:
        raise ProofRejected("the proof leads to another newer root")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofRejected("a hash is not exactly 32 bytes")
