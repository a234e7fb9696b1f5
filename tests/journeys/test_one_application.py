"""The walk of one application, stop by stop as ARCHITECTURE.md has it, in a real browser, on a desk and on a phone."""

import io
import re

import pypdf
import pytest

from tests.journeys.visitors import DESKTOP, PHONE, Officer, Visitor, file_of
from tests.web.running import ROOT
from tongban.core import codes

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WALK = re.compile(r"^\d+\. \*\*(.+?)\*\*", re.MULTILINE)
WRONG_USCC, USCC = "92140106DEM0096010", "92140106DEM009601C"  # The place of a check digit, and the right one.
SIZES = {"desk": (DESKTOP, 101), "phone": (PHONE, 201)}
GRANTED = "经审查，材料齐全，现场核查符合食品安全法第三十三条的条件。"

SUBJECT = {
    "subject_type": "sole_trader", "subject_name": "迎泽区柳巷晋味面馆（示例）", "uscc": WRONG_USCC,
    "registered_address": "太原市迎泽区柳巷 1 号（示例）", "legal_person": "周小雨（示例）",
}
CONTACT = {"has_agent": False, "delivery": "post", "delivery_address": "太原市迎泽区柳巷 1 号（示例）"}
PREMISES = {
    "premises_address": "太原市迎泽区柳巷 1 号 1 层（示例）", "area": "86.5", "kitchen_area": "30", "has_storage": True,
    "storage_address": "太原市迎泽区五一路 9 号（示例）",
}
BUSINESS = {
    "operator_kind": "catering", "catering_kind": "ordinary", "business_items": ["hot", "cold"], "is_online": True,
    "website": "https://example.invalid/shop", "has_machines": False,
}
STAFF = {
    "staff_count": "6", "health_certified_count": "6", "manager_name": "李示例", "manager_phone": "15400000012",
    "has_director": False,
}


class Walk:
    """One application and everybody who has a hand in it."""

    def __init__(self, browser, site, viewport, order):
        self.browser, self.site, self.viewport, self.order = browser, site, viewport, order
        self.citizen = Visitor(browser, site, viewport)
        self.officers = {}
        self.number = self.ref = ""

    def officer(self, name):
        if name not in self.officers:
            self.officers[name] = Officer(self.browser, self.site, self.viewport, f"yz-{name}")
        return self.officers[name]

    def everybody(self):
        return [self.citizen, *self.officers.values()]

    def register(self):
        """A number of nobody: a place no card carries, a birth in 1900; a slip keeps what was typed."""
        self.id_number = codes.resident_id("140100", "19000102", self.order)
        typed = {"name": "周小雨（示例）", "id_number": self.id_number[:-1] + "?", "phone": "15400000021", "consent": True}
        self.citizen.go("/").look("home").go("/account/register").look().fill(typed | {"password": "spring-noodles"})
        self.citizen.press("注册并登录").says("身份证号码不对").look()
        assert self.citizen.answers(["name", "phone"]) == {"name": "周小雨（示例）", "phone": "15400000021"}
        self.citizen.fill({"id_number": self.id_number, "password": "spring-noodles", "consent": True})
        self.citizen.press("注册并登录")

    def find_the_matter(self):
        page = self.citizen.go("/").page
        page.fill("main input[name=q]", "开饭店")
        with page.expect_navigation():
            page.press("main input[name=q]", "Enter")
        self.citizen.look()
        here = page.locator("main li", has_text="太原市迎泽区行政审批服务管理局")
        with page.expect_navigation():
            here.locator("h3 a").click()

    def read_the_guide(self):
        page = self.citizen.look("guide").says("食品经营许可（新办）").says("7 个工作日").says("20 个工作日").page
        if self.viewport is DESKTOP:
            assert "现场核查" in page.text_content("main svg.flow")
        page.click("summary >> text=看逐日计算")
        page.wait_for_selector("#clock .days")
        self.citizen.look("flow", at="#flow").press("在线申请")

    def fill_the_form(self):
        citizen = self.citizen.look()
        citizen.press("谁来申请").look().fill(SUBJECT | {"legal_person_id": self.id_number}).press("保存并继续")
        citizen.says("统一社会信用代码").look()
        assert citizen.page.locator(".errsum").is_visible()
        assert citizen.answers(["subject_name", "uscc"]) == {name: SUBJECT[name] for name in ("subject_name", "uscc")}
        citizen.fill({"uscc": USCC}).press("保存并继续")
        citizen.fill(CONTACT).look().press("保存并继续")
        citizen.fill(PREMISES).look().press("保存并继续")
        citizen.fill(BUSINESS).look("apply").press("保存并继续")
        citizen.fill(STAFF).look().press("保存并继续")

    def hand_in_materials(self):
        citizen = self.citizen.look()
        self.choose("layout", {"name": "layout.docx", "mimeType": "application/octet-stream", "buffer": b"PK\x03\x04 words"})
        citizen.says("您选的“layout.docx”不是，没有上传").look()
        self.choose("layout", file_of("plan.png"))
        self.choose("safety_rules", file_of("paper.pdf"))
        citizen.look()
        assert citizen.page.locator("main .tag", has_text="已上传").count() == 2
        citizen.press("继续，去核对")

    def choose(self, code, file):
        """Choose a file for a material: it is kept at once."""
        with self.citizen.page.expect_response(lambda answer: f"/materials/{code}/" in answer.url):
            self.citizen.page.set_input_files(f"#m-{code} input[name=file]", file)
        self.citizen.settle()

    def submit(self):
        citizen = self.citizen.look()
        for words in (SUBJECT["subject_name"], PREMISES["storage_address"], "普通餐饮", "plan.png"):
            citizen.says(words)
        citizen.fill({"is_true": True}).press("确认提交").says("申请已提交").look()
        self.number = re.search(r"\d{6}-\d{4}-\d{8}-\d", citizen.text())[0]
        address = citizen.qr("svg.qr")
        assert address.startswith(f"{self.site.url}/cases/")
        self.ref = address.rstrip("/").rpartition("/")[2]
        citizen.go(address).says(self.number).look()

    def ask_once_for_corrections(self):
        clerk = self.officer("window").open(self.number).look()
        clerk.act("request_supplement", "确认一次告知补正", what_layout="请在平面图上标明更衣、洗手的位置。")

    def supplement(self):
        citizen = self.citizen.go(f"/cases/{self.ref}/").says("请在平面图上标明更衣、洗手的位置。").look()
        citizen.press("去补正").look()
        self.choose("layout", file_of("plan.png"))
        citizen.look().press("提交补正").look()

    def accept(self):
        clerk = self.officer("window").open(self.number).look("desk")
        assert clerk.form("request_supplement").count() == 0, "the law allows no second time"
        clerk.act("accept")
        citizen, badge = self.citizen.go(f"/cases/{self.ref}/"), self.citizen.page.locator("section.verify")
        citizen.until(lambda: badge.get_attribute("data-state") == "ok", "verdict of the browser").says("为什么是").look("case")
        self.officer("supervise").go("/oversight/").says(self.number).look("cockpit")

    def review_in_parallel(self):
        self.officer("inspect1").open(self.number).look().act("complete", outcome="pass", reason="现场与图纸一致。")
        self.officer("review").open(self.number).look().act("complete", outcome="agree", reason="材料齐全，布局合理。")
        second = self.officer("inspect2").open(self.number).says("已有 1 人签字，本环节须 2 人签字").look()
        second.act("complete", outcome="pass", reason="与张伟共同核查，符合要求。")

    def decide(self):
        decider = self.officer("decide").open(self.number).look()
        form = decider.form("decide")
        form.locator('[value="grant"]').check()
        form.locator('[name="reason"]').fill(GRANTED)
        with decider.page.expect_navigation():
            form.locator("button[type=submit]").click()
        decider.says("作出“准予许可”的决定").says(GRANTED).look().press("返回修改")
        decider.act("decide", "确认准予许可", outcome="grant")

    def notice_and_licence(self):
        citizen = self.citizen.go(f"/cases/{self.ref}/")
        papers = citizen.page.locator("section[aria-labelledby=papers]")
        decided, licence = papers.locator("a", has_text="准予"), papers.locator("a", has_text="食品经营许可证")
        citizen.until(lambda: decided.count() and licence.count() and "正在生成" not in papers.inner_text(), "licence")
        citizen.look()
        assert GRANTED in self.pdf(decided)
        written = self.pdf(licence)
        for words in (SUBJECT["subject_name"], USCC):
            assert words in written
        check = re.search(rf"{re.escape(self.site.url)}/licences/[0-9a-z-]+", written)[0]
        citizen.go(check).says("真实有效").says(SUBJECT["subject_name"]).look()

    def pdf(self, link):
        """The words of the paper behind the link, without the breaks a line needs."""
        path = link.get_attribute("href").rstrip("/").removesuffix(".pdf")  # As text first; the PDF lies beside it.
        read = pypdf.PdfReader(io.BytesIO(self.citizen.download(f"{path}.pdf")))
        return re.sub(r"\s", "", "".join(page.extract_text() for page in read.pages))

    def serve(self):
        self.officer("window").open(self.number).look().act("serve", how="electronic")
        self.citizen.go(f"/cases/{self.ref}/").says("送达").look()

    def verify(self):
        citizen, badge = self.citizen, self.citizen.page.locator("section.verify")
        citizen.until(lambda: badge.get_attribute("data-state") == "ok", "verdict of the browser")
        assert "记录完整，可核验" in badge.inner_text()
        citizen.look()
        receipt = citizen.download(f"/cases/{self.ref}/receipt")
        citizen.go("/verify").page.fill("textarea", receipt.decode())
        citizen.page.click("form[data-verify-receipt] button[type=submit]")
        citizen.page.wait_for_selector("[data-finding][data-state=ok]")
        citizen.says("回执真实").look("verify")

    def supervise(self):
        supervisor = self.officer("supervise").go("/oversight/").look()
        assert self.number not in supervisor.text(), "the case is over"
        supervisor.go("/oversight/rules/").look()


WALKED = (
    Walk.register, Walk.find_the_matter, Walk.read_the_guide, Walk.fill_the_form, Walk.hand_in_materials, Walk.submit,
    Walk.ask_once_for_corrections, Walk.supplement, Walk.accept, Walk.review_in_parallel, Walk.decide,
    Walk.notice_and_licence, Walk.serve, Walk.verify, Walk.supervise,
)


def title(stop):
    return stop.__name__.replace("_", " ").capitalize()


def test_the_walk_is_the_one_of_the_architecture():
    assert WALK.findall((ROOT / "ARCHITECTURE.md").read_text()) == [title(stop) for stop in WALKED]


@pytest.mark.parametrize("size", SIZES)
def test_one_application(browser, site, size):
    walk = Walk(browser, site, *SIZES[size])
    for stop in WALKED:
        try:
            stop(walk)
        except Exception as error:
            error.add_note(f"at the stop: {title(stop)}")
            raise
    for one in walk.everybody():
        one.close()
