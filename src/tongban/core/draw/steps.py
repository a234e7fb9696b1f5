"""The flow as a list of steps, for narrow screens and screen readers.

Sources: W3C WCAG 2.2, 1.1.1, 1.4.10 (reflow)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.core.draw import chart
from tongban.core.draw.chart import Chart
from tongban.core.draw.swimlane import NO_LANES, NO_WORDS, NodeWords
from tongban.core.flow.graph import CATCHES, ENDS, GATEWAYS, TASKS, Graph, Kind

TOLD = TASKS | CATCHES | ENDS


@dataclass(frozen=True, slots=True)
class Step:
    """A row: tasks and events are counted, those at the same time share a `number`; ends have number 0.
    `ways` are the answers that lead on, each with the places it leads to."""

    number: int
    node: str
    title: str
    lane: str
    is_parallel: bool
    ways: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def is_end(self) -> bool:
        return self.number == 0


def steps(graph: Graph, lanes: Mapping[str, str] = NO_LANES,
          words: Mapping[str, NodeWords] = NO_WORDS) -> tuple[Step, ...]:
    """Tasks in the order they come, then the ends; lanes and words as in the chart."""
    drawn = chart.chart_of(graph, lanes, {key: said.title for key, said in words.items()})
    rows: list[Step] = []
    number, group = 0, ""
    places = sorted(drawn.places, key=lambda place: graph.nodes[place].kind in ENDS)
    for node in (graph.nodes[place] for place in places):
        if node.kind not in TOLD:
            continue
        fork = _fork_before(node.id, drawn, graph)
        if node.kind not in ENDS:
            number += not (fork and fork == group)
        group = fork
        rows.append(Step(
            number=0 if node.kind in ENDS else number, node=node.id,
            title=_name(node.id, graph, words),
            lane=drawn.titles[drawn.lanes[node.id]], is_parallel=bool(fork or node.repeat),
            ways=tuple((arrow.label, _names(arrow.target, drawn, graph, words)) for arrow in drawn.arrows
                       if arrow.source == node.id and arrow.label)))
    return tuple(rows)


def _fork_before(place: str, drawn: Chart, graph: Graph) -> str:
    """The parallel gateway the place is a branch of, if any."""
    sources = (graph.nodes[arrow.source] for arrow in drawn.arrows if arrow.target == place)
    return next((node.id for node in sources
                 if node.kind is Kind.PARALLEL and len(node.outgoing) > 1), "")


def _names(place: str, drawn: Chart, graph: Graph,
           words: Mapping[str, NodeWords]) -> tuple[str, ...]:
    """The name of the place, or of the places right behind a gateway without a name."""
    name = _name(place, graph, words)
    if name or graph.nodes[place].kind not in GATEWAYS:
        return (name,)
    behind = (_name(arrow.target, graph, words) for arrow in drawn.arrows if arrow.source == place)
    return tuple(filter(None, behind))


def _name(place: str, graph: Graph, words: Mapping[str, NodeWords]) -> str:
    return words[place].title if place in words else graph.nodes[place].name
