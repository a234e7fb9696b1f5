"""The applicant's pages in a real browser: no fault axe finds, nothing wider than the screen, no script needed."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import ground
from tests.folders.intake_samples import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})
PASSWORD = "tongban-demo"
FILE = {"name": "布局图.pdf", "mimeType": "application/pdf", "buffer": ground.PDF}
CHOSEN = {True: "true", False: "false"}


def sound(page):
    """Nothing sticks out, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0, page.url
    faults = Axe().run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in faults] == [], page.url


def sign_in(page, username, following="/my/"):
    page.goto(f"/account/login/?next={following}")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"**{following if following != f'/apply/{ground.FOOD}/' else '/apply/d/**'}")


def answer(page, name):
    """Give the sample's answer to one field, whatever its control."""
    value = ground.ANSWERS[name]
    if isinstance(value, list):
        for one in value:
            page.locator(f"input[name={name}][value={one}]").check()
    elif page.locator(f"input[name={name}][type=radio]").count():
        page.locator(f"input[name={name}][value={CHOSEN.get(value, value)}]").check()
    else:
        page.locator(f"[name={name}]").fill(str(value))


def fill(page, topic):
    for name in PAGES[topic]:
        if name in ground.ANSWERS and page.locator(f"[name={name}]").count():
            with_fields_redrawn(page, name)
    page.get_by_role("button", name="保存并继续").click()


def with_fields_redrawn(page, name):
    """An answer on which others depend draws the fields anew: wait for that before the next one."""
    is_trigger = page.locator(f"[hx-post] [name={name}]").count()
    if is_trigger:
        with page.expect_response(lambda response: "look=1" in response.url):
            answer(page, name)
        page.wait_for_selector(".htmx-request", state="detached")
    else:
        answer(page, name)


@pytest.mark.parametrize("path", ["/", "/search", "/search?q=开饭店", "/search?q=办饭馆证", "/track?q=1", "/account/register"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_public_pages_are_without_fault(new_page, site, path, language):
    for size in SIZES:
        page = new_page(size)
        page.context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
        page.goto(path)
        sound(page)


@pytest.mark.parametrize(("size", "username"), [(SIZES[0], "wang"), (SIZES[1], "zhao")])
def test_the_whole_application_from_search_to_receipt(new_page, size, username):
    page = new_page(size)
    sign_in(page, username, f"/apply/{ground.FOOD}/")
    sound(page)
    page.get_by_role("link", name="谁来申请").click()
    page.get_by_role("button", name="保存并继续").click()
    assert page.evaluate("document.activeElement.className") == "errsum"
    assert page.title().startswith("错误：")
    page.get_by_role("link", name="请填写单位名称").click()
    assert page.evaluate("document.activeElement.name") == "subject_name"
    sound(page)
    for topic in PAGES:
        page.wait_for_url(f"**/{topic}/*")
        sound(page)
        fill(page, topic)
    page.wait_for_url("**/materials/")
    for section in page.locator("section[id^=m-]").all():
        with page.expect_response(lambda response: response.url.endswith("/materials/")):
            section.locator("input[name=file]").first.set_input_files(FILE)
    expect(page.get_by_text("已上传")).to_have_count(2)
    sound(page)
    page.get_by_role("button", name="继续，去核对").click()
    page.wait_for_url("**/check/")
    sound(page)
    page.get_by_role("button", name="确认提交").click()
    assert page.locator(".errsum").inner_text().startswith("有 1 处需要修改")
    page.locator("input[name=is_true]").check()
    page.get_by_role("button", name="确认提交").click()
    page.wait_for_url("**/done/")
    sound(page)
    page.get_by_role("link", name="看办件进度").click()
    page.wait_for_selector("[data-state=ok], [data-state=pending]")
    sound(page)
    page.goto("/my/")
    sound(page)


def test_an_answer_with_others_behind_it_shows_them_at_once(new_page):
    page = new_page()
    sign_in(page, "liu", f"/apply/{ground.FOOD}/")
    page.get_by_role("link", name="在哪里经营").click()
    page.get_by_label("经营场所地址").fill("柳巷 1 号")
    assert page.get_by_label("仓库地址").count() == 0
    page.locator("input[name=has_storage][value=true]").check()
    page.get_by_label("仓库地址").wait_for()
    assert page.get_by_label("经营场所地址").input_value() == "柳巷 1 号"
    assert page.evaluate("document.activeElement.name") == "has_storage"


def test_the_same_works_without_scripts(new_page):
    page = new_page(java_script_enabled=False)
    sign_in(page, "sun", f"/apply/{ground.FOOD}/")
    page.get_by_role("link", name="在哪里经营").click()
    for name in PAGES["premises"][:3]:
        answer(page, name)
    page.locator("input[name=has_storage][value=true]").check()
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_text("根据您的回答，这一页还有几项要填。").wait_for()
    page.get_by_label("仓库地址").fill("柳巷 2 号")
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_role("link", name="食品经营许可（新办）").click()
    page.get_by_role("link", name="材料", exact=True).click()
    section = page.locator("#m-layout")
    section.locator("input[name=file]").set_input_files(FILE)
    section.locator("button[type=submit]").click()
    page.locator("#m-layout").get_by_role("link", name="布局图.pdf").wait_for()


def test_registering_with_errors_leads_to_each_field(new_page):
    for size in SIZES:
        page = new_page(size)
        page.goto("/account/register")
        page.get_by_label("姓名").fill("周小北（示例）")
        page.get_by_role("button", name="注册并登录").click()
        page.get_by_role("link", name="手机号不对，应为 11 位数字，以 1 开头").click()
        assert page.evaluate("document.activeElement.name") == "phone"
        assert page.get_by_label("姓名").input_value() == "周小北（示例）"
        sound(page)
