"""Regular expressions: the same answers as a backtracking matcher, but always in bounded time."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.core import feel
from tongban.core.feel import patterns


def find(pattern, text, flags=""):
    found = patterns.compile_pattern(pattern, flags).find(text, 0)
    return found and tuple(text[a:b] if a >= 0 else None for a, b in zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize(("pattern", "text", "groups"), [
    ("b", "abc", ("b",)), ("a|b", "cb", ("b",)), ("(a)|(b)", "b", ("b", None, "b")),
    ("a*", "aab", ("aa",)), ("a*?b", "aab", ("aab",)), ("a+?", "aa", ("a",)), ("a??b", "ab", ("ab",)),
    ("a{2}", "aaa", ("aa",)), ("a{2,}", "aaaa", ("aaaa",)), ("a{1,2}", "aaa", ("aa",)), ("a{0,1}?", "a", ("",)),
    ("(?:ab)+", "ababc", ("abab",)), ("(a|ab)(c|bcd)", "abcd", ("abcd", "a", "bcd")),
    ("[a-c]+", "xabcd", ("abc",)), ("[^a-c]+", "abxyc", ("xy",)), ("[-a]+", "-a", ("-a",)),
    (r"[\d-]+", "12-3", ("12-3",)), (r"[a-z-[aeiou]]+", "aebcd", ("bcd",)), (r"[a\]]+", "a]", ("a]",)),
    (r"[a-\]]", "]", None), (r"\d{4}-\d\d", "在2026-11", ("2026-11",)), (r"\w+", "办件 a", ("办件",)),
    (r"\W+", "a，b", ("，",)), (r"\s", "a b", (" ",)), (r"\S+", " ab", ("ab",)), (r"\D", "1a", ("a",)),
    (r"\p{Lu}", "aB", ("B",)), (r"\P{L}", "a1", ("1",)), (r"\i\c*", "1_a-b c", ("_a-b",)),
    (r"\n\t\r", "\n\t\r", ("\n\t\r",)), (r"\.\*", "a.*", (".*",)), (".+", "a\nb", ("a",)),
    ("^b", "ab", None), ("a$", "ba", ("a",)), ("", "a", ("",)), ("(a*)*", "aa", ("aa", "aa")),
    ("(|a)b", "ab", ("ab", "a")), ("x", "", None),
])
def test_a_pattern_finds_what_it_should(pattern, text, groups):
    if pattern == r"[a-\]]":
        assert patterns.compile_pattern(pattern, "") is None
        return
    assert find(pattern, text) == groups


@pytest.mark.parametrize(("pattern", "flags", "text", "groups"), [
    ("AB", "i", "ab", ("ab",)), ("[A-Z]+", "i", "ab", ("ab",)), (".+", "s", "a\nb", ("a\nb",)),
    ("^b$", "m", "a\nb\nc", ("b",)), ("a b", "x", "ab", ("ab",)), ("a.b", "q", "a.b", ("a.b",)),
    ("a.b", "q", "axb", None), (r"\p{Lu}", "i", "a", ("a",)),
])
def test_flags_change_what_a_pattern_means(pattern, flags, text, groups):
    assert find(pattern, text, flags) == groups


@pytest.mark.parametrize("pattern", [
    "(", ")", "*", "a**", "[", "[]", "[^]", "[b-a]", "[[a]]", "a{2,1}", "a{", "a{x}", "a{1000}", "a{1,2",
    "\\", r"\1", r"\z", r"\p", r"\p{Q}", r"\p{L", r"\pL", "{", "}", "]", "a" * 1001, "(" * 40 + ")" * 40,
    "(((a{50}){50}){50})", "[a-z-[b]", "[a-z-[b]c]",
])
def test_what_is_not_supported_is_no_pattern(pattern):
    assert patterns.compile_pattern(pattern, "") is None


def test_an_unknown_flag_is_no_pattern():
    assert patterns.compile_pattern("a", "g") is None


@pytest.mark.parametrize(("text", "pattern", "replacement", "result"), [
    ("abc", "b", "[$0]", "a[b]c"), ("abc", "(b)", "$1$2", "abc"), ("a$b", r"\$", r"\$\\", r"a$\b"),
    ("abc", "z", "x", "abc"), ("aa", "a", "b", "bb"), ("aa", "a", "", ""), ("abc", "b", "$x", None), ("abc", "b", "\\n", None),
    ("abc", "(z)?b", "[$1]", "a[]c"),
])
def test_replacing(text, pattern, replacement, result):
    assert patterns.compile_pattern(pattern, "").replace(text, replacement) == result


def test_a_malicious_text_cannot_keep_the_matcher_busy():
    began = time.perf_counter()
    assert find("(a+)+b", "a" * 3000) is None
    assert find("(a|a)*(a|a)*(a|a)*c", "a" * 1000) is None
    assert time.perf_counter() - began < 20
    with pytest.raises(feel.TooMuchWork):
        find("(a|b|c|d)*" * 20 + "x", "abcd" * 50_000)
    with pytest.raises(feel.TooMuchWork):
        patterns.compile_pattern("a", "").replace("a" * 2_000, "b" * 1_000)


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a)", "(?:b)", r"\w", "^", "$"])
PATTERNS = st.recursive(ATOMS, lambda inner: st.one_of(
    st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "+?", "{2}", "{0,2}"])).map(lambda p: f"(?:{p[0]}){p[1]}"),
    st.tuples(inner, inner).map("".join), st.tuples(inner, inner).map(lambda p: f"(?:{p[0]}|{p[1]})")), max_leaves=6)


@settings(deadline=None, max_examples=300)
@given(PATTERNS, st.text(alphabet="abc\n", max_size=8))
def test_it_finds_where_a_backtracking_matcher_finds(pattern, text):
    """How long a match is may differ where a part that can be empty repeats."""
    expected = re.compile(pattern.replace("$", r"\Z").replace(".", r"[^\n\r]")).search(text)
    found = patterns.compile_pattern(pattern, "").find(text, 0)
    assert (found[0] if found else None) == (expected.start() if expected else None)
