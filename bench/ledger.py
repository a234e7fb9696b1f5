"""The ledger: entries integrated and published per second, proofs from a million leaves, what a step pays for it.

Peers: pymerkle's append of the same entries (memory only: no database, no files, no signature), and for a proof
from memory the hashing of its path, which no proof can be cheaper to check than."""

import json
import statistics
import time

from django.db import connection, transaction
from django.utils import timezone
from pymerkle import InmemoryTree

ROWS = 30_000
LEAVES = 1_000_000
PROOFS = 300
STEPS = 1_000
LOG, REGION = "149700", "149701"  # No such places: the rows of this run are nobody's.
GREAT, GREAT_REGION = "149800", "149801"
SAID = {"outcome": "W" * 60, "reason": "W" * 90}  # What a step discloses, as long as it is there.
REF = "00010203-0405-0607-0809-0a0b0c0d0e0f"


def run():
    from tongban.core import merkle
    from tongban.ledger import models, queries

    figures = throughput()
    figures["ledger_step_ms"] = step_cost()
    root = grow_to_a_million()
    [path] = queries.inclusion_hashes(GREAT, [LEAVES // 3], LEAVES)
    cold = milliseconds(lambda i: prove(i, cold=True), PROOFS)
    cached = milliseconds(lambda i: prove(i, cold=False), PROOFS)
    check = milliseconds(
        lambda _: merkle.verify_inclusion(
            leaf=leaf(LEAVES // 3), index=LEAVES // 3, size=LEAVES, proof=path, root=root
        ),
        PROOFS,
    )
    figures["proof_ms_cold"] = {"value": cold, "unit": "ms", "target": "<= 1", "peer": check}
    figures["proof_ms_cached"] = {"value": cached, "unit": "ms", "target": "<= 0.1", "peer": check}
    for table in (models.Leaf, models.Tile, models.Checkpoint, models.Tree):
        table.objects.filter(log__in=[LOG, GREAT]).delete()
    for table in (models.Disclosure, models.DisclosureKey):
        table.objects.filter(region_code=REGION).delete()
    return figures


# Throughput


def throughput():
    from tongban.ledger import actions, queries

    entries = [entry(n) for n in range(ROWS)]
    for start in range(0, ROWS, 5000):
        actions.queue(region_code=REGION, entries=[
            actions.QueuedEntry(n, 1, entries[n], SAID) for n in range(start, start + 5000)
        ])
    actions.ensure_keys(logs=[LOG])
    at, begun, busy = timezone.now(), time.perf_counter(), time.process_time()
    while actions.integrate(log=LOG, at=at):
        pass
    integrated = time.perf_counter()
    actions.publish(log=LOG, at=at)
    ended, worked = time.perf_counter(), time.process_time()
    assert queries.state(LOG).checkpoint_size == ROWS
    return {
        "ledger_rows_per_s": {
            "value": ROWS / (ended - begun), "unit": "1/s", "target": ">= 10000", "peer": appended_per_s(entries),
        },
        "ledger_integrate_rows_per_s": {"value": ROWS / (integrated - begun), "unit": "1/s"},
        "ledger_publish_rows_per_s": {"value": ROWS / (ended - integrated), "unit": "1/s"},
        "ledger_cpu_us_per_row": {"value": (worked - busy) / ROWS * 1e6, "unit": "us"},
    }


def entry(n):
    return json.dumps({"c": REF, "k": "case.completed", "log": LOG, "m": "food@1", "n": 1, "o": "post-7",
                       "s": "document_review", "t": "2026-03-02T09:00:00.000Z", "v": 1, "x": n},
                      separators=(",", ":")).encode()


def appended_per_s(entries):
    tree, begun = InmemoryTree(algorithm="sha256"), time.perf_counter()
    for one in entries:
        tree.append_entry(one)
    tree.get_state()
    return len(entries) / (time.perf_counter() - begun)


def step_cost():
    """What one act pays: its entry, its disclosures, the leaf hash, its part of the statement the step sends anyway.

    The statement is `select 1` with and without that part, in turn; the peer is the statement without it."""
    from tongban.core import merkle
    from tongban.ledger import actions

    def act(n):
        entry = actions.queued_entry(
            region_code=REGION, case_id=10**9, ref=REF, event_n=n + 1, kind="Completed", previous=b"\0" * 32 if n else b"",
            matter="food@1", node="document_review", at=at, capacity="post-7", due=at.date(),
            said={"outcome": "agree", "reason": "符合条件"}, attachments=[],
        )
        merkle.leaf_hash(entry.entry)
        part = actions.queueing(region_code=REGION, entries=[entry])
        run_sql(f"with promised as ({part.sql}) select 1", part.parameters)

    at, differences, floors = timezone.now(), [], []
    with transaction.atomic():
        for n in range(STEPS):
            begun = time.perf_counter()
            run_sql("select 1")
            between = time.perf_counter()
            act(n)
            ended = time.perf_counter()
            floors.append((between - begun) * 1000)
            differences.append((ended - between) * 1000 - floors[-1])
        transaction.set_rollback(True)
    return {
        "value": statistics.median(differences), "unit": "ms", "target": "<= 0.3", "peer": statistics.median(floors),
    }


def run_sql(statement, values=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.fetchone()


# Proofs


def leaf(n):
    from tongban.core import merkle

    return merkle.leaf_hash(n.to_bytes(8, "big"))


def grow_to_a_million():
    """The tiles of a log of a million entries, as the sequencer would have left them; its root."""
    from tongban.core import merkle
    from tongban.ledger import models

    edge, fresh = merkle.grow(merkle.EMPTY_EDGE, [leaf(n) for n in range(LEAVES)])
    rows = []
    for tile in merkle.tiles_between(0, LEAVES):
        at = tile.index * merkle.TILE_WIDTH * 32
        hashes = fresh[tile.level][at : at + tile.width * 32]
        upper = merkle.upper_of(merkle.levels_of(hashes)) if tile.width == merkle.TILE_WIDTH else None
        rows.append(models.Tile(log=GREAT, level=tile.level, index=tile.index, width=tile.width, hashes=hashes, upper=upper))
    models.Tile.objects.bulk_create(rows, batch_size=500)
    return edge.root


def prove(turn, *, cold):
    from tongban.ledger import queries

    if cold:
        queries.forget_tiles()
    index = (turn * 7919 * 256) % LEAVES if cold else LEAVES // 3 + turn % 100
    return queries.inclusion_hashes(GREAT, [index], LEAVES)


def milliseconds(act, times):
    """The median of so many runs."""
    took = []
    for turn in range(times):
        begun = time.perf_counter()
        act(turn)
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)
