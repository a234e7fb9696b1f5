"""BPMN 2.0 to a graph: the supported subset, everything else refused with element and reason.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clause 10 and the schema BPMN20.xsd."""

import re
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from lxml import etree

from tongban.core import feel, markup, refusal
from tongban.core.flow.graph import ENDS, GATEWAYS, Edge, Graph, Kind, Lane, Node, Repeat

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
NODES_MAX = 1_000  # Nobody can read, so nobody can answer for, a chart with more.
ID = re.compile(r"[^\W\d][\w.-]{0,99}")
DRAWN_ONLY = frozenset({
    "documentation", "extensionElements", "textAnnotation", "association", "group", "dataObject",
    "dataObjectReference", "dataStoreReference", "ioSpecification", "property", "auditing",
    "monitoring", "dataInputAssociation", "dataOutputAssociation", "incoming", "outgoing",
    "potentialOwner", "performer", "humanPerformer", "resourceRole", "rendering",
})
BESIDE_PROCESS = frozenset({
    "documentation", "extensionElements", "collaboration", "category", "dataStore", "extension",
})
ONLY_DEFAULT = {"isForCompensation": "false", "startQuantity": "1", "completionQuantity": "1"}
KINDS = {str(kind): kind for kind in Kind if kind is not Kind.TERMINATE}
REASONS: Mapping[str, tuple[str, str]] = {
    "not-bpmn": ("不是 BPMN 2.0 文件", "not a BPMN 2.0 file"),
    "one-process": ("文件应当恰好有一个流程", "the file must hold exactly one process"),
    "not-in-subset": ("不支持这种元素：%(detail)s", "elements of this kind are not supported: %(detail)s"),
    "bad-id": ("编号缺失、过长或重复", "the id is missing, too long or used twice"),
    "too-many-nodes": ("环节太多，最多 %(detail)s 个", "too many elements, at most %(detail)s"),
    "one-start": ("应当恰好有一个开始事件", "there must be exactly one start event"),
    "no-end": ("没有结束事件", "there is no end event"),
    "loose-edge": ("连线的两端必须是本流程的元素", "both ends of the flow must be elements of this process"),
    "into-start": ("开始事件不能有进入的连线", "nothing may lead into a start event"),
    "out-of-end": ("结束事件不能有离开的连线", "nothing may leave an end event"),
    "no-way-in": ("没有进入的连线", "nothing leads here"),
    "no-way-out": ("没有离开的连线", "nothing leads on"),
    "no-condition": ("网关的非默认出口必须写条件", "a way out of the gateway needs a condition unless it is the default"),
    "stray-condition": ("此处的连线不能带条件，条件只用在网关的非默认出口", "no condition may stand here, only on a way out of a gateway that is not the default"),
    "bad-default": ("默认出口不是本元素的连线", "the default is not a flow that leaves this element"),
    "bad-condition": ("条件不是合法的 FEEL 表达式：%(detail)s", "the condition is not valid FEEL: %(detail)s"),
    "foreign-language": ("条件只能用 FEEL 书写", "conditions must be written in FEEL"),
    "bad-repeat": ("多实例只支持并行，并且必须指明名单：%(detail)s", "repetition must be parallel and name its collection: %(detail)s"),
    "bad-lane": ("泳道指向不存在的元素：%(detail)s", "the lane names an element that is not there: %(detail)s"),
}


class Unsupported(refusal.Refusal):
    """The drawing holds something the kernel does not run."""

    code = "flow-unsupported"
    says = "流程图中的“%(element)s”不能使用：%(words)s。"

    def __init__(self, element_id: str, reason: str, detail: object = "") -> None:
        words = REASONS[reason][0] % {"detail": detail}
        super().__init__(element=element_id, words=words, reason=reason, detail=str(detail))
        self.element_id = element_id
        self.reason = reason


def parse(xml: bytes) -> Graph:
    """The graph of the one process in the file.

    :raises NotXml: not XML, or not safe to read.
    :raises Unsupported: with the id of the element and the reason."""
    root = markup.read(xml)
    if markup.name_of(root) != (MODEL, "definitions"):
        raise Unsupported("definitions", "not-bpmn")
    _check_language(root, "definitions", "expressionLanguage")
    process = _only_process(root)
    process_id = process.get("id") or "process"
    drafts, edges = _read_elements(process)
    nodes = _connect(drafts, edges)
    starts = [node.id for node in nodes.values() if node.kind is Kind.START]
    if len(starts) != 1:
        raise Unsupported(process_id, "one-start")
    if not any(node.kind in ENDS for node in nodes.values()):
        raise Unsupported(process_id, "no-end")
    return Graph(
        id=process_id, name=process.get("name") or "", nodes=MappingProxyType(nodes),
        edges=MappingProxyType(edges), lanes=_read_lanes(process, nodes), start=starts[0],
        upstream=MappingProxyType(_upstream(nodes)))


def _check_language(element: etree._Element, element_id: str, attribute: str) -> None:
    language = element.get(attribute)
    if language is not None and "FEEL" not in language.upper():
        raise Unsupported(element_id, "foreign-language")


def _only_process(root: etree._Element) -> etree._Element:
    processes = []
    for namespace, name, child in markup.children(root):
        if namespace != MODEL:
            continue
        if name == "process":
            processes.append(child)
        elif name not in BESIDE_PROCESS:
            raise Unsupported(child.get("id") or name, "not-in-subset", name)
    if len(processes) != 1:
        raise Unsupported("definitions", "one-process")
    return processes[0]


# Elements


def _read_elements(process: etree._Element) -> tuple[dict[str, tuple[Node, str]], dict[str, Edge]]:
    """Nodes, not yet connected, with the ids of their default edges; and edges."""
    drafts: dict[str, tuple[Node, str]] = {}
    edges: dict[str, Edge] = {}
    for namespace, name, element in markup.children(process):
        if namespace != MODEL or name in DRAWN_ONLY or name == "laneSet":
            continue
        element_id = element.get("id") or ""
        if not ID.fullmatch(element_id) or element_id in drafts or element_id in edges:
            raise Unsupported(element_id or name, "bad-id")
        if name == "sequenceFlow":
            edges[element_id] = _read_edge(element, element_id)
        else:
            drafts[element_id] = _read_node(element, element_id, name), element.get("default") or ""
        if len(drafts) > NODES_MAX or len(edges) > 3 * NODES_MAX:
            raise Unsupported(element_id, "too-many-nodes", NODES_MAX)
    return drafts, edges


def _read_edge(element: etree._Element, edge_id: str) -> Edge:
    condition = None
    for namespace, name, child in markup.children(element):
        if namespace == MODEL and name == "conditionExpression":
            _check_language(child, edge_id, "language")
            condition = _compile(child, edge_id)
    return Edge(edge_id, element.get("sourceRef") or "", element.get("targetRef") or "",
                element.get("name") or "", condition)


def _compile(element: etree._Element, owner_id: str) -> feel.Expression:
    """Some tools write `=` in front of FEEL."""
    try:
        return feel.compile(markup.text_of(element).removeprefix("="))
    except feel.NotFeel as fault:
        raise Unsupported(owner_id, "bad-condition", fault) from fault


def _read_node(element: etree._Element, node_id: str, name: str) -> Node:
    if name not in KINDS:
        raise Unsupported(node_id, "not-in-subset", name)
    kind: Kind = KINDS[name]
    for attribute, only in ONLY_DEFAULT.items():
        if element.get(attribute, only) != only:
            raise Unsupported(node_id, "not-in-subset", attribute)
    repeat = None
    for namespace, child_name, child in markup.children(element):
        if namespace != MODEL or child_name in DRAWN_ONLY:
            continue
        if child_name == "multiInstanceLoopCharacteristics" and kind is Kind.USER_TASK:
            repeat = _read_repeat(child, node_id)
        elif child_name == "terminateEventDefinition" and kind is Kind.END:
            kind = Kind.TERMINATE
        else:
            raise Unsupported(node_id, "not-in-subset", child_name)
    return Node(node_id, kind, " ".join((element.get("name") or "").split()), (), (), None, repeat)


def _read_repeat(element: etree._Element, node_id: str) -> Repeat:
    if element.get("isSequential", "false") != "false":
        raise Unsupported(node_id, "bad-repeat", "isSequential")
    collection, is_enough = "", None
    for _, name, child in markup.children(element):
        if name == "loopDataInputRef":
            collection = markup.text_of(child)
        elif name == "completionCondition":
            is_enough = _compile(child, node_id)
        elif name not in DRAWN_ONLY and name != "inputDataItem":
            raise Unsupported(node_id, "bad-repeat", name)
    if not collection:
        raise Unsupported(node_id, "bad-repeat", "loopDataInputRef")
    return Repeat(collection, is_enough)


# Connections


def _connect(drafts: Mapping[str, tuple[Node, str]], edges: Mapping[str, Edge]) -> dict[str, Node]:
    incoming: defaultdict[str, list[Edge]] = defaultdict(list)
    outgoing: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in edges.values():
        if edge.source not in drafts or edge.target not in drafts:
            raise Unsupported(edge.id, "loose-edge")
        incoming[edge.target].append(edge)
        outgoing[edge.source].append(edge)
    nodes = {}
    for node_id, (draft, default_id) in drafts.items():
        default = next((edge for edge in outgoing[node_id] if edge.id == default_id), None)
        if default_id and default is None:
            raise Unsupported(node_id, "bad-default")
        nodes[node_id] = replace(draft, incoming=tuple(incoming[node_id]),
                                 outgoing=tuple(outgoing[node_id]), default=default)
        _check_ways(nodes[node_id])
        _check_conditions(nodes[node_id])
    return nodes


def _check_ways(node: Node) -> None:
    if node.kind is Kind.START and node.incoming:
        raise Unsupported(node.id, "into-start")
    if node.kind is not Kind.START and not node.incoming:
        raise Unsupported(node.id, "no-way-in")
    if node.kind in ENDS and node.outgoing:
        raise Unsupported(node.id, "out-of-end")
    if node.kind not in ENDS and not node.outgoing:
        raise Unsupported(node.id, "no-way-out")


def _check_conditions(node: Node) -> None:
    chooses = node.kind in GATEWAYS and node.kind is not Kind.PARALLEL and len(node.outgoing) > 1
    for edge in node.outgoing:
        needs_one = chooses and edge is not node.default
        if needs_one and edge.condition is None:
            raise Unsupported(edge.id, "no-condition")
        if edge.condition is not None and not needs_one:
            raise Unsupported(edge.id, "stray-condition")


def _upstream(nodes: Mapping[str, Node]) -> dict[str, frozenset[str]]:
    """For each inclusive join, the nodes with a way to it that does not pass through it."""
    return {node.id: _sources_of(node, nodes) for node in nodes.values()
            if node.kind is Kind.INCLUSIVE and len(node.incoming) > 1}


def _sources_of(join: Node, nodes: Mapping[str, Node]) -> frozenset[str]:
    found: set[str] = set()
    pending = deque(edge.source for edge in join.incoming)
    while pending:
        node_id = pending.popleft()
        if node_id not in found and node_id != join.id:
            found.add(node_id)
            pending.extend(edge.source for edge in nodes[node_id].incoming)
    return frozenset(found)


def _read_lanes(process: etree._Element, nodes: Mapping[str, Node]) -> tuple[Lane, ...]:
    """The innermost lane of each node wins; lanes that hold nothing are dropped."""
    names: dict[str, str] = {}
    lane_of: dict[str, str] = {}
    for lane in process.iter(f"{{{MODEL}}}lane"):
        lane_id = lane.get("id") or ""
        names[lane_id] = lane.get("name") or ""
        for reference in lane.findall(f"{{{MODEL}}}flowNodeRef"):
            node_id = markup.text_of(reference)
            if node_id not in nodes:
                raise Unsupported(lane_id or "lane", "bad-lane", node_id)
            lane_of[node_id] = lane_id
    lanes = (Lane(lane_id, name, tuple(node for node in nodes if lane_of.get(node) == lane_id))
             for lane_id, name in names.items())
    return tuple(lane for lane in lanes if lane.nodes)
