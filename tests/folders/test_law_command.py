"""Legal time on the command line."""

import argparse
import json
from contextlib import nullcontext

import pytest
import yaml

from tests.folders.test_law import NOTICE_2027, _law, _loaded  # noqa: F401 -- fixtures
from tongban.law import queries
from tongban.pg.place import Trouble
from tongban.site import command, command_law, home

pytestmark = pytest.mark.usefixtures("_law")


@pytest.fixture(autouse=True)
def _database_of_the_test(monkeypatch):
    """The command finds the test's database running."""
    monkeypatch.setattr(home, "is_embedded", lambda: False)
    monkeypatch.setattr(home, "database", lambda _role: nullcontext())


def run(*words):
    options = command.parser().parse_args(["law", *words])
    assert isinstance(options, argparse.Namespace)
    return options.act(options)


def test_due_prints_one_json_document(capsys):
    run("due", "xk.decide", "2026-02-13", "--json")
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in ("nominal", "last_day", "provisional", "rule")} == {
        "nominal": "2026-03-19",
        "last_day": "2026-03-19",
        "provisional": False,
        "rule": "xk.decide",
    }
    run("due", "xk.decide", "2026-02-13", "--extended", "--explain", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["last_day"], sum(day["counted"] for day in told["days"])) == ("2026-04-02", 30)
    run("due", "sa.level_report", "2026-10-01T23:30", "--json")
    assert json.loads(capsys.readouterr().out)["due_at"] == "2026-10-02T01:30:00+08:00"


def test_due_prints_lines_for_people(capsys):
    run("due", "xk.correction_notice", "2026-09-18", "--explain")
    lines = capsys.readouterr().out.splitlines()
    assert "last_day   2026-09-24" in lines
    assert "  2026-09-20     1  counted" in [line.rstrip() for line in lines]


def test_simulate_tells_the_days_of_the_course(capsys):
    words = ("permit", "2026-09-17", "--correction-on-day", "3", "--corrected-after-days", "2",
             "--accepted-on-day", "1", "--stop-ground", "听证", "--stop-on-day", "5", "--stop-days", "12")  # fmt: skip
    run("simulate", *words)
    assert "2026-11-11  decided_by" in capsys.readouterr().out.splitlines()
    run("simulate", *words, "--json")
    assert json.loads(capsys.readouterr().out)["last_day"] == "2026-11-11"
    run("simulate", "permit", "2026-12-01")
    assert "(provisional)" in capsys.readouterr().out


def test_a_notice_is_previewed_and_then_taken_in(capsys, tmp_path):
    path = tmp_path / "2027.yaml"
    path.write_text(yaml.safe_dump(NOTICE_2027, allow_unicode=True), encoding="utf-8")
    run("calendar", str(path))
    lines = capsys.readouterr().out.splitlines()
    assert "2027-01-30  weekend -> worked_weekend  " in lines
    assert lines[-1] == "0 of 0 open clocks move, 0 earlier, 0 later."
    assert queries.calendar().is_provisional(NOTICE_2027["notices"][0]["worked"][0])
    run("calendar", str(path), "--take-in", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["taken_in"], len(told["changes"])) == (True, len(lines) - 2)
    assert not queries.calendar().is_provisional(NOTICE_2027["notices"][0]["worked"][0])
    run("calendar", str(path))
    assert capsys.readouterr().out == "0 days change.\n0 of 0 open clocks move, 0 earlier, 0 later.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("due", "xk.nothing", "2026-02-13"), "没有规则xk.nothing"),
        (("due", "cf.decide", "2019-02-13"), "（规则cf.decide）在2019-02-13"),
        (("due", "xk.decide", "13.2.2026"), "13.2.2026 is no day"),
        (("due", "xk.deliver", "2026-02-13", "--extended"), "规则xk.deliver"),
        (("due", "xk.decide", "2046-12-20"), "2004-01-01至2046-12-31"),
        (("simulate", "wish", "2026-02-13"), "没有“wish”这一办理过程"),
    ],
)
def test_what_cannot_be_told_is_one_sentence(words, sentence):
    with pytest.raises(Trouble, match=sentence):
        run(*words)


def test_without_a_database_the_command_says_what_to_do(monkeypatch):
    monkeypatch.setattr(home, "is_embedded", lambda: True)
    monkeypatch.setattr(home, "database_url", lambda _role: "")
    with pytest.raises(Trouble, match="tongban up"):
        run("due", "xk.decide", "2026-02-13")
    assert command_law._moment("2026-02-13T08:00:00+00:00").utcoffset().total_seconds() == 0


TABLE = """day,kind,name
2027-01-01,off,元旦
2027-01-02,off,元旦
2027-01-03,off,元旦
2027-01-30,worked,
2027-02-05,off,春节
2027-02-06,off,春节
"""


def test_a_notice_may_be_a_table_of_days(capsys, tmp_path):
    path = tmp_path / "2027.csv"
    path.write_text("\ufeff" + TABLE, encoding="utf-8")
    run("calendar", str(path), "--number", "国办发明电〔2026〕9号", "--published", "2026-11-24", "--take-in")
    assert "2027-01-30  weekend -> worked_weekend" in capsys.readouterr().out
    row = next(row for row in queries.years() if row.year == 2027)
    assert (row.is_provisional, row.notices) == (False, ("国办发明电〔2026〕9号",))


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("x.csv", "", "CSV"),
        ("x.csv", "day,kind\n2027-01-01,off\n", "CSV"),
        ("x.csv", TABLE.replace("worked", "open"), "open"),
        ("x.csv", TABLE.replace("2027-01-30", "30.1.2027"), "30.1.2027"),
        ("x.yaml", "[", "while parsing"),
        ("x.yaml", "- 2027", "year"),
        ("x.json", '{"year": 2027}', "notices.notice"),
        ("x.json", '{"year": 2027, "notices": [{"notice": "", "published_on": null, "holidays": [{"name": "元旦"}]}]}', "notices.holidays"),
    ],
)
def test_a_notice_in_another_form_is_refused_in_one_sentence(tmp_path, name, text, what):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Trouble, match=f"放假安排读不出来：.*{what}"):
        run("calendar", str(path))
