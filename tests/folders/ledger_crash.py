"""Runs beside the crash test: writers that never stop, and a sequencer that is killed again and again.

    python ledger_crash.py <kills> <report file>

Every kill is a SIGKILL from inside, at a named point between two steps of integrate and publish. After each,
the public files are read as a stranger reads them. Everything runs in forks of one warm process."""

import json
import os
import pathlib
import random
import signal
import sys
import time

import django

WRITERS = 8
REGION = "140106"
LOG = "140100"


def points():
    """Name -> how to die there: a function that is replaced by one that kills the process around it."""
    from tongban.core import merkle, note
    from tongban.ledger import models
    from tongban.ledger.actions import integrating, publishing

    return {
        "before the tree is locked": (integrating.keys, "ensure_keys", after),
        "leaves written, nothing hashed above": (merkle, "grow", before),
        "hashed above, no tile cut": (merkle, "grow", after),
        "tiles cut, none written": (integrating, "_by_tile", after),
        "tree row written, nothing committed": (integrating, "grow", after),
        "integrated, nothing compared": (publishing, "_refuse_to_go_back", before),
        "compared, no file written": (publishing, "_write_files", before),
        "one file written, not renamed": (publishing.Path, "replace", before),
        "one file renamed": (publishing.Path, "replace", after),
        "files written, nothing signed": (note, "write", before),
        "signed, row not committed": (note, "write", after),
        "row committed, no witness asked": (publishing.cosigning, "cosign", before),
        "cosigned, not kept": (publishing.cosigning, "cosign", after),
        "row committed, nothing published": (publishing, "_sign", after),
        "published, row does not know": (models.Checkpoint.objects.__class__, "filter", before),
        "published, partial tiles there": (publishing, "_remove_partials", before),
        "some partial tiles gone": (publishing.shutil, "rmtree", after),
    }


def before(act):
    def dies(*given, **named):
        die()
        return act(*given, **named)

    return dies


def after(act):
    def dies(*given, **named):
        answer = act(*given, **named)
        die()
        return answer

    return dies


def arm(place, name, around, passes):
    """Kill this process at the point, the `passes`-th time it comes by."""
    LEFT.extend(range(passes))
    setattr(place, name, around(getattr(place, name)))


LEFT = []  # How often this process may still come by its point.


def die():
    if LEFT:
        LEFT.pop()
    else:
        os.kill(os.getpid(), signal.SIGKILL)


def fork(act):
    """A child that runs the act; it never returns here."""
    if child := os.fork():
        return child
    code = 1
    try:
        act()
        code = 0
    finally:
        os._exit(code)


def write(number):
    """One event after another in the writer's own cases, each committed with the row that remembers it."""
    from django.db import connection, transaction

    from tongban.ledger import actions

    chance = random.Random(number)
    for n in range(1, 10**6):
        with transaction.atomic(), connection.cursor() as cursor:
            case_id = number * 10**6 + n
            actions.queue(region_code=REGION, entries=[actions.QueuedEntry(case_id, 1, b'{"log":"140100"}')])
            cursor.execute("insert into crash_committed values (%s)", [case_id])
            if chance.random() < 0.1:
                transaction.set_rollback(True)
        time.sleep(chance.uniform(0.02, 0.06))


def sequence(arming=None, turns=1000):
    from django.utils import timezone

    from tongban.ledger import jobs

    if arming:
        arm(*arming)
    for _ in range(turns):
        jobs.take_turn(at=timezone.now())
        time.sleep(0.02)


def seen(folder):
    """The published checkpoint, after checking that the files beside it make its root."""
    from tongban.core import merkle, note

    path = folder / "checkpoint"
    if not path.exists():
        return None
    checkpoint = note.parse_checkpoint(note.parse(path.read_text()).text)
    hashes = []
    for tile in merkle.tiles_between(0, checkpoint.size):
        if tile.level:
            continue
        data = read(folder, tile)
        entries = merkle.entries_of(read(folder, merkle.Tile(-1, tile.index, tile.width)))
        assert [merkle.leaf_hash(one) for one in entries[: tile.width]] == [
            data[i : i + 32] for i in range(0, len(data), 32)
        ]
        hashes += [data[i : i + 32] for i in range(0, len(data), 32)]
    assert merkle.root_of(hashes) == checkpoint.root, "the files do not make the published root"
    return checkpoint


def read(folder, tile):
    """A tile as a client reads it: the partial one, or the beginning of the full one that took its place."""
    from tongban.core import merkle

    path = folder / tile.path
    if path.exists():
        return path.read_bytes()
    full = (folder / merkle.Tile(tile.level, tile.index).path).read_bytes()
    return full[: tile.width * 32] if tile.level == 0 else full


def main(kills, report):
    django.setup()
    from django.conf import settings

    folder = pathlib.Path(settings.LEDGER_FOLDER) / "public" / LOG
    writers = [fork(lambda number=number: write(number)) for number in range(1, WRITERS + 1)]
    chance, died, checkpoints = random.Random(7), {}, []
    try:
        while sum(died.values()) < kills:
            for name, arming in points().items():
                child = fork(lambda arming=arming: sequence((*arming, chance.randrange(4))))
                chance.random()
                _, status = os.waitpid(child, 0)
                assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, f"{name}: {status}"
                died[name] = died.get(name, 0) + 1
                if (checkpoint := seen(folder)) and (not checkpoints or checkpoint.size != checkpoints[-1][0]):
                    checkpoints.append((checkpoint.size, checkpoint.root.hex()))
    finally:
        for writer in writers:
            os.kill(writer, signal.SIGKILL)
            os.waitpid(writer, 0)
    last = fork(lambda: sequence(turns=3))
    assert os.waitpid(last, 0)[1] == 0
    checkpoint = seen(folder)
    checkpoints.append((checkpoint.size, checkpoint.root.hex()))
    pathlib.Path(report).write_text(json.dumps({"died": died, "checkpoints": checkpoints}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
