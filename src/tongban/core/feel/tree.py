"""Syntax tree of FEEL: what the parser returns and the compiler walks.

Sources: OMG DMN 1.5, clause 10.3.1.2 (grammar)."""

from collections import abc
from dataclasses import dataclass
from typing import Any


class Tree:
    """Any FEEL phrase."""

    __slots__: tuple[str, ...] = ()


def parts_of(phrase: Tree) -> abc.Iterator[Tree]:
    """The phrases directly inside a phrase."""
    pending: list[object] = [getattr(phrase, name) for name in phrase.__slots__]
    while pending:
        part = pending.pop()
        if isinstance(part, Tree):
            yield part
        elif isinstance(part, tuple):
            pending.extend(part)


@dataclass(frozen=True, slots=True)
class Literal(Tree):
    value: object


@dataclass(frozen=True, slots=True)
class AtLiteral(Tree):
    text: str


@dataclass(frozen=True, slots=True)
class Name(Tree):
    name: str


@dataclass(frozen=True, slots=True)
class Negative(Tree):
    operand: Tree


@dataclass(frozen=True, slots=True)
class Arithmetic(Tree):
    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Comparison(Tree):
    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Logic(Tree):
    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Between(Tree):
    value: Tree
    low: Tree
    high: Tree


@dataclass(frozen=True, slots=True)
class In(Tree):
    value: Tree
    tests: "Tests"


@dataclass(frozen=True, slots=True)
class Type(Tree):
    """A type by name; `parts` are the element type, the members or the parameters."""

    name: str
    parts: tuple[tuple[str, "Type"], ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceOf(Tree):
    value: Tree
    type: Type


@dataclass(frozen=True, slots=True)
class If(Tree):
    condition: Tree
    then: Tree
    otherwise: Tree


@dataclass(frozen=True, slots=True)
class Iterator(Tree):
    """`name in source` or `name in source..last`."""

    name: str
    source: Tree
    last: Tree | None = None


@dataclass(frozen=True, slots=True)
class For(Tree):
    iterators: tuple[Iterator, ...]
    body: Tree


@dataclass(frozen=True, slots=True)
class Quantified(Tree):
    is_every: bool
    iterators: tuple[Iterator, ...]
    condition: Tree


@dataclass(frozen=True, slots=True)
class Path(Tree):
    source: Tree
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Tree):
    source: Tree
    condition: Tree


@dataclass(frozen=True, slots=True)
class Call(Tree):
    function: Tree
    arguments: tuple[Tree, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListOf(Tree):
    elements: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Tree):
    entries: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Tree):
    low: Tree | None
    high: Tree | None
    is_low_in: bool
    is_high_in: bool


@dataclass(frozen=True, slots=True)
class Lambda(Tree):
    parameters: tuple[tuple[str, Type | None], ...]
    body: Tree


@dataclass(frozen=True, slots=True)
class Ready(Tree):
    """A part that is compiled already: a decision table inside a boxed expression."""

    meaning: Any  # A Meaning, which is defined on trees.


@dataclass(frozen=True, slots=True)
class Test(Tree):
    """One unary test: an operator and its end point, or `in` and any expression."""

    operator: str
    operand: Tree


@dataclass(frozen=True, slots=True)
class Tests(Tree):
    """Alternatives; none at all is `-`, which every value passes."""

    alternatives: tuple[Test, ...]
    is_negated: bool = False
