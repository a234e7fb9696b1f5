"""Rules: each rule's own test cases run as tests, and cards are raised once, on real cases."""

import datetime as dt

import pytest

from tests import ground
from tongban.cases import models as case_models
from tongban.oversight import actions, models, queries

pytestmark = pytest.mark.django_db

CASES = [(rule, example) for rule in queries.rules() for example in rule.tests]


def a_clock(example):
    """One open clock as the example says, on a filed case."""
    walk = ground.file()
    case_models.Clock.objects.filter(region_code=walk.done.region_code, case_id=walk.done.case_id).delete()
    given = {"is_paused": False, **example["clock"]}
    case_models.Clock.objects.create(
        region_code=walk.done.region_code, case_id=walk.done.case_id, period_id="", started_at=walk.at,
        nominal_on=given["last_on"], **given,
    )
    return walk


@pytest.mark.parametrize(("rule", "example"), CASES, ids=[f"{r.id}: {e['name']}" for r, e in CASES])
def test_a_rule_fires_exactly_where_its_own_examples_say(registry, rule, example):
    a_clock(example)
    noon = dt.datetime.combine(example["today"], dt.time(12), tzinfo=ground.CHINA)

    actions.run_rules(at=noon)

    assert models.Card.objects.filter(rule_id=rule.id).exists() == example["fires"]


def test_a_second_run_on_the_same_day_raises_no_second_card(registry):
    walk = ground.file().accepted().wait(days=60)

    assert actions.run_rules(at=walk.at) == 1
    assert actions.run_rules(at=walk.at) == 0


def test_a_card_says_its_numbers_to_the_supervisor_and_nothing_to_a_stranger(registry):
    from tongban.cases import queries as cases
    from tongban.people import models as people

    walk = ground.file().accepted().wait(days=60)
    actions.run_rules(at=walk.at)
    account = people.Account.objects.get(username="yz-supervise")
    watcher = cases.viewer(account_id=account.id, on=walk.at.date())

    [card] = queries.cards(viewer=watcher, today=walk.at.date())

    assert (card.level, card.words) == ("red", "法定期限最后一日为2026-03-30，已过期，尚未作出决定。")
    assert queries.cards(viewer=cases.Viewer(), today=walk.at.date()) == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_cards_costs_the_same_statements_for_one_and_three(registry, number, django_assert_num_queries):
    from tongban.cases import queries as cases

    for _ in range(number):
        walk = ground.file().accepted()
    actions.run_rules(at=walk.wait(days=60).at)
    watcher = cases.Viewer(regions=("140106",))
    queries.cards(viewer=watcher, today=walk.at.date())

    with django_assert_num_queries(3):
        assert len(queries.cards(viewer=watcher, today=walk.at.date())) == number
