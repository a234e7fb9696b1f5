"""Forms as data: what is asked, what is made plain, and what every error says."""

import json
import pathlib

import pytest

from tongban.core import forms

PACKS = pathlib.Path(__file__).parents[2] / "packs"


def a_form(**properties):
    """A form of one page; a field is required unless its schema says x-optional."""
    required = [name for name, row in properties.items() if not row.pop("x-optional", False)]
    return forms.parse(
        {
            "type": "object",
            "title": "表",
            "x-title-en": "Form",
            "required": required,
            "properties": {name: {"title": name, "x-title-en": name, **row} for name, row in properties.items()},
            "x-pages": [{"id": "one", "title": "页", "x-title-en": "Page", "fields": list(properties)}],
        }
    )


def checked(field, given, **more):
    """The plain answer and the Chinese sentence of the error, of a form with one field named 电话 and so on."""
    form = a_form(answer={"title": "这一项", "x-title-en": "this", **field}, **more)
    found = forms.validate(form, "one", {"answer": given})
    return found.answers.get("answer"), "".join(error.words for error in found.errors)


TEXT = {"type": "string", "maxLength": 10}
MOBILE = {"type": "string", "format": "cn-mobile"}
PHONE = {"type": "string", "format": "cn-phone"}
RESIDENT = {"type": "string", "format": "cn-resident-id"}
USCC = {"type": "string", "format": "cn-uscc"}
WHOLE = {"type": "integer", "minimum": 1, "maximum": 100}
NUMBER = {"type": "number", "minimum": 0, "maximum": 1000}
DATE = {"type": "string", "format": "date"}
URL = {"type": "string", "format": "uri"}
CHOICE = {"type": "string", "oneOf": [{"const": "a", "title": "甲", "x-title-en": "A"}, {"const": "b", "title": "乙", "x-title-en": "B"}]}
CHOICES = {"type": "array", "items": {"oneOf": CHOICE["oneOf"]}}
YES_NO = {"type": "boolean"}
AGREE = {"type": "boolean", "const": True}
PATTERN = {"type": "string", "pattern": r"\d{6}", "x-pattern-words": "邮编是 6 位数字", "x-pattern-words-en": "6 digits"}


@pytest.mark.parametrize(
    ("field", "given", "answer", "words"),
    [
        (TEXT, "  小店　", "小店", ""),
        (TEXT, "１２３号（东）", "123号（东）", ""),
        (TEXT, "", None, "请填写这一项"),
        (TEXT, None, None, "请填写这一项"),
        (TEXT, "　 ", None, "请填写这一项"),
        (TEXT, "一二三四五六七八九十甲", "一二三四五六七八九十甲", "这一项最多 10 个字，现在是 11 个字"),
        (TEXT, "a\x00b", "ab", ""),
        (TEXT, ["甲", "乙"], "甲", ""),
        (TEXT, True, None, "请填写这一项"),
        (PATTERN, "030001", "030001", ""),
        (PATTERN, "０３０００", "03000", "邮编是 6 位数字"),
        ({"type": "string", "pattern": "x"}, "y", "y", "这一项的格式不对，请按提示填写"),
        (MOBILE, "１５４ ００００ ０００１", "15400000001", ""),
        (MOBILE, "+86 154-0000-0001", "15400000001", ""),
        (MOBILE, "1540000000", "1540000000", "这一项少 1 位，应为 11 位手机号"),
        (MOBILE, "25400000001", "25400000001", "这一项不对，应为 11 位手机号，以 1 开头"),
        (PHONE, "0351-1234567", "0351-1234567", ""),
        (PHONE, "15400000001", "15400000001", ""),
        (PHONE, "abc", "abc", "这一项不对，应为 11 位手机号，以 1 开头"),
        (RESIDENT, "14010019000101003x", "14010019000101003X", ""),
        (RESIDENT, "14010019000101003", "14010019000101003", "这一项应为 18 位，现在是 17 位"),
        (RESIDENT, "140100190001010030", "140100190001010030", "这一项有误，校验不通过，请对照身份证重新填写"),
        (USCC, "９１１１０００0600037341l", "91110000600037341L", ""),
        (USCC, "9111", "9111", "这一项应为 18 位，现在是 4 位"),
        (USCC, "91110000600037341A", "91110000600037341A", "这一项有误，校验不通过，请对照营业执照重新填写"),
        (WHOLE, "１２", 12, ""),
        (WHOLE, 12, 12, ""),
        (WHOLE, "1.5", "1.5", "这一项应为整数，不带小数"),
        (WHOLE, "0", "0", "这一项不能小于 1"),
        (WHOLE, "1,000", "1,000", "这一项不能大于 100"),
        (WHOLE, "十", "十", "这一项应为数字，例如 120"),
        (NUMBER, "60.10", "60.10", ""),
        (NUMBER, "６０", "60", ""),
        (NUMBER, "-1", "-1", "这一项不能小于 0"),
        (NUMBER, "1e9", "1e9", "这一项应为数字，例如 120"),
        (DATE, "2026年3月2日", "2026-03-02", ""),
        (DATE, "2026/3/2", "2026-03-02", ""),
        (DATE, "2026-02-30", "2026-02-30", "这一项应为日期，例如 2026-03-02"),
        (DATE, "明天", "明天", "这一项应为日期，例如 2026-03-02"),
        (URL, "www.example.cn/a?b=1", "https://www.example.cn/a?b=1", ""),
        (URL, "http://example.cn", "http://example.cn", ""),
        (URL, "javascript:alert(1)", "javascript:alert(1)", "这一项应为网址，例如 https://www.example.cn"),
        (CHOICE, "b", "b", ""),
        (CHOICE, "c", None, "请从列出的选项中选择这一项"),
        (CHOICE, "", None, "请选择这一项"),
        (CHOICES, ["b", "a", "b"], ("a", "b"), ""),
        (CHOICES, "a", ("a",), ""),
        (CHOICES, [], None, "请选择这一项"),
        (CHOICES, None, None, "请选择这一项"),
        (CHOICES, ["z"], None, "请从列出的选项中选择这一项"),
        (YES_NO, "true", True, ""),
        (YES_NO, False, False, ""),
        (YES_NO, "on", True, ""),
        (YES_NO, "no", False, ""),
        (YES_NO, "maybe", None, "请从列出的选项中选择这一项"),
        (YES_NO, [], None, "请选择这一项"),
        (AGREE, "on", True, ""),
        (AGREE, ["on"], True, ""),
        (AGREE, "false", None, "请阅读并勾选“这一项”"),
        (AGREE, None, None, "请阅读并勾选“这一项”"),
    ],
)
def test_an_answer_is_made_plain_and_an_error_says_what_to_do(field, given, answer, words):
    assert checked(field, given) == (answer, words)


def test_every_sentence_exists_in_english_with_the_same_places():
    import string

    for chinese, english in forms.answers.SENTENCES.values():
        places = [{name for _, name, _, _ in string.Formatter().parse(words) if name} for words in (chinese, english)]
        assert places[0] == places[1]


def test_an_optional_field_left_empty_is_no_error():
    form = a_form(answer={"type": "string", "x-optional": True}, many={**CHOICES, "x-optional": True}, yes={**YES_NO, "x-optional": True})
    assert forms.validate(form, "one", {}) == forms.Checked({}, ())


CONDITIONAL = {
    "has_shop": {"type": "boolean"},
    "website": {"type": "string", "format": "uri", "x-show-if": "form.has_shop = true"},
    "area": {"type": "number"},
    "plan": {"type": "string", "x-show-if": "form.area > 60"},
    "items": CHOICES,
    "why": {"type": "string", "x-show-if": 'list contains(form.items, "b")'},
}


@pytest.mark.parametrize(
    ("answers", "kept", "missing"),
    [
        ({"has_shop": "true", "area": "60", "items": ["a"]}, {"has_shop": True, "area": "60", "items": ("a",)}, ["website"]),
        (
            {"has_shop": "false", "website": "example.cn", "area": "60.5", "items": ["b"]},
            {"has_shop": False, "area": "60.5", "items": ("b",)},
            ["plan", "why"],
        ),
        ({}, {}, ["has_shop", "area", "items"]),
    ],
)
def test_a_field_whose_condition_does_not_hold_is_neither_asked_nor_kept(answers, kept, missing):
    found = forms.validate(a_form(**CONDITIONAL), None, answers)
    assert (found.answers, [error.field for error in found.errors]) == (kept, missing)


def two_pages():
    return forms.parse(
        {
            "type": "object",
            "title": "表",
            "x-title-en": "Form",
            "required": ["a", "b"],
            "properties": {
                "a": {**YES_NO, "title": "a", "x-title-en": "a"},
                "b": {"type": "string", "title": "b", "x-title-en": "b", "x-show-if": "form.a = true"},
            },
            "x-pages": [
                {"id": "two", "order": 2, "title": "二", "x-title-en": "2", "fields": ["b"]},
                {"id": "one", "order": 1, "title": "一", "x-title-en": "1", "fields": ["a"]},
            ],
        }
    )


def test_one_page_is_checked_alone_but_its_conditions_see_the_others():
    form = two_pages()
    assert [page.id for page in form.pages] == ["one", "two"]
    assert forms.validate(form, "one", {}).errors[0].field == "a"
    assert [e.field for e in forms.validate(form, "two", {"a": "true"}).errors] == ["b"]
    assert forms.validate(form, "two", {"a": "true", "b": "x"}) == forms.Checked({"b": "x"}, ())
    assert form.page("two").title == "二"
    assert form.page("three") is None


def test_a_field_nobody_asked_for_is_an_error_of_the_whole_form_only():
    form = two_pages()
    errors = forms.validate(form, None, {"a": "false", "c": 1}).errors
    assert [(e.field, e.code, e.words) for e in errors] == [("c", "unknown_field", "表单里没有“c”这一项")]
    assert forms.validate(form, "one", {"a": "false", "c": 1}).errors == ()


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "array"}, "form：应为 type: object，并有 properties"),
        ({"x-pages": []}, "a：应恰好出现在一页上，现在出现 0 次"),
        ({"required": ["z"]}, "z：列在 required 里，但没有这个字段"),
        ({"title": " "}, "form：缺少 title"),
        ({"x-pages": [{"id": "p", "title": "页", "x-title-en": "p", "fields": ["a", "z"]}]}, "z：第 p 页提到它，但没有这个字段"),
    ],
)
def test_data_that_is_no_form_is_refused_with_field_and_reason(schema, reason):
    good = {
        "type": "object",
        "title": "表",
        "x-title-en": "Form",
        "properties": {"a": {"type": "string", "title": "a", "x-title-en": "a"}},
        "x-pages": [{"id": "p", "title": "页", "x-title-en": "p", "fields": ["a"]}],
    }
    with pytest.raises(forms.BadForm) as refused:
        forms.parse({**good, **schema})
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ({"type": "float"}, "answer：不认识的 type float"),
        ({"type": "string", "format": "email"}, "answer：不认识的 format email"),
        ({"type": "string", "colour": "red"}, "answer：不认识的关键字 colour"),
        ({"type": "string", "pattern": "("}, "answer：pattern 有误"),
        ({"type": "string", "x-show-if": "= ="}, "answer：x-show-if 有误"),
        ({"type": "string", "x-show-if": "form.later = 1"}, "answer：x-show-if 提到 later，但它不在前面"),
        ({"type": "integer", "minimum": "x"}, "minimum：x 不是数"),
        ({"type": "string", "oneOf": [CHOICE["oneOf"][0]] * 2}, "answer：有重复的选项"),
        ({"type": "string", "oneOf": [{"const": "a", "title": "甲"}]}, "answer：缺少 x-title-en"),
        ({"type": "string", "x-source": {"kind": "account", "key": "name"}}, "answer：缺少 title"),
    ],
)
def test_a_field_that_cannot_be_is_refused_with_its_name(field, reason):
    with pytest.raises(forms.BadForm) as refused:
        a_form(answer=field)
    assert str(refused.value).startswith(reason)


def test_a_field_name_is_plain():
    with pytest.raises(forms.BadForm) as refused:
        a_form(**{"Bad Name": {"type": "string"}})
    assert str(refused.value) == "Bad Name：字段名只能用小写字母、数字和下划线"


def test_a_matter_adds_to_the_form_of_its_procedure_and_replaces_nothing():
    base, addition = (json.loads((PACKS / path).read_text()) for path in (
        "national/procedures/permit/form.json", "shanxi/matters/food_business/form.json"))
    form = forms.parse(forms.composed(base, addition))
    assert [page.id for page in form.pages] == ["subject", "contact", "premises", "business", "staff", "declaration"]
    assert form.title == "食品经营许可申请书"
    with pytest.raises(forms.BadForm):
        forms.composed(base, {"properties": {"uscc": {}}})
    with pytest.raises(forms.BadForm):
        forms.composed(base, {"x-pages": [{"id": "subject"}]})


def test_answers_are_shown_as_words():
    form = a_form(choice=CHOICE, many=CHOICES, yes=YES_NO, area={**NUMBER, "x-unit": "平方米"}, text=TEXT)
    fields = {field.name: field for field in form.fields()}
    said = {"choice": "a", "many": ("a", "b"), "yes": True, "area": "60.5", "text": None}
    assert {name: forms.shown_words(fields[name], answer) for name, answer in said.items()} == {
        "choice": "甲", "many": "甲、乙", "yes": "是", "area": "60.5 平方米", "text": "",
    }
    assert forms.shown_words(fields["many"], ["a", "b"], "en") == "A; B"
    assert forms.shown_words(fields["yes"], False, "en") == "No"


@pytest.mark.parametrize("path", sorted(PACKS.glob("*/procedures/*/form.json")) + sorted(PACKS.glob("*/matters/*/form.json")), ids=lambda p: p.parent.name)
def test_the_forms_of_the_packs_are_json_schemas(path):
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads(path.read_text()))
