"""This site as a witness: it cosigns a checkpoint if, and only if, the log has just grown.

The province witnesses every city, and writes what it has cosigned into a log of its own: the log of checkpoints.

Sources: https://c2sp.org/tlog-witness (the call and its answers, in this order), https://c2sp.org/tlog-cosignature."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tongban.core import merkle, note, receipt
from tongban.core.refusal import Refusal
from tongban.ledger import models, queries
from tongban.ledger.actions import queueing

PROOF_LINES_MAX = 63
CHECKPOINTS = "149900"  # A number no region has: the log of checkpoints.


class Malformed(Refusal):
    status = 400
    code = "witness-malformed"
    says = _("请求应为 old 行、一致性证明、空行和检查点。")


class UnknownLog(Refusal):
    status = 404
    code = "witness-unknown-log"
    says = _("本见证方不见证账本%(origin)s。")


class NotSigned(Refusal):
    status = 403
    code = "witness-not-signed"
    says = _("检查点没有账本%(origin)s的有效签名。")


class OtherSize(Refusal):
    """The witness has seen another size: the answer is that size and nothing else."""

    status = 409
    code = "witness-other-size"
    says = _("本见证方最近见证的是%(size)d条。")


class NotConsistent(Refusal):
    status = 422
    code = "witness-not-consistent"
    says = _("不能证明账本%(origin)s只增不改，不予见证。")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a log asks its witness."""

    old: int
    proof: tuple[bytes, ...]
    note: str


def add_checkpoint(*, body: str, at: datetime) -> str:
    """Cosign the checkpoint in the request; the signature line.

    :raises Malformed, UnknownLog, NotSigned, OtherSize, NotConsistent: as the specification answers.
    """
    asked = asked_in(body=body)
    key, checkpoint = _signed(asked)
    if asked.old > checkpoint.size:
        raise Malformed
    with transaction.atomic():
        kept = models.Witnessed.objects.select_for_update().filter(origin=key.name).first()
        _check_growth(asked, checkpoint, kept)
        line = note.signature_of(queries.witness_signer(), checkpoint.text, int(at.timestamp()))
        _keep(kept, checkpoint, _with(asked.note, line), at)
    return line.line


def _with(text: str, ours: note.Signature) -> str:
    """The note with our line, in place of one that an earlier answer gave."""
    parsed = note.parse(text)
    lines = [line for line in parsed.signatures if (line.name, line.key_id) != (ours.name, ours.key_id)]
    return parsed.text + "\n" + "".join(line.line for line in (*lines, ours))


def asked_in(*, body: str) -> Asked:
    """The request taken apart.

    :raises Malformed: it is none.
    """
    head, gap, text = body.partition("\n\n")
    lines = head.split("\n")
    old = lines[0].removeprefix("old ")
    if not gap or not lines[0].startswith("old ") or not note.DECIMAL.fullmatch(old):
        raise Malformed
    try:
        proof = tuple(note.from_base64(line) for line in lines[1:])
    except ValueError as error:
        raise Malformed from error
    if len(proof) > PROOF_LINES_MAX or any(len(one) != merkle.HASH_BYTES for one in proof):
        raise Malformed
    return Asked(int(old), proof, text)


def _signed(asked: Asked) -> tuple[note.Key, note.Checkpoint]:
    try:
        origin = note.parse_checkpoint(note.parse(asked.note).text).origin
    except note.NoteRejected as error:
        raise Malformed from error
    keys = [key for key in _trusted() if key.name == origin]
    if not keys:
        raise UnknownLog(origin=origin)
    try:
        verified = note.verify(asked.note, keys)
    except note.NoteRejected as error:
        raise NotSigned(origin=origin) from error
    return keys[0], note.parse_checkpoint(verified.text)


def _trusted() -> list[note.Key]:
    """The logs of this site, and those of others that the settings name."""
    own = models.Tree.objects.order_by("log").values_list("vkey", flat=True)
    return [note.parse_key(vkey) for vkey in (*own, *settings.LEDGER_TRUSTED_LOGS)]


def _check_growth(asked: Asked, new: note.Checkpoint, kept: models.Witnessed | None) -> None:
    size = kept.size if kept else 0
    if asked.old != size:
        raise OtherSize(size=size)
    if kept is not None and new.size == size and bytes(kept.root) != new.root:
        raise OtherSize(size=size)
    if size == 0:
        if asked.proof:
            raise NotConsistent(origin=new.origin)
        return
    assert kept is not None
    try:
        merkle.verify_consistency(
            old=size, new=new.size, proof=asked.proof, old_root=bytes(kept.root), new_root=new.root
        )
    except merkle.ProofRejected as error:
        raise NotConsistent(origin=new.origin) from error


def _keep(
    kept: models.Witnessed | None, new: note.Checkpoint, text: str, at: datetime
) -> None:
    """Durable before it is answered: of two requests from one size, one wins."""
    kept = kept or _claimed(new, at)
    values = {"size": new.size, "root": new.root, "note": text, "at": at}
    if kept.size != new.size or kept.n == 0:
        n, head = _record(new, text, kept.n + 1, bytes(kept.head), at)
        values |= {"n": n, "head": head}
    models.Witnessed.objects.filter(origin=new.origin).update(**values)


def _claimed(new: note.Checkpoint, at: datetime) -> models.Witnessed:
    """The row of a log never seen before, now this request's.

    :raises OtherSize: another request was first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_witnessed (origin, size, root, note, at, n, head)"
            " values (%s, 0, %s, '', %s, 0, '') on conflict do nothing",
            [new.origin, merkle.EMPTY_ROOT, at],
        )
        row = models.Witnessed.objects.get(origin=new.origin)
        if cursor.rowcount == 0:
            raise OtherSize(size=row.size)
    return row


def _record(
    new: note.Checkpoint, text: str, n: int, previous: bytes, at: datetime
) -> tuple[int, bytes]:
    """Queue the cosigned checkpoint for the log of checkpoints; its number and leaf hash."""
    if models.Tree.objects.filter(log=CHECKPOINTS, vkey__startswith=f"{new.origin}+").exists():
        return n, b""  # The log of checkpoints does not record its own: it would never rest.
    entry = receipt.checkpoint_entry(log=CHECKPOINTS, n=n, p=previous or None, t=at, text=text)
    queueing.queue(
        region_code=CHECKPOINTS, entries=[queueing.QueuedEntry(_number_of(new.origin), n, entry)]
    )
    return n, merkle.leaf_hash(entry)


def _number_of(origin: str) -> int:
    """What stands where a case has its number: of the log's name, so that two never meet."""
    return int.from_bytes(merkle.leaf_hash(origin.encode())[:7], "big")
