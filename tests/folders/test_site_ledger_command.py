"""`tongban ledger …` on a database of its own: what it prints, and that `tongban-verify` believes it."""

import argparse

import pytest

import tongban_verify
from tests import ground
from tongban.ledger import jobs, queries
from tongban.pg.place import Trouble
from tongban.site import command, command_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(registry, settings, tmp_path):
    settings.LEDGER_FOLDER = tmp_path
    queries.forget_tiles()
    return ground.file().accepted()


def run(capsys, act, **options):
    code = act(argparse.Namespace(**options))
    return code, capsys.readouterr().out.strip()


def test_publish_examine_prove_and_check(walk, capsys, tmp_path):
    jobs.take_turn(at=walk.at)
    walk.reviewed()
    assert run(capsys, command_ledger.publish, log="140100") == (0, "140100 3 new, published 5")
    assert run(capsys, command_ledger.publish, log="140100") == (0, "140100 0 new, as published")
    assert run(capsys, command_ledger.fsck, log="140100") == (0, "140100 holds")
    _code, shown = run(capsys, command_ledger.proof, region="140106", case=walk.done.case_id)
    (tmp_path / "case.json").write_text(shown)
    assert tongban_verify.main(["case", str(tmp_path / "case.json"), "--key", queries.state("140100").vkey]) == 0
    _code, shown = run(capsys, command_ledger.witness)
    assert f"{queries.state('140100').origin} 5" in shown
    assert run(capsys, command_ledger.import_bundles, log="140100") == (0, "140100 0 entries taken back")


def test_a_finding_is_printed_and_the_exit_code_says_so(walk, capsys):
    jobs.take_turn(at=walk.at)
    (queries.public_folder("140100") / "checkpoint").unlink()
    code, shown = run(capsys, command_ledger.fsck, log="140100")
    assert (code, shown) == (1, "140100 file-checkpoint 2\n140100 1 findings")


def test_what_is_not_there_is_said_in_a_sentence(walk):
    with pytest.raises(Trouble, match="no log 149999"):
        command_ledger.publish(argparse.Namespace(log="149999"))
    with pytest.raises(Trouble, match="no case 1 in 140106"):
        command_ledger.proof(argparse.Namespace(region="140106", case=1))
    with pytest.raises(Trouble, match="no witness yet"):
        command_ledger.witness(argparse.Namespace())


def test_the_command_line_knows_them():
    options = command.parser().parse_args(["ledger", "proof", "140106", "202600000001"])
    assert (options.region, options.case) == ("140106", 202600000001)
