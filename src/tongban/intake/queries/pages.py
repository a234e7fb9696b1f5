"""A page of a form, ready to show: which fields are asked now, with which control, value, source and error.

Sources: WCAG 2.2, 1.3.5 (purpose of inputs), 3.3.1 (errors), 3.3.7 (nothing is asked twice)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.core import forms
from tongban.intake.queries import drafts, words
from tongban.people import queries as people

Kind = forms.Kind
# How the page parts of the house call these kinds of answer.
CONTROLS = {
    Kind.LONG_TEXT: "textarea", Kind.CHOICE: "choice", Kind.CHOICES: "choices", Kind.WHOLE: "integer",
    Kind.NUMBER: "decimal", Kind.YES_NO: "yes_no", Kind.AGREE: "checkbox", Kind.RESIDENT_ID: "id_number",
    Kind.USCC: "uscc", Kind.MOBILE: "phone", Kind.PHONE: "phone",
}
WIDTHS = {Kind.DATE: "s", Kind.RESIDENT_ID: "m", Kind.USCC: "m", Kind.MOBILE: "m", Kind.PHONE: "m"}
SHORT = 60  # A text of at most so many characters gets a box of middle width.


@dataclass(frozen=True, slots=True)
class FieldView:
    """One question as shown.

    :ivar options: triples of value, words, hint. :ivar is_trigger: another field of the page depends on it.
    :ivar source: where a read-only answer comes from; empty where the applicant answers.
    """

    name: str
    title: str
    hint: str
    kind: str
    width: str
    value: object
    options: tuple[tuple[str, str, str], ...]
    is_required: bool
    is_inline: bool
    is_trigger: bool
    source: str
    error: str


@dataclass(frozen=True, slots=True)
class PageView:
    """A page of the form as shown."""

    id: str
    title: str
    why: str
    fields: tuple[FieldView, ...]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Name and words of each error, for the summary: the same words as at the field."""
        return [(field.name, field.error) for field in self.fields if field.error]

    @property
    def shown(self) -> str:
        """The names of the fields shown, sent back with the answers: a field never shown is not complained of."""
        return " ".join(field.name for field in self.fields)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answered question on the check page."""

    name: str
    title: str
    words: str
    source: str


def page_view(
    *, form: forms.Form, page: forms.Page, answers: Mapping[str, object], held: Mapping[str, str],
    errors: Sequence[forms.FieldError] = (),
) -> PageView:
    """The page with the fields its answers call for.

    :param answers: everything answered so far, as typed. :param held: what the platform knows by itself.
    """
    plain = forms.validate(form, None, answers).answers
    wrong = {error.field: words.said(error.words, error.words_en) for error in errors}
    asked_later = {name for field in page.fields if field.show_if for name in _mentioned(field, page)}
    fields = tuple(
        _field(field, answers.get(field.name), wrong.get(field.name, ""), field.name in held, field.name in asked_later)
        for field in page.fields
        if forms.is_shown(field, form, plain)
    )
    return PageView(page.id, words.said(page.title, page.title_en), words.said(page.why, page.why_en), fields)


def newly_shown(view: PageView, shown_before: str) -> bool:
    """Whether the answers call for a field the applicant has not seen yet."""
    seen = set(shown_before.split())
    return bool(seen) and any(field.name not in seen for field in view.fields)


def answer_views(
    *, form: forms.Form, page: forms.Page, answers: Mapping[str, object], person: people.PersonRow
) -> tuple[AnswerView, ...]:
    """The answers of a page in words, for the check page; an optional question left open says so."""
    plain = forms.validate(form, None, answers).answers
    held = drafts.prefilled(form, person)
    language = words.said("zh", "en")
    return tuple(
        AnswerView(
            field.name, words.said(field.title, field.title_en),
            forms.shown_words(field, plain.get(field.name), language) or _("未填写"),
            _source(field) if field.name in held else "",
        )
        for field in page.fields
        if forms.is_shown(field, form, plain)
    )


def _mentioned(field: forms.Field, page: forms.Page) -> list[str]:
    text = field.show_if.text if field.show_if else ""
    return [other.name for other in page.fields if f"form.{other.name}" in text]


def _field(field: forms.Field, answer: object, error: str, is_held: bool, is_trigger: bool) -> FieldView:
    title = words.said(field.title, field.title_en)
    width = WIDTHS.get(field.kind) or ("m" if field.kind is Kind.TEXT and field.max_length <= SHORT else "")
    return FieldView(
        name=field.name, title=_("%(title)s（%(unit)s）") % {"title": title, "unit": field.unit} if field.unit else title,
        hint=words.said(field.hint, field.hint_en), kind=CONTROLS.get(field.kind, "text"), width=width,
        value=_typed(answer), options=_options(field), is_required=field.required,
        is_inline=field.kind is Kind.YES_NO, is_trigger=is_trigger, source=_source(field) if is_held else "",
        error=error,
    )


def _options(field: forms.Field) -> tuple[tuple[str, str, str], ...]:
    if field.kind is Kind.YES_NO:
        return (("true", _("是"), ""), ("false", _("否"), ""))
    return tuple(
        (option.value, words.said(option.title, option.title_en), words.said(option.hint, option.hint_en))
        for option in field.options
    )


def _typed(answer: object) -> object:
    """What was typed, as a control takes it: texts, and lists of texts for several choices."""
    if isinstance(answer, list | tuple):
        return [str(one) for one in answer]
    return "" if answer is None else str(answer)


def _source(field: forms.Field) -> str:
    return words.said(field.source.name, field.source.name_en) if field.source else ""
