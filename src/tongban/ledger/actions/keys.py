"""The private keys of the logs: one file each, readable by the sequencer alone, never made twice."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from tongban.core import merkle, note
from tongban.ledger import models, queries
from tongban.ledger.actions import publishing

SEED_BYTES = 32
PRIVATE = 0o600
FOLDER_PRIVATE = 0o700


def ensure_keys(*, logs: Iterable[str]) -> None:
    """Begin these logs: a key to sign checkpoints and one to sign promises, and an empty tree.

    :raises KeyMissing: a log exists already and its key does not.
    """
    wanted = list(logs)
    begun = set(models.Tree.objects.filter(log__in=wanted).values_list("log", flat=True))
    for log in wanted:
        if log in begun and not queries.key_path(log).exists():
            raise queries.KeyMissing(log=log)
        if log not in begun:
            _begin(log)
        for name in settings.LEDGER_SIGNATURES:
            _ensure_further(log, name)


def _ensure_further(log: str, name: str) -> None:
    """One more key for the log's checkpoints; its public half lies beside the log for ever."""
    path, public = queries.key_path(log, f"{name}.key"), queries.further_key_path(log, name)
    if public.exists():
        if not path.exists():
            raise queries.KeyMissing(log=log)
        return
    origin = queries.origin_of(models.Tree.objects.get(log=log).vkey)
    fresh = note.new_sm2(origin) if name == queries.SM2 else note.PostQuantumSigner(origin, os.urandom(SEED_BYTES))
    publishing.write_durably(path=public, content=f"{_made(path, fresh).key}\n".encode())


def ensure_witness() -> None:
    """Make this site a witness: a key, and its public half beside the logs."""
    path = queries.own_key_path()
    if not path.exists():
        name = queries.new_origin("witness")
        found = _made(queries.key_path("witness"), note.WitnessSigner(name, os.urandom(SEED_BYTES)))
        publishing.write_durably(path=path, content=f"{found.key}\n".encode())


def _begin(log: str) -> None:
    origin = queries.new_origin(log)
    own = _made(queries.key_path(log), _fresh(origin))
    promises = _made(queries.key_path(log, "promise.key"), _fresh(origin + queries.PROMISE_NAME))
    models.Tree.objects.bulk_create(
        [models.Tree(log=log, vkey=str(own.key), promise_vkey=str(promises.key), root=merkle.EMPTY_ROOT)],
        ignore_conflicts=True,
    )


def _fresh(name: str) -> note.LogSigner:
    return note.LogSigner(name, os.urandom(SEED_BYTES))


def _made(path: Path, signer: note.AnySigner) -> note.AnySigner:
    """The key in the file; the new one given, durable before it is used, if there is no file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_PRIVATE)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with os.fdopen(handle, "w") as file:
        file.write(note.private_text(signer) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # Fails where the file exists: of two starters, one key wins.
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return note.signer_of(path.read_text())
