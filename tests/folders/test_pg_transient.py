"""A passing error of the database is tried again from the start; any other one is not."""

import psycopg
import pytest
from django.db import OperationalError
from psycopg import errors

from tongban.pg import transient


def failing(*failures):
    """An action that fails in the given ways, then answers with the number of its calls."""
    calls = []

    @transient.retry
    def act(*, add):
        calls.append(add)
        if len(calls) <= len(failures):
            raise failures[len(calls) - 1]
        return len(calls)

    return act


def wrapped(cause):
    error = OperationalError("by Django")
    error.__cause__ = cause
    return error


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(transient, "FIRST_WAIT_S", 0)


@pytest.mark.parametrize("error", [
    errors.SerializationFailure(), errors.DeadlockDetected(), errors.AdminShutdown(),
    psycopg.OperationalError("server closed the connection unexpectedly"),
    wrapped(errors.SerializationFailure()), wrapped(psycopg.OperationalError("gone")),
], ids=lambda e: type(e.__cause__ or e).__name__)
def test_a_passing_error_is_tried_again(error):
    assert failing(error, error)(add=1) == 3


@pytest.mark.parametrize("error", [errors.UniqueViolation(), wrapped(errors.CheckViolation()), ValueError()],
                         ids=lambda e: type(e.__cause__ or e).__name__)
def test_another_error_is_raised_at_once(error):
    act = failing(error)
    with pytest.raises(type(error)):
        act(add=1)
    assert act(add=1) == 2


def test_it_gives_up_after_five_attempts():
    act = failing(*[errors.DeadlockDetected()] * 5)
    with pytest.raises(errors.DeadlockDetected):
        act(add=1)
    assert act(add=1) == 6
