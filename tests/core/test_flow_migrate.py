"""Moving open tokens to another version of the flow: each to its image, or the whole not at all."""

from tests.core.flow_drawing import Case, draw, on, sub, timer
from tongban.core.flow import migrate, step


def plan(case, new, images=None):
    return migrate.plan(case.graph, new, case.tokens, images or {})


def places(found):
    return [(token.n, token.node, token.came_by) for token in found.moved]


def test_a_token_goes_where_its_node_is_in_the_new_version():
    case = Case(draw("start > a", "a > end")).start()
    found = plan(case, draw("start > before", "before > a", "a > after", "after > end"))
    assert (places(found), found.homeless) == ([(1, "a", "f2")], {})


def test_a_token_whose_node_is_gone_has_no_image():
    case = Case(draw("start > a", "a > end")).start()
    assert plan(case, draw("start > b", "b > end")).homeless == {1: "gone"}


def test_a_node_that_is_called_otherwise_now_is_named():
    case = Case(draw("start > a", "a > end")).start()
    assert places(plan(case, draw("start > b", "b > end"), {"a": "b"})) == [(1, "b", "f1")]


def test_a_node_of_another_kind_or_place_is_no_image():
    case = Case(draw("start > a", "a > end")).start()
    assert plan(case, draw("start > a", "a > end", nodes={"a": ("serviceTask", "", "")})).homeless == {1: "kind"}
    assert plan(case, draw("start > a", "a > end", repeat={"a": "list"})).homeless == {1: "kind"}
    inside = draw("start > work", "work > end2", nodes={"work": sub("start1 > a", "a > end1")})
    assert plan(case, inside).homeless == {1: "inside"}


def test_a_join_keeps_its_very_edges():
    lines = ("start > and1", "and1 > a", "and1 > b", "a > and2", "b > and2", "and2 > end")
    case = Case(draw(*lines)).start()
    case.complete("a")
    assert [place[1:] for place in places(plan(case, draw(*lines)))] == [("b", "f3"), ("and2", "f4")]
    assert list(plan(case, draw(*lines, flow="x")).homeless.values()) == ["way"]


def test_a_timer_of_the_new_version_begins_beside_its_host_and_one_of_the_old_is_dropped():
    plain, timed = draw("start > a", "a > end"), draw("start > a", "a > end", "late > end1", nodes={"late": on("a", timer())})
    found = plan(Case(plain).start(), timed)
    assert [(one.node, one.host.n) for one in found.missing] == [("late", 1)]
    back = plan(Case(timed).start(), plain)
    assert (back.dropped, back.homeless, [token.n for token in back.moved]) == ((2,), {}, [1])
    same = plan(Case(timed).start(), timed)
    assert (len(same.moved), same.missing, same.dropped) == (2, (), ())


def test_members_of_a_list_share_the_timer_of_the_new_version():
    departments = {"departments": ("fire", "health")}
    case = Case(draw("start > a", "a > end", repeat={"a": "departments"}), departments).start()
    timed = draw("start > a", "a > end", "late > end1", repeat={"a": "departments"}, nodes={"late": on("a", timer())})
    assert len(plan(case, timed).missing) == 1


def test_one_more_member_beside_the_others_counts_like_them():
    case = Case(draw("start > a", "a > end", repeat={"a": "departments"}), {"departments": ("fire", "health")}).start()
    case.do(step.Add(1, "police"))
    for item in ("fire", "health"):
        case.complete("a", item)
    assert case.places == ["a/police"]
    assert case.complete("a", "police").is_finished


def test_only_a_list_takes_one_more_member():
    import pytest

    case = Case(draw("start > a", "a > end")).start()
    with pytest.raises(step.NotOpen):
        case.do(step.Add(1, "police"))


def test_a_flow_that_is_over_is_entered_again_by_an_edge():
    import pytest

    case = Case(draw("start > a", "a > b", "b > end")).start()
    case.complete("a")
    case.complete("b")
    case.do(step.Enter("f2"))
    assert case.places == ["b"]
    with pytest.raises(step.NoSuchToken):
        case.do(step.Enter("nowhere"))
