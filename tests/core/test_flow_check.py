"""What the publication checker finds, and what it lets pass."""

import pathlib

import pytest

from tests.core import flow_drawing
from tests.core.flow_drawing import draw
from tongban.core.flow import bpmn, check, explore

PROCEDURES = pathlib.Path(__file__).parents[2] / "packs" / "national" / "procedures"
PERMIT = check.Facts(
    roles={"intake": "window", "supplement": "applicant", "document_review": "reviewer",
           "site_inspection": "inspector", "decision": "decider", "delivery": "window"},
    outcomes={"intake": ("accept", "request_supplement", "refuse"), "decision": ("grant", "refuse")},
    writers=frozenset({"supplement"}),
    limits={"document_review": 3, "site_inspection": 5, "decision": 2, "delivery": 10},
    spans=(check.Span("statutory", 20, frozenset({"intake"}), frozenset({"decision"})),),
    exclusive=(frozenset({"window", "decider"}), frozenset({"reviewer", "decider"})),
    posts={"clerk": frozenset({"window", "reviewer"}), "head": frozenset({"decider"})},
)


def faults(*lines, outcomes=None, writers=(), **options):
    graph = draw(*lines, **options)
    roles = {node.id: "someone" for node in graph.tasks()}
    facts = check.Facts(roles=roles, outcomes=outcomes or {}, writers=frozenset(writers))
    return [(found.code, found.element, found.path) for found in check.check(graph, facts)]


def published(procedure):
    return bpmn.parse((PROCEDURES / procedure / "flow.bpmn").read_bytes())


def test_the_permit_may_be_published():
    assert check.check(published("permit"), PERMIT) == ()


def test_the_joint_permit_may_be_published():
    roles = {node.id: "someone" for node in published("joint_permit").tasks()}
    facts = check.Facts(roles=roles, outcomes={"intake": ("accept", "refuse", "request_supplement")})
    assert check.check(published("joint_permit"), facts) == ()


def test_a_join_that_waits_for_a_branch_not_taken_is_a_deadlock():
    assert faults("start > xor1", "xor1 > a : x = 1", "xor1 > b : default", "a > and1", "b > and1",
                  "and1 > end") == [("deadlock", "and1", ("f1", "f2", "f4")), ("dead", "end", ())]


def test_two_inclusive_joins_that_wait_for_each_other_are_a_deadlock():
    found = faults("start > and1", "and1 > a", "and1 > b", "a > or1", "b > or2", "or1 > xor1",
                   "or2 > xor2", "xor1 > or2 : x", "xor1 > end1 : default", "xor2 > or1 : x",
                   "xor2 > end2 : default")
    assert ("deadlock", "or1") in [each[:2] for each in found]


def test_a_branch_left_behind_after_the_end_is_found():
    assert faults("start > and1", "and1 > a", "and1 > b", "a > xor1", "xor1 > and2 : x",
                  "xor1 > end1 : default", "b > and2", "and2 > end2",
                  ) == [("leftover", "and2", ("f1", "f2", "f3", "f4", "f6", "f7"))]


def test_a_task_that_can_be_open_twice_is_found():
    found = faults("start > and1", "and1 > a", "and1 > b", "a > xor1", "b > xor1", "xor1 > c", "c > end")
    assert found == [("doubled", "c", ("f1", "f2", "f3", "f4", "f6", "f5", "f6"))]


def test_members_that_can_be_open_twice_are_found():
    found = faults("start > and1", "and1 > xor1", "and1 > xor1", "xor1 > c", "c > end",
                   repeat={"c": "departments"})
    assert found[0][:2] == ("doubled", "c")


def test_a_task_behind_a_condition_that_never_holds_is_dead():
    assert faults("start > a", "a > xor1", 'xor1 > b : a.outcome = "x"', "xor1 > end : default",
                  "b > end", outcomes={"a": ("y", "z")}) == [("dead", "b", ())]


def test_outcomes_that_cover_all_conditions_need_no_default():
    lines = ("start > a", "a > xor1", 'xor1 > b : a.outcome = "x"', 'xor1 > end : a.outcome = "y"',
             "b > end")
    assert faults(*lines, outcomes={"a": ("x", "y")}) == []
    assert faults(*lines, outcomes={"a": ("x", "y", "z")}) == [("no-way", "xor1", ("f1",))]
    assert faults(*lines) == [("no-way", "xor1", ("f1",))]


def test_a_loop_without_a_way_out_is_found():
    assert faults("start > and1", "and1 > xor1", "and1 > end", "xor1 > a", "a > xor1",
                  ) == [("no-end", "a", ("f1", "f2", "f3", "f4"))]


def test_a_loop_without_a_place_that_waits_is_found():
    found = faults("start > a", "a > xor1", "xor1 > xor2 : true", "xor1 > end : default",
                   "xor2 > xor1")
    assert found[0][0] == "circle"
    assert found[0][1] in {"xor1", "xor2"}


def test_the_same_condition_asked_twice_gets_the_same_answer():
    """Two gateways on the same question cannot disagree, so no deadlock is invented."""
    assert faults("start > or1", "or1 > a : form.big", "or1 > b : default", "a > xor1", "b > xor1",
                  "xor1 > xor2", "xor2 > c : form.big", "xor2 > end : default", "c > end") == []


def test_a_condition_is_asked_anew_once_a_task_may_have_changed_it():
    lines = ("start > xor1", "xor1 > a", "a > xor2", "xor2 > end : form.complete",
             "xor2 > supplement : default", "supplement > xor1")
    assert faults(*lines, writers=["supplement"]) == []
    assert [each[0] for each in faults(*lines)] == ["no-end"]


def test_a_condition_on_a_task_is_asked_anew_when_the_task_is_done_again():
    assert faults("start > xor1", "xor1 > a", "a > xor2", "xor2 > end : a.score > 5",
                  "xor2 > xor1 : default") == []


def test_enough_members_may_or_may_not_be_reached():
    enough = ("<multiInstanceLoopCharacteristics><loopDataInputRef>departments</loopDataInputRef>"
              "<completionCondition>count(a_list) > 0</completionCondition>"
              "</multiInstanceLoopCharacteristics>")
    assert faults("start > a", "a > end", inside={"a": enough}) == []


def test_a_gateway_without_a_way_is_shown_once():
    found = faults("start > and1", "and1 > a", "and1 > b", "a > xor1", "b > xor1", "xor1 > end1 : x", "xor1 > end2 : y")
    assert [each[:2] for each in found if each[0] == "no-way"] == [("no-way", "xor1")]


def test_a_flow_with_too_many_states_is_refused():
    lines = ["start > and1", *(f"and1 > t{n}x" for n in range(20)),
             *(f"t{n}x > and2" for n in range(20)), "and2 > end"]
    assert faults(*lines) == [("too-large", "p", ())]


def test_tokens_that_pile_up_are_refused():
    found = faults("start > xor1", "xor1 > and1", "and1 > a", "and1 > b", "a > xor1", "b > end")
    assert [each[:2] for each in found] == [("doubled", "b")]


def test_tokens_that_pile_up_at_a_join_are_refused():
    found = faults("start > xor1", "xor1 > and1", "and1 > a", "and1 > and2", "a > xor2", "xor2 > xor1 : a.again",
                   "xor2 > and2 : default", "and2 > end")
    assert [each[0] for each in found] == ["too-large"]


def codes(**changes):
    facts = check.Facts(**{**{name: getattr(PERMIT, name) for name in PERMIT.__slots__}, **changes})
    return check.check(published("permit"), facts)


def test_a_task_without_a_role_is_found():
    found = codes(roles={**PERMIT.roles, "decision": ""})
    assert [(f.code, f.element, f.says()) for f in found] == [
        ("no-role", "decision", "“作出决定”没有规定由谁办理。")]


def test_a_rule_for_a_node_that_is_not_there_is_found():
    found = codes(limits={**PERMIT.limits, "hearing": 5})
    assert [f.says(english=True) for f in found] == [
        "The rules name “hearing”, which is not in the chart."]


def test_one_post_with_two_separate_duties_is_found():
    found = codes(posts={**PERMIT.posts, "all": frozenset({"window", "decider", "inspector"})})
    assert [f.says() for f in found] == ["岗位“all”同时担任应当分开的“decider”和“window”。"]


def test_limits_on_a_path_that_exceed_the_law_are_found_with_the_path():
    found = codes(limits={"document_review": 3, "site_inspection": 15, "decision": 6})
    assert [(f.code, f.element, f.path) for f in found] == [("over-limit", "decision", (
        "flow_intake_result", "flow_accept", "flow_site_inspection", "flow_site_inspected",
        "flow_decision"))]
    assert found[0].says() == "“statutory”规定20个工作日，这条路上各环节合计21个工作日。"


def test_a_path_that_does_not_start_the_clock_is_found():
    late = check.Span("statutory", 20, frozenset({"site_inspection"}), frozenset({"decision"}))
    found = codes(spans=(late,))
    assert [(f.code, f.element) for f in found] == [("clock-not-started", "decision")]
    assert found[0].path[-2:] == ("flow_document_reviewed", "flow_decision")


def test_a_clock_that_starts_nowhere_has_no_sum():
    nowhere = check.Span("other", 1, frozenset({"hearing"}), frozenset({"delivery"}))
    assert [f.code for f in codes(spans=(nowhere,))] == ["clock-not-started"]


def test_every_sentence_is_said_in_both_languages():
    assert all(len(sentence) == 2 for sentence in check.SENTENCES.values())


def test_the_way_to_a_state_starts_at_the_beginning():
    space = explore.explore(published("permit"), PERMIT.outcomes, PERMIT.writers)
    assert space.is_complete
    assert all(space.path_to(state)[0] == "flow_start" for state in list(space.states)[1:])


@pytest.mark.parametrize("procedure", ["permit", "joint_permit"])
def test_a_published_flow_is_small_enough_to_explore(procedure):
    assert len(explore.explore(published(procedure), {}, frozenset()).states) < 100


EVENTS = {"late": flow_drawing.on("work", flow_drawing.timer()),
          "work": flow_drawing.sub("start1 > in1", "in1 > xor1", "xor1 > end1 : x", "xor1 > bad : default",
                                   nodes={"bad": ("endEvent", "", flow_drawing.event("error", "e1"))}),
          "wrong": flow_drawing.on("work", flow_drawing.event("error", "e1"))}
EVENT_LINES = ("start > work", "work > end2", "late > b", "b > end3", "wrong > c", "c > end4")


def test_a_flow_with_events_and_a_sub_process_may_be_published():
    assert faults(*EVENT_LINES, nodes=EVENTS) == []


def test_a_choice_of_events_may_be_published():
    nodes = {"first": ("eventBasedGateway", "", ""), "late": flow_drawing.catch(flow_drawing.timer()),
             "paper": flow_drawing.catch(flow_drawing.event("message", "m1"))}
    assert faults("start > first", "first > late", "first > paper", "late > end1", "paper > end2", nodes=nodes) == []


def test_an_error_event_nothing_leads_to_is_dead():
    nodes = {"work": flow_drawing.sub("start1 > in1", "in1 > end1"),
             "wrong": flow_drawing.on("work", flow_drawing.event("error", "e1"))}
    assert [each[:2] for each in faults("start > work", "work > end2", "wrong > c", "c > end3", nodes=nodes)] == [
        ("dead", "wrong"), ("dead", "c"), ("dead", "end3")]


def test_a_task_behind_a_boundary_event_that_meets_its_host_again_is_found():
    nodes = {"late": flow_drawing.on("a", flow_drawing.timer(), goes_on=True)}
    found = faults("start > a", "a > xor1", "late > xor1", "xor1 > b", "b > end", nodes=nodes)
    assert found[0][:2] == ("doubled", "b")


def test_a_message_that_does_not_interrupt_is_tried_once():
    nodes = {"note": flow_drawing.on("a", flow_drawing.event("message", "m1"), goes_on=True)}
    found = faults("start > xor1", "xor1 > a", "a > xor2", "xor2 > xor1 : a.again", "xor2 > end : default",
                   "note > b", "b > end1", nodes=nodes)
    assert found[0] == ("doubled", "b", ("f1", "f2", "f6", "f3", "f4", "f2", "f6"))
    assert faults("start > a", "a > end", "note > b", "b > end1", nodes=nodes) == []


WORK = {"a": ("serviceTask", 'implementation="mail"', ""), "b": ("sendTask", 'messageRef="m1"', ""),
        "c": ("callActivity", "", ""), "wrong": flow_drawing.on("a", flow_drawing.event("error"))}


def test_work_that_nothing_does_is_found():
    graph = draw("start > a", "a > b", "b > c", "c > end", "wrong > end1", nodes=WORK)
    assert [(f.code, f.element) for f in check.check(graph, check.Facts())] == [("no-work", "c")]
    facts = check.Facts(works=frozenset({"fax"}))
    assert [(f.code, f.element) for f in check.check(graph, facts)] == [("no-work", "a"), ("no-work", "c")]


def test_limits_are_added_up_through_sub_processes_and_boundary_events():
    graph = draw(*EVENT_LINES, nodes=EVENTS)
    roles = {node.id: "someone" for node in graph.tasks()}
    span = check.Span("statutory", 20, frozenset({"start"}), frozenset({"end2", "c", "b"}))
    facts = check.Facts(roles=roles, limits={"in1": 15, "c": 6, "b": 21}, spans=(span,))
    assert [(f.code, f.element, f.path) for f in check.check(graph, facts)] == [
        ("over-limit", "b", ("f1", "f3"))]
