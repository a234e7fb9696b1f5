"""The rounds of the worker run with the app's rights, and again without harm."""

import pytest
from django.db import connection
from psycopg import sql

from tests import ground
from tests.folders.test_site_grants import APP, granted  # noqa: F401
from tongban.site import jobs

ROUNDS = ("run_rules", "recompute_clocks", "make_missing_files", "replay", "forget_drafts", "clear_sessions")


@pytest.mark.parametrize("name", ROUNDS)
def test_a_round_runs_twice_as_the_app(granted, name, caplog):  # noqa: F811
    ground.load()
    ground.file()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("set role {}").format(sql.Identifier(APP)).as_string(connection.connection))
        try:
            for _ in range(2):
                getattr(jobs, name)(timestamp=0)
        finally:
            cursor.execute("reset role")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_every_round_has_its_time():
    from procrastinate.contrib.django import app

    timed = {periodic.task.name.rpartition(".")[2] for periodic in app.periodic_registry.periodic_tasks.values()}
    assert timed == set(ROUNDS)
