"""Random flows: the structured ones always finish, and nothing makes a reader or a checker fall over."""

import pathlib
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core import flow_drawing
from tests.core.flow_drawing import Case
from tongban.core import dmn, draw, markup
from tongban.core.flow import bpmn, check

PERMIT = (pathlib.Path(__file__).parents[2] / "packs/national/procedures/permit/flow.bpmn").read_bytes()
TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m"><inputData id="i" name="x"/>
<decision id="d" name="d"><informationRequirement><requiredInput href="#i"/></informationRequirement><decisionTable>
<input><inputExpression><text>x</text></inputExpression></input><output/><rule><inputEntry><text>&lt; 5</text></inputEntry>
<outputEntry><text>1</text></outputEntry></rule></decisionTable></decision></definitions>"""
ROUNDS_MAX = 60
SLOW_S = 10  # Many times what it takes alone: the machine of a test run is busy.
calm = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def shapes(pick, depth=0):
    kind = pick(st.sampled_from(["task", "task", "choice", "parallel", "inclusive", "loop", "sequence"]))
    if depth > 2 or kind == "task":
        return "task", []
    count = 1 if kind == "loop" else pick(st.integers(2, 3))
    return kind, [pick(shapes(depth + 1)) for _ in range(count)]


def play(graph, seed):
    """Completes some open task until none is left; loops turn at most a few times."""
    picks = {f"c{number}": (seed + number) % 3 for number in range(400)}
    case = Case(graph, data={"pick": picks}).start()
    trace = [case.places]
    while case.tokens and len(trace) < 40 * ROUNDS_MAX:
        waiting = [token for token in case.tokens if token.node.startswith("task")]
        token = waiting[(seed + len(trace)) % len(waiting)]
        case.complete(token.node, again=len(trace) < 30 and (seed + len(trace)) % 3 > 0)
        trace.append(case.places)
    return case, trace


@calm
@given(shapes(), st.integers(0, 50))
def test_a_structured_flow_always_finishes(shape, seed):
    case, trace = play(flow_drawing.structured(shape), seed)
    assert case.is_finished, trace[-1]
    assert case.tokens == ()


@calm
@given(shapes(), st.integers(0, 50))
def test_the_same_play_gives_the_same_trace(shape, seed):
    graph = flow_drawing.structured(shape)
    assert play(graph, seed)[1] == play(graph, seed)[1]


@calm
@given(shapes())
def test_a_structured_flow_may_be_published(shape):
    graph = flow_drawing.structured(shape)
    facts = check.Facts(roles={node.id: "someone" for node in graph.tasks()})
    found = [finding.code for finding in check.check(graph, facts)]
    assert found in ([], ["too-large"])


@st.composite
def mutations(pick, source):
    """The file with bytes changed, cut out, doubled or moved."""
    data = bytearray(source)
    for _ in range(pick(st.integers(1, 6))):
        at, length = pick(st.integers(0, len(data) - 1)), pick(st.integers(1, 60))
        piece = bytes(data[at : at + length])
        how = pick(st.sampled_from(["flip", "cut", "double", "move"]))
        if how == "flip":
            data[at] = pick(st.integers(0, 255))
        else:
            del data[at : at + length]
        if how in ("double", "move"):
            where = pick(st.integers(0, len(data)))
            data[where:where] = piece if how == "move" else piece * 2
        data = data or bytearray(b"<")
    return bytes(data)


@calm
@given(mutations(PERMIT) | st.binary(max_size=200))
def test_any_file_is_read_or_refused_in_bounded_time(xml):
    began = time.perf_counter()
    try:
        graph = bpmn.parse(xml)
    except (markup.NotXml, bpmn.Unsupported):
        return
    check.check(graph, check.Facts())
    draw.swimlane(graph, label="样例")
    draw.steps(graph)
    assert time.perf_counter() - began < SLOW_S


@calm
@given(mutations(TABLE) | st.binary(max_size=200))
def test_any_model_is_read_or_refused(xml):
    try:
        model = dmn.parse(xml)
    except (markup.NotXml, dmn.Unsupported):
        return
    for decision in model.decisions:
        dmn.decide(model, decision.id, {"x": 3})
        for table in decision.tables:
            dmn.analyse(table)


def test_ten_thousand_elements_are_refused_at_once():
    began = time.perf_counter()
    tasks = "".join(f'<userTask id="t{n}"/><sequenceFlow id="f{n}" sourceRef="t{n}" targetRef="t{n + 1}"/>' for n in range(10_000))
    try:
        bpmn.parse(flow_drawing.wrap(tasks))
    except bpmn.Unsupported as refused:
        assert refused.reason == "too-many-nodes"
    assert time.perf_counter() - began < SLOW_S


def test_the_largest_flow_is_read_checked_and_drawn():
    lines = ["start > t0x", *(f"t{n}x > t{n + 1}x" for n in range(500)), "t500x > end"]
    began = time.perf_counter()
    graph = flow_drawing.draw(*lines)
    assert check.check(graph, check.Facts(roles={node.id: "someone" for node in graph.tasks()})) == ()
    assert time.perf_counter() - began < SLOW_S
