"""The English catalogue follows the Chinese source: what is taken in, what is kept, what is refused."""

import pytest

from tongban.ui import catalogue

PAGE = """{% load x %}{% trans "首页" %}{% trans "今天" context "逐日格" %}{{ name|default:_("无") }}
{% blocktrans count n=rows|length %}{{ n }} 件{% plural %}{{ n }} 件{% endblocktrans %}{% verbatim %}{% trans "不取" %}{% endverbatim %}"""
CODE = '''"""Module."""
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
A = _("受理")
B = pgettext_lazy("角色", "申请人")


class Closed(Exception):
    says = "已办结：%(number)s"
'''


@pytest.fixture
def house(tmp_path):
    (tmp_path / "desk" / "templates").mkdir(parents=True)
    (tmp_path / "desk" / "templates" / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "desk" / "acts.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def words(catalog):
    return {(m.context, m.id if isinstance(m.id, str) else m.id[0]) for m in catalog if m.id}


def translated(house, **english):
    """A catalogue in which every message has its English, save those given."""
    po = house / "django.po"
    held = catalogue.update(po, house)
    for message in held:
        if message.id:
            text = english.get(message.id if isinstance(message.id, str) else "", "%(number)s" if "%(number)s" in message.id else "x")
            message.string = ("%(n)s case", "%(n)s cases") if message.pluralizable else text
    po.write_bytes(catalogue.written(held))
    po.with_suffix(".mo").write_bytes(catalogue.compiled(po))
    return po


def test_templates_code_and_the_sentences_of_refusals_are_all_taken_in(house):
    assert words(catalogue.template(house)) == {
        (None, "首页"), ("逐日格", "今天"), (None, "无"), (None, "%(n)s 件"),
        (None, "受理"), ("角色", "申请人"), (None, "已办结：%(number)s"),
    }


def test_a_complete_catalogue_has_no_faults(house):
    assert catalogue.faults(translated(house), house) == []


def test_an_update_keeps_what_is_translated_and_drops_what_is_gone(house):
    po = translated(house, 首页="Home")
    (house / "desk" / "acts.py").write_text('"""Module."""\n', encoding="utf-8")
    held = catalogue.update(po, house)
    assert held.get("首页").string == "Home"
    assert held.get("%(n)s 件").string == ("%(n)s case", "%(n)s cases")
    assert ("角色", "申请人") not in words(held)


def test_a_new_sentence_without_english_is_a_fault(house):
    po = translated(house)
    (house / "desk" / "more.py").write_text('_ = str\nC = _("新句")\n', encoding="utf-8")
    assert catalogue.faults(po, house) == ["missing: 新句"]


def test_a_sentence_that_loses_its_place_is_a_fault(house):
    po = translated(house, **{"已办结：%(number)s": "Closed"})
    assert catalogue.faults(po, house) == ["places differ: 已办结：%(number)s -> Closed"]


def test_an_empty_sentence_is_a_fault(house):
    assert catalogue.faults(translated(house, 首页=""), house) == ["empty: 首页"]


def test_a_catalogue_that_was_not_compiled_is_a_fault(house):
    po = translated(house)
    po.with_suffix(".mo").write_bytes(b"old")
    assert catalogue.faults(po, house) == ["not compiled: run `messages --compile`"]
