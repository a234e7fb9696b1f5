"""The catalogue and the registry in a real browser: nothing axe finds, nothing sticks out, in both languages."""

import pytest

from tests.web.running import DESKTOP

pytestmark = pytest.mark.browser
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NARROW = {"width": 320, "height": 700}
PAGES = ("/matters", "/matters/food-business-140106", "/matters/open-hotel-140728", "/matters/food-business-140106/versions",
         "/regions", "/regions/140106", "/organs", "/organs/11140106DEM000276N")  # fmt: skip


@pytest.mark.parametrize(("viewport", "language"), [(DESKTOP, "zh-hans"), (NARROW, "en")], ids=["desktop", "narrow"])
def test_the_pages_of_the_catalogue_are_open_to_everybody(new_page, site, viewport, language):
    from axe_playwright_python.sync_playwright import Axe

    page = new_page(viewport)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
    wrong = []
    for path in PAGES:
        assert page.goto(path).status == 200
        wrong += [(path, one["id"], one["nodes"][0]["html"]) for one in Axe().run(page, options=AXE).response["violations"]]
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        wrong += [(path, "sticks out", over)] if over > 0 else []
    assert wrong == []


def test_the_guide_leads_to_the_application(page):
    page.goto("/matters")
    page.fill("input[type=search]", "饭店 迎泽")
    page.keyboard.press("Enter")
    page.click("table a")
    assert page.inner_text("h1") == "食品经营许可（新办）"
    page.click("summary >> text=看逐日计算")
    assert page.is_visible(".days")
    assert "/apply/food-business-140106" in page.get_attribute("aside >> text=在线申请", "href")
