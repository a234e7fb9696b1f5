"""Signed notes: a text and the lines of those who signed it; checkpoints of a log, and cosignatures of witnesses.

Sources: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint, https://c2sp.org/tlog-cosignature
(C2SP 5ba5ee8); RFC 8032 (Ed25519); FIPS 204 (ML-DSA-44); GB/T 32918.2 (SM2), GB/T 33560 (its identifier with SM3)."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa

from tongban.core import merkle

NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
SIZE_MAX = 2**63 - 1
KEY_ID_BYTES = 4
SM2_PRIVATE_BYTES = 32
TIME_BYTES = 8
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteRejected(ValueError):
    """The note cannot be believed; the text says what is wrong with it."""


class KeyRejected(ValueError):
    """The text of a key is not one; the text says why."""


class Kind(IntEnum):
    """Signature types of signed-note that are understood here."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    ML_DSA_44 = 0x06
    SM2 = 0xFF  # No byte of its own is assigned: the identifier that follows says which.


PUBLIC_BYTES = {Kind.ED25519: 32, Kind.COSIGNATURE: 32, Kind.ML_DSA_44: 1312, Kind.SM2: 64}
PRIVATE_BYTES = {Kind.ED25519: 32, Kind.COSIGNATURE: 32, Kind.ML_DSA_44: 32, Kind.SM2: 96}
TYPES = {kind: bytes([kind]) for kind in Kind} | {Kind.SM2: b"\xff1.2.156.10197.1.501"}


# Keys


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that is trusted under a name (a vkey)."""

    name: str
    kind: Kind
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to_base64(TYPES[self.kind] + self.public)}"


def key_id(name: str, kind: Kind, public: bytes) -> bytes:
    """SHA-256(name ‖ newline ‖ type ‖ public key)[:4]."""
    return sha256(name.encode() + b"\n" + TYPES[kind] + public).digest()[:KEY_ID_BYTES]


def parse_key(text: str) -> Key:
    """The key written as `<name>+<id in hex>+<base64 of type and public key>`.

    :raises KeyRejected: the form, the type, the length or the id is wrong.
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]):
        raise KeyRejected("a key is written name+id+base64")
    name, shown_id, encoded = parts
    try:
        material = from_base64(encoded)
    except ValueError as error:
        raise KeyRejected("the key is not base64") from error
    kind, public = _taken_apart(material)
    if len(public) != PUBLIC_BYTES[kind]:
        raise KeyRejected("the key has the wrong length")
    if shown_id != key_id(name, kind, public).hex():
        raise KeyRejected("the id does not belong to the key")
    return Key(name, kind, public)


def _taken_apart(material: bytes) -> tuple[Kind, bytes]:
    for kind, mark in TYPES.items():
        if material.startswith(mark):
            return kind, material[len(mark) :]
    raise KeyRejected("the type of the key is not known")


def is_key_name(name: str) -> bool:
    """Whether it may name a key: not empty, no space of any kind, no plus."""
    return bool(name) and "+" not in name and not any(c.isspace() or c < " " for c in name)


# Signers


class Signer(Protocol):
    """Whoever can put a line under a note: Ed25519, a witness, ML-DSA-44, a box with an SM2 key."""

    @property
    def key(self) -> Key: ...

    def sign(self, text: str, at: int) -> bytes:
        """The signature over the text, as it follows the key id; `at` in seconds since 1970."""
        ...


@dataclass(frozen=True, slots=True)
class LogSigner:
    """A log's own Ed25519 line, over the text alone."""

    name: str
    seed: bytes

    @property
    def key(self) -> Key:
        return Key(self.name, Kind.ED25519, _ed25519_public(self.seed))

    def sign(self, text: str, at: int) -> bytes:
        return _ed25519(self.seed).sign(text.encode())


@dataclass(frozen=True, slots=True)
class WitnessSigner:
    """A witness's Ed25519 line: says when it saw the tree, and that it had only grown."""

    name: str
    seed: bytes

    @property
    def key(self) -> Key:
        return Key(self.name, Kind.COSIGNATURE, _ed25519_public(self.seed))

    def sign(self, text: str, at: int) -> bytes:
        return at.to_bytes(TIME_BYTES, "big") + _ed25519(self.seed).sign(_cosigned(text, at))


@dataclass(frozen=True, slots=True)
class PostQuantumSigner:
    """An ML-DSA-44 line over the checkpoint (`subtree/v1`), for the day Ed25519 falls."""

    name: str
    seed: bytes

    @property
    def key(self) -> Key:
        private = mldsa.MLDSA44PrivateKey.from_seed_bytes(self.seed)
        return Key(self.name, Kind.ML_DSA_44, private.public_key().public_bytes_raw())

    def sign(self, text: str, at: int) -> bytes:
        private = mldsa.MLDSA44PrivateKey.from_seed_bytes(self.seed)
        return at.to_bytes(TIME_BYTES, "big") + private.sign(_cosigned_subtree(self.name, text, at))


@dataclass(frozen=True, slots=True)
class Sm2Signer:
    """An SM2 line over the text, with SM3 (国密), for those who must check with the State's own algorithms."""

    name: str
    seed: bytes  # The private number and the public point.

    @property
    def key(self) -> Key:
        return Key(self.name, Kind.SM2, self.seed[SM2_PRIVATE_BYTES:])

    def sign(self, text: str, at: int) -> bytes:
        private, public = self.seed[:SM2_PRIVATE_BYTES], self.seed[SM2_PRIVATE_BYTES:]
        return _gmssl().sm2_sign(private, public, text.encode())


AnySigner = LogSigner | WitnessSigner | PostQuantumSigner | Sm2Signer
SIGNERS: Mapping[Kind, type[AnySigner]] = {
    Kind.ED25519: LogSigner, Kind.COSIGNATURE: WitnessSigner, Kind.ML_DSA_44: PostQuantumSigner, Kind.SM2: Sm2Signer,
}  # fmt: skip


def new_sm2(name: str) -> Sm2Signer:
    """A new SM2 key: its library will not make one from a seed."""
    public, private = _gmssl().sm2_key_generate()
    return Sm2Signer(name, private + public)


def signer_of(text: str) -> AnySigner:
    """The signer kept as `PRIVATE+KEY+<name>+<id>+<base64 of type and seed>`, as Go's note package does.

    :raises KeyRejected: it is not one.
    """
    parts = text.strip().split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise KeyRejected("a private key is written PRIVATE+KEY+name+id+base64")
    try:
        material = from_base64(parts[4])
    except ValueError as error:
        raise KeyRejected("the private key is not base64") from error
    kind, seed = _taken_apart(material)
    if len(seed) != PRIVATE_BYTES[kind]:
        raise KeyRejected("the private key has the wrong length")
    signer = SIGNERS[kind](parts[2], seed)
    if parts[3] != signer.key.id.hex():
        raise KeyRejected("the id does not belong to the private key")
    return signer


def private_text(signer: AnySigner) -> str:
    """The form `signer_of` reads. Secret."""
    material = to_base64(TYPES[signer.key.kind] + signer.seed)
    return f"PRIVATE+KEY+{signer.name}+{signer.key.id.hex()}+{material}"


class _Gmssl(Protocol):
    """What is used of gmssl-pyx: points are 64 bytes, numbers 32, signatures DER; the signer's id is GB/T 35276's."""

    def sm2_key_generate(self) -> tuple[bytes, bytes]: ...
    def sm2_sign(self, private: bytes, public: bytes, message: bytes) -> bytes: ...
    def sm2_verify(self, public: bytes, message: bytes, signature: bytes) -> bool: ...


def _gmssl() -> _Gmssl:
    try:
        import gmssl_pyx  # noqa: PLC0415 -- optional dependency
    except ImportError as error:
        raise KeyRejected("an SM2 key needs the package gmssl-pyx") from error
    found: _Gmssl = gmssl_pyx
    return found


def _ed25519(seed: bytes) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed)


def _ed25519_public(seed: bytes) -> bytes:
    return _ed25519(seed).public_key().public_bytes_raw()


# Notes


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note, believed or not."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        return f"— {self.name} {to_base64(self.key_id + self.signature)}\n"

    @property
    def time(self) -> int:
        """Seconds since 1970, where it is a cosignature."""
        return int.from_bytes(self.signature[:TIME_BYTES], "big")


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart, nothing verified."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """A note signed by somebody who is trusted."""

    text: str
    by: tuple[tuple[Key, Signature], ...]

    def times(self) -> dict[str, int]:
        """When each witness saw it, by name."""
        return {key.name: line.time for key, line in self.by if key.kind in (Kind.COSIGNATURE, Kind.ML_DSA_44)}


def write(text: str, signers: Iterable[Signer], at: int) -> str:
    """The text as a note with a line of each signer."""
    assert text.endswith("\n") and not _CONTROL.search(text), "the text of a note is lines"
    return text + "\n" + "".join(signature_of(signer, text, at).line for signer in signers)


def signature_of(signer: Signer, text: str, at: int) -> Signature:
    """One more line for a note that exists."""
    return Signature(signer.key.name, signer.key.id, signer.sign(text, at))


def parse(note: str) -> Note:
    """The note's text and lines.

    :raises NoteRejected: it is not a note.
    """
    if len(note) > NOTE_BYTES_MAX or _CONTROL.search(note):
        raise NoteRejected("the note is too long or has control characters")
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise NoteRejected("the note has no text, or no signature after it")
    signatures = tuple(parse_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise NoteRejected("the note has too many signatures")
    return Note(text + "\n", signatures)


def parse_signature(line: str) -> Signature:
    """One signature line, without its newline.

    :raises NoteRejected: it is none.
    """
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    try:
        blob = from_base64(encoded)
    except ValueError as error:
        raise NoteRejected("a signature line is not base64") from error
    if mark != "—" or not is_key_name(name) or len(blob) <= KEY_ID_BYTES:
        raise NoteRejected("a signature line is malformed")
    return Signature(name, blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])


def verify(note: str, keys: Iterable[Key]) -> Verified:
    """The note with the lines of those keys. Lines of others are passed over.

    :raises NoteRejected: it is malformed, a trusted key's line is false, or no trusted key signed it.
    """
    parsed = parse(note)
    trusted = {(key.name, key.id): key for key in keys}
    by: dict[tuple[str, bytes], tuple[Key, Signature]] = {}
    for line in parsed.signatures:
        key = trusted.get((line.name, line.key_id))
        if key is None or (key.name, key.id) in by:
            continue
        if not is_signed(key, parsed.text, line.signature):
            raise NoteRejected(f"the signature of {key.name} is false")
        by[key.name, key.id] = key, line
    if not by:
        raise NoteRejected("no trusted key signed the note")
    return Verified(parsed.text, tuple(by.values()))


def is_signed(key: Key, text: str, signature: bytes) -> bool:
    """Whether this is the key's signature over the text."""
    try:
        if key.kind == Kind.ED25519:
            _verify_ed25519(key.public, signature, text.encode())
        elif key.kind == Kind.SM2:
            return _gmssl().sm2_verify(key.public, text.encode(), signature)
        else:
            _verify_cosignature(key, text, signature)
    except (InvalidSignature, NoteRejected):
        return False
    return True


def _verify_ed25519(public: bytes, signature: bytes, message: bytes) -> None:
    ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)


def _verify_cosignature(key: Key, text: str, blob: bytes) -> None:
    at = int.from_bytes(blob[:TIME_BYTES], "big")
    if len(blob) <= TIME_BYTES or at > SIZE_MAX:
        raise InvalidSignature
    if key.kind == Kind.COSIGNATURE:
        _verify_ed25519(key.public, blob[TIME_BYTES:], _cosigned(text, at))
    else:
        public = mldsa.MLDSA44PublicKey.from_public_bytes(key.public)
        public.verify(blob[TIME_BYTES:], _cosigned_subtree(key.name, text, at))


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _cosigned_subtree(name: str, text: str, at: int) -> bytes:
    shown = parse_checkpoint(text)
    return b"".join((
        b"subtree/v1\n\x00",
        _opaque(name.encode()),
        at.to_bytes(8, "big"),
        _opaque(shown.origin.encode()),
        (0).to_bytes(8, "big"),
        shown.size.to_bytes(8, "big"),
        shown.root,
    ))


def _opaque(content: bytes) -> bytes:
    return len(content).to_bytes(1, "big") + content


# Checkpoints


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits itself to: so many entries, under this root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in the text of a note.

    :raises NoteRejected: it is not one.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or not all(lines[:-1]):
        raise NoteRejected("a checkpoint has an origin, a size and a root, each on its line")
    if not DECIMAL.fullmatch(lines[1]) or int(lines[1]) > SIZE_MAX:
        raise NoteRejected("the size of the checkpoint is not a number")
    try:
        root = from_base64(lines[2])
    except ValueError as error:
        raise NoteRejected("the root of the checkpoint is not base64") from error
    if len(root) != merkle.HASH_BYTES:
        raise NoteRejected("the root of the checkpoint is not exactly 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:-1]))


def verify_checkpoint(note: str, *, origin: str, log: Key, witnesses: Sequence[Key] = (), quorum: int = 0) -> Checkpoint:
    """The checkpoint, signed by this log and by so many of the witnesses.

    :raises NoteRejected: it is another log's, not signed by it, or too few witnesses signed.
    """
    verified = verify(note, [log, *witnesses])
    if log not in [key for key, _ in verified.by]:
        raise NoteRejected("the log itself has not signed the checkpoint")
    if len(verified.by) - 1 < quorum:
        raise NoteRejected(f"{len(verified.by) - 1} of {quorum} required witnesses signed the checkpoint")
    checkpoint = parse_checkpoint(verified.text)
    if checkpoint.origin != origin:
        raise NoteRejected("the checkpoint is of another log")
    return checkpoint


# Base64


def to_base64(content: bytes) -> str:
    """RFC 4648 4, padded."""
    return base64.b64encode(content).decode()


def from_base64(text: str) -> bytes:
    """The one byte string that is written like this.

    :raises ValueError: it is not the standard form: other letters, no padding, stray bits.
    """
    content = base64.b64decode(text.encode(), validate=True)
    if to_base64(content) != text:
        raise ValueError("not the standard form of base64")
    return content
