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
    "/laws/calendar/2020",
    "/laws/calendar/2028",
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


def signed_in(new_page, username, **options):
    page = new_page(**options)
    page.goto("/account/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", "tongban-demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return page


def without_fault(page):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        faults = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in faults] == []


CSV = "day,kind,name\n2027-01-01,off,元旦\n2027-02-05,off,春节\n2027-02-08,off,春节\n2027-02-14,worked,\n"


def test_a_notice_is_proposed_by_one_and_approved_by_another_without_faults(new_page):
    editor, approver = (signed_in(new_page, f"sx-law-{who}") for who in ("edit", "approve"))
    assert editor.url.endswith("/laws/office")
    for path in ("/laws/office", "/laws/office/rules/xk.decide?as=version", "/laws/office/rules/new", "/laws/office/laws/new"):
        editor.goto(path)
        without_fault(editor)
    editor.goto("/laws/office/notice")
    without_fault(editor)
    editor.get_by_role("button", name="试算并提交批准").click()
    assert editor.title().startswith("错误：")
    without_fault(editor)
    editor.set_input_files("[name=file]", {"name": "2027.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    editor.fill("[name=basis]", "国办发明电〔2026〕9号（示例）")
    editor.get_by_role("button", name="试算并提交批准").click()
    editor.get_by_role("heading", name="等另一名法制管理员批准").wait_for()
    without_fault(editor)
    approver.goto(editor.url)
    without_fault(approver)
    approver.get_by_text("退回", exact=True).first.click()
    approver.get_by_label("退回理由").fill("文号有误")
    approver.get_by_role("button", name="退回提案").click()
    approver.get_by_text("文号有误").wait_for()
    without_fault(approver)
