"""The flow of a procedure as an immutable graph: parsed once, shared by every case.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clauses 10 and 13."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tongban.core import feel


class Kind(StrEnum):
    """The elements that run. A user task is somebody's to-do (环节)."""

    START = "startEvent"
    END = "endEvent"
    TERMINATE = "terminateEndEvent"
    USER_TASK = "userTask"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"


GATEWAYS = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE})
ENDS = frozenset({Kind.END, Kind.TERMINATE})
TASKS = frozenset({Kind.USER_TASK})


@dataclass(frozen=True, slots=True)
class Edge:
    """A sequence flow. Its condition is FEEL over the document of the case."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: feel.Expression | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """One token for each member of a named collection, all at once (并联).

    The task is over when all are done, or as soon as `is_enough` is true."""

    collection: str
    is_enough: feel.Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An element of the flow; edges in the order of the file, `default` is one of `outgoing`."""

    id: str
    kind: Kind
    name: str
    incoming: tuple[Edge, ...]
    outgoing: tuple[Edge, ...]
    default: Edge | None = None
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """泳道: who acts in the nodes it holds."""

    id: str
    name: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A whole flow. `upstream` holds, for each inclusive join, the nodes that can still reach it
    without passing through it."""

    id: str
    name: str
    nodes: Mapping[str, Node]
    edges: Mapping[str, Edge]
    lanes: tuple[Lane, ...]
    start: str
    upstream: Mapping[str, frozenset[str]]

    def lane_of(self, node: str) -> Lane | None:
        return next((lane for lane in self.lanes if node in lane.nodes), None)

    def tasks(self) -> tuple[Node, ...]:
        """The nodes where somebody has to act, in the order of the file."""
        return tuple(node for node in self.nodes.values() if node.kind in TASKS)
