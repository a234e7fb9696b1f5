"""The work sheet of one step: the tokens as they come and go, and the primitive moves.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clause 13.4 (gateways)."""

from collections import deque
from collections.abc import Iterable, Mapping

from tongban.core import feel
from tongban.core.flow.graph import Edge, Graph, Kind, Node
from tongban.core.flow.tokens import NoSuchToken, NoWay, Outcome, Token


class Sheet:
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

    def open(self, node: Node, edge: Edge, scope: int, item: str = "") -> Token:
        token = Token(self.next_n, node.id, edge.id, scope, item)
        self.live[token.n] = self.opened[token.n] = token
        self.next_n += 1
        return token

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

    def cancel_inside(self, token: Token) -> None:
        """The token with everything that runs inside it."""
        for inner in [each for each in self.live.values() if each.scope == token.n]:
            self.cancel_inside(inner)
        self.cancel(token)

    def empty(self, scope: int) -> None:
        """Ends everything in the scope, also what is on the move."""
        for token in [each for each in self.live.values() if each.scope == scope]:
            self.cancel_inside(token)
        self.forget_gone(scope)

    def forget_gone(self, *scopes: int) -> None:
        """Drops what moves in a scope that is no more, or in one of these."""
        self.arriving = deque(moving for moving in self.arriving if moving[1] not in scopes
                              and (moving[1] == 0 or moving[1] in self.live))

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
