"""FEEL values as JSON and back: numbers keep every digit, what JSON does not know becomes FEEL's own text.

Sources: OMG DMN 1.5, clause 10.3.4.1 (string of a value); RFC 8259 (numbers)."""

import json
from collections.abc import Mapping
from decimal import Decimal

from tongban.core.feel.library import conversion
from tongban.core.feel.values import Value


def value_of_json(text: str) -> Value:
    """The value a JSON document describes; numbers are decimal.

    :raises ValueError: not JSON."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_none)


def json_of_value(value: Value) -> str:
    """The value as JSON."""
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal | int):
        return conversion.write(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(name), ensure_ascii=False)}: {json_of_value(one)}"
                               for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(json_of_value(one) for one in value) + "]"
    return json.dumps(conversion.write(value), ensure_ascii=False)


def _none(_word: str) -> None:
    """NaN and Infinity are no numbers of FEEL."""
