"""Random walks through a published flow: does every one reach the end, and is every step on some way?

Sources: W. van der Aalst, The application of Petri nets to workflow management (1998), soundness."""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tongban.core import case as core
from tongban.core import flow
from tongban.core.flow.graph import COMPLETABLE, TIMERS, Kind
from tongban.matters import queries as matters

STEPS_MAX = 400  # A walk this long has been turning in loops; it counts as not finished.


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of the walks: ends by the edge that led there, tasks that were never open."""

    walks: int
    finished: int
    shortest: int
    longest: int
    ends: dict[str, int]
    never: tuple[str, ...]


def walk(definition: matters.Definition, *, walks: int, seed: int) -> Walked:
    """Walk by chance from the start to the end, again and again; the same seed walks the same ways."""
    chance = random.Random(seed)  # noqa: S311 -- a test, not a secret
    lengths: list[int] = []
    ends: Counter[str] = Counter()
    seen: set[str] = set()
    for _walk in range(walks):
        length, end = _one(definition, chance, seen)
        if end:
            lengths.append(length)
            ends[end] += 1
    never = tuple(node.id for node in definition.graph.tasks() if node.id not in seen)
    return Walked(walks, len(lengths), min(lengths, default=0), max(lengths, default=0), dict(ends), never)


def _one(definition: matters.Definition, chance: random.Random, seen: set[str]) -> tuple[int, str]:
    """The number of steps, and the name of the last edge passed; no name where the walk did not end."""
    document: dict[str, Any] = {"form": {}}
    tokens: tuple[flow.Token, ...] = ()
    next_n = 1
    command: flow.Command = flow.Start()
    for length in range(STEPS_MAX):
        outcome = flow.decide(
            definition.graph, tokens, document, command, next_n=next_n, collections=definition.collections
        )
        gone = {*outcome.closed, *outcome.cancelled}
        tokens = (*(token for token in tokens if token.n not in gone), *outcome.opened)
        next_n = outcome.next_n
        seen.update(token.node for token in tokens)
        if outcome.is_finished:
            last = definition.graph.edges[outcome.passed[-1]]
            return length, definition.graph.nodes[last.target].name or last.target
        document, command = _step(definition, tokens, document, chance)
    return STEPS_MAX, ""


def _step(
    definition: matters.Definition, tokens: tuple[flow.Token, ...], document: dict[str, Any], chance: random.Random
) -> tuple[dict[str, Any], flow.Command]:
    """One open place, and one of the things that may happen there."""
    kinds = {token.n: definition.graph.nodes[token.node].kind for token in tokens}
    token = chance.choice([token for token in tokens if kinds[token.n] in COMPLETABLE | TIMERS])
    if kinds[token.n] in TIMERS:
        return document, flow.Fire(token.n)
    rule = definition.nodes.get(token.node)
    if rule is not None and kinds[token.n] is Kind.USER_TASK:
        fixed = [core.OUTCOME_OF[act] for act in rule.acts if core.OUTCOME_OF.get(act)]
        outcome = chance.choice([*(one.id for one in rule.outcomes), *fixed])
        document = {**document, **core.put(document, token.node, token.item, {"outcome": outcome})}
    return document, flow.Complete(token.n)
