"""What a log says of one act: the entry, its disclosures, the proof a citizen keeps, the promise before it.

Sources: RFC 8785 (the one way to write the JSON), RFC 9901 (disclosures and their digests),
https://c2sp.org/tlog-proof (C2SP 5ba5ee8)."""

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256

from tongban.core import merkle, note

SALT_BYTES_MIN = 16
PROOF_HASHES_MAX = 63
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
PROMISE_HEADER = "tongban-promise@v1"
SEALED = "sealed"
SEALED_NAME = "entry"

_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_WORD_STARTS = re.compile(r"(?<!^)(?=[A-Z])")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_FORMS: Mapping[str, re.Pattern[str]] = {
    "log": re.compile(r"[0-9]{6}", re.ASCII),
    "k": re.compile(r"[a-z]{2,20}\.[a-z_]{2,40}", re.ASCII),
    "c": re.compile(r"[A-Za-z0-9_-]{22,32}", re.ASCII),
    "m": re.compile(r"[A-Za-z0-9._-]{1,64}@[1-9][0-9]{0,5}", re.ASCII),
    "s": re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}", re.ASCII),
    "o": re.compile(r"[A-Za-z0-9.:_-]{1,64}", re.ASCII),
}

# Members an entry of this kind may carry beside v log k c n p m t; `f` also names what it may disclose of.
_DUE = frozenset("sodfa")
_ACT = frozenset("sofa")
_FACT = frozenset("sof")
KINDS: Mapping[str, frozenset[str]] = {
    "case.filed": _ACT | {"d"},
    "case.accepted": _DUE,
    "case.deemed_accepted": _DUE,
    "case.acceptance_refused": _ACT,
    "case.supplement_requested": _DUE,
    "case.supplemented": _DUE,
    "case.completed": _DUE,
    "case.signed": _ACT,
    "case.paused": _DUE,
    "case.resumed": _DUE,
    "case.extended": _DUE,
    "case.recomputed": _DUE,
    "case.decided": _DUE,
    "case.served": _ACT,
    "case.withdrawn": _ACT,
    "case.reassigned": _FACT | {"d"},
    "case.recused": _FACT,
    "case.rated": _FACT,
    "case.corrected": _DUE | {"r"},
    "case.lapsed": _DUE,
    "case.linked": _ACT,
    "case.interrupted": _DUE,
    "case.department_silent": _DUE,
    "case.answered_late": _ACT,
    "case.department_added": _ACT,
    "case.reopened": _DUE,
    "case.migrated": _ACT,
    "case.ended_with_parent": _ACT,
    "case.child_done": _DUE,
}


class EntryRefused(ValueError):
    """The entry would say more than the public record may hold; the text names the member."""


# Entries


def entry(
    *,
    log: str,
    k: str,
    c: str,
    n: int,
    p: bytes | None,
    m: str,
    t: datetime,
    s: str | None = None,
    o: str | None = None,
    d: date | None = None,
    f: Mapping[str, str] | None = None,
    a: Sequence[str] = (),
    r: int | None = None,
    v: int = 1,
) -> bytes:
    """The bytes of one act in the log. No personal data, no free text, nothing the public may choose.

    :param v: version of the format
    :param log: six digits: the city, or 140000 for provincial organs
    :param k: kind of the event, one of KINDS
    :param c: the case's public reference, 128 random bits
    :param n: number of the event inside its case, from 1
    :param p: leaf hash of the case's event before, None for the first
    :param m: matter and version, `<matter>@<version>`
    :param s: step of the flow
    :param t: moment of the act, written to the millisecond
    :param o: post or certificate number of who acted, never a name
    :param d: due day after the act
    :param f: name -> digest of a disclosure (`digest_of`)
    :param a: digests of attachments
    :param r: index of the entry this one corrects
    :raises EntryRefused: a member is not of its form, or not allowed for this kind.
    """
    members: dict[str, object] = {
        "v": v, "log": log, "k": k, "c": c, "n": n, "m": m, "t": moment(t),
        "p": None if p is None else to_base64url(p),
        "s": s, "o": o, "d": d.isoformat() if d else None, "f": dict(f) if f else None,
        "a": list(a) or None, "r": r,
    }  # fmt: skip
    shown = {name: value for name, value in members.items() if value is not None}
    _check_members(shown, p)
    return _written(shown)


def sealed_entry(*, log: str, digest: str, v: int = 1) -> bytes:
    """The bytes for an act of a sealed kind (petitions, juveniles): only the digest of its real entry.

    The real entry is kept as the disclosure `[salt, "entry", <the entry's text>]`.
    """
    if not _FORMS["log"].fullmatch(log) or not _DIGEST.fullmatch(digest) or v != 1:
        raise EntryRefused("a sealed entry holds a log and one digest")
    return _written({"v": v, "log": log, "k": SEALED, "f": {SEALED_NAME: digest}})


def kind_of(event: str) -> str:
    """The kind of a case's event, as the log writes it: SupplementRequested is case.supplement_requested."""
    return "case." + _WORD_STARTS.sub("_", event).lower()


def checkpoint_entry(*, log: str, n: int, p: bytes | None, t: datetime, text: str, v: int = 1) -> bytes:
    """The bytes by which the log of checkpoints keeps what a witness has cosigned, numbered by log.

    :param text: the signed note, whose origin, size and root are all it says
    """
    members: dict[str, object] = {"v": v, "log": log, "k": "log.checkpoint", "n": n, "t": moment(t), "note": text}
    return _written(members if p is None else members | {"p": to_base64url(p)})


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    if at.tzinfo is None:
        raise EntryRefused("t: a moment without a zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check_members(shown: Mapping[str, object], previous: bytes | None) -> None:
    kind = shown["k"]
    if shown["v"] != 1 or kind not in KINDS:
        raise EntryRefused(f"k: {kind} is no kind of this version")
    for name, form in _FORMS.items():
        if name in shown and not form.fullmatch(str(shown[name])):
            raise EntryRefused(f"{name}: not of its form")
    for name in shown.keys() & frozenset("sodfar"):
        if name not in KINDS[str(kind)]:
            raise EntryRefused(f"{name}: not allowed for {kind}")
    number = shown["n"]
    if not isinstance(number, int) or number < 1 or (previous is None) != (number == 1):
        raise EntryRefused("p: the first event has none before it, every other has one")
    if previous is not None and len(previous) != merkle.HASH_BYTES:
        raise EntryRefused("p: not a leaf hash")
    if isinstance(correction := shown.get("r", 0), int) and correction < 0:
        raise EntryRefused("r: not an index")
    _check_digests(shown)


def _check_digests(shown: Mapping[str, object]) -> None:
    fields, attachments = shown.get("f", {}), shown.get("a", [])
    assert isinstance(fields, dict) and isinstance(attachments, list)
    if not all(_NAME.fullmatch(name) and _DIGEST.fullmatch(digest) for name, digest in fields.items()):
        raise EntryRefused("f: a field is a plain name and a digest")
    if not all(_DIGEST.fullmatch(digest) for digest in attachments):
        raise EntryRefused("a: an attachment is a digest")


def _written(members: Mapping[str, object]) -> bytes:
    # RFC 8785 for members like these: ASCII names, texts, whole numbers below 2^53. A test compares the two.
    written = json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    if len(written) > merkle.ENTRY_BYTES_MAX:
        raise EntryRefused("a: too many attachments for one entry")
    return written


# Disclosures


def disclosure(*, salt: bytes, name: str, value: object) -> str:
    """What must be kept to show one value later: base64url of the JSON `[salt, name, value]`."""
    assert len(salt) >= SALT_BYTES_MIN, "a salt has at least 128 bits"
    written = json.dumps([to_base64url(salt), name, value], ensure_ascii=False, separators=(",", ":"))
    return to_base64url(written.encode())


def digest_of(disclosed: str) -> str:
    """What the public entry shows of it: base64url(SHA-256(disclosure))."""
    return to_base64url(sha256(disclosed.encode("ascii")).digest())


# Proofs


@dataclass(frozen=True, slots=True)
class Proof:
    """What a citizen keeps: where the entry is, how it leads to the root, and the signed checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


def proof_text(proof: Proof) -> str:
    """The proof as a `.tlog-proof` file."""
    extra = [f"extra {note.to_base64(proof.extra)}"] if proof.extra else []
    hashes = [note.to_base64(one) for one in proof.hashes]
    lines = [PROOF_HEADER, *extra, f"index {proof.index}", *hashes, "", proof.checkpoint]
    return "\n".join(lines)


def parse_proof(text: str) -> Proof:
    """The proof in a `.tlog-proof` file, nothing verified.

    :raises ProofRejected: it is not one.
    """
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or not checkpoint or lines.pop(0) != PROOF_HEADER:
        raise merkle.ProofRejected("not a proof of this version")
    try:
        has_extra = bool(lines) and lines[0].startswith("extra ")
        extra = note.from_base64(lines.pop(0).removeprefix("extra ")) if has_extra else b""
        index = lines.pop(0) if lines else ""
        hashes = tuple(note.from_base64(line) for line in lines)
    except ValueError as error:
        raise merkle.ProofRejected("a line of the proof is not base64") from error
    if not index.startswith("index ") or not note.DECIMAL.fullmatch(index.removeprefix("index ")):
        raise merkle.ProofRejected("the proof names no index")
    if len(hashes) > PROOF_HASHES_MAX or any(len(one) != merkle.HASH_BYTES for one in hashes):
        raise merkle.ProofRejected("a hash is not exactly 32 bytes, or there are too many")
    return Proof(int(index.removeprefix("index ")), hashes, checkpoint, extra)


def verify_proof(
    text: str,
    *,
    entry: bytes,
    origin: str,
    log: note.Key,
    witnesses: Sequence[note.Key] = (),
    quorum: int = 0,
) -> note.Checkpoint:
    """Accept that the entry is in the log; the checkpoint that shows it.

    :raises ProofRejected: the proof does not lead from this entry to that root.
    :raises NoteRejected: the checkpoint is not signed as required.
    """
    proof = parse_proof(text)
    checkpoint = note.verify_checkpoint(
        proof.checkpoint, origin=origin, log=log, witnesses=witnesses, quorum=quorum
    )
    merkle.verify_inclusion(
        leaf=merkle.leaf_hash(entry), index=proof.index, size=checkpoint.size,
        proof=proof.hashes, root=checkpoint.root,
    )  # fmt: skip
    return checkpoint


# Promises


@dataclass(frozen=True, slots=True)
class Promise:
    """What the citizen gets at once: this leaf will be in that log, at the latest so long after."""

    origin: str
    case_ref: str
    event_n: int
    leaf: bytes
    at: datetime
    delay_s_max: int

    @property
    def text(self) -> str:
        lines = (
            PROMISE_HEADER, self.origin, f"{self.case_ref} {self.event_n}",
            note.to_base64(self.leaf), moment(self.at), str(self.delay_s_max),
        )  # fmt: skip
        return "".join(f"{line}\n" for line in lines)


def promise_note(promise: Promise, signers: Iterable[note.Signer], at: int) -> str:
    """The promise, signed."""
    return note.write(promise.text, signers, at)


def verify_promise(text: str, keys: Iterable[note.Key]) -> Promise:
    """The promise in a signed note.

    :raises NoteRejected: nobody trusted has signed it, or it is something else.
    """
    lines = note.verify(text, keys).text.split("\n")
    if len(lines) != 7 or lines[0] != PROMISE_HEADER:
        raise note.NoteRejected("the note is not a promise")
    case_ref, _, number = lines[2].partition(" ")
    if not (note.DECIMAL.fullmatch(number) and note.DECIMAL.fullmatch(lines[5])):
        raise note.NoteRejected("the promise has a false number")
    try:
        leaf, at = note.from_base64(lines[3]), datetime.fromisoformat(lines[4])
    except ValueError as error:
        raise note.NoteRejected("the promise has a false leaf or moment") from error
    return Promise(lines[1], case_ref, int(number), leaf, at, int(lines[5]))


def to_base64url(content: bytes) -> str:
    """RFC 4648 5, without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes written by `to_base64url`."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
