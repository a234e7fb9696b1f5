"""What conditions in flows and forms rely on."""

from decimal import Decimal

import pytest

from tongban.core import feel

CASE = {
    "form": {"area": 120, "kind": "restaurant", "办公面积": 12.5},
    "intake": {"outcome": "accept"},
    "opinion_list": [{"item": "fire", "outcome": "agree"}, {"item": "health", "outcome": "object"}],
}


def value(text, context=CASE):
    return feel.evaluate(feel.compile(text), context)


@pytest.mark.parametrize(("text", "expected"), [
    ("0.1 + 0.2 = 0.3", True),
    ('intake.outcome = "accept"', True),
    ('intake.outcome = "refuse"', False),
    ('decision.outcome = "grant"', False),
    ("form.area > 100", True),
    ("form.办公面积 * 2", Decimal("25.0")),
    ("form.missing > 100", None),
    ("missing.deeper.still", None),
    ('form.area > "a"', None),
    ('form.area = "a"', None),
    ("null = null", True),
    ("form.missing = null", True),
    ("not(form.missing)", None),
    ('some o in opinion_list satisfies o.outcome = "object"', True),
    ('every o in opinion_list satisfies o.outcome = "agree"', False),
    ('count(opinion_list[outcome = "object"])', Decimal(1)),
    ('list contains(opinion_list.outcome, "object")', True),
    ('form.kind in ("restaurant", "canteen")', True),
    ("form.area in [100..200)", True),
    ("form.area between 1 and 100", False),
    ('if form.area > 100 then "large" else "small"', "large"),
    ("1 / 0", None),
    ('"a" + "b"', "ab"),
    ('"a" + 1', None),
])
def test_a_condition_has_this_value(text, expected):
    found = value(text)
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(("left", "right", "both", "either"), [
    ("true", "true", True, True), ("true", "false", False, True), ("true", "null", None, True),
    ("false", "true", False, True), ("false", "false", False, False), ("false", "null", False, None),
    ("null", "true", None, True), ("null", "false", False, None), ("null", "null", None, None),
    ("1", "true", None, True), ("1", "false", False, None),
])
def test_logic_has_three_values(left, right, both, either):
    assert (value(f"{left} and {right}"), value(f"{left} or {right}")) == (both, either)


@pytest.mark.parametrize("text", [
    "", "1 +", "a b c = ", "(1", "[1, 2", "{a 1}", "x ==", "if a then b", '"open', "1 2", "not x",
    "for x return x", "some x satisfies x", "@", "#", "a.", "f(1, a: 2)", "f(a: 1, 2)",
    "function(x) external {a: 1}", "(" * 40 + "1" + ")" * 40, "+".join(["1"] * 300),
    "x" * 20_001, "(!= 5)", "[1..5", "{[1]: 2}", "a instance of 5", "1 and then", "1e99999",
    "x instance of " + "list<" * 40 + "number" + ">" * 40, "[" + "1," * 9_999 + "[" * 12,
    "1 in " * 200 + "1", "1 in (" * 20 + "1" + ").y" * 20,
])
def test_what_is_not_feel_is_refused_when_it_is_compiled(text):
    with pytest.raises(feel.NotFeel) as refused:
        feel.compile(text)
    assert refused.value.params["position"] >= 1


@pytest.mark.parametrize("text", [
    "for a in 1..50000, b in 1..50000 return 1", "for a in 1..10000000 return a",
    "{f: function(n) f(n + 1), r: f(1)}.r", 'for d in @"1900-01-01"..@"2900-01-01" return d',
    'string join(for i in 1..90000 return "a", "bbbbbbbbbbbbb")',
    "distinct values(for i in 1..2000 return [i])",
    "for a in [1..60000] return [1..60000][1] in [for b in [1..50000] return b]",
])
def test_work_is_bounded(text):
    with pytest.raises(feel.TooMuchWork):
        value(text)


def test_equal_texts_are_equal_expressions():
    assert feel.compile("a = 1") == feel.compile("a = 1")
