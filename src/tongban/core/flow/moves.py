"""How tokens arrive at each kind of element and what each command does to them.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clauses 13.2 (activities), 13.4 (gateways), 13.5 (events)."""

from collections.abc import Callable, Mapping

from tongban.core import feel
from tongban.core.flow.graph import (
    ACTIVITIES,
    BOUNDARIES,
    CATCHES,
    COMPLETABLE,
    TIMERS,
    Edge,
    Kind,
    Node,
)
from tongban.core.flow.sheet import Sheet
from tongban.core.flow.tokens import (
    Add,
    AlreadyStarted,
    Cancel,
    Complete,
    Enter,
    Fail,
    Fire,
    NoSuchToken,
    NotOpen,
    RunsInCircle,
    Start,
    Token,
)

MOVES_MAX = 10_000  # Edges passed in one step: a flow that needs more turns in a circle.


def run(step: Sheet) -> None:
    """Moves until everything waits; then a scope may close or an inclusive join go."""
    while step.arriving or _closes_scope(step) or _releases_inclusive(step):
        if not step.arriving:
            continue
        edge, scope = step.arriving.popleft()
        if len(step.passed) >= MOVES_MAX:
            raise RunsInCircle(element=edge.target, element_id=edge.target)
        step.passed.append(edge.id)
        node = step.graph.nodes[edge.target]
        _ARRIVALS[node.kind](step, node, edge, scope)


def _closes_scope(step: Sheet) -> bool:
    """Goes on behind one sub-process in which nothing is left to do."""
    if not step.graph.has_scopes:
        return False
    busy = {token.scope for token in step.live.values()}
    for token in step.live.values():
        node = step.graph.nodes[token.node]
        if node.kind is Kind.SUB_PROCESS and token.n not in busy:
            step.close(token)
            _go_on(step, node, token)
            return True
    return False


def _releases_inclusive(step: Sheet) -> bool:
    """Lets one inclusive join go that nothing under way can fill any further."""
    for node_id, upstream in step.graph.upstream.items():
        waiting = [token for token in step.live.values() if token.node == node_id]
        for scope in sorted({token.scope for token in waiting}):
            here = [token for token in waiting if token.scope == scope]
            filled = {token.came_by for token in here}
            if not any(token.scope == scope and _may_fill(token.node, filled, upstream)
                       for token in step.live.values()):
                step.join(step.graph.nodes[node_id], here, scope)
                return True
    return False


def _may_fill(place: str, filled: set[str], upstream: Mapping[str, frozenset[str]]) -> bool:
    """Whether a token there can reach an empty edge into the join, but none that is filled: a token
    that can reach a filled one as well belongs to the next pass of a loop."""
    if any(place in upstream[edge] for edge in filled):
        return False
    return any(place in sources for edge, sources in upstream.items() if edge not in filled)


# Arrivals


def _wait(step: Sheet, node: Node, edge: Edge, scope: int) -> None:
    """An activity begins, or several if it has a collection; its boundary events begin with it."""
    items: tuple[str, ...] = ("",)
    if node.repeat is not None:
        if any(token.node == node.id and token.scope == scope for token in step.live.values()):
            step.notes.append(f"merged:{node.id}")
        items = step.collections.get(node.repeat.collection, ())
        if not items:
            step.notes.append(f"empty:{node.id}")
            step.leave(node.outgoing, scope)
            return
    for item in items:
        token = step.open(node, edge, scope, item)
        if node.kind is Kind.SUB_PROCESS:
            step.leave(step.graph.nodes[node.start].outgoing, token.n)
    for event in node.boundary:
        if step.graph.nodes[event].kind is not Kind.ERROR_BOUNDARY:
            step.open(step.graph.nodes[event], edge, scope)


def _wait_for_event(step: Sheet, node: Node, edge: Edge, scope: int) -> None:
    step.open(node, edge, scope)


def _wait_for_first(step: Sheet, node: Node, edge: Edge, scope: int) -> None:
    """An event-based gateway is passed at once: its events wait side by side, one will go on."""
    for way in node.outgoing:
        step.passed.append(way.id)
        step.open(step.graph.nodes[way.target], way, scope)


def _choose(step: Sheet, node: Node, edge: Edge, scope: int) -> None:
    step.leave(step.chosen(node), scope)


def _synchronise(step: Sheet, node: Node, edge: Edge, scope: int) -> None:
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


def _gather(step: Sheet, node: Node, edge: Edge, scope: int) -> None:
    """An inclusive gateway waits for whatever may still come; see releases_inclusive."""
    if len(node.incoming) == 1:
        step.leave(step.chosen(node), scope)
    else:
        step.open(node, edge, scope)


def _throw(step: Sheet, node: Node, edge: Edge, scope: int) -> None:
    """A message or signal goes out; at an end the token is gone, the others go on."""
    if node.event:
        step.notes.append(f"thrown:{node.id}")
    step.leave(node.outgoing, scope)


def _terminate(step: Sheet, node: Node, edge: Edge, scope: int) -> None:
    """Ends its scope only, with everything that is still under way in it."""
    step.empty(scope)


def _throw_error(step: Sheet, node: Node, edge: Edge, scope: int) -> None:
    _raise_error(step, node.event, scope)


def _raise_error(step: Sheet, error: str, scope: int) -> None:
    """Looks outwards for a sub-process that catches the error; without one the case ends."""
    while scope:
        owner = step.live[scope]
        if _catches(step, owner, error):
            return
        scope = owner.scope
    step.empty(0)
    step.notes.append(f"error:{error}")


def _catches(step: Sheet, host: Token, error: str) -> bool:
    """Goes on at the boundary event of the host that names the error, or that names none."""
    events = [step.graph.nodes[event] for event in step.graph.nodes[host.node].boundary]
    catching = [event for event in events
                if event.kind is Kind.ERROR_BOUNDARY and event.event in (error, "")]
    if not catching:
        return False
    _interrupt(step, host, max(catching, key=lambda event: event.event != ""))
    return True


_ARRIVALS: Mapping[Kind, Callable[[Sheet, Node, Edge, int], None]] = {
    **dict.fromkeys(ACTIVITIES, _wait),
    **dict.fromkeys(CATCHES, _wait_for_event),
    Kind.EVENT_GATEWAY: _wait_for_first,
    Kind.EXCLUSIVE: _choose,
    Kind.PARALLEL: _synchronise,
    Kind.INCLUSIVE: _gather,
    Kind.THROW: _throw,
    Kind.END: _throw,
    Kind.TERMINATE: _terminate,
    Kind.ERROR_END: _throw_error,
}


# Commands


def _start(step: Sheet, command: Start) -> None:
    if step.live:
        raise AlreadyStarted
    step.leave(step.graph.nodes[step.graph.start].outgoing, 0)


def _complete(step: Sheet, command: Complete) -> None:
    token = step.token(command.n)
    node = step.graph.nodes[token.node]
    if node.kind not in COMPLETABLE:
        raise NotOpen(n=token.n)
    _happen(step, node, token)


def _fire(step: Sheet, command: Fire) -> None:
    token = step.token(command.n)
    node = step.graph.nodes[token.node]
    if node.kind not in TIMERS:
        raise NotOpen(n=token.n)
    _happen(step, node, token)


def _happen(step: Sheet, node: Node, token: Token) -> None:
    """What the token waited for is here."""
    if node.kind in BOUNDARIES and node.is_interrupting:
        _interrupt(step, _host_of(step, node, token), node)
    elif node.kind in BOUNDARIES:
        if node.kind is Kind.TIMER_BOUNDARY:
            step.close(token)
        step.leave(node.outgoing, token.scope)
    else:
        step.close(token)
        _drop_other_events(step, token)
        _go_on(step, node, token)


def _drop_other_events(step: Sheet, token: Token) -> None:
    """Behind an event-based gateway the first event ends the others."""
    gateway = step.graph.nodes[step.graph.edges[token.came_by].source]
    if gateway.kind is Kind.EVENT_GATEWAY:
        ways = {way.id for way in gateway.outgoing}
        for other in [each for each in step.live.values()
                      if each.scope == token.scope and each.came_by in ways]:
            step.cancel(other)


def _host_of(step: Sheet, event: Node, token: Token) -> Token:
    return next(each for each in step.live.values() if each.node == event.host
                and each.scope == token.scope and each.came_by == token.came_by)


def _interrupt(step: Sheet, host: Token, event: Node) -> None:
    """Ends the host, its siblings and all inside, and goes on at the boundary event."""
    for token in [host, *_siblings(step, host)]:
        for each in _all_inside(step, token):
            if step.graph.nodes[each.node].kind in ACTIVITIES:
                step.notes.append(f"interrupted:{each.n}:{event.id}")
        step.cancel_inside(token)
    _disarm(step, host)
    step.forget_gone()
    step.leave(event.outgoing, host.scope)


def _all_inside(step: Sheet, token: Token) -> list[Token]:
    found = [token]
    for each in found:
        found += [inner for inner in step.live.values() if inner.scope == each.n]
    return found


def _disarm(step: Sheet, host: Token) -> None:
    """The boundary events of a host end with it."""
    events = step.graph.nodes[host.node].boundary
    if events:
        for token in [each for each in step.live.values() if each.node in events
                      and each.scope == host.scope and each.came_by == host.came_by]:
            step.cancel(token)


def _go_on(step: Sheet, node: Node, token: Token) -> None:
    """Leaves the node, once its last sibling is done or enough are."""
    siblings = _siblings(step, token)
    if siblings and not _is_enough(step, node):
        return
    for sibling in siblings:
        step.cancel_inside(sibling)
    _disarm(step, token)
    step.leave(node.outgoing, token.scope)


def _siblings(step: Sheet, token: Token) -> list[Token]:
    """The other members of a collection that are still at work."""
    if step.graph.nodes[token.node].repeat is None:
        return []
    return [other for other in step.live.values() if other.node == token.node
            and other.scope == token.scope and other.n != token.n]


def _is_enough(step: Sheet, node: Node) -> bool:
    enough = node.repeat.is_enough if node.repeat else None
    if enough is None:
        return False
    value = feel.evaluate(enough, step.data)
    if value is None:
        step.notes.append(f"null:{node.id}")
    return value is True


def _cancel(step: Sheet, command: Cancel) -> None:
    """Drops a token. What waited only for it goes on; a member of a collection counts as done."""
    if command.n == 0:
        step.empty(0)
        return
    token = step.token(command.n)
    step.cancel_inside(token)
    node = step.graph.nodes[token.node]
    if not _siblings(step, token):
        _disarm(step, token)
        if node.repeat is not None:
            step.leave(node.outgoing, token.scope)


def _fail(step: Sheet, command: Fail) -> None:
    token = step.token(command.n)
    if step.graph.nodes[token.node].kind not in ACTIVITIES:
        raise NotOpen(n=token.n)
    if not _catches(step, token, command.error):
        _raise_error(step, command.error, token.scope)


def _enter(step: Sheet, command: Enter) -> None:
    edge = step.graph.edges.get(command.edge)
    if edge is None or step.graph.nodes[edge.target].inside:
        raise NoSuchToken(n=0)
    step.leave((edge,), 0)


def _add(step: Sheet, command: Add) -> None:
    """Boundary events stand beside the whole list, so the new member needs none of its own."""
    beside = step.token(command.n)
    node = step.graph.nodes[beside.node]
    if node.repeat is None or node.kind is Kind.SUB_PROCESS:
        raise NotOpen(n=beside.n)
    step.open(node, step.graph.edges[beside.came_by], beside.scope, command.item)


COMMANDS: Mapping[type, Callable[..., None]] = {
    Start: _start, Complete: _complete, Cancel: _cancel, Fire: _fire, Fail: _fail, Enter: _enter, Add: _add,
}
