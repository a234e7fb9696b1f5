"""Regular expressions that always end: matched in time proportional to text times pattern.

A backtracking matcher can take for ever on a text a citizen typed; this one walks all alternatives
side by side (Thompson, with Pike's groups). No back references.

Sources: W3C XPath and XQuery Functions 3.1, clause 5.6.1 (syntax, flags i s m x q); K. Thompson,
Regular expression search algorithm (1968); R. Cox, Regular expression matching: the virtual machine
approach (2009)."""

import functools
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tongban.core.feel.values import TEXT_LENGTH_MAX, TooMuchWork

PATTERN_LENGTH_MAX = 1_000
PROGRAM_LENGTH_MAX = 2_000
DEPTH_MAX = 30
STEPS_MAX = 2_000_000
FLAGS = frozenset("ismxq")
Accepts = Callable[[str], bool]


class _Wrong(Exception):
    """The pattern is not in the supported syntax."""


@dataclass(frozen=True, slots=True)
class One:
    """A character."""

    accepts: Accepts


@dataclass(frozen=True, slots=True)
class Split:
    """Go on at both places, the first preferred."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Save:
    """Remember the place in the text."""

    slot: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Only at the start or the end of the text, or of a line."""

    is_start: bool
    is_of_line: bool


@dataclass(frozen=True, slots=True)
class Match:
    pass


Instruction = One | Split | Save | Edge | Match
Slots = tuple[int, ...]
Program = list[Instruction]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A checked pattern: a program, and how many groups it remembers."""

    program: tuple[Instruction, ...]
    groups: int

    def is_in(self, text: str) -> bool:
        return self.find(text, 0) is not None

    def find(self, text: str, start: int) -> Slots | None:
        """Places of the first match at or after the start: of the whole, then of each group."""
        return _Run(self, text).search(start)

    def replace(self, text: str, replacement: str) -> str | None:
        """Every match replaced; `$1` stands for a group. Null where the pattern matches nothing."""
        pieces = _read_replacement(replacement, self.groups)
        if pieces is None or self.find("", 0) is not None:
            return None
        done: list[str] = []
        at = length = 0
        while (found := self.find(text, at)) is not None:
            done.append(text[at : found[0]])
            done += [piece if isinstance(piece, str) else _group(text, found, piece) for piece in pieces]
            at = found[1]
            length += sum(map(len, done[-len(pieces) :])) if pieces else 0
            if length > TEXT_LENGTH_MAX:
                raise TooMuchWork
        return "".join([*done, text[at:]])

    def split(self, text: str) -> list[object] | None:
        """The pieces between the matches."""
        if self.find("", 0) is not None:
            return None
        pieces: list[object] = []
        at = 0
        while (found := self.find(text, at)) is not None:
            pieces.append(text[at : found[0]])
            at = found[1]
        return [*pieces, text[at:]]


def compile_pattern(pattern: str, flags: str) -> Pattern | None:
    """The pattern ready to run, or null where it is not in the supported syntax."""
    if len(pattern) > PATTERN_LENGTH_MAX or not FLAGS.issuperset(flags):
        return None
    return _compile(pattern, flags)


@functools.lru_cache(maxsize=512)
def _compile(pattern: str, flags: str) -> Pattern | None:
    parser = _Parser(pattern, flags)
    try:
        body = parser.whole()
    except _Wrong:
        return None
    return Pattern((Save(0), *_shift(body, 1), Save(1), Match()), parser.groups)


def _group(text: str, found: Slots, number: int) -> str:
    start, end = found[2 * number : 2 * number + 2]
    return text[start:end] if start >= 0 else ""


def _read_replacement(text: str, groups: int) -> list[str | int] | None:
    """Plain texts and numbers of groups; null where a sign stands for nothing."""
    pieces: list[str | int] = []
    at = 0
    while at < len(text):
        after = text[at + 1 : at + 2]
        if text[at] == "\\":
            if after not in ("\\", "$"):
                return None
            pieces.append(after)
            at += 2
        elif text[at] == "$":
            if not after.isdecimal():
                return None
            pieces.append(int(after) if int(after) <= groups else "")
            at += 2
        else:
            pieces.append(text[at])
            at += 1
    return pieces


class _Run:
    """One search; counts its steps."""

    def __init__(self, pattern: Pattern, text: str) -> None:
        self.program = pattern.program
        self.text = text
        self.empty: Slots = (-1,) * (2 * pattern.groups + 2)
        self.steps = 0

    def search(self, start: int) -> Slots | None:
        """The leftmost match; of several there, the one the pattern prefers."""
        found: Slots | None = None
        threads: dict[int, Slots] = {}
        for at in range(start, len(self.text) + 1):
            if found is None:
                self.follow(threads, 0, self.empty, at)
            if not threads:
                break
            sign = self.text[at] if at < len(self.text) else None
            threads, match = self.move(threads, sign, at)
            found = match or found
        return found

    def move(self, threads: dict[int, Slots], sign: str | None,
             at: int) -> tuple[dict[int, Slots], Slots | None]:
        """All threads over one character; a match ends those preferred less."""
        moved: dict[int, Slots] = {}
        for place, slots in threads.items():
            instruction = self.program[place]
            if isinstance(instruction, Match):
                return moved, slots
            if isinstance(instruction, One) and sign is not None and instruction.accepts(sign):
                self.follow(moved, place + 1, slots, at + 1)
        return moved, None

    def follow(self, threads: dict[int, Slots], place: int, slots: Slots, at: int) -> None:
        """Adds a thread and whatever it can reach without a character, in order of preference."""
        pending = [(place, slots)]
        while pending:
            place, slots = pending.pop()
            if place in threads:
                continue
            self.steps += 1
            if self.steps > STEPS_MAX:
                raise TooMuchWork
            threads[place] = slots
            instruction = self.program[place]
            if isinstance(instruction, Split):
                pending += [(instruction.second, slots), (instruction.first, slots)]
            elif isinstance(instruction, Save):
                kept = (*slots[: instruction.slot], at, *slots[instruction.slot + 1 :])
                pending.append((place + 1, kept))
            elif isinstance(instruction, Edge) and self.is_at(instruction, at):
                pending.append((place + 1, slots))

    def is_at(self, edge: Edge, at: int) -> bool:
        if at == (0 if edge.is_start else len(self.text)):
            return True
        beside = self.text[at - 1] if edge.is_start else self.text[at]
        return edge.is_of_line and beside == "\n"


def _shift(program: Sequence[Instruction], by: int) -> Program:
    return [Split(each.first + by, each.second + by) if isinstance(each, Split) else each
            for each in program]


def _join(*programs: Sequence[Instruction]) -> Program:
    joined: Program = []
    for program in programs:
        joined += _shift(program, len(joined))
        if len(joined) > PROGRAM_LENGTH_MAX:
            raise _Wrong
    return joined


# Syntax


class _Parser:
    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.flags = flags
        self.at = 0
        self.depth = 0
        self.groups = 0

    def whole(self) -> Program:
        if "q" in self.flags:
            return [One(self.same(sign)) for sign in self.pattern]
        body = self.choice()
        if self.at < len(self.pattern):
            raise _Wrong
        return body

    def peek(self) -> str:
        if "x" in self.flags:
            while self.pattern[self.at : self.at + 1].isspace():
                self.at += 1
        return self.pattern[self.at : self.at + 1]

    def take(self, sign: str) -> bool:
        if self.peek() != sign:
            return False
        self.at += 1
        return True

    def next(self) -> str:
        sign = self.peek()
        if not sign:
            raise _Wrong
        self.at += 1
        return sign

    def choice(self) -> Program:
        left = self.sequence()
        while self.take("|"):
            right = self.sequence()
            # Split, left, jump behind right, right: a jump is a split with one place.
            end = len(left) + len(right) + 2
            left = [Split(1, len(left) + 2), *_shift(left, 1), Split(end, end),
                    *_shift(right, len(left) + 2)]
        return left

    def sequence(self) -> Program:
        found: Program = []
        while self.peek() not in ("", "|", ")"):
            found = _join(found, self.repeated())
        return found

    def repeated(self) -> Program:
        one = self.atom()
        low, high = self.quantity()
        is_greedy = not ((low, high) != (1, 1) and self.take("?"))
        many = _join(*[one] * low)
        if high is None:
            return _join(many, _star(one, is_greedy))
        optional: Program = []
        for _ in range(high - low):
            optional = _maybe(_join(one, optional), is_greedy)
        return _join(many, optional)

    def quantity(self) -> tuple[int, int | None]:
        if self.take("*"):
            return 0, None
        if self.take("+"):
            return 1, None
        if self.take("?"):
            return 0, 1
        if not self.take("{"):
            return 1, 1
        low = self.number()
        high: int | None = low
        if self.take(","):
            high = None if self.peek() == "}" else self.number()
        if not self.take("}") or (high is not None and high < low):
            raise _Wrong
        return low, high

    def number(self) -> int:
        start = self.at
        while self.pattern[self.at : self.at + 1].isdecimal():
            self.at += 1
        if not 0 < self.at - start <= 3:
            raise _Wrong
        return int(self.pattern[start : self.at])

    def atom(self) -> Program:
        sign = self.next()
        if sign == "(":
            return self.group()
        if sign == "[":
            return [One(self.folded(self.set()))]
        if sign == ".":
            return [One((lambda each: True) if "s" in self.flags else (lambda each: each not in "\n\r"))]
        if sign in "^$":
            return [Edge(sign == "^", "m" in self.flags)]
        if sign == "\\":
            return [One(self.folded(self.escape()))]
        if sign in "*+?{}])":
            raise _Wrong
        return [One(self.same(sign))]

    def group(self) -> Program:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise _Wrong
        is_kept = not self.pattern.startswith("?:", self.at)
        number = 0
        if is_kept:
            self.groups += 1
            number = self.groups
        else:
            self.at += 2
        body = self.choice()
        if not self.take(")"):
            raise _Wrong
        self.depth -= 1
        return _join([Save(2 * number)], body, [Save(2 * number + 1)]) if is_kept else body

    def same(self, sign: str) -> Accepts:
        return self.folded(lambda each: each == sign)

    def folded(self, accepts: Accepts) -> Accepts:
        if "i" not in self.flags:
            return accepts
        return lambda each: accepts(each) or accepts(each.lower()) or accepts(each.upper())

    def escape(self) -> Accepts:
        sign = self.next()
        if sign in "pP":
            return self.category(sign == "P")
        if sign.lower() in _CLASSES:
            accepts = _CLASSES[sign.lower()]
            return accepts if sign.islower() else (lambda each: not accepts(each))
        plain = _CONTROLS.get(sign, sign)
        if plain == sign and sign.isalnum():
            raise _Wrong
        return lambda each: each == plain

    def category(self, is_negated: bool) -> Accepts:
        end = self.pattern.find("}", self.at)
        name = self.pattern[self.at + 1 : end]
        if not self.take("{") or not 1 <= len(name) <= 2 or name[0] not in "LMNPZSC":
            raise _Wrong
        self.at = end + 1
        return lambda each: unicodedata.category(each).startswith(name) is not is_negated

    def set(self) -> Accepts:
        is_negated = self.take("^")
        parts: list[Accepts] = []
        while not self.take("]"):
            if parts and self.pattern.startswith("-[", self.at):
                self.at += 2
                minus, found = self.set(), tuple(parts)
                if not self.take("]"):
                    raise _Wrong
                return lambda each: (any(p(each) for p in found) is not is_negated) and not minus(each)
            parts.append(self.set_part())
        if not parts:
            raise _Wrong
        return lambda each: any(part(each) for part in parts) is not is_negated

    def set_part(self) -> Accepts:
        low = self.next()
        if low == "[":
            raise _Wrong
        if low == "\\":
            return self.escape()
        rest = self.pattern[self.at : self.at + 2]
        if len(rest) < 2 or rest[0] != "-" or rest[1] in "][":
            return lambda each: each == low
        self.at += 2
        high = self.next() if rest[1] == "\\" else rest[1]
        if high < low:
            raise _Wrong
        return lambda each: low <= each <= high


def _star(one: Program, is_greedy: bool) -> Program:
    end = len(one) + 2
    split = Split(1, end) if is_greedy else Split(end, 1)
    return [split, *_shift(one, 1), Split(0, 0)]


def _maybe(one: Program, is_greedy: bool) -> Program:
    end = len(one) + 1
    return [Split(1, end) if is_greedy else Split(end, 1), *_shift(one, 1)]


_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_CLASSES: dict[str, Accepts] = {
    "d": lambda each: unicodedata.category(each) == "Nd",
    "s": lambda each: each in " \t\n\r",
    "w": lambda each: unicodedata.category(each)[0] not in "PZC",
    "i": lambda each: each.isalpha() or each in "_:",
    "c": lambda each: each.isalnum() or each in "_:.-\u00b7",
}
