"""`tongban procedure`, `tongban dmn`, `tongban feel`: what they print and how they end."""

import argparse
import json

import pytest

from tests.folders.registry_samples import packs_with
from tongban.core.refusal import Refusal
from tongban.site import command, command_procedure

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="fees">
<inputData id="i" name="area"/><decision id="d" name="fee"><variable name="fee"/>
<informationRequirement><requiredInput href="#i"/></informationRequirement>
<decisionTable hitPolicy="FIRST"><input><inputExpression><text>area</text></inputExpression></input><output/>
<rule><inputEntry><text>&lt; 50</text></inputEntry><outputEntry><text>100.10</text></outputEntry></rule>
<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>200.20</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def options(**given):
    return argparse.Namespace(**{"id": "permit", "packs": None, "json": False, **given})


def test_feel_answers_in_json_with_every_digit(capsys):
    assert command.main(["feel", "0.1 + 0.2 = x", "--context", '{"x": 0.3}']) == 0
    assert command.main(["feel", 'for i in 1..3 return {n: i * 0.10, day: date("2026-03-02") + duration("P1D")}']) == 0
    assert capsys.readouterr().out.splitlines() == [
        "true", '[{"n": 0.10, "day": "2026-03-03"}, {"n": 0.20, "day": "2026-03-03"}, {"n": 0.30, "day": "2026-03-03"}]',
    ]


@pytest.mark.parametrize("given", [["feel", "1 +"], ["feel", "1", "--context", "{"], ["feel", "1", "--context", "[]"],
                                   ["dmn", "run", "nowhere.dmn", "--decision", "fee"]])
def test_what_cannot_be_read_is_one_sentence(capsys, given):
    assert command.main(given) == 1
    assert capsys.readouterr().err.startswith("tongban: ")


def test_a_dmn_file_decides(capsys, tmp_path):
    file = tmp_path / "fees.dmn"
    file.write_text(TABLE)

    assert command.main(["dmn", "run", str(file), "--decision", "fee", "--input", '{"area": 49.9}']) == 0
    assert command.main(["dmn", "run", str(file), "--decision", "d", "--input", '{"area": 60}', "--json"]) == 0

    plain, whole = capsys.readouterr().out.splitlines()
    assert plain == "100.10"
    assert json.loads(whole) == {"value": 200.2, "decided": {"fee": 200.2}, "refused_inputs": []}


def test_an_unknown_decision_is_one_sentence(capsys, tmp_path):
    file = tmp_path / "fees.dmn"
    file.write_text(TABLE)
    assert command.main(["dmn", "run", str(file), "--decision", "nothing"]) == 1


def test_check_names_each_matter_of_the_procedure(registry, capsys):
    assert command_procedure.check(options()) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == [
        f"food-business-{place}" for place in ("140105", "140106", "140702", "140728")]


def test_check_says_what_is_wrong(registry, capsys, tmp_path):
    packs = packs_with(tmp_path, "national/procedures/permit/procedure.yaml",
                       "acts: [accept, request_supplement, refuse_acceptance]", "acts: [accept, refuse_acceptance]")
    assert command_procedure.check(options(packs=packs)) == 1
    assert "永远不会走到" in capsys.readouterr().out


@pytest.mark.parametrize("procedure", ["permit", "joint_permit"])
def test_every_walk_reaches_the_end(registry, capsys, procedure):
    assert command_procedure.simulate(options(id=procedure, walks=200, seed=7)) == 0
    assert capsys.readouterr().out.startswith("200 of 200 walks reached the end")


def test_the_scenarios_are_played(registry, capsys):
    assert command_procedure.test(options()) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("scenarios as expected")
    assert command_procedure.test(options(id="joint_permit", json=True)) == 0
    assert {one["procedure"] for one in json.loads(capsys.readouterr().out)} == {"joint_permit"}


def test_a_procedure_whose_matters_are_published_has_nothing_new(registry, capsys):
    assert command_procedure.publish(options()) == 0
    assert {line.split()[-1] for line in capsys.readouterr().out.splitlines()} == {"unchanged"}


@pytest.mark.parametrize("run", [command_procedure.check, command_procedure.publish])
def test_an_unknown_procedure_is_refused(registry, run):
    with pytest.raises((Refusal, command_procedure.Trouble)):
        run(options(id="nothing"))
