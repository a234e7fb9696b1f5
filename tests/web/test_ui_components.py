"""The parts of the pages, drawn once each: whole, without inline style or script, and said for those who do not see them."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.forms import CharField, Form
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation

from tongban.ui import samples
from tongban.ui.templatetags.ui import days


@pytest.fixture(autouse=True)
def _plain_static(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def drawn(source, language="zh-hans", **context):
    with translation.override(language):
        return Template(source).render(Context(context))


def page(language="zh-hans"):
    request = RequestFactory().get("/ui/components")
    with translation.override(language):
        return get_template("ui/components.html").render(samples.context(), request)


def strip(language="zh-hans", **marks):
    with translation.override(language):
        return days.day_strip(samples.rows(), promised_on=samples.PROMISED, legal_on=samples.LEGAL, **marks)


def cell(day, language="zh-hans"):
    return next(c for c in strip(language)["cells"] if (c.day.month, c.day.day) == day)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_part_carries_inline_style_or_script(language):
    html = page(language)
    assert re.findall(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*\ssrc=)", html) == []


def test_every_id_is_used_once():
    ids = re.findall(r'\sid="([^"]+)"', page())
    assert sorted(i for i in set(ids) if ids.count(i) > 1) == []


def test_every_icon_used_is_in_the_sprite():
    sprite = Path(finders.find("ui/icons.svg")).read_text(encoding="utf-8")
    held = set(re.findall(r'symbol id="([^"]+)"', sprite))
    templates = "".join(p.read_text(encoding="utf-8") for p in (Path(__file__).parents[2] / "src" / "tongban").rglob("templates/**/*.html"))
    used = set(re.findall(r'{% icon "([^"]+)"', templates)) | set(re.findall(r'icons\.svg#([\w-]+)', page()))
    assert used - held == set()


@pytest.mark.parametrize(("day", "css", "number", "sentence"), [
    ((9, 17), "acc", "", "9 月 17 日，起算当日，不计入"),
    ((9, 18), "count", "1", "9 月 18 日，第 1 个工作日"),
    ((9, 20), "count", "2", "9 月 20 日，第 2 个工作日，调休上班"),
    ((9, 23), "stop", "", "9 月 23 日，检测，依法不计入"),
    ((9, 25), "off", "", "9 月 25 日，中秋节放假，不计入"),
    ((9, 26), "off", "", "9 月 26 日，周末，不计入"),
    ((10, 9), "count today", "8", "10 月 9 日，第 8 个工作日（今天）"),
    ((10, 12), "future due", "10", "10 月 12 日，第 10 个工作日（承诺办结日）"),
    ((10, 13), "future far", "11", "10 月 13 日，第 11 个工作日"),
    ((10, 26), "future far legal", "20", "10 月 26 日，第 20 个工作日（法定最迟日）"),
])  # fmt: skip
def test_a_day_is_drawn_and_said(day, css, number, sentence):
    found = cell(day)
    assert (found.css, found.number, found.sentence) == (css, number, sentence)


def test_the_strip_fills_whole_weeks_from_monday():
    cells = strip()["cells"]
    assert len(cells) % 7 == 0
    assert [c.day.weekday() for c in cells[:7]] == list(range(7))


def test_a_holiday_is_named_in_english_too():
    assert cell((9, 25), "en").sentence == "25 September: Mid-Autumn Festival, not counted"


def test_make_up_days_and_holidays_carry_their_badge():
    assert [cell(day).mark for day in ((9, 20), (10, 1), (9, 26))] == ["班", "休", ""]


def test_the_strip_in_four_lines():
    assert strip()["sum"] == [
        "9 月 17 日起算，这一天不算",
        "从 9 月 18 日到今天，已经数了 8 天",
        "依法不算的 3 天没有数，放假没有数",
        "再数 2 天，就是 10 月 12 日",
    ]


def test_an_empty_clock_draws_an_empty_strip():
    assert days.day_strip(())["cells"] == []


def test_labels_of_the_desk_strip_do_not_meet():
    flags = days.clock_strip(samples.rows(), promised_on=samples.TODAY, legal_on=samples.PROMISED)["flags"]
    seen = [(a["y"], abs(a["x"] - b["x"])) for a in flags for b in flags if a is not b and a["y"] == b["y"]]
    assert all(gap >= days.LABEL_ROOM for _y, gap in seen)


@pytest.mark.parametrize(("used", "budget", "width"), [(8, 20, 40), (25, 20, 100), (-1, 20, 0), (3, 0, 0)])
def test_a_bar_never_leaves_its_frame(used, budget, width):
    assert days.clock_bar(used, budget)["filled"] == width


def test_an_error_is_said_in_the_same_words_in_the_summary_and_at_the_field():
    html = drawn(
        '{% error_summary errors %}{% field "area" "面积" "八" kind="decimal" hint="平方米" error="只填数字" %}',
        errors=[("area", "只填数字")],
    )
    assert '<a href="#f-area">只填数字</a>' in html
    assert '<label for="f-area">面积</label>' in html
    assert 'id="f-area-e"' in html
    assert 'aria-describedby="f-area-h f-area-e" aria-invalid="true"' in html


def test_nothing_typed_is_trusted():
    html = drawn('{% field "x" label value hint=label error=label %}{% tag "" label %}{% crumb "/" label label %}'
                 '{% kv rows %}{% note "info" %}{{ label }}{% endnote %}', label="<b>'\"", value='"><i>', rows=[("<u>", "<u>")])  # fmt: skip
    assert re.findall(r"<(?:i|u)>|<b>'", html) == []


def test_a_password_is_never_sent_back():
    assert "geheim" not in drawn('{% field "p" "密码" "geheim" kind="password" %}')


def test_an_unknown_option_of_a_field_is_a_bug():
    with pytest.raises(AssertionError, match="colour"):
        drawn('{% field "x" "X" colour="red" %}')


class SignIn(Form):
    login = CharField(label="账号", error_messages={"required": "请填写账号"})


def test_a_django_form_speaks_the_same_way():
    html = drawn("{% form_errors form %}{% form_field form.login %}", form=SignIn({}))
    assert '<a href="#id_login">请填写账号</a>' in html
    assert '<span class="vh">错误：</span>请填写账号' in html


def test_the_badge_has_words_for_every_finding_of_the_browser():
    html = drawn('{% verify_badge "/proof.json" "key" events=11 %}')
    assert re.findall(r'<template data-state="(\w+)"', html) == ["ok", "pending", "bad", "unsupported", "unreachable"]
    assert 'data-proof-url="/proof.json" data-vkey="key" data-events="11"' in html


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["400", "403", "404", "409", "419", "500", "503"])
def test_an_error_page_needs_neither_request_nor_database(name, language):
    with translation.override(language):
        html = get_template(f"{name}.html").render()
    assert html.count("<h1>") == 1
    assert re.findall(r"[\u4e00-\u9fff]", html.replace("简", "")) == [] or language == "zh-hans"


@pytest.mark.parametrize(("path", "most"), [("ui/tb.css", 12_000), ("ui/tb.js", 4_000), ("ui/icons.svg", 4_000)])
def test_files_stay_within_their_budget(path, most):
    import gzip

    assert len(gzip.compress(Path(finders.find(path)).read_bytes(), 9)) <= most


def test_what_others_wrote_is_what_the_manifest_says():
    manifest = Path(finders.find("ui/vendor/vendored.json"))
    held = json.loads(manifest.read_text(encoding="utf-8"))
    for each in held:
        content = (manifest.parent / each["file"]).read_bytes()
        assert sha256(content).hexdigest() == each["sha256"], each["file"]
        assert (manifest.parent / each["licence_file"]).exists()
        assert each.keys() == {"file", "name", "version", "from", "sha256", "licence", "licence_file", "use"}
    listed = {each["file"] for each in held} | {each["licence_file"] for each in held} | {"vendored.json"}
    kept = {str(path.relative_to(manifest.parent)) for path in manifest.parent.rglob("*") if path.is_file()}
    assert kept - listed == set()
