"""Checks receipts, growth and whole logs with aics-tlog; speaks to our witness with aics-witness's client, and is
itself a witness to our log with aics-witness's server. Only the glue is ours.

    aics.py check < questions    |    aics.py feed URL VKEY < notes    |    aics.py serve LOG_VKEY
"""

import base64
import json
import pathlib
import sys

import aics_tlog as tlog
from aics_tlog.tiles import FileSystemTileReader, TileMissingError, TileVerificationError
from aics_tlog.verified import audit_tiles

FALSE = (ValueError, AssertionError, TileMissingError, TileVerificationError)


def opened(text, vkey):
    key = tlog.parse_vkey(vkey)
    result = tlog.verify_checkpoint(tlog.parse_note(text), key, expected_origin=key.name)
    assert result.ok, result
    return tlog.parse_checkpoint(tlog.parse_note(text).text)


def receipt(one, vkey):
    head = opened(one["Note"], vkey)
    proof = [base64.b64decode(h) for h in one["Hashes"]]
    assert tlog.verify_leaf_inclusion(base64.b64decode(one["Entry"]), one["Index"], head.size, proof, root(head))


def growth(one, vkey):
    older, newer = opened(one["Older"], vkey), opened(one["Newer"], vkey)
    proof = [base64.b64decode(h) for h in one["Hashes"]]
    assert tlog.verify_consistency(older.size, newer.size, root(older), root(newer), proof)


def log(one, vkey):
    head = opened(one["Note"], vkey)
    audit_tiles(FileSystemTileReader(one["Folder"]), head.size, root(head))


def root(head):
    return head.root


def check():
    asked, answers = json.load(sys.stdin), {}
    for kind, act in (("Cases", receipt), ("Growth", growth), ("Logs", log)):
        for one in asked[kind]:
            try:
                act(one, asked["Vkey"])
                answers[one["Name"]] = True
            except FALSE as error:
                print(one["Name"], repr(error), file=sys.stderr)
                answers[one["Name"]] = False
    json.dump(answers, sys.stdout)


def feed(url, vkey):
    """Submit each note with its proof; answer with the cosignature lines, or the name of the refusal."""
    from aics_witness.feeder import FeederError, WitnessClient

    answers = []
    with WitnessClient(url, vkey, max_attempts=1) as client:
        for one in json.load(sys.stdin):
            proofs = {tuple(map(int, key.split(","))): [base64.b64decode(h) for h in value]
                      for key, value in one["Proofs"].items()}
            try:
                answers.append(client.submit(one["Note"], lambda old, new, p=proofs: p.get((old, new), [])))
            except FeederError as error:
                answers.append(type(error).__name__)
    json.dump(answers, sys.stdout)


def serve(log_vkey):
    """A witness of one log, on a free port; says its key and address, then serves until it is ended."""
    import tempfile

    from aics_witness.config import LogConfig, parse_log_vkey
    from aics_witness.service import Witness, make_server
    from aics_witness.store import WitnessStore
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = parse_log_vkey(log_vkey)
    store = WitnessStore(pathlib.Path(tempfile.mkdtemp()) / "witness.db", create=True)
    config = LogConfig(origin=log_vkey.split("+")[0], vkeys=(key,))
    server = make_server(Witness("aics.example", Ed25519PrivateKey.generate(), store, [config]))
    print(server.witness.vkey_text, server.url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    {"check": check, "feed": feed, "serve": serve}[sys.argv[1]](*sys.argv[2:])
