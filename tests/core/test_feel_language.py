"""The language itself: each line an expression and what it comes to."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.feel_says import same, value
from tests.core.test_feel_functions import lines
from tongban.core import feel
from tongban.core.feel import temporal, values
from tongban.core.feel.values import Months


@pytest.mark.parametrize(("expression", "expected"), lines("""
    1 + 2 * 3 ** 2 - 4 / 2 => 17
    -2 ** 2 => 4
    2 ** 3 ** 2 => 64
    --5 => 5
    -"a" => null
    -@"P1Y" => @"-P1Y"
    10 ** 7000 => null
    1 - "a" => null
    1 + null => null
    "a" - "b" => null
    "a" * 2 => null
    2 * "a" => null
    2 / "a" => null
    2 ** "a" => null
    "a" / 2 => null
    .5 + 1.25e2 => 125.5
    "办" + "件" => "办件"
    "\\u529e\\U01F40E\\n\\"\\q" => "办🐎\\n\\"\\q"
    "\\uD83D\\uDC0E" => "🐎"
    string length("\\uD83D") => 1
    string length("\\UFFFFFF") => 8
    1 // a comment => 1
    1 /* in between */ + 1 => 2
    @"2026-01-31" + @"P1M" => @"2026-02-28"
    @"2024-03-31" - @"P1M" => @"2024-02-29"
    @"P1M" + @"2026-01-31" => @"2026-02-28"
    @"2026-01-31" + @"PT25H" => @"2026-02-01"
    @"2026-01-31" - @"2026-01-01" => @"P30D"
    @"2026-01-31T10:00:00" - @"2026-01-31" => @"PT10H"
    @"2026-01-31T10:00:00Z" - @"2026-01-31" => @"PT10H"
    @"2026-01-31" - @"2026-01-31T10:00:00" => @"-PT10H"
    @"2026-01-31T10:00:00Z" - @"2026-01-31T10:00:00" => null
    @"2026-01-31T10:00:00" + @"PT1H" => @"2026-01-31T11:00:00"
    @"23:00:00" + @"PT2H" => @"01:00:00"
    @"01:00:00" - @"PT2H" => @"23:00:00"
    @"12:00:00" - @"10:00:00" => @"PT2H"
    @"12:00:00" - @"P1Y" => null
    @"12:00:00" - 1 => null
    @"9999-12-31" + @"P1D" => null
    @"9999-12-31" + @"P1Y" => null
    @"2026-01-31" + 1 => null
    @"P1Y" + @"P1M" => @"P13M"
    @"P1D" - @"PT1H" => @"PT23H"
    @"P1Y" + @"P1D" => null
    @"P1Y" * 1.5 => @"P18M"
    2 * @"PT1H" => @"PT2H"
    @"PT1H" * "a" => null
    @"PT1H" / 2 => @"PT30M"
    @"PT1H" / 0 => null
    @"P1Y" / @"P6M" => 2
    @"PT1H" / @"PT30M" => 2
    @"PT1H" / @"PT0S" => null
    @"P1Y" / @"PT1H" => null
    @"P99999999D" * 1e20 => null
    "a" / @"P1Y" => null
    @"nonsense" => null
    @"12:61:00" => null
    @"12:00:00+15:00" => null
    @"12:00:00+10:60" => null
    @"P" => null
    @"PT" => null
    @"P1YT" => null
    @"P9999999999999D" => null
    @"12:00:00@Mars/Base" => null
    @"2026-01-01T10:00:00@Asia/Shanghai" = @"2026-01-01T02:00:00Z" => true
    @"10:00:00Z" = @"12:00:00+02:00" => true
    @"10:00:00Z" = @"10:00:00" => null
    @"10:00:00Z" < @"10:00:00" => null
    @"2026-01-01" = @"2026-01-01T00:00:00" => null
"""))
def test_arithmetic(expression, expected):
    assert same(expression, expected)


@pytest.mark.parametrize(("expression", "expected"), lines("""
    1 < 2 => true
    "b" >= "a" => true
    @"P1Y" > @"P11M" => true
    @"PT1H" <= @"PT60M" => true
    true < false => null
    [1] < [2] => null
    1 = 1.0 => true
    1 != 2 => true
    1 != "a" => null
    [1, 2] = [1, 2] => true
    [1, 2] = [1] => false
    {a: 1} = {a: 1.0} => true
    {a: 1} = {b: 1} => false
    [1..5] = [1..5] => true
    [1..5] = [1..5) => false
    (function(x) x) = (function(x) x) => null
    sum = sum => null
    1 between 1 and 2 => true
    3 between 1 and 2 => false
    "a" between 1 and 2 => null
    1 between null and 2 => null
    5 in (< 6) => true
    5 in (> 6) => false
    1 in (2) = false => true
    x in (1).y => true
    5 in ((< 6)) => true
    5 in ((> 6)) => false
    1 between "a" and 2 => null
    1 between 1 and "a" => null
    null between 1 and 2 => null
    5 in [1..5] => true
    5 in [1..5) => false
    1 in ]1..5] => false
    5 in (<= 5) => true
    5 in (> 5) => false
    5 in (>= 5) => true
    5 in (< 5) => false
    5 in (= 5) => true
    5 in > 4 => true
    5 in (> 4, < 1) => true
    5 in (1, 2, 5) => true
    5 in [1, 5] => true
    5 in [[1..2], [4..6]] => true
    [1, 2] in [[1, 2], [3]] => true
    [1] in ([1], 2) => true
    "a" in (< 5) => null
    "a" in ["b", "c"] => false
    null in [null] => true
    [1..5] in [1..5] => true
    5 in (1) => false
    (5 in (5)) and true => true
    5 in (4 + 1) => true
    [4..1] => null
    [1.."a"] => null
    [1..null] => null
    (< null) => null
    (= 5) => [5..5]
    null in (1..5) => null
    not(5 in (1, 2)) => true
"""))
def test_comparison(expression, expected):
    assert same(expression, expected)


@pytest.mark.parametrize(("expression", "expected"), lines("""
    if true then 1 else 2 => 1
    if null then 1 else if false then 2 else 3 => 3
    for x in [1, 2] return x * 2 => [2, 4]
    for x in [1, 2], y in [10, 20] return x + y => [11, 21, 12, 22]
    for x in 3..1 return x => [3, 2, 1]
    for x in 1..3 return if x = 1 then 1 else partial[-1] * x => [1, 2, 6]
    for x in [1..3) return x => [1, 2]
    for x in (1..3] return x => [2, 3]
    for d in @"2026-01-01"..@"2026-01-03" return d.day => [1, 2, 3]
    for d in @"2026-01-02"..@"2026-01-01" return d.day => [2, 1]
    for d in "a".."c" return d => null
    for d in 1..null return d => null
    for x in [1, 2], y in null return y => null
    some x in [1, 2], y in [2, 3] satisfies x = y => true
    for x in null return x => null
    for x in 5 return x => [5]
    for x in [] return x => []
    for x in [1, 2], y in x..2 return y => [1, 2, 2]
    for x in ["a".."b"] return x => null
    some x in [1, 2] satisfies x = 2 => true
    some x in [1, 2] satisfies x = 3 => false
    some x in [1, null] satisfies x > 3 => null
    some x in null satisfies x > 3 => null
    some x in [] satisfies x => false
    every x in [1, 2] satisfies x > 0 => true
    every x in [1, 2] satisfies x > 1 => false
    every x in [1, null] satisfies x > 0 => null
    every x in [1, 2], y in [3] satisfies x < y => true
    {a: 1, b: a + 1, "c d": b + 1}.c d => 3
    {a: 1, a: 2} => null
    {Monthly Income: 5, t: Monthly Income + 1}.t => 6
    {a-b: 5, t: a-b + 1}.t => 6
    {} = {} => true
    {a: {b: 1}}.a.b => 1
    [{a: 1}, {a: 2}, {b: 3}].a => [1, 2, null]
    [1, 2, 3][2] => 2
    [1, 2, 3][-1] => 3
    [1, 2, 3][0] => null
    [1, 2, 3][4] => null
    [1, 2, 3][1.5] => null
    [1, 2, 3][item >= 2] => [2, 3]
    [{a: 1}, {a: 2}][a = 2] => [{a: 2}]
    [{item: 1}][item = 1] => [{item: 1}]
    [1, 2][count([1])] => 1
    [{a: 1}, {a: 2}][a] => {a: 1}
    5[1] => 5
    5[item > 6] => []
    null[1] => null
    [][1] => []
    [1, 2]["a"] => []
    (function(a, b) a - b)(5, 3) => 2
    (function(a, b) a - b)(b: 5, a: 3) => -2
    (function(a) a)(1, 2) => null
    (function(a: number) a)("x") => null
    (function(a: list<number>) count(a))(1) => 1
    (function(a: number) a)([1]) => 1
    (function(a: string) a)([1]) => null
    1(2) => null
    nothing(1) => null
    sum(list: [1], more: 2) => null
    max(1, 2)  => 2
    {f: function(n) if n = 0 then 0 else n + f(n - 1), r: f(5)}.r => 15
    {in between: 1}.in between => 1
    [1, 2, 3][some x in [2] satisfies x = item] => [2]
"""))
def test_structures(expression, expected):
    assert same(expression, expected)


@pytest.mark.parametrize(("expression", "expected"), lines("""
    @"2026-11-23".year => 2026
    @"2026-11-23".weekday => 1
    @"2026-11-23T10:11:12.5Z".second => 12.5
    @"2026-11-23T10:11:12".month => 11
    @"10:11:12+08:00".time offset => @"PT8H"
    @"10:11:12".time offset => null
    @"10:11:12@Asia/Shanghai".timezone => "Asia/Shanghai"
    @"10:11:12Z".timezone => null
    @"10:11:12".hour => 10
    @"P14M".years => 1
    @"-P14M".months => -2
    @"P1DT2H3M4.5S".days => 1
    @"P1DT2H3M4.5S".hours => 2
    @"P1DT2H3M4.5S".minutes => 3
    @"P1DT2H3M4.5S".seconds => 4.5
    @"-P1DT2H".hours => -2
    [1..5).start => 1
    [1..5).end => 5
    [1..5).start included => true
    [1..5).end included => false
    (< 5).start => null
    @"2026-11-23".hour => null
    "a".b => null
    1.b => null
"""))
def test_properties(expression, expected):
    if expression == "1.b":
        expression = "(1).b"
    assert same(expression, expected)


@pytest.mark.parametrize(("expression", "expected"), lines("""
    1 instance of number => true
    "a" instance of string => true
    1 instance of string => false
    null instance of Null => true
    null instance of number => false
    1 instance of Any => true
    @"2026-01-01" instance of date => true
    @"2026-01-01" instance of date and time => false
    @"P1Y" instance of years and months duration => true
    @"P1D" instance of days and time duration => true
    [1, 2] instance of list<number> => true
    [1, "a"] instance of list<number> => false
    [] instance of list => true
    {a: 1} instance of context<a: number> => true
    {a: 1, b: 2} instance of context<a: number, b: string> => false
    {a: 1} instance of context => true
    {a: 1} instance of context<b: number> => false
    [1..5] instance of range<number> => true
    [1..5] instance of range<string> => false
    sum instance of function => true
    (function(x) x) instance of function<number> -> number => true
    (function(x) x) instance of function<number, string> -> list<Any> => true
    1 instance of my.thing => false
    1 instance of function<> -> number => false
    {a: 1} instance of context<> => true
"""))
def test_instances(expression, expected):
    assert same(expression, expected)


@pytest.mark.parametrize(("cell", "tested", "verdict"), [
    ("-", 5, True), ("5", 5, True), ("< 5", 4, True), ("> 5, < 2", 1, True), ("[1..3]", 2, True),
    ("not(1, 2)", 3, True), ("not(1, 2)", 1, False), ("not(> 1)", None, None), ("? > 3", 4, True),
    ("? > 3", 2, False), ("? in [1, 2]", 2, True), ("odd(?)", 3, True), ("-5", -5, True), ("!= 5", 4, True),
    ('"a", "b"', "b", True), ("not(true)", False, True), ("not(x) = 1", 3, None), ("null", None, True),
    ("x", 7, True), ("[x, 8]", 8, True), ("every y in [1] satisfies y < ?", 4, True), ("= 5", 5, True),
])
def test_unary_tests(cell, tested, verdict):
    assert feel.evaluate(feel.compile_tests(cell), {"?": tested, "x": 7}) is verdict


@pytest.mark.parametrize(("raw", "expected"), [
    (3, values.Decimal(3)), (0.1, values.Decimal("0.1")), (float("nan"), None), ((1, 2), [1, 2]),
    ("a", "a"), (True, True), (None, None), ({"a": 1}, {"a": 1}),
])
def test_what_comes_from_outside_becomes_a_feel_value(raw, expected):
    found = feel.evaluate(feel.compile("x"), {"x": raw})
    assert (found, type(found)) == (expected, type(expected))


def test_what_feel_does_not_know_equals_nothing():
    assert feel.evaluate(feel.compile("x = x"), {"x": object()}) is None
    assert values.kind_of(object()) == "Any"


def test_a_known_name_may_hold_any_sign():
    names = ("Approved/Declined", "a - b", "x and y")
    context = {"Approved/Declined": 1, "a - b": 2, "x and y": 3, "a": 9}
    for text, expected in (("Approved/Declined + 1", 2), ("a  -  b + 1", 3), ("x and y + a", 12)):
        assert feel.evaluate(feel.compile(text, names), context) == expected


@given(st.integers(-200, 200), st.dates())
def test_months_added_end_on_the_same_day_or_the_last(months, day):
    moved = temporal.add(day, Months(months))
    if moved is None:
        assert not 1 <= day.year + (day.month - 1 + months) // 12 <= 9999
    else:
        assert moved.day == day.day or (moved.day < day.day and (moved.replace(day=28) - moved).days <= 0)
        assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months


@given(st.timedeltas() | st.times() | st.dates() | st.datetimes()
       | st.builds(Months, st.integers(-9999, 9999)))
def test_what_is_written_reads_back(moment):
    if isinstance(moment, values.datetime.date) and moment.year < 1000:
        return
    assert temporal.read(temporal.write(moment)) == moment


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=st.sampled_from('abx12.+-*/(){}[]<>=,:"@ \\?"if then else for in some')
               | st.characters(), max_size=40))
@example("((((((((((((((((((((((((((((((((((")
@example("1 in (1 in (1 in (1 in (1 in (1 in (1 in (1 in (1 in (1 in (1")
@example("a" * 5_000)
@example("[" * 20_000)
def test_any_text_is_refused_or_comes_to_a_value(text):
    try:
        expression = feel.compile(text)
    except feel.NotFeel:
        return
    value(expression.text)
