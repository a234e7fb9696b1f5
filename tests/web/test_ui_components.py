"""The parts of the pages, drawn once each: whole, without inline style or script, and said for those who do not see them."""

import re

import pytest
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation

from tongban.ui import samples


@pytest.fixture(autouse=True)
def _plain_static(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def drawn(source, **context):
    return Template(source).render(Context(context))


def page(language="zh-hans"):
    request = RequestFactory().get("/ui/components")
    with translation.override(language):
        return get_template("ui/components.html").render(samples.context(), request)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_part_carries_inline_style_or_script(language):
    html = page(language)
    assert re.findall(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*\ssrc=)", html) == []


def test_every_id_is_used_once():
    ids = re.findall(r'\sid="([^"]+)"', page())
    assert sorted(i for i in set(ids) if ids.count(i) > 1) == []
