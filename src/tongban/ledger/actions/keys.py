"""The private keys of the logs: one file each, readable by the sequencer alone, never made twice."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tongban.core import merkle, note
from tongban.core.refusal import Refusal
from tongban.ledger import models, queries

SEED_BYTES = 32
PRIVATE = 0o600
FOLDER_PRIVATE = 0o700


class KeyMissing(Refusal):
    code = "ledger-key-missing"
    says = _("账本%(log)s的签名密钥不在了。请从备份恢复密钥文件；不会另造一把，因为新密钥签的检查点没有人会认。")


def ensure_keys(*, logs: Iterable[str]) -> None:
    """Begin these logs: a key to sign checkpoints and one to sign promises, and an empty tree.

    :raises KeyMissing: a log exists already and its key does not.
    """
    kept = dict(models.Tree.objects.filter(log__in=list(logs := list(logs))).values_list("log", "vkey"))
    for log in logs:
        if log in kept and not key_path(log=log).exists():
            raise KeyMissing(log=log)
        if log not in kept:
            _begin(log)


def signer(*, log: str) -> note.LogSigner:
    """Who signs the log's checkpoints.

    :raises KeyMissing: the file is not there, or holds another key than the log was begun with.
    """
    return _read(log, key_path(log=log), models.Tree.objects.get(log=log).vkey)


def promise_signer(*, log: str) -> note.LogSigner:
    """Who signs promises: another key, so that pages need not hold the log's own."""
    return _read(log, key_path(log=log, ending="promise.key"), models.Tree.objects.get(log=log).promise_vkey)


def key_path(*, log: str, ending: str = "key") -> Path:
    """Where a private key of the log lies."""
    return Path(settings.LEDGER_FOLDER) / "keys" / f"{log}.{ending}"


def _begin(log: str) -> None:
    origin = queries.origin_of(log)
    own = _made(key_path(log=log), origin)
    promises = _made(key_path(log=log, ending="promise.key"), f"{origin}/promise")
    models.Tree.objects.bulk_create(
        [models.Tree(log=log, vkey=str(own.key), promise_vkey=str(promises.key), root=merkle.EMPTY_ROOT)],
        ignore_conflicts=True,
    )


def _made(path: Path, name: str) -> note.LogSigner:
    """The key in the file; a new one, durable before it is used, if there is no file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_PRIVATE)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with os.fdopen(handle, "w") as file:
        file.write(note.private_text(note.LogSigner(name, os.urandom(SEED_BYTES))) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # Fails where the file exists: of two starters, one key wins.
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return note.signer_of(path.read_text())


def _read(log: str, path: Path, vkey: str) -> note.LogSigner:
    try:
        found = note.signer_of(path.read_text())
    except FileNotFoundError as error:
        raise KeyMissing(log=log) from error
    if str(found.key) != vkey:
        raise KeyMissing(log=log)
    return found
