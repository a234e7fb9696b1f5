"""Charts drawn from the flow that runs: right, readable, and safe to put on a page."""

import html.parser
import itertools
import pathlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.core import flow_drawing
from tongban.core import draw, flow
from tongban.core.draw import Mark, NodeWords, Part, Stretch, Tick, Tone, chart, labels, svg, text
from tongban.core.draw.geometry import Box

PROCEDURES = pathlib.Path(__file__).parents[2] / "packs" / "national" / "procedures"
PERMIT = flow.parse((PROCEDURES / "permit" / "flow.bpmn").read_bytes())
JOINT = flow.parse((PROCEDURES / "joint_permit" / "flow.bpmn").read_bytes())
WORDS = {"site_inspection": NodeWords("现场核查", "两名执法人员，5 个工作日", Tone.PAUSE),
         "end_granted": NodeWords("准予许可", "电子证照", Tone.DONE)}


class Counter(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.opened, self.closed, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.opened.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_startendtag(self, tag, attrs):
        raise AssertionError("an element without its own end tag")

    def handle_endtag(self, tag):
        self.closed.append(tag)


def elements(picture):
    """The elements an HTML parser finds, which must be those an XML parser finds."""
    counter = Counter()
    counter.feed(picture)
    assert sorted(counter.opened) == sorted(counter.closed)
    names = [etree.QName(element).localname for element in etree.fromstring(picture).iter()]
    assert sorted(counter.opened) == sorted(name.lower() for name in names)
    assert "style" not in counter.attributes
    assert not [name for name in counter.attributes if name.startswith("on")]
    return names


def boxes(picture):
    """Outline of each place in the picture."""
    return [Box(*(int(element.get(name)) for name in ("x", "y", "width", "height")))
            for element in etree.fromstring(picture).iter("{*}rect")
            if (element.get("class") or "").startswith(("flow-box", "flow-bar"))]


def overlapping(places):
    return [(a, b) for a, b in itertools.combinations(places, 2) if labels._touch(a, b)]


def test_a_chart_shows_every_task_and_end_and_no_gateway_that_only_passes_on():
    picture = draw.swimlane(PERMIT, words=WORDS, label="流程图：八个环节")
    names = elements(picture)
    assert names.count("rect") == len(PERMIT.lanes) + 6 + 4 + 2 + 2  # lanes, tasks, events, bars, hatch
    for name in ("提交申请", "收件核对", "补正材料", "书面审查", "现场核查", "作出决定", "送达", "准予许可"):
        assert f">{name}<" in picture
    assert "核对结果" not in picture


def test_the_finding_is_the_accessible_name():
    root = etree.fromstring(draw.swimlane(PERMIT, label="四步办完", description="文字版见下", name="g"))
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "g-title g-desc")
    assert [element.text for element in root[:2]] == ["四步办完", "文字版见下"]
    assert root[0].get("id") == "g-title"


def test_no_text_can_break_out_of_the_drawing():
    evil = '"/><script>alert(1)</script>&amp;\x00\x0b'
    words = {"intake": NodeWords(evil, evil), "site_inspection": NodeWords(evil)}
    picture = draw.swimlane(PERMIT, {"intake": evil}, words, label=evil, description=evil,
                            marks={"intake": Mark(evil), "decision": Mark(evil, is_done=True)})
    assert "script" not in elements(picture)


@pytest.mark.parametrize("graph", [PERMIT, JOINT], ids=["permit", "joint_permit"])
def test_no_two_places_overlap(graph):
    assert overlapping(boxes(draw.swimlane(graph, words=WORDS, label="流程图"))) == []


def test_the_time_that_does_not_count_is_hatched_and_granted_is_green():
    root = etree.fromstring(draw.swimlane(PERMIT, words=WORDS, label="流程图", name="x"))
    fills = {element.get("class"): element.get("fill") for element in root.iter("{*}rect")}
    assert fills["flow-box flow-pause"] == "url(#x-hatch)"
    assert fills["flow-box flow-done"] == "#E9F6F0"
    assert len(root.findall(".//{*}pattern[@id='x-hatch']")) == 1


def test_the_open_place_of_a_case_has_a_flag_with_words_and_the_past_a_tick():
    picture = draw.swimlane(PERMIT, label="流程图", marks={
        "decision": Mark("正在办"), "intake": Mark("已办", is_done=True)})
    root = etree.fromstring(picture)
    assert len(root.findall(".//{*}rect[@class='flow-now']")) == 1
    assert len(root.findall(".//{*}circle[@class='flow-done']")) == 1
    assert ">正在办<" in picture


def strong(picture):
    return [element.get("marker-end") for element in etree.fromstring(picture).iter("{*}path")
            if element.get("stroke-width") == "2.5"]


@pytest.mark.parametrize(("path", "count"), [
    ((), 0), (("flow_start", "flow_intake"), 1), (("flow_start",), 0),
    (("flow_intake_result", "flow_supplement"), 1), (("flow_supplemented", "flow_intake"), 1),
])
def test_a_path_is_drawn_strongly_where_all_its_edges_were_passed(path, count):
    assert strong(draw.swimlane(PERMIT, label="流程图", path=path)) == ["url(#flow-strong-tip)"] * count


def test_a_lane_can_be_renamed_for_each_node():
    picture = draw.swimlane(PERMIT, {"decision": "区长"}, label="流程图")
    assert ">区长<" in picture
    assert ">决定人<" not in picture


def test_words_and_ways_can_be_said_in_another_language():
    words = {"intake": NodeWords("Intake"), "flow_accept": NodeWords("accepted"),
             "fork": NodeWords("at once")}
    picture = draw.swimlane(PERMIT, words=words, label="chart")
    assert ">accepted<" in picture
    assert ">受理<" not in picture
    first = draw.steps(PERMIT, {"intake": "Window"}, words)[0]
    assert (first.title, first.lane, first.ways[1]) == ("Intake", "Window", ("accepted", ("at once",)))


def test_there_and_back_again_is_one_arrow_with_two_heads():
    arrows = {(a.source, a.target): a for a in chart.chart_of(PERMIT, {}).arrows}
    both = arrows["intake", "supplement"]
    assert (both.edges, both.returns) == (("flow_intake_result", "flow_supplement"),
                                          ("flow_supplemented", "flow_intake"))
    assert ("supplement", "intake") not in arrows


def drawn(*lines, **options):
    return draw.swimlane(flow_drawing.draw(*lines, **options), label="样例")


def test_a_gateway_that_arrows_cannot_tell_is_drawn_as_a_diamond():
    picture = drawn("start > or1", "or1 > a : true", "or1 > b : default", "a > or2", "b > or2",
                    "or2 > xor1", "xor1 > c : true", "xor1 > end : default", "c > end")
    signs = [e.text for e in etree.fromstring(picture).iter("{*}text") if e.text in "×○+"]
    assert signs == ["○", "×"]


def test_a_gateway_that_leads_to_itself_is_still_drawn():
    elements(drawn("start > xor1", "xor1 > xor1 : true", "xor1 > end : default"))


def test_a_loop_that_is_not_straight_back_is_dashed():
    root = etree.fromstring(drawn(
        "start > xor1", "xor1 > a", "a > b", "b > xor2", "xor2 > xor1 : b.again", "xor2 > end : default"))
    dashed = [e for e in root.iter("{*}path") if e.get("stroke-dasharray")]
    assert len(dashed) == 1


def test_what_stands_in_the_way_sends_the_next_step_to_another_column():
    graph = flow_drawing.draw("start > and1", "and1 > a", "and1 > b", "a > and2", "b > and2", "and2 > end")
    lanes = {"start": "1", "and1": "1", "a": "2", "b": "3", "and2": "3", "end": "3"}
    picture = draw.swimlane(graph, lanes, label="样例")
    x = {name: e.get("x") for e in etree.fromstring(picture).iter("{*}text") for name in "ab" if e.text == name}
    assert int(x["b"]) > int(x["a"])


def test_a_label_between_neighbours_makes_room_for_itself():
    words = {"f2": NodeWords("一个相当长的说明文字")}
    near, far = (max(box.x for box in boxes(draw.swimlane(
        flow_drawing.draw("start > a", "a > b", "b > end"), words=said, label="样例"))) for said in ({}, words))
    assert far - near > 60


def test_a_start_with_nothing_but_an_end_is_drawn():
    assert len(boxes(drawn("start > end"))) == 2


def test_two_answers_to_the_same_task_do_not_hide_each_other():
    picture = drawn("start > xor1", "xor1 > a", "a > xor2", "xor2 > b : a.x", "xor2 > end : default",
                    "b > xor3", "xor3 > xor1 : b.y", "xor3 > c : default", "c > xor1")
    assert overlapping(boxes(picture)) == []


def test_nested_bars_do_not_wall_anything_in():
    inner = ("choice", [("task", []), ("parallel", [("task", []), ("task", [])])])
    shape = ("choice", [inner, ("loop", [("parallel", [("task", []), ("task", [])])])])
    elements(draw.swimlane(flow_drawing.structured(shape), label="样例"))


EVENTS = flow_drawing.draw(
    "start > opinion", "opinion > work", "late > remind", "remind > work", "work > say", "say > first",
    "first > pay", "first > over", "pay > decision", "over > end3", "decision > end2", "wrong > report",
    "report > end4", repeat={"opinion": "departments"}, nodes={
        "late": flow_drawing.on("opinion", flow_drawing.timer()),
        "work": flow_drawing.sub("start1 > below", "below > stop", nodes={
            "below": flow_drawing.sub("start2 > hearing", "hearing > end1", flow="h")}),
        "first": ("eventBasedGateway", "", ""), "pay": flow_drawing.catch(flow_drawing.event("message", "m1")),
        "over": flow_drawing.catch(flow_drawing.timer()), "wrong": flow_drawing.on("work", flow_drawing.timer()),
        "say": ("intermediateThrowEvent", "", flow_drawing.event("signal", "s1"))})


def test_sub_processes_are_opened_up_and_boundary_events_are_told_by_arrows():
    arrows = {(a.source, a.target): a for a in chart.chart_of(EVENTS, {}, {"late": "超过 5 日"}).arrows}
    assert arrows["opinion", "hearing"].edges == ("f2", "g1", "h1")
    assert arrows["hearing", "say"].edges == ("h2", "g2", "f5")
    assert arrows["opinion", "remind"].label == "超过 5 日"
    assert arrows["hearing", "report"].label == "wrong"
    assert not {"work", "late", "start1", "end1"} & {name for pair in arrows for name in pair}


def test_events_are_drawn_with_a_small_picture_and_told_as_steps():
    root = etree.fromstring(draw.swimlane(EVENTS, label="样例"))
    assert len(root.findall(".//{*}path[@transform]")) == 4  # Two catch, one is thrown, and one ends a task that takes too long.
    assert [row.node for row in draw.steps(EVENTS) if not row.is_end] == [
        "opinion", "remind", "hearing", "report", "pay", "over", "decision"]


@st.composite
def block(draw_from, depth=0):
    """A random structured flow: sequence, choice, parallel or loop of smaller ones."""
    kind = draw_from(st.sampled_from(["task", "task", "choice", "parallel", "loop", "sequence"]))
    if depth > 2 or kind == "task":
        return "task", []
    count = 1 if kind == "loop" else draw_from(st.integers(2, 3))
    return kind, [draw_from(block(depth + 1)) for _ in range(count)]


@settings(max_examples=25, deadline=None)
@given(block())
def test_any_structured_flow_is_drawn_without_overlaps(shape):
    picture = draw.swimlane(flow_drawing.structured(shape), label="样例")
    elements(picture)
    assert overlapping(boxes(picture)) == []


def test_steps_are_the_tasks_in_order_and_then_the_ends():
    rows = [(row.number, row.node, row.is_parallel) for row in draw.steps(PERMIT)]
    assert rows == [
        (1, "intake", False), (2, "supplement", False), (3, "document_review", True),
        (3, "site_inspection", True), (4, "decision", False), (5, "delivery", False),
        (0, "end_not_accepted", False), (0, "end_granted", False), (0, "end_refused", False)]
    first = draw.steps(PERMIT)[0]
    assert first.ways == (("一次告知补正，补正后再核", ("补正材料",)), ("受理", ("同时审查",)),
                          ("不予受理", ("不予受理",)))
    assert (first.lane, first.is_end, draw.steps(PERMIT)[-1].is_end) == ("综合窗口", False, True)


def test_a_way_to_a_gateway_without_a_name_names_what_lies_behind():
    lines = flow_drawing.write(
        "start > a", "a > xor1", "xor1 > and1 : a.x", "xor1 > end : default", "and1 > b", "and1 > c",
        "b > and2", "c > and2", "and2 > end").replace(b'name="and1"', b'name=""')
    named = lines.replace(b'targetRef="and1"', b'targetRef="and1" name="yes"')
    assert draw.steps(flow.parse(named))[0].ways == (("yes", ("b", "c")),)


def test_a_task_of_many_departments_is_marked_parallel():
    assert {row.node: row.is_parallel for row in draw.steps(JOINT)}["opinion"] is True


STRETCHES = (
    Stretch(Part.COUNTED, 4, "", Tick.START, "受理"), Stretch(Part.PAUSED, 4, "检测：暂停计时"),
    Stretch(Part.COUNTED, 6), Stretch(Part.OVER_PROMISE, 10, "超过承诺", Tick.PROMISE, "承诺 10 个工作日"),
    Stretch(Part.EXTENDED, 8, "延长", Tick.LIMIT, "法定 20 个工作日"))


def test_a_time_bar_fills_the_width_without_a_gap():
    picture = draw.time_bar(STRETCHES, label="承诺 10 个工作日，法定 20 个工作日", name="t")
    assert "path" in elements(picture)
    bars = [e for e in etree.fromstring(picture).iter("{*}rect") if (e.get("class") or "").startswith("time")]
    edges = [(int(e.get("x")), int(e.get("x")) + int(e.get("width"))) for e in bars]
    assert (edges[0][0], edges[-1][1]) == (20, 740)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(edges))
    assert bars[1].get("fill") == "url(#t-hatch)"


@pytest.mark.parametrize(("words", "measure", "lines"), [
    ("送达", 100, ("送达",)),
    ("5 个工作日内一次告知", 88, ("5 个工作日", "内一次告知")),
    ("检测：暂停计时", 60, ("检测：", "暂停计时")),
    ("（补正）材料齐全", 44, ("（补正）", "材料齐全")),
    ("Document review office", 100, ("Document", "review office")),
    ("", 100, ()),
    ("一二三四五六七八九十", 33, ("一二三", "四五六", "七八…")),
    ("字" * 30, 11, ("字", "字", "…")),
])
def test_lines_break_where_chinese_may_break(words, measure, lines):
    assert text.wrap(words, 11, measure, 3) == lines


@settings(deadline=None)
@given(st.text(max_size=60), st.integers(20, 120))
def test_no_line_begins_with_a_closing_mark(words, measure):
    lines = text.wrap(words, 11, measure, 99)
    assert not [line for line in lines[1:] if line[0] in text.NOT_FIRST and len(line) > 1
                and not re.fullmatch(r"[.\-_/%A-Za-z0-9]+.*", line)]


@pytest.mark.parametrize(("value", "written"), [(3, "3"), (svg.Decimal("2.50"), "2.5"), (svg.Decimal("2.005"), "2")])
def test_numbers_have_no_needless_places(value, written):
    assert svg.number(value) == written


@settings(deadline=None)
@given(st.text())
def test_any_text_survives_the_trip_through_a_parser(words):
    element = svg.make("text", words, class_="a", data_x=words)
    read = etree.fromstring(str(element).encode())
    kept = words.translate(svg.NOT_IN_XML)
    assert (read.text or "").replace("\r", "\n") == re.sub(r"\r\n?", "\n", kept)
