"""Every state a flow can be in, found by running the kernel itself on every choice.

A condition on the declared outcomes of tasks is evaluated; any other may be true or false, but
stays what it was until a task has written something it reads.

Sources: W. van der Aalst, The application of Petri nets to workflow management (1998), soundness."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from tongban.core import feel
from tongban.core.feel import meaning, tree
from tongban.core.flow import moves, step
from tongban.core.flow.graph import (
    ACTIVITIES,
    CATCHES,
    COMPLETABLE,
    TASKS,
    TIMERS,
    Edge,
    Graph,
    Kind,
    Node,
)
from tongban.core.flow.step import Command, Complete, Fail, Fire, Outcome, Start, Token

TOKENS_A_STEP = 4  # So many more tokens cost as much time as one more step.
STEPS_MAX = 40_000  # About two seconds; a flow with more states is refused as not checkable.
TOKENS_MAX = 60  # More open places at once means that they pile up without end.
MEMBERS = ("1", "2")  # Two members stand for a collection of any length.
GUESSES = "?"
OPEN_ONCE = ACTIVITIES | CATCHES
HAPPENED = "\0"  # In front of the id of an event that has happened and goes on waiting.
ANY_ERROR = "?"

Guesses = frozenset[tuple[str, bool]]
Outcomes = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class State:
    """Open places without their numbers, the outcomes conditions can see, and what was guessed."""

    tokens: tuple[Token, ...]
    outcomes: Outcomes
    guesses: Guesses
    is_finished: bool = False


@dataclass(slots=True)
class Space:
    """What was found: states with their first way, moves between them, and faults on the way."""

    states: dict[State, tuple[State | None, tuple[str, ...]]] = field(default_factory=dict)
    moves: dict[State, set[State]] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    no_way: dict[str, tuple[str, ...]] = field(default_factory=dict)
    circles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    doubled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    faulted: set[State] = field(default_factory=set)
    is_complete: bool = True

    def path_to(self, state: State) -> tuple[str, ...]:
        """The edges passed on the first way found to the state."""
        parts: list[tuple[str, ...]] = []
        at: State | None = state
        while at is not None:
            at, passed = self.states[at]
            parts.append(passed)
        return tuple(edge for part in reversed(parts) for edge in part)


class _Undecided(Exception):
    """The kernel asked for a condition nobody has guessed yet."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def explore(graph: Graph, outcomes: Mapping[str, tuple[str, ...]], writers: frozenset[str]) -> Space:
    """All states; `outcomes` of tasks are tried each, `writers` are the tasks that change the form."""
    return _Explorer(graph, outcomes, writers).run()


class _Explorer:
    def __init__(self, graph: Graph, outcomes: Mapping[str, tuple[str, ...]],
                 writers: frozenset[str]) -> None:
        self.reads: dict[str, frozenset[str]] = {}
        self.seen_outcomes: set[str] = set()
        self.outcomes = outcomes
        self.writers = writers
        self.graph = self._open(graph)
        self.collections = _members(graph)
        self.space = Space()
        self.steps = 0

    # Conditions that may go either way

    def _open(self, graph: Graph) -> Graph:
        """The same graph, asking for a guess where a condition reads more than outcomes."""
        edges = {edge.id: replace(edge, condition=self._open_condition(edge.condition))
                 for edge in graph.edges.values()}
        nodes = {node.id: self._open_node(node, edges) for node in graph.nodes.values()}
        return replace(graph, nodes=MappingProxyType(nodes), edges=MappingProxyType(edges))

    def _open_node(self, node: Node, edges: Mapping[str, Edge]) -> Node:
        repeat = node.repeat and replace(
            node.repeat, is_enough=self._open_condition(node.repeat.is_enough))
        return replace(
            node, incoming=tuple(edges[edge.id] for edge in node.incoming), repeat=repeat,
            outgoing=tuple(edges[edge.id] for edge in node.outgoing),
            default=edges[node.default.id] if node.default else None)

    def _open_condition(self, condition: feel.Expression | None) -> feel.Expression | None:
        if condition is None:
            return None
        names = set(_names(condition.root))
        if all(path.endswith(".outcome") and path.removesuffix(".outcome") in self.outcomes
               for path in names):
            self.seen_outcomes |= {path.removesuffix(".outcome") for path in names}
            return condition
        self.reads[condition.text] = frozenset(path.partition(".")[0] for path in names)
        return replace(condition, run=_guess(condition.text))

    # The walk

    def run(self) -> Space:
        first = State((), frozenset(), frozenset())
        self.space.states[first] = (None, ())
        pending = deque([first])
        while pending:
            state = pending.popleft()
            self.space.moves[state] = set()
            for reached, passed in self._successors(state):
                self.space.moves[state].add(reached)
                if reached not in self.space.states:
                    self.space.states[reached] = (state, passed)
                    pending.append(reached)
            if self.steps > STEPS_MAX or len(state.tokens) > TOKENS_MAX:
                self.space.is_complete = False
                break
        return self.space

    def _successors(self, state: State) -> Iterator[tuple[State, tuple[str, ...]]]:
        if state.is_finished or self._is_doubled(state):
            return
        if not state.tokens:
            yield from self._try(state, Start(), "", "")
        for token in state.tokens:
            for command in self._commands(state, token):
                is_done = isinstance(command, Complete)
                for outcome in (is_done and self.outcomes.get(token.node)) or ("",):
                    yield from self._try(state, command, token.node, outcome)

    def _is_doubled(self, state: State) -> bool:
        """Two tokens in one place: refused in any case, so nothing behind it is looked at."""
        places = [(token.node, token.scope, token.item) for token in state.tokens
                  if self.graph.nodes[token.node].kind in OPEN_ONCE]
        for place in places:
            if places.count(place) > 1:
                self._note(self.space.doubled, place[0], state)
        return len(places) > len(set(places))

    def _commands(self, state: State, token: Token) -> Iterator[Command]:
        """What may happen to a token. What does not interrupt happens once: twice shows no more."""
        node = self.graph.nodes[token.node]
        if node.kind in TIMERS:
            yield Fire(token.n)
        elif node.kind in COMPLETABLE and (HAPPENED + node.id, True) not in state.guesses:
            yield Complete(token.n)
        if node.kind in TASKS:
            events = (self.graph.nodes[event] for event in node.boundary)
            yield from (Fail(token.n, event.event or ANY_ERROR) for event in events
                        if event.kind is Kind.ERROR_BOUNDARY)

    def _try(self, state: State, command: Command, node: str,
             outcome: str) -> Iterator[tuple[State, tuple[str, ...]]]:
        """The command with every guess it turns out to need."""
        outcomes = state.outcomes
        if node in self.seen_outcomes:
            outcomes = frozenset({*(each for each in outcomes if each[0] != node), (node, outcome)})
        kept = frozenset(each for each in state.guesses if not self._forgets(each[0], node))
        if node and not self.graph.nodes[node].is_interrupting:
            kept |= {(HAPPENED + node, True)}
        pending = [kept]
        while pending and self.steps <= STEPS_MAX:
            guesses = pending.pop()
            try:
                result = self._decide(state, command, outcomes, guesses)
            except _Undecided as question:
                pending += [guesses | {(question.text, answer)} for answer in (False, True)]
            except step.NoWay as fault:
                self._note(self.space.no_way, str(fault.params["element_id"]), state)
            except step.RunsInCircle as fault:
                self.steps += moves.MOVES_MAX // 10
                self._note(self.space.circles, str(fault.params["element_id"]), state)
            else:
                self.space.passed.update(result.passed)
                yield _after(state, result, outcomes, guesses), result.passed

    def _note(self, place: dict[str, tuple[str, ...]], element: str, state: State) -> None:
        self.space.faulted.add(state)
        if element not in place:
            place[element] = self.space.path_to(state)

    def _forgets(self, text: str, node: str) -> bool:
        """Whether the task may have changed what the condition reads."""
        reads = self.reads.get(text, frozenset())
        return bool(reads & {node, f"{node}_list"}) or (node in self.writers and "form" in reads)

    def _decide(self, state: State, command: Command, outcomes: Outcomes,
                guesses: Guesses) -> Outcome:
        self.steps += 1 + len(state.tokens) // TOKENS_A_STEP
        data: dict[str, object] = {node: {"outcome": outcome} for node, outcome in outcomes}
        data[GUESSES] = dict(guesses)
        return step.decide(self.graph, state.tokens, data, command,
                           next_n=len(state.tokens) + 1, collections=self.collections)


def _guess(text: str) -> meaning.Meaning:
    def answer(scope: meaning.Scope) -> feel.Value:
        guesses = scope.names[GUESSES]
        assert isinstance(guesses, dict)
        if text not in guesses:
            raise _Undecided(text)
        return bool(guesses[text])

    return answer


def _names(phrase: tree.Tree) -> Iterator[str]:
    """What a condition reads, as `root` or `root.member`."""
    if isinstance(phrase, tree.Path) and isinstance(phrase.source, tree.Name):
        yield f"{phrase.source.name}.{phrase.name}"
    elif isinstance(phrase, tree.Name):
        yield phrase.name
    else:
        for part in tree.parts_of(phrase):
            yield from _names(part)


def _members(graph: Graph) -> Mapping[str, tuple[str, ...]]:
    return {node.repeat.collection: MEMBERS for node in graph.nodes.values() if node.repeat}


def _after(state: State, result: Outcome, outcomes: Outcomes, guesses: Guesses) -> State:
    if result.is_finished:
        return State((), frozenset(), frozenset(), is_finished=True)
    gone = {*result.closed, *result.cancelled}
    live = [token for token in (*state.tokens, *result.opened) if token.n not in gone]
    places = {token.node for token in live} - {token.node for token in result.opened}
    kept = frozenset(each for each in guesses if not each[0].startswith(HAPPENED)
                     or each[0].removeprefix(HAPPENED) in places)
    return State(_renumber(live), outcomes, kept)


def _renumber(tokens: list[Token]) -> tuple[Token, ...]:
    """Age does not matter, only place: equal places get equal numbers."""
    by_n = {token.n: token for token in tokens}

    def place(token: Token) -> tuple[str, ...]:
        owner = by_n.get(token.scope)
        return (*(place(owner) if owner else ()), token.node, token.came_by, token.item)

    ordered = sorted(tokens, key=place)
    numbers = {token.n: number for number, token in enumerate(ordered, 1)}
    return tuple(
        token if token.n == number and not token.scope else
        Token(number, token.node, token.came_by, numbers.get(token.scope, 0), token.item)
        for number, token in enumerate(ordered, 1))




def finishing(space: Space) -> set[State]:
    """The states from which the end can still be reached."""
    before: dict[State, list[State]] = {}
    for state, reached in space.moves.items():
        for after in reached:
            before.setdefault(after, []).append(state)
    found: set[State] = set()
    pending = [state for state in space.states if state.is_finished]
    while pending:
        state = pending.pop()
        if state not in found:
            found.add(state)
            pending.extend(before.get(state, ()))
    return found
