"""Answers are made plain and checked against a form; every error names its field and says what to do.

Sources: WCAG 2.2, 3.3.1 and 3.3.3; GB 11643 and GB 32100 by python-stdnum."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tongban.core import codes, feel
from tongban.core.forms.sentences import SENTENCES
from tongban.core.forms.shape import Answer, Answers, Checked, Field, FieldError, Form, Kind

# More than twelve digits before the point or six after it is a typing error.
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)


def validate(form: Form, page_id: str | None, answers: Mapping[str, object]) -> Checked:
    """The answers of one page, or of the whole form, made plain and checked.

    Full-width signs become plain, spaces go; a field whose condition does not hold is dropped, not complained of.
    An unknown field is an error only when the whole form is checked. A condition sees every answer given.
    """
    plain: Answers = {}
    faults: list[FieldError] = []
    wanted = {field.name for page in form.pages if page_id in (None, page.id) for field in page.fields}
    for field in form.fields():
        if not is_shown(field, form, plain):
            continue
        answer, fault = _read(field, answers.get(field.name))
        if answer is not None:
            plain[field.name] = answer
        if fault is not None and field.name in wanted:
            faults.append(fault)
    if page_id is None:
        faults += _unknown(form, answers)
    return Checked({name: answer for name, answer in plain.items() if name in wanted}, tuple(faults))


def is_shown(field: Field, form: Form, answers: Mapping[str, object]) -> bool:
    """Whether the field is asked at all, the other answers being what they are."""
    return field.show_if is None or feel.evaluate(field.show_if, context(form, answers)) is True


def context(form: Form, answers: Mapping[str, object]) -> dict[str, object]:
    """What a condition sees: ``form`` with every field's answer, numbers as numbers, null where there is none."""
    return {"form": {field.name: _value(field, answers.get(field.name)) for field in form.fields()}}


def shown_words(field: Field, answer: object, language: str = "zh") -> str:
    """An answer as a person reads it: the words of the option chosen, not its code."""
    titles = {o.value: o.title_en if language == "en" else o.title for o in field.options}
    yes, no = ("Yes", "No") if language == "en" else ("是", "否")
    if answer is None or answer == "":
        return ""
    if isinstance(answer, bool):
        return yes if answer else no
    if isinstance(answer, list | tuple):
        return ("; " if language == "en" else "、").join(titles.get(str(one), str(one)) for one in answer)
    words = titles.get(str(answer), str(answer))
    return f"{words} {field.unit}" if field.unit else words


def _value(field: Field, answer: object) -> object:
    if answer is None or answer == "":
        return None
    if field.kind in (Kind.WHOLE, Kind.NUMBER):
        number, _ = _number(field, str(answer))
        return Decimal(str(number)) if number is not None else None
    return list(answer) if isinstance(answer, tuple) else answer


_Read = tuple[Answer | None, FieldError | None]


def _read(field: Field, given: object) -> _Read:
    """One answer made plain, and what is wrong with it. An answer that is wrong in form is kept as typed."""
    if field.kind is Kind.CHOICES:
        return _choices(field, given)
    if field.kind in (Kind.YES_NO, Kind.AGREE):
        return _yes_no(field, given)
    text = _plain(field, given)
    if not text:
        return None, _missing(field) if field.required else None
    if len(text) > field.max_length:
        return text, _fault(field, "too_long", count=len(text))
    return _READERS.get(field.kind, _text)(field, text)


def _plain(field: Field, given: object) -> str:
    if given is None or isinstance(given, bool):
        return ""
    if isinstance(given, list | tuple):
        given = given[0] if given else ""
    text = str(given).replace("\r\n", "\n").replace("\x00", "").strip()
    if field.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE):
        # Chinese text keeps its full-width commas and brackets; only digits and letters become plain.
        return re.sub("[０-９Ａ-Ｚａ-ｚ]", lambda sign: chr(ord(sign[0]) - 0xFEE0), text).strip("　 \n")
    return re.sub(r"\s", "", codes.half_width(text))


def _text(field: Field, text: str) -> _Read:
    if field.pattern and not field.pattern.fullmatch(text):
        if field.pattern_words:
            return text, FieldError(field.name, "pattern", field.pattern_words, field.pattern_words_en)
        return text, _fault(field, "pattern")
    return text, None


def _choice(field: Field, text: str) -> _Read:
    if all(option.value != text for option in field.options):
        return None, _fault(field, "not_an_option")
    return text, None


def _choices(field: Field, given: object) -> _Read:
    if given is None or given == "":
        chosen: list[str] = []
    else:
        chosen = [str(one) for one in given] if isinstance(given, list | tuple) else [str(given)]
    known = [option.value for option in field.options]
    if set(chosen) - set(known):
        return None, _fault(field, "not_an_option")
    if not chosen:
        return None, _missing(field) if field.required else None
    return tuple(value for value in known if value in chosen), None


def _yes_no(field: Field, given: object) -> _Read:
    if isinstance(given, list | tuple):
        given = given[0] if given else None
    if given in (None, ""):
        return None, _missing(field) if field.required else None
    answer = {"true": True, "on": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
        str(given).strip().lower()
    )
    if answer is None:
        return None, _fault(field, "not_an_option")
    if field.kind is Kind.AGREE and not answer:
        return None, _missing(field)
    return answer, None


def _whole_number(field: Field, text: str) -> _Read:
    number, fault = _number(field, text)
    if number is None or fault:
        return text, fault
    if number != number.to_integral_value():
        return text, _fault(field, "not_whole")
    return int(number), None


def _decimal_number(field: Field, text: str) -> _Read:
    number, fault = _number(field, text)
    if number is None or fault:
        return text, fault
    # Kept as text: JSON has only binary fractions, and an area of 60.1 m² must stay 60.1.
    return format(number, "f"), None


def _number(field: Field, text: str) -> tuple[Decimal | None, FieldError | None]:
    bare = text.replace(",", "").replace("，", "")
    if not _NUMBER.fullmatch(bare):
        return None, _fault(field, "not_a_number")
    number = Decimal(bare)
    if field.minimum is not None and number < field.minimum:
        return number, _fault(field, "too_small")
    if field.maximum is not None and number > field.maximum:
        return number, _fault(field, "too_big")
    return number, None


def _date(field: Field, text: str) -> _Read:
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text, re.ASCII)
    if not parts:
        return text, _fault(field, "not_a_date")
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3])).isoformat(), None
    except ValueError:
        return text, _fault(field, "not_a_date")


def _resident_id(field: Field, text: str) -> _Read:
    number = text.upper()
    if len(number) != 18:
        return number, _fault(field, "resident_id_length", count=len(number))
    return number, None if codes.is_resident_id(number) else _fault(field, "resident_id")


def _uscc(field: Field, text: str) -> _Read:
    code = text.upper()
    if len(code) != 18:
        return code, _fault(field, "uscc_length", count=len(code))
    return code, None if codes.is_uscc(code) else _fault(field, "uscc")


def _mobile(field: Field, text: str) -> _Read:
    number = re.sub(r"^(\+?86)(?=1\d{10}$)", "", text.replace("-", ""))
    if number.isdecimal() and len(number) < 11:
        return number, _fault(field, "mobile_short", missing=11 - len(number))
    if not re.fullmatch(r"1[3-9]\d{9}", number, re.ASCII):
        return number, _fault(field, "mobile")
    return number, None


def _phone(field: Field, text: str) -> _Read:
    if re.fullmatch(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?", text, re.ASCII):
        return text, None
    return _mobile(field, text)


def _url(field: Field, text: str) -> _Read:
    address = text if "://" in text else f"https://{text}"
    if not re.fullmatch(r"https?://[^\s/?#@]+\.[^\s/?#@]{2,}([/?#]\S*)?", address):
        return text, _fault(field, "url")
    return address, None


_READERS = {
    Kind.CHOICE: _choice,
    Kind.WHOLE: _whole_number,
    Kind.NUMBER: _decimal_number,
    Kind.DATE: _date,
    Kind.RESIDENT_ID: _resident_id,
    Kind.USCC: _uscc,
    Kind.MOBILE: _mobile,
    Kind.PHONE: _phone,
    Kind.URL: _url,
}


def _unknown(form: Form, answers: Mapping[str, object]) -> list[FieldError]:
    known = {field.name for field in form.fields()}
    return [
        FieldError(
            str(name)[:60],
            "unknown_field",
            f"表单里没有“{str(name)[:60]}”这一项",
            f"The form has no field named {str(name)[:60]}",
        )
        for name in answers
        if name not in known
    ]


def _missing(field: Field) -> FieldError:
    if field.kind is Kind.AGREE:
        return _fault(field, "must_agree")
    chosen = field.kind in (Kind.CHOICE, Kind.CHOICES, Kind.YES_NO)
    return _fault(field, "choose" if chosen else "required")


def _fault(field: Field, code: str, **numbers: int) -> FieldError:
    words, words_en = SENTENCES[code]
    places = {"max": field.max_length, "least": field.minimum, "most": field.maximum, **numbers}
    return FieldError(
        field.name,
        code,
        words.format(title=field.title, **places),
        words_en.format(title=field.title_en, **places),
    )
