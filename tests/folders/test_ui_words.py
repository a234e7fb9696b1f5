"""Days, moments, sums and names, as a reader of each language expects them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest
from django.utils import translation

from tongban.core import refusal
from tongban.ui.templatetags.ui import words

DAY = date(2026, 10, 12)
AT = datetime(2026, 10, 9, 16, 5, tzinfo=UTC)  # Already the 10th in Shanghai.


def both(write, *args):
    with translation.override("zh-hans"):
        chinese = str(write(*args))
    with translation.override("en"):
        return chinese, str(write(*args))


@pytest.mark.parametrize(("write", "value", "expected"), [
    (words.cn_day, DAY, ("10 月 12 日 星期一", "12 October (Mon)")),
    (words.cn_day, AT, ("10 月 10 日 星期六", "10 October (Sat)")),
    (words.cn_date, DAY, ("2026 年 10 月 12 日", "12 October 2026")),
    (words.day_only, DAY, ("10 月 12 日", "12 October")),
    (words.md, DAY, ("10/12", "12 Oct")),
    (words.moment, AT, ("10 月 10 日 00:05", "10 October, 00:05")),
    (words.full_moment, AT, ("2026 年 10 月 10 日 00:05", "10 October 2026, 00:05")),
    (words.clock_time, AT, ("00:05", "00:05")),
    (words.when, DAY, ('<time datetime="2026-10-12">10 月 12 日 星期一</time>',
                       '<time datetime="2026-10-12">12 October (Mon)</time>')),
    (words.when, AT, ('<time datetime="2026-10-10T00:05+08:00">10 月 10 日 00:05</time>',
                      '<time datetime="2026-10-10T00:05+08:00">10 October, 00:05</time>')),
    (words.money, 120_000, ("1,200 元", "CNY 1,200")),
    (words.money, 12_050, ("120.50 元", "CNY 120.50")),
    (words.money, 0, ("0 元", "CNY 0")),
    (words.money, -5, ("-0.05 元", "CNY -0.05")),
    (words.count, 3146, ("3,146", "3,146")),
    (words.file_size, 1_258_291, ("1.2 MB", "1.2 MB")),
    (words.file_size, 10, ("1 KB", "1 KB")),
    (words.working_days, 1, ("1 个工作日", "1 working day")),
    (words.working_days, 10, ("10 个工作日", "10 working days")),
])  # fmt: skip
def test_a_value_in_both_languages(write, value, expected):
    assert both(write, value) == expected


@pytest.mark.parametrize("write", [
    words.cn_day, words.cn_date, words.day_only, words.md, words.moment, words.full_moment, words.clock_time,
    words.when, words.money, words.count, words.percent, words.file_size, words.working_days, words.local, words.said,
])  # fmt: skip
def test_nothing_is_written_as_nothing(write):
    assert both(write, None) == ("", "")


@pytest.mark.parametrize(("ratio", "expected"), [
    (Decimal("0.993"), "99.3%"), (Fraction(1, 3), "33.3%"), (1, "100%"), (0, "0%"),
    (Fraction(9999, 10000), "99.9%"), (Fraction(1, 2), "50%"),
])  # fmt: skip
def test_a_share_is_a_hundred_per_cent_only_when_nothing_is_missing(ratio, expected):
    assert words.percent(ratio) == expected


@pytest.mark.parametrize(("thing", "field", "expected"), [
    ({"zh": "受理", "en": "Accept"}, "", ("受理", "Accept")),
    ({"zh": "受理"}, "", ("受理", "受理")),
    (SimpleNamespace(title="食品经营许可", title_en="Food business licence"), "", ("食品经营许可", "Food business licence")),
    (SimpleNamespace(title="食品经营许可", title_en=""), "", ("食品经营许可", "食品经营许可")),
    (SimpleNamespace(name="太原市", name_en="Taiyuan"), "", ("太原市", "Taiyuan")),
    ({"words": "国庆节", "words_en": "National Day"}, "words", ("国庆节", "National Day")),
    ("原样", "", ("原样", "原样")),
])  # fmt: skip
def test_a_bilingual_thing_is_read_in_the_active_language_and_never_left_out(thing, field, expected):
    assert both(words.local, thing, field) == expected


def test_a_phrase_of_law_by_its_code():
    assert both(words.phrase, "accepted", "status") == ("已受理", "Accepted")
    assert both(words.phrase, "unknown", "status") == ("unknown", "unknown")


class Expired(refusal.Refusal):
    says = "期限（规则%(rule)s）没有停止计算，不需要恢复"


class ClosedOn(refusal.Refusal):
    says = "%(day)s，已办结"


def test_a_refusal_speaks_the_readers_language_and_writes_days_as_days():
    assert both(words.said, Expired(rule="xk.decide"))[1] == "The clock (rule xk.decide) is not stopped, so there is nothing to resume."
    assert both(words.said, ClosedOn(day=DAY)) == ("10 月 12 日，已办结", "12 October: closed")
