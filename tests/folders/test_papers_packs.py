"""What the packs promise can be issued: every licence rule gives a licence, every notice named has a template."""

import pathlib

import pytest
import yaml

from tests.folders.papers_samples import AT, HOLDER, WORDS
from tongban.core import codes
from tongban.papers import actions, queries

PACKS = pathlib.Path(__file__).parents[2] / "packs"
MATTERS = sorted(PACKS.glob("*/matters/*/matter.yaml"))
PROCEDURES = sorted(PACKS.glob("national/procedures/*/procedure.yaml"))


def read(file):
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def words_for(rule):
    """A word at every path the rule names."""
    paths = [field["from"] for field in rule["fields"]]
    words = {**WORDS, "form": {"subject_name": "太原市迎泽区晋味面馆", "uscc": HOLDER}, "shown": {}}
    words["map"] = {
        name: next(iter(row["values"].values())) for name, row in rule.get("maps", {}).items()
    }
    for path in paths:
        first, _, last = path.partition(".")
        if last:
            words[first] = {**words[first], last: f"示例{last}"}
        else:
            words[first] = ["甲许可", "乙许可"]
    return words


@pytest.mark.django_db
@pytest.mark.parametrize(
    "file", [f for f in MATTERS if "licence" in read(f)], ids=lambda f: f.parent.name
)
def test_a_matter_with_a_licence_can_issue_it(file):
    matter = read(file)
    rule = matter["licence"]
    licence = actions.issue_licence(
        region_code="140106",
        case_id=1,
        event_n=5,
        procedure_id=matter["procedure"],
        rule=rule,
        words=words_for(rule),
        at=AT,
    )
    assert codes.is_licence_identifier(licence.identifier)
    assert licence.title == rule["title"]["zh"]
    assert licence.number.isprintable()
    assert "{" not in licence.number
    if "{check}" in rule["number"]:
        assert codes.has_check_digit("".join(sign for sign in licence.number if sign.isdigit()))
    assert queries.check(licence.ref, today=licence.valid_from).verdict == queries.Verdict.GENUINE
    assert queries.is_kept(licence.pdf_sha256)


@pytest.mark.parametrize("file", PROCEDURES, ids=lambda f: f.parent.name)
def test_every_notice_of_a_procedure_has_a_template_with_its_own_series(file):
    named = set(read(file)["notices"].values())
    index = read(file.parent / "notices" / "index.yaml")
    assert named - index.keys() == set()
    assert [name for name in index if not (file.parent / "notices" / f"{name}.typ").is_file()] == []
    series = [row["series"] for row in index.values()]
    assert len(series) == len(set(series))


@pytest.mark.parametrize("name", ["permit", "joint_permit"])
def test_the_series_of_two_procedures_never_meet(name):
    others = {"permit": "joint_permit", "joint_permit": "permit"}
    own, other = (
        {
            row["series"]
            for row in read(PACKS / "national/procedures" / one / "notices/index.yaml").values()
        }
        for one in (name, others[name])
    )
    assert own & other <= {"证"}
