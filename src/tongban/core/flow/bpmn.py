"""BPMN 2.0 to a graph: the supported subset, everything else refused with element and reason.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clause 10 and the schema BPMN20.xsd."""

import re
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lxml import etree

from tongban.core import markup
from tongban.core.flow import elements
from tongban.core.flow.elements import MODEL, REASONS, Unsupported
from tongban.core.flow.graph import (
    ACTIVITIES,
    BOUNDARIES,
    CATCHES,
    ENDS,
    Edge,
    Graph,
    Kind,
    Lane,
    Node,
)

__all__ = ["REASONS", "Unsupported", "parse"]

NODES_MAX = 600  # Nobody can read, so nobody can answer for, a chart with more.
DEPTH_MAX = 5
ID = re.compile(r"[^\W\d][\w.-]{0,99}")
BESIDE_PROCESS = frozenset({
    "documentation", "extensionElements", "collaboration", "category", "dataStore", "extension",
    "message", "signal", "error", "itemDefinition",
})
NAMED = {"message": "name", "signal": "name", "error": "errorCode"}


def parse(xml: bytes) -> Graph:
    """The graph of the one process in the file.

    :raises NotXml: not XML, or not safe to read.
    :raises Unsupported: with the id of the element and the reason."""
    root = markup.read(xml)
    if markup.name_of(root) != (MODEL, "definitions"):
        raise Unsupported("definitions", "not-bpmn")
    elements.check_language(root, "definitions", "expressionLanguage")
    process = _only_process(root)
    reader = _Reader(_names(root))
    reader.read(process, "", 0)
    nodes = _connect(reader)
    process_id = process.get("id") or "process"
    starts = _check_scopes(nodes, process_id)
    nodes = {node.id: replace(node, start=starts.get(node.id, "")) for node in nodes.values()}
    return Graph(
        id=process_id, name=process.get("name") or "", nodes=MappingProxyType(nodes),
        edges=MappingProxyType(reader.edges), lanes=_read_lanes(process, nodes), start=starts[""],
        upstream=MappingProxyType(_upstream(nodes)), has_scopes=len(starts) > 1)


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


def _names(root: etree._Element) -> Mapping[str, str]:
    """Names of messages and signals and codes of errors, by id."""
    found = {}
    for _, name, child in markup.children(root):
        if name in NAMED:
            element_id = child.get("id") or ""
            found[element_id] = child.get(NAMED[name]) or child.get("name") or element_id
    return found


@dataclass(slots=True)
class _Reader:
    """Everything in the file, not yet connected; `defaults` are ids of default edges by node."""

    names: Mapping[str, str]
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)

    def read(self, scope: etree._Element, inside: str, depth: int) -> None:
        if depth > DEPTH_MAX:
            raise Unsupported(inside, "too-deep")
        for name, element in elements.own_children(scope):
            if inside and name == "multiInstanceLoopCharacteristics":
                continue
            element_id = element.get("id") or ""
            if not ID.fullmatch(element_id) or element_id in self.nodes or element_id in self.edges:
                raise Unsupported(element_id or name, "bad-id")
            if name == "sequenceFlow":
                self.edges[element_id] = elements.read_edge(element, element_id)
            else:
                self.nodes[element_id] = elements.read_node(element, element_id, name, inside, self.names)
                self.defaults[element_id] = element.get("default") or ""
            if len(self.nodes) > NODES_MAX or len(self.edges) > 3 * NODES_MAX:
                raise Unsupported(element_id, "too-many-nodes", NODES_MAX)
            if name == "subProcess":
                self.read(element, element_id, depth + 1)


# Connections


def _connect(reader: _Reader) -> dict[str, Node]:
    incoming: defaultdict[str, list[Edge]] = defaultdict(list)
    outgoing: defaultdict[str, list[Edge]] = defaultdict(list)
    boundary: defaultdict[str, list[str]] = defaultdict(list)
    for edge in reader.edges.values():
        source, target = reader.nodes.get(edge.source), reader.nodes.get(edge.target)
        if source is None or target is None or source.inside != target.inside:
            raise Unsupported(edge.id, "loose-edge")
        incoming[edge.target].append(edge)
        outgoing[edge.source].append(edge)
    for node in reader.nodes.values():
        if node.kind in BOUNDARIES:
            _check_host(node, reader.nodes)
            boundary[node.host].append(node.id)
    nodes = {}
    for node_id, node in reader.nodes.items():
        default_id = reader.defaults[node_id]
        default = next((edge for edge in outgoing[node_id] if edge.id == default_id), None)
        if default_id and default is None:
            raise Unsupported(node_id, "bad-default")
        nodes[node_id] = replace(
            node, incoming=tuple(incoming[node_id]), outgoing=tuple(outgoing[node_id]),
            default=default, boundary=tuple(boundary[node_id]))
    for node in nodes.values():
        _check_ways(node)
        _check_conditions(node)
        _check_choice(node, nodes)
    return nodes


def _check_host(node: Node, nodes: Mapping[str, Node]) -> None:
    host = nodes.get(node.host)
    if host is None or host.kind not in ACTIVITIES or host.inside != node.inside:
        raise Unsupported(node.id, "bad-host")
    if node.kind is Kind.ERROR_BOUNDARY and not node.is_interrupting:
        raise Unsupported(node.id, "not-in-subset", "cancelActivity")


def _check_ways(node: Node) -> None:
    begins = node.kind is Kind.START or node.kind in BOUNDARIES
    if begins and node.incoming:
        raise Unsupported(node.id, "into-start")
    if not begins and not node.incoming:
        raise Unsupported(node.id, "no-way-in")
    if node.kind in ENDS and node.outgoing:
        raise Unsupported(node.id, "out-of-end")
    if node.kind not in ENDS and not node.outgoing:
        raise Unsupported(node.id, "no-way-out")


def _check_conditions(node: Node) -> None:
    chooses = node.kind in (Kind.EXCLUSIVE, Kind.INCLUSIVE) and len(node.outgoing) > 1
    for edge in node.outgoing:
        needs_one = chooses and edge is not node.default
        if needs_one and edge.condition is None:
            raise Unsupported(edge.id, "no-condition")
        if edge.condition is not None and not needs_one:
            raise Unsupported(edge.id, "stray-condition")


def _check_choice(node: Node, nodes: Mapping[str, Node]) -> None:
    """Behind an event-based gateway stand only events that nothing else leads to."""
    if node.kind is Kind.EVENT_GATEWAY:
        for edge in node.outgoing:
            target = nodes[edge.target]
            waits = target.kind in CATCHES or target.kind is Kind.RECEIVE_TASK
            if not waits or len(target.incoming) > 1 or target.boundary or target.repeat:
                raise Unsupported(node.id, "bad-choice")


def _check_scopes(nodes: Mapping[str, Node], process_id: str) -> dict[str, str]:
    """The start event of the flow (under "") and of each sub-process."""
    scopes = ["", *(node.id for node in nodes.values() if node.kind is Kind.SUB_PROCESS)]
    starts: dict[str, str] = {}
    for scope in scopes:
        members = [node for node in nodes.values() if node.inside == scope]
        begins = [node.id for node in members if node.kind is Kind.START]
        if len(begins) != 1:
            raise Unsupported(scope or process_id, "one-start")
        if not any(node.kind in ENDS for node in members):
            raise Unsupported(scope or process_id, "no-end")
        starts[scope] = begins[0]
    return starts


def _upstream(nodes: Mapping[str, Node]) -> dict[str, Mapping[str, frozenset[str]]]:
    """For each edge into an inclusive join, the nodes with a way to it that does not pass the join."""
    return {node.id: {edge.id: _sources_of(edge, nodes) for edge in node.incoming}
            for node in nodes.values() if node.kind is Kind.INCLUSIVE and len(node.incoming) > 1}


def _sources_of(way: Edge, nodes: Mapping[str, Node]) -> frozenset[str]:
    found: set[str] = set()
    pending = deque([way.source])
    while pending:
        node_id = pending.popleft()
        if node_id not in found and node_id != way.target:
            found.add(node_id)
            node = nodes[node_id]
            pending.extend(edge.source for edge in node.incoming)
            if node.host:
                pending.append(node.host)
    return frozenset(found)


def _read_lanes(process: etree._Element, nodes: Mapping[str, Node]) -> tuple[Lane, ...]:
    """The innermost lane of each node wins; what lies in a sub-process is in its lane."""
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
    for node in nodes.values():
        if node.inside in lane_of:
            lane_of.setdefault(node.id, lane_of[node.inside])
    lanes = (Lane(lane_id, name, tuple(node for node in nodes if lane_of.get(node) == lane_id))
             for lane_id, name in names.items())
    return tuple(lane for lane in lanes if lane.nodes)
