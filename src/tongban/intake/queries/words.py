"""How sizes, kinds of file, days and bilingual titles are said to the reader, in his language.

Sources: STYLE.md 14 (whole sentences, named places)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import BinaryIO

from django.utils.translation import gettext as _

from tongban.papers import queries as papers
from tongban.ui.templatetags.ui import words as ui

KINDS = {
    "application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG", "image/webp": "WebP",
    "image/heic": "HEIC", "image/gif": "GIF",
}


def said(zh: str, en: str) -> str:
    """The words in the language of the reader; Chinese where there are no English ones."""
    return zh if ui.is_chinese() else en or zh


def day_words(moment: date | datetime) -> str:
    """A day as a person says it: 10 月 12 日, 12 October."""
    return ui.day_only(moment)


def size_words(count: int) -> str:
    """A number of bytes as a person says it: 38.4 MB."""
    return ui.file_size(count)


def listed(names: Iterable[str]) -> str:
    """Several names in one sentence: 甲、乙、丙."""
    return _("、").join(names)


def kinds_words(media_types: Sequence[str]) -> str:
    """Kinds of file as a person says them: PDF、JPG 或 PNG."""
    names = [KINDS.get(kind, kind) for kind in media_types]
    if len(names) == 1:
        return names[0]
    return _("%(most)s 或 %(last)s") % {"most": listed(names[:-1]), "last": names[-1]}


def kind_found(content: BinaryIO) -> str:
    """The media type the first bytes of an open file betray; empty when unknown. The file is rewound."""
    content.seek(0)
    head = content.read(papers.HEAD_BYTES)
    content.seek(0)
    return papers.media_type_of(head)
