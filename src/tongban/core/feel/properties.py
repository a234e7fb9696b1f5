"""What stands behind a dot or inside square brackets.

Sources: OMG DMN 1.5, clauses 10.3.2.5 (lists), 10.3.2.6 (context), table 65 (properties)."""

from collections.abc import Mapping
from decimal import Decimal

from tongban.core.feel import values
from tongban.core.feel.values import Value


def member(source: Value, name: str) -> Value:
    """The member of a context, or of each context of a list; null where there is none."""
    if isinstance(source, Mapping):
        return values.value_of(source.get(name))
    if isinstance(source, list):
        return [member(values.value_of(each), name) for each in source]
    return None


def element(elements: list[Value], index: Decimal) -> Value:
    """The element at a place counted from 1, or from -1 at the end."""
    place = int(index)
    if place != index or place == 0 or abs(place) > len(elements):
        return None
    return values.value_of(elements[place - 1 if place > 0 else place])
