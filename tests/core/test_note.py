"""Signed notes, keys and checkpoints: what is accepted, and each reason for which a note is not."""

import dataclasses
import sys

import pytest

from tongban.core import note

LOG = note.LogSigner("log.example/1", b"\x01" * 32)
WITNESS = note.WitnessSigner("w.example/1", b"\x02" * 32)
SECOND = note.WitnessSigner("w.example/2", b"\x03" * 32)
QUANTUM = note.PostQuantumSigner("q.example/1", b"\x04" * 32)
STATE = note.Sm2Signer("s.example/1", bytes.fromhex(  # The example of GB/T 32918.5, annex A.
    "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
))
CHECKPOINT = note.Checkpoint("log.example/1", 7, b"\x05" * 32)
AT = 1_700_000_000
SIGNED = note.write(CHECKPOINT.text, [LOG, WITNESS, QUANTUM, STATE], AT)


def test_a_checkpoint_signed_by_log_and_witnesses_is_read_back():
    read = note.verify_checkpoint(
        SIGNED, origin="log.example/1", log=LOG.key, witnesses=[WITNESS.key, QUANTUM.key, STATE.key], quorum=3
    )
    assert read == CHECKPOINT
    verified = note.verify(SIGNED, [LOG.key, WITNESS.key, QUANTUM.key, STATE.key])
    assert verified.times() == {"w.example/1": AT, "q.example/1": AT}


def test_lines_of_unknown_keys_are_passed_over_and_lines_said_twice_count_once():
    line = note.signature_of(LOG, CHECKPOINT.text, AT).line
    verified = note.verify(SIGNED + line + "— somebody.else AAAAAAA=\n", [LOG.key])
    assert [key for key, _ in verified.by] == [LOG.key]


@pytest.mark.parametrize("signer", [LOG, WITNESS, QUANTUM, STATE])
def test_a_key_is_read_back_from_its_text(signer):
    assert note.parse_key(str(signer.key)) == signer.key


@pytest.mark.parametrize("signer", [LOG, WITNESS, QUANTUM, STATE])
def test_a_private_key_is_read_back_from_its_text(signer):
    assert note.signer_of(note.private_text(signer) + "\n") == signer


def test_the_signature_in_the_standard_for_sm2_is_true_and_another_text_is_not():
    encoded = bytes.fromhex(
        "3046022100F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "022100B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )
    assert note.is_signed(STATE.key, "message digest", encoded)
    assert not note.is_signed(STATE.key, "message digests", encoded)
    assert not note.is_signed(STATE.key, "message digest", encoded[:-1])


def test_a_new_sm2_key_signs():
    made = note.new_sm2("s.example/2")
    assert made.key.kind is note.Kind.SM2
    assert note.is_signed(made.key, "text\n", made.sign("text\n", AT))


def test_without_its_package_an_sm2_key_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    with pytest.raises(note.KeyRejected, match="gmssl-pyx"):
        note.is_signed(STATE.key, "text", b"0")


@pytest.mark.parametrize(("text", "says"), [
    ("name", "name+id+base64"),
    ("+00000000+AQ==", "name+id+base64"),
    ("a b+00000000+AQ==", "name+id+base64"),
    ("a+00000000+???", "not base64"),
    ("a+00000000+", "type of the key"),
    ("a+00000000+ZQ==", "type of the key"),
    ("a+00000000+AQ==", "wrong length"),
    (str(LOG.key).replace(LOG.key.id.hex(), "00000000"), "does not belong"),
])
def test_a_text_that_is_no_key_is_rejected(text, says):
    with pytest.raises(note.KeyRejected, match=says.replace("+", r"\+")):
        note.parse_key(text)


@pytest.mark.parametrize(("text", "says"), [
    ("nothing", "is written"),
    ("PRIVATE+KEY+a+00000000+???", "not base64"),
    ("PRIVATE+KEY+a+00000000+AQ==", "wrong length"),
    ("PRIVATE+KEY+a+00000000+ZQ==", "type of the key"),
    (note.private_text(LOG).replace(LOG.key.id.hex(), "00000000"), "does not belong"),
])
def test_a_text_that_is_no_private_key_is_rejected(text, says):
    with pytest.raises(note.KeyRejected, match=says):
        note.signer_of(text)


@pytest.mark.parametrize(("text", "says"), [
    ("", "no text"),
    ("text only\n", "no text"),
    ("text\n\n— a AAAAAAA=", "no text"),
    ("te\txt\n\n— a AAAAAAA=\n", "control"),
    ("x" * 1_000_001, "too long"),
    ("text\n\nno dash\n", "malformed|base64"),
    ("text\n\n- a AAAAAAA=\n", "malformed"),
    ("text\n\n— a AAAAAA==\n", "malformed"),
    ("text\n\n— a AAAAAAA\n", "base64"),
    ("text\n\n— a AAAAAAB=\n", "base64"),
    ("text\n\n" + "— a AAAAAAA=\n" * 101, "too many"),
    ("text\n\n— a AAAAAAA=\n", "no trusted key"),
])
def test_a_note_that_is_malformed_or_signed_by_nobody_is_rejected(text, says):
    with pytest.raises(note.NoteRejected, match=says):
        note.verify(text, [LOG.key])


@pytest.mark.parametrize("signer", [LOG, WITNESS, QUANTUM, STATE])
def test_a_false_line_of_a_trusted_key_rejects_the_whole_note(signer):
    others = [one for one in (LOG, WITNESS, QUANTUM, STATE) if one is not signer]
    false = note.signature_of(signer, CHECKPOINT.text.replace("7", "8"), AT).line
    with pytest.raises(note.NoteRejected, match=f"signature of {signer.name} is false"):
        note.verify(note.write(CHECKPOINT.text, others, AT) + false, [LOG.key, WITNESS.key, QUANTUM.key, STATE.key])


def test_a_cosignature_with_another_time_or_cut_short_is_false():
    good = WITNESS.sign(CHECKPOINT.text, AT)
    assert note.is_signed(WITNESS.key, CHECKPOINT.text, good)
    assert not note.is_signed(WITNESS.key, CHECKPOINT.text, b"\x00" + good[1:-1] + b"\x00")
    assert not note.is_signed(WITNESS.key, CHECKPOINT.text, good[:8])
    assert not note.is_signed(WITNESS.key, CHECKPOINT.text, b"\xff" * 8 + good[8:])
    assert not note.is_signed(QUANTUM.key, "not a checkpoint\n", QUANTUM.sign(CHECKPOINT.text, AT))


def test_too_few_witnesses_another_origin_or_a_missing_log_is_rejected():
    def reject(signers, says, origin="log.example/1", quorum=1):
        with pytest.raises(note.NoteRejected, match=says):
            note.verify_checkpoint(
                note.write(CHECKPOINT.text, signers, AT), origin=origin, log=LOG.key,
                witnesses=[WITNESS.key, SECOND.key], quorum=quorum,
            )

    reject([WITNESS], "the log itself")
    reject([LOG], "0 of 1")
    reject([LOG, WITNESS], "1 of 2", quorum=2)
    reject([LOG, WITNESS], "another log", origin="log.example/2")


@pytest.mark.parametrize(("text", "says"), [
    ("origin\n7\n", "each on its line"),
    ("origin\n7\n\n", "each on its line"),
    ("origin\n07\nAAAA\n", "size"),
    ("origin\n-7\nAAAA\n", "size"),
    (f"origin\n{2**63}\nAAAA\n", "size"),
    ("origin\n7\n???\n", "base64"),
    ("origin\n7\nAAAA\n", "32 bytes"),
])
def test_a_text_that_is_no_checkpoint_is_rejected(text, says):
    with pytest.raises(note.NoteRejected, match=says):
        note.parse_checkpoint(text)


def test_a_checkpoint_keeps_its_further_lines():
    longer = dataclasses.replace(CHECKPOINT, extensions=("more", "lines"))
    assert note.parse_checkpoint(longer.text) == longer
