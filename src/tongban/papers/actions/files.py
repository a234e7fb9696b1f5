"""Keeping files: content-addressed, whole or not at all, safe against a crash between two lines.

Sources: https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html (the replacement is atomic);
https://www.postgresql.org/docs/current/wal-reliability.html (why file and folder are both synchronised)."""

import hashlib
import io
import os
import pathlib
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages

from tongban.core import refusal
from tongban.papers import queries

PIECE_BYTES = 256 * 1024
OFFICE_KINDS = {
    "application/zip",
    "application/x-ole-storage",
}  # Containers whose first bytes say no more.
SIGNED_KINDS = {
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/heic",
}


class EmptyFile(refusal.Refusal):
    """A file without content proves nothing."""

    code = "file_empty"
    says = "这个文件是空的，请重新选择文件"


class FileIsNotWhatItSays(refusal.Refusal):
    """The first bytes contradict the declared type, e.g. a program named .pdf."""

    code = "file_type_contradicted"
    says = "文件内容与声明的类型不符：声明为%(declared)s，实际为%(found)s，请选择正确的文件"


def keep_file(*, content: bytes | BinaryIO, media_type: str) -> queries.StoredFile:
    """Keep a content under its SHA-256; the same content is one file however often it is kept.

    :param content: the bytes, or an open file (an upload) that is read piece by piece from its start.
    :raises EmptyFile: nothing to keep.
    :raises FileIsNotWhatItSays: the first bytes belong to another kind of file.
    """
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    source.seek(0)
    _check_kind(source.read(queries.HEAD_BYTES), media_type)
    sha256, size = _digest(source)
    if not queries.is_kept(sha256):
        _write(source, queries.storage_name(sha256))
    return queries.StoredFile(sha256, size, media_type)


def _check_kind(head: bytes, declared: str) -> None:
    if not head:
        raise EmptyFile
    found = queries.media_type_of(head)
    if found != declared and (declared in SIGNED_KINDS or (found and found not in OFFICE_KINDS)):
        raise FileIsNotWhatItSays(declared=declared, found=found or "?")


def _digest(source: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(source):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    source.seek(0)
    return iter(lambda: source.read(PIECE_BYTES), b"")


def _write(source: BinaryIO, name: str) -> None:
    storage = storages["default"]
    if not isinstance(
        storage, FileSystemStorage
    ):  # A remote store takes whole objects and gives its own promise.
        storage.save(name, ContentFile(b"".join(_pieces(source))))
        return
    target = pathlib.Path(storage.path(name))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")  # Born 0600.
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in _pieces(source):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        pathlib.Path(temporary).replace(target)
    except OSError:
        pathlib.Path(temporary).unlink(missing_ok=True)
        raise
    _synchronise(target.parent, pathlib.Path(storage.location))


def _synchronise(folder: pathlib.Path, root: pathlib.Path) -> None:
    """Make the new names in the folder, and the folder's own name, survive a power cut."""
    depth = len(folder.relative_to(root).parts)
    for level in (folder, *folder.parents)[: depth + 1]:
        handle = os.open(level, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
