"""FEEL, the expression language of DMN: compile once, evaluate often, on decimal numbers.

Sources: OMG DMN 1.5 (formal/2024-01-01), clause 10.3."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tongban.core.feel import meaning, syntax, tree
from tongban.core.feel.values import Function, TooMuchWork, Value
from tongban.core.feel.words import NotFeel

__all__ = ["Expression", "NotFeel", "TooMuchWork", "Value", "compile", "compile_tests", "evaluate"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked text with its meaning; equal texts are equal expressions."""

    text: str
    root: tree.Tree = field(compare=False, repr=False)
    run: meaning.Meaning = field(compare=False, repr=False)


def compile(text: str, names: Iterable[str] = ()) -> Expression:  # noqa: A001 -- the word of the design
    """Checks an expression; `names` are those known names that hold signs or reserved words.

    :raises NotFeel: with the place and the reason."""
    root = syntax.parse_expression(text, names)
    return Expression(text, root, meaning.compile_tree(root))


def compile_tests(text: str, names: Iterable[str] = ()) -> Expression:
    """Checks the unary tests of a decision table cell; the value tested is named `?`.

    :raises NotFeel: with the place and the reason."""
    root = syntax.parse_tests(text, names)
    return Expression(text, root, meaning.compile_tree(root))


def evaluate(expression: Expression, context: Mapping[str, object], *,
             at: datetime | None = None) -> Value:
    """The value in a context; every fault of types or missing names is null.

    `at` is what now() and today() answer; without it they are null.

    :raises TooMuchWork: where the expression looks at more elements than a rule may."""
    scope = meaning.Scope(_clock(at)) if at else None
    return expression.run(meaning.Scope(context, scope))


def _clock(at: datetime) -> Mapping[str, Function]:
    return {"now": Function("now", ((),), lambda: at), "today": Function("today", ((),), at.date)}
