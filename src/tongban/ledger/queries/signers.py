"""Who signs for a log: reads the private keys that `actions.ensure_keys` has made."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tongban.core import note
from tongban.core.refusal import Refusal
from tongban.ledger import models

SM2, ML_DSA_44 = "sm2", "ml-dsa-44"


class KeyMissing(Refusal):
    code = "ledger-key-missing"
    says = _("账本%(log)s的签名密钥不在了。请从备份恢复密钥文件；不会另造一把，因为新密钥签的检查点没有人会认。")


def signer(log: str) -> note.LogSigner:
    """Who signs the log's checkpoints.

    :raises KeyMissing: the file is not there, or holds another key than the log was begun with.
    """
    return _read(log, key_path(log), models.Tree.objects.get(log=log).vkey)


def further_signers(log: str) -> list[note.AnySigner]:
    """Who else signs the log's checkpoints, as the settings say: SM2, ML-DSA-44.

    :raises KeyMissing: a key is not there, or another than the public one.
    """
    found = []
    for name in settings.LEDGER_SIGNATURES:
        path, public = key_path(log, f"{name}.key"), further_key_path(log, name)
        if not (path.exists() and public.exists()):
            raise KeyMissing(log=log)
        found.append(note.signer_of(path.read_text()))
        if str(found[-1].key) != public.read_text().strip():
            raise KeyMissing(log=log)
    return found


def further_keys(log: str) -> tuple[tuple[str, str], ...]:
    """The log's further public keys, by name of the algorithm."""
    paths = ((name, further_key_path(log, name)) for name in (SM2, ML_DSA_44))
    return tuple((name, path.read_text().strip()) for name, path in paths if path.exists())


def further_key_path(log: str, name: str) -> Path:
    """A public file beside the log."""
    return Path(settings.LEDGER_FOLDER) / "public" / f"{log}.{name}.vkey"


def promise_signer(log: str) -> note.LogSigner:
    """Who signs promises: another key, so that pages need not hold the log's own."""
    return _read(log, key_path(log, "promise.key"), models.Tree.objects.get(log=log).promise_vkey)


def witness_signer() -> note.WitnessSigner:
    """Who cosigns for this site.

    :raises KeyMissing: it is no witness.
    """
    path = key_path("witness")
    if not path.exists():
        raise KeyMissing(log="witness")
    found = note.signer_of(path.read_text())
    assert isinstance(found, note.WitnessSigner)
    return found


def key_path(log: str, ending: str = "key") -> Path:
    """Where a private key of the log lies."""
    return Path(settings.LEDGER_FOLDER) / "keys" / f"{log}.{ending}"


def _read(log: str, path: Path, vkey: str) -> note.LogSigner:
    try:
        found = note.signer_of(path.read_text())
    except FileNotFoundError as error:
        raise KeyMissing(log=log) from error
    if str(found.key) != vkey or not isinstance(found, note.LogSigner):
        raise KeyMissing(log=log)
    return found
