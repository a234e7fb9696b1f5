"""FEEL text to a syntax tree by recursive descent; nothing is evaluated here.

Sources: OMG DMN 1.5, clause 10.3.1.2 (grammar rules 1 to 66)."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from tongban.core.feel import tree, words

DEPTH_MAX = 30  # Brackets in brackets: deeper is no rule a person could check.
HEIGHT_MAX = 200  # Links of one chain, so that evaluation cannot exhaust the stack.
STEPS_MAX = 100_000  # Tokens looked at, second looks included.
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})


def parse_expression(text: str, names: Iterable[str] = ()) -> tree.Tree:
    """The tree of one expression.

    :raises NotFeel: with the place and the reason."""
    parser = _Parser(text, names)
    found = parser.expression()
    parser.expect_end()
    _check_height(found)
    return found


def parse_tests(text: str, names: Iterable[str] = ()) -> tree.Tests:
    """The tree of the unary tests of a decision table cell.

    :raises NotFeel: with the place and the reason."""
    parser = _Parser(text, names)
    found = parser.cell()
    parser.expect_end()
    _check_height(found)
    return found


def _check_height(root: tree.Tree) -> None:
    level: list[tree.Tree] = [root]
    height = 0
    while level:
        height += 1
        if height > HEIGHT_MAX:
            raise words.NotFeel(position=1, reason="a chain of too many links")
        level = [child for parent in level for child in tree.parts_of(parent)]


Result = TypeVar("Result")


class _Parser:
    __slots__ = ("_at", "_depth", "_is_range_end", "_steps", "_words")

    def __init__(self, text: str, names: Iterable[str]) -> None:
        self._words = words.Words(text, names)
        self._at = self._words.read(0)
        self._depth = 0
        self._steps = 0
        self._is_range_end = False

    # Tokens

    def _step(self, *, is_member: bool = False) -> words.Token:
        token = self._at
        self._steps += 1
        if self._steps > STEPS_MAX:
            raise self._wrong("too long")
        self._at = self._words.read(token.end, is_member=is_member)
        return token

    def _is(self, *texts: str) -> bool:
        return self._at.kind in ("sign", "word") and self._at.text in texts

    def _take(self, *texts: str) -> str:
        return self._step().text if self._is(*texts) else ""

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._wrong(f"expected {text}")

    def _wrong(self, reason: str) -> words.NotFeel:
        found = self._at.text or "the end"
        return words.NotFeel(position=self._at.start + 1, reason=f"{reason}, found {found}")

    def expect_end(self) -> None:
        if self._at.kind != "end":
            raise self._wrong("expected the end")

    def _name(self) -> str:
        if self._at.kind != "name":
            raise self._wrong("expected a name")
        return self._step().text

    def _attempt(self, rule: Callable[[], Result]) -> Result | None:
        at, depth, is_range_end = self._at, self._depth, self._is_range_end
        try:
            return rule()
        except words.NotFeel:
            self._at, self._depth, self._is_range_end = at, depth, is_range_end
            return None

    # Expressions, loosest first

    def expression(self) -> tree.Tree:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise self._wrong("nested too deeply")
        was_range_end, self._is_range_end = self._is_range_end, False
        found = self._disjunction()
        self._is_range_end = was_range_end
        self._depth -= 1
        return found

    def _special(self) -> tree.Tree | None:
        rules = {"for": self._for, "if": self._if, "some": self._quantified,
                 "every": self._quantified, "function": self._function}
        rule = rules.get(self._at.text) if self._at.kind == "word" else None
        return rule() if rule else None

    def _for(self) -> tree.Tree:
        self._step()
        iterators = self._iterators()
        self._expect("return")
        return tree.For(iterators, self.expression())

    def _quantified(self) -> tree.Tree:
        is_every = self._step().text == "every"
        iterators = self._iterators()
        self._expect("satisfies")
        return tree.Quantified(is_every, iterators, self.expression())

    def _iterators(self) -> tuple[tree.Iterator, ...]:
        found = [self._iterator()]
        while self._take(","):
            found.append(self._iterator())
        return tuple(found)

    def _iterator(self) -> tree.Iterator:
        name = self._name()
        self._words.learn(name)
        self._expect("in")
        source = self.expression()
        last = self.expression() if self._take("..") else None
        return tree.Iterator(name, source, last)

    def _if(self) -> tree.Tree:
        self._step()
        condition = self.expression()
        self._expect("then")
        then = self.expression()
        self._expect("else")
        return tree.If(condition, then, self.expression())

    def _function(self) -> tree.Tree:
        self._step()
        self._expect("(")
        parameters = [] if self._is(")") else [self._parameter()]
        while self._take(","):
            parameters.append(self._parameter())
        self._expect(")")
        if self._is("external"):
            raise self._wrong("external functions are not run")
        return tree.Lambda(tuple(parameters), self.expression())

    def _parameter(self) -> tuple[str, tree.Type | None]:
        name = self._name()
        self._words.learn(name)
        return name, self._type() if self._take(":") else None

    def _disjunction(self) -> tree.Tree:
        left = self._conjunction()
        while self._take("or"):
            left = tree.Logic("or", left, self._conjunction())
        return left

    def _conjunction(self) -> tree.Tree:
        left = self._comparison()
        while self._take("and"):
            left = tree.Logic("and", left, self._comparison())
        return left

    def _comparison(self) -> tree.Tree:
        left = self._sum()
        while True:
            if self._at.kind == "sign" and self._at.text in COMPARISONS:
                left = tree.Comparison(self._step().text, left, self._sum())
            elif self._take("between"):
                low = self._sum()
                self._expect("and")
                left = tree.Between(left, low, self._sum())
            elif self._take("in"):
                left = tree.In(left, self._in_tests())
            elif self._take("instance"):
                left = tree.InstanceOf(left, self._type())
            else:
                return left

    def _sum(self) -> tree.Tree:
        left = self._product()
        while self._is("+", "-"):
            left = tree.Arithmetic(self._step().text, left, self._product())
        return left

    def _product(self) -> tree.Tree:
        left = self._power()
        while self._is("*", "/"):
            left = tree.Arithmetic(self._step().text, left, self._power())
        return left

    def _power(self) -> tree.Tree:
        left = self._unary()
        while self._take("**"):
            left = tree.Arithmetic("**", left, self._unary())
        return left

    def _unary(self) -> tree.Tree:
        signs = 0
        while self._take("-"):
            signs += 1
        found = self._postfix()
        for _ in range(min(signs, 2 - signs % 2)):
            found = tree.Negative(found)
        return found

    # Primaries and what follows them

    def _postfix(self) -> tree.Tree:
        found = self._special() or self._primary()
        while True:
            if self._is("."):
                self._step(is_member=True)
                found = tree.Path(found, self._name())
            elif self._is("[") and not self._is_range_end:
                self._step()
                condition = self.expression()
                self._expect("]")
                found = tree.Filter(found, condition)
            elif self._is("("):
                found = self._call(found)
            else:
                return found

    def _call(self, function: tree.Tree) -> tree.Tree:
        self._expect("(")
        names: list[str] = []
        arguments: list[tree.Tree] = []
        while not self._is(")"):
            name = self._attempt(self._argument_name)
            if (name is None) == bool(names) and arguments:
                raise self._wrong("arguments are either all named or none")
            if name is not None:
                names.append(name)
            arguments.append(self.expression())
            if not self._take(","):
                break
        self._expect(")")
        return tree.Call(function, tuple(arguments), tuple(names))

    def _argument_name(self) -> str:
        name = self._name()
        self._expect(":")
        return name

    def _primary(self) -> tree.Tree:
        token = self._at
        if token.kind in ("number", "string"):
            return tree.Literal(self._step().value)
        if token.kind == "at":
            return tree.AtLiteral(str(self._step().value))
        if token.kind == "name":
            return tree.Name(self._step().text)
        if token.kind == "word":
            return self._constant()
        rules = {"(": self._bracket, "[": self._list, "]": self._open_range,
                 "{": self._context, "?": self._input}
        rule = rules.get(token.text)
        if rule is None:
            raise self._wrong("expected a value")
        return rule()

    def _constant(self) -> tree.Tree:
        constants = {"true": True, "false": False, "null": None}
        if self._at.text in constants:
            return tree.Literal(constants[self._step().text])
        if self._take("not"):
            if not self._is("("):
                raise self._wrong("expected (")
            return tree.Name("not")
        raise self._wrong("expected a value")

    def _input(self) -> tree.Tree:
        self._step()
        return tree.Name("?")

    def _bracket(self) -> tree.Tree:
        self._step()
        if self._at.kind == "sign" and self._at.text in COMPARISONS:
            return self._half_line()
        low = self.expression()
        if self._take(".."):
            return self._range(low, is_low_in=False)
        self._expect(")")
        return low

    def _half_line(self) -> tree.Tree:
        """`(< 5)`: a range without one of its ends."""
        operator = self._step().text
        end = self.expression()
        self._expect(")")
        if operator in ("<", "<="):
            return tree.RangeOf(None, end, False, operator == "<=")
        if operator in (">", ">="):
            return tree.RangeOf(end, None, operator == ">=", False)
        if operator == "=":
            return tree.RangeOf(end, end, True, True)
        raise self._wrong("no range for !=")

    def _list(self) -> tree.Tree:
        self._step()
        if self._take("]"):
            return tree.ListOf(())
        elements = [self.expression()]
        if self._take(".."):
            return self._range(elements[0], is_low_in=True)
        while self._take(","):
            elements.append(self.expression())
        self._expect("]")
        return tree.ListOf(tuple(elements))

    def _open_range(self) -> tree.Tree:
        self._step()
        low = self.expression()
        self._expect("..")
        return self._range(low, is_low_in=False)

    def _range(self, low: tree.Tree, *, is_low_in: bool) -> tree.Tree:
        was, self._is_range_end = self._is_range_end, True
        high = self._sum()
        self._is_range_end = was
        closer = self._take("]", ")", "[")
        if not closer:
            raise self._wrong("expected the end of a range")
        return tree.RangeOf(low, high, is_low_in, closer == "]")

    def _context(self) -> tree.Tree:
        self._step()
        entries: list[tuple[str, tree.Tree]] = []
        while not self._is("}"):
            key = self._key()
            self._words.learn(key)
            entries.append((key, self.expression()))
            if not self._take(","):
                break
        self._expect("}")
        return tree.ContextOf(tuple(entries))

    def _key(self) -> str:
        """A key runs to the colon: in front of it any sign may be part of the name."""
        if self._at.kind == "string":
            key = str(self._step().value)
            self._expect(":")
            return key
        text = self._words.text
        colon = text.find(":", self._at.start)
        key = " ".join(text[self._at.start : max(colon, self._at.start)].split())
        if not key or any(sign in key for sign in '{}[](),"'):
            raise self._wrong("expected a key")
        self._at = self._words.read(colon)
        self._expect(":")
        return key

    # Types

    def _type(self) -> tree.Type:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise self._wrong("nested too deeply")
        if self._take("function"):
            found = self._function_type()
        else:
            name = self._name()
            while self._is("."):
                self._step(is_member=True)
                name += "." + self._name()
            rules = {"list": self._element_type, "range": self._element_type,
                     "context": self._member_types}
            rule = rules.get(name)
            found = tree.Type(name, rule() if rule else ())
        self._depth -= 1
        return found

    def _element_type(self) -> tuple[tuple[str, tree.Type], ...]:
        if not self._take("<"):
            return ()
        element = self._type()
        self._expect(">")
        return (("", element),)

    def _member_types(self) -> tuple[tuple[str, tree.Type], ...]:
        if not self._take("<"):
            return ()
        members = []
        while not self._is(">"):
            name = self._name()
            self._expect(":")
            members.append((name, self._type()))
            if not self._take(","):
                break
        self._expect(">")
        return tuple(members)

    def _function_type(self) -> tree.Type:
        if not self._take("<"):
            return tree.Type("function")
        parameters = []
        while not self._is(">"):
            parameters.append(("", self._type()))
            if not self._take(","):
                break
        self._expect(">")
        self._expect("->")
        return tree.Type("function", (*parameters, ("return", self._type())))

    # Unary tests

    def cell(self) -> tree.Tests:
        """`-`, `not(tests)` or tests, as in a cell of a decision table."""
        if self._is("-"):
            at = self._at
            self._step()
            if self._at.kind == "end":
                return tree.Tests(())
            self._at = at
        if self._is("not"):
            negated = self._attempt(self._negated)
            if negated is not None:
                return negated
        return tree.Tests(self._tests())

    def _negated(self) -> tree.Tests:
        self._step()
        self._expect("(")
        alternatives = self._tests()
        self._expect(")")
        self.expect_end()
        return tree.Tests(alternatives, is_negated=True)

    def _tests(self) -> tuple[tree.Test, ...]:
        found = [self._test()]
        while self._take(","):
            found.append(self._test())
        return tuple(found)

    def _test(self) -> tree.Test:
        if self._at.kind == "sign" and self._at.text in COMPARISONS:
            return tree.Test(self._step().text, self._sum())
        return tree.Test("in", self.expression())

    def _in_tests(self) -> tree.Tests:
        """What follows `in`: one test, or several in brackets."""
        if self._is("("):
            several = self._attempt(self._bracketed_tests)
            if several is not None:
                return several
        if self._at.kind == "sign" and self._at.text in COMPARISONS:
            return tree.Tests((tree.Test(self._step().text, self._sum()),))
        return tree.Tests((tree.Test("in", self._sum()),))

    def _bracketed_tests(self) -> tree.Tests:
        self._step()
        alternatives = self._tests()
        self._expect(")")
        if not (self._at.kind in ("end", "word") or self._is(")", "]", ",", "}")):
            raise self._wrong("expected the end of the tests")
        return tree.Tests(alternatives)
