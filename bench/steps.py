"""Steps per second through the actions of cases, beside the bare SQL of the same steps on the same server.

The bare run sends exactly the statements and parameters that the action sent, recorded in a transaction
that was rolled back: what is left over is the price of everything that is not SQL."""

import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from bench import sample
from tongban.cases import actions

STEPS = 200
ROUNDS = 5


def run() -> list[dict[str, Any]]:
    """Return the measures of this bench, one mapping per figure."""
    ground = sample.ground()
    rows = []
    for setting in ("on", "off"):
        acted, bare = [], []
        for _ in range(ROUNDS):  # In turn, so that a drifting machine hits both alike.
            acted.append(_acted_ms(ground, setting))
            bare.append(_bare_ms(ground, setting))
        ours, floor = median(acted), median(bare)
        rows += [
            {"name": f"step_ms_sync_{setting}", "value": ours, "unit": "ms", "target": None,
             "peer": floor, "ratio": ours / floor},
            {"name": f"step_ratio_sync_{setting}", "value": ours / floor, "unit": "x", "target": "<= 2.5",
             "peer": floor, "ratio": ours / floor, "met": ours / floor <= 2.5},
            {"name": f"steps_per_s_sync_{setting}", "value": 1000 / ours, "unit": "1/s", "target": None,
             "peer": 1000 / floor, "ratio": floor / ours},
        ]
    return rows


def _acted_ms(ground: sample.Ground, setting: str) -> float:
    """Return ms per step: accept, through the action, on fresh cases."""
    cases = [_filed(ground) for _ in range(STEPS)]
    with _synchronous_commit(setting):
        begun = time.perf_counter()
        for done in cases:
            _accept(ground, done)
        return (time.perf_counter() - begun) * 1000 / STEPS


def _bare_ms(ground: sample.Ground, setting: str) -> float:
    """Return ms per step: the same statements with the same parameters, nothing else."""
    recorded = [_recorded(lambda done=done: _accept(ground, done)) for done in [_filed(ground) for _ in range(STEPS)]]
    with psycopg.connect(**_address(), autocommit=True) as bare:
        bare.execute(f"set synchronous_commit = {setting}")
        bare.execute("set time zone 'UTC'")
        begun = time.perf_counter()
        for statements in recorded:
            with bare.transaction(), bare.cursor() as cursor:
                for sql, parameters in statements:
                    cursor.execute(sql, parameters)
                    if cursor.description:
                        cursor.fetchall()
        return (time.perf_counter() - begun) * 1000 / STEPS


def _accept(ground: sample.Ground, done: actions.Done) -> None:
    actions.accept(
        region_code=done.region_code, case_id=done.case_id, token_n=1, actor=ground.window,
        at=timezone.now(), key=str(uuid4()),
    )


def _filed(ground: sample.Ground) -> actions.Done:
    return sample.file(ground, at=timezone.now() - timedelta(minutes=5))


def _recorded(act: Callable[[], None]) -> list[tuple[str, Any]]:
    """Return what the act sends to the database, leaving no trace of it."""
    statements: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        statements.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(listen):
            act()
        transaction.set_rollback(True)
    return [(sql, parameters) for sql, parameters in statements if "SAVEPOINT" not in sql]


@contextmanager
def _synchronous_commit(setting: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"set synchronous_commit = {setting}")
        yield
        cursor.execute("set synchronous_commit = on")


def _address() -> dict[str, Any]:
    kept = {"host", "port", "user", "password", "dbname"}
    return {name: value for name, value in connection.get_connection_params().items() if name in kept}
