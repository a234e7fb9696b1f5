"""A form's data becomes a Form: a JSON Schema with pages, conditions and sources.

Sources: JSON Schema 2020-12; everything of ours begins with ``x-``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from tongban.core import feel, refusal
from tongban.core.forms.shape import TEXT_LENGTH_MAX, Field, Form, Kind, Option, Page, Source


class BadForm(refusal.Refusal):
    """The form's data cannot be a form."""

    code = "bad_form"
    says = "%(field)s：%(reason)s"


# What Python says where a part of the document is of another sort than it must be.
SHAPE_FAULTS = (TypeError, KeyError, AttributeError, ValueError, ArithmeticError, RecursionError)
_KNOWN = {
    "type", "title", "description", "oneOf", "items", "minLength", "maxLength", "minimum", "maximum", "pattern",
    "format", "const", "uniqueItems", "minItems", "x-title-en", "x-description-en", "x-show-if", "x-source",
    "x-unit", "x-pattern-words", "x-pattern-words-en", "x-lines", "x-personal",
}  # fmt: skip
_FORMATS = {
    "date": Kind.DATE,
    "uri": Kind.URL,
    "cn-resident-id": Kind.RESIDENT_ID,
    "cn-uscc": Kind.USCC,
    "cn-mobile": Kind.MOBILE,
    "cn-phone": Kind.PHONE,
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_MENTIONED = re.compile(r"\bform\.([a-z][a-z0-9_]*)")


def parse(document: Mapping[str, Any]) -> Form:
    """The form a JSON Schema document describes.

    :raises BadForm: with the field and the reason.
    """
    try:
        return _form(document)
    except SHAPE_FAULTS as wrong:
        raise BadForm(field="form", reason=f"形状不对：{wrong}") from wrong


def _form(document: Mapping[str, Any]) -> Form:
    properties, required = document.get("properties"), document.get("required", [])
    if document.get("type") != "object" or not isinstance(properties, Mapping):
        raise BadForm(field="form", reason="应为 type: object，并有 properties")
    fields = {name: _field(name, properties[name], name in required) for name in properties}
    if stray := sorted(set(required) - set(fields)):
        raise BadForm(field=stray[0], reason="列在 required 里，但没有这个字段")
    pages = tuple(_page(page, fields) for page in sorted(document.get("x-pages", ()), key=_order))
    _each_once(fields, pages)
    return Form(_text_of(document, "title", "form"), _text_of(document, "x-title-en", "form"), pages)


def composed(base: Mapping[str, Any], addition: Mapping[str, Any]) -> dict[str, Any]:
    """The base form with a matter's own fields and pages added; a matter adds and renames nothing.

    :raises BadForm: the addition names a field or a page the base already has.
    """
    for name in addition.get("properties", {}):
        if name in base["properties"]:
            raise BadForm(field=name, reason="程序的表单已有同名字段")
    ids = [page["id"] for page in (*base["x-pages"], *addition.get("x-pages", ()))]
    if twice := {one for one in ids if ids.count(one) > 1}:
        raise BadForm(field=min(twice), reason="程序的表单已有同名页")
    return {
        **base,
        "title": addition.get("title", base["title"]),
        "x-title-en": addition.get("x-title-en", base["x-title-en"]),
        "properties": {**base["properties"], **addition.get("properties", {})},
        "required": [*base.get("required", ()), *addition.get("required", ())],
        "x-pages": sorted((*base["x-pages"], *addition.get("x-pages", ())), key=_order),
    }


def mentioned(condition: feel.Expression | None) -> list[str]:
    """The form fields a condition mentions, as ``form.name``."""
    return _MENTIONED.findall(condition.text) if condition else []


def _order(page: Mapping[str, Any]) -> int:
    return int(page.get("order", 0))


def _page(page: Mapping[str, Any], fields: Mapping[str, Field]) -> Page:
    for name in page["fields"]:
        if name not in fields:
            raise BadForm(field=str(name), reason=f"第 {page['id']} 页提到它，但没有这个字段")
    return Page(
        page["id"],
        _text_of(page, "title", page["id"]),
        _text_of(page, "x-title-en", page["id"]),
        page.get("description", ""),
        page.get("x-description-en", ""),
        tuple(fields[name] for name in page["fields"]),
    )


def _each_once(fields: Mapping[str, Field], pages: Sequence[Page]) -> None:
    """Every field is on one page, and a condition mentions only fields asked before."""
    asked: list[str] = []
    for field in (field for page in pages for field in page.fields):
        for name in mentioned(field.show_if):
            if name not in asked:
                raise BadForm(field=field.name, reason=f"x-show-if 提到 {name}，但它不在前面")
        asked.append(field.name)
    for name in fields:
        if asked.count(name) != 1:
            raise BadForm(field=name, reason=f"应恰好出现在一页上，现在出现 {asked.count(name)} 次")


def _field(name: str, schema: Mapping[str, Any], is_required: bool) -> Field:
    if not _NAME.fullmatch(name):
        raise BadForm(field=name, reason="字段名只能用小写字母、数字和下划线")
    if strange := sorted(set(schema) - _KNOWN):
        raise BadForm(field=name, reason=f"不认识的关键字 {strange[0]}")
    options = _options(name, schema.get("oneOf") or schema.get("items", {}).get("oneOf", ()))
    if _kind(name, schema) in (Kind.CHOICE, Kind.CHOICES) and not options:
        raise BadForm(field=name, reason="没有选项")
    return Field(
        name=name,
        title=_text_of(schema, "title", name),
        title_en=_text_of(schema, "x-title-en", name),
        kind=_kind(name, schema),
        required=is_required,
        hint=schema.get("description", ""),
        hint_en=schema.get("x-description-en", ""),
        options=options,
        max_length=min(int(schema.get("maxLength", TEXT_LENGTH_MAX)), TEXT_LENGTH_MAX),
        minimum=_bound(schema.get("minimum")),
        maximum=_bound(schema.get("maximum")),
        unit=schema.get("x-unit", ""),
        pattern=_pattern(name, schema.get("pattern")),
        pattern_words=schema.get("x-pattern-words", ""),
        pattern_words_en=schema.get("x-pattern-words-en", ""),
        show_if=_condition(name, schema.get("x-show-if")),
        source=_source(name, schema.get("x-source")),
        is_personal=bool(schema.get("x-personal", False)),
    )


def _kind(name: str, schema: Mapping[str, Any]) -> Kind:
    kind = schema.get("type")
    if kind == "string":
        if "format" in schema and schema["format"] not in _FORMATS:
            raise BadForm(field=name, reason=f"不认识的 format {schema['format']}")
        plain = Kind.LONG_TEXT if schema.get("x-lines", 1) > 1 else Kind.TEXT
        return Kind.CHOICE if "oneOf" in schema else _FORMATS.get(schema.get("format", ""), plain)
    if kind == "boolean":
        return Kind.AGREE if schema.get("const") is True else Kind.YES_NO
    simple = {"array": Kind.CHOICES, "integer": Kind.WHOLE, "number": Kind.NUMBER}
    if kind not in simple:
        raise BadForm(field=name, reason=f"不认识的 type {kind}")
    return simple[kind]


def _options(name: str, rows: Iterable[Mapping[str, Any]]) -> tuple[Option, ...]:
    options = tuple(
        Option(
            str(row["const"]),
            _text_of(row, "title", name),
            _text_of(row, "x-title-en", name),
            row.get("description", ""),
            row.get("x-description-en", ""),
        )
        for row in rows
    )
    if len({option.value for option in options}) != len(options):
        raise BadForm(field=name, reason="有重复的选项")
    return options


def _bound(given: object) -> Decimal | None:
    try:
        return None if given is None else Decimal(str(given))
    except InvalidOperation as wrong:
        raise BadForm(field="minimum", reason=f"{given} 不是数") from wrong


def _pattern(name: str, text: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as wrong:
        raise BadForm(field=name, reason=f"pattern 有误：{wrong}") from wrong


def _condition(name: str, text: str | None) -> feel.Expression | None:
    try:
        return feel.compile(text) if text else None
    except feel.NotFeel as wrong:
        raise BadForm(field=name, reason=f"x-show-if 有误：{wrong}") from wrong


def _source(name: str, row: Mapping[str, Any] | None) -> Source | None:
    if row is None:
        return None
    return Source(row["kind"], row["key"], _text_of(row, "title", name), _text_of(row, "x-title-en", name))


def _text_of(row: Mapping[str, Any], key: str, where: str) -> str:
    text = row.get(key)
    if not isinstance(text, str) or not text.strip():
        raise BadForm(field=where, reason=f"缺少 {key}")
    return text.strip()
