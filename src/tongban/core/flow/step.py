"""One step of a flow: live tokens and a command in, the changes out; nothing else is touched.

A token belongs to a scope, a node and the edge it came by. Joins match within a scope, one token
for each incoming edge, the oldest first; a surplus token stays for the next pass of a loop. The token
of a sub-process is the scope of what runs inside it; a boundary event has a token beside its host's,
which came by the same edge.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clause 13 (execution semantics)."""

from collections.abc import Mapping

from tongban.core.flow import moves
from tongban.core.flow.graph import Graph
from tongban.core.flow.sheet import Sheet
from tongban.core.flow.tokens import (
    Add,
    AlreadyStarted,
    Cancel,
    Command,
    Complete,
    Enter,
    Fail,
    Fire,
    NoSuchToken,
    NotOpen,
    NoWay,
    Outcome,
    RunsInCircle,
    Start,
    Token,
)

__all__ = [
    "Add", "AlreadyStarted", "Cancel", "Command", "Complete", "Enter", "Fail", "Fire", "NoSuchToken", "NoWay",
    "NotOpen", "Outcome", "RunsInCircle", "Start", "Token", "decide",
]

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
    step = Sheet(graph, tokens, data, collections, next_n)
    moves.COMMANDS[type(command)](step, command)
    moves.run(step)
    return step.outcome()
