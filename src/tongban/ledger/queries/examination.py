"""The examination of a log: each way in which somebody with every right could have changed it, by name.

Leaf from event, tile from leaf, root from tile, signature from root, file from database: a link that does
not hold is a finding, named for the check that failed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction

from tongban.core import merkle, note, receipt
from tongban.ledger import models
from tongban.ledger.queries import erasable, standing, tiles

FINDINGS_MAX = 100  # After a hundred the point is made.


@dataclass(frozen=True, slots=True)
class Finding:
    """One link that does not hold."""

    check: str
    where: str


@dataclass(frozen=True, slots=True)
class EventFact:
    """What the folder that keeps the events says of one, to be compared with its entry."""

    region_code: str
    case_id: int
    n: int
    ref: str
    kind: str
    at: datetime
    node: str
    said: Mapping[str, object] = field(default_factory=dict)


LEAVES = """
select index, hash, entry, region_code, case_id, event_n from ledger_leaf where log = %s order by index
"""
CHAINS = """
select region_code, case_id, event_n, hash, entry from ledger_leaf where log = %s
order by region_code, case_id, event_n
"""


@transaction.atomic
def examine(log: str, events: Iterable[EventFact] | None = None) -> tuple[Finding, ...]:
    """Every broken link of the log, at most a hundred; none where everything agrees.

    Reads one state of the database: the tree row is locked, so the log does not grow meanwhile.
    """
    tree = models.Tree.objects.select_for_update().get(log=log)
    findings = []
    for finding in _findings(tree, events):
        findings.append(finding)
        if len(findings) == FINDINGS_MAX:
            break
    return tuple(findings)


def _findings(tree: models.Tree, events: Iterable[EventFact] | None) -> Iterator[Finding]:
    edge = merkle.EMPTY_EDGE
    found: list[Finding] = []
    for start, hashes in _leaf_batches(tree, found):
        yield from found
        found.clear()
        edge, fresh = merkle.grow(edge, hashes)
        yield from _tiles(tree.log, start, fresh)
    yield from found
    if edge.size != tree.size:
        yield Finding("leaf-count", f"{edge.size} / {tree.size}")
    if (edge.root, b"".join(edge.peaks)) != (bytes(tree.root), bytes(tree.edge)):
        yield Finding("root-leaf", str(tree.size))
    if tiles.root_at(tree.log, tree.size) != bytes(tree.root):
        yield Finding("root-tile", str(tree.size))
    yield from _chains(tree.log)
    yield from _checkpoints(tree)
    yield from _files(tree)
    if events is not None:
        yield from _events(tree.log, events)


# Leaves and tiles


def _leaf_batches(tree: models.Tree, found: list[Finding]) -> Iterator[tuple[int, list[bytes]]]:
    """The leaves as they should be hashed, a tile's worth at a time; what is wrong with them beside."""
    expected, batch = 0, []
    with connection.cursor() as cursor:
        cursor.execute(LEAVES, [tree.log])
        for index, kept, entry, region_code, case_id, event_n in cursor:
            if index != expected:
                found.append(Finding("leaf-order", str(expected)))
                expected = index
            leaf = merkle.leaf_hash(bytes(entry))
            if leaf != bytes(kept):
                found.append(Finding("leaf-hash", str(index)))
            if not _is_of(bytes(entry), region_code, event_n):
                found.append(Finding("leaf-event", f"{index} {region_code}/{case_id}/{event_n}"))
            batch.append(leaf)
            expected += 1
            if len(batch) == merkle.TILE_WIDTH:
                yield expected - len(batch), batch
                batch = []
    yield expected - len(batch), batch


def _is_of(entry: bytes, region_code: str, event_n: int) -> bool:
    try:
        shown = json.loads(entry)
        return shown["log"] == f"{region_code[:4]}00" and shown.get("n", event_n) == event_n
    except (ValueError, KeyError, TypeError):
        return False


def _tiles(log: str, start: int, fresh: tuple[bytes, ...]) -> Iterator[Finding]:
    for level, data in enumerate(fresh):
        at = start >> (merkle.TILE_HEIGHT * level)
        index, place = divmod(at, merkle.TILE_WIDTH)
        width = place + len(data) // merkle.HASH_BYTES
        if not data:
            continue
        try:
            kept = tiles.tile_bytes(log, merkle.Tile(level, index, width))
        except merkle.ProofRejected:
            yield Finding("tile-missing", f"{level}/{index}")
            continue
        if kept[place * merkle.HASH_BYTES :] != data:
            yield Finding("tile-leaf" if level == 0 else "tile-tile", f"{level}/{index}")


# The chain of each case


def _chains(log: str) -> Iterator[Finding]:
    case, number, previous = None, 0, b""
    with connection.cursor() as cursor:
        cursor.execute(CHAINS, [log])
        for region_code, case_id, event_n, leaf, entry in cursor:
            if (region_code, case_id) != case:
                case, number, previous = (region_code, case_id), 0, b""
            number += 1
            if event_n != number:
                yield Finding("case-gap", f"{region_code}/{case_id}/{number}")
                number = event_n
            elif not _follows(bytes(entry), previous):
                yield Finding("case-chain", f"{region_code}/{case_id}/{event_n}")
            previous = bytes(leaf)


def _follows(entry: bytes, previous: bytes) -> bool:
    try:
        shown = json.loads(entry)
    except ValueError:
        return False
    return shown.get("k") == receipt.SEALED or shown.get("p", "") == (
        receipt.to_base64url(previous) if previous else ""
    )


# Checkpoints and files


def _checkpoints(tree: models.Tree) -> Iterator[Finding]:
    key = note.parse_key(tree.vkey)
    for row in models.Checkpoint.objects.filter(log=tree.log).order_by("size"):
        try:
            shown = note.verify_checkpoint(row.note, origin=key.name, log=key)
        except note.NoteRejected:
            yield Finding("checkpoint-signature", str(row.size))
            continue
        if (shown.size, shown.root) != (row.size, bytes(row.root)):
            yield Finding("checkpoint-note", str(row.size))
        if row.size > tree.size or tiles.root_at(tree.log, row.size) != shown.root:
            yield Finding("checkpoint-root", str(row.size))


def _files(tree: models.Tree) -> Iterator[Finding]:
    folder = standing.public_folder(tree.log)
    newest = models.Checkpoint.objects.filter(log=tree.log, published_at__isnull=False).order_by("-size").first()
    if newest is None:
        return
    if _content(folder / "checkpoint") != newest.note.encode():
        yield Finding("file-checkpoint", str(newest.size))
    for tile in merkle.tiles_between(0, newest.size):
        pairs = [(tile, tiles.tile_bytes)]
        if tile.level == 0:
            pairs.append((merkle.Tile(merkle.ENTRIES_LEVEL, tile.index, tile.width), tiles.bundle_bytes))
        for one, read in pairs:
            try:
                expected = read(tree.log, one)
            except merkle.ProofRejected:
                continue  # The database misses it: that is a finding of its own.
            if _content(folder / one.path) != expected:
                yield Finding("file-tile" if one.level >= 0 else "file-entries", one.path)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


# Events


def _events(log: str, events: Iterable[EventFact]) -> Iterator[Finding]:
    kept = _kept(log)
    for fact in events:
        where = f"{fact.region_code}/{fact.case_id}/{fact.n}"
        said = _disclosed(fact)
        entry = kept.pop((fact.region_code, fact.case_id, fact.n), None)
        if entry is None:
            yield Finding("event-without-leaf", where)
        elif (name := _differs(entry, fact, said)) is not None:
            yield Finding("event-changed", f"{where} {name}")
    for region_code, case_id, n in kept:
        yield Finding("leaf-without-event", f"{region_code}/{case_id}/{n}")


def _kept(log: str) -> dict[tuple[str, int, int], bytes]:
    """Every entry of the log, integrated or waiting, by event."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select region_code, case_id, event_n, entry from ledger_leaf where log = %(log)s"
            " union all select region_code, case_id, event_n, entry from ledger_queue"
            " where region_code >= %(log)s and region_code < %(last)s",
            {"log": log, "last": f"{int(log) + 100:06d}"},
        )
        return {(region, case, n): bytes(entry) for region, case, n, entry in cursor.fetchall()}


def _disclosed(fact: EventFact) -> Mapping[str, str] | None:
    """What the event disclosed; nothing if that was erased, None if it cannot be opened."""
    try:
        return erasable.disclosures(fact.region_code, fact.case_id, fact.n).get(fact.n, {})
    except InvalidTag:
        return None


def _differs(entry: bytes, fact: EventFact, said: Mapping[str, str] | None) -> str | None:
    """The first member of the entry that the event contradicts."""
    if said is None:
        return "f"
    try:
        shown: dict[str, Any] = json.loads(entry)
        if shown.get("k") == receipt.SEALED:
            if receipt.SEALED_NAME not in said:
                return None  # Erased: only the digest is left, which proves order and number.
            if receipt.digest_of(said[receipt.SEALED_NAME]) != shown["f"][receipt.SEALED_NAME]:
                return "f"
            shown = json.loads(_value_of(said[receipt.SEALED_NAME]))
    except ValueError:
        return "f"
    expected = {
        "k": receipt.kind_of(fact.kind), "c": fact.ref.replace("-", ""), "n": fact.n,
        "t": receipt.moment(fact.at), "s": fact.node or None,
    }  # fmt: skip
    for name, value in expected.items():
        if shown.get(name) != value:
            return name
    return _said_differs(shown.get("f", {}), said, fact.said)


def _said_differs(
    digests: Mapping[str, str], kept: Mapping[str, str], said: Mapping[str, object]
) -> str | None:
    for name, disclosed in kept.items():
        if name == receipt.SEALED_NAME:
            continue
        if digests.get(name) != receipt.digest_of(disclosed):
            return f"f.{name}"
        if name in said and _value_of(disclosed) != said[name]:
            return f"f.{name}"
    missing = said.keys() - digests.keys()
    return f"f.{min(missing)}" if missing else None


def _value_of(disclosed: str) -> Any:
    return json.loads(receipt.from_base64url(disclosed))[2]
