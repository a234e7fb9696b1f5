"""The tree against the definition in RFC 9162 2.1, written down a second time without any cleverness."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.core import merkle


def naive_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = max(2**e for e in range(20) if 2**e < len(leaves))
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(index, leaves):
    if len(leaves) == 1:
        return []
    k = max(2**e for e in range(20) if 2**e < len(leaves))
    if index < k:
        return [*naive_path(index, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(index - k, leaves[k:]), naive_root(leaves[:k])]


def naive_consistency(old, leaves, is_whole=True):
    if old == len(leaves):
        return [] if is_whole else [naive_root(leaves)]
    k = max(2**e for e in range(20) if 2**e < len(leaves))
    if old <= k:
        return [*naive_consistency(old, leaves[:k], is_whole), naive_root(leaves[k:])]
    return [*naive_consistency(old - k, leaves[k:], False), naive_root(leaves[:k])]


def leaves_of(size):
    return [merkle.leaf_hash(i.to_bytes(4, "big")) for i in range(size)]


def tiled(size):
    """A tree kept as a log keeps it: tiles only."""
    kept = {}
    edge = merkle.EMPTY_EDGE
    for start in range(0, size, 300):
        grown, fresh = merkle.grow(edge, leaves_of(size)[start : start + 300])
        for level, data in enumerate(fresh):
            at = edge.size >> (8 * level)
            for i in range(0, len(data), 32):
                index = (at + i // 32) // 256
                kept[level, index] = kept.get((level, index), b"") + data[i : i + 32]
        edge = grown

    def read(tile):
        data = kept[tile.level, tile.index]
        assert len(data) == tile.width * 32
        return merkle.levels_of(data)

    return edge, merkle.node_in(read, size)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 255, 256, 257, 700])
def test_root_equals_the_definition(size):
    assert merkle.root_of(leaves_of(size)) == naive_root(leaves_of(size))


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_inclusion_proof_from_tiles_equals_the_definition_and_verifies(data):
    size = data.draw(st.integers(1, 900))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    edge, node = tiled(size)
    proof = merkle.inclusion_proof(index, size, node)
    assert list(proof) == naive_path(index, leaves)
    merkle.verify_inclusion(leaf=leaves[index], index=index, size=size, proof=proof, root=edge.root)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_consistency_proof_from_tiles_equals_the_definition_and_verifies(data):
    new = data.draw(st.integers(1, 900))
    old = data.draw(st.integers(1, new))
    leaves = leaves_of(new)
    edge, node = tiled(new)
    proof = merkle.consistency_proof(old, new, node)
    assert list(proof) == naive_consistency(old, leaves)
    merkle.verify_consistency(old=old, new=new, proof=proof, old_root=naive_root(leaves[:old]), new_root=edge.root)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_one_flipped_bit_anywhere_is_rejected(data):
    size = data.draw(st.integers(2, 400))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    proof = naive_path(index, leaves)
    parts = [leaves[index], naive_root(leaves), *proof]
    at = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 255))
    parts[at] = (int.from_bytes(parts[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    with pytest.raises(merkle.ProofRejected):
        merkle.verify_inclusion(leaf=parts[0], index=index, size=size, proof=parts[2:], root=parts[1])


def test_every_other_index_is_rejected():
    leaves = leaves_of(13)
    for index in range(13):
        proof = naive_path(index, leaves)
        for wrong in (*range(index), *range(index + 1, 20), -1):
            with pytest.raises(merkle.ProofRejected):
                merkle.verify_inclusion(
                    leaf=leaves[index], index=wrong, size=13, proof=proof, root=naive_root(leaves)
                )


def test_a_proof_that_is_short_long_or_empty_is_rejected_and_says_so():
    leaves = leaves_of(7)
    proof = naive_path(3, leaves)
    consistency = naive_consistency(3, leaves)

    def inclusion(shown):
        with pytest.raises(merkle.ProofRejected) as caught:
            merkle.verify_inclusion(leaf=leaves[3], index=3, size=7, proof=shown, root=naive_root(leaves))
        return str(caught.value)

    def grown(shown, old=3):
        with pytest.raises(merkle.ProofRejected) as caught:
            merkle.verify_consistency(
                old=old, new=7, proof=shown, old_root=naive_root(leaves[:3]), new_root=naive_root(leaves)
            )
        return str(caught.value)

    assert inclusion(proof[:-1]) == "the proof is too short"
    assert inclusion([*proof, proof[0]]) == "the proof is too long"
    assert inclusion([*proof[:-1], proof[-1][:31]]) == "a hash is not exactly 32 bytes"
    assert grown(consistency[:-1]) == "the proof is too short"
    assert grown([*consistency, proof[0]]) == "the proof is too long"
    assert grown([]) == "the proof is empty"
    assert grown([], old=0) == "nothing can be shown from an empty tree"
    assert grown(consistency, old=7) == "two trees of one size need no proof"
    assert grown([], old=7) == "two trees of one size have different roots"
    assert grown(consistency, old=8) == "the older tree is larger than the newer"


def test_tiles_between_two_sizes_are_those_that_changed():
    assert [t.path for t in merkle.tiles_between(0, 0)] == []
    assert [t.path for t in merkle.tiles_between(0, 3)] == ["tile/0/000.p/3"]
    assert [t.path for t in merkle.tiles_between(3, 3)] == []
    assert [t.path for t in merkle.tiles_between(250, 520)] == [
        "tile/0/000", "tile/0/001", "tile/0/002.p/8", "tile/1/000.p/2"
    ]
    assert [t.path for t in merkle.tiles_between(520, 600)] == ["tile/0/002.p/88"]


def test_a_bundle_gives_its_entries_back():
    entries = (b"", b"a", b"x" * 65_535)
    assert merkle.entries_of(merkle.bundle(entries)) == entries


@pytest.mark.parametrize("broken", [b"\x00", b"\x00\x02a", b"\x00\x01a\x00"])
def test_a_bundle_that_ends_inside_an_entry_is_rejected(broken):
    with pytest.raises(merkle.ProofRejected):
        merkle.entries_of(broken)


def test_a_tile_that_is_too_short_is_rejected():
    node = merkle.node_in(lambda tile: merkle.levels_of(b"\x00" * 32), 2)
    with pytest.raises(merkle.ProofRejected):
        merkle.inclusion_proof(0, 2, node)
    with pytest.raises(merkle.ProofRejected):
        node(1, 0)


def test_an_empty_range_hashes_to_the_empty_root():
    assert merkle.subtree_hash(0, 0, lambda level, index: b"") == merkle.EMPTY_ROOT


def test_upper_levels_kept_are_those_hashed_anew_and_no_other_length_is_taken():
    levels = merkle.levels_of(b"".join(merkle.leaf_hash(b"%d" % i) for i in range(256)))
    upper = merkle.upper_of(levels)
    assert len(upper) == 255 * 32
    assert merkle.levels_with(levels[0], upper) == levels
    for data, kept in ((levels[0], upper[:-1]), (levels[0], upper + b"0"), (levels[0][:-32], upper)):
        with pytest.raises(merkle.ProofRejected, match="upper levels"):
            merkle.levels_with(data, kept)
