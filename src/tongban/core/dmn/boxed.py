"""Boxed expressions to trees of FEEL: tables, contexts, lists, relations, invocations, functions.

Sources: OMG DMN 1.5, clauses 7.2.1, 7.3.6 to 7.3.14 (boxed expressions)."""

from collections.abc import Callable, Mapping

from lxml import etree

from tongban.core import feel, markup, refusal
from tongban.core.dmn import kinds
from tongban.core.dmn.table import AGGREGATIONS, POLICIES, Input, Output, Rule, Table
from tongban.core.feel import meaning, syntax, tree
from tongban.core.feel.meaning import Meaning, Scope
from tongban.core.feel.values import Value

DEPTH_MAX = 20
RULES_MAX = 5_000
RESULT = "\0result"
REASONS: Mapping[str, tuple[str, str]] = {
    "not-dmn": ("不是 DMN 1.2 至 1.5 文件", "not a DMN 1.2 to 1.5 file"),
    "not-in-subset": ("不支持这种元素：%(detail)s", "elements of this kind are not supported: %(detail)s"),
    "bad-id": ("编号重复", "the id is used twice"),
    "bad-expression": ("表达式不合 FEEL 语法：%(detail)s", "the expression is not valid FEEL: %(detail)s"),
    "foreign-language": ("表达式只能用 FEEL 书写", "expressions must be written in FEEL"),
    "bad-table": ("决策表不完整：%(detail)s", "the decision table is not complete: %(detail)s"),
    "too-deep": ("嵌套太深", "nested too deeply"),
    "no-logic": ("没有内容", "nothing is in it"),
    "missing": ("引用了不存在的元素：%(detail)s", "it refers to what is not there: %(detail)s"),
    "circle": ("自己依赖自己", "it depends on itself"),
}


class Unsupported(refusal.Refusal):
    """The model holds something that is not run."""

    code = "dmn-unsupported"
    says = "决策模型中的“%(element)s”不能使用：%(words)s。"

    def __init__(self, element_id: str, reason: str, detail: object = "") -> None:
        words = REASONS[reason][0] % {"detail": detail}
        super().__init__(element=element_id, words=words, reason=reason, detail=str(detail))
        self.element_id = element_id
        self.reason = reason


def compile_tests(text: str, known: tuple[str, ...], owner: str) -> feel.Expression | None:
    """The tests, or nothing for `-` and for an empty cell."""
    if text in ("", "-"):
        return None
    try:
        return feel.compile_tests(text, known)
    except feel.NotFeel as fault:
        raise Unsupported(owner, "bad-expression", fault) from fault


def inner_text(element: etree._Element) -> str:
    """The text of the `text` child, or of the element itself."""
    return next((markup.text_of(child) for _, name, child in markup.children(element) if name == "text"),
                markup.text_of(element))


class Reader:
    """Turns boxed expressions of one file into meanings; remembers the tables it met."""

    def __init__(self, namespace: str, known: tuple[str, ...], types: kinds.Kinds) -> None:
        self.namespace = namespace
        self.known = known
        self.types = types
        self.tables: list[Table] = []
        self.depth = 0

    def compile(self, element: etree._Element, kind: str = "") -> Meaning:
        """The meaning of a boxed expression, its result as the type takes it."""
        return self._typed(meaning.compile_tree(self.tree_of(element)), kind)

    def compile_function(self, element: etree._Element) -> Meaning:
        return meaning.compile_tree(self._function(element))

    def _typed(self, run: Meaning, kind: str) -> Meaning:
        types = self.types
        return (lambda scope: kinds.convert(run(scope), kind, types)) if kind else run

    def tree_of(self, element: etree._Element) -> tree.Tree:
        name = markup.name_of(element)[1]
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise Unsupported(_id(element), "too-deep")
        found = BOXED[name](self, element)
        self.depth -= 1
        kind = element.get("typeRef") or ""
        if name == "literalExpression" and kind and kind.rpartition(":")[2] != "Any":
            return tree.Ready(self._typed(meaning.compile_tree(found), kind))
        return found

    def _expressions(self, element: etree._Element) -> list[etree._Element]:
        return [child for space, name, child in markup.children(element)
                if space == self.namespace and name in BOXED]

    def _only(self, element: etree._Element, tag: str = "") -> tree.Tree:
        """The tree of the one expression in the element, or in its child of that name."""
        place = element
        if tag:
            place = next((child for _, name, child in markup.children(element) if name == tag), element)
        found = self._expressions(place)
        if len(found) != 1:
            raise Unsupported(_id(element), "no-logic")
        return self.tree_of(found[0])

    def _parse(self, text: str, element: etree._Element) -> tree.Tree:
        try:
            return syntax.parse_expression(text, self.known)
        except feel.NotFeel as fault:
            raise Unsupported(_id(element), "bad-expression", fault) from fault

    def _literal(self, element: etree._Element) -> tree.Tree:
        language = element.get("expressionLanguage")
        if language is not None and "FEEL" not in language.upper():
            raise Unsupported(_id(element), "foreign-language")
        text = inner_text(element)
        return self._parse(text, element) if text else tree.Literal(None)

    def _context(self, element: etree._Element) -> tree.Tree:
        """Entries in order; one without a name is the result of the whole."""
        entries: list[tuple[str, tree.Tree]] = []
        for _, name, entry in markup.children(element):
            if name != "contextEntry":
                continue
            variable = next((c for _, tag, c in markup.children(entry) if tag == "variable"), None)
            body = self._only(entry)
            if variable is None:
                return tree.Path(tree.ContextOf((*entries, (RESULT, body))), RESULT)
            kind = variable.get("typeRef") or ""
            if kind:
                body = tree.Ready(self._typed(meaning.compile_tree(body), kind))
            entries.append((variable.get("name") or "", body))
        return tree.ContextOf(tuple(entries))

    def _list(self, element: etree._Element) -> tree.Tree:
        return tree.ListOf(tuple(self.tree_of(each) for each in self._expressions(element)))

    def _relation(self, element: etree._Element) -> tree.Tree:
        columns = [child.get("name") or "" for _, name, child in markup.children(element) if name == "column"]
        rows = []
        for _, name, row in markup.children(element):
            if name == "row":
                cells = [self.tree_of(cell) for cell in self._expressions(row)]
                if len(cells) != len(columns):
                    raise Unsupported(_id(element), "no-logic")
                rows.append(tree.ContextOf(tuple(zip(columns, cells, strict=True))))
        return tree.ListOf(tuple(rows))

    def _invocation(self, element: etree._Element) -> tree.Tree:
        names, arguments = [], []
        for _, name, binding in markup.children(element):
            if name == "binding":
                parameter = next(c for _, tag, c in markup.children(binding) if tag == "parameter")
                names.append(parameter.get("name") or "")
                given = self._expressions(binding)
                arguments.append(self.tree_of(given[0]) if given else tree.Literal(None))
        return tree.Call(self._only(element), tuple(arguments), tuple(names))

    def _function(self, element: etree._Element) -> tree.Tree:
        if element.get("kind", "FEEL") != "FEEL":
            raise Unsupported(_id(element), "foreign-language")
        parameters = [child for _, name, child in markup.children(element) if name == "formalParameter"]
        names = [parameter.get("name") or "" for parameter in parameters]
        body = self._only(element)
        converted = tuple(
            (name, tree.Ready(self._typed(meaning.compile_tree(tree.Name(name)), parameter.get("typeRef") or "")))
            for name, parameter in zip(names, parameters, strict=True))
        # Arguments are converted to their types before the body sees them.
        inner = tree.Call(tree.Lambda(tuple((name, None) for name in names), body),
                          tuple(each for _, each in converted))
        kind = element.get("typeRef") or ""
        result: tree.Tree = inner
        if kind and markup.name_of(element)[1] == "encapsulatedLogic":
            result = tree.Ready(self._typed(meaning.compile_tree(inner), kind))
        return tree.Lambda(tuple((name, None) for name in names), result)

    def _conditional(self, element: etree._Element) -> tree.Tree:
        return tree.If(*(self._only(element, tag) for tag in ("if", "then", "else")))

    def _filter(self, element: etree._Element) -> tree.Tree:
        return tree.Filter(self._only(element, "in"), self._only(element, "match"))

    def _for(self, element: etree._Element) -> tree.Tree:
        return tree.For((self._iterator(element),), self._only(element, "return"))

    def _quantified(self, element: etree._Element) -> tree.Tree:
        is_every = markup.name_of(element)[1] == "every"
        return tree.Quantified(is_every, (self._iterator(element),), self._only(element, "satisfies"))

    def _iterator(self, element: etree._Element) -> tree.Iterator:
        return tree.Iterator(element.get("iteratorVariable") or "", self._only(element, "in"))

    # Decision tables

    def _table(self, element: etree._Element) -> tree.Tree:
        parts: dict[str, list[etree._Element]] = {"input": [], "output": [], "rule": []}
        for _, name, child in markup.children(element):
            parts.get(name, []).append(child)
        policy = element.get("hitPolicy", "UNIQUE")
        aggregation = element.get("aggregation", "")
        if policy not in POLICIES or aggregation not in AGGREGATIONS or not parts["output"]:
            raise Unsupported(_id(element), "bad-table", policy)
        if len(parts["rule"]) > RULES_MAX:
            raise Unsupported(_id(element), "bad-table", f"> {RULES_MAX}")
        inputs = tuple(self._input(child) for child in parts["input"])
        outputs = tuple(self._output(child) for child in parts["output"])
        rules = tuple(self._rule(child, len(inputs), len(outputs)) for child in parts["rule"])
        table = Table(inputs, outputs, rules, policy, aggregation)
        self.tables.append(table)
        return tree.Ready(table.decide)

    def _input(self, element: etree._Element) -> Input:
        expression, allowed, kind = None, None, ""
        for _, name, child in markup.children(element):
            if name == "inputExpression":
                text = inner_text(child)
                expression = self._expression(text, child)
                kind = child.get("typeRef") or ""
            elif name == "inputValues":
                allowed = compile_tests(inner_text(child), self.known, _id(element))
        if expression is None:
            raise Unsupported(_id(element), "bad-table", "inputExpression")
        if allowed is None:
            allowed = self._allowed(kind)
        return Input(element.get("label") or expression.text, expression, allowed)

    def _allowed(self, kind: str) -> feel.Expression | None:
        found = self.types.get(kind)
        return found.allowed if found and not found.is_list else None

    def _expression(self, text: str, element: etree._Element) -> feel.Expression:
        root = self._parse(text, element)
        return feel.Expression(text, root, meaning.compile_tree(root))

    def _output(self, element: etree._Element) -> Output:
        listed: tuple[Value, ...] = ()
        default = None
        kind = element.get("typeRef") or ""
        for _, name, child in markup.children(element):
            if name == "outputValues":
                tests = compile_tests(inner_text(child), self.known, _id(element))
                listed = _listed(tests)
            elif name == "defaultOutputEntry" and inner_text(child):
                default = self._expression(inner_text(child), child)
        listed = listed or _listed(self._allowed(kind))
        return Output(element.get("name") or "", listed, default, self._converter(kind))

    def _converter(self, kind: str) -> Callable[[Value], Value]:
        types = self.types
        return lambda value: kinds.convert(value, kind, types)

    def _rule(self, element: etree._Element, inputs: int, outputs: int) -> Rule:
        tests, results = [], []
        for _, name, child in markup.children(element):
            text = inner_text(child)
            if name == "inputEntry":
                tests.append(compile_tests(text, self.known, _id(element)) or PASSES)
            elif name == "outputEntry":
                results.append(self._expression(text or "null", child))
        if (len(tests), len(results)) != (inputs, outputs):
            raise Unsupported(_id(element), "bad-table", "rule")
        return Rule(_id(element), tuple(tests), tuple(results))


PASSES = feel.compile_tests("-")


def _listed(tests: feel.Expression | None) -> tuple[Value, ...]:
    """The values an enumeration names, in its order."""
    if tests is None or not isinstance(tests.root, tree.Tests):
        return ()
    empty = Scope({})
    return tuple(meaning.compile_tree(each.operand)(empty) for each in tests.root.alternatives
                 if each.operator == "in")


def _id(element: etree._Element) -> str:
    """The id of the element or of the nearest one around it that has one."""
    place: etree._Element | None = element
    while place is not None:
        if place.get("id"):
            return str(place.get("id"))
        place = place.getparent()
    return markup.name_of(element)[1]


BOXED: Mapping[str, Callable[[Reader, etree._Element], tree.Tree]] = {
    "literalExpression": Reader._literal, "decisionTable": Reader._table, "context": Reader._context,
    "list": Reader._list, "relation": Reader._relation, "invocation": Reader._invocation,
    "functionDefinition": Reader._function, "conditional": Reader._conditional,
    "filter": Reader._filter, "for": Reader._for, "some": Reader._quantified,
    "every": Reader._quantified,
}
