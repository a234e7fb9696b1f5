"""The scenarios of every procedure, as `tongban procedure test` plays them; and that a wrong one says how."""

import pathlib

import pytest
from django.conf import settings

from tongban.cases import models
from tongban.site import scenarios

FILES = sorted((pathlib.Path(__file__).parents[2] / "packs").glob("*/procedures/*/scenarios/*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_a_scenario_goes_as_written_and_leaves_nothing_behind(registry, file):
    outcome = scenarios.run(file)

    assert "\n".join(map(str, outcome.differences)) == ""
    assert not models.Case.objects.exists()


@pytest.mark.parametrize("procedure", ["permit", "joint_permit"])
def test_a_procedure_has_five_scenarios_at_least(procedure):
    assert len(list(scenarios.files(settings.PACKS, procedure))) >= 5


def test_what_is_not_as_expected_is_told_with_both_values(registry, tmp_path):
    file = tmp_path / "permit" / "scenarios" / "wrong.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("""title: {zh: 错误的期望, en: "Wrong"}
matter: food-business-140106
steps:
  - {at: 2026-03-02 09:30, act: submit, expect: {tokens: [decision], due: {acceptance: 2026-03-10}}}
  - {at: 2026-03-02 10:00, act: accept, refused: no-grant}
  - {at: 2026-03-02 10:30, act: serve, how: post}
  - {at: 2026-03-02 11:00, act: decide, outcome: grant, reason: ""}
""")

    found = scenarios.run(file).differences

    assert [(one.act, one.what, one.expected, one.found) for one in found] == [
        ("submit", "tokens", ["decision"], ["intake"]),
        ("submit", "due", {"acceptance": "2026-03-10"}, {"acceptance": "2026-03-09"}),
        ("accept", "refused", "no-grant", ""),
        ("serve", "refused", "", "no-such-task"),
    ]
    assert "expected ['decision']" in str(found[0])


def test_another_calendar_may_be_given_and_is_forgotten(registry, tmp_path):
    file = tmp_path / "permit" / "scenarios" / "next_year.yaml"
    file.parent.mkdir(parents=True)
    text = """title: {zh: 尚未公布的年份, en: "A year not yet announced"}
matter: food-business-140106
%s
steps:
  - {at: 2026-12-30 09:00, act: submit, expect: {due: {acceptance: %s}}}
"""
    notice = """calendar:
  year: 2027
  notices:
    - {notice: 示例, published_on: 2026-11-01, holidays: [{name: 元旦, from: 2027-01-01, to: 2027-01-05}], worked: []}
"""
    for calendar, due in ((notice, "2027-01-11"), ("", "2027-01-07")):
        file.write_text(text % (calendar, due))
        assert scenarios.run(file).differences == ()
