"""Decision tables: seven hit policies and four aggregations.

Sources: OMG DMN 1.5, clauses 8.2.8, 8.2.11 (hit policies), 8.3 (metamodel)."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tongban.core import feel
from tongban.core.feel import library, values
from tongban.core.feel.meaning import Scope
from tongban.core.feel.values import Value

POLICIES = ("UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT")
AGGREGATIONS = ("", "SUM", "MIN", "MAX", "COUNT")


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions; `allowed` are the values it may have, in unary tests."""

    label: str
    expression: feel.Expression
    allowed: feel.Expression | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results; the order of `allowed` is their priority."""

    name: str
    allowed: tuple[Value, ...] = ()
    default: feel.Expression | None = None
    convert: Callable[[Value], Value] = field(default=lambda value: value, compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    tests: tuple[feel.Expression, ...]
    results: tuple[feel.Expression, ...]


@dataclass(frozen=True, slots=True)
class Table:
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    policy: str = "UNIQUE"
    aggregation: str = ""

    def decide(self, scope: Scope) -> Value:
        """The result under the hit policy; null where the policy is broken."""
        asked = [column.expression.run(scope) for column in self.inputs]
        for column, value in zip(self.inputs, asked, strict=True):
            if column.allowed and value is not None and column.allowed.run(
                    Scope({"?": value}, scope)) is not True:
                return None
        scope.spend(len(self.rules) * max(len(self.inputs), 1))
        places = [Scope({"?": value}, scope) for value in asked]
        hits = [rule for rule in self.rules
                if all(test.run(place) is True for test, place in zip(rule.tests, places, strict=True))]
        if not hits:
            return self._default(scope)
        return _POLICIES[self.policy](self, [self._result(rule, scope) for rule in hits])

    def _result(self, rule: Rule, scope: Scope) -> Value:
        found = [output.convert(result.run(scope))
                 for output, result in zip(self.outputs, rule.results, strict=True)]
        return self._row(found)

    def _default(self, scope: Scope) -> Value:
        if all(output.default is None for output in self.outputs):
            return None
        return self._row([output.default.run(scope) if output.default else None
                          for output in self.outputs])

    def _row(self, found: Sequence[Value]) -> Value:
        if len(self.outputs) == 1:
            return found[0]
        return {output.name: value for output, value in zip(self.outputs, found, strict=True)}

    def _rank(self, result: Value) -> tuple[int, ...]:
        """Place of each output in the order of its allowed values; unlisted ones come last."""
        ranks = []
        for output in self.outputs:
            value = result.get(output.name) if isinstance(result, Mapping) and len(self.outputs) > 1 else result
            listed = [values.is_equal(values.value_of(value), each) is True for each in output.allowed]
            ranks.append(listed.index(True) if True in listed else len(listed))
        return tuple(ranks)


def _unique(table: Table, results: list[Value]) -> Value:
    return results[0] if len(results) == 1 else None


def _any(table: Table, results: list[Value]) -> Value:
    agree = all(values.is_equal(each, results[0]) is True for each in results)
    return results[0] if agree else None


def _collect(table: Table, results: list[Value]) -> Value:
    if not table.aggregation:
        return results
    if table.aggregation == "COUNT":
        return Decimal(len(_distinct(results)) if len(table.outputs) > 1 else len(results))
    if len(table.outputs) > 1:
        return None
    return library.BUILT_IN[table.aggregation.lower()].call(results)


def _distinct(results: list[Value]) -> list[Value]:
    return functools.reduce(
        lambda kept, each: kept if any(values.is_equal(each, old) for old in kept) else [*kept, each],
        results, [])


_POLICIES: Mapping[str, Callable[[Table, list[Value]], Value]] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "PRIORITY": lambda table, results: min(results, key=table._rank),
    "FIRST": lambda table, results: results[0],
    "RULE ORDER": lambda table, results: results,
    "OUTPUT ORDER": lambda table, results: sorted(results, key=table._rank),
    "COLLECT": _collect,
}
