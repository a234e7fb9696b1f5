"""What a form is: pages of fields, in the order they are asked.

Sources: JSON Schema 2020-12 for the sorts of answers; GB 11643, GB 32100 for the Chinese numbers."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tongban.core import feel

TEXT_LENGTH_MAX = 2000  # No single answer of any form needs more characters.

Answer = str | int | bool | tuple[str, ...]
Answers = dict[str, Answer]


class Kind(StrEnum):
    """What sort of answer a field takes; it decides the control shown and the check made."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    AGREE = "agree"
    RESIDENT_ID = "resident_id"
    USCC = "uscc"
    MOBILE = "mobile"
    PHONE = "phone"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from."""

    value: str
    title: str
    title_en: str
    hint: str = ""
    hint_en: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a prefilled answer comes from, so that it is never asked again: kind, key there, its name."""

    kind: str
    key: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form."""

    name: str
    title: str
    title_en: str
    kind: Kind
    required: bool
    hint: str = ""
    hint_en: str = ""
    options: tuple[Option, ...] = ()
    max_length: int = TEXT_LENGTH_MAX
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""
    pattern: re.Pattern[str] | None = None
    pattern_words: str = ""
    pattern_words_en: str = ""
    show_if: feel.Expression | None = None
    source: Source | None = None
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One topic of a form, shown on a page of its own."""

    id: str
    title: str
    title_en: str
    why: str
    why_en: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form: pages of fields, in the order they are asked."""

    title: str
    title_en: str
    pages: tuple[Page, ...]

    def fields(self) -> tuple[Field, ...]:
        """All fields, in the order they are asked."""
        return tuple(field for page in self.pages for field in page.fields)

    def page(self, page_id: str) -> Page | None:
        """The page with this id, or None."""
        return next((page for page in self.pages if page.id == page_id), None)


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one answer, as a sentence in both languages."""

    field: str
    code: str
    words: str
    words_en: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers made plain, of the fields that are shown, and the errors found."""

    answers: Answers
    errors: tuple[FieldError, ...]
