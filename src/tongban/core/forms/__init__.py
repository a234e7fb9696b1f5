"""Forms as data: a JSON Schema with pages, conditions and sources becomes a Form; answers are checked against it.

Sources: JSON Schema 2020-12; GB 11643, GB 32100; WCAG 2.2, 3.3.1 and 3.3.3."""

from tongban.core.forms.answers import context, is_shown, shown_words, validate
from tongban.core.forms.example import example
from tongban.core.forms.schema import BadForm, composed, mentioned, parse
from tongban.core.forms.shape import (
    Answer,
    Answers,
    Checked,
    Field,
    FieldError,
    Form,
    Kind,
    Option,
    Page,
    Source,
)

__all__ = [
    "Answer",
    "Answers",
    "BadForm",
    "Checked",
    "Field",
    "FieldError",
    "Form",
    "Kind",
    "Option",
    "Page",
    "Source",
    "composed",
    "context",
    "example",
    "is_shown",
    "mentioned",
    "parse",
    "shown_words",
    "validate",
]
