"""FEEL text to tokens: names may hold spaces, and known names may hold anything.

Sources: OMG DMN 1.5, clauses 10.3.1.3 to 10.3.1.5 (names, tokens, literals)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tongban.core import refusal
from tongban.core.feel.values import NUMBERS

TEXT_LENGTH_MAX = 20_000
BLANK = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
AT_STRING = re.compile(r'@\s*"([^"]*)"')
WORD = re.compile(r"(?:[^\W\d]|[\U00010000-\U000EFFFF])(?:\w|[\U00010000-\U000EFFFF])*")
SIGN = re.compile(r"\*\*|<=|>=|!=|->|\.\.|[-+*/=<>()\[\]{},:.?]")
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
START_WORDS = frozenset({"if", "for", "some", "every", "function", "true", "false", "null", "not"})
STOP_WORDS = frozenset({
    "and", "or", "in", "between", "then", "else", "return", "satisfies", "external", "not",
})
NAMES_WITH_STOP_WORDS = ("date and time", "years and months duration", "days and time duration")


class NotFeel(refusal.Refusal):
    """The text is not an expression in the supported language."""

    code = "not-feel"
    says = "表达式第%(position)s个字符处不合语法：%(reason)s"


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, string, at, name, word (reserved), sign or end."""

    kind: str
    text: str
    value: object
    start: int
    end: int


class Words:
    """Reads one token at a position; knows the names that need knowing."""

    __slots__ = ("_known", "_pattern", "text")

    def __init__(self, text: str, names: Iterable[str]) -> None:
        if len(text) > TEXT_LENGTH_MAX:
            raise NotFeel(position=TEXT_LENGTH_MAX, reason="too long")
        self.text = text
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for name in (*NAMES_WITH_STOP_WORDS, *names):
            self.learn(name)

    def learn(self, name: str) -> None:
        """From here on the name is one word, whatever signs it holds."""
        if not WORD.fullmatch(name) and name not in self._known:
            self._known.add(name)
            self._pattern = None

    def _match_known(self, position: int) -> str:
        if self._pattern is None:
            longest_first = sorted(self._known, key=lambda name: (-len(name), name))
            parts = (r"\s+".join(re.escape(p) for p in name.split()) for name in longest_first)
            self._pattern = re.compile("(?:" + "|".join(parts) + r")(?!\w)")
        found = self._pattern.match(self.text, position)
        return found.group() if found else ""

    def skip_blank(self, position: int) -> int:
        found = BLANK.match(self.text, position)
        assert found is not None
        return found.end()

    def read(self, position: int, *, is_member: bool = False) -> Token:
        """The token at a position; after a dot a reserved word is an ordinary name."""
        start = self.skip_blank(position)
        if start >= len(self.text):
            return Token("end", "", None, start, start)
        return self._read_name(start, is_member) or self._read_literal(start)

    def _read_name(self, start: int, is_member: bool) -> Token | None:
        known = self._match_known(start)
        plain = self._read_word(start, is_member)
        if known and (plain is None or start + len(known) > plain.end):
            return Token("name", " ".join(known.split()), None, start, start + len(known))
        return plain

    def _read_word(self, start: int, is_member: bool) -> Token | None:
        found = WORD.match(self.text, start)
        if found is None:
            return None
        first = found.group()
        if not is_member and (first in START_WORDS or first in STOP_WORDS):
            return Token("word", first, None, start, found.end())
        if of := self._instance_of(found):
            return Token("word", first, None, start, of)
        return self._join_words(first, start, found.end())

    def _instance_of(self, found: re.Match[str]) -> int:
        """Where `instance of` ends, if the word begins it: each alone may be part of a name."""
        after = WORD.match(self.text, self.skip_blank(found.end()))
        is_pair = found.group() == "instance" and after is not None and after.group() == "of"
        return after.end() if is_pair and after else 0

    def _join_words(self, first: str, start: int, end: int) -> Token:
        """`Monthly Income`: two neighbouring words can only be one name."""
        parts = [first]
        while True:
            begin = self.skip_blank(end)
            found = WORD.match(self.text, begin)
            if found is None or begin == end or found.group() in STOP_WORDS or self._instance_of(found):
                break
            parts.append(found.group())
            end = found.end()
        return Token("name", " ".join(parts), None, start, end)

    def _read_literal(self, start: int) -> Token:
        text = self.text
        if text.startswith("..", start):
            return Token("sign", "..", None, start, start + 2)
        if found := NUMBER.match(text, start):
            number = NUMBERS.create_decimal(found.group())
            if not number.is_finite():
                raise NotFeel(position=start + 1, reason="the number is too large")
            return Token("number", found.group(), number, start, found.end())
        if found := STRING.match(text, start):
            return Token("string", found.group(), _unescape(found.group(1)), start, found.end())
        if found := AT_STRING.match(text, start):
            return Token("at", found.group(), found.group(1), start, found.end())
        if found := SIGN.match(text, start):
            return Token("sign", found.group(), None, start, found.end())
        raise NotFeel(position=start + 1, reason=f"unexpected character {text[start]!r}")


def _unescape(text: str) -> str:
    """Two escaped halves make one character; a lone half is no character at all."""
    if "\\" not in text:
        return text
    halves = ESCAPE.sub(_unescape_one, text).encode("utf-16", "surrogatepass")
    return halves.decode("utf-16", "replace")


def _unescape_one(found: re.Match[str]) -> str:
    short, long, other = found.groups()
    if short or long:
        return chr(int(short or long, 16)) if int(short or long, 16) <= 0x10FFFF else found.group()
    return ESCAPED.get(other, other if other in "\"'\\" else found.group())
