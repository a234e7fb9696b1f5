"""String functions of FEEL.

Sources: OMG DMN 1.5, clause 10.3.4.3 (table 68); W3C XPath and XQuery Functions 3.1 for patterns."""

from collections.abc import Callable
from decimal import Decimal

from tongban.core.feel import patterns, values
from tongban.core.feel.values import Function, Value


def _texts(operate: Callable[..., Value]) -> Callable[..., Value]:
    """The function where every argument is a text, else null."""
    def checked(*given: Value) -> Value:
        return operate(*given) if all(isinstance(each, str) for each in given) else None

    return checked


def _substring(text: Value, start: Value, length: Value = None) -> Value:
    if not isinstance(text, str) or not isinstance(start, Decimal) or not int(start):
        return None
    begin = int(start) - 1 if start > 0 else len(text) + int(start)
    if not 0 <= begin <= len(text):
        return None if begin < 0 else ""
    if length is None:
        return text[begin:]
    return text[begin : begin + int(length)] if isinstance(length, Decimal) and length >= 1 else None


def _split(text: str, delimiter: str) -> Value:
    pattern = patterns.compile_pattern(delimiter, "")
    return pattern.split(text) if pattern else None


def _matches(text: Value, pattern: Value, flags: Value = None) -> Value:
    compiled = _pattern(pattern, flags)
    return compiled.is_in(text) if compiled and isinstance(text, str) else None


def _replace(text: Value, pattern: Value, replacement: Value, flags: Value = None) -> Value:
    compiled = _pattern(pattern, flags)
    if compiled is None or not isinstance(text, str) or not isinstance(replacement, str):
        return None
    return compiled.replace(text, replacement)


def _pattern(pattern: Value, flags: Value) -> patterns.Pattern | None:
    if not isinstance(pattern, str) or not isinstance(flags, str | None):
        return None
    return patterns.compile_pattern(pattern, flags or "")


def _join(elements: Value, delimiter: Value = None) -> Value:
    elements = [elements] if isinstance(elements, str) else elements
    if not isinstance(elements, list) or not isinstance(delimiter, str | None):
        return None
    kept = [each for each in map(values.value_of, elements) if each is not None]
    if not all(isinstance(each, str) for each in kept):
        return None
    between = delimiter or ""
    if sum(len(str(each)) + len(between) for each in kept) > values.TEXT_LENGTH_MAX:
        raise values.TooMuchWork
    return between.join(map(str, kept))


_TWO = ("string", "match")
FUNCTIONS = (
    Function("substring", (("string", "start position"), ("string", "start position", "length")), _substring),
    Function("string length", (("string",),), _texts(lambda text: Decimal(len(text)))),
    Function("upper case", (("string",),), _texts(str.upper)),
    Function("lower case", (("string",),), _texts(str.lower)),
    Function("trim", (("string",),), _texts(str.strip)),
    Function("substring before", (_TWO,), _texts(
        lambda text, match: text.partition(match)[0] if match and match in text else "")),
    Function("substring after", (_TWO,), _texts(
        lambda text, match: text.partition(match)[2] if match else text)),
    Function("contains", (_TWO,), _texts(lambda text, match: match in text)),
    Function("starts with", (_TWO,), _texts(str.startswith)),
    Function("ends with", (_TWO,), _texts(str.endswith)),
    Function("split", (("string", "delimiter"),), _texts(_split)),
    Function("matches", (("input", "pattern"), ("input", "pattern", "flags")), _matches),
    Function("replace", (("input", "pattern", "replacement"),
                         ("input", "pattern", "replacement", "flags")), _replace),
    Function("string join", (("list",), ("list", "delimiter")), _join),
)
