"""Papers as PDF: a template of the procedure's folder, the words of the case, the vendored font, nothing else.

Sources: https://typst.app/docs/reference/ (PDF/A-2a: every glyph present, tagged for screen readers, self-contained);
GB/T 9704-2012 (公文格式); ISO/IEC 18004 (QR code)."""

import datetime
import functools
import io
import json
import pathlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import segno
import typst
import yaml
from django.conf import settings

from tongban.core import refusal

CHINA = ZoneInfo("Asia/Shanghai")
ARCHIVE_STANDARD: Final = "a-2a"  # PDF/A-2a refuses a missing glyph and a picture without words.

ANSWERS = {
    "form",
    "shown",
    "map",
}  # What a licence rule may point into; a paper keeps only what it prints.

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_HOLE = re.compile(r'the text `"(.+?)"` could not be displayed')
_BODY = re.compile(r"<body>(.*)</body>", re.DOTALL)


class NoSuchTemplate(refusal.Refusal):
    """The procedure has no paper of this name."""

    code = "no_such_template"
    says = "程序“%(procedure)s”没有名为“%(template)s”的文书模板"


class WordsMissing(refusal.Refusal):
    """A paper without an element the law demands is not issued."""

    code = "words_missing"
    says = "文书“%(title)s”缺少法定要素：%(missing)s，补齐后再出具"


class GlyphMissing(refusal.Refusal):
    """The font lacks a character, e.g. of a rare name: a paper with a hole in a name is not issued."""

    code = "glyph_missing"
    says = "文书中的字“%(text)s”不在字库内，请管理员在数据目录的 fonts 文件夹放入含有该字的字体后重新出具"


@dataclass(frozen=True, slots=True)
class PaperKind:
    """One paper of a procedure, as its ``index.yaml`` says."""

    template: str
    title: str
    title_en: str
    series: str
    needs: tuple[str, ...]


def paper_kind(procedure_id: str, template: str) -> PaperKind:
    """What the procedure says about one of its papers.

    :raises NoSuchTemplate: neither the procedure nor the paper may be unknown.
    """
    found = _index(procedure_id).get(template)
    if found is None:
        raise NoSuchTemplate(procedure=procedure_id, template=template)
    return found


def rendered(*, procedure_id: str, template: str, words: Mapping[str, object]) -> bytes:
    """The paper as PDF/A-2a; the same words give the same bytes. Used for the kept file and for previews alike.

    ``words["check_url"]`` becomes the QR code, ``words["issued_at"]`` the date inside the file.

    :raises NoSuchTemplate: no such paper.
    :raises WordsMissing: an element its ``index.yaml`` demands is absent or empty.
    :raises GlyphMissing: a character is in no font at hand.
    """
    whole = _whole(procedure_id, template, words)
    issued = whole.get("issued_at")
    moment = datetime.datetime.fromisoformat(str(issued)) if issued else None
    try:
        file = _compiler().compile(
            _source(procedure_id, template),
            format="pdf",
            sys_inputs={"form": "pdf", "words": json.dumps(whole, ensure_ascii=False)},
            pdf_standards=ARCHIVE_STANDARD,
            timestamp=int(moment.timestamp()) if moment else 0,
        )
    except typst.TypstError as error:
        hole = _HOLE.search(error.message or str(error))
        if hole is None:
            raise
        raise GlyphMissing(text=hole[1]) from error
    assert isinstance(file, bytes)
    return file


def text_of(*, procedure_id: str, template: str, words: Mapping[str, object]) -> str:
    """The same paper as HTML, without page and seal: for the screen, and for those who listen instead of look.

    Every word is escaped by the typesetter; the string is safe to put into a page.
    """
    page = _compiler().compile(
        _source(procedure_id, template),
        format="html",
        sys_inputs={
            "form": "html",
            "words": json.dumps(_whole(procedure_id, template, words), ensure_ascii=False),
        },
    )
    assert isinstance(page, bytes)
    inner = _BODY.search(page.decode())
    assert inner is not None
    return inner[1]


def _whole(procedure_id: str, template: str, words: Mapping[str, object]) -> dict[str, object]:
    kind = paper_kind(procedure_id, template)
    said = plain(words)
    check_words(kind, said)
    title = {"title": kind.title, "title_en": kind.title_en}
    return {"kind": title, **said, "qr": _qr(said)}


def check_words(kind: PaperKind, words: Mapping[str, object]) -> None:
    """Nothing when every element the paper needs is said.

    :raises WordsMissing: naming all that are absent or empty.
    """
    missing = [path for path in kind.needs if said_at(words, path) in (None, "", [], {})]
    if missing:
        raise WordsMissing(title=kind.title, missing="、".join(missing))


def plain(words: Mapping[str, object]) -> dict[str, object]:
    """The words as JSON has them: days and moments as ISO text in Chinese civil time, everything else as it is."""
    return json.loads(json.dumps(words, default=_plain_value, ensure_ascii=False))


def kept_words(words: Mapping[str, object]) -> dict[str, object]:
    """The words as they are kept with a paper: plain, and without the applicant's whole form."""
    return {name: word for name, word in plain(words).items() if name not in ANSWERS}


def said_at(words: Mapping[str, object], path: str) -> object:
    """The word at a dotted path such as ``matter.title``; none where a step is missing."""
    here: object = words
    for step in path.split("."):
        if not isinstance(here, Mapping) or step not in here:
            return None
        here = here[step]
    return here


def _plain_value(value: object) -> str:
    if isinstance(value, datetime.datetime):
        return value.astimezone(CHINA).isoformat()
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _compiler() -> typst.Compiler:
    """A fresh one each time: it is cheap beside the faces, and threads need not share it."""
    return typst.Compiler(root=settings.PACKS, font_paths=_fonts())


def _qr(words: Mapping[str, object]) -> str:
    if not words.get("check_url"):
        return ""
    picture = io.BytesIO()
    segno.make(str(words["check_url"]), error="m", micro=False).save(picture, kind="svg", border=0)
    return picture.getvalue().decode()


@functools.cache
def _fonts() -> typst.Fonts:
    """The vendored faces, and those an operator put beside the data for rare names."""
    folders = [settings.PACKS / "national" / "fonts", settings.DATA / "fonts"]
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[folder for folder in folders if folder.is_dir()],
    )


def _source(procedure_id: str, template: str) -> pathlib.Path:
    return _folder(procedure_id) / f"{template}.typ"


def _folder(procedure_id: str) -> pathlib.Path:
    return settings.PACKS / "national" / "procedures" / procedure_id / "notices"


@functools.cache
def _index(procedure_id: str) -> dict[str, PaperKind]:
    if not _NAME.fullmatch(procedure_id):
        return {}
    file = _folder(procedure_id) / "index.yaml"
    if not file.is_file():
        return {}
    return {
        template: PaperKind(
            template, row["title"]["zh"], row["title"]["en"], row["series"], tuple(row["needs"])
        )
        for template, row in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    }
