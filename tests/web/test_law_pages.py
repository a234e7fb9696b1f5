"""The pages of the law in a real browser: no fault axe finds, nothing wider than the screen, no script needed."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

WIDTHS = (1440, 390)
COURSE = "course=permit&filed_on=2026-09-17&correction_on_day=3&corrected_after_days=2&accepted_on_day=1"
PAGES = (
    "/laws",
    "/laws?q=听证",
    "/laws/administrative-reconsideration-law",
    "/laws/calendar",
    "/periods/cf.decide?trigger=2026-07-06",
    "/periods/fy.decide?trigger=2023-12-05",
    "/periods/xk.decide?trigger=2026-12-04&extended=1",
    "/periods/xk.decide?trigger=yesterday",
    "/periods/xk.receipt",
    f"/laws/simulate?{COURSE}&stop_ground=听证&stop_on_day=5&stop_days=12&promised_working_days=10",
    "/laws/simulate?course=permit&filed_on=",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_without_fault_at_both_widths(new_page, path):
    for width in WIDTHS:
        page = new_page({"width": width, "height": 900})
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        faults = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in faults] == []


def test_a_citizen_tries_out_a_course_without_scripts(new_page):
    page = new_page(java_script_enabled=False)
    page.goto("/laws/simulate")
    page.get_by_label("哪天提交申请").fill("2026-09-17")
    page.get_by_text("听证、检测等不计入的时间").click()
    page.get_by_label("中间有什么不计入期限").fill("听证")
    page.get_by_label("一共几天").fill("12")
    page.get_by_role("button", name="试算").click()
    assert page.locator("#result").locator("..").locator("..").get_by_text("2026 年 11 月 2 日").is_visible()
    page.get_by_role("link", name="《行政许可法》第42条第1款").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "《行政许可法》第42条第1款"


def test_a_wrong_day_is_said_above_and_at_the_field(page):
    page.goto("/periods/xk.decide?trigger=yesterday")
    assert page.title().startswith("错误：")
    page.locator(".errsum a, [role=alert] a").first.click()
    assert page.evaluate("document.activeElement.name") == "trigger"
