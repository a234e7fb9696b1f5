"""A procedure and a matter's own parameters are put together into the document that will be published.

A lower level may only narrow what the upper level published: a shorter promise, fewer papers.

Sources: 行政许可法 art. 16 (a lower rule adds no permit and no condition), 26 (one window, joint handling)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tongban.core import codes, forms, refusal
from tongban.people import queries as people

Row = dict[str, Any]
NARROWED = {"region", "promised_working_days", "without_materials", "window", "published_on"}


class BadPack(refusal.Refusal):
    """A pack cannot be published; the sentence names file, field and reason."""

    code = "bad_pack"
    says = "%(file)s：%(field)s：%(reason)s"


@dataclass(frozen=True, slots=True)
class Texts:
    """What a person writes: procedure.yaml, form.json, flow.bpmn."""

    document: str
    form: str
    flow_xml: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure's folder, read."""

    id: str
    document: Row
    form: Row
    flow_xml: str
    texts: Texts


@dataclass(frozen=True, slots=True)
class Draft:
    """A matter version about to be published."""

    file: str
    document: Row
    form: Row
    flow_xml: str
    keywords: tuple[str, ...]


def procedures_in(*, packs: Path) -> dict[str, Procedure]:
    """The national procedures that have a flow, by id.

    :raises BadPack: a file is missing or unreadable.
    """
    found = {}
    for file in sorted((packs / "national" / "procedures").glob("*/procedure.yaml")):
        flow, form = file.parent / "flow.bpmn", file.parent / "form.json"
        for needed in (flow, form):
            if not needed.is_file():
                raise BadPack(file=_short(needed), field="-", reason="缺少这个文件")
        texts = Texts(*(one.read_text(encoding="utf-8") for one in (file, form, flow)))
        found[file.parent.name] = procedure_of(procedure_id=file.parent.name, texts=texts)
    return found


def procedure_of(*, procedure_id: str, texts: Texts) -> Procedure:
    """A procedure from what a person wrote.

    :raises BadPack: a text is unreadable, or speaks of another procedure.
    """
    document = _yaml(texts.document.encode(), f"{procedure_id}/procedure.yaml")
    if document.get("id") != procedure_id:
        raise BadPack(file=f"{procedure_id}/procedure.yaml", field="id", reason="应与文件夹同名")
    return Procedure(
        procedure_id, document, _json(texts.form, f"{procedure_id}/form.json"), texts.flow_xml, texts
    )


def drafts_in(*, packs: Path, procedures: Mapping[str, Procedure]) -> Iterator[Draft]:
    """Every instance of every matter, composed.

    :raises BadPack: with file, field and reason.
    """
    for file in sorted(packs.glob("*/matters/*/matter.yaml")):
        base = read_yaml(file=file)
        procedure = procedures.get(base.get("procedure", ""))
        if procedure is None:
            raise BadPack(file=_short(file), field="procedure", reason=f"没有程序 {base.get('procedure')}")
        addition = file.with_name("form.json")
        form = _form(procedure, addition)
        for instance in read_yaml(file=file.with_name("instances.yaml"))["instances"]:
            document = _document(file, procedure, base, instance)
            yield Draft(_short(file), document, form, procedure.flow_xml, tuple(base.get("keywords", ())))


def _form(procedure: Procedure, addition: Path) -> Row:
    if not addition.is_file():
        return procedure.form
    try:
        return forms.composed(procedure.form, read_json(file=addition))
    except forms.BadForm as wrong:
        raise BadPack(file=_short(addition), **wrong.params) from wrong


def _document(file: Path, procedure: Procedure, base: Row, instance: Row) -> Row:
    """The document of one instance: the procedure's part, the matter's part, the place's part."""
    region = people.region(instance["region"])
    organ = people.organ_of_kind(region.code, base["organ"])
    narrowed = _narrowed(file, base, instance)
    common = procedure.document
    implementation = codes.implementation_code(organ.code, base["own_code"], base["base_code"]["value"])
    return {
        **{key: value for key, value in narrowed.items() if key not in ("keywords", "organ", "procedure")},
        "code": f"{base['code']}-{region.code}",
        "organ": {"code": organ.code, "name": {"zh": organ.name, "en": organ.name_en or organ.name}},
        "region": {
            "code": region.code,
            "name": region.name,
            "name_en": region.name_en or region.name,
            "path": [{"zh": row.name, "en": row.name_en or row.name} for row in people.region_path(region.code)],
        },
        "procedure": {key: common[key] for key in ("id", "version", "title", "kind", "power")},
        "implementation_code": implementation,
        "is_sealed": bool(common.get("is_sealed", False)),
        "roles": common["roles"],
        "exclusive": common["exclusive"],
        "clocks": common["clocks"],
        "statutory_working_days": common["statutory"]["working_days"],
        "statutory_period": common["statutory"]["period"],
        "nodes": _nodes(file, common["nodes"], base.get("nodes", {})),
        "notices": common["notices"],
        "grounds": common["grounds"],
        "procedure_basis": common["basis"],
        "flow_words_en": common["flow_words_en"],
        **{key: common[key] for key in ("public", "lapse", "remedies", "duties", "liability", "false_papers")},
        "retention_years": common["retention_years"],
        **_departments(common, base, region.code),
    }


def _narrowed(file: Path, base: Row, instance: Row) -> Row:
    """The matter as the place publishes it, refused where the place would widen or burden it."""
    if strange := sorted(set(instance) - NARROWED):
        raise BadPack(file=_short(file), field=strange[0], reason="下级只能缩短期限、减少材料或者写明窗口")
    promised = instance.get("promised_working_days", base["promised_working_days"])
    if promised > base["promised_working_days"]:
        reason = f"承诺 {promised} 个工作日，长于上级公布的 {base['promised_working_days']} 个工作日"
        raise BadPack(file=_short(file), field=f"promised_working_days {instance['region']}", reason=reason)
    dropped = set(instance.get("without_materials", ()))
    if unknown := sorted(dropped - {row["code"] for row in base["materials"]}):
        raise BadPack(file=_short(file), field="without_materials", reason=f"没有材料 {unknown[0]}")
    return {
        **base,
        "published_on": str(instance.get("published_on", base["published_on"])),
        "promised_working_days": promised,
        "materials": [row for row in base["materials"] if row["code"] not in dropped],
        "window": {**base["window"], **instance.get("window", {})},
        "upper": {"promised_working_days": base["promised_working_days"], "dropped_materials": sorted(dropped)},
    }


def _nodes(file: Path, common: Row, own: Row) -> Row:
    if strange := sorted(set(own) - set(common)):
        raise BadPack(file=_short(file), field="nodes", reason=f"程序里没有环节 {strange[0]}")
    return {node: {**row, **own.get(node, {})} for node, row in common.items()}


def _departments(common: Row, base: Row, region_code: str) -> Row:
    """The departments of a joint procedure with their organs in this place, and the collections of the flow."""
    rows = []
    for row in base.get("departments", ()):
        organ = people.organ_of_kind(region_code, row["organ"])
        rows.append(
            {
                "organ_code": organ.code,
                "name": organ.name,
                "name_en": organ.name_en or organ.name,
                "permit": row["permit"],
                "basis": row["basis"],
                "source": row.get("source", ""),
            }
        )
    wanted = common.get("collections", ())
    return {
        "departments": rows,
        "collections": {name: [row["organ_code"] for row in rows] for name in wanted},
    }


def read_yaml(*, file: Path) -> Row:
    """A YAML mapping whose words all come in both languages.

    :raises BadPack: unreadable, or a word lacks a language (an unquoted comma cuts a line in two).
    """
    try:
        return _yaml(file.read_bytes(), _short(file))
    except OSError as wrong:
        raise BadPack(file=_short(file), field="-", reason=f"读不懂：{wrong}") from wrong


def _yaml(text: bytes, name: str) -> Row:
    try:
        document = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as wrong:
        raise BadPack(file=name, field="-", reason=f"读不懂：{wrong}") from wrong
    if not isinstance(document, dict):
        raise BadPack(file=name, field="-", reason="应为一组键和值")
    _bilingual(name, document, "")
    return document


def read_json(*, file: Path) -> Row:
    """A JSON object.

    :raises BadPack: unreadable.
    """
    try:
        return _json(file.read_text(encoding="utf-8"), _short(file))
    except OSError as wrong:
        raise BadPack(file=_short(file), field="-", reason=f"读不懂：{wrong}") from wrong


def _json(text: str, name: str) -> Row:
    try:
        document = json.loads(text)
    except ValueError as wrong:
        raise BadPack(file=name, field="-", reason=f"读不懂：{wrong}") from wrong
    if not isinstance(document, dict):
        raise BadPack(file=name, field="-", reason="应为一组键和值")
    return document


def _bilingual(name: str, value: object, where: str) -> None:
    if isinstance(value, list):
        for one in value:
            _bilingual(name, one, where)
    if not isinstance(value, dict):
        return
    if ("zh" in value or "en" in value) and not (set(value) == {"zh", "en"} and all(value.values())):
        raise BadPack(file=name, field=where, reason="zh 和 en 都要有，并且只有这两项（含逗号的要加引号）")
    for key, one in value.items():
        _bilingual(name, one, f"{where}.{key}".lstrip("."))


def _short(file: Path) -> str:
    return "/".join(file.parts[-3:])
