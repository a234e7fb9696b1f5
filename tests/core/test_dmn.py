"""Decision models: what they come to, what is refused, and what is wrong with a table."""

from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.core import dmn, feel, markup
from tongban.core.dmn import analysis, kinds, table
from tongban.core.feel import meaning

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(body, namespace=MODEL):
    return f'<definitions xmlns="{namespace}" name="m" namespace="urn:m">{body}</definitions>'.encode()


def literal(text, kind=""):
    return f'<literalExpression{f" typeRef={kind!r}" if kind else ""}><text>{escape(text)}</text></literalExpression>'


def decision(name, body, needs="", kind=""):
    links = "".join(f'<informationRequirement><required{"Input" if need.startswith("i_") else "Decision"} '
                    f'href="#{need}"/></informationRequirement>' for need in needs.split())
    return (f'<decision id="d_{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/>'
            f"{links}{body}</decision>")


def given_input(name, kind=""):
    return f'<inputData id="i_{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'


def decide(body, name="d", **inputs):
    return dmn.decide(dmn.parse(model(body)), name, inputs).value


def cells(policy, rules, inputs=("x",), outputs=("",), aggregation="", more="", allowed=""):
    """A decision table of rules like `< 5 | "a"`."""
    columns = "".join(f"<input><inputExpression><text>{name}</text></inputExpression>{allowed}</input>" for name in inputs)
    results = "".join(f'<output name="{name}">{more}</output>' for name in outputs)
    rows = ""
    for rule in rules:
        parts = [part.strip() for part in rule.split("|")]
        rows += "<rule>" + "".join(
            f"<{'inputEntry' if n < len(inputs) else 'outputEntry'}><text>{escape(part)}</text>"
            f"</{'inputEntry' if n < len(inputs) else 'outputEntry'}>" for n, part in enumerate(parts)) + "</rule>"
    plus = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable hitPolicy="{policy}"{plus}>{columns}{results}{rows}</decisionTable>'


RULES = ("< 5 | 1", "< 10 | 2", "[5..20] | 2")
NUMBERS = given_input("x", "number")
LISTED = "<outputValues><text>2, 1</text></outputValues>"


@pytest.mark.parametrize(("policy", "aggregation", "x", "expected"), [
    ("UNIQUE", "", 15, 2), ("UNIQUE", "", 3, None), ("UNIQUE", "", 30, None),
    ("ANY", "", 7, 2), ("ANY", "", 3, None), ("FIRST", "", 3, 1), ("PRIORITY", "", 3, 2),
    ("RULE ORDER", "", 3, [1, 2]), ("OUTPUT ORDER", "", 3, [2, 1]), ("COLLECT", "", 7, [2, 2]),
    ("COLLECT", "SUM", 3, 3), ("COLLECT", "MIN", 3, 1), ("COLLECT", "MAX", 3, 2), ("COLLECT", "COUNT", 7, 2),
])
def test_each_hit_policy(policy, aggregation, x, expected):
    body = NUMBERS + decision("d", cells(policy, RULES, aggregation=aggregation, more=LISTED), "i_x")
    assert decide(body, x=x) == expected


@pytest.mark.parametrize(("policy", "aggregation", "expected"), [
    ("UNIQUE", "", {"a": Decimal(1), "b": "p"}), ("PRIORITY", "", {"a": Decimal(1), "b": "p"}),
    ("COLLECT", "COUNT", 1), ("COLLECT", "SUM", None),
])
def test_a_table_with_two_outputs_gives_a_context(policy, aggregation, expected):
    rules = ('< 5 | 1 | "p"', '< 5 | 1 | "p"') if aggregation == "COUNT" else ('< 5 | 1 | "p"',)
    body = NUMBERS + decision("d", cells(policy, rules, outputs=("a", "b"), aggregation=aggregation), "i_x")
    assert decide(body, x=3) == expected


def test_a_default_stands_where_no_rule_holds():
    default = "<defaultOutputEntry><text>9</text></defaultOutputEntry>"
    body = NUMBERS + decision("d", cells("UNIQUE", RULES[:1], more=default), "i_x")
    assert (decide(body, x=3), decide(body, x=30)) == (1, 9)
    empty = "<defaultOutputEntry><text/></defaultOutputEntry>"
    assert decide(NUMBERS + decision("d", cells("UNIQUE", RULES[:1], more=empty), "i_x"), x=30) is None
    two = table.Table((), (table.Output("a", default=feel.compile("1")), table.Output("b")), ())
    assert two.decide(meaning.Scope({})) == {"a": 1, "b": None}


def test_an_input_that_is_not_allowed_decides_nothing():
    allowed = "<inputValues><text>[0..10]</text></inputValues>"
    body = NUMBERS + decision("d", cells("FIRST", RULES, allowed=allowed), "i_x")
    assert (decide(body, x=3), decide(body, x=15), decide(body, x=None)) == (1, None, None)


TYPES = """<itemDefinition name="tGrade"><description/><typeRef>string</typeRef><allowedValues><text>"a", "b"</text></allowedValues></itemDefinition>
<itemDefinition name="tGrades" isCollection="true"><typeRef>tGrade</typeRef></itemDefinition>
<itemDefinition name="tPerson"><itemComponent name="name"><typeRef>string</typeRef></itemComponent>
<itemComponent name="grades"><typeRef>tGrades</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tRule"><functionItem/></itemDefinition>"""


@pytest.mark.parametrize(("kind", "raw", "expected"), [
    ("tGrade", "a", "a"), ("tGrade", "c", None), ("tGrade", 1, None), ("tGrade", ["a"], "a"), ("tGrade", ["c"], None),
    ("tGrades", ["a", "b"], ["a", "b"]), ("tGrades", "a", ["a"]), ("tGrades", ["a", "c"], None), ("tGrades", 5, None),
    ("tPerson", {"name": "n", "grades": ["a"]}, {"name": "n", "grades": ["a"]}), ("tPerson", {"name": 1}, None),
    ("tPerson", "x", None), ("feel:number", 1, 1), ("number", "a", None), ("tUnknown", 5, 5), ("", 5, 5),
    ("tRule", 5, None),
])
def test_an_input_is_held_to_its_type(kind, raw, expected):
    read = dmn.parse(model(TYPES + given_input("x", kind) + decision("d", literal("x"), "i_x")))
    answer = dmn.decide(read, "d", {"x": raw})
    assert (answer.value, answer.refused_inputs) == (expected, ("x",) if expected is None else ())


def test_a_function_conforms_to_a_function_type():
    assert kinds.fits(feel.evaluate(feel.compile("sum"), {}), "f", {"f": kinds.Kind(is_function=True)})


@pytest.mark.parametrize("namespace", [
    "http://www.omg.org/spec/DMN/20180521/MODEL/", "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/", MODEL])
def test_every_version_is_read(namespace):
    read = dmn.parse(model(decision("d", literal("1 + 1")), namespace))
    assert (dmn.decide(read, "d", {}).value, read.name, read.namespace) == (2, "m", "urn:m")
    assert [each.name for each in read.decisions] == ["d"]


def test_what_is_required_is_decided_first_and_shown():
    body = (NUMBERS + decision("c", literal("a + b + x"), "d_a d_b i_x") + decision("b", literal("a * 2"), "d_a")
            + decision("a", literal("x + 1"), "i_x"))
    answer = dmn.decide(dmn.parse(model(body)), "c", {"x": 1})
    assert (answer.value, answer.decided) == (7, {"a": 2, "b": 4, "c": 7})


def test_what_is_not_required_is_not_seen():
    assert decide(NUMBERS + decision("d", literal("x")), x=1) is None


def test_a_decision_without_logic_is_null():
    assert decide(decision("d", "")) is None
    assert decide(decision("d", "<literalExpression/>")) is None


def entry(body, name=""):
    return f"<contextEntry>{name and f'<variable name={name!r}/>'}{body}</contextEntry>"


def binding(name, body=""):
    return f"<binding><parameter name={name!r}/>{body}</binding>"


def row(*texts):
    return "<row>" + "".join(map(literal, texts)) + "</row>"


TYPED = '<contextEntry><variable name="a" typeRef="number"/>' + literal("1") + "</contextEntry>"
BOXED = {
    "context": (f"<context><description/>{TYPED}{entry(literal('a + 1'), 'b')}</context>", {"a": 1, "b": 2}),
    "context with a result": (f"<context>{entry(literal('1'), 'a')}{entry(literal('a + 1'))}</context>", 2),
    "list": (f"<list>{literal('1')}{literal('2')}</list>", [1, 2]),
    "relation": (f'<relation><column name="a"/><column name="b"/>{row("1", "2")}{row("3", "4")}</relation>',
                 [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
    "conditional": (f"<conditional><if>{literal('true')}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>", 1),
    "filter": (f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal('item > 1')}</match></filter>", [2, 3]),
    "for": (f'<for iteratorVariable="i"><in>{literal("[1, 2]")}</in><return>{literal("i * 2")}</return></for>', [2, 4]),
    "some": (f'<some iteratorVariable="i"><in>{literal("[1, 2]")}</in><satisfies>{literal("i = 2")}</satisfies></some>', True),
    "every": (f'<every iteratorVariable="i"><in>{literal("[1, 2]")}</in><satisfies>{literal("i = 2")}</satisfies></every>', False),
    "typed": (literal("1", "string"), None),
    "any": (literal("1", "Any"), 1),
}


@pytest.mark.parametrize("name", BOXED)
def test_each_boxed_expression(name):
    body, expected = BOXED[name]
    assert decide(decision("d", body)) == expected


KNOWLEDGE = ('<businessKnowledgeModel id="k_f" name="f"><encapsulatedLogic typeRef="number">'
             '<formalParameter name="p" typeRef="number"/><formalParameter name="q"/>' + literal("p + q")
             + "</encapsulatedLogic></businessKnowledgeModel>")
NEEDS_F = '<knowledgeRequirement><requiredKnowledge href="#k_f"/></knowledgeRequirement>'


@pytest.mark.parametrize(("body", "expected"), [
    (literal("f(1, 2)"), 3), (literal("f(q: 1, p: 5)"), 6), (literal('f("a", "b")'), None), (literal("f(1)"), None),
    (f"<invocation>{literal('f')}{binding('p', literal('1'))}{binding('q', literal('3'))}</invocation>", 4),
    (f"<invocation>{literal('f')}{binding('p', literal('1'))}{binding('q')}</invocation>", None),
])
def test_knowledge_is_called_as_a_function(body, expected):
    assert decide(KNOWLEDGE + decision("d", NEEDS_F + body)) == expected


def test_a_function_can_be_defined_inside_a_decision():
    function = f'<functionDefinition><formalParameter name="n"/>{literal("n * 2")}</functionDefinition>'
    context = f'<context><contextEntry><variable name="g"/>{function}</contextEntry><contextEntry>{literal("g(4)")}</contextEntry></context>'
    assert decide(decision("d", context)) == 8


SERVICE = (NUMBERS + decision("a", literal("x + 1"), "i_x") + decision("b", literal("a * 2"), "d_a")
           + '<decisionService id="s" name="s"><outputDecision href="#d_b"/>{more}<encapsulatedDecision href="#d_a"/>'
             '<inputData href="#i_x"/></decisionService>')


def test_a_service_decides_from_its_inputs_alone():
    body = SERVICE.format(more="")
    assert decide(body, "s", x=4) == 10
    call = '<knowledgeRequirement><requiredKnowledge href="#s"/></knowledgeRequirement>' + literal("s(1) + s(x: 2)")
    assert decide(body + decision("d", call)) == 10


def test_a_service_with_two_outputs_gives_a_context():
    assert decide(SERVICE.format(more='<outputDecision href="#d_a"/>'), "s", x=4) == {"b": 10, "a": 5}


def test_a_service_may_be_given_a_decision():
    body = SERVICE.format(more='<inputDecision href="#d_a"/>')
    call = '<knowledgeRequirement><requiredKnowledge href="#s"/></knowledgeRequirement>' + literal("s(7, 1)")
    assert decide(body + decision("d", call)) == 14


def test_knowledge_itself_can_be_asked_for():
    read = dmn.parse(model(KNOWLEDGE))
    assert dmn.decide(read, "f", {}).value.name == "function"


def test_what_is_not_there_cannot_be_decided():
    with pytest.raises(dmn.NoSuchDecision):
        decide(NUMBERS, "x")


DEEP = "<list>" * 25 + literal("1") + "</list>" * 25
DEEP_TYPE = '<itemDefinition name="t">' + '<itemComponent name="c">' * 25 + "</itemComponent>" * 25 + "</itemDefinition>"


@pytest.mark.parametrize(("body", "element", "reason"), [
    (decision("d", literal("1 +")), "d_d", "bad-expression"),
    (decision("d", cells("UNIQUE", ["< | 1"])), "d_d", "bad-expression"),
    (decision("d", literal("1").replace("<literalExpression", '<literalExpression expressionLanguage="urn:java"')), "d_d", "foreign-language"),
    (decision("d", "<functionDefinition kind='Java'/>"), "d_d", "foreign-language"),
    (decision("d", "", "d_x"), "d_d", "missing"),
    (decision("a", literal("b"), "d_b") + decision("b", literal("a"), "d_a"), "d_a", "circle"),
    (decision("d", "") * 2, "d_d", "bad-id"),
    (decision("d", DEEP), "d_d", "too-deep"), (DEEP_TYPE, "t" + "\0c" * 21, "too-deep"),
    (decision("d", "<context><contextEntry/></context>"), "d_d", "no-logic"),
    (decision("d", '<relation><column name="a"/><row/></relation>'), "d_d", "no-logic"),
    (decision("d", '<decisionTable hitPolicy="BEST"><output/></decisionTable>'), "d_d", "bad-table"),
    (decision("d", '<decisionTable aggregation="AVG"><output/></decisionTable>'), "d_d", "bad-table"),
    (decision("d", "<decisionTable/>"), "d_d", "bad-table"),
    (decision("d", "<decisionTable><input/><output/></decisionTable>"), "d_d", "bad-table"),
    (decision("d", cells("UNIQUE", ["1 | 2 | 3"])), "d_d", "bad-table"),
    (decision("d", "<decisionTable><output/>" + "<rule/>" * 5_001 + "</decisionTable>"), "d_d", "bad-table"),
    ('<businessKnowledgeModel id="k" name="k"/>', "k", "no-logic"),
    ('<import id="other"/>', "other", "not-in-subset"),
    (decision("d", "<conditional/>"), "d_d", "no-logic"),
])
def test_what_cannot_be_run_is_refused_with_element_and_reason(body, element, reason):
    with pytest.raises(dmn.Unsupported) as refused:
        dmn.parse(model(body))
    assert (refused.value.element_id, refused.value.reason) == (element, reason)


@pytest.mark.parametrize("xml", [b"<definitions/>", model("", "urn:other"), model("").replace(b"definitions", b"decision")])
def test_what_is_not_dmn_is_refused(xml):
    with pytest.raises(dmn.Unsupported, match="DMN"):
        dmn.parse(xml)


def test_what_is_not_xml_is_refused():
    with pytest.raises(markup.NotXml):
        dmn.parse(b"<")


def test_an_element_without_an_id_is_known_by_its_tag():
    body = '<itemDefinition name="t"><allowedValues><text>&lt;</text></allowedValues></itemDefinition>'
    with pytest.raises(dmn.Unsupported, match="t"):
        dmn.parse(model(body))
    with pytest.raises(dmn.Unsupported) as refused:
        dmn.parse(model('<decision name="d"><literalExpression><text>(</text></literalExpression></decision>'))
    assert refused.value.element_id == "literalExpression"


def findings(policy, rules, **options):
    body = decision("d", cells(policy, rules, **options).replace("<input>", "<description/><input><description/>").replace("<rule>", "<rule><description/>"))
    return dmn.analyse(dmn.parse(model(body)).decisions[0].tables[0])


def test_a_table_that_covers_everything_once_has_no_findings():
    assert findings("UNIQUE", ("< 5 | 1", "[5..10) | 2", ">= 10 | 3")) == ()


def test_a_gap_is_shown_by_a_sample():
    assert findings("UNIQUE", ("< 5 | 1", "> 5 | 2")) == (dmn.Gap((Decimal(5),)),)


def test_an_overlap_is_shown_by_a_sample():
    assert findings("UNIQUE", ("<= 5 | 1", ">= 5 | 2")) == (dmn.Overlap(1, 2, (Decimal(5),)),)


@pytest.mark.parametrize(("policy", "rules", "count"), [
    ("ANY", ("<= 5 | 1", ">= 5 | 1"), 0), ("ANY", ("<= 5 | 1", ">= 5 | 2"), 1), ("FIRST", ("- | 1", "- | 2"), 0),
    ("UNIQUE", ("- | 1", "- | 2", "- | 3"), 1),
])
def test_overlaps_matter_only_where_one_rule_may_hold(policy, rules, count):
    assert len(findings(policy, rules)) == count


def test_the_same_overlap_is_shown_once():
    assert len(findings("UNIQUE", ("<= 5 | 1", "<= 5 | 2", "> 5 | 3"))) == 1


def test_a_default_covers_every_gap():
    default = "<defaultOutputEntry><text>9</text></defaultOutputEntry>"
    assert findings("UNIQUE", ("< 5 | 1",), more=default) == ()


def test_words_no_rule_names_are_a_gap_unless_the_column_lists_its_words():
    assert findings("UNIQUE", ('"a" | 1', '"b" | 2')) == (dmn.Gap((analysis.OTHER,)),)
    allowed = '<inputValues><text>"a", "b"</text></inputValues>'
    assert findings("UNIQUE", ('"a" | 1', '"b" | 2'), allowed=allowed) == ()


def test_two_columns_are_tried_in_every_combination():
    rules = ("true | < 5 | 1", "false | - | 2")
    assert findings("UNIQUE", rules, inputs=("x", "y")) == (dmn.Gap((True, Decimal(5))),)


@pytest.mark.parametrize("low", ['@"2026-01-02"', 'date("2026-01-02")'])
def test_dates_are_cut_like_numbers(low):
    assert findings("UNIQUE", (f"< {low} | 1", f"> {low} | 2")) == (dmn.Gap((date(2026, 1, 2),)),)


@pytest.mark.parametrize(("rules", "has_gap"), [
    (('< @"PT1H" | 1', '> @"PT5H" | 2'), True), (('<= @"PT1H" | 1', '> @"PT1H" | 2'), False),
    (('< @"2026-01-01T10:00:00" | 1', '>= @"2026-01-01T10:00:00" | 2'), False),
    (('<= @"2026-01-01T10:00:00" | 1', '>= @"2026-01-01T12:00:00" | 2'), True),
    (('< @"2026-01-01" | 1', '[@"2026-01-01"..@"2026-01-02"] | 2', '> @"2026-01-02" | 3'), False),
    (('<= @"2026-01-01" | 1', '>= @"2026-01-03" | 3'), True),
    (('@"10:00:00" | 1',), True), (('< @"10:00:00" | 1', '>= @"10:00:00" | 2'), False),
    (('<= @"P1Y" | 1', '>= @"P13M" | 2'), False), (('<= @"P1Y" | 1', '>= @"P14M" | 2'), True),
])
def test_gaps_between_moments_and_durations(rules, has_gap):
    assert any(isinstance(each, dmn.Gap) for each in findings("FIRST", rules)) is has_gap


def test_mixed_kinds_are_tried_as_they_are():
    assert findings("UNIQUE", ("1 | 1", '"a" | 2', "null | 3")) == ()


def test_a_list_in_a_cell_names_its_members():
    assert findings("UNIQUE", ("[1, 2] | 1", "not(1, 2) | 2")) == ()


def test_a_column_that_reads_other_names_is_not_analysed():
    assert findings("UNIQUE", ("< limit | 1",)) == (dmn.Unclear(1),)


def test_a_large_table_is_given_up_after_bounded_work():
    rules = ["|".join(["-"] * n + [f"> {n}"] + ["-"] * (11 - n)) + " | 1" for n in range(12)]
    assert len(findings("FIRST", rules, inputs=[f"x{n}" for n in range(12)])) <= analysis.FINDINGS_MAX
    many = [f"{n} | 1" for n in range(120)]
    assert len(findings("UNIQUE", [f"[{n}..{n + 2}] | {n}" for n in range(0, 240, 2)])) == analysis.FINDINGS_MAX
    assert len(findings("UNIQUE", many)) == 1


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=4))
def test_gaps_are_gaps_and_overlaps_overlap(spans):
    """Against counting rules one value at a time."""
    rules = [f"[{min(span)}..{max(span)}] | {n}" for n, span in enumerate(spans)]
    found = findings("UNIQUE", rules)

    def count(value):
        return sum(min(span) <= value <= max(span) for span in spans)

    halves = [Decimal(n) / 2 for n in range(-2, 15)]
    assert any(isinstance(each, dmn.Gap) for each in found) == any(count(each) == 0 for each in halves)
    assert any(isinstance(each, dmn.Overlap) for each in found) == any(count(each) > 1 for each in halves)
    assert all(count(each.sample[0]) == 0 for each in found if isinstance(each, dmn.Gap))
    assert all(count(each.sample[0]) > 1 for each in found if isinstance(each, dmn.Overlap))
