"""FEEL types: is a value an instance of a type, and what a parameter makes of an argument.

Sources: OMG DMN 1.5, clauses 10.3.2.9 (types), 10.3.2.9.4 (conversions)."""

from collections.abc import Mapping

from tongban.core.feel import tree, values
from tongban.core.feel.values import Value

DURATIONS = {
    "days and time duration", "years and months duration", "dayTimeDuration", "yearMonthDuration",
}


def is_instance(value: Value, kind: tree.Type) -> bool | None:
    """Whether the value has the type; null has only the type Null and conforms to all."""
    if value is None:
        return kind.name == "Null"
    if kind.name == "Any":
        return True
    if values.kind_of(value) != kind.name:
        return False
    if isinstance(value, list) and kind.parts:
        return all(conforms(values.value_of(each), kind.parts[0][1]) for each in value)
    if isinstance(value, Mapping):
        return all(name in value and conforms(values.value_of(value[name]), part)
                   for name, part in kind.parts)
    if isinstance(value, values.Range) and kind.parts:
        return all(conforms(end, kind.parts[0][1]) for end in (value.low, value.high))
    return True


def conforms(value: Value, kind: tree.Type) -> bool:
    return value is None or is_instance(value, kind) is True


def coerce(value: Value, kind: tree.Type | None) -> Value:
    """The value as a parameter of that type takes it: one for a list, a list for one, else null."""
    if kind is None or conforms(value, kind):
        return value
    if kind.name == "list" and conforms([value], kind):
        return [value]
    if isinstance(value, list) and len(value) == 1 and conforms(values.value_of(value[0]), kind):
        return values.value_of(value[0])
    return None
