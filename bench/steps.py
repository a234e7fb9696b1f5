"""Steps per second through the actions of cases, beside the bare SQL of the same steps on the same server.

The step is accepting an application (受理), on cases filed before. The bare run sends exactly the statements
and parameters the action sent, recorded in a transaction that was rolled back, on a connection of the same
kind: what is left over is the price of everything that is not SQL."""

import datetime as dt
import statistics
import time
from contextlib import contextmanager
from uuid import uuid4

STEPS = 100
ROUNDS = 3
AT = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def run():
    from tests import ground

    ground.load()
    window = ground.officer("yz-window")
    figures = {}
    for setting in ("on", "off"):
        acted, bare = [], []
        for _ in range(ROUNDS):  # In turn, so that a drifting machine hits both alike.
            acted.append(acted_ms(window, setting))
            bare.append(bare_ms(window, setting))
        ours, floor = statistics.median(acted), statistics.median(bare)
        figures[f"step_ratio_sync_{setting}"] = {
            "value": round(ours / floor, 3), "unit": "x bare SQL", "target": "<= 2.5", "peer": None,
        }  # fmt: skip
        figures[f"step_ms_sync_{setting}"] = {
            "value": round(ours, 3), "unit": "ms", "target": None, "peer": round(floor, 3),
        }  # fmt: skip
        figures[f"steps_per_s_sync_{setting}"] = {
            "value": round(1000 / ours, 1), "unit": "1/s", "target": None, "peer": round(1000 / floor, 1),
        }  # fmt: skip
    return figures


def acted_ms(window, setting):
    """ms per step: accept, through the action, on fresh cases."""
    cases = several()
    with synchronous_commit(setting):
        begun = time.perf_counter()
        for done in cases:
            accept(window, done)
        return (time.perf_counter() - begun) * 1000 / STEPS


def bare_ms(window, setting):
    """ms per step: the same statements with the same parameters, nothing else."""
    import psycopg

    recorded = [recording(window, done) for done in several()]
    with psycopg.connect(**address(), autocommit=True) as bare:
        bare.execute(f"set synchronous_commit = {setting}")
        begun = time.perf_counter()
        for statements in recorded:
            with bare.transaction(), bare.cursor() as cursor:
                for sql, parameters in statements:
                    cursor.execute(sql, parameters)
                    if cursor.description:
                        cursor.fetchall()
        return (time.perf_counter() - begun) * 1000 / STEPS


def address():
    """Where the database is, for a connection without Django."""
    from django.db import connection

    kept = {"host", "port", "user", "password", "dbname"}
    return {name: value for name, value in connection.get_connection_params().items() if name in kept}


def accept(window, done):
    from tongban.cases import actions

    actions.accept(
        region_code=done.region_code, case_id=done.case_id, token_n=1, actor=window, at=AT, key=str(uuid4())
    )


def several():
    """Cases filed five minutes ago, quickly: how long that takes is not measured here."""
    from tests import ground

    with synchronous_commit("off"):
        return [ground.file(at=AT - dt.timedelta(minutes=5)).done for _ in range(STEPS)]


def recording(window, done):
    """What the step sends to the database, leaving no trace of it."""
    from django.db import connection, transaction

    statements = []

    def listen(execute, sql, parameters, many, context):
        statements.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(listen):
            accept(window, done)
        transaction.set_rollback(True)
    return [(sql, parameters) for sql, parameters in statements if "SAVEPOINT" not in sql]


@contextmanager
def synchronous_commit(setting):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"set synchronous_commit = {setting}")
        yield
        cursor.execute("set synchronous_commit = on")
