"""Pages, API and open data of the law, for a visitor who is not signed in."""

import json
import re

import pytest
import yaml
from django.test import Client

from tests.folders.test_law import _law, _loaded  # noqa: F401 -- fixtures
from tongban.law import models, queries

pytestmark = pytest.mark.usefixtures("_law")


def get(path, **asked):
    return Client().get(path, asked, headers={"accept-language": "zh-hans"})


def text_of(answer):
    plain = re.sub(r"<(script|style|svg).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))


def test_the_register_lists_all_laws_and_finds_rules():
    assert "行政许可法" in text_of(get("/laws"))
    found = get("/laws", q="视为同意")
    assert ("1 条规则" in text_of(found), "gk.other_organ" in text_of(found)) == (True, True)
    assert "没有找到这样的规则" in text_of(get("/laws", q="没有这样的规则"))


def test_a_law_shows_its_rules_and_what_is_not_verified():
    answer = text_of(get("/laws/administrative-penalties-law"))
    assert "32 条规则中有 5 条没有逐字核对条文" in answer
    assert "2021年1月22日修订" in answer
    assert get("/laws/law-of-nature").status_code == 404


def test_every_rule_has_a_page():
    statuses = {
        row.period.id: get(f"/periods/{row.period.id}").status_code for row in queries.search()
    }
    assert {rule: status for rule, status in statuses.items() if status != 200} == {}
    assert len(statuses) == 268


def test_a_rule_computes_and_explains_its_last_day():
    answer = text_of(get("/periods/xk.correction_notice", trigger="2026-09-18"))
    assert "2026 年 9 月 24 日" in answer
    assert "9 月 20 日，第 1 个工作日，调休上班" in answer


def test_a_rule_says_that_its_last_day_was_moved_or_may_move():
    assert "不上班，顺延到下一个工作日（民法典第203条）" in text_of(
        get("/periods/cf.decide", trigger="2026-07-06")
    )
    assert "不上班，提前到前一个工作日" in text_of(get("/periods/zb.clarify", trigger="2026-03-23"))
    assert "暂定：有关年份的放假安排还没有公布" in text_of(
        get("/periods/xk.decide", trigger="2026-12-21")
    )


def test_the_version_in_force_is_named_where_it_is_another():
    assert "起算日有效的是 《行政复议法》第31条（fy.decide_old）" in text_of(
        get("/periods/fy.decide", trigger="2020-03-02")
    )


def test_what_cannot_be_computed_is_answered_with_a_sentence():
    before = get("/periods/cf.decide", trigger="2019-03-02")
    assert (before.status_code, "尚未施行或者已经失效" in text_of(before)) == (422, True)
    wrong = get("/periods/cf.decide", trigger="yesterday")
    assert (wrong.status_code, "错误：" in text_of(wrong)) == (422, True)
    assert get("/periods/xk.nothing").status_code == 404
    assert get("/periods/jc.legal_review", trigger="2050-01-03").status_code == 422


def test_an_unverified_rule_says_so():
    assert "这条规则没有逐字核对条文" in text_of(get("/periods/gs.publish_general"))
    assert "这条规则没有逐字核对条文" not in text_of(get("/periods/xk.decide"))


def test_a_due_day_can_be_put_into_a_calendar():
    answer = get("/periods/xk.decide/due.ics", trigger="2026-02-13", extended="1")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART;VALUE=DATE:20260402" in answer.content.decode()
    for rule, trigger in (
        ("xk.decide", "x"),
        ("xk.receipt", "2026-03-02"),
        ("cf.decide", "2019-03-02"),
    ):
        assert get(f"/periods/{rule}/due.ics", trigger=trigger).status_code == 404


def test_a_course_can_be_tried_out():
    first = text_of(get("/laws/simulate"))
    assert "法定最迟" in first
    tried = text_of(
        get(
            "/laws/simulate", course="permit", filed_on="2026-09-17", correction_on_day="3",
            corrected_after_days="2", accepted_on_day="1", stop_ground="听证", stop_on_day="5",
            stop_days="12", promised_working_days="10",
        )
    )  # fmt: skip
    assert "2026 年 11 月 11 日" in tried
    assert "承诺办结日：2026 年 10 月 28 日" in tried
    assert "听证，依法不计入" in tried


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"filed_on": ""}, "错误：政务服务"),
        ({"filed_on": "2026-09-17", "stop_days": "3"}, "请写明不计入期限的事由"),
        ({"filed_on": "2026-09-17", "stop_ground": "听证"}, "请填写不计入期限的天数"),
        (
            {"filed_on": "2026-09-17", "stop_ground": "出差", "stop_days": "3"},
            "没有把“出差”列为不计入期限的事由",
        ),
        ({"filed_on": "2003-01-06"}, "尚未施行或者已经失效"),
    ],
)
def test_a_course_that_cannot_be_is_answered_with_a_sentence(asked, said):
    answer = get("/laws/simulate", course="permit", **asked)
    assert answer.status_code == 422
    assert said in text_of(answer) or said.startswith("错误")


def test_a_course_can_be_linked_to_with_its_promise():
    assert "承诺" in text_of(
        get("/laws/simulate", course="joint_permit", promised_working_days="7")
    )


def test_the_calendar_says_which_years_are_provisional():
    answer = text_of(get("/laws/calendar"))
    assert "国办发明电〔2019〕16号；国办发明电〔2020〕1号" in answer
    assert "未公布，暂按法定节假日推算" in answer
    assert "什么时候算收到" in answer
    assert "停止办公以后、休息日交到值班处或者投递箱的，按次一工作日收到计算" in answer


def test_the_whole_register_is_open_data():
    as_json = json.loads(get("/laws/register.json").content)
    as_yaml = yaml.safe_load(get("/laws/register.yaml").content)
    assert as_json == as_yaml
    assert len(as_json["periods"]) == 268


def test_the_pages_read_in_english_too():
    answer = Client().get(
        "/periods/xk.decide", {"trigger": "2026-02-13"}, headers={"accept-language": "en"}
    )
    assert "20 working days" in answer.content.decode()


def test_the_api_answers_what_the_pages_show():
    assert get("/api/v1/periods", q="视为同意").json()["count"] == 1
    one = get("/api/v1/periods/fy.decide", on="2020-03-02").json()
    assert (one["period"]["id"], [each["id"] for each in one["versions"]]) == (
        "fy.decide_old",
        ["fy.decide_old", "fy.decide"],
    )
    due = get("/api/v1/periods/xk.decide/due", trigger="2026-02-13", explain="true").json()
    assert (due["last_day"], due["provisional"], due["days"][-1]["number"]) == (
        "2026-03-19",
        False,
        20,
    )


def test_the_api_simulates_and_refuses_with_a_problem():
    asked = {
        "course": "permit",
        "filed_on": "2026-09-17",
        "correction_on_day": 3,
        "stop_ground": "听证",
        "stop_days": 12,
    }
    answer = post("/api/v1/simulate", asked)
    assert answer.json()["rules"] == {
        "accept": "xk.correction_notice",
        "decide": "xk.decide",
        "deliver": "xk.deliver",
    }
    assert answer.json()["moments"][1] == {
        "kind": "correction_asked",
        "on": "2026-09-21",
        "provisional": False,
    }
    refused = post("/api/v1/simulate", asked | {"stop_ground": "出差"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/ground-not-in-law")
    assert post("/api/v1/simulate", asked | {"course": "wish"}).status_code == 404
    assert post("/api/v1/simulate", asked | {"stop_days": -1}).status_code == 422
    assert get("/api/v1/periods/xk.nothing").status_code == 404
    assert get("/api/v1/periods/xk.nothing/due", trigger="2026-02-13").status_code == 404


def post(path, document):
    return Client().post(path, json.dumps(document), content_type="application/json")


def test_an_empty_register_shows_pages_without_rules():
    for model in (models.Period, models.Course, models.LawVersion, models.Law):
        model.objects.all().delete()
    queries.forget()
    assert get("/laws").status_code == 200
    assert get("/laws/simulate").status_code == 200


def test_the_guide_s_question_is_answered_by_the_rule_that_decides_and_as_a_calendar_file():
    asked = {"rule": "xk.decide_joint", "filed_on": "2026-09-17", "promised_working_days": "15"}
    page = get("/laws/simulate", **asked)
    assert "course=joint_permit" in page.content.decode().replace("&amp;", "&")
    told = get("/laws/simulate.ics", **asked)
    folded = told.content.decode().replace("\r\n ", "")
    assert told["Content-Type"] == "text/calendar; charset=utf-8"
    assert ("SUMMARY:法定最迟作出决定" in folded, "9 月 20 日，第 2 个工作日，调休上班" in folded) == (True, True)
    for wrong in ({"filed_on": "x"}, asked | {"stop_ground": "出差", "stop_days": "3"}):
        assert get("/laws/simulate.ics", **wrong).status_code == 404


def test_the_calendar_file_of_a_rule_says_why():
    folded = get("/periods/xk.correction_notice/due.ics", trigger="2026-09-18").content.decode().replace("\r\n ", "")
    assert "9 月 19 日，周末，不计入" in folded
