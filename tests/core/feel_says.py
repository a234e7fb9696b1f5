"""Compares what FEEL expressions come to, both sides written in FEEL."""

from tongban.core import feel
from tongban.core.feel import values


def value(text, context=None):
    return feel.evaluate(feel.compile(text), context or {})


def same(text, expected, context=None):
    """Whether the two come to the same value of the same kind, or both to null."""
    found, wanted = value(text, context), value(expected, context)
    if wanted is None or found is None:
        return found is wanted
    return values.kind_of(found) == values.kind_of(wanted) and values.is_equal(found, wanted) is True
