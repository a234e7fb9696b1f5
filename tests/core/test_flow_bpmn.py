"""What the reader of BPMN accepts and, above all, what it refuses and why."""

import pathlib
import re

import pytest

from tests.core.flow_drawing import draw, wrap, write
from tongban.core import markup
from tongban.core.flow import bpmn
from tongban.core.flow.graph import Kind, Repeat

PROCEDURES = pathlib.Path(__file__).parents[2] / "packs" / "national" / "procedures"
PUBLISHED = sorted(PROCEDURES.glob("*/flow.bpmn"))
START = '<startEvent id="s"/>'
PLAIN = START + '<userTask id="a"/><endEvent id="e"/>'
FLOWS = ('<sequenceFlow id="f1" sourceRef="s" targetRef="a"/>'
         '<sequenceFlow id="f2" sourceRef="a" targetRef="e"/>')


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.parent.name)
def test_the_published_flows_are_read(path):
    graph = bpmn.parse(path.read_bytes())
    assert {"start", "intake", "decision", "delivery"} <= set(graph.nodes)
    assert all(graph.lane_of(node) for node in graph.nodes)


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.parent.name)
def test_the_published_flows_have_a_drawing_of_every_element(path):
    graph = bpmn.parse(path.read_bytes())
    drawn = re.findall(r'bpmnElement="([^"]+)"', path.read_text())
    lanes = {lane.id for lane in graph.lanes}
    assert {*graph.nodes, *graph.edges, *lanes} <= set(drawn)
    assert len(drawn) == len(set(drawn))


def test_a_graph_keeps_order_names_lanes_and_defaults():
    graph = draw("start > xor1", "xor1 > a : x = 1", "xor1 > end : default", "a > end")
    assert list(graph.nodes) == ["start", "xor1", "a", "end"]
    gateway = graph.nodes["xor1"]
    assert (gateway.kind, gateway.default.id) == (Kind.EXCLUSIVE, "f3")
    assert [edge.id for edge in gateway.outgoing] == ["f2", "f3"]
    assert graph.nodes["xor1"].outgoing[0].condition.text == "x = 1"
    assert graph.edges["f1"] is graph.nodes["start"].outgoing[0]
    assert (graph.name, graph.lane_of("a"), [n.id for n in graph.tasks()]) == ("样例", None, ["a"])


def test_the_innermost_lane_holds_the_node():
    lanes = ('<laneSet id="ls"><lane id="outer" name="外"><flowNodeRef>s</flowNodeRef>'
             '<flowNodeRef>a</flowNodeRef><childLaneSet id="cs"><lane id="inner" name="内">'
             '<flowNodeRef>a</flowNodeRef></lane><lane id="empty"/></childLaneSet></lane></laneSet>')
    graph = bpmn.parse(wrap(lanes + PLAIN + FLOWS))
    assert [(lane.id, lane.nodes) for lane in graph.lanes] == [("outer", ("s",)), ("inner", ("a",))]
    assert graph.lane_of("a").name == "内"


def test_a_task_for_each_member_names_its_collection():
    graph = draw("start > opinion", "opinion > end", repeat={"opinion": "departments"})
    assert graph.nodes["opinion"].repeat == Repeat("departments")


def test_an_inclusive_join_knows_what_may_still_reach_it():
    graph = draw("start > or1", "or1 > a : true", "or1 > b : default", "a > or2", "b > or2",
                 "or2 > c", "c > xor1", "xor1 > or1 : c.again", "xor1 > end : default")
    loop = {"or1", "c", "xor1", "start"}
    assert graph.upstream["or2"] == {"f4": loop | {"a", }, "f5": loop | {"b"}}
    assert graph.upstream["or1"] == {"f1": {"start"}, "f8": {"xor1", "c", "or2", "a", "b"}}


def test_words_beside_a_condition_are_ignored():
    xml = write("start > xor1", "xor1 > a : x", "xor1 > end : default", "a > end")
    xml = xml.replace(b"<conditionExpression>", b"<documentation>why</documentation><conditionExpression>")
    xml = xml.replace(b'<userTask id="a" name="a" >', b'<userTask id="a" name="a"><multiInstanceLoopCharacteristics>'
                      b'<loopDataInputRef>d</loopDataInputRef><inputDataItem id="i"/></multiInstanceLoopCharacteristics>')
    assert bpmn.parse(xml).nodes["a"].repeat == Repeat("d")


def test_what_is_only_drawn_is_ignored():
    drawn = ('<documentation>说明</documentation><textAnnotation id="t"><text>注</text></textAnnotation>'
             '<association id="as" sourceRef="a" targetRef="t"/><x:y xmlns:x="urn:x" id="z"/>'
             '<dataObject id="departments"/>')
    graph = bpmn.parse(wrap(PLAIN.replace('<userTask id="a"/>', '<userTask id="a"><x:form xmlns:x="urn:x"/>'
                            "<extensionElements/></userTask>") + FLOWS + drawn))
    assert list(graph.nodes) == ["s", "a", "e"]


def test_pools_messages_and_foreign_elements_beside_the_process_are_ignored():
    xml = wrap(PLAIN + FLOWS).replace(
        b"<process", b'<collaboration id="c"><participant id="pp" processRef="p"/></collaboration>'
        b'<x:y xmlns:x="urn:x"/><process')
    assert bpmn.parse(xml).id == "p"


def test_an_equals_sign_in_front_of_feel_is_dropped():
    graph = draw("start > xor1", "xor1 > a : = x > 1", "xor1 > end : default", "a > end")
    assert graph.edges["f2"].condition.text == " x > 1"


@pytest.mark.parametrize(("xml", "reason"), [
    (b"", "Document is empty"), (b"<a>", "Premature end"), (b"\xff\xfe<", "not UTF-8"),
    (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
    (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x"><a/>', "document type"),
    (b"<a>" + b"<b/>" * 50_001 + b"</a>", "elements"), (b" " * 4_000_001, "bytes"),
    (b"<a>&b;</a>", "Entity"),
])
def test_what_is_not_safe_xml_is_refused(xml, reason):
    with pytest.raises(markup.NotXml, match=reason):
        bpmn.parse(xml)


def condition(text, attributes=""):
    return (START + '<exclusiveGateway id="x" default="f3"/><userTask id="a"/><endEvent id="e"/>'
            '<sequenceFlow id="f1" sourceRef="s" targetRef="x"/>'
            f'<sequenceFlow id="f2" sourceRef="x" targetRef="a"><conditionExpression{attributes}>'
            f'{text}</conditionExpression></sequenceFlow>'
            '<sequenceFlow id="f3" sourceRef="x" targetRef="e"/>'
            '<sequenceFlow id="f4" sourceRef="a" targetRef="e"/>')


def task(attributes="", inside=""):
    return START + f'<userTask id="a"{attributes}>{inside}</userTask><endEvent id="e"/>' + FLOWS


def repeat(attributes="", inside=""):
    return task(inside=f"<multiInstanceLoopCharacteristics{attributes}>{inside}"
                       "</multiInstanceLoopCharacteristics>")


COLLECTION = "<loopDataInputRef>d</loopDataInputRef>"


@pytest.mark.parametrize(("body", "element", "reason"), [
    ("", "p", "one-start"),
    (PLAIN + FLOWS + '<startEvent id="s2"/><sequenceFlow id="f9" sourceRef="s2" targetRef="a"/>', "p", "one-start"),
    (START + '<userTask id="a"/><sequenceFlow id="f1" sourceRef="s" targetRef="a"/>'
     '<sequenceFlow id="f2" sourceRef="a" targetRef="a"/>', "p", "no-end"),
    (PLAIN + FLOWS + '<scriptTask id="t"/>', "t", "not-in-subset"),
    (PLAIN + FLOWS + '<task id="t"/>', "t", "not-in-subset"),
    (PLAIN + FLOWS + "<userTask/>", "userTask", "bad-id"),
    (PLAIN + FLOWS + '<userTask id="a"/>', "a", "bad-id"),
    (PLAIN + FLOWS + '<userTask id="f1"/>', "f1", "bad-id"),
    (PLAIN + FLOWS + f'<userTask id="{"x" * 101}"/>', "x" * 101, "bad-id"),
    (PLAIN + FLOWS + '<userTask id="1a"/>', "1a", "bad-id"),
    (PLAIN + FLOWS + '<sequenceFlow id="f3" sourceRef="a" targetRef="zz"/>', "f3", "loose-edge"),
    (PLAIN + FLOWS + '<sequenceFlow id="f3" sourceRef="zz" targetRef="a"/>', "f3", "loose-edge"),
    (PLAIN + FLOWS + '<sequenceFlow id="f3" sourceRef="a" targetRef="s"/>', "s", "into-start"),
    (PLAIN + FLOWS + '<sequenceFlow id="f3" sourceRef="e" targetRef="a"/>', "e", "out-of-end"),
    (PLAIN + FLOWS + '<userTask id="b"/><sequenceFlow id="f3" sourceRef="b" targetRef="e"/>', "b", "no-way-in"),
    (PLAIN + FLOWS + '<userTask id="b"/><sequenceFlow id="f3" sourceRef="a" targetRef="b"/>', "b", "no-way-out"),
    (condition("x >"), "f2", "bad-condition"),
    (condition("x").replace("</sequenceFlow>", "<task/></sequenceFlow>"), "f2", "not-in-subset"),
    (condition("x", ' language="http://www.java.com/java"'), "f2", "foreign-language"),
    (condition("x").replace(' default="f3"', ""), "f3", "no-condition"),
    (condition("x").replace('"f3"', '"f4"', 1), "x", "bad-default"),
    (condition("x").replace('sourceRef="x" targetRef="e"/>', 'sourceRef="x" targetRef="e">'
     "<conditionExpression>true</conditionExpression></sequenceFlow>"), "f3", "stray-condition"),
    (condition("x").replace("exclusiveGateway", "parallelGateway").replace(' default="f3"', ""), "f2", "stray-condition"),
    (task(' isForCompensation="true"'), "a", "not-in-subset"),
    (task(' startQuantity="2"'), "a", "not-in-subset"),
    (task(inside="<standardLoopCharacteristics/>"), "a", "not-in-subset"),
    (repeat(' isSequential="true"', COLLECTION), "a", "bad-repeat"),
    (repeat(inside=COLLECTION + "<loopCardinality>3</loopCardinality>"), "a", "bad-repeat"),
    (repeat(), "a", "bad-repeat"),
    (repeat(inside=COLLECTION + "<completionCondition>(</completionCondition>"), "a", "bad-condition"),
    ('<laneSet><lane id="l"><flowNodeRef>zz</flowNodeRef></lane></laneSet>' + PLAIN + FLOWS, "l", "bad-lane"),
    (PLAIN + FLOWS + "".join(f'<userTask id="t{n}"/>' for n in range(1000)), "t597", "too-many-nodes"),
])
def test_what_is_outside_the_subset_is_refused_with_element_and_reason(body, element, reason):
    with pytest.raises(bpmn.Unsupported) as refused:
        bpmn.parse(wrap(body))
    assert (refused.value.element_id, refused.value.reason) == (element, reason)
    assert element in str(refused.value)


@pytest.mark.parametrize(("xml", "reason"), [
    (b"<definitions/>", "not-bpmn"),
    (wrap(PLAIN + FLOWS).replace(b"</process>", b'</process><process id="q"/>'), "one-process"),
    (wrap(PLAIN + FLOWS).replace(b"</process>", b'</process><choreography id="q"/>'), "not-in-subset"),
    (wrap(PLAIN + FLOWS).replace(b"<definitions", b'<definitions expressionLanguage="urn:groovy"'), "foreign-language"),
])
def test_what_is_not_one_bpmn_process_is_refused(xml, reason):
    with pytest.raises(bpmn.Unsupported) as refused:
        bpmn.parse(xml)
    assert refused.value.reason == reason


def test_every_reason_is_said_in_both_languages():
    assert all(chinese and english for chinese, english in bpmn.REASONS.values())


def test_a_graph_of_many_inclusive_joins_is_read_at_once():
    lines = ["start > or1"]
    for n in range(1, 290):
        lines += [f"or{n} > a{n}b : true", f"or{n} > or{n + 1} : default", f"a{n}b > or{n + 1}"]
    assert len(bpmn.parse(write(*lines, "or290 > end")).upstream) == 289
