"""The key that signs licences: made on first use, readable by the server's account alone.

Sources: RFC 8032 (Ed25519); RFC 5958 (the key file)."""

import datetime
import hashlib
import os
import pathlib
import tempfile

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.conf import settings

from tongban.papers import models

FILE = "licence_ed25519.pem"
KEY_ID_CHARS = 16


def signature(*, message: bytes, at: datetime.datetime) -> tuple[str, bytes]:
    """The id of the signing key and its signature; the public half is written down the first time."""
    key = _private_key()
    public = key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(public).hexdigest()[:KEY_ID_CHARS]
    models.SigningKey.objects.bulk_create(
        [models.SigningKey(key_id=key_id, public_key=public, first_used_at=at)],
        ignore_conflicts=True,
    )
    return key_id, key.sign(message)


def _private_key() -> ed25519.Ed25519PrivateKey:
    file = pathlib.Path(settings.KEYS_FOLDER) / FILE
    if not file.exists():
        _make(file)
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    return key


def _make(file: pathlib.Path) -> None:
    """Write a new key whole or not at all; when another process was first, its key stands."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".new-")  # Born 0600.
    with os.fdopen(handle, "wb") as new:
        new.write(pem)
        new.flush()
        os.fsync(new.fileno())
    try:
        file.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        pathlib.Path(temporary).unlink()
