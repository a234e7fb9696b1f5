"""DMN files to models: inputs, decisions, knowledge, services, all compiled.

Sources: OMG DMN 1.5, clauses 6.3 (elements), 7.2 (boxed expressions) and the schema DMN15.xsd."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lxml import etree

from tongban.core import markup
from tongban.core.dmn import boxed
from tongban.core.dmn.boxed import Unsupported
from tongban.core.dmn.kinds import Kind
from tongban.core.dmn.table import Table
from tongban.core.feel.meaning import Meaning

__all__ = ["Decision", "Input", "Knowledge", "Model", "Service", "Unsupported", "parse"]

MODELS = frozenset({
    "http://www.omg.org/spec/DMN/20180521/MODEL/", "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/", "https://www.omg.org/spec/DMN/20230324/MODEL/",
})
IGNORED = frozenset({
    "description", "extensionElements", "question", "allowedAnswers", "variable", "authorityRequirement",
    "knowledgeSource", "businessContextElement", "performanceIndicator", "organizationUnit",
    "textAnnotation", "association", "group", "elementCollection", "impactedPerformanceIndicator",
    "decisionMaker", "decisionOwner", "usingProcess", "usingTask", "supportedObjective",
})


@dataclass(frozen=True, slots=True)
class Input:
    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Decision:
    """`needs` are the ids of what it requires; `tables` are its decision tables, for analysis."""

    id: str
    name: str
    kind: str
    needs: tuple[str, ...]
    meaning: Meaning | None = field(compare=False)
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A function decisions may call: its meaning evaluates to that function."""

    id: str
    name: str
    needs: tuple[str, ...]
    meaning: Meaning = field(compare=False)


@dataclass(frozen=True, slots=True)
class Service:
    """Decisions as a function of inputs and of other decisions."""

    id: str
    name: str
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]


Element = Input | Decision | Knowledge | Service


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Everything in a file by id."""

    name: str
    namespace: str
    elements: Mapping[str, Element]
    kinds: Mapping[str, Kind]

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(each for each in self.elements.values() if isinstance(each, Decision))


def parse(xml: bytes) -> Model:
    """The model in the file.

    :raises NotXml: not XML, or not safe to read.
    :raises Unsupported: with the element and the reason."""
    root = markup.read(xml)
    namespace, name = markup.name_of(root)
    if namespace not in MODELS or name != "definitions":
        raise Unsupported("definitions", "not-dmn")
    known = _names(root)
    types = dict(_kinds(root, known))
    reader = boxed.Reader(namespace, known, types)
    elements: dict[str, Element] = {}
    for space, name, element in markup.children(root):
        if space != namespace or name in IGNORED or name == "itemDefinition":
            continue
        element_id = element.get("id") or element.get("name") or ""
        if element_id in elements:
            raise Unsupported(element_id, "bad-id")
        elements[element_id] = _element(reader, name, element, element_id)
    _check_needs(elements)
    return Model(root.get("name") or "", root.get("namespace") or "", MappingProxyType(elements),
                 MappingProxyType(types))


def _names(root: etree._Element) -> tuple[str, ...]:
    """Every name anywhere: those with signs in them must be known to read an expression."""
    return tuple({name for element in root.iter() if (name := element.get("name"))})


def _kinds(root: etree._Element, known: tuple[str, ...]) -> Iterator[tuple[str, Kind]]:
    for _, name, element in markup.children(root):
        if name == "itemDefinition":
            yield from _kind(element, element.get("name") or "", known, 0)


def _kind(element: etree._Element, path: str, known: tuple[str, ...],
          depth: int) -> Iterator[tuple[str, Kind]]:
    """The type and, under names of their own, those of its members."""
    if depth > boxed.DEPTH_MAX:
        raise Unsupported(path, "too-deep")
    base, allowed, is_function, members = "", None, False, []
    for _, name, child in markup.children(element):
        if name == "typeRef":
            base = markup.text_of(child)
        elif name in ("allowedValues", "typeConstraint"):
            allowed = boxed.compile_tests(boxed.inner_text(child), known, path)
        elif name == "functionItem":
            is_function = True
        elif name == "itemComponent":
            member = child.get("name") or ""
            members.append((member, f"{path}\0{member}"))
            yield from _kind(child, f"{path}\0{member}", known, depth + 1)
    yield path, Kind(base, tuple(members), element.get("isCollection") == "true", allowed, is_function)


def _element(reader: boxed.Reader, name: str, element: etree._Element, element_id: str) -> Element:
    title = element.get("name") or ""
    if name == "inputData":
        return Input(element_id, title, _variable_kind(element))
    if name == "decision":
        start = len(reader.tables)
        kind = _variable_kind(element)
        logic = _logic(reader, element)
        meaning = reader.compile(logic, kind) if logic is not None else None
        return Decision(element_id, title, kind, _needs(element), meaning, tuple(reader.tables[start:]))
    if name == "businessKnowledgeModel":
        logic = next((child for _, tag, child in markup.children(element) if tag == "encapsulatedLogic"), None)
        if logic is None:
            raise Unsupported(element_id, "no-logic")
        return Knowledge(element_id, title, _needs(element), reader.compile_function(logic))
    if name == "decisionService":
        return Service(element_id, title, _links(element, "outputDecision"),
                       (*_links(element, "inputDecision"), *_links(element, "inputData")))
    raise Unsupported(element_id, "not-in-subset", name)


def _variable_kind(element: etree._Element) -> str:
    return next((child.get("typeRef") or "" for _, name, child in markup.children(element)
                 if name == "variable"), "")


def _logic(reader: boxed.Reader, element: etree._Element) -> etree._Element | None:
    return next((child for space, name, child in markup.children(element)
                 if space == reader.namespace and name in boxed.BOXED), None)


def _needs(element: etree._Element) -> tuple[str, ...]:
    tags = ("requiredInput", "requiredDecision", "requiredKnowledge")
    return tuple(_target(child) for _, _, group in markup.children(element)
                 for _, name, child in markup.children(group) if name in tags)


def _links(element: etree._Element, tag: str) -> tuple[str, ...]:
    return tuple(_target(child) for _, name, child in markup.children(element) if name == tag)


def _target(element: etree._Element) -> str:
    return (element.get("href") or "").rpartition("#")[2]


def _check_needs(elements: Mapping[str, Element]) -> None:
    """Everything required is there, and nothing requires itself in a circle."""
    done: set[str] = set()
    for start in elements:
        trail: dict[str, Iterator[str]] = {start: iter(_required(elements[start]))}
        while trail:
            at, ways = next(reversed(trail.items()))
            need = next(ways, None)
            if need is None:
                done.add(at)
                del trail[at]
            elif need not in elements:
                raise Unsupported(at, "missing", need)
            elif need in trail:
                raise Unsupported(need, "circle")
            elif need not in done:
                trail[need] = iter(_required(elements[need]))


def _required(element: Element) -> tuple[str, ...]:
    if isinstance(element, Input):
        return ()
    return element.outputs if isinstance(element, Service) else element.needs


