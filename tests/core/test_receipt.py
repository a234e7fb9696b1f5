"""Entries, disclosures, proofs and promises: the exact bytes, and what may not be said."""

import datetime
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tongban.core import merkle, note, receipt

BEIJING = datetime.timezone(datetime.timedelta(hours=8))
AT = datetime.datetime(2026, 3, 2, 9, 1, 2, 345678, tzinfo=BEIJING)
DIGEST = "uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY"
REF = "AAECAwQFBgcICQoLDA0ODw"
LOG = note.LogSigner("log.example/140100", b"\x01" * 32)


def entry(**changes):
    given = {
        "log": "140100", "k": "case.accepted", "c": REF, "n": 2, "p": b"\x00" * 32,
        "m": "140106-food@1", "t": AT, "s": "intake", "o": "post-12",
        "d": datetime.date(2026, 3, 30), "f": {"reasons": DIGEST}, "a": [DIGEST],
    }
    return receipt.entry(**{**given, **changes})


def test_an_entry_is_exactly_these_bytes():
    assert entry().decode() == (
        '{"a":["uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY"],"c":"AAECAwQFBgcICQoLDA0ODw",'
        '"d":"2026-03-30","f":{"reasons":"uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY"},'
        '"k":"case.accepted","log":"140100","m":"140106-food@1","n":2,"o":"post-12",'
        '"p":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","s":"intake",'
        '"t":"2026-03-02T01:01:02.345Z","v":1}'
    )


# A surrogate alone is no text, and never gets this far: nothing of an entry is the public's choice.
WORDS = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text(st.characters(max_codepoint=126, exclude_categories=["Cc"]), max_size=5)
MEMBERS = st.recursive(
    WORDS | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
)


@given(st.dictionaries(NAMES, MEMBERS))
def test_the_bytes_are_those_of_rfc8785(members):
    assert receipt._written(members) == rfc8785.dumps(members)


def test_what_is_not_there_is_not_written():
    first = receipt.entry(log="140100", k="case.filed", c=REF, n=1, p=None, m="m@1", t=AT)
    assert sorted(json.loads(first)) == ["c", "k", "log", "m", "n", "t", "v"]


def test_a_correction_names_the_entry_it_corrects():
    assert json.loads(entry(k="case.corrected", r=0))["r"] == 0


@pytest.mark.parametrize(("changes", "says"), [
    ({"v": 2}, "k:"),
    ({"k": "case.gossip"}, "k:"),
    ({"log": "14010"}, "log:"),
    ({"c": "short"}, "c:"),
    ({"c": "张三张三张三张三张三张三张三张三"}, "c:"),
    ({"m": "food"}, "m:"),
    ({"s": "a step"}, "s:"),
    ({"o": "张三"}, "o:"),
    ({"n": 0, "p": None}, "p:"),
    ({"n": 1}, "p:"),
    ({"n": 2, "p": None}, "p:"),
    ({"p": b"short"}, "p:"),
    ({"t": datetime.datetime(2026, 3, 2)}, "t:"),  # noqa: DTZ001 -- a moment without a zone is the case
    ({"f": {"reasons": "in plain words"}}, "f:"),
    ({"f": {"The name": DIGEST}}, "f:"),
    ({"a": ["photo.jpg"]}, "a:"),
    ({"a": [DIGEST] * 2000}, "a:"),
    ({"r": 1}, "r: not allowed"),
    ({"k": "case.served"}, "d: not allowed"),
    ({"k": "case.corrected", "r": -1}, "r: not an index"),
])
def test_an_entry_that_would_say_more_than_it_may_is_refused(changes, says):
    with pytest.raises(receipt.EntryRefused, match=says):
        entry(**changes)


def test_a_sealed_entry_shows_only_a_digest():
    disclosed = receipt.disclosure(salt=b"\x07" * 16, name=receipt.SEALED_NAME, value=entry().decode())
    sealed = receipt.sealed_entry(log="140100", digest=receipt.digest_of(disclosed))
    assert sorted(json.loads(sealed)) == ["f", "k", "log", "v"]
    assert REF.encode() not in sealed
    assert json.loads(receipt.from_base64url(disclosed))[2] == entry().decode()


@pytest.mark.parametrize("changes", [{"log": "x"}, {"digest": "x"}, {"v": 2}])
def test_a_sealed_entry_of_another_form_is_refused(changes):
    with pytest.raises(receipt.EntryRefused):
        receipt.sealed_entry(**{"log": "140100", "digest": DIGEST, **changes})


def test_a_disclosure_is_the_json_of_salt_name_and_value():
    disclosed = receipt.disclosure(salt=b"\x00" * 16, name="reasons", value="符合条件")
    assert receipt.from_base64url(disclosed).decode() == '["AAAAAAAAAAAAAAAAAAAAAA","reasons","符合条件"]'
    assert len(receipt.digest_of(disclosed)) == 43


def proof_of(index, entries, signers=(LOG,)):
    leaves = [merkle.leaf_hash(one) for one in entries]
    checkpoint = note.Checkpoint("log.example/140100", len(leaves), merkle.root_of(leaves))

    def node(level, at):
        return merkle.root_of(leaves[at << level : (at + 1) << level])

    hashes = merkle.inclusion_proof(index, len(leaves), node)
    return receipt.Proof(index, hashes, note.write(checkpoint.text, signers, 1_700_000_000))


def test_a_proof_is_written_read_and_verified():
    entries = [entry(n=n) for n in range(2, 9)]
    proof = proof_of(4, entries)
    text = receipt.proof_text(proof)
    assert receipt.parse_proof(text) == proof
    checkpoint = receipt.verify_proof(text, entry=entries[4], origin="log.example/140100", log=LOG.key)
    assert checkpoint.size == 7
    with pytest.raises(merkle.ProofRejected):
        receipt.verify_proof(text, entry=entries[3], origin="log.example/140100", log=LOG.key)


def test_a_proof_keeps_what_was_put_beside_it():
    proof = receipt.Proof(0, (), "checkpoint\n", b"beside")
    assert receipt.parse_proof(receipt.proof_text(proof)) == proof


@pytest.mark.parametrize("text", [
    "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\ncheckpoint\n",
    "c2sp.org/tlog-proof@v1\nindex 0\n" + ("A" * 43 + "=\n") * 64 + "\ncheckpoint\n",
    "c2sp.org/tlog-proof@v1\n\ncheckpoint\n",
    "c2sp.org/tlog-proof@v1\nindex 0\n\n",
    "c2sp.org/tlog-proof@v1\nindex 00\n\ncheckpoint\n",
    "",
])
def test_a_text_that_is_no_proof_is_rejected(text):
    with pytest.raises(merkle.ProofRejected):
        receipt.parse_proof(text)


PROMISE = receipt.Promise(
    "log.example/140100", REF, 2, b"\x07" * 32,
    datetime.datetime(2026, 3, 2, 1, 1, 2, 345000, tzinfo=datetime.UTC), 60,
)


def test_a_promise_is_signed_and_read_back():
    text = receipt.promise_note(PROMISE, [LOG], 1_700_000_000)
    assert receipt.verify_promise(text, [LOG.key]) == PROMISE


@pytest.mark.parametrize("lines", [
    ["log.example/140100", "7", "A" * 43 + "="],
    ["other@v1", "o", "c 1", "A" * 43 + "=", "2026-03-02T01:01:02.345Z", "60"],
    ["tongban-promise@v1", "o", "c x", "A" * 43 + "=", "2026-03-02T01:01:02.345Z", "60"],
    ["tongban-promise@v1", "o", "c 1", "A" * 43 + "=", "2026-03-02T01:01:02.345Z", "soon"],
    ["tongban-promise@v1", "o", "c 1", "???", "2026-03-02T01:01:02.345Z", "60"],
    ["tongban-promise@v1", "o", "c 1", "A" * 43 + "=", "tomorrow", "60"],
])
def test_a_signed_note_that_is_no_promise_is_rejected(lines):
    text = note.write("".join(f"{line}\n" for line in lines), [LOG], 0)
    with pytest.raises(note.NoteRejected):
        receipt.verify_promise(text, [LOG.key])
