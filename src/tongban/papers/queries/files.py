"""The file store as readers see it: a file is known by the SHA-256 of its content and by nothing else.

Sources: FIPS 180-4 (SHA-256); 电子签名法 art. 5 (content kept whole and unaltered since it became final)."""

import hashlib
import re
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.core.files.storage import default_storage

from tongban.core import refusal

FOLDER = "sha256"
HEAD_BYTES = 16

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SIGNS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
)


class NotKept(refusal.Refusal):
    """No file of this digest is in the store."""

    code = "file_not_kept"
    says = "没有找到这份文件，请回到办件页面重新打开"


class FileDamaged(Exception):
    """The stored bytes no longer have the digest they are filed under: never shown, the operator must restore."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One kept content: its digest (hex), its length and what it is."""

    sha256: str
    size: int
    media_type: str


def storage_name(sha256: str) -> str:
    """Where a content lies in the store: two levels of 256 folders keep each folder small."""
    assert _SHA256.fullmatch(sha256), "not a SHA-256 in lower-case hex"
    return f"{FOLDER}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def is_kept(sha256: str) -> bool:
    """Whether a content of this digest is in the store."""
    return default_storage.exists(storage_name(sha256))


def file_bytes(sha256: str) -> bytes:
    """The whole content, checked against its digest on the way out.

    :raises NotKept: nothing is filed under this digest.
    :raises FileDamaged: the disk gave back other bytes than were kept.
    """
    with open_file(sha256) as kept:
        content = kept.read()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileDamaged(sha256)
    return content


def open_file(sha256: str) -> BinaryIO:
    """The content opened for reading, for a large file sent piece by piece; the caller closes it.

    :raises NotKept: nothing is filed under this digest.
    """
    try:
        return cast(BinaryIO, default_storage.open(storage_name(sha256), "rb"))
    except FileNotFoundError as missing:
        raise NotKept from missing


def media_type_of(head: bytes) -> str:
    """What the first bytes say the content is; empty when they say nothing we know."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1"}:
        return "image/heic"
    return next((kind for sign, kind in _SIGNS if head.startswith(sign)), "")
