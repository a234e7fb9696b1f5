"""The sequencer's second half: files, a signature, and only then something that others may see.

Order: files, fsync; compare; sign; commit the row; publish. Killed anywhere, the next call does the same
again: there is no other way of recovery.

Sources: https://c2sp.org/tlog-tiles (files, when a partial may go), https://c2sp.org/tlog-checkpoint."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tongban.core import merkle, note
from tongban.core.refusal import Refusal
from tongban.ledger import models, queries
from tongban.ledger.actions import cosigning

WRITERS = 8
TILES_IN_MEMORY_MAX = 64


class TreeWentBack(Refusal):
    """A checkpoint that somebody may have seen does not lead to this tree: a restored backup, or worse."""

    code = "ledger-tree-went-back"
    says = _(
        "账本%(log)s现有%(size)d条，但已有人看到过%(seen)d条的检查点（%(where)s），两者不一致。"
        "已停止签名。请不要删除已发布的文件，先查明数据库是否从旧备份恢复。"
    )


class FileDiffers(Refusal):
    code = "ledger-file-differs"
    says = _("账本%(log)s已发布的文件%(path)s与数据库不一致。已停止签名。请查明是谁改了文件或数据库。")


class BundleDiffers(Refusal):
    code = "ledger-bundle-differs"
    says = _("账本%(log)s的记录（%(path)s）与已经算入的散列值不一致。已停止签名。请查明是谁改了数据库里的记录。")


def publish(*, log: str, at: datetime) -> note.Checkpoint | None:
    """Show the tree as it stands to everybody; None where it has not grown since the last time.

    :raises TreeWentBack: something published is ahead of this tree or different from it.
    :raises FileDiffers: a published file is not what the tree says.
    :raises BundleDiffers: an entry was changed after it was hashed.
    """
    folder = queries.public_folder(log)
    with alone(folder=folder):
        tree = models.Tree.objects.get(log=log)
        seen = published(log=log)
        _refuse_to_go_back(tree, seen)
        if seen is not None and seen.size == tree.size:
            return None
        cosigning.ask_before_signing(log=log, at=at)
        old = seen.size if seen else 0
        _write_files(log, folder, old, tree.size)
        row = _sign(tree, at)
        text = cosigning.cosign(log=log, text=row.note, at=at) if tree.size else row.note
        models.Checkpoint.objects.filter(log=log, size=tree.size).update(note=text)
        write_durably(path=folder / "checkpoint", content=text.encode())
        models.Checkpoint.objects.filter(log=log, size=tree.size).update(published_at=at)
        _remove_partials(folder, old, tree.size)
    return note.Checkpoint(queries.origin_of(tree.vkey), tree.size, bytes(tree.root))


def published(*, log: str) -> note.Checkpoint | None:
    """The checkpoint in the public file, None where nothing was ever published.

    :raises NoteRejected: the file is not one that this log signed.
    """
    path = queries.public_folder(log) / "checkpoint"
    if not path.exists():
        return None
    key = note.parse_key(models.Tree.objects.get(log=log).vkey)
    return note.verify_checkpoint(path.read_text(), origin=key.name, log=key)


def _refuse_to_go_back(tree: models.Tree, seen: note.Checkpoint | None) -> None:
    newest = models.Checkpoint.objects.filter(log=tree.log).order_by("-size").first()
    signed = note.Checkpoint("", newest.size, bytes(newest.root)) if newest else None
    for checkpoint, where in ((seen, "checkpoint"), (signed, "database")):
        if checkpoint is None:
            continue
        if checkpoint.size > tree.size or queries.root_at(tree.log, checkpoint.size) != checkpoint.root:
            raise TreeWentBack(log=tree.log, size=tree.size, seen=checkpoint.size, where=where)
    if queries.root_at(tree.log, tree.size) != bytes(tree.root):
        raise TreeWentBack(log=tree.log, size=tree.size, seen=tree.size, where="tiles")


def _sign(tree: models.Tree, at: datetime) -> models.Checkpoint:
    """The signed checkpoint of this size, committed; the one there is, if a killed run left one."""
    checkpoint = note.Checkpoint(queries.origin_of(tree.vkey), tree.size, bytes(tree.root))
    signers = [queries.signer(tree.log), *queries.further_signers(tree.log)]
    text = note.write(checkpoint.text, signers, int(at.timestamp()))
    row, _is_new = models.Checkpoint.objects.get_or_create(
        log=tree.log, size=tree.size, defaults={"root": tree.root, "note": text, "signed_at": at}
    )
    return row


# Files


def _write_files(log: str, folder: Path, old: int, new: int) -> None:
    """Every new tile and bundle, durable. The disk is given several at once: it syncs them together."""
    folders = set[Path]()
    with ThreadPoolExecutor(WRITERS) as writers:
        for files in _files(log, old, new):
            for changed in {(folder / path).parent for path in files} - folders:
                changed.mkdir(parents=True, exist_ok=True)
                folders |= {one for one in (changed, *changed.parents) if one.is_relative_to(folder)}
            written = [writers.submit(_write_once, log, folder / path, files[path]) for path in files]
            for one in written:
                one.result()
    for changed in folders:
        sync_folder(folder=changed)


def _files(log: str, old: int, new: int) -> Iterator[dict[str, bytes]]:
    """What is new, some tiles at a time: path and content of tiles, and of the bundles beneath the lowest.

    :raises BundleDiffers: the entries are not those whose hashes are in the tree.
    """
    tiles = merkle.tiles_between(old, new)
    while batch := list(islice(tiles, TILES_IN_MEMORY_MAX)):
        hashes = queries.tiles_bytes(log, batch)
        files = {tile.path: content for tile, content in hashes.items()}
        lowest = [tile for tile in batch if tile.level == 0]
        if lowest:
            first, last = lowest[0], lowest[-1]
            bundles = queries.bundles_bytes(log, first.index, last.index, last.width)
            for tile in lowest:
                path = merkle.Tile(merkle.ENTRIES_LEVEL, tile.index, tile.width).path
                files[path] = _hashed_to(log, path, bundles[tile.index], hashes[tile])
        yield files


def _hashed_to(log: str, path: str, bundle: bytes, hashes: bytes) -> bytes:
    """The bundle, once its entries are known to be those of the tile: the last look before everybody sees them."""
    if b"".join([merkle.leaf_hash(entry) for entry in merkle.entries_of(bundle)]) != hashes:
        raise BundleDiffers(log=log, path=path)
    return bundle


def _write_once(log: str, path: Path, content: bytes) -> None:
    """Tiles never change: one that is there must be the same."""
    if not path.exists():
        write_durably(path=path, content=content, is_folder_synced=False)
    elif path.read_bytes() != content:
        raise FileDiffers(log=log, path=str(path.relative_to(settings.LEDGER_FOLDER)))


def write_durably(*, path: Path, content: bytes, is_folder_synced: bool = True) -> None:
    """The file as a whole or not at all, also after the power failed."""
    if is_folder_synced:
        path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    if is_folder_synced:
        sync_folder(folder=path.parent)


def sync_folder(*, folder: Path) -> None:
    """Make the names in the folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_partials(folder: Path, old: int, new: int) -> None:
    """A partial tile may go when the full one is there."""
    for tile in merkle.tiles_between(old, new):
        if tile.width == merkle.TILE_WIDTH:
            beneath = merkle.Tile(merkle.ENTRIES_LEVEL, tile.index)
            for full in [tile, beneath] if tile.level == 0 else [tile]:
                shutil.rmtree(folder / f"{full.path}.p", ignore_errors=True)


@contextmanager
def alone(*, folder: Path) -> Iterator[None]:
    """One publisher of a log at a time, also between processes: an older one must not overwrite a newer."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def report_trouble(*, log: str, trouble: str, at: datetime) -> None:
    """Say on the log's page why it stands still, or that it does not any more."""
    models.Tree.objects.filter(log=log).exclude(trouble=trouble).update(
        trouble=trouble, trouble_at=at if trouble else None
    )
