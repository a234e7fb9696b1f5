"""The English catalogue: what the code and the templates say, what is translated, what is wrong with it.

Sources: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html. Babel instead of GNU gettext, so that no
program beside Python is needed; Django's own templatize() reads the templates."""

import ast
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import catalog, extract, mofile, pofile
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
PLURAL, CONTEXT, CONTEXT_PLURAL = (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": PLURAL, "ngettext_lazy": PLURAL, "pgettext": CONTEXT, "pgettext_lazy": CONTEXT,
    "npgettext": CONTEXT_PLURAL, "npgettext_lazy": CONTEXT_PLURAL,
}  # fmt: skip
OPTIONS = {"encoding": "utf-8"}
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
SPOKEN = "says"  # Attribute of a Refusal; core may not know gettext, so it stands there unmarked.
WIDTH = 110
NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # A date in the header would make every run a change.


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the source."""

    words: str | tuple[str, ...]
    context: str | None
    place: str
    note: tuple[str, ...] = ()


def source(root: Path = ROOT) -> Iterator[Said]:
    """Every message in the code and the templates of the house."""
    for path in sorted(root.rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            text = path.read_text(encoding="utf-8")
            yield from _marked(text, path.relative_to(root))
            yield from _spoken(text, path.relative_to(root))
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            yield from _marked(templatize(path.read_text(encoding="utf-8")), path.relative_to(root))


def _marked(text: str, path: Path) -> Iterator[Said]:
    found = extract.extract("python", io.BytesIO(text.encode()), KEYWORDS, ("Translators:",), OPTIONS)
    for _line, words, comments, context in found:
        if words and words != "":
            yield Said(words, context, str(path), tuple(comments))


def _spoken(text: str, path: Path) -> Iterator[Said]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            words = [_spoken_words(each) for each in node.body]
            yield from (Said(each, None, str(path)) for each in words if each)


def _spoken_words(node: ast.stmt) -> str:
    """The words of `says = "…"` in a class, else nothing; `says = _("…")` is marked already."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
        return ""
    return str(node.value.value) if getattr(node.targets[0], "id", "") == SPOKEN else ""


def template(root: Path = ROOT) -> catalog.Catalog:
    """The messages of the source as an empty catalogue."""
    made = _empty()
    for said in source(root):
        made.add(said.words, None, [(said.place, 0)], auto_comments=said.note, context=said.context)
    return made


def _empty() -> catalog.Catalog:
    return catalog.Catalog(
        "en", project="Tongban", version="1", msgid_bugs_address="", header_comment="# English words of Tongban. Source text: Chinese.",
        creation_date=NO_DAY, revision_date=NO_DAY, last_translator="Tongban", language_team="Tongban",
        charset="utf-8", fuzzy=False,
    )  # fmt: skip


def read(path: Path = PO) -> catalog.Catalog:
    """The catalogue as it is on disk; an empty one if there is none yet."""
    if not path.exists():
        return _empty()
    with path.open("rb") as file:
        return pofile.read_po(file, locale="en", charset="utf-8")


def update(path: Path = PO, root: Path = ROOT) -> catalog.Catalog:
    """Bring the catalogue up to the source: new messages empty, gone ones out, nothing guessed."""
    fresh, old = template(root), read(path)
    for message in fresh:
        known = old.get(message.id, message.context) if message.id else None
        if known is not None and known.pluralizable == message.pluralizable:
            message.string = known.string
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(fresh))
    return fresh


def written(messages: catalog.Catalog) -> bytes:
    """The text of a .po file, sorted, without line numbers, so that only words make a difference."""
    file = io.BytesIO()
    pofile.write_po(file, messages, width=WIDTH, sort_output=True, include_lineno=False)
    return file.getvalue()


def compiled(path: Path = PO) -> bytes:
    """The bytes of the .mo file that belongs to a .po file."""
    file = io.BytesIO()
    mofile.write_mo(file, read(path))
    return file.getvalue()


def faults(path: Path = PO, root: Path = ROOT) -> list[str]:
    """Everything wrong with the catalogue, a line each; empty when it is complete."""
    held = read(path)
    said = template(root)
    found = [f"missing: {_shown(m)}" for m in said if m.id and held.get(m.id, m.context) is None]
    found += [f"obsolete: {_shown(m)}" for m in held if m.id and said.get(m.id, m.context) is None]
    found += [f"obsolete: {_shown(m)}" for m in held.obsolete.values()]
    for message in held:
        if message.id:
            found += _faults_of(message)
    mo = path.with_suffix(".mo")
    if not mo.exists() or mo.read_bytes() != compiled(path):
        found.append("not compiled: run `messages --compile`")
    return found


def _faults_of(message: catalog.Message) -> Iterator[str]:
    if message.fuzzy:
        yield f"fuzzy: {_shown(message)}"
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    for string in map(str, strings):
        if not string:
            yield f"empty: {_shown(message)}"
        elif _places(string) != _places(str(ids[-1])):
            yield f"places differ: {_shown(message)} -> {string}"


def _places(words: str) -> set[str]:
    return set(PLACE.findall(words.replace("%%", "")))


def _shown(message: catalog.Message) -> str:
    words = message.id if isinstance(message.id, str) else message.id[0]
    return f"[{message.context}] {words}" if message.context else words
