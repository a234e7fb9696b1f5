"""The ledger's pages in a real browser: no fault that axe finds, and the verdict on screen."""

import datetime
import pathlib

import pytest

from tests.web import browser as browsers
from tongban.core import merkle
from tongban.ledger import actions, jobs, queries

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
REF = "00010203-0405-0607-0809-0a0b0c0d0e0f"


@pytest.fixture
def page():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browsers.options())
        yield browser.new_page(locale="zh-CN")
        browser.close()


@pytest.fixture(autouse=True)
def grown(settings, tmp_path):
    settings.LEDGER_FOLDER = tmp_path
    settings.LEDGER_ORIGIN = "ledger.example"
    queries.forget_tiles()
    previous = b""
    for n in range(1, 13):
        one = actions.queued_entry(
            region_code="140106", case_id=1, ref=REF, event_n=n, kind="Completed", previous=previous,
            matter="food@1", node="intake", at=AT, capacity="post-7", due=datetime.date(2026, 3, 30),
            said={"reason": "符合条件"}, attachments=[],
        )
        actions.queue(region_code="140106", entries=[one])
        previous = merkle.leaf_hash(one.entry)
    jobs.take_turn(at=AT)


def faults(page):
    from axe_playwright_python.sync_playwright import Axe

    return [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_of_the_ledger(page, live_server, tmp_path, width):
    page.set_viewport_size({"width": width, "height": 900})
    said = []
    page.on("console", lambda message: said.append(message.text))
    shots = pathlib.Path(tmp_path)
    for name, path in (("ledger", "/ledger"), ("log", "/ledger/140100"), ("verify", "/verify")):
        page.goto(live_server.url + path)
        if name == "log":
            page.wait_for_selector("[data-monitor]:not([data-state=checking])")
            assert page.text_content("[data-monitor] [data-verify=title]") == "已记下这个检查点"
            page.reload()
            page.wait_for_selector("[data-monitor]:not([data-state=checking])")
            assert page.text_content("[data-monitor] [data-verify=title]") == "从您上次来，账本只增不改"
        if name == "verify":
            page.fill("textarea", queries.receipt_text("140106", 1, 7))
            page.click("form[data-verify-receipt] button[type=submit]")
            page.wait_for_selector("[data-finding][data-state=ok]")
            assert "第 6 条（从 0 数起，共 12 条）" in page.text_content("[data-verify=words]")
        page.screenshot(path=str(shots / f"{name}-{width}.png"), full_page=True)
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
