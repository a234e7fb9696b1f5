"""Errors of the database that pass by themselves, and the one place where they are tried again.

Sources: https://www.postgresql.org/docs/18/mvcc-serialization-failure-handling.html,
https://www.postgresql.org/docs/18/errcodes-appendix.html"""

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import psycopg
from psycopg import errors

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

ATTEMPTS = 5
FIRST_WAIT_S = 0.05
CONFLICTS = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable)
FAILOVERS = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.ReadOnlySqlTransaction,  # The old primary after a failover.
    errors.IdleInTransactionSessionTimeout,
)
CONNECTION_LOST_CLASS = "08"


def is_transient(error: BaseException | None) -> bool:
    """Whether the same transaction may succeed when it is run again from its start.

    Looks through the causes, because Django wraps the driver's errors in its own.
    """
    while error is not None:
        if isinstance(error, CONFLICTS + FAILOVERS):
            return True
        if isinstance(error, psycopg.OperationalError):
            return error.sqlstate is None or error.sqlstate.startswith(CONNECTION_LOST_CLASS)
        error = error.__cause__
    return False


def retry(action: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Run a whole transaction again, up to ATTEMPTS times, after a transient error.

    For the outermost function of an idempotent act, outside its `transaction.atomic`: a commit
    whose answer was lost is found by its idempotency key when the act is run again.
    """

    @functools.wraps(action)
    def again(*given: Given.args, **named: Given.kwargs) -> Answer:
        for attempt in range(1, ATTEMPTS):
            try:
                return action(*given, **named)
            except OPERATIONAL as error:
                if not is_transient(error):
                    raise
                time.sleep(FIRST_WAIT_S * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311
        return action(*given, **named)

    return again


def _operational() -> tuple[type[Exception], ...]:
    """The driver's class and Django's, if Django is there: pg itself does not need it."""
    try:
        from django.db import DatabaseError  # noqa: PLC0415 -- optional dependency
    except ImportError:
        return (psycopg.Error,)
    return (psycopg.Error, DatabaseError)


OPERATIONAL = _operational()
