"""What a flow chart for people shows: places and arrows, without gateways that only pass on.

A gateway that merges, or that splits right behind a task, is told by the arrows themselves; the
arrow keeps the edges it stands for, so that a path through the flow can be laid over the chart.

Sources: DB63/T 1755 annex (flow charts of service guides); OMG BPMN 2.0.2, clause 10."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tongban.core.flow.graph import BOUNDARIES, ENDS, TASKS, Edge, Graph, Kind, Node


@dataclass(frozen=True, slots=True)
class Arrow:
    """Stands for one or more edges; `is_back` closes a loop, `returns` are the edges straight
    back, which make it an arrow with two heads."""

    source: str
    target: str
    label: str
    edges: tuple[str, ...]
    is_back: bool = False
    returns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Places in the order of the flow; `lanes` gives the lane of each, `titles` the lanes' names."""

    places: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    lanes: Mapping[str, int]
    titles: tuple[str, ...]


NOTHING: Mapping[str, str] = {}


def chart_of(graph: Graph, lane_titles: Mapping[str, str] = NOTHING,
             labels: Mapping[str, str] = NOTHING) -> Chart:
    """The chart of a flow; lanes of nodes and words of edges are those given, else of the file."""
    arrows = list(_flat(graph, labels))
    for node in graph.nodes.values():
        if node.kind in (Kind.EXCLUSIVE, Kind.INCLUSIVE):
            arrows = _without(node.id, node.kind, arrows, graph)
    order, back = _order(graph.start, arrows)
    arrows = [replace(arrow, is_back=arrow in back) for arrow in arrows
              if arrow.source in order and arrow.target in order]
    order = _by_depth(order, arrows)
    titles, lanes = _lanes(graph, order, lane_titles)
    return Chart(tuple(order), tuple(_pair(arrows)), lanes, titles)


def _flat(graph: Graph, labels: Mapping[str, str]) -> Iterator[Arrow]:
    """Arrows between what is drawn: sub-processes opened up, boundary events told by an arrow."""
    for node in graph.nodes.values():
        if node.kind is Kind.SUB_PROCESS or (node.inside and node.kind is Kind.START):
            continue
        if node.kind in BOUNDARIES:
            yield from _from_boundary(node, graph, labels)
        elif node.kind not in ENDS:
            for edge in node.outgoing:
                label = labels.get(edge.id, edge.name)
                yield from (Arrow(node.id, target, label, edges)
                            for target, edges in _targets(edge, graph))


def _from_boundary(node: Node, graph: Graph, labels: Mapping[str, str]) -> Iterator[Arrow]:
    source = node.host
    while graph.nodes[source].kind is Kind.SUB_PROCESS:
        source = graph.nodes[graph.nodes[source].start].outgoing[0].target
    for edge in node.outgoing:
        label = labels.get(node.id) or labels.get(edge.id) or node.name or edge.name
        yield from (Arrow(source, target, label, edges) for target, edges in _targets(edge, graph))


def _targets(edge: Edge, graph: Graph) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The places an edge leads to, into and out of sub-processes, with all edges on the way."""
    node = graph.nodes[edge.target]
    ways: tuple[Edge, ...] = ()
    if node.kind is Kind.SUB_PROCESS:
        ways = graph.nodes[node.start].outgoing
    elif node.inside and node.kind in (Kind.END, Kind.TERMINATE):
        ways = graph.nodes[node.inside].outgoing
    else:
        yield node.id, (edge.id,)
    for way in ways:
        yield from ((target, (edge.id, *edges)) for target, edges in _targets(way, graph))


def _without(node_id: str, kind: Kind, arrows: list[Arrow], graph: Graph) -> list[Arrow]:
    """The arrows with the gateway drawn away, if that loses nothing."""
    into = [arrow for arrow in arrows if arrow.target == node_id]
    out = [arrow for arrow in arrows if arrow.source == node_id]
    merges = len(out) == 1 and out[0].target != node_id
    splits = len(into) == 1 and _is_told_by_arrows(into[0], kind, arrows, graph)
    if not merges and not splits:
        return arrows
    joined = [Arrow(first.source, second.target, first.label or second.label,
                    first.edges + second.edges) for first in into for second in out]
    at = min(map(arrows.index, into + out))
    rest = [arrow for arrow in arrows if arrow not in into and arrow not in out]
    return [*rest[:at], *joined, *rest[at:]]


def _is_told_by_arrows(into: Arrow, kind: Kind, arrows: list[Arrow], graph: Graph) -> bool:
    """A choice right behind a task that leads nowhere else."""
    alone = sum(1 for arrow in arrows if arrow.source == into.source) == 1
    is_task = graph.nodes[into.source].kind in TASKS
    return kind is Kind.EXCLUSIVE and alone and is_task and into.source != into.target


def _order(start: str, arrows: Iterable[Arrow]) -> tuple[list[str], set[Arrow]]:
    """Places so that arrows point forward, and the arrows that do not: those that close a loop."""
    out: dict[str, list[Arrow]] = {}
    for arrow in arrows:
        out.setdefault(arrow.source, []).append(arrow)
    done: list[str] = []
    back: set[Arrow] = set()
    seen = {start}
    under_way: dict[str, Iterator[Arrow]] = {start: reversed(out.get(start, []))}
    while under_way:
        place, ways = next(reversed(under_way.items()))
        way = next(ways, None)
        if way is None:
            done.append(place)
            del under_way[place]
        elif way.target in under_way:
            back.add(way)
        elif way.target not in seen:
            seen.add(way.target)
            under_way[way.target] = reversed(out.get(way.target, []))
    return done[::-1], back


def _by_depth(order: list[str], arrows: list[Arrow]) -> list[str]:
    """The order in which a reader gets there: by the longest way from the start."""
    depth = dict.fromkeys(order, 0)
    for place in order:
        for arrow in arrows:
            if arrow.source == place and not arrow.is_back:
                depth[arrow.target] = max(depth[arrow.target], depth[place] + 1)
    return sorted(order, key=lambda place: depth[place])


def _pair(arrows: list[Arrow]) -> Iterator[Arrow]:
    """There and straight back again is one arrow with two heads."""
    forward = {(arrow.source, arrow.target): arrow for arrow in arrows if not arrow.is_back}
    returns = [arrow for arrow in arrows if arrow.is_back and (arrow.target, arrow.source) in forward]
    answered = {(arrow.target, arrow.source): arrow for arrow in returns}
    for arrow in arrows:
        answer = answered.get((arrow.source, arrow.target))
        if arrow.is_back and arrow in returns and answered[arrow.target, arrow.source] is arrow:
            continue
        if answer is None or arrow.is_back or forward[arrow.source, arrow.target] is not arrow:
            yield arrow
        else:
            label = "，".join(filter(None, (arrow.label, answer.label)))
            yield replace(arrow, label=label, returns=answer.edges)


def _lanes(graph: Graph, order: list[str],
           lane_titles: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, int]]:
    names = {}
    for place in order:
        lane = graph.lane_of(place)
        names[place] = lane_titles.get(place) or (lane.name if lane else "")
    in_file = [title for lane in graph.lanes for title in (names.get(n) for n in lane.nodes) if title]
    titles = tuple(dict.fromkeys([*in_file, *names.values()]))
    return titles, {place: titles.index(name) for place, name in names.items()}

