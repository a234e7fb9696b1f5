"""Form parts: a field with label, hint and error in one piece, the error summary with the same words, file box, choices.

Sources: WCAG 2.2 1.3.5, 3.3.1-3.3.3, 3.3.7; ux.md 6 (no placeholder as label, validate on submit)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.forms import BoundField, widgets

register = template.Library()

CHOOSING = frozenset({"radio", "checkboxes"})
# How wide a box is says how much is expected in it.
WIDTHS = {"date": "w-s", "number": "w-s", "decimal": "w-s", "money": "w-s", "integer": "w-s",
          "tel": "w-m", "phone": "w-m", "id_number": "w-m", "password": "w-m", "select": "w-m"}  # fmt: skip
INPUT_TYPES = {"phone": "tel", "decimal": "text", "number": "text", "integer": "text", "money": "text",
               "id_number": "text", "uscc": "text", "address": "text", "choice": "radio", "choices": "checkboxes",
               "boolean": "checkbox", "yes_no": "radio", "string": "text", "long_text": "textarea", "file": "file",
               "textarea": "textarea", "select": "select", "radio": "radio", "checkboxes": "checkboxes",
               "checkbox": "checkbox", "date": "date", "tel": "tel", "email": "email", "password": "password",
               "search": "search", "text": "text"}  # fmt: skip
INPUT_MODES = {"phone": "numeric", "tel": "numeric", "decimal": "decimal", "money": "decimal",
               "number": "decimal", "integer": "numeric"}  # fmt: skip
COMPLETIONS = {"phone": "tel", "tel": "tel", "address": "street-address", "email": "email"}


@register.inclusion_tag("ui/parts/_field.html")
def field(name: str, label: Any, value: Any = "", **options: Any) -> dict[str, Any]:
    """One field: `{% field "phone" _("联系电话") answers.phone kind="tel" hint=… error=errors.phone %}`.

    Options: kind, hint, error, options (pairs of value and words), required (True unless said), width s m l,
    autocomplete, inputmode, max_length, rows, readonly, source (prefilled from), accept, multiple, id, capture (words of
    a second button that opens the camera of a phone)."""
    kind = str(options.pop("kind", "text"))
    shape = INPUT_TYPES.get(kind, "text")
    anchor = options.pop("id", "") or f"f-{name}"
    width = options.pop("width", "")
    parts = {
        "name": name, "label": label, "id": anchor, "kind": shape,
        "value": _values(value) if shape == "checkboxes" else "" if value is None else value,
        "is_group": shape in CHOOSING, "required": options.pop("required", True),
        "width": f"w-{width}" if width else WIDTHS.get(kind, "w-l"),
        "inputmode": options.pop("inputmode", "") or INPUT_MODES.get(kind, ""),
        "autocomplete": options.pop("autocomplete", "") or COMPLETIONS.get(kind, ""),
        "choices": _choices(options.pop("options", ()), value),
        "rows": options.pop("rows", 4),
    }  # fmt: skip
    parts |= {key: options.pop(key, "") for key in ("hint", "error", "max_length", "readonly", "source", "accept",
                                                    "multiple", "inline", "file_name", "example_url", "capture")}  # fmt: skip
    assert not options, f"unknown field options: {sorted(options)}"
    parts["described_by"] = " ".join(
        f"{anchor}-{suffix}" for suffix, said in (("h", parts["hint"]), ("e", parts["error"])) if said
    )
    return parts


def _values(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    return (str(value),) if isinstance(value, str) else tuple(str(each) for each in value)


def _choices(options: Iterable[Any], value: Any) -> list[dict[str, Any]]:
    chosen = {str(value)} if isinstance(value, str | int | bool) else set(_values(value))
    rows = []
    for each in options:
        code, words, *rest = each if isinstance(each, Sequence) else (each.id, each.title)
        rows.append({"value": code, "words": words, "small": rest[0] if rest else "", "is_chosen": str(code) in chosen})
    return rows


@register.inclusion_tag("ui/parts/_field.html")
def form_field(bound: BoundField, kind: str = "", **options: Any) -> dict[str, Any]:
    """A field of a Django form: `{% form_field form.phone kind="tel" %}`."""
    widget = bound.field.widget
    options.setdefault("error", bound.errors[0] if bound.errors else "")
    options.setdefault("hint", bound.help_text or "")
    options.setdefault("required", bound.field.required)
    options.setdefault("id", bound.id_for_label or f"f-{bound.html_name}")
    options.setdefault("autocomplete", widget.attrs.get("autocomplete", ""))
    if isinstance(widget, widgets.Select | widgets.RadioSelect | widgets.CheckboxSelectMultiple):
        options.setdefault("options", [pair for pair in bound.field.choices if pair[0] != ""])
    label = options.pop("label", bound.label)
    return field(bound.html_name, label, bound.value(), kind=kind or _kind_of(widget), **options)


def _kind_of(widget: widgets.Widget) -> str:
    pairs = (
        (widgets.CheckboxSelectMultiple, "checkboxes"), (widgets.RadioSelect, "radio"), (widgets.Select, "select"),
        (widgets.CheckboxInput, "checkbox"), (widgets.Textarea, "textarea"), (widgets.PasswordInput, "password"),
        (widgets.FileInput, "file"), (widgets.DateInput, "date"), (widgets.EmailInput, "email"),
    )  # fmt: skip
    return next((kind for cls, kind in pairs if isinstance(widget, cls)), "text")


@register.inclusion_tag("ui/parts/_error_summary.html")
def error_summary(errors: Iterable[Any]) -> dict[str, Any]:
    """All errors, first on the page, in the same words as at the fields: `{% error_summary errors %}`.

    Takes pairs (name of field, words), or things with `field` and `words`; an empty list shows nothing."""
    rows = [each if isinstance(each, tuple) else (each.field, each.words) for each in errors or ()]
    return {"errors": [(f"#f-{name}" if name and name[0] not in "#/" else name, words) for name, words in rows]}


@register.inclusion_tag("ui/parts/_error_summary.html")
def form_errors(form: Any) -> dict[str, Any]:
    """The error summary of a Django form: `{% form_errors form %}`."""
    rows = [("", words) for words in form.non_field_errors()]
    rows += [(f"#{bound.id_for_label or bound.html_name}", bound.errors[0]) for bound in form if bound.errors]
    return {"errors": rows}
