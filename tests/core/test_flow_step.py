"""How a flow runs: one test for each trap."""

import itertools
import pathlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.flow_drawing import Case, draw
from tongban.core.flow import bpmn, step

PROCEDURES = pathlib.Path(__file__).parents[2] / "packs" / "national" / "procedures"


def run(*lines, collections=None, **options):
    return Case(draw(*lines, **options), collections or {}).start()


def test_a_task_waits_and_the_case_ends_when_it_is_done():
    case = run("start > review", "review > end")
    assert case.places == ["review"]
    assert case.complete("review") == step.Outcome(
        closed=(1,), cancelled=(), opened=(), passed=("f2",), notes=(), is_finished=True, next_n=2)


def test_the_first_condition_that_holds_takes_the_token():
    case = run("start > intake", "intake > xor1", "xor1 > a : intake.score > 5",
               "xor1 > b : intake.score > 1", "xor1 > c : default", "a > end", "b > end", "c > end")
    case.complete("intake", score=9)
    assert case.places == ["a"]


def test_the_default_takes_the_token_when_no_condition_holds():
    case = run("start > intake", "intake > xor1", "xor1 > a : intake.score > 5",
               "xor1 > c : default", "a > end", "c > end")
    case.complete("intake", score=1)
    assert (case.places, case.notes) == (["c"], [])


def test_a_null_condition_is_false_and_recorded():
    case = run("start > xor1", "xor1 > a : intake.score > 5", "xor1 > c : default",
               "a > end", "c > end")
    assert (case.places, case.notes) == (["c"], ["null:f2"])


def test_a_gateway_without_a_way_refuses_the_step():
    with pytest.raises(step.NoWay) as refused:
        run("start > xor1", "xor1 > a : false", "xor1 > c : false", "a > end", "c > end")
    assert "xor1" in str(refused.value)


def test_a_join_waits_for_every_branch():
    case = run("start > and1", "and1 > a", "and1 > b", "and1 > c", "a > and2", "b > and2",
               "c > and2", "and2 > d", "d > end")
    case.complete("b")
    case.complete("a")
    assert case.places == ["and2", "and2", "c"]
    outcome = case.complete("c")
    assert (case.places, outcome.closed) == (["d"], (3, 4, 5))


def test_a_join_matches_one_token_for_each_incoming_edge_and_keeps_the_surplus():
    case = run("start > and1", "and1 > xor1", "and1 > xor1", "xor1 > a", "and1 > b",
               "a > and2", "b > and2", "and2 > c", "c > end")
    case.complete("a")
    case.complete("a")
    assert case.places == ["and2", "and2", "b"]
    case.complete("b")
    assert case.places == ["and2", "c"]
    assert [t.n for t in case.tokens if t.node == "and2"] == [5]


def test_a_surplus_token_is_used_by_the_next_pass_of_the_loop():
    case = run("start > and1", "and1 > a1", "and1 > b", "a1 > xor1", "xor1 > and2", "b > xor2",
               "xor2 > and2", "and2 > c", "c > xor3", "xor3 > and3 : c.again = true",
               "xor3 > end : default", "and3 > b2", "and3 > xor1", "b2 > xor2")
    case.complete("a1")
    case.complete("b")
    case.complete("c", again=True)
    assert case.places == ["and2", "b2"]
    case.complete("b2")
    case.complete("c", again=False)
    assert case.is_finished


def test_a_loop_gives_the_task_a_new_token_each_time():
    case = run("start > xor1", "xor1 > intake", "intake > xor2",
               'xor2 > supplement : intake.outcome = "supplement"', "xor2 > end : default",
               "supplement > xor1")
    for turn in range(1, 4):
        case.complete("intake", outcome="supplement")
        case.complete("supplement")
        assert [t.n for t in case.tokens] == [2 * turn + 1]
    case.complete("intake", outcome="accept")
    assert case.is_finished


INCLUSIVE = (
    "start > plan", "plan > or1", "or1 > a : plan.a", "or1 > b : plan.b", "or1 > c : default",
    "a > or2", "b > or2", "c > or2", "or2 > d", "d > end",
)


@pytest.mark.parametrize(("chosen", "places"), [
    ({"a": True, "b": True}, ["a", "b"]), ({"a": True, "b": False}, ["a"]),
    ({"a": False, "b": False}, ["c"]),
])
def test_an_inclusive_split_takes_every_way_that_holds_else_the_default(chosen, places):
    case = run(*INCLUSIVE)
    case.complete("plan", **chosen)
    assert case.places == places


def test_an_inclusive_join_waits_for_what_may_still_come_and_for_nothing_else():
    case = run(*INCLUSIVE)
    case.complete("plan", a=True, b=True)
    case.complete("b")
    assert case.places == ["a", "or2"]
    case.complete("a")
    assert case.places == ["d"]


def test_an_inclusive_join_looks_again_after_a_cancellation():
    case = run(*INCLUSIVE)
    case.complete("plan", a=True, b=True)
    case.complete("b")
    case.do(step.Cancel(next(t.n for t in case.tokens if t.node == "a"), "withdrawn"))
    assert case.places == ["d"]


def test_an_inclusive_join_looks_again_when_a_token_leaves_on_another_way():
    case = run("start > and1", "and1 > a", "and1 > b", "a > or1", "b > xor1",
               "xor1 > or1 : b.back = true", "xor1 > end1 : default", "or1 > c", "c > end2")
    case.complete("a")
    assert case.places == ["b", "or1"]
    case.complete("b", back=False)
    assert case.places == ["c"]


def test_a_loop_around_an_inclusive_block_runs_again():
    case = run("start > xor1", "xor1 > or1", "or1 > a : true", "or1 > b : true", "or1 > x : default",
               "a > or2", "b > or2", "x > or2", "or2 > c", "c > xor2", "xor2 > xor1 : c.again",
               "xor2 > end : default")
    for again in (True, True, False):
        case.complete("a")
        assert case.places == ["b", "or2"]
        case.complete("b")
        assert case.places == ["c"]
        case.complete("c", again=again)
    assert case.is_finished


def test_an_inclusive_join_does_not_wait_for_the_next_pass_of_a_loop():
    """The token at the parallel join could come round again, but only after this join has gone."""
    case = run("start > xor1", "xor1 > and1", "and1 > a", "and1 > or1", "or1 > b : default", "or1 > c : true",
               "b > or2", "c > or2", "a > and2", "or2 > and2", "and2 > d", "d > xor2",
               "xor2 > xor1 : d.again", "xor2 > end : default")
    for again in (True, False):
        case.complete("a")
        case.complete("c")
        case.complete("d", again=again)
    assert case.is_finished


def test_one_inclusive_join_goes_before_the_next_is_asked():
    case = run("start > and1", "and1 > a", "and1 > b", "and1 > c", "a > or1", "b > or1",
               "or1 > or2", "c > or2", "or2 > d", "d > end")
    case.complete("c")
    case.complete("a")
    case.complete("b")
    assert (case.places, case.passed[-2:]) == (["d"], ["f7", "f9"])


def test_an_inclusive_gateway_with_one_way_in_only_splits():
    case = run("start > or1", "or1 > a : true", "or1 > b : default", "a > end", "b > end")
    assert case.places == ["a"]


def test_a_terminate_end_drops_everything_under_way():
    case = run("start > and1", "and1 > a", "and1 > b", "a > stop", "b > end")
    outcome = case.complete("a")
    assert (outcome.closed, outcome.cancelled, case.is_finished) == ((1,), (2,), True)


def test_a_terminate_end_drops_tokens_on_the_move_too():
    case = run("start > a", "a > and1", "and1 > stop", "and1 > b", "b > end")
    case.complete("a")
    assert (case.places, case.is_finished) == ([], True)


def test_a_terminate_end_leaves_no_trace_of_what_opened_in_the_same_step():
    case = run("start > a", "a > and1", "and1 > b", "and1 > stop", "b > end")
    outcome = case.complete("a")
    assert (outcome.opened, outcome.cancelled, outcome.is_finished) == ((), (), True)


DEPARTMENTS = ("start > opinion", "opinion > decision", "decision > end")


def test_each_department_gets_its_own_token_and_all_must_answer():
    case = run(*DEPARTMENTS, repeat={"opinion": "departments"},
               collections={"departments": ("fire", "health", "police")})
    assert case.places == ["opinion/fire", "opinion/health", "opinion/police"]
    for department in ("health", "fire", "police"):
        assert "decision" not in case.places
        case.complete("opinion", department, outcome="agree")
    assert case.places == ["decision"]


def test_enough_answers_cancel_the_rest():
    enough = ("<multiInstanceLoopCharacteristics><loopDataInputRef>departments</loopDataInputRef>"
              "<completionCondition>count(refusals) > 0</completionCondition>"
              "</multiInstanceLoopCharacteristics>")
    case = run(*DEPARTMENTS, inside={"opinion": enough},
               collections={"departments": ("fire", "health", "police")})
    case.complete("opinion", "health", outcome="agree")
    assert (case.places, case.notes) == (["opinion/fire", "opinion/police"], ["null:opinion"])
    case.data["refusals"] = ["fire"]
    outcome = case.complete("opinion", "fire", outcome="object")
    assert (outcome.cancelled, case.places) == ((3,), ["decision"])


def test_a_collection_without_members_is_passed_and_recorded():
    case = run(*DEPARTMENTS, repeat={"opinion": "departments"})
    assert (case.places, case.notes) == (["decision"], ["empty:opinion"])


def test_a_second_arrival_at_the_members_is_recorded():
    case = run("start > and1", "and1 > opinion", "and1 > opinion", "opinion > end",
               repeat={"opinion": "departments"}, collections={"departments": ("fire",)})
    assert (case.places, case.notes) == (["opinion/fire", "opinion/fire"], ["merged:opinion"])


def test_the_last_member_cancelled_lets_the_case_go_on():
    case = run(*DEPARTMENTS, repeat={"opinion": "departments"},
               collections={"departments": ("fire", "health")})
    case.do(step.Cancel(1, "silent"))
    assert case.places == ["opinion/health"]
    case.do(step.Cancel(2, "silent"))
    assert case.places == ["decision"]


def test_cancelling_nothing_in_particular_drops_the_whole_case():
    case = run("start > and1", "and1 > a", "and1 > b", "a > end", "b > end")
    outcome = case.do(step.Cancel(0, "withdrawn"))
    assert (outcome.cancelled, outcome.is_finished) == ((1, 2), True)


def test_two_ways_out_of_a_task_are_both_taken():
    case = run("start > a", "a > b", "a > c", "b > end", "c > end")
    case.complete("a")
    assert case.places == ["b", "c"]


@pytest.mark.parametrize(("command", "refusal"), [
    (step.Complete(99), step.NoSuchToken), (step.Cancel(99, ""), step.NoSuchToken),
    (step.Fire(99), step.NoSuchToken), (step.Fire(1), step.NotOpen),
    (step.Complete(3), step.NotOpen), (step.Start(), step.AlreadyStarted),
])
def test_a_command_that_does_not_fit_changes_nothing(command, refusal):
    case = run("start > and1", "and1 > a", "and1 > b", "a > and2", "b > and2", "and2 > end")
    case.complete("b")
    with pytest.raises(refusal):
        case.do(command)


def test_a_double_submit_is_refused():
    case = run("start > a", "a > b", "b > end")
    case.complete("a")
    with pytest.raises(step.NoSuchToken):
        case.do(step.Complete(1))


def test_a_flow_that_turns_in_a_circle_is_stopped():
    with pytest.raises(step.RunsInCircle):
        run("start > xor1", "xor1 > xor2", "xor2 > xor1 : true", "xor2 > end : default")


def chain(length):
    tasks = ["start", *(f"t{n}" for n in range(length)), "end"]
    return [f"{a} > {b}" for a, b in itertools.pairwise(tasks)]


def test_a_step_touches_nothing_but_its_neighbours():
    """Flat at any size: the same step in a large flow makes the same outcome."""
    small, large = (run(*chain(length)) for length in (7, 300))
    assert small.complete("t0") == large.complete("t0")


def published(procedure):
    return bpmn.parse((PROCEDURES / procedure / "flow.bpmn").read_bytes())


def test_a_permit_runs_from_correction_to_delivery():
    case = Case(published("permit")).start()
    case.complete("intake", outcome="request_supplement")
    case.complete("supplement")
    case.complete("intake", outcome="accept")
    assert case.places == ["document_review", "site_inspection"]
    case.complete("site_inspection", outcome="agree")
    case.complete("document_review", outcome="agree")
    case.complete("decision", outcome="grant")
    outcome = case.complete("delivery")
    assert (outcome.passed, case.is_finished) == (("flow_result", "flow_granted"), True)


def test_a_permit_may_be_refused_at_intake():
    case = Case(published("permit")).start()
    outcome = case.complete("intake", outcome="refuse")
    assert (outcome.passed[-1], case.is_finished) == ("flow_refuse", True)


@pytest.mark.parametrize(("answer", "place"), [("object", "joint_meeting"), ("agree", "decision")])
def test_a_joint_permit_meets_only_if_a_department_objects(answer, place):
    case = Case(published("joint_permit"), {"departments": ("fire", "health")}).start()
    case.complete("intake", outcome="accept")
    case.complete("opinion", "fire", outcome="agree")
    case.data["opinion_list"] = [{"item": "fire", "outcome": "agree"},
                                 {"item": "health", "outcome": answer}]
    case.complete("opinion", "health", outcome=answer)
    assert case.places == [place]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["accept", "request_supplement", "refuse", None]), max_size=6))
def test_the_same_commands_give_the_same_tokens(answers):
    """Replay equals."""
    def play():
        case = Case(published("permit")).start()
        for answer in answers:
            if "intake" in case.places:
                case.complete("intake", outcome=answer)
            if "supplement" in case.places:
                case.complete("supplement")
        return case.tokens, case.passed, case.notes
    assert play() == play()
