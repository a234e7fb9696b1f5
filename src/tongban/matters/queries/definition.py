"""The definition of a matter version: what the case engine runs by, parsed once and kept, versions being immutable.

Sources: 行政许可法 art. 30 (what is published binds), 32 and 42 to 44 (periods), 34 (two officers)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from tongban.core import feel, flow, forms, refusal
from tongban.matters import models

Row = Mapping[str, Any]


class NoSuchVersion(refusal.Refusal):
    """No published version has this id or number."""

    status = 404
    code = "no_such_version"
    says = _("没有找到这个事项版本")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One of the results an officer may choose at a node."""

    id: str
    title: str
    title_en: str
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """An integrity risk point (廉政风险点) of a node: how grave, what may go wrong, what guards against it, whose it is."""

    level: str
    point: str
    point_en: str
    guard: str
    guard_en: str
    owner: str
    owner_en: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing to be checked at a node, with its article; ``source`` "from_memory" is shown as not yet verified."""

    id: str
    title: str
    title_en: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class NodeRule:
    """What holds at one node: who may act, which acts and outcomes, within how many days, with how many signatures.

    ``approver``: the office, a level of ``core.clock``, as which the role approves an extension; empty for none.

    ``added_by``: the role that may ask one more organ while the members of a collection are at work; empty for nobody.

    ``organ``: "matter" (the matter's own organ), "item" (the organ that is the member of the collection), "applicant".
    """

    node: str
    title: str
    title_en: str
    role: str
    acts: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    organ: str
    limit_working_days: int | None
    officers: int
    needs_certificate: str | None
    risk: Risk | None
    criteria: tuple[Criterion, ...]
    words: str = ""
    words_en: str = ""
    approver: str = ""
    added_by: str = ""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One clock: from a Period of the law, or (``period_id`` None) the matter's promise in working days."""

    name: str
    period_id: str | None
    working_days: int | None
    starts_with: str
    ends_with: tuple[str, ...]
    restarts_with: tuple[str, ...]
    is_public: bool
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class MaterialRule:
    """One material: how it is given. ``source`` "shared" or "form": the applicant hands in nothing (免提交)."""

    code: str
    title: str
    title_en: str
    is_required: bool
    accept: tuple[str, ...]
    bytes_max: int
    how: str
    how_en: str
    source: str
    origin: str
    origin_en: str
    condition: str = ""
    condition_en: str = ""
    needed_if: feel.Expression | None = None
    hint: str = ""
    hint_en: str = ""

    @property
    def is_uploaded(self) -> bool:
        """Whether it comes as a file from the applicant."""
        return self.source == "upload"

    def is_asked(self, answers: Mapping[str, object]) -> bool:
        """Whether an application with these answers lacks something without this file."""
        return self.is_required and self.is_uploaded and self.applies(answers)

    def applies(self, answers: Mapping[str, object]) -> bool:
        """Whether the material concerns an application with these answers."""
        return self.needed_if is None or feel.evaluate(self.needed_if, {"form": dict(answers)}) is True


@dataclass(frozen=True, slots=True)
class LicenceRule:
    """What a grant issues: name, type of electronic licence, validity, and ``rule``, the whole as papers reads it."""

    name: str
    name_en: str
    type_code: str
    years: int | None
    rule: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Department:
    """A department consulted in a joint procedure: its organ, the licence it answers for, the law."""

    organ_code: str
    name: str
    name_en: str
    permit: str
    permit_en: str
    basis: str


@dataclass(frozen=True, slots=True)
class Definition:
    """Everything the case engine needs of one matter version."""

    version_id: int
    matter_code: str
    version: int
    title: str
    title_en: str
    organ_code: str
    region_code: str
    procedure_id: str
    is_sealed: bool
    graph: flow.Graph
    form: forms.Form
    nodes: Mapping[str, NodeRule]
    clocks: tuple[ClockRule, ...]
    exclusive: tuple[frozenset[str], ...]
    materials: tuple[MaterialRule, ...]
    notices: Mapping[str, str]
    grounds: Mapping[str, tuple[Mapping[str, str], ...]]
    licence: LicenceRule | None
    collections: Mapping[str, tuple[str, ...]]
    departments: tuple[Department, ...]
    roles: Mapping[str, str]
    roles_en: Mapping[str, str]
    flow_words_en: Mapping[str, str]

    def node_with(self, act: str) -> NodeRule | None:
        """The first node, in the order of the flow, where this act is done."""
        return next((rule for rule in self.nodes.values() if act in rule.acts), None)

    @property
    def limits(self) -> dict[str, int]:
        """The limit of each step that has one, in working days."""
        return {rule.node: rule.limit_working_days for rule in self.nodes.values() if rule.limit_working_days}


_KEPT: dict[int, Definition] = {}  # Versions never change, so neither do their definitions.


def definition(version_id: int) -> Definition:
    """The definition of a version, parsed at the first asking and kept for the life of the process.

    :raises NoSuchVersion: no version has this id.
    """
    if version_id not in _KEPT:
        row = models.MatterVersion.objects.filter(id=version_id).first()
        if row is None:
            raise NoSuchVersion()
        _KEPT[version_id] = definition_of(row)
    return _KEPT[version_id]


def definition_of(row: models.MatterVersion) -> Definition:
    """The definition of a version whose row is at hand; kept alike."""
    if row.id not in _KEPT:
        _KEPT[row.id] = definition_from(row.document, row.flow_xml, row.form, version_id=row.id, version=row.n)
    return _KEPT[row.id]


def definition_from(
    document: Row, flow_xml: str, form: Row, *, version_id: int, version: int
) -> Definition:
    """The definition a published document, flow and form describe. Nothing is read from outside."""
    graph = flow.parse(flow_xml.encode())
    rank = {node.id: place for place, node in enumerate(graph.tasks())}  # JSONB keeps no order of its own.
    nodes = sorted(document["nodes"].items(), key=lambda pair: rank.get(pair[0], len(rank)))
    return Definition(
        version_id=version_id,
        matter_code=document["code"],
        version=version,
        title=document["title"]["zh"],
        title_en=document["title"]["en"],
        organ_code=document["organ"]["code"],
        region_code=document["region"]["code"],
        procedure_id=document["procedure"]["id"],
        is_sealed=bool(document.get("is_sealed", False)),
        graph=graph,
        form=forms.parse(form),
        nodes=MappingProxyType({node: _node(node, row) for node, row in nodes}),
        clocks=tuple(_clock(row, document) for row in document["clocks"]),
        exclusive=tuple(frozenset(pair) for pair in document["exclusive"]),
        materials=tuple(_material(row) for row in document["materials"]),
        notices=MappingProxyType(dict(document["notices"])),
        # What was added after the first publication has a default: versions already published never change.
        grounds=MappingProxyType({kind: tuple(rows) for kind, rows in document.get("grounds", {}).items()}),
        licence=_licence(document.get("licence")),
        collections=MappingProxyType(
            {name: tuple(members) for name, members in document["collections"].items()}
        ),
        departments=tuple(_department(row) for row in document["departments"]),
        roles=MappingProxyType({role: row["zh"] for role, row in document["roles"].items()}),
        roles_en=MappingProxyType({role: row["en"] for role, row in document["roles"].items()}),
        flow_words_en=MappingProxyType(dict(document.get("flow_words_en", {}))),
    )


def licence_words(definition: Definition, answers: Mapping[str, object]) -> dict[str, object]:
    """What the licence rule's paths point into: the answers as given, as read, mapped to codes, and the permits named."""
    assert definition.licence is not None
    maps = definition.licence.rule.get("maps", {})
    return {
        "form": dict(answers),
        "shown": {field.name: forms.shown_words(field, answers.get(field.name)) for field in definition.form.fields()},
        "map": {name: row["values"][str(answers[row["from"]])] for name, row in maps.items()},
        "permits": [department.permit for department in definition.departments],
    }


def _node(node: str, row: Row) -> NodeRule:
    return NodeRule(
        node=node,
        title=row["title"]["zh"],
        title_en=row["title"]["en"],
        role=row["role"],
        acts=tuple(row["acts"]),
        outcomes=tuple(
            Outcome(one["id"], one["title"]["zh"], one["title"]["en"], bool(one.get("needs_reason", False)))
            for one in row.get("outcomes", ())
        ),
        organ=row.get("organ", "matter"),
        limit_working_days=row.get("limit_working_days"),
        officers=int(row.get("officers", 1)),
        needs_certificate=row.get("needs_certificate"),
        risk=_risk(row.get("risk")),
        criteria=tuple(_criterion(one) for one in row.get("criteria", ())),
        words=row.get("words", {}).get("zh", ""),
        words_en=row.get("words", {}).get("en", ""),
        approver=row.get("approver", ""),
        added_by=row.get("added_by", ""),
    )


def _risk(row: Row | None) -> Risk | None:
    if row is None:
        return None
    return Risk(
        row["level"],
        row["point"]["zh"],
        row["point"]["en"],
        row["guard"]["zh"],
        row["guard"]["en"],
        row["owner"]["zh"],
        row["owner"]["en"],
    )


def _criterion(row: Row) -> Criterion:
    return Criterion(
        row["id"], row["title"]["zh"], row["title"]["en"], row.get("basis", ""), row.get("source", "")
    )


def _clock(row: Row, document: Row) -> ClockRule:
    return ClockRule(
        name=row["name"],
        period_id=row.get("period"),
        working_days=document["promised_working_days"] if row.get("promise") else None,
        starts_with=row["starts_with"],
        ends_with=tuple(row["ends_with"]),
        restarts_with=tuple(row.get("restarts_with", ())),
        is_public=bool(row.get("is_public", True)),
        title=row["title"]["zh"],
        title_en=row["title"]["en"],
    )


def _material(row: Row) -> MaterialRule:
    return MaterialRule(
        code=row["code"],
        title=row["title"]["zh"],
        title_en=row["title"]["en"],
        is_required=bool(row["is_required"]),
        accept=tuple(row.get("accept", ())),
        bytes_max=int(row.get("bytes_max", 0)),
        how=row["how"]["zh"],
        how_en=row["how"]["en"],
        source=row["source"],
        origin=row["origin"]["zh"],
        origin_en=row["origin"]["en"],
        condition=row.get("condition", {}).get("zh", ""),
        condition_en=row.get("condition", {}).get("en", ""),
        needed_if=feel.compile(row["needed_if"]) if row.get("needed_if") else None,
        hint=row.get("hint", {}).get("zh", ""),
        hint_en=row.get("hint", {}).get("en", ""),
    )


def _licence(row: Row | None) -> LicenceRule | None:
    if row is None:
        return None
    return LicenceRule(
        row["title"]["zh"], row["title"]["en"], row["type_code"], row.get("valid_years"), MappingProxyType(dict(row))
    )


def _department(row: Row) -> Department:
    return Department(
        row["organ_code"],
        row["name"],
        row["name_en"],
        row["permit"]["zh"],
        row["permit"]["en"],
        row["basis"],
    )
