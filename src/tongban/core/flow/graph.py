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
    ERROR_END = "errorEndEvent"
    THROW = "intermediateThrowEvent"
    USER_TASK = "userTask"
    SERVICE_TASK = "serviceTask"
    SEND_TASK = "sendTask"
    RECEIVE_TASK = "receiveTask"
    RULE_TASK = "businessRuleTask"
    CALL = "callActivity"
    SUB_PROCESS = "subProcess"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENT_GATEWAY = "eventBasedGateway"
    TIMER = "timerCatchEvent"
    MESSAGE = "messageCatchEvent"
    SIGNAL = "signalCatchEvent"
    TIMER_BOUNDARY = "timerBoundaryEvent"
    MESSAGE_BOUNDARY = "messageBoundaryEvent"
    SIGNAL_BOUNDARY = "signalBoundaryEvent"
    ERROR_BOUNDARY = "errorBoundaryEvent"


GATEWAYS = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.EVENT_GATEWAY})
ENDS = frozenset({Kind.END, Kind.TERMINATE, Kind.ERROR_END})
TASKS = frozenset({
    Kind.USER_TASK, Kind.SERVICE_TASK, Kind.SEND_TASK, Kind.RECEIVE_TASK, Kind.RULE_TASK, Kind.CALL})
ACTIVITIES = TASKS | {Kind.SUB_PROCESS}
CATCHES = frozenset({Kind.TIMER, Kind.MESSAGE, Kind.SIGNAL})
BOUNDARIES = frozenset({
    Kind.TIMER_BOUNDARY, Kind.MESSAGE_BOUNDARY, Kind.SIGNAL_BOUNDARY, Kind.ERROR_BOUNDARY})
TIMERS = frozenset({Kind.TIMER, Kind.TIMER_BOUNDARY})
# What Complete may end: work that was done, or a message or signal that has come.
COMPLETABLE = TASKS | {Kind.MESSAGE, Kind.SIGNAL, Kind.MESSAGE_BOUNDARY, Kind.SIGNAL_BOUNDARY}


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


@dataclass(frozen=True, slots=True)
class Timer:
    """When: a duration from now, counted in working days if so said, or a point in time."""

    expression: feel.Expression
    is_date: bool = False
    is_in_working_days: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An element of the flow; edges in the order of the file, `default` is one of `outgoing`.

    :ivar inside: the sub-process it lies in, or "" for the flow itself;
    :ivar start: of a sub-process, its start event;
    :ivar host: of a boundary event, the activity it sits on; `is_interrupting` ends that activity;
    :ivar boundary: of an activity, the boundary events that sit on it;
    :ivar event: name of the message or signal, code of the error ("" catches every error);
    :ivar implementation: what does the work of a service, rule or call, as the file names it."""

    id: str
    kind: Kind
    name: str
    incoming: tuple[Edge, ...] = ()
    outgoing: tuple[Edge, ...] = ()
    default: Edge | None = None
    repeat: Repeat | None = None
    inside: str = ""
    start: str = ""
    host: str = ""
    is_interrupting: bool = True
    boundary: tuple[str, ...] = ()
    event: str = ""
    timer: Timer | None = None
    implementation: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """泳道: who acts in the nodes it holds."""

    id: str
    name: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A whole flow, those of its sub-processes included. `upstream` holds, for each inclusive join
    and each edge into it, the nodes that can still reach that edge without passing the join."""

    id: str
    name: str
    nodes: Mapping[str, Node]
    edges: Mapping[str, Edge]
    lanes: tuple[Lane, ...]
    start: str
    upstream: Mapping[str, Mapping[str, frozenset[str]]]
    has_scopes: bool = False

    def lane_of(self, node: str) -> Lane | None:
        return next((lane for lane in self.lanes if node in lane.nodes), None)

    def ways(self, node_id: str) -> tuple[Edge, ...]:
        """The edges on which a case may go on from a node, into and out of sub-processes too."""
        node = self.nodes[node_id]
        if node.kind is Kind.SUB_PROCESS:
            out = self.nodes[node.start].outgoing
        elif node.inside and node.kind in (Kind.END, Kind.TERMINATE):
            out = self.nodes[node.inside].outgoing
        else:
            out = node.outgoing
        return (*out, *(edge for event in node.boundary for edge in self.nodes[event].outgoing))

    def tasks(self) -> tuple[Node, ...]:
        """The nodes where somebody has to act, in the order of the file."""
        return tuple(node for node in self.nodes.values() if node.kind is Kind.USER_TASK)
