"""Pages of places and organs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.folders.test_matters_pages import page, plain_static  # noqa: F401 -- a fixture
from tongban.people import queries


def test_the_places_are_listed_with_zones_marked(registry, client):
    shown = page(client, "/regions")
    assert shown.count("统计单列") == 1 + 4
    assert shown.count('class="card" aria-labelledby="c14') == 11


def test_a_place_shows_its_organs_and_what_lies_in_it(registry, client):
    shown = page(client, "/regions/140106")
    assert "太原市迎泽区行政审批服务管理局" in shown
    assert "柳巷街道" in shown
    assert "/regions/140106001" not in shown
    assert "柳巷街道" in page(client, "/regions/140106001")
    page(client, "/regions/99", 404)


def test_organs_are_found_by_name_and_their_codes_are_marked_as_generated(registry, client):
    shown = page(client, "/organs?q=行政审批")
    assert shown.count("示例代码") == 7
    assert "没有这样的机关" in page(client, "/organs?q=没有")


def test_an_organ_shows_its_posts_and_who_holds_them(registry, client):
    organ = queries.organ_of_kind("140106", "administrative_approval")
    shown = page(client, f"/organs/{organ.code}")
    for words in ("综合窗口岗", "李静（示例）", organ.code, "示例代码"):
        assert words in shown
    page(client, "/organs/x", 404)
    assert "还没有登记岗位" in page(client, f"/organs/{queries.organ_of_kind('140106', 'audit').code}")


@pytest.mark.parametrize(("few", "many"), [("/organs?q=迎泽区审计", "/organs"), ("/regions/140781", "/regions/140106")])
def test_a_list_costs_the_same_however_long(registry, client, few, many):
    costs = []
    for path in (few, many):
        with CaptureQueriesContext(connection) as seen:
            page(client, path)
        costs.append(len(seen))
    assert costs[0] == costs[1] == {"/organs": 1}.get(many, 3)
