"""The built-in functions, each line an expression and what it comes to."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.core.feel_says import same, value
from tongban.core import feel
from tongban.core.feel import library

PRECEDES = "function(a, b) a < b"


def lines(text):
    return list(_lines(text))


def _lines(text):
    for line in text.strip().splitlines():
        expression, _, expected = line.strip().rpartition(" => ")
        yield pytest.param(expression, expected, id=expression)


@pytest.mark.parametrize(("expression", "expected"), lines("""
    not(true) => false
    not(1) => null
    decimal(1/3, 2) => .33
    decimal(2.5, 0) => 2
    decimal(3.5, 0) => 4
    decimal(123, -1) => 120
    decimal(1, 7000) => null
    decimal(1, 0.5) => null
    decimal("a", 0) => null
    decimal(n: 1/3, scale: 1) => .3
    decimal(1) => null
    floor(1.5) => 1
    floor(-1.56, 1) => -1.6
    ceiling(1.5) => 2
    ceiling(n: -1.5) => -1
    round up(5.5, 0) => 6
    round up(-5.5, 0) => -6
    round down(-5.5, 0) => -5
    round half up(-1.126, 2) => -1.13
    round half down(5.5, 0) => 5
    floor(99999999999999999999999999999999.5) => 99999999999999999999999999999999
    abs(-10) => 10
    abs(@"-P1Y") => @"P1Y"
    abs(@"-PT5H") => @"PT5H"
    abs("a") => null
    modulo(-12, 5) => 3
    modulo(12, -5) => -3
    modulo(5.1, 3) => 2.1
    modulo(1, 0) => null
    modulo(1, "a") => null
    modulo("a", 1) => null
    sqrt(16) => 4
    sqrt(-3) => null
    sqrt("a") => null
    decimal(log(10), 8) => 2.30258509
    decimal(exp(5), 8) => 148.41315910
    odd(5) => true
    odd(2) => false
    odd(1.5) => false
    odd("a") => null
    even(-2) => true
    even(5) => false
"""))
def test_numbers(expression, expected):
    assert same(expression, expected)


@pytest.mark.parametrize(("expression", "expected"), lines("""
    substring("foobar", 3) => "obar"
    substring("foobar", 3, 3) => "oba"
    substring("foobar", -2, 1) => "a"
    substring("foobar", 7) => ""
    substring("foobar", 9) => ""
    substring("foobar", -9) => null
    substring("foobar", 0) => null
    substring("foobar", 1, 0) => null
    substring("foobar", "a") => null
    substring(1, 1) => null
    substring("办件材料", 2, 2) => "件材"
    substring(string: "abc", start position: 2) => "bc"
    string length("办件") => 2
    string length(1) => null
    upper case("aBc4") => "ABC4"
    lower case("aBc4") => "abc4"
    trim("  a b ") => "a b"
    substring before("foobar", "bar") => "foo"
    substring before("foobar", "xyz") => ""
    substring before("foobar", "") => ""
    substring after("foobar", "ob") => "ar"
    substring after("foobar", "") => "foobar"
    substring after("", "a") => ""
    contains("foobar", "of") => false
    contains("foobar", null) => null
    starts with("foobar", "fo") => true
    ends with("foobar", "r") => true
    split("John Doe", "\\\\s") => ["John", "Doe"]
    split("a;b;c;;", ";") => ["a", "b", "c", "", ""]
    split("abc", "x*") => null
    split("abc", "(") => null
    matches("foobar", "^fo*b") => true
    matches("FOO", "foo", "i") => true
    matches("foo", "b") => false
    matches("foo", "(") => null
    matches("foo", "f", "z") => null
    matches("foo", 1) => null
    matches("foo", "o", 1) => null
    matches(1, "o") => null
    replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") => "[1=ab][2=]cd"
    replace("abracadabra", "bra", "*") => "a*cada*"
    replace("AbC", "b", "x", "i") => "AxC"
    replace("abc", "b*", "x") => null
    replace("abc", "b", 1) => null
    replace(1, "b", "c") => null
    replace("abc", "(", "c") => null
    replace("abc", "b", "$") => null
    string join(["a", "b", "c"]) => "abc"
    string join(["a", null, "c"], "、") => "a、c"
    string join("a", "x") => "a"
    string join([1], "x") => null
    string join(1, "x") => null
    string join(["a"], 1) => null
"""))
def test_strings(expression, expected):
    assert same(expression, expected)


@pytest.mark.parametrize(("expression", "expected"), lines("""
    list contains([1, 2, null], null) => true
    list contains([1, 2], 3) => false
    list contains(null, 1) => null
    count([1, 2, 3]) => 3
    count([]) => 0
    count(7) => 1
    count(null) => null
    min([1, 2, 3]) => 1
    min(3, 2) => 2
    min("b", "a") => "a"
    min([]) => null
    min(null) => null
    min([1, "a"]) => null
    min([true]) => null
    max(1, 3, 2) => 3
    max(@"2026-01-02", @"2026-01-01") => @"2026-01-02"
    sum([1, 2.5]) => 3.5
    sum([]) => null
    sum([1, null]) => null
    sum(1, 2, 3) => 6
    sum(list: [1, 2]) => 3
    product([2, 3, 4]) => 24
    mean([1, 2, 3]) => 2
    median([8, 2, 5, 3]) => 4
    median([6, 1, 2]) => 2
    stddev([2, 4, 7, 5]) => 2.081665999466132735282297706979931
    stddev([47]) => null
    mode([6, 3, 9, 6, 6]) => [6]
    mode([6, 1, 9, 6, 1]) => [1, 6]
    mode([]) => []
    mode([1, "a"]) => null
    all([true, true]) => true
    all([true, null]) => null
    all([false, null]) => false
    all([]) => true
    all(true, false) => false
    any([false, true]) => true
    any([false, null]) => null
    any([]) => false
    sublist([4, 5, 6], 1, 2) => [4, 5]
    sublist([4, 5, 6], -2) => [5, 6]
    sublist([4, 5, 6], 5) => null
    sublist([4, 5, 6], 0) => null
    sublist([4, 5, 6], 2, 5) => null
    sublist([4, 5, 6], 2, "a") => null
    append([1], 2, 3) => [1, 2, 3]
    append(null, 1) => null
    concatenate([1, 2], [3], 4) => [1, 2, 3, 4]
    concatenate([1], null) => null
    insert before([1, 3], 1, 2) => [2, 1, 3]
    insert before([1, 3], 3, 5) => [1, 3, 5]
    insert before([1, 3], 4, 5) => null
    insert before([1, 3], -1, 2) => [1, 2, 3]
    insert before([1, 3], "a", 2) => null
    remove([1, 2, 3], 2) => [1, 3]
    remove([1, 2, 3], -1) => [1, 2]
    remove([1], 2) => null
    remove([1], 1.5) => null
    list replace([2, 4], 1, 9) => [9, 4]
    list replace([2, 4, 7], function(item, newItem) item < newItem, 5) => [5, 5, 7]
    list replace([2], function(item, newItem) 1, 5) => null
    list replace([2], 3, 5) => null
    list replace(list: [2], match: function(a, b) true, newItem: 5) => [5]
    reverse([1, 2]) => [2, 1]
    index of([1, 2, 3, 2], 2) => [2, 4]
    union([1, 2], [2, 3]) => [1, 2, 3]
    union([1], null) => null
    distinct values([1, 2, 1, null, null]) => [1, 2, null]
    distinct values([1, "1", true, 1.0, [1], [1], {a: 1}]) => [1, "1", true, [1], {a: 1}]
    count(distinct values(for i in 1..5000 return i)) => 5000
    flatten([[1, 2], [[3]], 4]) => [1, 2, 3, 4]
    sort([3, 1, 2], function(a, b) a < b) => [1, 2, 3]
    sort(["b", "a"]) => ["a", "b"]
    sort([2, "a"]) => null
    sort([]) => []
    sort([1], 1) => null
    sort([{n: 2, k: "x"}, {n: 1, k: "y"}], function(a, b) a.n < b.n).k => ["y", "x"]
"""))
def test_lists(expression, expected):
    assert same(expression, expected)


@pytest.mark.parametrize(("expression", "expected"), lines("""
    get value({key1: "a"}, "key1") => "a"
    get value({a: {b: 1}}, ["a", "b"]) => 1
    get value({a: 1}, []) => null
    get value({a: 1}, 1) => null
    get value(1, "a") => null
    get value(m: {a: 1}, key: "a") => 1
    get entries({a: 1}) => [{key: "a", value: 1}]
    get entries(1) => null
    context([{key: "a", value: 1}, {key: "b", value: 2}]) => {a: 1, b: 2}
    context({key: "a", value: 1}) => {a: 1}
    context([{key: "a", value: 1}, {key: "a", value: 2}]) => null
    context([{key: 1, value: 1}]) => null
    context([{key: "a"}]) => null
    context([1]) => null
    context put({x: 1}, "y", 2) => {x: 1, y: 2}
    context put({x: {y: 0}}, ["x", "y"], 2) => {x: {y: 2}}
    context put({x: 1}, ["x", "y"], 2) => null
    context put({x: 1}, [], 2) => null
    context put({x: 1}, 1, 2) => null
    context put(1, "x", 2) => null
    context merge([{x: 1}, {y: 2}, {x: 3}]) => {x: 3, y: 2}
    context merge({x: 1}) => {x: 1}
    context merge([1]) => null
    is(@"2012-12-25", @"23:00:50") => false
    is(1, 1.0) => true
    is(@"10:00:00Z", @"12:00:00+02:00") => false
    is(@"10:00:00Z", @"10:00:00Z") => true
    is(@"10:00:00@Asia/Shanghai", @"10:00:00+08:00") => false
    is(@"2012-12-25T10:00:00", @"2012-12-25T10:00:00") => true
"""))
def test_contexts(expression, expected):
    assert same(expression, expected)


@pytest.mark.parametrize(("expression", "expected"), lines("""
    date("2026-11-23") => @"2026-11-23"
    date("2026-02-30") => null
    date("26-02-30") => null
    date(2026, 11, 23) => @"2026-11-23"
    date(2026, 13, 1) => null
    date(2026, 1.5, 1) => null
    date(2026, "a", 1) => null
    date(year: 2026, month: 1, day: 2) => @"2026-01-02"
    date(@"2026-01-02T10:00:00") => @"2026-01-02"
    date(@"2026-01-02") => @"2026-01-02"
    date(1) => null
    time("10:11:12") => @"10:11:12"
    time("25:11:12") => null
    time("10:11") => null
    time(10, 11, 12) => @"10:11:12"
    time(10, 11, 12.5) => @"10:11:12.5"
    time(10, 11, 12, @"PT8H") => @"10:11:12+08:00"
    time(10, 11, 12, null) => @"10:11:12"
    time(10, 11, 12, 1) => null
    time(10, 11, 12, @"PT15H") => null
    time(10, 11, 61) => null
    time("a", 11, 1) => null
    time(@"2026-01-02T10:00:00") => @"10:00:00"
    time(@"2026-01-02") => @"00:00:00Z"
    time(@"10:00:00") => @"10:00:00"
    time(1) => null
    date and time("2026-01-02T10:00:00") => @"2026-01-02T10:00:00"
    date and time("2026-01-02") => @"2026-01-02T00:00:00"
    date and time("2026-01-02Tx") => null
    date and time("x") => null
    date and time(@"2026-01-02") => @"2026-01-02T00:00:00Z"
    date and time(@"2026-01-02T10:00:00") => @"2026-01-02T10:00:00"
    date and time(1) => null
    date and time(@"2026-01-02", @"10:00:00Z") => @"2026-01-02T10:00:00Z"
    date and time(@"2026-01-02T11:00:00", @"10:00:00") => @"2026-01-02T10:00:00"
    date and time(@"2026-01-02T10:00:00Z", "Asia/Shanghai") => @"2026-01-02T18:00:00@Asia/Shanghai"
    date and time(@"2026-01-02T10:00:00", "Asia/Shanghai") => null
    date and time(@"2026-01-02T10:00:00Z", "Mars/Base") => null
    date and time(@"2026-01-02", 1) => null
    duration("P1Y2M") => @"P14M"
    duration(@"P1D") => @"PT24H"
    duration("x") => null
    duration(1) => null
    years and months duration(@"2011-12-22", @"2013-08-24") => @"P1Y8M"
    years and months duration(@"2013-08-24", @"2011-12-22") => @"-P1Y8M"
    years and months duration(@"2013-08-24T10:00:00Z", @"2011-12-22") => @"-P1Y8M"
    years and months duration(@"2011-12-22", @"2012-01-21") => @"P0M"
    years and months duration(@"2011-12-22", 1) => null
    number("1 000,5", " ", ",") => 1000.5
    number("1,000.5", ",", ".") => 1000.5
    number("12") => 12
    number(12) => 12
    number("1e3") => 1000
    number("x") => null
    number(true) => null
    number("1", "x", ".") => null
    number("1", ",", "x") => null
    number("1", ".", ".") => null
    number(from: "1.000,5", grouping separator: ".", decimal separator: ",") => 1000.5
    number(from: "1.5", decimal separator: ".") => 1.5
    number(from: "1.5", other: ".") => null
    string(1.1) => "1.1"
    string(null) => null
    string("a") => "a"
    string(1e3) => "1000"
    string(true) => "true"
    string([1, "a\\"b", null, false]) => "[1, \\"a\\\\\\"b\\", null, false]"
    string({a: 1, "b c": [2]}) => "{a: 1, \\"b c\\": [2]}"
    string([1..5)) => "[1..5)"
    string((1..5]) => "(1..5]"
    string(sum) => "function sum"
    string(@"2026-01-02") => "2026-01-02"
    string(@"10:00:00.250") => "10:00:00.25"
    string(@"10:00:00Z") => "10:00:00Z"
    string(@"10:00:00+00:00") => "10:00:00Z"
    string(@"10:00:00-03:30") => "10:00:00-03:30"
    string(@"10:00:00+03:30:10") => "10:00:00+03:30:10"
    string(@"10:00:00@Asia/Shanghai") => "10:00:00@Asia/Shanghai"
    string(@"2026-01-02T10:00:00") => "2026-01-02T10:00:00"
    string(@"P14M") => "P1Y2M"
    string(@"-P2M") => "-P2M"
    string(@"P0M") => "P0M"
    string(@"P1DT25H61M1.5S") => "P2DT2H1M1.5S"
    string(@"-PT1S") => "-PT1S"
    string(@"PT0S") => "PT0S"
    range("[1..5)") => [1..5)
    range("[-2..(-1)]") => [-2..-1]
    range("(>= 5)") => (>= 5)
    range("[\\"a\\"..\\"b\\"]") => ["a".."b"]
    range("[@\\"2026-01-01\\"..date(\\"2026-02-01\\")]") => [@"2026-01-01"..@"2026-02-01"]
    range("[x..5]") => null
    range("[sum(1)..5]") => null
    range("[-\\"a\\"..5]") => null
    range("[1, 2]") => null
    range("[") => null
    range(1) => null
    day of year(@"2026-02-01") => 32
    day of year(1) => null
    day of week(@"2026-11-23") => "Monday"
    day of week(1) => null
    month of year(@"2026-11-23T10:00:00") => "November"
    month of year(1) => null
    week of year(@"2005-01-01") => 53
    week of year(1) => null
"""))
def test_conversion(expression, expected):
    assert same(expression, expected)


@pytest.mark.parametrize(("expression", "expected"), lines("""
    before(1, 10) => true
    before(10, 1) => false
    before(1, [1..10]) => false
    before(1, (1..10]) => true
    before([1..10], 10) => false
    before([1..10), 10) => true
    before([1..10), [10..20]) => true
    before(1, "a") => null
    before([1..2], ["a".."b"]) => null
    after(10, 5) => true
    after((11..20], 11) => true
    after([5..10], [1..5)) => true
    meets([1..5], [5..10]) => true
    meets([1..5), [5..10]) => false
    meets(1, [5..10]) => null
    met by([5..10], [1..5]) => true
    overlaps([1..5], [3..8]) => true
    overlaps([1..5), [5..8]) => false
    overlaps before([1..5], [3..8]) => true
    overlaps before([1..5], [1..8]) => false
    overlaps before([1..5], (1..8]) => true
    overlaps before([1..8], [3..8)) => false
    overlaps after([3..8], [1..5]) => true
    finishes(10, [1..10]) => true
    finishes(10, [1..10)) => false
    finishes([5..10], [1..10]) => true
    finished by([1..10], 10) => true
    includes([1..10], 5) => true
    includes([1..10), 10) => false
    includes([1..10], [2..11]) => false
    during(5, [1..10]) => true
    during([4..6], [1..10]) => true
    starts(1, [1..10]) => true
    starts((1..5], [1..10]) => false
    started by([1..10], [1..5]) => true
    coincides(5, 5) => true
    coincides([1..5], [1..5)) => false
    coincides(range1: [1..5], range2: [1..5]) => true
    before(point1: 1, point2: 2) => true
    during(point: 1, range: [1..2]) => true
"""))
def test_ranges(expression, expected):
    assert same(expression, expected)


def test_a_number_from_outside_is_never_written_out_for_ever():
    assert feel.evaluate(feel.compile("string(x)"), {"x": Decimal("1e999999")}) == "1E+999999"


def test_the_moment_is_passed_in_never_read():
    at = datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert feel.evaluate(feel.compile("now()"), {}, at=at) == at
    assert feel.evaluate(feel.compile("today()"), {}, at=at) == at.date()
    assert value("now()") is None


def test_there_are_enough_built_in_functions():
    assert len(library.BUILT_IN) + 2 >= 80
