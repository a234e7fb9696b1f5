"""List functions of FEEL.

Sources: OMG DMN 1.5, clause 10.3.4.4 (table 69), 10.3.4.7 (sort)."""

import collections
import functools
from collections.abc import Callable, Iterable
from decimal import Decimal

from tongban.core.feel import values
from tongban.core.feel.functions import call
from tongban.core.feel.values import NUMBERS, Function, Value

Elements = list[Value]
OTHERS_MAX = 1_000  # Values that can only be compared with each other, which is quadratic.


def _of_list(operate: Callable[..., Value]) -> Callable[..., Value]:
    """The function where the first argument is a list; a single value counts as a list of one."""
    def checked(elements: Value, *rest: Value) -> Value:
        if elements is None:
            return None
        return operate(_values(elements if isinstance(elements, list) else [elements]), *rest)

    return checked


def _of_many(operate: Callable[[Elements], Value]) -> Callable[..., Value]:
    """The function of one list or of any number of values."""
    def checked(*given: Value) -> Value:
        if len(given) == 1 and isinstance(given[0], list):
            return operate(_values(given[0]))
        return None if len(given) == 1 and given[0] is None else operate(_values(given))

    return checked


def _values(elements: Iterable[object]) -> Elements:
    return [values.value_of(each) for each in elements]


def _numbers(operate: Callable[[list[Decimal]], Decimal]) -> Callable[..., Value]:
    """A number of numbers; null of none, or where one is not a number."""
    def of_numbers(elements: Elements) -> Value:
        numbers = [each for each in elements if isinstance(each, Decimal)]
        if not numbers or len(numbers) < len(elements):
            return None
        return values.number_of(operate(numbers))

    return _of_many(of_numbers)


def _sum(numbers: list[Decimal]) -> Decimal:
    return functools.reduce(NUMBERS.add, numbers)


def _mean(numbers: list[Decimal]) -> Decimal:
    return NUMBERS.divide(_sum(numbers), Decimal(len(numbers)))


def _median(numbers: list[Decimal]) -> Decimal:
    middle, is_odd = divmod(len(numbers), 2)
    ordered = sorted(numbers)
    return ordered[middle] if is_odd else _mean(ordered[middle - 1 : middle + 1])


def _deviation(numbers: list[Decimal]) -> Decimal:
    """Of a sample; of one number there is none."""
    if len(numbers) < 2:
        return Decimal("NaN")
    mean = _mean(numbers)
    squares = [NUMBERS.power(NUMBERS.subtract(each, mean), Decimal(2)) for each in numbers]
    return NUMBERS.sqrt(NUMBERS.divide(_sum(squares), Decimal(len(numbers) - 1)))


def _mode(elements: Elements) -> Value:
    numbers = [each for each in elements if isinstance(each, Decimal)]
    if len(numbers) < len(elements):
        return None
    counts = collections.Counter(numbers)
    most = max(counts.values(), default=0)
    return sorted(each for each, count in counts.items() if count == most)


def _extreme(sign: int) -> Callable[[Elements], Value]:
    def of_elements(elements: Elements) -> Value:
        if not elements or values.compare(elements[0], elements[0]) is None:
            return None
        best = elements[0]
        for each in elements[1:]:
            order = values.compare(each, best)
            if order is None:
                return None
            best = each if order == sign else best
        return best

    return of_elements


def _all(elements: Elements) -> Value:
    if any(each is False for each in elements):
        return False
    return True if all(each is True for each in elements) else None


def _any(elements: Elements) -> Value:
    if any(each is True for each in elements):
        return True
    return False if all(each is False for each in elements) else None


def _contains(elements: Elements, wanted: Value) -> Value:
    return any(values.is_equal(each, wanted) is True for each in elements)


def _place(elements: Elements, place: Value, *, last: int) -> int | None:
    """The index of a place counted from 1, or from -1 at the end."""
    if not isinstance(place, Decimal) or place != place.to_integral_value() or not place:
        return None
    index = int(place) - 1 if place > 0 else len(elements) + int(place)
    return index if 0 <= index <= last else None


def _sublist(elements: Elements, start: Value, length: Value = None) -> Value:
    index = _place(elements, start, last=len(elements) - 1)
    if index is None:
        return None
    if length is None:
        return elements[index:]
    if not isinstance(length, Decimal) or not 0 <= length <= len(elements) - index:
        return None
    return elements[index : index + int(length)]


def _insert_before(elements: Elements, place: Value, new: Value) -> Value:
    index = _place(elements, place, last=len(elements) - (0 if place == len(elements) + 1 else 1))
    return None if index is None else [*elements[:index], new, *elements[index:]]


def _remove(elements: Elements, place: Value) -> Value:
    index = _place(elements, place, last=len(elements) - 1)
    return None if index is None else elements[:index] + elements[index + 1 :]


def _replace(elements: Elements, where: Value, new: Value) -> Value:
    if isinstance(where, Function):
        verdicts = [call(where, [each, new], ()) for each in elements]
        if not all(isinstance(each, bool) for each in verdicts):
            return None
        return [new if hit else each for each, hit in zip(elements, verdicts, strict=True)]
    index = _place(elements, where, last=len(elements) - 1)
    return None if index is None else [*elements[:index], new, *elements[index + 1 :]]


def _index_of(elements: Elements, wanted: Value) -> Value:
    return [Decimal(number) for number, each in enumerate(elements, 1)
            if values.is_equal(each, wanted) is True]


def _distinct(elements: Elements) -> Elements:
    """Plain values are told apart by hash; only others are compared one by one."""
    kept: Elements = []
    others: Elements = []
    plain: set[tuple[str, Value]] = set()
    for each in elements:
        if each is None or isinstance(each, str | bool | Decimal):
            key = (values.kind_of(each), each)
            is_new = key not in plain
            plain.add(key)
        else:
            is_new = _contains(others, each) is False
            others += [each] if is_new else []
            if len(others) > OTHERS_MAX:
                raise values.TooMuchWork
        kept += [each] if is_new else []
    return kept


def _concatenate(*lists: Value) -> Value:
    if any(each is None for each in lists):
        return None
    return [each for part in lists for each in _values(part if isinstance(part, list) else [part])]


def _union(*lists: Value) -> Value:
    joined = _concatenate(*lists)
    return _distinct(joined) if isinstance(joined, list) else None


def _flatten(elements: Elements) -> Elements:
    flat: Elements = []
    pending = list(reversed(elements))
    while pending:
        each = pending.pop()
        if isinstance(each, list):
            pending.extend(reversed(_values(each)))
        else:
            flat.append(each)
    return flat


def _sort(elements: Elements, precedes: Value = None) -> Value:
    """By a function that says whether the first of two comes first, else by their own order."""
    if precedes is None:
        key = functools.cmp_to_key(lambda a, b: values.compare(a, b) or 0)
        is_ordered = all(values.compare(each, elements[0]) is not None for each in elements)
        return sorted(elements, key=key) if is_ordered else None
    if not isinstance(precedes, Function):
        return None
    return sorted(elements, key=functools.cmp_to_key(
        lambda a, b: -1 if call(precedes, [a, b], ()) is True else int(
            call(precedes, [b, a], ()) is True)))


_LIST = (("list",),)
_AT = (("list", "position"),)
FUNCTIONS = (
    Function("list contains", (("list", "element"),), _of_list(_contains)),
    Function("count", _LIST, _of_list(lambda elements: Decimal(len(elements)))),
    Function("min", _LIST, _of_many(_extreme(-1)), is_open=True),
    Function("max", _LIST, _of_many(_extreme(1)), is_open=True),
    Function("sum", _LIST, _numbers(_sum), is_open=True),
    Function("product", _LIST, _numbers(lambda numbers: functools.reduce(NUMBERS.multiply, numbers)),
             is_open=True),
    Function("mean", _LIST, _numbers(_mean), is_open=True),
    Function("median", _LIST, _numbers(_median), is_open=True),
    Function("stddev", _LIST, _numbers(_deviation), is_open=True),
    Function("mode", _LIST, _of_many(_mode), is_open=True),
    Function("all", _LIST, _of_many(_all), is_open=True),
    Function("any", _LIST, _of_many(_any), is_open=True),
    Function("and", _LIST, _of_many(_all), is_open=True),
    Function("or", _LIST, _of_many(_any), is_open=True),
    Function("sublist", (("list", "start position"), ("list", "start position", "length")),
             _of_list(_sublist)),
    Function("append", (("list", "item"),), _of_list(lambda elements, *items: [*elements, *items]),
             is_open=True),
    Function("concatenate", _LIST, _concatenate, is_open=True),
    Function("insert before", (("list", "position", "newItem"),), _of_list(_insert_before)),
    Function("remove", _AT, _of_list(_remove)),
    Function("list replace", (("list", "position", "newItem"), ("list", "match", "newItem")),
             _of_list(_replace)),
    Function("reverse", _LIST, _of_list(lambda elements: elements[::-1])),
    Function("index of", (("list", "match"),), _of_list(_index_of)),
    Function("union", _LIST, _union, is_open=True),
    Function("distinct values", _LIST, _of_list(_distinct)),
    Function("flatten", _LIST, _of_list(_flatten)),
    Function("sort", (("list", "precedes"), ("list",)), _of_list(_sort)),
)
