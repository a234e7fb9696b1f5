"""Programs others wrote read our log: they accept what is true and reject what is not.

`tests/vectors/clients/prepare` makes their environments under build/clients; where one is missing the test is
skipped with that reason, except where CI=true."""

import base64
import datetime
import json
import os
import pathlib
import shutil
import subprocess

import pymerkle
import pytest

from tongban.core import merkle, note, receipt
from tongban.ledger import actions, jobs, models, queries

pytestmark = pytest.mark.django_db
HERE = pathlib.Path(__file__).parent / "clients"
PLACE = pathlib.Path(__file__).parents[2] / "build" / "clients"
AT = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
LOG, REGION, OLD, SIZE = "140100", "140106", 600, 700
REF = "00010203-0405-0607-0809-0a0b0c0d0e0f"
CLIENTS = {
    "golang.org/x/mod": [PLACE / "xmod"],
    "sigstore-python": [PLACE / "sigstore/bin/python", HERE / "sigstore_python.py"],
    "@sigstore/verify": [shutil.which("node") or "/no/node", HERE / "sigstore_verify.cjs", PLACE / "npm"],
    "aics-tlog": [PLACE / "aics/bin/python", HERE / "aics.py", "check"],
}


@pytest.fixture
def log(settings, tmp_path):
    """A log of ours, published at 600 and at 700 entries; its folder."""
    settings.LEDGER_FOLDER = tmp_path
    settings.LEDGER_ORIGIN = "ledger.example"
    settings.LEDGER_WITNESSES = []
    queries.forget_tiles()
    for first, last in ((0, OLD), (OLD, SIZE)):
        actions.queue(region_code=REGION, entries=[
            actions.QueuedEntry(case_id, 1, receipt.entry(
                log=LOG, k="case.filed", c=f"{case_id:032x}", n=1, p=None, m="food@1", t=AT
            )) for case_id in range(first, last)
        ])
        jobs.take_turn(at=AT)
    return tmp_path / "public" / LOG


def ready(client):
    command = CLIENTS[client]
    present = all(pathlib.Path(part).exists() for part in command if str(part).startswith("/"))
    if not present and os.environ.get("CI") != "true":
        pytest.skip(f"{client} is not here: tests/vectors/clients/prepare makes its environment")
    assert present, f"{client} is not here"
    return [str(part) for part in command]


def ask(client, questions):
    answer = subprocess.run(ready(client), input=json.dumps(questions), capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def flipped(encoded, at=0):
    content = bytearray(base64.b64decode(encoded))
    content[at] ^= 1
    return note.to_base64(bytes(content))


def case_of(name, index):
    entry = bytes(models.Leaf.objects.get(log=LOG, index=index).entry)
    [hashes] = queries.inclusion_hashes(LOG, [index], SIZE)
    return {"Name": name, "Note": checkpoint(SIZE), "Entry": note.to_base64(entry), "Index": index,
            "Hashes": [note.to_base64(one) for one in hashes]}


def checkpoint(size):
    return models.Checkpoint.objects.get(log=LOG, size=size).note


def forked(size, signer):
    text = note.Checkpoint("ledger.example/140100", size, merkle.leaf_hash(b"another history")).text
    return note.write(text, [signer], 0)


def receipts():
    """What must be accepted, and the same with one thing changed."""
    good = [case_of(f"entry {index}", index) for index in (0, 1, 255, 256, 511, 512, 650, 699)]
    one = case_of("", 300)
    lines = checkpoint(SIZE).split("\n")
    text, _, signature = lines[4].rpartition(" ")
    stranger = note.LogSigner("ledger.example/140100", b"\x05" * 32)
    bad = {
        "a flipped bit in the entry": {"Entry": flipped(one["Entry"], 9)},
        "a flipped bit in the proof": {"Hashes": [flipped(one["Hashes"][0]), *one["Hashes"][1:]]},
        "a flipped bit in the signature": {"Note": "\n".join([*lines[:4], f"{text} {flipped(signature, 30)}", ""])},
        "a flipped bit in the root": {"Note": "\n".join([*lines[:2], flipped(lines[2]), *lines[3:]])},
        "a wrong index": {"Index": 301},
        "an index outside": {"Index": SIZE},
        "a proof too short": {"Hashes": one["Hashes"][:-1]},
        "a proof too long": {"Hashes": [*one["Hashes"], one["Hashes"][0]]},
        "the tree as it was before": {"Note": checkpoint(OLD)},
        "a fork by another key": {"Note": forked(SIZE, stranger)},
        "a fork by the log's own key": {"Note": forked(SIZE, queries.signer(LOG))},
    }
    return good, [one | {"Name": name} | change for name, change in bad.items()]


@pytest.mark.parametrize("client", CLIENTS)
def test_receipts(log, client):
    good, bad = receipts()
    answers = ask(client, {"Vkey": queries.state(LOG).vkey, "Cases": good + bad, "Growth": [], "Logs": []})
    assert answers == {one["Name"]: True for one in good} | {one["Name"]: False for one in bad}


@pytest.mark.parametrize("client", ["golang.org/x/mod", "aics-tlog"])
def test_growth(log, client):
    hashes = [note.to_base64(one) for one in queries.consistency_hashes(LOG, OLD, SIZE)]
    true = {"Older": checkpoint(OLD), "Newer": checkpoint(SIZE), "Hashes": hashes}
    changes = {
        "grown": {}, "no proof": {"Hashes": []}, "a proof too short": {"Hashes": hashes[:-1]},
        "a flipped bit": {"Hashes": [flipped(hashes[0]), *hashes[1:]]},
        "another history": {"Older": forked(OLD, queries.signer(LOG))},
        "rolled back": {"Older": true["Newer"], "Newer": true["Older"]},
    }
    growth = [true | {"Name": name} | change for name, change in changes.items()]
    answers = ask(client, {"Vkey": queries.state(LOG).vkey, "Cases": [], "Growth": growth, "Logs": []})
    assert answers == {name: name == "grown" for name in changes}


@pytest.mark.parametrize("client", ["golang.org/x/mod", "aics-tlog"])
def test_whole_logs(log, client, tmp_path):
    logs = [{"Name": "as published", "Folder": str(log), "Note": checkpoint(SIZE)}]
    for path in ("tile/0/000", "tile/0/002.p/188", "tile/1/000.p/2", "tile/entries/001", "tile/entries/002.p/188"):
        copy = tmp_path / "copies" / path.replace("/", "_")
        shutil.copytree(log, copy)
        content = bytearray((copy / path).read_bytes())
        content[40] ^= 1
        (copy / path).write_bytes(content)
        logs.append({"Name": path, "Folder": str(copy), "Note": checkpoint(SIZE)})
    logs.append({"Name": "a fork", "Folder": str(log), "Note": forked(SIZE, queries.signer(LOG))})
    answers = ask(client, {"Vkey": queries.state(LOG).vkey, "Cases": [], "Growth": [], "Logs": logs})
    assert answers == {one["Name"]: one["Name"] == "as published" for one in logs}


@pytest.fixture
def tree(log):
    """Our entries in a tree of pymerkle's own."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for (entry,) in models.Leaf.objects.filter(log=LOG).order_by("index").values_list("entry"):
        tree.append_entry(bytes(entry))
    return tree


def root_of(text):
    return note.parse_checkpoint(note.parse(text).text).root


def test_pymerkle_finds_the_same_roots(tree):
    for size in (OLD, SIZE):
        assert tree.get_root(size) == root_of(checkpoint(size))


def test_pymerkle_accepts_what_our_checkpoints_sign_and_nothing_else(tree):
    proof, other = tree.prove_inclusion(300), pymerkle.InmemoryTree(algorithm="sha256")
    for index in range(1, SIZE + 1):
        entry = bytes(models.Leaf.objects.get(log=LOG, index=index - 1).entry)
        other.append_entry(entry if index != 300 else bytes([entry[0] ^ 1]) + entry[1:])
    root, fork = root_of(checkpoint(SIZE)), root_of(forked(SIZE, queries.signer(LOG)))
    pymerkle.verify_inclusion(tree.get_leaf(300), root, proof)
    for what, leaf, claimed in (
        ("a flipped byte", other.get_leaf(300), root), ("a wrong index", tree.get_leaf(301), root),
        ("a fork", tree.get_leaf(300), fork), ("the tree as it was before", tree.get_leaf(300), root_of(checkpoint(OLD))),
    ):
        with pytest.raises(pymerkle.InvalidProof):
            pymerkle.verify_inclusion(leaf, claimed, proof)
            pytest.fail(what)
    assert other.get_root(SIZE) != root


def test_pymerkle_accepts_growth_and_no_fork_or_roll_back(tree):
    proof, old, new = tree.prove_consistency(OLD, SIZE), root_of(checkpoint(OLD)), root_of(checkpoint(SIZE))
    pymerkle.verify_consistency(old, new, proof)
    for older, newer in ((new, old), (root_of(forked(OLD, queries.signer(LOG))), new), (old, root_of(forked(SIZE, queries.signer(LOG))))):
        with pytest.raises(pymerkle.InvalidProof):
            pymerkle.verify_consistency(older, newer, proof)


# Witnesses


@pytest.mark.django_db(transaction=True)
def test_our_witness_answers_the_feeder_of_aics(log, live_server, settings):
    ready("aics-tlog")
    settings.LEDGER_WITNESSES = ["local"]
    actions.ensure_witness()
    proof = {f"{OLD},{SIZE}": [note.to_base64(one) for one in queries.consistency_hashes(LOG, OLD, SIZE)]}
    asked = [
        {"Note": checkpoint(OLD), "Proofs": {}},
        {"Note": checkpoint(SIZE), "Proofs": proof},
        {"Note": checkpoint(OLD), "Proofs": {}},
        {"Note": forked(SIZE, queries.signer(LOG)), "Proofs": {}},
        {"Note": forked(SIZE + 1, note.LogSigner("ledger.example/140100", b"\x05" * 32)), "Proofs": {}},
    ]
    command = [str(PLACE / "aics/bin/python"), str(HERE / "aics.py"), "feed", f"{live_server.url}/witness"]
    answer = subprocess.run(
        [*command, str(queries.witness_signer().key)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    first, second, *refused = json.loads(answer.stdout)
    assert first.startswith("— ledger.example/witness ")
    assert second.startswith("— ledger.example/witness ")
    assert refused == ["WitnessAhead", "WitnessRejected", "WitnessRejected"]


def test_the_witness_of_aics_cosigns_our_log_and_refuses_a_fork(log, settings):
    ready("aics-tlog")
    command = [str(PLACE / "aics/bin/python"), str(HERE / "aics.py"), "serve", queries.state(LOG).vkey]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as witness:
        try:
            vkey, address = witness.stdout.readline().split()
            settings.LEDGER_WITNESSES = [f"{vkey} {address}"]
            text = actions.cosign(log=LOG, text=checkpoint(OLD), at=AT)
            assert note.verify(text, [note.parse_key(vkey)])
            text = actions.cosign(log=LOG, text=checkpoint(SIZE), at=AT)
            assert note.verify(text, [note.parse_key(vkey)])
            with pytest.raises(actions.WitnessIsAhead):
                actions.cosign(log=LOG, text=checkpoint(OLD), at=AT)
            with pytest.raises(actions.WitnessIsAhead):
                actions.cosign(log=LOG, text=forked(SIZE, queries.signer(LOG)), at=AT)
        finally:
            witness.kill()
