"""Syntax tree to nested functions, once; evaluation is then calls only: no eval, bounded work.

Sources: OMG DMN 1.5, clause 10.3.2 (semantics; a fault of types gives null, never a stop)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar, cast

from tongban.core.feel import (
    arithmetic,
    functions,
    library,
    properties,
    temporal,
    tree,
    types,
    values,
)
from tongban.core.feel.values import TooMuchWork, Value

WORK_MAX = 500_000  # Elements looked at in one evaluation.
CALLS_DEEP_MAX = 30  # Functions inside functions, so that recursion ends.


class Scope:
    """Names visible at one place; the outermost scope holds the caller's context."""

    __slots__ = ("names", "outer", "work")

    def __init__(self, names: Mapping[str, object], outer: "Scope | None" = None) -> None:
        self.names = names
        self.outer = outer
        self.work: list[int] = outer.work if outer else [WORK_MAX, CALLS_DEEP_MAX]

    def spend(self, amount: int) -> None:
        self.work[0] -= amount
        if self.work[0] < 0:
            raise TooMuchWork


Meaning = Callable[[Scope], Value]
AnyTree = TypeVar("AnyTree", bound=tree.Tree)


def compile_tree(phrase: tree.Tree) -> Meaning:
    """The function that evaluates the phrase in a scope."""
    return _COMPILERS[type(phrase)](phrase)


def _literal(phrase: tree.Literal) -> Meaning:
    value = phrase.value
    return lambda scope: value


def _at_literal(phrase: tree.AtLiteral) -> Meaning:
    value = temporal.read(phrase.text)
    return lambda scope: value


def _name(phrase: tree.Name) -> Meaning:
    name = phrase.name
    built_in = library.BUILT_IN.get(name)

    def look_up(scope: Scope) -> Value:
        place: Scope | None = scope
        while place is not None:
            if name in place.names:
                return values.value_of(place.names[name])
            place = place.outer
        return built_in

    return look_up


def _negative(phrase: tree.Negative) -> Meaning:
    operand = compile_tree(phrase.operand)
    return lambda scope: arithmetic.negative(operand(scope))


def _arithmetic(phrase: tree.Arithmetic) -> Meaning:
    left, right = compile_tree(phrase.left), compile_tree(phrase.right)
    operate = arithmetic.OPERATIONS[phrase.operator]

    def calculate(scope: Scope) -> Value:
        result = operate(left(scope), right(scope))
        if isinstance(result, str):
            scope.spend(len(result))
        return result

    return calculate


def _comparison(phrase: tree.Comparison) -> Meaning:
    left, right = compile_tree(phrase.left), compile_tree(phrase.right)
    operator = phrase.operator
    return lambda scope: values.orders(operator, left(scope), right(scope))


def _logic(phrase: tree.Logic) -> Meaning:
    """Kleene: one side may decide alone; what is not a boolean counts as unknown."""
    left, right = compile_tree(phrase.left), compile_tree(phrase.right)
    decisive = phrase.operator == "or"

    def decide(scope: Scope) -> Value:
        first = left(scope)
        if first is decisive:
            return decisive
        second = right(scope)
        if second is decisive:
            return decisive
        return (not decisive) if first is second is (not decisive) else None

    return decide


def _between(phrase: tree.Between) -> Meaning:
    value, low, high = map(compile_tree, (phrase.value, phrase.low, phrase.high))

    def is_between(scope: Scope) -> Value:
        ends = values.Range(low(scope), high(scope))
        return None if None in (ends.low, ends.high) else values.is_within(value(scope), ends)

    return is_between


def _in(phrase: tree.In) -> Meaning:
    value, tests = compile_tree(phrase.value), compile_tree(phrase.tests)
    return lambda scope: tests(Scope({"?": value(scope)}, scope))


def _tests(phrase: tree.Tests) -> Meaning:
    """Whether the value named `?` passes one of the alternatives."""
    alternatives = tuple(_test(each) for each in phrase.alternatives)
    is_negated = phrase.is_negated

    def passes(scope: Scope) -> Value:
        verdicts = [test(scope) for test in alternatives]
        if not verdicts or True in verdicts:
            return not is_negated
        return None if None in verdicts else is_negated

    return passes


def _test(phrase: tree.Test) -> Meaning:
    operand, operator = compile_tree(phrase.operand), phrase.operator
    value = _name(tree.Name("?"))
    if operator != "in":
        return lambda scope: values.orders(operator, value(scope), operand(scope))
    if _mentions_input(phrase.operand):
        return lambda scope: operand(scope) is True
    return lambda scope: _is_in(value(scope), operand(scope))


def _mentions_input(phrase: tree.Tree) -> bool:
    if isinstance(phrase, tree.Name):
        return phrase.name == "?"
    if isinstance(phrase, tree.In):
        return _mentions_input(phrase.value)
    return any(_mentions_input(part) for part in tree.parts_of(phrase))


def _is_in(value: Value, option: Value) -> bool | None:
    """Equal to the option, inside it if it is a range, or one of it if it is a list."""
    if isinstance(option, values.Range) and not isinstance(value, values.Range):
        return values.is_within(value, option)
    if isinstance(option, list):
        if isinstance(value, list) and values.is_equal(value, option):
            return True
        verdicts = [_is_in(value, values.value_of(each)) for each in option]
        return True in verdicts
    return values.is_equal(value, option)


def _if(phrase: tree.If) -> Meaning:
    condition, then = compile_tree(phrase.condition), compile_tree(phrase.then)
    otherwise = compile_tree(phrase.otherwise)
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


def _for(phrase: tree.For) -> Meaning:
    iterate, body = _iteration(phrase.iterators), compile_tree(phrase.body)

    def collect(scope: Scope) -> Value:
        results: list[Value] = []

        def visit(inner: Scope) -> bool:
            results.append(body(inner))
            return False

        is_complete = iterate(Scope({"partial": results}, scope), visit)
        return results if is_complete else None

    return collect


def _quantified(phrase: tree.Quantified) -> Meaning:
    iterate, condition = _iteration(phrase.iterators), compile_tree(phrase.condition)
    decisive = not phrase.is_every

    def decide(scope: Scope) -> Value:
        verdicts: list[Value] = []

        def stops(inner: Scope) -> bool:
            verdicts.append(condition(inner))
            return verdicts[-1] is decisive

        finished = iterate(scope, stops)
        if finished is None or finished is False:
            return decisive if finished is False else None
        return not decisive if all(each is (not decisive) for each in verdicts) else None

    return decide


Visit = Callable[[Scope], bool]


def _iteration(iterators: Sequence[tree.Iterator]) -> Callable[[Scope, Visit], bool | None]:
    """Walks every combination; false if a visit stopped it, null if a source is no list."""
    name = iterators[0].name
    source = compile_tree(iterators[0].source)
    last = compile_tree(iterators[0].last) if iterators[0].last else None
    inner = _iteration(iterators[1:]) if len(iterators) > 1 else None

    def walk(scope: Scope, visit: Visit) -> bool | None:
        elements = _span(source(scope), last(scope), scope) if last else _elements(source(scope))
        if elements is None:
            return None
        for element in elements:
            scope.spend(1)
            here = Scope({name: element}, scope)
            if inner:
                result = inner(here, visit)
                if result is not True:
                    return result
            elif visit(here):
                return False
        return True

    return walk


def _elements(source: Value) -> list[Value] | None:
    if source is None:
        return None
    if isinstance(source, values.Range):
        return functions.members_of(source)
    return source if isinstance(source, list) else [source]


def _span(low: Value, high: Value, scope: Scope) -> list[Value] | None:
    """`low..high`, counted down where high is less."""
    span = functions.span(low, high, scope.work[0])
    if span is None and isinstance(low, Decimal | date) and values.compare(low, high) is not None:
        raise TooMuchWork
    return span


def _path(phrase: tree.Path) -> Meaning:
    source, name = compile_tree(phrase.source), phrase.name
    return lambda scope: properties.member(source(scope), name)


def _filter(phrase: tree.Filter) -> Meaning:
    source, condition = compile_tree(phrase.source), compile_tree(phrase.condition)

    def select(scope: Scope) -> Value:
        found = source(scope)
        if found is None:
            return None
        elements = found if isinstance(found, list) else [found]
        scope.spend(len(elements))
        index = _constant_index(condition, scope) if elements else None
        if index is not None:
            return properties.element(elements, index)
        return _select(elements, condition, scope)

    return select


def _constant_index(condition: Meaning, scope: Scope) -> Decimal | None:
    index = condition(Scope({"item": None}, scope))
    return index if isinstance(index, Decimal) else None


def _select(elements: list[Value], condition: Meaning, scope: Scope) -> Value:
    chosen = []
    for element in elements:
        here = {"item": element}
        if isinstance(element, Mapping):
            here |= element
        verdict = condition(Scope(here, scope))
        if isinstance(verdict, Decimal):
            return properties.element(elements, verdict)
        if verdict is True:
            chosen.append(element)
    return chosen


def _list(phrase: tree.ListOf) -> Meaning:
    elements = tuple(compile_tree(each) for each in phrase.elements)

    def build(scope: Scope) -> Value:
        scope.spend(len(elements))
        return [element(scope) for element in elements]

    return build


def _context(phrase: tree.ContextOf) -> Meaning:
    entries = tuple((key, compile_tree(each)) for key, each in phrase.entries)
    keys = {key for key, _ in entries}

    def build(scope: Scope) -> Value:
        if len(keys) != len(entries):
            return None
        built: dict[str, Value] = {}
        inner = Scope(built, scope)
        for key, entry in entries:
            built[key] = entry(inner)
        return built

    return build


def _range(phrase: tree.RangeOf) -> Meaning:
    low = compile_tree(phrase.low) if phrase.low else None
    high = compile_tree(phrase.high) if phrase.high else None
    is_low_in, is_high_in = phrase.is_low_in, phrase.is_high_in

    def build(scope: Scope) -> Value:
        start = low(scope) if low else None
        end = high(scope) if high else None
        return functions.make_range(
            start, end, is_low_in, is_high_in, is_half=low is None or high is None)

    return build


def _lambda(phrase: tree.Lambda) -> Meaning:
    names = tuple(name for name, _ in phrase.parameters)
    kinds = tuple(kind for _, kind in phrase.parameters)
    body = compile_tree(phrase.body)

    def close(scope: Scope) -> Value:
        def call(*arguments: Value) -> Value:
            given = [types.coerce(value, kind) for value, kind in zip(arguments, kinds, strict=True)]
            inner = Scope(dict(zip(names, given, strict=True)), scope)
            return _deeper(inner, body)

        return values.Function("function", (names,), call)

    return close


def _deeper(scope: Scope, body: Meaning) -> Value:
    scope.work[1] -= 1
    if scope.work[1] < 0:
        raise TooMuchWork
    result = body(scope)
    scope.work[1] += 1
    return result


def _call(phrase: tree.Call) -> Meaning:
    function = compile_tree(phrase.function)
    arguments = tuple(compile_tree(each) for each in phrase.arguments)
    names = phrase.names

    def call(scope: Scope) -> Value:
        scope.spend(1)
        called = function(scope)
        if not isinstance(called, values.Function):
            return None
        given = [argument(scope) for argument in arguments]
        result = functions.call(called, given, names)
        if isinstance(result, str | list):
            scope.spend(len(result))
        return result

    return call


def _instance_of(phrase: tree.InstanceOf) -> Meaning:
    value, kind = compile_tree(phrase.value), phrase.type
    return lambda scope: types.is_instance(value(scope), kind)


def _ready(phrase: tree.Ready) -> Meaning:
    return cast(Meaning, phrase.meaning)


_COMPILERS = cast(Mapping[type, Callable[[tree.Tree], Meaning]], {
    tree.Literal: _literal, tree.AtLiteral: _at_literal, tree.Name: _name,
    tree.Negative: _negative, tree.Arithmetic: _arithmetic, tree.Comparison: _comparison,
    tree.Logic: _logic, tree.Between: _between, tree.In: _in, tree.Tests: _tests, tree.If: _if,
    tree.For: _for, tree.Quantified: _quantified, tree.Path: _path, tree.Filter: _filter,
    tree.ListOf: _list, tree.ContextOf: _context, tree.RangeOf: _range, tree.Lambda: _lambda,
    tree.Call: _call, tree.InstanceOf: _instance_of, tree.Ready: _ready,
})
