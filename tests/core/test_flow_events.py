"""Events, sub-processes, calls: how they run, one test for each trap."""

import pytest

from tests.core import flow_drawing
from tests.core.flow_drawing import Case, catch, draw, event, on, sub, timer
from tongban.core import feel
from tongban.core.flow import Kind, Timer, bpmn, step

DEPARTMENTS = {"departments": ("fire", "health")}


def run(*lines, collections=None, **options):
    return Case(draw(*lines, **options), collections or {}).start()


def n(case, node, item=""):
    return next(token.n for token in case.tokens if (token.node, token.item) == (node, item))


def fire(case, node):
    return case.do(step.Fire(n(case, node)))


def come(case, node):
    """The message or signal is here."""
    return case.do(step.Complete(n(case, node)))


@pytest.mark.parametrize("tag", ["serviceTask", "sendTask", "receiveTask", "businessRuleTask", "callActivity"])
def test_work_of_others_waits_until_it_is_done(tag):
    case = run("start > a", "a > end", nodes={"a": (tag, "", "")})
    assert case.places == ["a"]
    assert case.complete("a").is_finished


def test_a_call_can_be_made_for_each_member():
    case = run("start > a", "a > end", repeat={"a": "departments"}, nodes={"a": ("callActivity", 'calledElement="x"', "")},
               collections=DEPARTMENTS)
    assert case.graph.nodes["a"].implementation == "x"
    case.complete("a", "health")
    assert case.complete("a", "fire").is_finished


def test_a_timer_waits_until_it_fires_and_only_then():
    case = run("start > wait", "wait > end", nodes={"wait": catch(timer())})
    with pytest.raises(step.NotOpen):
        come(case, "wait")
    assert fire(case, "wait").is_finished


def test_a_timer_that_fired_cannot_fire_again():
    case = run("start > wait", "wait > a", "a > end", nodes={"wait": catch(timer())})
    token = n(case, "wait")
    case.do(step.Fire(token))
    with pytest.raises(step.NoSuchToken):
        case.do(step.Fire(token))


@pytest.mark.parametrize(("kind", "reference"), [("message", "m1"), ("signal", "s1")])
def test_a_message_or_signal_is_waited_for(kind, reference):
    case = run("start > wait", "wait > end", nodes={"wait": catch(event(kind, reference))})
    with pytest.raises(step.NotOpen):
        fire(case, "wait")
    assert come(case, "wait").is_finished


def test_what_is_thrown_is_recorded_and_passed():
    case = run("start > say", "say > milestone", "milestone > end1", nodes={
        "say": ("intermediateThrowEvent", "", event("signal", "s1")),
        "milestone": ("intermediateThrowEvent", "", ""), "end1": ("endEvent", "", event("message", "m1"))})
    assert (case.notes, case.is_finished) == (["thrown:say", "thrown:end1"], True)


CHOICE = {"nodes": {"first": ("eventBasedGateway", "", ""), "late": catch(timer()),
                    "paper": catch(event("message", "m1")), "task": ("receiveTask", "", "")}}
CHOICE_LINES = ("start > first", "first > late", "first > paper", "first > task", "late > remind",
                "paper > review", "task > review2", "remind > end1", "review > end2", "review2 > end3")


@pytest.mark.parametrize(("place", "goes_to"), [("late", "remind"), ("paper", "review"), ("task", "review2")])
def test_the_first_event_ends_the_others(place, goes_to):
    case = run(*CHOICE_LINES, **CHOICE)
    assert case.places == ["late", "paper", "task"]
    outcome = fire(case, place) if place == "late" else come(case, place)
    assert (case.places, len(outcome.cancelled)) == ([goes_to], 2)


def test_a_gateway_of_events_in_a_loop_waits_anew():
    case = run("start > xor1", "xor1 > first", "first > late", "first > paper", "late > xor1", "paper > end",
               nodes=CHOICE["nodes"])
    fire(case, "late")
    assert case.places == ["late", "paper"]
    assert come(case, "paper").is_finished


LATE = ("start > a", "a > end1", "late > b", "b > end2")


def test_an_interrupting_timer_ends_its_host_and_says_so():
    case = run(*LATE, nodes={"late": on("a", timer())})
    assert case.places == ["a", "late"]
    outcome = fire(case, "late")
    assert (case.places, outcome.cancelled, outcome.notes) == (["b"], (1, 2), ("interrupted:1:late",))


def test_a_host_that_is_done_takes_its_timer_with_it():
    case = run(*LATE, nodes={"late": on("a", timer())})
    outcome = case.complete("a")
    assert (outcome.closed, outcome.cancelled, outcome.is_finished) == ((1,), (2,), True)


def test_of_timer_and_officer_at_the_same_instant_the_first_wins():
    for first, second in (("officer", "timer"), ("timer", "officer")):
        case = run(*LATE, nodes={"late": on("a", timer())})
        acts = {"officer": step.Complete(n(case, "a")), "timer": step.Fire(n(case, "late"))}
        case.do(acts[first])
        with pytest.raises(step.NoSuchToken):
            case.do(acts[second])


def test_a_timer_that_does_not_interrupt_fires_once_beside_its_host():
    case = run(*LATE, nodes={"late": on("a", timer(), goes_on=True)})
    fire(case, "late")
    assert case.places == ["a", "b"]
    case.complete("a")
    assert case.complete("b").is_finished


def test_a_message_that_does_not_interrupt_may_come_again():
    case = run(*LATE, nodes={"late": on("a", event("message", "m1"), goes_on=True)})
    come(case, "late")
    come(case, "late")
    assert case.places == ["a", "b", "b", "late"]


def test_a_signal_that_interrupts_ends_its_host():
    case = run(*LATE, nodes={"late": on("a", event("signal", "s1"))})
    come(case, "late")
    assert case.places == ["b"]


def test_a_silent_department_is_passed_by_when_the_time_is_up():
    case = run("start > opinion", "opinion > end1", "late > b", "b > end2", repeat={"opinion": "departments"},
               nodes={"late": on("opinion", timer())}, collections=DEPARTMENTS)
    assert case.places == ["late", "opinion/fire", "opinion/health"]
    case.complete("opinion", "fire")
    assert case.places == ["late", "opinion/health"]
    outcome = fire(case, "late")
    assert (case.places, outcome.notes) == (["b"], ("interrupted:2:late",))


def test_the_last_member_takes_the_timer_with_it():
    case = run("start > opinion", "opinion > end1", "late > b", "b > end2", repeat={"opinion": "departments"},
               nodes={"late": on("opinion", timer())}, collections=DEPARTMENTS)
    case.complete("opinion", "fire")
    assert case.complete("opinion", "health").is_finished


def test_a_cancelled_host_takes_its_timer_with_it():
    case = run(*LATE, nodes={"late": on("a", timer())})
    assert case.do(step.Cancel(n(case, "a"), "withdrawn")).is_finished


def test_an_inclusive_join_waits_for_what_a_boundary_event_may_still_bring():
    case = run("start > and1", "and1 > a", "and1 > b", "a > end1", "late > or1", "b > or1", "or1 > c", "c > end2",
               nodes={"late": on("a", timer())})
    case.complete("b")
    assert case.places == ["a", "late", "or1"]
    case.complete("a")
    assert case.places == ["c"]


INNER = ("start1 > in1", "in1 > end1")
SUB = ("start > work", "work > after", "after > end2")


def test_a_sub_process_is_over_when_nothing_is_left_inside():
    case = run(*SUB, nodes={"work": sub("start1 > and1", "and1 > in1", "and1 > in2", "in1 > end1", "in2 > end3")})
    assert [(t.node, t.scope) for t in case.tokens] == [("work", 0), ("in1", 1), ("in2", 1)]
    case.complete("in1")
    assert case.places == ["in2", "work"]
    case.complete("in2")
    assert case.places == ["after"]


def test_a_sub_process_itself_cannot_be_completed():
    case = run(*SUB, nodes={"work": sub(*INNER)})
    with pytest.raises(step.NotOpen):
        case.do(step.Complete(n(case, "work")))


def test_a_sub_process_in_which_nothing_waits_is_passed():
    assert run("start > work", "work > end", nodes={"work": sub("start1 > end1")}).is_finished


def test_a_terminate_end_inside_ends_the_sub_process_only():
    case = run("start > and1", "and1 > work", "and1 > b", "work > after", "after > end2", "b > end3", nodes={
        "work": sub("start1 > and2", "and2 > in1", "and2 > in2", "in1 > stop", "in2 > end1")})
    outcome = case.complete("in1")
    assert (case.places, len(outcome.cancelled)) == (["after", "b"], 1)


def test_a_terminate_end_drops_what_moves_deeper_inside():
    inner = sub("start2 > deep", "deep > end4", flow="h")
    case = run(*SUB, nodes={"work": sub("start1 > in1", "in1 > and1", "and1 > below", "and1 > stop", "below > end3",
                                        nodes={"below": inner})})
    case.complete("in1")
    assert case.places == ["after"]


def test_joins_match_inside_their_own_scope_only():
    inner = sub("start1 > and1", "and1 > in1", "and1 > in2", "in1 > and2", "in2 > and2", "and2 > end1",
                more="<multiInstanceLoopCharacteristics><loopDataInputRef>departments</loopDataInputRef>"
                     "</multiInstanceLoopCharacteristics>")
    case = run(*SUB, nodes={"work": inner}, collections=DEPARTMENTS)
    assert case.places == ["in1", "in1", "in2", "in2", "work/fire", "work/health"]
    case.complete("in1")
    second = max(t.n for t in case.tokens if t.node == "in2")
    case.do(step.Complete(second))
    assert case.places.count("and2") == 2
    case.complete("in2")
    assert case.places == ["and2", "in1", "work/health"]
    case.complete("in1")
    assert case.places == ["after"]


def test_an_inclusive_join_asks_only_its_own_scope():
    inner = sub("start1 > or1", "or1 > in1 : true", "or1 > in2 : true", "or1 > in3 : default", "in1 > or2", "in2 > or2",
                "in3 > or2", "or2 > in4", "in4 > end1",
                more="<multiInstanceLoopCharacteristics><loopDataInputRef>departments</loopDataInputRef>"
                     "</multiInstanceLoopCharacteristics>")
    case = run(*SUB, nodes={"work": inner}, collections=DEPARTMENTS)
    case.complete("in1")
    case.complete("in2")
    assert case.places == ["in1", "in2", "in4", "work/fire", "work/health"]


def test_an_interrupted_sub_process_takes_everything_inside_with_it():
    deep = sub("start2 > deep", "deep > end4", flow="h")
    case = run(*SUB, "late > b", "b > end5", nodes={
        "late": on("work", timer()),
        "work": sub("start1 > and1", "and1 > in1", "and1 > below", "and1 > wait", "in1 > end1", "below > end3", "wait > end6",
                    nodes={"below": deep, "wait": catch(timer())})})
    outcome = fire(case, "late")
    interrupted = {note.split(":")[1] for note in outcome.notes}
    assert case.places == ["b"]
    assert len(outcome.cancelled) == 6
    assert len(interrupted) == 4  # the two sub-processes and two tasks, but no timer


ERROR = {"late": on("work", event("error", "e1")), "other": on("work", event("error"))}
ERROR_LINES = (*SUB, "late > b", "b > end5", "other > c", "c > end6")


@pytest.mark.parametrize(("reference", "place"), [("e1", "b"), ("e2", "c")])
def test_an_error_inside_is_caught_by_the_event_that_names_it_best(reference, place):
    inner = sub("start1 > in1", "in1 > bad", nodes={"bad": ("endEvent", "", event("error", reference))})
    case = run(*ERROR_LINES, nodes={**ERROR, "work": inner})
    case.complete("in1")
    assert case.places == [place]


def test_an_error_climbs_until_it_is_caught():
    deep = sub("start2 > deep", "deep > bad", flow="h", nodes={"bad": ("endEvent", "", event("error", "e1"))})
    case = run(*ERROR_LINES, nodes={**ERROR, "work": sub("start1 > below", "below > end1", nodes={"below": deep})})
    case.complete("deep")
    assert case.places == ["b"]


def test_an_error_nobody_catches_ends_the_case_and_is_recorded():
    case = run("start > and1", "and1 > a", "and1 > b", "a > bad", "b > end",
               nodes={"bad": ("endEvent", "", event("error", "e2"))})
    case.complete("a")
    assert (case.is_finished, case.notes) == (True, ["error:worse"])


@pytest.mark.parametrize(("error", "place"), [("BAD", "b"), ("other", None)])
def test_work_that_fails_goes_on_at_the_event_that_catches_it(error, place):
    case = run("start > work", "work > after", "after > end1", "late > b", "b > end2", nodes={
        "work": ("serviceTask", 'implementation="mail"', ""), "late": on("work", event("error", "e1"))})
    case.do(step.Fail(n(case, "work"), error))
    assert case.places == ([place] if place else [])
    assert case.notes == (["interrupted:1:late"] if place else ["error:other"])


def test_only_work_can_fail():
    case = run("start > wait", "wait > end", nodes={"wait": catch(timer())})
    with pytest.raises(step.NotOpen):
        case.do(step.Fail(n(case, "wait"), "BAD"))


@pytest.mark.parametrize(("definition", "timer_is"), [
    (timer("P5D"), Timer(feel.compile('@"P5D"'))),
    (timer("2026-11-23", "timeDate"), Timer(feel.compile('@"2026-11-23"'), is_date=True)),
    (timer("form.until", "timeDate"), Timer(feel.compile("form.until"), is_date=True)),
    (timer("P5D", more='<extensionElements><t:workingDays xmlns:t="urn:tongban:flow"/></extensionElements>'),
     Timer(feel.compile('@"P5D"'), is_in_working_days=True)),
])
def test_a_timer_says_when(definition, timer_is):
    assert draw("start > wait", "wait > end", nodes={"wait": catch(definition)}).nodes["wait"].timer == timer_is


def test_events_and_work_carry_their_names():
    graph = draw("start > a", "a > b", "b > wait", "wait > end", "late > end1", nodes={
        "a": ("serviceTask", 'implementation="##WebService"', ""), "b": ("sendTask", 'messageRef="m1"', ""),
        "wait": catch(event("message", "m1")), "late": on("a", event("error", "e1"))})
    assert [graph.nodes[name].event for name in ("b", "wait", "late")] == ["paper came", "paper came", "BAD"]
    assert (graph.nodes["a"].implementation, graph.nodes["a"].boundary) == ("", ("late",))
    assert graph.nodes["late"].kind is Kind.ERROR_BOUNDARY


def test_what_lies_in_a_sub_process_is_in_its_lane():
    xml = flow_drawing.write(*SUB, nodes={"work": sub(*INNER)}).replace(
        b'name="\xe6\xa0\xb7\xe4\xbe\x8b">', b'><laneSet><lane id="l" name="L"><flowNodeRef>work</flowNodeRef></lane></laneSet>')
    graph = bpmn.parse(xml)
    assert (graph.lane_of("in1").id, graph.lane_of("after"), graph.nodes["work"].start) == ("l", None, "start1")
    assert graph.has_scopes


DEEP = sub("start9 > in9", "in9 > end9", flow="z")
for level in range(8, 2, -1):
    DEEP = sub(f"start{level} > w{level}x", f"w{level}x > end{level}", flow="yxwvutsr"[level - 1], nodes={f"w{level}x": DEEP})


@pytest.mark.parametrize(("lines", "nodes", "element", "reason"), [
    (("start > a", "a > end"), {"a": catch("<compensateEventDefinition/>")}, "a", "not-in-subset"),
    (("start > a", "a > end"), {"a": catch("")}, "a", "not-in-subset"),
    (("start > a", "a > end"), {"a": catch(timer() + timer())}, "a", "not-in-subset"),
    (("start > a", "a > end"), {"a": catch(timer("PT1H", "timeCycle"))}, "a", "bad-timer"),
    (("start > a", "a > end"), {"a": catch("<timerEventDefinition/>")}, "a", "bad-timer"),
    (("start > a", "a > end"), {"a": catch(timer("P5X5D"))}, "a", "bad-timer"),
    (("start > a", "a > end"), {"a": catch(timer("PT"))}, "a", "bad-timer"),
    (("start > a", "a > end"), {"a": catch(event("message", "m9"))}, "a", "bad-event"),
    (("start > a", "a > end"), {"a": catch(event("message"))}, "a", "bad-event"),
    (("start > a", "a > end1"), {"end1": ("endEvent", "", event("error"))}, "end1", "bad-event"),
    (("start > a", "a > end", "late > end1"), {"late": on("x", timer())}, "late", "bad-host"),
    (("start > xor1", "xor1 > end", "late > end1"), {"late": on("xor1", timer())}, "late", "bad-host"),
    (("start > work", "work > end", "late > end3"), {"late": on("in1", timer()), "work": sub(*INNER)}, "late", "bad-host"),
    (("start > a", "a > end", "late > end1"), {"late": on("a", event("error", "e1"), goes_on=True)}, "late", "not-in-subset"),
    (("start > a", "a > end", "late > end1", "a > late"), {"late": on("a", timer())}, "late", "into-start"),
    (("start > first", "first > a", "a > end"), {"first": ("eventBasedGateway", "", "")}, "first", "bad-choice"),
    (("start > first", "first > a", "a > end"), {"first": ("eventBasedGateway", 'eventGatewayType="Parallel"', "")}, "first", "not-in-subset"),
    (("start > first", "first > late", "start > late", "late > end"), CHOICE["nodes"], "first", "bad-choice"),
    (("start > a", "a > end"), {"a": ("receiveTask", 'instantiate="true"', "")}, "a", "not-in-subset"),
    (("start > a", "a > end"), {"a": ("exclusiveGateway", "", "<standardLoopCharacteristics/>")}, "a", "not-in-subset"),
    (("start > work", "work > end"), {"work": ("subProcess", 'triggeredByEvent="true"', "")}, "work", "not-in-subset"),
    (("start > work", "work > end"), {"work": ("subProcess", "", "<standardLoopCharacteristics/>")}, "work", "not-in-subset"),
    (("start > work", "work > end"), {"work": ("subProcess", "", "")}, "work", "one-start"),
    (("start > work", "work > end"), {"work": sub("start1 > in1", "in1 > in1")}, "work", "no-end"),
    (("start > work", "work > end"), {"work": sub(*INNER, more='<sequenceFlow id="x" sourceRef="work" targetRef="in1"/>')}, "x", "loose-edge"),
    (("start > a", "a > end"), {"a": catch(timer("x >"))}, "a", "bad-condition"),
    (("start > work", "work > end"), {"work": DEEP}, "w7x", "too-deep"),
])
def test_what_cannot_be_run_is_refused(lines, nodes, element, reason):
    with pytest.raises(bpmn.Unsupported) as refused:
        draw(*lines, nodes=nodes)
    assert (refused.value.element_id, refused.value.reason) == (element, reason)
