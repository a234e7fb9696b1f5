"""The sequencer dies two hundred times while eight writers go on; nothing is lost, doubled or taken back."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from tongban.ledger import models, queries

KILLS = 200
DRIVER = pathlib.Path(__file__).with_name("ledger_crash.py")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_sequencer_killed_anywhere_loses_nothing_and_doubles_nothing(tmp_path, settings):
    with connection.cursor() as cursor:
        cursor.execute("create table crash_committed (case_id bigint primary key)")
    try:
        report = run(tmp_path)
        settings.LEDGER_FOLDER = tmp_path / "ledger"
        queries.forget_tiles()
        assert sum(report["died"].values()) >= KILLS
        assert len(report["died"]) == 17
        check(report["checkpoints"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("drop table crash_committed")


def run(folder):
    report = folder / "report.json"
    given = connection.settings_dict
    url = make_conninfo(
        dbname=given["NAME"], user=given["USER"], password=given["PASSWORD"], host=given["HOST"], port=given["PORT"]
    )
    subprocess.run(
        [sys.executable, str(DRIVER), str(KILLS), str(report)],
        env=os.environ | {
            "DJANGO_SETTINGS_MODULE": "tongban.site.settings", "DATABASE_URL": url, "TONGBAN_DATA": str(folder),
            "TONGBAN_SECRET_KEY": "only for tests", "PYTHONPATH": os.pathsep.join(sys.path),
        },
        check=True, timeout=500,
    )
    return json.loads(report.read_text())


def check(checkpoints):
    with connection.cursor() as cursor:
        cursor.execute("select case_id from crash_committed order by case_id")
        committed = [case_id for (case_id,) in cursor.fetchall()]
    leaves = list(models.Leaf.objects.filter(log="140100").order_by("case_id").values_list("case_id", flat=True))
    assert len(committed) > 500
    assert leaves == committed
    assert models.Queue.objects.count() == 0
    assert queries.examine("140100") == queries.examine("149900") == ()
    assert [state.trouble for state in queries.states()] == ["", ""]
    sizes = [size for size, _ in checkpoints]
    assert sizes == sorted(sizes)
    assert sizes[-1] == len(committed)
    for size, root in checkpoints:
        assert queries.root_at("140100", size).hex() == root
