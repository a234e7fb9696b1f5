"""Is a flow fit to be published? Every fault with its element, a sentence and the way to it.

Sources: W. van der Aalst, The application of Petri nets to workflow management (1998), soundness;
行政许可法 art. 42, 63 (limits), 行政处罚法 art. 42, 57 (separate duties)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tongban.core.flow import explore
from tongban.core.flow.graph import BOUNDARIES, ENDS, Edge, Graph, Kind, Node

SENTENCES: Mapping[str, tuple[str, str]] = {
    "deadlock": ("办件会停在“%(element)s”，再也走不动。", "A case can get stuck at “%(element)s” for ever."),
    "no-end": ("从“%(element)s”起再也走不到结束。", "From “%(element)s” the end can no longer be reached."),
    "leftover": ("流程走到结束后，“%(element)s”仍有没办完的分支。", "When the flow has ended, a branch is left behind at “%(element)s”."),
    "doubled": ("“%(element)s”会同时出现两次，办理结果会互相覆盖。", "“%(element)s” can be open twice at once, and the results would overwrite each other."),
    "dead": ("“%(element)s”永远不会走到。", "“%(element)s” is never reached."),
    "no-way": ("网关“%(element)s”的条件可能都不成立，又没有默认出口。", "All conditions of gateway “%(element)s” may be false and it has no default."),
    "circle": ("“%(element)s”处的循环里没有任何要人办理的环节，会不停转圈。", "The loop at “%(element)s” has no place that waits, so it would turn for ever."),
    "too-large": ("流程的可能状态太多，无法逐一检查。", "The flow has too many possible states to be checked."),
    "no-role": ("“%(element)s”没有规定由谁办理。", "Nobody is named to do “%(element)s”."),
    "no-work": ("“%(element)s”没有指明由什么系统或消息来办理。", "Nothing is named that does the work of “%(element)s”."),
    "unknown-node": ("规则写了图上没有的环节“%(element)s”。", "The rules name “%(element)s”, which is not in the chart."),
    "one-post-two-duties": ("岗位“%(post)s”同时担任应当分开的“%(first)s”和“%(second)s”。", "Post “%(post)s” holds both “%(first)s” and “%(second)s”, which must be separate."),
    "over-limit": ("“%(clock)s”规定%(limit)s个工作日，这条路上各环节合计%(sum)s个工作日。", "“%(clock)s” allows %(limit)s working days; the steps on this path add up to %(sum)s."),
    "clock-not-started": ("有一条路不经过“%(clock)s”的起算环节就到了“%(element)s”。", "A path reaches “%(element)s” without starting the clock “%(clock)s”."),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A legal limit: it starts when one of `after` is done and ends when one of `until` is."""

    name: str
    working_days: int
    after: frozenset[str]
    until: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the procedure says about the flow, beside the chart.

    :ivar roles: role by node; :ivar outcomes: possible outcomes by node, the acts included;
    :ivar writers: nodes that change the form; :ivar limits: working days by node;
    :ivar spans: legal limits; :ivar exclusive: roles one person may not both exercise;
    :ivar posts: roles by post, of the organ the flow is published for;
    :ivar works: what can do the work of a service, rule or call; None: not known here."""

    roles: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    writers: frozenset[str] = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    exclusive: tuple[frozenset[str], ...] = ()
    posts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    works: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault: the id of the element and the edges that lead to it, in order."""

    code: str
    element: str
    path: tuple[str, ...] = ()
    words: Mapping[str, object] = field(default_factory=dict)

    def says(self, *, english: bool = False) -> str:
        return SENTENCES[self.code][english] % self.words


def check(graph: Graph, facts: Facts) -> tuple[Finding, ...]:
    """All faults, the first of each kind at each element. Nothing found: it may be published."""
    space = explore.explore(graph, facts.outcomes, facts.writers)
    found: dict[tuple[str, str], Finding] = {}
    for finding in (*_faults_of_states(graph, space), *_duties(graph, facts),
                    *_limits(graph, facts), *_clocks(graph, facts)):
        found.setdefault((finding.code, finding.element), finding)
    return tuple(found.values())


def _finding(graph: Graph, code: str, element: str, path: tuple[str, ...] = (),
             **words: object) -> Finding:
    """The sentence says the name people know."""
    node = graph.nodes.get(element)
    name = (node.name if node else "") or (graph.name if element == graph.id else "") or element
    return Finding(code, element, path, {"element": name, **words})


# What the states show


def _faults_of_states(graph: Graph, space: explore.Space) -> Iterator[Finding]:
    for element, path in space.no_way.items():
        yield _finding(graph, "no-way", element, path)
    for element, path in space.circles.items():
        yield _finding(graph, "circle", element, path)
    for element, path in space.doubled.items():
        yield _finding(graph, "doubled", element, path)
    if not space.is_complete:
        yield _finding(graph, "too-large", graph.id)
        return
    yield from _stuck(graph, space)
    if space.faulted:  # What lies behind a fault was not looked at.
        return
    for node in graph.nodes.values():
        ways = node.outgoing if node.kind in BOUNDARIES else node.incoming
        if ways and not any(edge.id in space.passed for edge in ways):
            yield _finding(graph, "dead", node.id)


def _stuck(graph: Graph, space: explore.Space) -> Iterator[Finding]:
    """States without a next one, and states from which there is no end."""
    finishing = explore.finishing(space)
    lost = [state for state in space.states if state not in finishing]
    dead_ends = [state for state in lost if not space.moves[state] and state not in space.faulted]
    for state in dead_ends:
        path = space.path_to(state)
        has_ended = any(graph.nodes[graph.edges[edge].target].kind in ENDS for edge in path)
        yield _finding(graph, "leftover" if has_ended else "deadlock", state.tokens[0].node, path)
    open_for_ever = [state for state in lost if state.tokens]
    if open_for_ever and not dead_ends and not space.faulted:
        first = open_for_ever[0]
        yield _finding(graph, "no-end", first.tokens[0].node, space.path_to(first))


# What the procedure's rules show


def _duties(graph: Graph, facts: Facts) -> Iterator[Finding]:
    for node in graph.nodes.values():
        if node.kind is Kind.USER_TASK and not facts.roles.get(node.id):
            yield _finding(graph, "no-role", node.id)
        if _lacks_work(node, facts):
            yield _finding(graph, "no-work", node.id)
    for element in sorted({*facts.roles, *facts.limits, *facts.outcomes} - set(graph.nodes)):
        yield _finding(graph, "unknown-node", element)
    used = {facts.roles.get(node.id) for node in graph.tasks()}
    for post, held in facts.posts.items():
        for separate in facts.exclusive:
            both = sorted(separate & held & used)
            if len(both) > 1:
                yield _finding(graph, "one-post-two-duties", f"{post}:{both[0]}:{both[1]}",
                               post=post, first=both[0], second=both[1])


def _lacks_work(node: Node, facts: Facts) -> bool:
    """Nothing is named that does the work, or something nobody knows."""
    if node.kind in (Kind.SEND_TASK, Kind.RECEIVE_TASK):
        return not node.event
    if node.kind not in (Kind.SERVICE_TASK, Kind.RULE_TASK, Kind.CALL):
        return False
    return not node.implementation or (
        facts.works is not None and node.implementation not in facts.works)


def _limits(graph: Graph, facts: Facts) -> Iterator[Finding]:
    """The longest way through each legal limit; a loop is gone through once."""
    order, back = _acyclic(graph)
    for span in facts.spans:
        ways = _longest(graph, order, back, span, facts.limits)
        for node_id in sorted(span.until & ways.keys()):
            total, path = ways[node_id]
            if total > span.working_days:
                yield _finding(graph, "over-limit", node_id, path, clock=span.name,
                               limit=span.working_days, sum=total)


def _longest(graph: Graph, order: list[str], back: set[str], span: Span,
             limits: Mapping[str, int]) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Sum of limits and edges of the longest way from the start of the span to each node."""
    ways: dict[str, tuple[int, tuple[str, ...]]] = {
        node: (0, ()) for node in span.after if node in graph.nodes}
    for node_id in order:
        if node_id not in ways or node_id in span.until - span.after:
            continue
        total, path = ways[node_id]
        for edge in graph.ways(node_id):
            if edge.id in back or edge.target in span.after:
                continue
            there = total + limits.get(edge.target, 0)
            if edge.target not in ways or there > ways[edge.target][0]:
                ways[edge.target] = there, (*path, edge.id)
    return ways


def _acyclic(graph: Graph) -> tuple[list[str], set[str]]:
    """Nodes in an order in which every edge but those that close a loop points forward."""
    done: list[str] = []
    back: set[str] = set()
    under_way: dict[str, Iterator[Edge]] = {graph.start: iter(graph.ways(graph.start))}
    seen = {graph.start}
    while under_way:
        node_id, edges = next(reversed(under_way.items()))
        edge = next(edges, None)
        if edge is None:
            done.append(node_id)
            del under_way[node_id]
        elif edge.target in under_way:
            back.add(edge.id)
        elif edge.target not in seen:
            seen.add(edge.target)
            under_way[edge.target] = iter(graph.ways(edge.target))
    return done[::-1], back


def _clocks(graph: Graph, facts: Facts) -> Iterator[Finding]:
    """A way to the end of a legal limit that never started it."""
    for span in facts.spans:
        ways: dict[str, tuple[str, ...]] = {graph.start: ()}
        pending = [graph.start]
        while pending:
            node_id = pending.pop(0)
            for edge in graph.ways(node_id) if node_id not in span.after else ():
                if edge.target not in ways:
                    ways[edge.target] = (*ways[node_id], edge.id)
                    pending.append(edge.target)
        for node_id in sorted(span.until & ways.keys() - span.after):
            yield _finding(graph, "clock-not-started", node_id, ways[node_id], clock=span.name)
