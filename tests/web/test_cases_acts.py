"""Acts on the desk: confirmed, pressed twice, out of date, filled in wrongly, refused; nothing typed is lost."""

import datetime as dt
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import ground
from tests.web.test_cases_pages import as_user, desk_of, filed  # noqa: F401
from tongban.cases import models
from tongban.people import models as people

pytestmark = pytest.mark.django_db


def press(browser, address, act, **words):
    return browser.post(address, {"act": act, "key": str(uuid4()), **words})


def kinds(walk):
    rows = models.Event.objects.filter(region_code=walk.done.region_code, case_id=walk.done.case_id)
    return list(rows.order_by("n").values_list("kind", flat=True))


def test_after_an_act_the_next_task_lies_open(as_user):  # noqa: F811
    walk, other = filed(), filed()
    browser = as_user("yz-window")

    answer = press(browser, desk_of(walk), "accept")

    assert (answer.status_code, answer.url) == (302, desk_of(other))
    assert kinds(walk) == ["Filed", "Accepted"]
    assert "下面是下一件" in browser.get(answer.url).content.decode()


def test_after_the_last_one_the_list_says_that_all_is_done(as_user):  # noqa: F811
    browser = as_user("yz-window")

    answer = press(browser, desk_of(filed()), "accept")

    assert answer.url == reverse("cases:queue")
    assert "待办已全部办完" in browser.get(answer.url).content.decode()


def test_the_whole_permit_goes_over_the_desk(as_user):  # noqa: F811
    walk = filed()
    press(as_user("yz-window"), desk_of(walk), "accept")
    press(as_user("yz-review"), desk_of(walk, "document_review"), "complete", outcome="agree", reason="")
    for who in ("yz-inspect1", "yz-inspect2"):
        press(as_user(who), desk_of(walk, "site_inspection"), "complete", outcome="pass", reason="一致")
    press(as_user("yz-decide"), desk_of(walk, "decision"), "decide", outcome="grant", reason="", confirmed="1")
    press(as_user("yz-window"), desk_of(walk, "delivery"), "serve", how="electronic")

    assert kinds(walk) == ["Filed", "Accepted", "Completed", "Signed", "Completed", "Decided", "Served"]


def test_the_joint_permit_goes_over_the_desks_of_the_departments(as_user):  # noqa: F811
    walk = ground.file(ground.HOTEL, at=timezone.now() - dt.timedelta(hours=1), answers=ground.HOTEL_ANSWERS)
    press(as_user("yz-window"), desk_of(walk), "accept")
    for who in ("yz-police", "yz-fire", "yz-health"):
        browser = as_user(who)
        [row] = browser.get(reverse("cases:queue")).context["rows"]
        address = reverse("cases:desk", args=[walk.done.ref, row.token_n])
        assert browser.get(address).status_code == 200
        press(browser, address, "complete", outcome="agree", reason="符合要求")
    browser = as_user("yz-decide")
    page = browser.get(desk_of(walk, "decision"))
    press(browser, desk_of(walk, "decision"), "decide", outcome="grant", reason="", confirmed="1")

    assert [one.outcome for one in page.context["page"].opinions] == ["agree"] * 3
    assert kinds(walk) == ["Filed", "Accepted", "Completed", "Completed", "Completed", "Decided"]


def test_what_cannot_be_undone_is_asked_for_twice_and_may_be_changed(as_user):  # noqa: F811
    walk = filed().accepted().reviewed()
    browser, address = as_user("yz-decide"), desk_of(walk, "decision")

    asked = press(browser, address, "decide", outcome="refuse", reason="选址不符合规定。")
    back = press(browser, address, "decide", outcome="refuse", reason="选址不符合规定。", back="1")
    done = press(browser, address, "decide", outcome="refuse", reason="选址不符合规定。", confirmed="1")

    assert (asked.status_code, "作出“不予许可”的决定" in asked.content.decode()) == (200, True)
    assert (back.status_code, "选址不符合规定。" in back.content.decode()) == (200, True)
    assert done.status_code == 302
    assert kinds(walk)[-1] == "Decided"


def test_a_form_pressed_twice_acts_once_and_answers_the_same(as_user):  # noqa: F811
    walk = filed()
    browser, address, key = as_user("yz-window"), desk_of(walk), str(uuid4())

    first = press(browser, address, "accept", key=key)
    second = press(browser, address, "accept", key=key)

    assert (first.status_code, second.status_code, second.url) == (302, 302, first.url)
    assert kinds(walk) == ["Filed", "Accepted"]


def test_a_page_left_open_is_told_that_the_task_is_done_and_keeps_the_words(as_user):  # noqa: F811
    walk = filed().accepted()
    browser, address = as_user("yz-review"), desk_of(walk, "document_review")
    walk.reviewed()

    answer = press(browser, address, "complete", outcome="agree", reason="我的意见：同意。")

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "这一环节已经办完" in text
    assert "我的意见：同意。" in text
    assert browser.get(address).status_code == 409


WRONG = [
    ("document_review", "complete", {"outcome": "", "reason": "写好的话"}, "请选择结论。"),
    ("document_review", "complete", {"outcome": "nonsense", "reason": "写好的话"}, "请从列出的结论中选择。"),
    ("document_review", "complete", {"outcome": "disagree", "reason": ""}, "必须写明理由"),
    ("document_review", "complete", {"outcome": "agree", "reason": "写好的话" * 1001}, "最多 4000 个字"),
    ("document_review", "complete", {"outcome": "agree", "reason": "写好的话\x00"}, "空字符"),
    ("document_review", "pause", {"ground": "检验", "document": "", "first_day": "2026-13-01"}, "日期请写成"),
    ("document_review", "pause", {"ground": "领导出差", "document": "写好的话", "first_day": ""}, "请从法定事由中选择。"),
    ("document_review", "reassign", {"to_officer_id": "1", "reason": "写好的话"}, "请从名单中选择。"),
    ("document_review", "recuse", {"reason": " "}, "请写明理由。"),
    ("document_review", "nonsense", {}, ""),
]


@pytest.mark.parametrize(("node", "act", "words", "sentence"), WRONG)
def test_a_wrong_value_is_told_at_its_field_and_what_was_typed_stays(as_user, node, act, words, sentence):  # noqa: F811
    walk = filed().accepted()

    answer = press(as_user("yz-review"), desk_of(walk, node), act, **words)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert "写好的话" not in "".join(words.values()) or "写好的话" in text
    assert kinds(walk) == ["Filed", "Accepted"]


def test_a_correction_notice_without_a_point_is_asked_for_again(as_user):  # noqa: F811
    walk = filed()

    answer = press(as_user("yz-window"), desk_of(walk), "request_supplement", what_layout=" ")

    assert (answer.status_code, "请至少写明一项" in answer.content.decode()) == (422, True)


REFUSED = [
    ("yz-window", "intake", "decide", {"outcome": "grant", "confirmed": "1"}, 422),  # its form has no such outcome
    ("yz-nogrant", "intake", "accept", {}, 404),
    ("yz-decide", "document_review", "complete", {"outcome": "agree", "reason": "同意"}, 409),
    ("yz-expired", "site_inspection", "complete", {"outcome": "pass", "reason": "符合"}, 409),
]


@pytest.mark.parametrize(("who", "node", "act", "words", "status"), REFUSED)
def test_an_act_that_may_not_be_done_is_refused_in_a_sentence(as_user, who, node, act, words, status):  # noqa: F811
    walk = filed() if node == "intake" else filed().accepted()
    before = kinds(walk)

    answer = press(as_user(who), desk_of(walk, node), act, **words)

    assert answer.status_code == status
    if status == 409:
        text = answer.content.decode()
        assert "没有办成" in text
        assert words["reason"] in text
    assert kinds(walk) == before


def test_an_expired_certificate_is_named_with_its_day(as_user):  # noqa: F811
    walk = filed().accepted()

    answer = press(as_user("yz-expired"), desk_of(walk, "site_inspection"), "complete", outcome="pass", reason="符合")

    assert "执法证件已于" in answer.content.decode()


def test_a_grant_that_ended_closes_the_desk(as_user):  # noqa: F811
    walk = filed()
    address = desk_of(walk)
    people.Grant.objects.filter(officer__account__username="yz-window").update(to_on=dt.date(2026, 2, 1))

    assert as_user("yz-window").get(address).status_code == 404


@pytest.mark.parametrize("key", ["", "short", "x" * 300, "\x00" * 9])
def test_a_form_without_a_good_key_still_acts_once(as_user, key):  # noqa: F811
    walk = filed()

    answer = press(as_user("yz-window"), desk_of(walk), "accept", key=key)

    assert answer.status_code == 302
    assert kinds(walk) == ["Filed", "Accepted"]


def test_a_department_whose_time_has_passed_may_still_speak_at_its_desk(as_user):  # noqa: F811
    from tests.folders.test_cases_relay import officer_organ
    from tongban.cases import jobs

    walk = ground.file(ground.HOTEL, at=timezone.now() - dt.timedelta(days=40), answers=ground.HOTEL_ANSWERS).accepted()
    jobs.fire_once(at=timezone.now())
    silent = models.Token.objects.get(case_id=walk.done.case_id, organ_code=officer_organ("yz-fire"), node="opinion")
    browser, address = as_user("yz-fire"), reverse("cases:desk", args=[walk.done.ref, silent.n])

    assert "已过期限，可补报" in browser.get(reverse("cases:queue")).content.decode()
    shown = browser.get(address)
    assert [door.act for door, _form in shown.context["main"]] == ["answer_late"]
    assert shown.context["other"] == []
    assert "到期未提出意见" in shown.content.decode()

    press(browser, address, "answer_late", outcome="object", reason="疏散通道宽度不足")

    assert kinds(walk)[-1] == "AnsweredLate"
    assert "逾期提出" in browser.get(reverse("cases:look", args=[walk.done.ref])).content.decode()


def whole_of(walk):
    return reverse("cases:look", args=[walk.done.ref])


def test_acts_on_the_whole_case_are_offered_where_it_is_looked_at(as_user):  # noqa: F811
    walk = ground.file(ground.HOTEL, at=timezone.now() - dt.timedelta(hours=1), answers=ground.HOTEL_ANSWERS).accepted()
    browser = as_user("yz-review")

    shown = browser.get(whole_of(walk))
    assert [door.act for door, _form in shown.context["whole"]] == ["add_department", "correct"]
    organ = dict(shown.context["whole"][0][1].fields["organ_code"].choices)
    answer = press(browser, whole_of(walk), "add_department", organ_code=next(iter(organ)), reason="")
    assert (answer.status_code, kinds(walk)[-1]) == (422, "Accepted")
    press(browser, whole_of(walk), "add_department", organ_code=next(iter(organ)), reason="涉及特种设备")
    assert kinds(walk)[-1] == "DepartmentAdded"
    press(browser, whole_of(walk), "correct", event_n=3, what="部门名称写错", reason="笔误")
    answer = press(as_user("yz-window"), whole_of(walk), "correct", event_n=3, what="部门名称写错", reason="笔误")
    assert (answer.status_code, kinds(walk)[-1]) == (302, "Corrected")


def test_a_case_is_opened_again_from_its_page_by_who_may_decide(as_user):  # noqa: F811
    walk = filed().accepted().reviewed().decided().served()
    assert [door.act for door, _form in as_user("yz-window").get(whole_of(walk)).context["whole"]] == ["correct"]
    assert press(as_user("yz-window"), whole_of(walk), "reopen", document="一号", reason="撤销").status_code == 422

    press(as_user("yz-decide"), whole_of(walk), "reopen", document="并政复决字〔2026〕1号", reason="复议撤销")

    assert kinds(walk)[-1] == "Reopened"


def test_a_refusal_on_the_whole_case_keeps_what_was_typed(as_user):  # noqa: F811
    walk = filed().accepted().reviewed()
    browser = as_user("yz-window")

    answer = press(browser, whole_of(walk), "correct", event_n=3, what="第三条应为", reason="笔误")

    assert answer.status_code == 409
    assert "第三条应为" in answer.content.decode()
