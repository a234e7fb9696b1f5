"""One application, three departments side by side (并联审批): opening a hotel, through the pages to the decision."""

import re

import pytest

from tests.journeys.visitors import DESKTOP, Officer, Visitor, file_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DEPARTMENTS = {"police": "太原市公安局迎泽分局", "fire": "太原市迎泽区消防救援大队", "health": "太原市迎泽区卫生健康局"}
PAGES = (
    {
        "subject_type": "enterprise", "subject_name": "太原汾畔客栈有限公司（示例）", "uscc": "91140106DEM009602J",
        "registered_address": "太原市迎泽区桃园路 8 号（示例）", "legal_person": "赵小红（示例）",
        "legal_person_id": "140100190001010021",
    },
    {"has_agent": False, "delivery": "electronic"},
    {
        "hotel_name": "汾畔客栈", "premises_address": "太原市迎泽区桃园路 8 号（示例）", "premises_right": "leased", "area": "1260",
        "floors": "6", "floor_from": "2", "floor_to": "5", "rooms": "48", "beds": "80",
    },
    {
        "fire_acceptance": "accepted", "fire_commitment": "inspection", "exits": "3", "has_sprinklers": True, "cameras": "36",
        "security_name": "高示例", "security_phone": "15400000013", "has_guest_system": True,
    },
    {
        "staff_count": "18", "health_certified_count": "18", "has_central_air": False, "has_pool": False, "water_kind": "mains",
        "linen": "sent_out",
    },
)


def apply(citizen):
    """From the guide to the receipt; the number of the case."""
    citizen.go("/matters/open-hotel-140106").look().press("在线申请").press("谁来申请")
    for answers in PAGES:
        citizen.look().fill(answers).press("保存并继续")
    page = citizen.page
    while page.locator("main input[name=file]:visible").count():
        code = page.locator("section[id^=m-]:has(.tag.line)").first.get_attribute("id")
        with page.expect_response(lambda answer: "/materials/" in answer.url and answer.request.method == "POST"):
            page.set_input_files(f"#{code} input[name=file]", file_of("paper.pdf"))
        page.locator(f"#{code} .tag.ok").wait_for()
        citizen.settle()
    citizen.look().press("继续，去核对").look().fill({"is_true": True}).press("确认提交")
    return re.search(r"\d{6}-\d{4}-\d{8}-\d", citizen.says("申请已提交").text())[0]


def test_three_departments_examine_side_by_side(browser, site):
    citizen = Visitor(browser, site, DESKTOP).sign_in("zhao")
    officers = {name: Officer(browser, site, DESKTOP, f"yz-{name}") for name in ("window", "decide", *DEPARTMENTS)}
    number = apply(citizen)
    officers["window"].open(number).look().act("accept")
    for name in DEPARTMENTS:  # Each has it on his desk at the same time, before any of them has said a word.
        officers[name].open(number).says("各部门意见").look()
    for name, organ in DEPARTMENTS.items():
        assert number not in officers["decide"].go("/desk/").text(), "not before the last of the three"
        officers[name].act("complete", outcome="agree", reason=f"{organ}：符合本部门许可条件。")
    decider = officers["decide"].open(number).look()
    for organ in DEPARTMENTS.values():
        decider.says(organ).says(f"{organ}：符合本部门许可条件。")
    decider.act("decide", "确认准予许可", outcome="grant", reason="三个部门均同意。")
    citizen.go("/my/").look().press("开办旅馆并联审批", within=f"main tr:has-text('{number}')")
    citizen.says("准予许可").look()
    for organ in DEPARTMENTS.values():
        citizen.says(organ)
    for one in (citizen, *officers.values()):
        one.close()
