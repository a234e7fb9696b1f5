"""The store keeps each content once, whole, and never gives back other bytes than it took."""

import hashlib
import io
import pathlib

import pytest
from django.core.files.storage import InMemoryStorage, default_storage

from tongban.papers import actions, queries

PDF = b"%PDF-1.7 " + b"x" * 700_000


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }
    return tmp_path / "files"


def files_in(store):
    return sorted(path for path in store.rglob("*") if path.is_file())


def test_a_file_is_known_by_the_digest_of_its_content():
    kept = actions.keep_file(content=PDF, media_type="application/pdf")
    assert kept == queries.StoredFile(hashlib.sha256(PDF).hexdigest(), len(PDF), "application/pdf")
    assert queries.is_kept(kept.sha256)
    assert queries.file_bytes(kept.sha256) == PDF


def test_the_same_content_is_one_file(store):
    for source in (PDF, io.BytesIO(PDF), PDF):
        actions.keep_file(content=source, media_type="application/pdf")
    assert len(files_in(store)) == 1


def test_files_lie_in_two_levels_of_folders_only_the_server_can_read(store):
    kept = actions.keep_file(content=b"plain words", media_type="text/plain")
    (file,) = files_in(store)
    assert file.relative_to(store) == pathlib.Path(
        "sha256", kept.sha256[:2], kept.sha256[2:4], kept.sha256
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_an_open_file_is_read_from_its_start():
    upload = io.BytesIO(PDF)
    upload.seek(100)
    kept = actions.keep_file(content=upload, media_type="application/pdf")
    with queries.open_file(kept.sha256) as opened:
        assert opened.read() == PDF


def test_a_failed_write_leaves_nothing_behind(store, monkeypatch):
    def refuse(self, target):
        raise OSError("no space left")

    monkeypatch.setattr(pathlib.Path, "replace", refuse)
    with pytest.raises(OSError, match="no space"):
        actions.keep_file(content=PDF, media_type="application/pdf")
    assert files_in(store) == []


def test_damaged_bytes_are_never_given_out(store):
    kept = actions.keep_file(content=PDF, media_type="application/pdf")
    files_in(store)[0].write_bytes(PDF[:-1] + b"y")
    with pytest.raises(queries.FileDamaged):
        queries.file_bytes(kept.sha256)


def test_an_unknown_digest_is_refused():
    with pytest.raises(queries.NotKept):
        queries.file_bytes("0" * 64)
    assert not queries.is_kept("0" * 64)


def test_an_empty_file_is_refused():
    with pytest.raises(actions.EmptyFile):
        actions.keep_file(content=b"", media_type="application/pdf")


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (b"MZ\x90\x00 a program", "application/pdf"),
        (b"just words", "image/png"),
        (b"%PDF-1.7", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "text/plain"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(content, declared):
    with pytest.raises(actions.FileIsNotWhatItSays, match=declared):
        actions.keep_file(content=content, media_type=declared)


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (
            b"PK\x03\x04....",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("办件".encode(), "text/plain"),
    ],
)
def test_a_file_that_is_what_it_says_is_kept(content, declared):
    assert actions.keep_file(content=content, media_type=declared).media_type == declared


def test_a_remote_store_takes_whole_objects(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    kept = actions.keep_file(content=PDF, media_type="application/pdf")
    assert isinstance(default_storage._wrapped, InMemoryStorage)
    assert queries.file_bytes(kept.sha256) == PDF
