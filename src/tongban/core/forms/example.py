"""The shortest answers a form accepts: fictitious, always the same; for scenarios, walks and previews.

Sources: JSON Schema 2020-12 for the sorts of answers; GB 11643, GB 32100 for the Chinese numbers."""

from collections.abc import Callable, Mapping

from tongban.core import codes
from tongban.core.forms.answers import is_shown
from tongban.core.forms.shape import Answer, Answers, Field, Form, Kind

WORDS = "示例"


def example(form: Form) -> Answers:
    """Answers to everything that is asked and must be answered."""
    answers: Answers = {}
    for field in form.fields():
        if field.required and is_shown(field, form, answers):
            answers[field.name] = _OF_KIND.get(field.kind, _words)(field)
    return answers


def _words(_field: Field) -> Answer:
    return WORDS


def _least(field: Field) -> Answer:
    return str(max(field.minimum or 0, 1) if field.maximum is None or field.maximum >= 1 else field.maximum)


_OF_KIND: Mapping[Kind, Callable[[Field], Answer]] = {
    Kind.CHOICE: lambda field: field.options[0].value,
    Kind.CHOICES: lambda field: (field.options[0].value,),
    Kind.WHOLE: lambda field: int(str(_least(field))),
    Kind.NUMBER: _least,
    Kind.DATE: lambda _field: "2026-01-05",
    Kind.YES_NO: lambda _field: False,
    Kind.AGREE: lambda _field: True,
    Kind.RESIDENT_ID: lambda _field: codes.resident_id("140100", "19000101", 1),
    Kind.USCC: lambda _field: codes.generated_uscc("91", "140100", 1),
    Kind.MOBILE: lambda _field: "15400000001",
    Kind.PHONE: lambda _field: "15400000001",
    Kind.URL: lambda _field: "https://example.org/",
}
