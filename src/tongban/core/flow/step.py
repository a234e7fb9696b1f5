"""One step of a flow: live tokens and a command in, the changes out; nothing else is touched.

A token belongs to a scope, a node and the edge it came by. Joins match within a scope, one token
for each incoming edge, the oldest first; a surplus token stays for the next pass of a loop.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clause 13 (execution semantics)."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tongban.core import feel, refusal
from tongban.core.flow.graph import Edge, Graph, Kind, Node

MOVES_MAX = 10_000  # Edges passed in one step: a flow that needs more turns in a circle.


class NoSuchToken(refusal.Refusal):
    code = "no-such-token"
    says = "这个环节已经办完，或者不存在。请刷新页面查看现在的进度。"


class NotOpen(refusal.Refusal):
    """The token waits for others, not for a person."""

    code = "token-not-open"
    says = "这个环节正在等待其他环节，不能单独办结。"


class AlreadyStarted(refusal.Refusal):
    code = "already-started"
    says = "办件已经开始。"


class NoWay(refusal.Refusal):
    """No condition of the gateway holds and it has no default."""

    code = "no-way"
    says = "流程在“%(element)s”处没有可走的路：所有条件都不成立，也没有默认路径。"


class RunsInCircle(refusal.Refusal):
    code = "runs-in-circle"
    says = "流程在“%(element)s”处不停转圈，已停止。"


@dataclass(frozen=True, slots=True)
class Token:
    """An open place. `came_by` is the edge, `scope` the token that holds it (0 = the case),
    `item` the member of the collection it stands for."""

    n: int
    node: str
    came_by: str
    scope: int = 0
    item: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    pass


@dataclass(frozen=True, slots=True)
class Complete:
    """Token n is done; its result is already in the data."""

    n: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Token n is dropped; 0 drops the whole case."""

    n: int
    reason: str


@dataclass(frozen=True, slots=True)
class Fire:
    """The time of token n has come."""

    n: int


Command = Start | Complete | Cancel | Fire


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step changes. `opened` holds only tokens that wait. Notes are `code:place[:words]`:
    `null:edge` a condition that was null, `empty:node` a collection without members,
    `merged:node` a second arrival while the members were still at work."""

    closed: tuple[int, ...]
    cancelled: tuple[int, ...]
    opened: tuple[Token, ...]
    passed: tuple[str, ...]
    notes: tuple[str, ...]
    is_finished: bool
    next_n: int


NOTHING: Mapping[str, tuple[str, ...]] = {}


def decide(
    graph: Graph,
    tokens: tuple[Token, ...],
    data: Mapping[str, object],
    command: Command,
    *,
    next_n: int,
    collections: Mapping[str, tuple[str, ...]] = NOTHING,
) -> Outcome:
    """What the command does to the tokens of one case.

    :raises NoSuchToken, NotOpen, AlreadyStarted, NoWay, RunsInCircle: nothing has changed then."""
    step = _Step(graph, tokens, data, collections, next_n)
    _COMMANDS[type(command)](step, command)
    step.run()
    return step.outcome()


class _Step:
    """The work sheet of one call of decide."""

    __slots__ = ("arriving", "cancelled", "closed", "collections", "data", "graph", "live",
                 "next_n", "notes", "opened", "passed")

    def __init__(self, graph: Graph, tokens: tuple[Token, ...], data: Mapping[str, object],
                 collections: Mapping[str, tuple[str, ...]], next_n: int) -> None:
        self.graph = graph
        self.data = data
        self.collections = collections
        self.next_n = next_n
        self.live = {token.n: token for token in tokens}
        self.opened: dict[int, Token] = {}
        self.closed: list[int] = []
        self.cancelled: list[int] = []
        self.passed: list[str] = []
        self.notes: list[str] = []
        self.arriving: deque[tuple[Edge, int]] = deque()

    def outcome(self) -> Outcome:
        return Outcome(
            closed=tuple(self.closed), cancelled=tuple(self.cancelled),
            opened=tuple(self.opened.values()), passed=tuple(self.passed),
            notes=tuple(self.notes), is_finished=not self.live, next_n=self.next_n)

    def token(self, n: int) -> Token:
        token = self.live.get(n)
        if token is None:
            raise NoSuchToken(n=n)
        return token

    def open(self, node: Node, edge: Edge, scope: int, item: str = "") -> None:
        token = Token(self.next_n, node.id, edge.id, scope, item)
        self.live[token.n] = self.opened[token.n] = token
        self.next_n += 1

    def close(self, token: Token) -> None:
        """Consumed. A token that opened and closed in the same step leaves no trace."""
        del self.live[token.n]
        if self.opened.pop(token.n, None) is None:
            self.closed.append(token.n)

    def cancel(self, token: Token) -> None:
        del self.live[token.n]
        if self.opened.pop(token.n, None) is None:
            self.cancelled.append(token.n)

    def leave(self, edges: Iterable[Edge], scope: int) -> None:
        self.arriving.extend((edge, scope) for edge in edges)

    def run(self) -> None:
        """Moves until everything waits; then an inclusive join may go, and moves again."""
        while self.arriving or self.releases_inclusive():
            edge, scope = self.arriving.popleft()
            if len(self.passed) >= MOVES_MAX:
                raise RunsInCircle(element=edge.target, element_id=edge.target)
            self.passed.append(edge.id)
            node = self.graph.nodes[edge.target]
            _ARRIVALS[node.kind](self, node, edge, scope)

    def releases_inclusive(self) -> bool:
        """Lets one inclusive join go that nothing under way can reach any more."""
        for node_id, upstream in self.graph.upstream.items():
            waiting = [token for token in self.live.values() if token.node == node_id]
            for scope in sorted({token.scope for token in waiting}):
                if not any(token.scope == scope and token.node in upstream
                           for token in self.live.values()):
                    here = [token for token in waiting if token.scope == scope]
                    self.join(self.graph.nodes[node_id], here, scope)
                    return True
        return False

    def join(self, node: Node, waiting: Iterable[Token], scope: int) -> None:
        """Consumes the oldest token of each incoming edge and goes on once."""
        oldest: dict[str, Token] = {}
        for token in sorted(waiting, key=_number):
            oldest.setdefault(token.came_by, token)
        for token in oldest.values():
            self.close(token)
        self.leave(self.chosen(node), scope)

    def chosen(self, node: Node) -> tuple[Edge, ...]:
        """The outgoing edges the token takes."""
        if node.kind is Kind.PARALLEL or len(node.outgoing) == 1:
            return node.outgoing
        is_first_enough = node.kind is Kind.EXCLUSIVE
        taken: list[Edge] = []
        for edge in node.outgoing:
            if edge is not node.default and self.holds(edge):
                taken.append(edge)
                if is_first_enough:
                    break
        if taken:
            return tuple(taken)
        if node.default is None:
            raise NoWay(element=node.name or node.id, element_id=node.id)
        return (node.default,)

    def holds(self, edge: Edge) -> bool:
        assert edge.condition is not None, "the reader of BPMN has seen to it"
        value = feel.evaluate(edge.condition, self.data)
        if value is None:
            self.notes.append(f"null:{edge.id}")
        return value is True


def _number(token: Token) -> int:
    return token.n


# Arrivals


def _wait(step: _Step, node: Node, edge: Edge, scope: int) -> None:
    if node.repeat is None:
        step.open(node, edge, scope)
        return
    if any(token.node == node.id and token.scope == scope for token in step.live.values()):
        step.notes.append(f"merged:{node.id}")
    items = step.collections.get(node.repeat.collection, ())
    for item in items:
        step.open(node, edge, scope, item)
    if not items:
        step.notes.append(f"empty:{node.id}")
        step.leave(node.outgoing, scope)


def _choose(step: _Step, node: Node, edge: Edge, scope: int) -> None:
    step.leave(step.chosen(node), scope)


def _synchronise(step: _Step, node: Node, edge: Edge, scope: int) -> None:
    """A parallel gateway goes on when each incoming edge has brought a token."""
    if len(node.incoming) == 1:
        step.leave(node.outgoing, scope)
        return
    waiting = [token for token in step.live.values()
               if token.node == node.id and token.scope == scope]
    if len({edge.id, *(token.came_by for token in waiting)}) == len(node.incoming):
        step.join(node, waiting, scope)
    else:
        step.open(node, edge, scope)


def _gather(step: _Step, node: Node, edge: Edge, scope: int) -> None:
    """An inclusive gateway waits for whatever may still come; see release_inclusive."""
    if len(node.incoming) == 1:
        step.leave(step.chosen(node), scope)
    else:
        step.open(node, edge, scope)


def _end(step: _Step, node: Node, edge: Edge, scope: int) -> None:
    """The token is gone; the others of the scope go on."""


def _terminate(step: _Step, node: Node, edge: Edge, scope: int) -> None:
    """Ends its scope only, with everything that is still under way in it."""
    for token in [token for token in step.live.values() if token.scope == scope]:
        step.cancel(token)
    step.arriving = deque(moving for moving in step.arriving if moving[1] != scope)


_ARRIVALS: Mapping[Kind, Callable[[_Step, Node, Edge, int], None]] = {
    Kind.USER_TASK: _wait,
    Kind.EXCLUSIVE: _choose,
    Kind.PARALLEL: _synchronise,
    Kind.INCLUSIVE: _gather,
    Kind.END: _end,
    Kind.TERMINATE: _terminate,
}


# Commands


def _start(step: _Step, command: Start) -> None:
    if step.live:
        raise AlreadyStarted
    step.leave(step.graph.nodes[step.graph.start].outgoing, 0)


def _complete(step: _Step, command: Complete) -> None:
    token = step.token(command.n)
    node = step.graph.nodes[token.node]
    if node.kind is not Kind.USER_TASK:
        raise NotOpen(n=token.n)
    step.close(token)
    _go_on(step, node, token)


def _go_on(step: _Step, node: Node, token: Token) -> None:
    """Leaves the node, once its last sibling is done or enough are."""
    siblings = _siblings(step, node, token)
    if siblings and not _is_enough(step, node):
        return
    for sibling in siblings:
        step.cancel(sibling)
    step.leave(node.outgoing, token.scope)


def _siblings(step: _Step, node: Node, token: Token) -> list[Token]:
    if node.repeat is None:
        return []
    return [other for other in step.live.values()
            if other.node == token.node and other.scope == token.scope]


def _is_enough(step: _Step, node: Node) -> bool:
    enough = node.repeat.is_enough if node.repeat else None
    if enough is None:
        return False
    value = feel.evaluate(enough, step.data)
    if value is None:
        step.notes.append(f"null:{node.id}")
    return value is True


def _cancel(step: _Step, command: Cancel) -> None:
    """Drops a token. What waited only for it goes on; a member of a collection counts as done."""
    if command.n == 0:
        for token in list(step.live.values()):
            step.cancel(token)
        return
    token = step.token(command.n)
    step.cancel(token)
    node = step.graph.nodes[token.node]
    if node.repeat is not None and not _siblings(step, node, token):
        step.leave(node.outgoing, token.scope)


def _fire(step: _Step, command: Fire) -> None:
    raise NotOpen(n=step.token(command.n).n)


_COMMANDS: Mapping[type, Callable[..., None]] = {
    Start: _start, Complete: _complete, Cancel: _cancel, Fire: _fire,
}
