"""Writes markup so that no text can break out of it.

Every element is closed by its own end tag: HTML parsers read an unquoted or unclosed SVG part
without a word and swallow what follows.

Sources: W3C SVG 2, HTML Living Standard 13.2.6.5 (foreign content)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
NOT_IN_XML = dict.fromkeys([*(n for n in range(32) if n not in (9, 10, 13)), 0xFFFE, 0xFFFF])
Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Element:
    """A tag with attributes and children; a child that is a text is escaped."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: "tuple[Element | str, ...]" = ()

    def __str__(self) -> str:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes)
        inner = "".join(escape(c) if isinstance(c, str) else str(c) for c in self.children)
        return f"<{self.tag}{attributes}>{inner}</{self.tag}>"


def escape(text: str) -> str:
    return text.translate(NOT_IN_XML).translate(ESCAPES)


def make(tag: str, *children: Element | str, **attributes: str | Number | None) -> Element:
    """An element; `_` in a name is `-`, a trailing one is dropped, None leaves the attribute out."""
    return Element(tag, tuple(
        (name.rstrip("_").replace("_", "-"), value if isinstance(value, str) else number(value))
        for name, value in attributes.items() if value is not None), children)


def number(value: Number) -> str:
    """At most two places, no trailing zeros."""
    if isinstance(value, int):
        return str(value)
    return f"{value.quantize(Decimal('0.01')):f}".rstrip("0").rstrip(".")


def drawing(children: Iterable[Element], *, width: Number, height: Number, name: str, label: str,
            description: str = "", **attributes: str) -> str:
    """The whole picture, with its finding as the accessible name."""
    described = f"{name}-title {name}-desc" if description else f"{name}-title"
    head = [make("title", label, id=f"{name}-title")]
    if description:
        head.append(make("desc", description, id=f"{name}-desc"))
    box = f"0 0 {number(width)} {number(height)}"
    root = make("svg", *head, *children, xmlns="http://www.w3.org/2000/svg", viewBox=box,
                width="100%", role="img", aria_labelledby=described, **attributes)
    return str(root)
