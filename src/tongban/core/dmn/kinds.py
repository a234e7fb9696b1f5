"""Types of a model: what a value must look like, and which values are allowed.

Sources: OMG DMN 1.5, clause 7.3.2 (item definitions), 10.3.2.9.4 (conversion)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.core import feel
from tongban.core.feel import meaning, tree, types, values
from tongban.core.feel.values import Value

PLAIN = {
    "Any": "Any", "string": "string", "number": "number", "boolean": "boolean", "date": "date",
    "time": "time", "dateTime": "date and time", "date and time": "date and time",
    "context": "context", "dayTimeDuration": "days and time duration",
    "days and time duration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "years and months duration": "years and months duration",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A named type: a plain one, or members, or a list of either; `allowed` are unary tests."""

    base: str = ""
    members: tuple[tuple[str, str], ...] = ()
    is_list: bool = False
    allowed: feel.Expression | None = None
    is_function: bool = False


Kinds = Mapping[str, Kind]
ANY = Kind("Any")


def fits(value: Value, name: str, kinds: Kinds) -> bool:
    """Whether the value conforms to the named type; null conforms to all."""
    if value is None or not name:
        return True
    local = name.rpartition(":")[2]
    kind = kinds.get(name) or kinds.get(local)
    if kind is None:
        plain = PLAIN.get(local)
        return plain is None or types.conforms(value, tree.Type(plain))
    if kind.is_list:
        return isinstance(value, list) and all(
            _fits_one(values.value_of(each), kind, kinds) for each in value)
    return _fits_one(value, kind, kinds)


def _fits_one(value: Value, kind: Kind, kinds: Kinds) -> bool:
    if kind.is_function:
        return isinstance(value, values.Function)
    if kind.members:
        if not isinstance(value, Mapping):
            return False
        return all(fits(values.value_of(value.get(name)), member, kinds) for name, member in kind.members)
    if not fits(value, kind.base, kinds):
        return False
    return kind.allowed is None or passes(kind.allowed, value)


def passes(tests: feel.Expression, value: Value) -> bool:
    return value is None or tests.run(meaning.Scope({"?": value})) is True


def convert(value: Value, name: str, kinds: Kinds) -> Value:
    """The value as the type takes it: one for a list of one, a list of one for one, else null."""
    if fits(value, name, kinds):
        return value
    if fits([value], name, kinds):
        return [value]
    if isinstance(value, list) and len(value) == 1 and fits(values.value_of(value[0]), name, kinds):
        return values.value_of(value[0])
    return None
