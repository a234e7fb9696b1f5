"""Context functions of FEEL, and `is`.

Sources: OMG DMN 1.5, clauses 10.3.4.8, 10.3.4.9 (tables 73, 74)."""

import datetime
from collections.abc import Mapping

from tongban.core.feel import values
from tongban.core.feel.values import Function, Value


def _get_value(source: Value, key: Value) -> Value:
    if not isinstance(source, Mapping):
        return None
    if isinstance(key, list):
        for step in key:
            source = _get_value(source, step)
        return source if key else None
    return values.value_of(source.get(key)) if isinstance(key, str) else None


def _get_entries(source: Value) -> Value:
    if not isinstance(source, Mapping):
        return None
    return [{"key": key, "value": values.value_of(value)} for key, value in source.items()]


def _context(entries: Value) -> Value:
    """A context of a list of key and value; null where a key is missing or doubled."""
    built: dict[str, Value] = {}
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, Mapping) or not {"key", "value"} <= entry.keys():
            return None
        key = entry["key"]
        if not isinstance(key, str) or key in built:
            return None
        built[key] = values.value_of(entry["value"])
    return built


def _context_put(source: Value, key: Value, value: Value) -> Value:
    keys = key if isinstance(key, list) else [key]
    if not isinstance(source, Mapping) or not keys or not isinstance(keys[0], str):
        return None
    if len(keys) > 1:
        value = _context_put(values.value_of(source.get(keys[0])), keys[1:], value)
        if value is None:
            return None
    return {**source, keys[0]: value}


def _context_merge(contexts: Value) -> Value:
    merged: dict[str, Value] = {}
    for each in contexts if isinstance(contexts, list) else [contexts]:
        if not isinstance(each, Mapping):
            return None
        merged |= each
    return merged


def _is(left: Value, right: Value) -> Value:
    """The same kind and the same value, zone and all."""
    if isinstance(left, datetime.time | datetime.datetime) and type(left) is type(right):
        assert isinstance(right, datetime.time | datetime.datetime)
        return (left.replace(tzinfo=None), left.utcoffset(), _zone(left)) == (
            right.replace(tzinfo=None), right.utcoffset(), _zone(right))
    return values.is_equal(left, right) is True


def _zone(at: datetime.time | datetime.datetime) -> str:
    name = at.tzname() or ""
    return name if "/" in name else ""


FUNCTIONS = (
    Function("get value", (("m", "key"), ("context", "key")), _get_value),
    Function("get entries", (("m",), ("context",)), _get_entries),
    Function("context", (("entries",),), _context),
    Function("context put", (("context", "key", "value"), ("context", "keys", "value")), _context_put),
    Function("context merge", (("contexts",),), _context_merge),
    Function("is", (("value1", "value2"),), _is),
)
