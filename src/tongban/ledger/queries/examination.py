"""The examination of a log: each way in which somebody with every right could have changed it, by name.

Leaf from event, tile from leaf, root from tile, signature from root, file from database: a link that does
not hold is a finding, named for the check that failed. Everything is read once, in order, some rows at a time:
a log of any length is examined in the same memory."""

import heapq
import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, islice, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery

from tongban.core import merkle, note, receipt
from tongban.ledger import models
from tongban.ledger.queries import erasable, standing, tiles

OF_EVENTS = frozenset({"event-without-leaf", "leaf-without-event", "event-changed"})
FINDINGS_MAX = 100  # After a hundred the point is made.
EXAMINED_EVERY = timedelta(days=1)
ROWS_AT_ONCE = 2048
FILES_AT_ONCE = 64


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


class Signed(NamedTuple):
    """A checkpoint as its row has it."""

    size: int
    root: bytes
    note: str


class Entry(NamedTuple):
    """An entry by its event, integrated or waiting, with what it disclosed."""

    region_code: str
    case_id: int
    n: int
    is_leaf: bool
    hash: bytes
    entry: bytes
    sealed: bytes | None
    wrapped: bytes | None


LEAVES = """
select index, hash, entry, region_code, case_id, event_n from ledger_leaf where log = %s order by index
"""
CHECKPOINTS = "select size, root, note from ledger_checkpoint where log = %s order by size"
ENTRIES = """
select region_code, case_id, event_n, true as is_leaf, hash, entry, sealed, wrapped
from ledger_leaf
left join ledger_disclosure using (region_code, case_id, event_n)
left join ledger_disclosurekey using (region_code, case_id, event_n)
where log = %(log)s
union all
select region_code, case_id, event_n, false, ''::bytea, entry, sealed, wrapped
from ledger_queue where region_code >= %(log)s and region_code < %(last)s
order by region_code, case_id, event_n, is_leaf desc
"""


@transaction.atomic
def examine(log: str, events: Iterable[EventFact] | None = None) -> tuple[Finding, ...]:
    """Every broken link of the log, at most a hundred; none where everything agrees.

    Reads one state of the database: the tree row is locked, so the log does not grow meanwhile.

    :param events: those of the log, ordered by region, case and number
    """
    tree = models.Tree.objects.select_for_update().get(log=log)
    findings = []
    for finding in _findings(tree, events):
        findings.append(finding)
        if len(findings) == FINDINGS_MAX:
            break
    return tuple(findings)


def event_findings(log: str) -> tuple[Finding, ...]:
    """What the last examination found of events, as it was kept."""
    kept = models.Check.objects.filter(log=log).values_list("findings", flat=True).first() or []
    return tuple(Finding(**one) for one in kept if one["check"] in OF_EVENTS)


def unexamined(at: datetime) -> tuple[str, ...]:
    """The logs that nobody has examined for a day, the longest waiting first."""
    recent = models.Check.objects.filter(at__gt=at - EXAMINED_EVERY).values("log")
    checked = models.Check.objects.filter(log=OuterRef("log")).values("at")
    logs = models.Tree.objects.filter(size__gt=0).exclude(log__in=recent).annotate(checked_at=Subquery(checked))
    return tuple(logs.order_by(F("checked_at").asc(nulls_first=True), "log").values_list("log", flat=True))


def _findings(tree: models.Tree, events: Iterable[EventFact] | None) -> Iterator[Finding]:
    edge = yield from _tree(tree)
    if edge.size != tree.size:
        yield Finding("leaf-count", f"{edge.size} / {tree.size}")
    if (edge.root, b"".join(edge.peaks)) != (bytes(tree.root), bytes(tree.edge)):
        yield Finding("root-leaf", str(tree.size))
    if tiles.root_at(tree.log, tree.size) != bytes(tree.root):
        yield Finding("root-tile", str(tree.size))
    yield from _entries(tree.log, events)
    yield from _files(tree)


def _rows(statement: str, values: Any) -> Iterator[tuple]:
    """The answer some rows at a time: a log may be longer than memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


# Leaves, tiles and checkpoints


def _tree(tree: models.Tree) -> Generator[Finding, None, merkle.Edge]:
    """Grow the tree anew from its leaves: each tile and each signed root must come out; the edge it ends in."""
    key = note.parse_key(tree.vkey)
    edge, found = merkle.EMPTY_EDGE, list[Finding]()
    signed = (Signed(size, bytes(root), text) for size, root, text in _rows(CHECKPOINTS, [tree.log]))
    row = next(signed, None)
    for start, hashes in _leaf_batches(tree, found):
        yield from found
        found.clear()
        fresh: tuple[bytes, ...] = ()
        while row is not None and row.size <= start + len(hashes):
            edge, more = merkle.grow(edge, hashes[edge.size - start : row.size - start])
            fresh = _joined(fresh, more)
            yield from _checkpoint(row, key, edge)
            row = next(signed, None)
        edge, more = merkle.grow(edge, hashes[edge.size - start :])
        yield from _tiles(tree.log, start, _joined(fresh, more))
    yield from found
    while row is not None:
        yield from _checkpoint(row, key, edge)
        row = next(signed, None)
    return edge


def _joined(before: Sequence[bytes], after: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(first + second for first, second in zip_longest(before, after, fillvalue=b""))


def _checkpoint(row: Signed, key: note.Key, edge: merkle.Edge) -> Iterator[Finding]:
    """One signed checkpoint beside the tree of its size."""
    try:
        shown = note.verify_checkpoint(row.note, origin=key.name, log=key)
    except note.NoteRejected:
        yield Finding("checkpoint-signature", str(row.size))
        return
    if (shown.size, shown.root) != (row.size, row.root):
        yield Finding("checkpoint-note", str(row.size))
    if (edge.size, edge.root) != (row.size, shown.root):
        yield Finding("checkpoint-root", str(row.size))

def _leaf_batches(tree: models.Tree, found: list[Finding]) -> Iterator[tuple[int, list[bytes]]]:
    """The leaves as they should be hashed, a tile's worth at a time; what is wrong with them beside."""
    start, expected, batch = 0, 0, []
    for index, kept, entry, region_code, case_id, event_n in _rows(LEAVES, [tree.log]):
        if index != expected:
            found.append(Finding("leaf-order", str(expected)))
        leaf = merkle.leaf_hash(bytes(entry))
        if leaf != bytes(kept):
            found.append(Finding("leaf-hash", str(index)))
        if not _is_of(bytes(entry), region_code, event_n):
            found.append(Finding("leaf-event", f"{index} {region_code}/{case_id}/{event_n}"))
        batch.append(leaf)
        expected = index + 1
        if len(batch) == merkle.TILE_WIDTH:
            yield start, batch
            start, batch = start + len(batch), []
    yield start, batch


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
        tile = merkle.Tile(level, index, width)
        try:
            kept, upper = tiles.kept_tiles(log, [tile])[tile]
        except merkle.ProofRejected:
            yield Finding("tile-missing", f"{level}/{index}")
            continue
        if kept[place * merkle.HASH_BYTES :] != data:
            yield Finding("tile-leaf" if level == 0 else "tile-tile", f"{level}/{index}")
        if upper is not None and width == merkle.TILE_WIDTH and upper != merkle.upper_of(merkle.levels_of(kept)):
            yield Finding("tile-upper", f"{level}/{index}")


# The chain of each case, and its events


def _entries(log: str, events: Iterable[EventFact] | None) -> Iterator[Finding]:
    """Each entry beside the one before it in its case, and beside the event it is of."""
    last: Entry | None = None
    for (region_code, case_id, n), row, fact in _side_by_side(log, events or ()):
        where = f"{region_code}/{case_id}/{n}"
        if row is not None and row.is_leaf:
            yield from _link(last, row)
            last = row
        if events is None:
            continue
        if row is None:
            yield Finding("event-without-leaf", where)
        elif fact is None:
            yield Finding("leaf-without-event", where)
        elif (name := _differs(row.entry, fact, _disclosed(row))) is not None:
            yield Finding("event-changed", f"{where} {name}")


def _side_by_side(
    log: str, events: Iterable[EventFact]
) -> Iterator[tuple[tuple[str, int, int], Entry | None, EventFact | None]]:
    """Entries and events of the log by region, case and number; None where one of the two is missing."""
    given = {"log": log, "last": f"{int(log) + 100:06d}"}
    entries = ((row[:3], 0, Entry(*row)) for row in _rows(ENTRIES, given))
    facts = (((fact.region_code, fact.case_id, fact.n), 1, fact) for fact in events)
    for place, found in groupby(heapq.merge(entries, facts, key=itemgetter(0, 1)), key=itemgetter(0)):
        pair: list[Any] = [None, None]
        for _, side, one in found:
            pair[side] = pair[side] or one  # An entry that waits a second time is the sequencer's trouble.
        yield place, pair[0], pair[1]


def _link(last: Entry | None, row: Entry) -> Iterator[Finding]:
    is_same = last is not None and (last.region_code, last.case_id) == (row.region_code, row.case_id)
    number, previous = (last.n + 1, bytes(last.hash)) if last is not None and is_same else (1, b"")
    if row.n != number:
        yield Finding("case-gap", f"{row.region_code}/{row.case_id}/{number}")
    elif not _follows(bytes(row.entry), previous):
        yield Finding("case-chain", f"{row.region_code}/{row.case_id}/{row.n}")


def _follows(entry: bytes, previous: bytes) -> bool:
    try:
        shown = json.loads(entry)
    except ValueError:
        return False
    return shown.get("k") == receipt.SEALED or shown.get("p", "") == (
        receipt.to_base64url(previous) if previous else ""
    )


def _disclosed(row: Entry) -> Mapping[str, str] | None:
    """What the event disclosed; nothing if that was erased, None if it cannot be opened."""
    if row.sealed is None or row.wrapped is None:
        return {}
    try:
        return erasable.disclosed(row.sealed, row.wrapped)
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


# Files


def _files(tree: models.Tree) -> Iterator[Finding]:
    folder = standing.public_folder(tree.log)
    newest = models.Checkpoint.objects.filter(log=tree.log, published_at__isnull=False).order_by("-size").first()
    if newest is None:
        return
    if _content(folder / "checkpoint") != newest.note.encode():
        yield Finding("file-checkpoint", str(newest.size))
    wanted = merkle.tiles_between(0, newest.size)
    while batch := list(islice(wanted, FILES_AT_ONCE)):
        for one, expected in _expected(tree.log, batch):
            if _content(folder / one.path) != expected:
                yield Finding("file-tile" if one.level >= 0 else "file-entries", one.path)


def _expected(log: str, batch: Sequence[merkle.Tile]) -> Iterator[tuple[merkle.Tile, bytes]]:
    """What should be in the files of these tiles; what the database misses is a finding of its own."""
    lowest = [tile for tile in batch if tile.level == 0]
    try:
        hashes = tiles.tiles_bytes(log, batch)
        bundles = tiles.bundles_bytes(log, lowest[0].index, lowest[-1].index, lowest[-1].width) if lowest else {}
    except merkle.ProofRejected:
        for tile in batch if len(batch) > 1 else ():
            yield from _expected(log, [tile])
        return
    yield from hashes.items()
    for tile in lowest:
        yield merkle.Tile(merkle.ENTRIES_LEVEL, tile.index, tile.width), bundles[tile.index]


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
