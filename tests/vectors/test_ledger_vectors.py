"""The ledger against other people's vectors: every one exact.

They are read where they are kept, beside the repository; each group there names its source."""

import base64
import json
import os
import pathlib
from hashlib import sha256

import pytest
import rfc8785

from tongban.core import merkle, note, receipt

PATH = pathlib.Path(__file__).parents[3] / "shared" / "vectors" / "ledger_vectors.json"
if not PATH.exists() and os.environ.get("CI") != "true":
    pytest.skip("the shared vectors are not beside the repository", allow_module_level=True)
VECTORS = json.loads(PATH.read_text(encoding="utf-8"))
TREE = VECTORS["rfc6962_tree"]
LEAVES = [merkle.leaf_hash(bytes.fromhex(one)) for one in TREE["leaf_inputs_hex"]]
OWN = VECTORS["own_crosschecked_log"]


def decoded(value):
    return base64.b64decode(value or "")


def node_of(leaves):
    def node(level, index):
        return merkle.root_of(leaves[index << level : (index + 1) << level])

    return node


def test_tree_of_rfc6962():
    assert merkle.EMPTY_ROOT.hex() == TREE["empty_root"]
    for size, root in TREE["root_by_size_hex"].items():
        assert merkle.root_of(LEAVES[: int(size)]).hex() == root
    for level, hashes in TREE["node_hashes_hex"].items():
        for index, expected in enumerate(hashes):
            assert node_of(LEAVES)(int(level), index).hex() == expected


@pytest.mark.parametrize("case", VECTORS["inclusion_proofs"]["cases"], ids=lambda c: c["file"])
def test_inclusion(case):
    given = {
        "leaf": decoded(case["leafHash"]), "index": case["leafIdx"], "size": case["treeSize"],
        "proof": [decoded(one) for one in case["proof"] or []], "root": decoded(case["root"]),
    }
    if case["wantErr"]:
        with pytest.raises(merkle.ProofRejected):
            merkle.verify_inclusion(**given)
    else:
        merkle.verify_inclusion(**given)
        assert list(merkle.inclusion_proof(given["index"], given["size"], node_of(LEAVES))) == given["proof"]


@pytest.mark.parametrize("case", VECTORS["consistency_proofs"]["cases"], ids=lambda c: c["file"])
def test_consistency(case):
    given = {
        "old": case["size1"], "new": case["size2"],
        "proof": [decoded(one) for one in case["proof"] or []],
        "old_root": decoded(case["root1"]), "new_root": decoded(case["root2"]),
    }
    if case["wantErr"]:
        with pytest.raises(merkle.ProofRejected):
            merkle.verify_consistency(**given)
    else:
        merkle.verify_consistency(**given)
        assert list(merkle.consistency_proof(given["old"], given["new"], node_of(LEAVES))) == given["proof"]


@pytest.mark.parametrize("case", [c for c in VECTORS["signed_notes"] if "note" in c], ids=lambda c: c["source"][:40])
def test_signed_note(case):
    keys = [note.parse_key(one) for one in case["vkeys"]]
    assert [str(key) for key in keys] == case["vkeys"]
    verified = note.verify(case["note"], keys)
    assert [key for key, _ in verified.by] == keys
    if "text" in case:
        assert verified.text == case["text"]
    with pytest.raises(note.NoteRejected):
        note.verify("x" + case["note"], keys)


@pytest.mark.parametrize("bad", [one for c in VECTORS["signed_notes"] for one in c.get("bad_vkeys", [])])
def test_bad_key(bad):
    with pytest.raises(note.KeyRejected):
        note.parse_key(bad)


def test_checkpoint_of_the_specification():
    example = VECTORS["checkpoint_spec_example"]
    parsed = note.parse(example["note"])
    log, witness = parsed.signatures
    assert note.parse_checkpoint(parsed.text).text == parsed.text
    assert {
        "log_key_id": log.key_id.hex(), "witness_key_id": witness.key_id.hex(), "cosignature_time": witness.time
    } == example["expect"]


def test_tile_paths():
    for index, path in VECTORS["tile_paths"]["n"].items():
        assert merkle.index_path(int(index)) == path


@pytest.mark.parametrize(("size", "levels"), VECTORS["tile_paths"]["partials_of_size"].items())
def test_partial_tiles(size, levels):
    found = {level: [0, 0] for level in levels}
    for tile in merkle.tiles_between(0, int(size)):
        if tile.width == merkle.TILE_WIDTH:
            found[str(tile.level)][0] += 1
        else:
            found[str(tile.level)][1] = tile.width
    assert found == levels


@pytest.mark.parametrize("case", VECTORS["jcs_rfc8785"]["cases"], ids=lambda c: c["name"])
def test_canonical_json(case):
    assert rfc8785.dumps(json.loads(case["input"])).hex() == case["output_hex"]


@pytest.mark.parametrize("case", VECTORS["sd_jwt_disclosures"]["cases"], ids=lambda c: c["digest"])
def test_disclosure_digest(case):
    assert receipt.digest_of(case["disclosure"]) == case["digest"]


def test_cosignature_time():
    case = VECTORS["cosignature_timestamp"]
    blob = decoded(case["sig_base64"])
    assert note.Signature("w", blob[:4], blob[4:]).time == case["unix_time"]


def test_cosignature_keys():
    case = VECTORS["cosignature_vkeys"]
    assert [str(note.parse_key(one)) for one in case["valid"]] == case["valid"]
    assert [note.parse_key(one).kind for one in case["valid"]] == [note.Kind.COSIGNATURE]
    assert [note.parse_key(one).kind for one in case["type1_convertible"]] == [note.Kind.ED25519]


def test_proof_format():
    case = VECTORS["tlog_proof_format"]
    assert receipt.proof_text(receipt.parse_proof(case["ok"])) == case["ok"]
    for bad in case["reject"]:
        with pytest.raises(merkle.ProofRejected):
            receipt.parse_proof(bad)


def test_the_log_that_other_clients_have_accepted():
    entries = [
        rfc8785.dumps({"v": 1, "type": "case.accepted", "seq": i, "matter": f"140100-0101-{i % 900:05d}",
                       "commit": sha256(str(i).encode()).hexdigest()})
        for i in range(70_000)
    ]
    edge, fresh = merkle.grow(merkle.EMPTY_EDGE, [merkle.leaf_hash(one) for one in entries])
    shown = OWN["proof"]
    assert edge.root.hex() == shown["root"]
    assert [len(data) // 32 for data in fresh] == [70_000, 273, 1]

    def read(tile):
        start = tile.index * merkle.TILE_WIDTH * 32
        return merkle.levels_of(fresh[tile.level][start : start + tile.width * 32])

    index = shown["index"]
    proof = merkle.inclusion_proof(index, 70_000, merkle.node_in(read, 70_000))
    assert [one.hex() for one in proof] == shown["hashes"]
    log = note.parse_key(OWN["log_vkey"])
    witnesses = [note.parse_key(one) for one in OWN["witness_vkeys"]]
    text = receipt.proof_text(receipt.Proof(index, proof, shown["checkpoint"]))
    newer = receipt.verify_proof(
        text, entry=entries[index], origin=shown["origin"], log=log, witnesses=witnesses, quorum=2
    )
    older = note.verify_checkpoint(
        OWN["checkpoint_1000"], origin=shown["origin"], log=log, witnesses=witnesses, quorum=2
    )
    merkle.verify_consistency(
        old=older.size, new=newer.size, old_root=older.root, new_root=newer.root,
        proof=merkle.consistency_proof(1000, 70_000, merkle.node_in(read, 70_000)),
    )
