"""With JavaScript switched off the citizen applies and the officer accepts: script only improves."""

import re

import pytest

from tests.journeys import test_one_application as one
from tests.journeys.visitors import DESKTOP, PHONE, Officer, Visitor, file_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PLAIN = {"java_script_enabled": False}
ASKED_NEXT = {"delivery_address", "storage_address", "catering_kind", "website"}  # Asked once what they hang on is known.


def test_the_citizen_applies_and_the_officer_accepts(browser, site):
    citizen = Visitor(browser, site, PHONE, **PLAIN).sign_in("liu")
    citizen.go("/search?q=开饭店").go("/matters/food-business-140106").press("在线申请").press("谁来申请")
    subject = one.SUBJECT | {"uscc": one.USCC, "legal_person_id": "14010019000101003X"}
    for answers in (subject, one.CONTACT, one.PREMISES, one.BUSINESS, one.STAFF):
        later = {name: answers[name] for name in answers if name in ASKED_NEXT}
        citizen.fill({name: answers[name] for name in answers if name not in later}).press("保存并继续")
        if later:
            citizen.says("根据您的回答，这一页还有几项要填").fill(later).press("保存并继续")
    for code in ("layout", "safety_rules"):
        citizen.page.set_input_files(f"#m-{code} input[name=file]", file_of("paper.pdf"))
        with citizen.page.expect_navigation():
            citizen.page.locator(f"#m-{code} form button[type=submit]").first.click()
    citizen.press("继续，去核对").fill({"is_true": True}).press("确认提交").says("申请已提交")
    number = re.search(r"\d{6}-\d{4}-\d{8}-\d", citizen.text())[0]
    citizen.press("看办件进度").says("浏览器没有运行脚本，不能当场核验")
    clerk = Officer(browser, site, DESKTOP, "yz-window", **PLAIN).open(number)
    clerk.act("accept")
    citizen.page.reload()
    citizen.says("法定期限从次日起算").says("为什么是")
    for person in (citizen, clerk):
        person.close()
