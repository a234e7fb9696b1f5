"""This site as a log that asks its witnesses, before it signs and after.

Sources: https://c2sp.org/tlog-witness."""

import logging
import urllib.error
import urllib.request
from datetime import datetime
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from tongban.core import note
from tongban.core.refusal import Refusal
from tongban.ledger import models, queries
from tongban.ledger.actions import witnessing

logger = logging.getLogger(__name__)
WAIT_S_MAX = 3
ANSWER_BYTES_MAX = 10_000


class WitnessIsAhead(Refusal):
    """A witness has cosigned what this database does not have: it was restored from an old backup, or forked."""

    code = "ledger-tree-went-back"
    says = _("见证方%(witness)s见过%(seen)d条，账本%(log)s只有%(size)d条或与之不同。已停止签名。")


def ask_before_signing(*, log: str, at: datetime) -> None:
    """Show every witness the last checkpoint we have signed again: none may have seen more, or another.

    The last one signed, not the last published: a witness may have cosigned it before this process was killed.

    :raises WitnessIsAhead: one has.
    """
    last = models.Checkpoint.objects.filter(log=log, size__gt=0).order_by("-size").first()
    if last is None:
        return
    shown = note.parse_checkpoint(note.parse(last.note).text)
    for witness in queries.witnesses():
        status, body = _ask(witness, _request(shown.size, (), last.note), at)
        size = _size_in(body) if status == HTTPStatus.CONFLICT else None
        if size is not None and size >= shown.size:
            raise WitnessIsAhead(witness=witness.key.name, seen=size, log=log, size=shown.size)


def cosign(*, log: str, text: str, at: datetime) -> str:
    """The checkpoint with the lines of those witnesses that answered.

    :raises WitnessIsAhead: one has seen more, or something else.
    """
    parsed = note.parse(text)
    shown = note.parse_checkpoint(parsed.text)
    signed = {(line.name, line.key_id) for line in parsed.signatures}
    for witness in queries.witnesses():
        if (witness.key.name, witness.key.id) not in signed:  # It may have, before this process was killed.
            text += _line_of(log, witness, shown, text, at)
    return text


def _line_of(
    log: str, witness: queries.Witness, shown: note.Checkpoint, text: str, at: datetime
) -> str:
    """The witness's line; none if it does not answer. Its size is asked first, with the likeliest guess."""
    old = queries.cosigned_size(log, witness.key.name)
    for _attempt in range(2):
        proof = queries.consistency_hashes(log, old, shown.size) if old else ()
        status, body = _ask(witness, _request(old, proof, text), at)
        if status == HTTPStatus.OK:
            return _believed(witness, shown, body)
        size = _size_in(body) if status == HTTPStatus.CONFLICT else None
        if size is None:
            break
        if size > shown.size or size == old:
            raise WitnessIsAhead(witness=witness.key.name, seen=size, log=log, size=shown.size)
        old = size
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        raise WitnessIsAhead(witness=witness.key.name, seen=old, log=log, size=shown.size)
    logger.warning("witness %s did not cosign log %s: %s", witness.key.name, log, status)
    return ""


def _believed(witness: queries.Witness, shown: note.Checkpoint, body: str) -> str:
    """The one line of the answer that is the witness's and true; lines of other keys are passed over."""
    try:
        lines = [note.parse_signature(one) for one in body.splitlines()]
    except note.NoteRejected:
        return ""
    wanted = (witness.key.name, witness.key.id)
    for line in lines:
        if (line.name, line.key_id) == wanted and note.is_signed(witness.key, shown.text, line.signature):
            return line.line
    return ""


def _request(old: int, proof: tuple[bytes, ...], text: str) -> str:
    lines = [f"old {old}", *(note.to_base64(one) for one in proof)]
    return "\n".join(lines) + "\n\n" + text


def _size_in(body: str) -> int | None:
    text = body.strip()
    return int(text) if note.DECIMAL.fullmatch(text) else None


def _ask(witness: queries.Witness, body: str, at: datetime) -> tuple[int, str]:
    if not witness.address:
        return _ask_here(body, at)
    request = urllib.request.Request(  # noqa: S310 -- the address is the operator's own setting
        f"{witness.address.rstrip('/')}/add-checkpoint", data=body.encode(), method="POST",
        headers={"Content-Type": "text/plain; charset=utf-8"},
    )  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S_MAX) as answer:  # noqa: S310 -- as above
            return answer.status, answer.read(ANSWER_BYTES_MAX).decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read(ANSWER_BYTES_MAX).decode(errors="replace")
    except OSError as error:
        logger.warning("witness %s does not answer: %s", witness.key.name, type(error).__name__)
        return 0, ""


def _ask_here(body: str, at: datetime) -> tuple[int, str]:
    try:
        return HTTPStatus.OK, witnessing.add_checkpoint(body=body, at=at)
    except witnessing.OtherSize as refusal:
        return refusal.status, f"{refusal.params['size']}\n"
    except (witnessing.Malformed, witnessing.UnknownLog, witnessing.NotSigned, witnessing.NotConsistent) as refusal:
        return refusal.status, ""
