"""What the first load of a public page costs: bytes as packed for the way, and requests. Nothing is timed.

Budget: HTML 15 KB, the one style sheet 12 KB, scripts 20 KB, the sprite of icons 4 KB, everything 45 KB in six requests."""

import gzip

import pytest

from tests.web.running import PHONE

pytestmark = pytest.mark.browser
KB = 1024
BUDGET = {"document": 15 * KB, "stylesheet": 12 * KB, "script": 20 * KB, "other": 4 * KB, "all": 45 * KB, "requests": 6}
ELEMENTS_MAX = 1500
PAGES = {"home": "/", "search": "/search?q=开饭店", "guide": "/matters/food-business-140106", "progress": ""}


def cost(page, path):
    """Bytes by kind of what the page asks for when nothing is cached, and how often it asks."""
    spent = dict.fromkeys(BUDGET, 0)

    def add(answer):
        kind = answer.request.resource_type
        if answer.url.endswith("proof.json") or "/ui/mark." in answer.url:
            return  # The proof is asked for after the page stands, by the badge alone; the mark is the tab's.
        size = len(gzip.compress(answer.body(), 9))
        spent[kind if kind in spent else "other"] += size
        spent["all"] += size
        spent["requests"] += 1

    page.on("response", add)
    page.goto(path, wait_until="networkidle")
    page.remove_listener("response", add)
    return spent


@pytest.mark.parametrize("name", PAGES)
def test_the_first_load_keeps_the_budget(new_page, name):
    signed_in = new_page(PHONE)
    path = PAGES[name] or progress_of_somebody(signed_in)
    page = new_page(PHONE, storage_state=signed_in.context.storage_state())
    spent = cost(page, path)
    print(f"{name}: " + ", ".join(f"{kind} {size / KB:.1f} KB" if kind != "requests" else f"{size} requests" for kind, size in spent.items()))
    assert {kind: size for kind, size in spent.items() if size > BUDGET[kind]} == {}
    assert page.locator("*").count() <= ELEMENTS_MAX


def progress_of_somebody(page):
    """The page of the first case of a citizen of the sample, who signs in for it."""
    page.goto("/account/login/?next=/my/")
    page.fill("main [name=login]", "wang")
    page.fill("main [name=password]", "tongban-demo")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/my/")
    return page.locator("main table a").first.get_attribute("href")
