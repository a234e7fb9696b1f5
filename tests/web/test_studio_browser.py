"""The studio in a real browser: drawn with bpmn-js, kept without script, checked, played, decided; nothing axe finds."""

import pytest
from playwright.sync_api import expect

from tests.web.running import DESKTOP, PHONE
from tests.web.test_cases_browser import faults, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RENAMED = "资料核对"
RENAME = """name => {
  const modeler = document.querySelector("[data-studio]").modeler;
  modeler.get("modeling").updateLabel(modeler.get("elementRegistry").get("document_review"), name);
}"""


def begun(page):
    """The page where the draft is written; a draft left by another test is taken up."""
    page.goto("/studio/permit/")
    start = page.get_by_role("button", name="起草新版本")
    if start.count():
        start.click()
    else:
        page.get_by_role("link", name="看草稿").click()
        page.get_by_role("link", name="修改").click()
    page.wait_for_url("**/edit")
    return page


def dropped(page):
    page.get_by_role("button", name="放弃这份草稿").click()
    page.wait_for_url("**/studio/permit/")


def test_what_is_drawn_is_saved_checked_and_played(new_page):
    page = new_page(DESKTOP)
    sign_in(page, "sx-write")
    assert page.url.endswith("/studio/")
    found = {page.url: faults(page)}
    begun(page).wait_for_selector(".djs-container .djs-shape")
    assert page.locator("a.bjs-powered-by").is_visible(), "the licence of bpmn-js asks for its mark"
    page.evaluate(RENAME, RENAMED)
    page.wait_for_function(f"document.querySelector('[name=flow_xml]').value.includes('{RENAMED}')")
    found[page.url] = faults(page)
    page.fill("[name=reason]", "示例：改名")
    page.get_by_role("button", name="保存并检查").click()
    page.wait_for_url(lambda url: url.endswith("/") and "/drafts/" in url)
    expect(page.locator(".card-h:has(#report) .tag.ok")).to_be_visible()
    expect(page.locator("pre.diff", has_text=RENAMED)).to_be_visible()
    page.get_by_role("button", name="用这份草稿演练").click()
    page.wait_for_selector("section:has(#played) li .tag.ok")
    found[page.url] = faults(page)
    page.get_by_role("button", name="提交批准").click()
    page.wait_for_selector("text=您提交的草稿")
    approver = new_page(PHONE)
    sign_in(approver, "sx-publish")
    approver.goto(page.url)
    found["approver"] = faults(approver)
    approver.fill("[name=remark]", "示例：请补依据")
    approver.get_by_role("button", name="退回修改").click()
    approver.wait_for_selector("text=已退回。")
    page.reload()
    dropped(page)
    assert {where: what for where, what in found.items() if what} == {}


def test_without_script_the_texts_are_written_and_a_fault_is_told(new_page):
    page = new_page(PHONE, java_script_enabled=False)
    sign_in(page, "sx-write")
    begun(page)
    assert not page.locator("[data-modeler]").is_visible()
    page.fill("[name=reason]", "示例：期限")
    text = page.locator("[name=document_text]")
    text.fill(text.input_value().replace("limit_working_days: 3", "limit_working_days: 300", 1))
    page.get_by_role("button", name="保存并检查").click()
    expect(page.locator(".card-h:has(#report) .tag.red")).to_be_visible()
    page.get_by_role("button", name="提交批准").click()
    expect(page.locator(".errsum")).to_contain_text("检查没有通过")
    dropped(page)
