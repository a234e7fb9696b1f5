"""Is a decision table complete and without contradiction? Every combination that matters is tried.

A column is cut where its tests change their answer, so a sample from each piece stands for all.

Sources: D. Calvanese et al., Semantics and analysis of DMN decision tables (2016)."""

import datetime
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from tongban.core.dmn.table import Table
from tongban.core.feel import arithmetic, meaning, tree, values
from tongban.core.feel.meaning import Scope
from tongban.core.feel.values import Months, Range, Value

FINDINGS_MAX = 50
STEPS_MAX = 200_000
OTHER = "…"  # Stands for any text no rule names.
ONE_HIT = frozenset({"UNIQUE", "ANY"})


@dataclass(frozen=True, slots=True)
class Gap:
    """A combination of inputs no rule covers."""

    sample: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules that both hold for the sample although the hit policy allows one."""

    first: int
    second: int
    sample: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A column with tests whose answer depends on more than its value; it was not analysed."""

    column: int


Finding = Gap | Overlap | Unclear


def analyse(table: Table) -> tuple[Finding, ...]:
    """Gaps and overlaps; rules are counted from 1. A default output covers every gap."""
    columns = [_samples(table, number) for number in range(len(table.inputs))]
    unclear = tuple(Unclear(number) for number, samples in enumerate(columns, 1) if samples is None)
    if unclear:
        return unclear
    masks = [_masks(table, number, samples or []) for number, samples in enumerate(columns)]
    walk = _Walk(table, masks)
    walk.run(0, (1 << len(table.rules)) - 1, ())
    return tuple(walk.found)


def _samples(table: Table, number: int) -> list[Value] | None:
    """A value from each piece of the column, or null where a test is not about constants."""
    tests = [rule.tests[number].root for rule in table.rules]
    allowed = table.inputs[number].allowed
    if allowed:
        tests.append(allowed.root)
    ends: list[Value] = []
    for root in tests:
        found = _constants(root)
        if found is None:
            return None
        ends += found
    samples = list(_between(ends))
    if allowed:
        samples = [each for each in samples if allowed.run(Scope({"?": each})) is True]
    return samples


def _constants(root: tree.Tree) -> list[Value] | None:
    """The end points and values the tests name."""
    assert isinstance(root, tree.Tests)
    found: list[Value] = []
    for test in root.alternatives:
        if _is_open(test.operand):
            return None
        value = meaning.compile_tree(test.operand)(Scope({}))
        for each in value if isinstance(value, list) else [value]:
            found += [each.low, each.high] if isinstance(each, Range) else [each]
    return found


def _is_open(phrase: tree.Tree) -> bool:
    """Whether it reads a name that is not a built-in function being called."""
    if isinstance(phrase, tree.Call) and isinstance(phrase.function, tree.Name):
        return any(_is_open(each) for each in phrase.arguments)
    return isinstance(phrase, tree.Name) or any(map(_is_open, tree.parts_of(phrase)))


def _between(ends: Sequence[Value]) -> Iterator[Value]:
    """The ends themselves, and a value below, between and above them."""
    kinds = {values.kind_of(each) for each in ends} - {"null"}
    if kinds <= {"boolean"} and kinds:
        yield from (True, False)
    elif kinds <= {"string"}:
        yield from dict.fromkeys([*(each for each in ends if each is not None), OTHER])
    elif len(kinds) == 1 and kinds <= values.ORDERED:
        points = [each for each in ends if each is not None]
        if kinds == {"time"}:
            points += [datetime.time.min, datetime.time.max]
        ordered = sorted(points, key=functools.cmp_to_key(lambda a, b: values.compare(a, b) or 0))
        for low, high in zip([None, *ordered], [*ordered, None], strict=True):
            yield from (each for each in (_middle(low, high), high) if each is not None)
    else:
        yield from dict.fromkeys(ends)


def _middle(low: Value, high: Value) -> Value:
    """A value strictly between, or below the first, or above the last; null if there is none."""
    kind = values.kind_of(high if low is None else low)
    if kind == "time":
        return _between_times(low, high)
    one = _STEPS[kind]
    if low is None:
        return arithmetic.subtract(high, one)
    if high is None:
        return arithmetic.add(low, one)
    if kind == "date" or kind == "years and months duration":
        after = arithmetic.add(low, one)
        return after if values.compare(after, high) == -1 else None
    return arithmetic.add(low, arithmetic.divide(arithmetic.subtract(high, low), Decimal(2)))


def _between_times(low: Value, high: Value) -> Value:
    """Times have a first and a last, so nothing lies outside."""
    if low is None or high is None:
        return None
    half = arithmetic.divide(arithmetic.subtract(high, low), Decimal(2))
    return arithmetic.add(low, half)


_STEPS: Mapping[str, Value] = {
    "number": Decimal(1), "date": timedelta(days=1), "date and time": timedelta(days=1),
    "days and time duration": timedelta(days=1), "years and months duration": Months(1),
}


def _masks(table: Table, number: int, samples: Sequence[Value]) -> dict[int, Value]:
    """For each different set of rules that hold, as bits, one sample."""
    masks: dict[int, Value] = {}
    for sample in samples:
        scope = Scope({"?": sample})
        mask = sum(1 << place for place, rule in enumerate(table.rules)
                   if rule.tests[number].run(scope) is True)
        masks.setdefault(mask, sample)
    return masks


class _Walk:
    """Column by column, keeping the rules that can still hold."""

    def __init__(self, table: Table, masks: list[dict[int, Value]]) -> None:
        self.table = table
        self.masks = masks
        self.found: list[Finding] = []
        self.pairs: set[tuple[int, int]] = set()
        self.steps = 0
        self.has_default = any(output.default for output in table.outputs)

    def run(self, column: int, alive: int, sample: tuple[Value, ...]) -> None:
        self.steps += 1
        if self.steps > STEPS_MAX or len(self.found) >= FINDINGS_MAX:
            return
        if not alive:
            self.note_gap(sample)
        elif column == len(self.masks):
            self.note_overlap(alive, sample)
        else:
            for mask, value in self.masks[column].items():
                self.run(column + 1, alive & mask, (*sample, value))

    def note_gap(self, sample: tuple[Value, ...]) -> None:
        if not self.has_default:
            self.found.append(Gap(sample))

    def note_overlap(self, alive: int, sample: tuple[Value, ...]) -> None:
        rules = [number for number in range(len(self.table.rules)) if alive >> number & 1]
        if len(rules) < 2 or self.table.policy not in ONE_HIT:
            return
        pair = rules[0], rules[1]
        first, second = (self.table.rules[number] for number in pair)
        agree = [one.text for one in first.results] == [other.text for other in second.results]
        if pair not in self.pairs and not (self.table.policy == "ANY" and agree):
            self.pairs.add(pair)
            self.found.append(Overlap(pair[0] + 1, pair[1] + 1, sample))
