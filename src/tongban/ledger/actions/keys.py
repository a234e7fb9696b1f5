"""The private keys of the logs: one file each, readable by the sequencer alone, never made twice."""

import os
from collections.abc import Iterable
from pathlib import Path

from tongban.core import merkle, note
from tongban.ledger import models, queries

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


def _begin(log: str) -> None:
    origin = queries.new_origin(log)
    own = _made(queries.key_path(log), origin)
    promises = _made(queries.key_path(log, "promise.key"), origin + queries.PROMISE_NAME)
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
