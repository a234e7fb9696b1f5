"""The officer's and the supervisor's pages on the running sample, in a real browser: no fault, nothing sticks out, by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web.running import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OFFICERS = ("yz-window", "yz-review", "yz-inspect2", "yz-decide", "yz-fire", "yz-supervise")


def sign_in(page, username):
    page.goto("/account/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", "tongban-demo")
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "login" not in url)


def faults(page):
    found = Axe().run(page, options=AXE).response["violations"]
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [one["id"] for one in found] + (["sticks out"] if over > 1 else [])


@pytest.mark.parametrize(("language", "viewport"), [("zh-hans", PHONE), ("en", DESKTOP)], ids=["zh-phone", "en-desktop"])
@pytest.mark.parametrize("who", OFFICERS)
def test_no_page_of_the_office_has_a_fault(new_page, site, who, viewport, language):
    page = new_page(viewport)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
    sign_in(page, who)
    found = {page.url: faults(page)}
    first = page.locator("main table a[href^='/desk/']").first
    if first.count():
        first.click()
        page.wait_for_load_state()
        found[page.url] = faults(page)
        if page.locator("form.act-form input[name=outcome]").count():  # Nothing chosen: the page with its errors.
            page.locator("form.act-form:has(input[name=outcome]) button[type=submit]").first.click()
            page.wait_for_load_state()
            assert page.locator(".errsum").count() == 1
            found["with errors"] = faults(page)

    assert {where: what for where, what in found.items() if what} == {}


def test_the_list_is_walked_by_keyboard(new_page):
    page = new_page(DESKTOP)
    sign_in(page, "yz-window")
    links = page.eval_on_selector_all("main table tbody a", "all => all.map(a => a.getAttribute('href'))")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**" + links[1])


def test_on_a_phone_the_decision_is_one_touch_away(new_page):
    page = new_page(PHONE)
    sign_in(page, "yz-decide")
    page.locator("main table a").first.click()
    page.click(".actbar a[href='#act']")

    assert page.locator("#act").evaluate("e => Math.abs(e.getBoundingClientRect().top) < innerHeight / 2")


def test_the_public_check_verifies_in_the_readers_own_browser(new_page, site):
    officer, reader = new_page(DESKTOP), new_page(PHONE)
    sign_in(officer, "yz-review")
    officer.locator("main table a").first.click()
    ref = officer.url.split("/desk/")[1].split("/")[0]

    reader.goto(f"/check/{ref}/")
    reader.wait_for_selector(".verify[data-state=ok]", timeout=60_000)

    assert faults(reader) == []
