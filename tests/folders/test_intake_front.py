"""The front door: home, search, following a number, registering."""

import datetime as dt
import html
import re

import pytest
from django.utils import translation

from tests import ground
from tests.folders import intake_samples as applicant
from tongban.cases import queries as cases
from tongban.core import codes
from tongban.intake import queries
from tongban.matters import models as matter_models
from tongban.people import models as people_models

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _place(registry, monkeypatch, settings, tmp_path):
    applicant.at(monkeypatch)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode())))


# Home


def test_the_home_page_says_whether_the_window_is_open_and_what_counts(client):
    shown = text(client.get("/"))
    assert "今天 3 月 2 日，窗口 9:00–12:00，13:30–17:30 开放" in shown
    assert "一网办事，依法按时" in shown


@pytest.mark.parametrize(("day", "words"), [
    (dt.date(2026, 2, 27), "明天周末调休，照常上班，计入办理期限。"),
    (dt.date(2026, 4, 5), "清明节放假，窗口 4 月 7 日 星期二 开放"),
    (dt.date(2026, 3, 7), "今天 3 月 7 日 休息，窗口 3 月 9 日 星期一 开放"),
    (dt.date(2026, 4, 30), "明天放假，不计入办理期限；网上随时可以提交。"),
])  # fmt: skip
def test_the_week_box_knows_the_calendar_of_the_state(client, monkeypatch, day, words):
    applicant.at(monkeypatch, dt.datetime.combine(day, dt.time(10), ground.CHINA))
    assert words in text(client.get("/"))


def test_one_matter_of_several_places_is_one_line_with_the_span_of_its_promises(client):
    shown = text(client.get("/"))
    assert re.search(r"食品经营许可（新办） 小店区、迎泽区、榆次区、平遥县 7–8 20 ", shown)


def test_the_figures_of_the_month_are_counted_from_the_cases(client, monkeypatch):
    assert "本月还没有作出决定的件" in text(client.get("/"))
    walk = ground.file(at=applicant.AT).accepted()
    walk.wait(days=2).reviewed().decided()
    ground.file(at=applicant.AT).accepted()
    applicant.at(monkeypatch, applicant.AT + dt.timedelta(days=29))
    shown = text(client.get("/"))
    assert "2026 年 3 月 1 日至3 月 31 日" in shown
    assert "2 收到申请 1 已决定 100% 在法定期限内决定 2.0 平均工作日，从受理到决定 1 超过法定期限" in shown
    assert "最近办得最多" in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_the_home_page_asks_the_same_of_the_database_for_one_case_and_for_three(
    client, rows, django_assert_num_queries
):
    for _n in range(rows):
        ground.file(at=applicant.AT)
    client.get("/")
    with django_assert_num_queries(6):
        client.get("/")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_scene_and_popular_search_finds_something(client, language):
    with translation.override(language):
        offered = queries.portal()
        for scene in (*offered.scenes, *offered.popular):
            assert matters_found(scene.search), scene


def matters_found(words):
    return queries.find(words, viewer=cases.Viewer(), on=applicant.AT.date()).rows


# Search


def test_search_groups_what_may_be_done_and_what_the_law_says(client):
    shown = text(client.get("/search", {"q": "开饭店"}))
    assert "“开饭店”的搜索结果" in shown
    assert shown.count("食品经营许可（新办） ") == 8  # four places, title and link
    assert "承诺 7 个工作日，法定 20 个工作日" in shown
    law = text(client.get("/search", {"q": "行政许可法 受理"}))
    assert "法律怎么规定期限" in law


def test_nothing_found_offers_the_nearest_and_a_person(client):
    shown = text(client.get("/search", {"q": "办饭馆营业证照"}))
    assert "没有找到完全符合的" in shown
    assert "食品经营许可（新办）" in shown
    assert "拨打 12345 ，说出您想做的事" in shown


def test_an_empty_search_lists_everything(client):
    assert "全部事项" in text(client.get("/search"))


def test_a_search_longer_than_anybody_types_is_cut(client):
    assert client.get("/search", {"q": "饭" * 5000}).status_code == 200


def test_a_closed_matter_is_shown_as_closed(client):
    matter_models.Matter.objects.filter(code=ground.FOOD).update(is_open=False)
    assert "现在不受理" in text(client.get("/search", {"q": "开饭店"}))


@pytest.mark.parametrize("rows", [1, 3])
def test_search_asks_the_same_of_the_database_for_one_row_and_for_three(
    client, rows, django_assert_num_queries
):
    listed = list(matter_models.Matter.objects.filter(item="food_business").values_list("code", flat=True))
    matter_models.Matter.objects.filter(code__in=listed[rows:]).update(words="")
    client.get("/search", {"q": "开饭店"})
    with django_assert_num_queries(1):
        shown = client.get("/search", {"q": "开饭店"}).content.decode()
    assert shown.count('>在线申请<') == rows


def test_ones_own_number_leads_to_the_case_and_anothers_does_not(client):
    walk = ground.file(at=applicant.AT)
    number = walk.done.number
    applicant.signed_in(client)
    assert client.get("/search", {"q": f" {number} "}).url == f"/cases/{walk.done.ref}/"
    assert client.get("/track", {"q": number}).url == f"/cases/{walk.done.ref}/"
    applicant.signed_in(client, "zhao")
    nobodys = codes.case_number("140106", 2026, 999)
    others, none = (text(client.get("/track", {"q": q})) for q in (number, nobodys))
    assert "没有找到这个办件，或者它不是用这个账号提交的。" in others
    assert others.replace(number, "") == none.replace(nobodys, "")


def test_a_number_is_answered_to_nobody_who_is_not_signed_in(client):
    shown = text(client.get("/track", {"q": ground.file(at=applicant.AT).done.number}))
    assert "进度只给本人看" in shown


def test_a_number_with_a_wrong_digit_is_told_from_the_check_digit(client):
    assert "最后一位是校验码" in text(client.get("/track", {"q": "140106-2026-00000001-9"}))


# Registering

GOOD = {"name": "周小北（示例）", "id_number": "140100190001010099", "phone": "154 0000 0009",
        "password": "correct horse", "consent": "1"}  # fmt: skip


def good():
    return GOOD | {"id_number": codes.resident_id("140100", "19000101", 9)}


def test_a_citizen_registers_and_is_signed_in_where_he_was_going(client):
    answer = client.post("/account/register", good() | {"next": f"/apply/{ground.FOOD}/"})
    assert answer.url == f"/apply/{ground.FOOD}/"
    assert client.get(answer.url).status_code == 302
    person = people_models.Person.objects.get(name__startswith="周小北")
    assert good()["id_number"].encode() not in bytes(person.id_number_cipher)
    client.logout()
    signed = client.post("/account/login/", {"login": good()["id_number"], "password": GOOD["password"]})
    assert signed.status_code == 302


def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost(client):
    answer = client.post("/account/register", {"name": "", "id_number": "14010019000101001", "phone": "1540000000",
                                               "password": "12345678"})  # fmt: skip
    assert answer.status_code == 422
    assert applicant.summary(answer) == [
        "请填写姓名，与身份证上的姓名一致",
        "身份证号码不对，应为 18 位，最后一位可以是字母 X。请对照身份证重新填写",
        "手机号不对，应为 11 位数字，以 1 开头",
        "密码至少 8 个字符，不能全是数字",
        "请阅读并勾选同意，我们才能保存您的信息",
    ]
    assert applicant.inline(answer) == applicant.summary(answer)
    shown = answer.content.decode()
    assert 'value="14010019000101001"' in shown
    assert 'value="1540000000"' in shown
    assert "12345678" not in shown  # a password is never sent back


def test_full_width_digits_and_spaces_are_forgiven(client):
    wide = good()["id_number"].translate({ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789"})
    assert client.post("/account/register", good() | {"id_number": f" {wide} "}).status_code == 302


def test_a_number_already_registered_does_not_say_whose(client):
    answer = client.post("/account/register", good() | {"id_number": "140100190001010013"})
    assert answer.status_code == 422
    assert applicant.summary(answer) == [
        "这个身份证号码已经注册过，请直接登录。忘记密码请到任一政务服务窗口凭身份证重置"
    ]
    assert "王小明" not in text(answer)
    assert "周小北" in answer.content.decode()


def test_nobody_is_led_away_to_another_site_after_registering(client):
    assert client.post("/account/register", good() | {"next": "https://evil.example/"}).url == "/"


def test_who_is_signed_in_does_not_register_again(client):
    applicant.signed_in(client)
    assert client.get("/account/register", {"next": "/my/"}).url == "/my/"
