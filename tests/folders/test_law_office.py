"""Changing the register with two pairs of eyes: proposed, tried out, approved by another, recorded, clocks worked out anew."""

import datetime as dt
import json
import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from lxml import html

from tests import ground
from tests.folders.test_law import NOTICE_2027
from tongban.cases import models as case_models
from tongban.law import actions, models, queries
from tongban.law.queries import register
from tongban.people import models as people
from tongban.site import jobs, wiring

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 25, 10, 0, tzinfo=ground.CHINA)
FILED = dt.datetime(2027, 1, 18, 9, 30, tzinfo=ground.CHINA)
SPRING = {"name": "春节", "from": dt.date(2027, 2, 5), "to": dt.date(2027, 2, 10)}
PLAIN_2027 = queries.plain(NOTICE_2027 | {"notices": [
    NOTICE_2027["notices"][0] | {"holidays": [NOTICE_2027["notices"][0]["holidays"][0], SPRING], "no_longer_worked": []}
]})  # fmt: skip


@pytest.fixture(autouse=True)
def _read_anew():
    wiring.tie()
    queries.forget()
    yield
    queries.forget()


def officer(username):
    return people.Officer.objects.get(account__username=username).id


def notice(**more):
    asked = {"kind": "notice", "target": "2027", "title": "2027年放假安排", "document": PLAIN_2027,
             "basis": "国办发明电〔2026〕9号", "officer_id": officer("sx-law-edit"), "at": AT}  # fmt: skip
    return actions.propose(**(asked | more))


def rule(rule_id, **changed):
    known = queries.rule_document(rule_id)["periods"]
    return {"periods": [*known[:-1], known[-1] | changed]}


def proposed_rule(document, **more):
    asked = {"kind": "rule", "target": "xk.decide", "title": "规则 xk.decide", "document": document,
             "basis": "行政许可法", "officer_id": officer("sx-law-edit"), "at": AT}  # fmt: skip
    return actions.propose(**(asked | more))


def approved(proposal_id, by="sx-law-approve"):
    actions.approve(proposal_id=proposal_id, officer_id=officer(by), at=AT)


# --- the acts ----------------------------------------------------------------------------------------------------


def test_a_notice_is_proposed_with_what_it_moves_and_takes_effect_when_another_approves(registry):
    walk = ground.file(at=FILED).accepted()
    was = case_models.Clock.objects.get(case_id=walk.done.case_id, name="statutory").last_on

    made = notice()

    row = queries.proposal(made)
    assert (row.moves["open"], row.moves["moved"], row.moves["earlier"]) == (2, 1, 1)
    assert {"day": "2027-01-30", "was": "weekend", "is": "worked_weekend", "name": ""} in row.days
    assert queries.calendar().is_provisional(dt.date(2027, 1, 30))
    approved(made)
    assert not queries.calendar().is_provisional(dt.date(2027, 1, 30))
    jobs.recompute_clocks(0)
    now = case_models.Clock.objects.get(case_id=walk.done.case_id, name="statutory").last_on
    assert now < was
    told = queries.proposal(made)
    assert (told.decision, told.recomputed["moved"], told.recomputed["earlier"]) == ("approved", 1, 1)
    (change,) = queries.changes(kind="notice", target="2027")
    assert (change.basis, change.before["status"], change.after["status"]) == (
        "国办发明电〔2026〕9号", "provisional", "confirmed"
    )
    assert (change.proposer, change.approver) == (
        "温晓岚（示例） 山西省司法厅 法制审核岗", "乔建国（示例） 山西省司法厅 立法处处长"
    )


def test_the_proposer_never_approves_his_own_and_only_once_is_decided(registry):
    made = notice(officer_id=officer("sx-law-approve"))
    with pytest.raises(actions.OwnProposal, match="提出人不能批准自己的提案"):
        approved(made)
    with pytest.raises(actions.OwnProposal):
        actions.reject(proposal_id=made, officer_id=officer("sx-law-approve"), reason="x", at=AT)
    with pytest.raises(actions.NotYourProposal):
        actions.withdraw(proposal_id=made, officer_id=officer("sx-law-edit"), at=AT)
    actions.withdraw(proposal_id=made, officer_id=officer("sx-law-approve"), at=AT)
    with pytest.raises(actions.AlreadyDecided):
        approved(made)
    with pytest.raises(queries.UnknownProposal):
        approved(uuid4())


def test_the_database_itself_wants_two_pairs_of_eyes(registry):
    made = models.Proposal.objects.get(id=notice())
    made.decision, made.decided_by, made.decided_at = "approved", made.proposed_by, AT
    with pytest.raises(IntegrityError, match="law_proposal_two_pairs_of_eyes"), transaction.atomic():
        made.save()


@pytest.mark.parametrize("who", ["yz-decide", "yz-supervise"])
def test_without_the_grant_nothing_is_proposed_or_approved(registry, who):
    with pytest.raises(actions.RoleMissing, match="法制管理员（拟稿）"):
        notice(officer_id=officer(who))
    made = notice()
    with pytest.raises(actions.RoleMissing, match="法制管理员（批准）"):
        approved(made, by=who)
    with pytest.raises(actions.RoleMissing):
        approved(made, by="sx-law-edit")


def test_a_proposal_without_basis_or_without_a_change_is_refused(registry):
    with pytest.raises(actions.BasisMissing):
        notice(basis=" ")
    with pytest.raises(actions.NothingChanges):
        proposed_rule(queries.rule_document("xk.decide"))
    made = notice()
    with pytest.raises(actions.ReasonMissing):
        actions.reject(proposal_id=made, officer_id=officer("sx-law-approve"), reason=" ", at=AT)
    actions.reject(proposal_id=made, officer_id=officer("sx-law-approve"), reason="文号有误", at=AT)
    assert (queries.proposal(made).decision, queries.proposal(made).remark) == ("rejected", "文号有误")


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"article": ""}, actions.PeriodWithoutArticle),
        ({"trigger": "full_moon"}, actions.UnknownWord),
        ({"law_id": "law-of-nature"}, queries.UnknownLaw),
    ],
)
def test_a_rule_that_is_wrong_is_refused_when_it_is_proposed(registry, changed, refusal):
    with pytest.raises(refusal):
        proposed_rule(rule("xk.decide", **changed))
    assert queries.proposals(is_open=True) == []


def test_two_versions_on_one_day_are_refused_with_the_rule_named(registry):
    known = queries.rule_document("xk.decide")["periods"]
    second = known[-1] | {"id": "xk.decide_2027", "effective_from": "2027-01-01", "n": None}
    with pytest.raises(actions.OverlappingVersions, match=r"规则xk\.decide的两个版本"):
        proposed_rule({"periods": [*known, second]})


def test_a_new_version_holds_from_its_day_and_the_old_one_until_its_eve(registry):
    before = ground.file(at=FILED - dt.timedelta(days=60)).accepted()
    after = ground.file(at=FILED, by="zhao").accepted()
    known = queries.rule_document("xk.decide")["periods"]
    made = proposed_rule({"periods": [
        known[-1] | {"effective_to": "2026-12-31"},
        known[-1] | {"id": "xk.decide_2027", "effective_from": "2027-01-01", "length": 15, "n": None},
    ]})  # fmt: skip
    assert queries.proposal(made).moves == {"open": 4, "moved": 1, "earlier": 1, "later": 0}
    approved(made)
    assert [queries.period("xk.decide", dt.date(*day)).length for day in ((2026, 12, 31), (2027, 1, 1))] == [20, 15]
    jobs.recompute_clocks(0)
    lengths = {
        clock.case_id: (clock.budget, clock.period_id)
        for clock in case_models.Clock.objects.filter(name="statutory")
    }
    assert lengths == {
        before.done.case_id: (20, "xk.decide"), after.done.case_id: (15, "xk.decide_2027")
    }
    actions.load_laws(folder=ground.settings.PACKS / "national" / "laws", progress=lambda *_: None, at=AT)
    assert queries.period("xk.decide", dt.date(2027, 1, 1)).length == 15  # What was approved stays.


def test_a_law_is_added_with_its_days(registry):
    made = actions.propose(
        kind="law", target="charity-law", title="慈善法", basis="主席令第43号", officer_id=officer("sx-law-edit"), at=AT,
        document={"law": {"name": "慈善法", "name_en": "Charity Law", "kind": "law", "number": ""},
                  "versions": [{"from": "2016-09-01", "note": "2016年3月16日通过"}]},
    )  # fmt: skip
    approved(made)
    assert queries.law("charity-law").name == "慈善法"
    assert queries.versions_of_law("charity-law") == ((dt.date(2016, 9, 1), "2016年3月16日通过"),)
    assert queries.to_recompute(AT) == []  # A law without rules moves no clock.


def test_what_changed_meanwhile_is_proposed_anew(registry):
    first, second = (proposed_rule(rule("xk.decide", note=words)) for words in ("one", "two"))
    approved(first)
    with pytest.raises(actions.ChangedMeanwhile):
        approved(second)


def test_clocks_are_worked_out_a_second_time_when_every_process_knows_the_change(registry):
    made = proposed_rule(rule("xk.decide", note="checked"))
    approved(made)
    assert [row.id for row in queries.to_recompute(AT)] == [made]
    actions.note_recomputed(proposal_id=made, moves={"open": 9, "moved": 2, "earlier": 1, "later": 1}, at=AT)
    assert queries.to_recompute(AT + dt.timedelta(seconds=60)) == []
    later = AT + dt.timedelta(seconds=130)
    assert [row.id for row in queries.to_recompute(later)] == [made]
    actions.note_recomputed(proposal_id=made, moves={"open": 9, "moved": 1, "earlier": 0, "later": 1}, at=later)
    assert queries.to_recompute(later) == []
    assert queries.proposal(made).recomputed == {"open": 9, "moved": 3, "earlier": 1, "later": 2}


def test_a_trial_is_seen_by_nobody_else_and_leaves_nothing(registry):
    queries.calendar()
    held = dict(register._memory)
    with actions.tried(kind="notice", target="2027", document=PLAIN_2027, at=AT):
        assert not queries.calendar().is_provisional(dt.date(2027, 1, 30))
        assert register._memory == held
    assert queries.calendar().is_provisional(dt.date(2027, 1, 30))


def test_a_pack_that_changes_a_rule_leaves_a_record(registry, tmp_path):
    models.Period.objects.filter(id="xk.decide").update(length=19)
    actions.load_laws(folder=ground.settings.PACKS / "national" / "laws", progress=lambda *_: None, at=AT)
    (change,) = queries.changes(kind="rule", target="xk.decide")
    assert (change.before["periods"][0]["length"], change.after["periods"][0]["length"]) == (19, 20)
    assert [(line.was, line.now) for line in queries.differences_of_change(change, "rule")] == [("19", "20")]


# --- the pages ---------------------------------------------------------------------------------------------------


def browser(username):
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(people.Account.objects.get(username=username))
    return client


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


CSV = "day,kind,name\n2027-01-01,off,元旦\n2027-01-30,worked,\n2027-02-05,off,春节\n2027-02-08,off,春节\n"
FILES = {
    "2027.csv": CSV,
    "2027.json": json.dumps(PLAIN_2027, ensure_ascii=False),
}


@pytest.mark.parametrize("name", FILES)
def test_a_notice_is_uploaded_previewed_and_approved_on_pages(registry, settings, name):
    settings.DEMO = True
    ground.file(at=FILED).accepted()
    editor, approver = browser("sx-law-edit"), browser("sx-law-approve")
    given = SimpleUploadedFile(name, FILES[name].encode())
    answer = editor.post("/laws/office/notice", {"file": given, "basis": "国办发明电〔2026〕9号", "published_on": "2026-11-24"})
    assert answer.status_code == 302, text_of(answer)
    page = text_of(editor.get(answer["Location"]))
    assert "1 个在办时限变动，其中 1 个提前" in page
    assert "等另一名法制管理员批准" in page
    assert ("2027-01-30" in page, "调休上班" in page) == (True, True)
    refused = editor.post(f"{answer['Location']}/decision", {"act": "approve"})
    assert (refused.status_code, "没有“法制管理员（批准）”的授权" in text_of(refused)) == (409, True)
    assert "批准或者退回" in text_of(approver.get(answer["Location"]))
    assert approver.post(f"{answer['Location']}/decision", {"act": "reject"}).status_code == 422
    assert approver.post(f"{answer['Location']}/decision", {"act": "approve"}).status_code == 302
    assert "一分钟内由后台重新计算" in text_of(approver.get(answer["Location"]))
    jobs.recompute_clocks(0)
    assert "原来的日期保存在各办件的记录里" in text_of(approver.get(answer["Location"]))
    public = text_of(Client().get("/laws/calendar/2027", headers={"accept-language": "zh-hans"}))
    assert ("国办发明电〔2026〕9号" in public, "温晓岚（示例） 山西省司法厅 法制审核岗提出" in public) == (True, True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "请填写这一项"),
        ({"file": ("x.csv", "day\n"), "basis": "x"}, "放假安排读不出来"),
        ({"file": ("x.csv", b"\xff\xfe\x00"), "basis": "x"}, "放假安排读不出来：UTF-8"),
        ({"file": ("x.csv", CSV.replace("2027", "2099")), "basis": "x"}, "放假安排须按年份逐年导入"),
        ({"file": ("x.csv", CSV.replace("2027-01-30", "2027-01-29")), "basis": "x"}, "放假安排有误"),
        ({"file": ("x.csv", "x" * 200_001), "basis": "x"}, "文件太大"),
    ],
)
def test_a_notice_that_cannot_be_is_refused_on_its_page(registry, given, said):
    if "file" in given:
        name, content = given["file"]
        content = content if isinstance(content, bytes) else content.encode()
        given = given | {"file": SimpleUploadedFile(name, content)}
    answer = browser("sx-law-edit").post("/laws/office/notice", given)
    assert (answer.status_code, said in text_of(answer)) == (422, True)


def form_of(page):
    """What the browser would send of the form as it stands."""
    forms = html.fromstring(page.content.decode()).forms
    fields = next(form.fields for form in forms if "basis" in form.fields)
    return {name: value for name, value in fields.items() if value is not None and name != "csrfmiddlewaretoken"}


def test_a_version_is_proposed_from_the_page_of_the_rule(registry):
    editor, approver = browser("sx-law-edit"), browser("sx-law-approve")
    assert "提出新版本" in text_of(editor.get("/periods/xk.decide"))
    assert "提出新版本" not in text_of(Client().get("/periods/xk.decide"))
    page = editor.get("/laws/office/rules/xk.decide?as=version")
    given = form_of(page) | {"id": "xk.decide_2027", "effective_from": "2027-01-01", "length": "15",
                             "quote": "十五个工作日内作出行政许可决定", "basis": "2026年修正"}  # fmt: skip
    answer = editor.post("/laws/office/rules/xk.decide?as=version", given)
    assert answer.status_code == 302, text_of(answer)
    page = text_of(approver.get(answer["Location"]))
    assert ("xk.decide_2027" in page, "2026-12-31" in page, "十五个工作日内" in page) == (True, True, True)
    assert approver.post(f"{answer['Location']}/decision", {"act": "approve"}).status_code == 302
    public = text_of(Client().get("/periods/xk.decide", headers={"accept-language": "zh-hans"}))
    assert ("修改记录" in public, "2026年修正" in public, "15 个工作日" in public) == (True, True, True)


def test_a_correction_keeps_the_number_of_the_version_and_says_what_it_changes(registry):
    editor = browser("sx-law-edit")
    given = form_of(editor.get("/laws/office/rules/gs.publish_general"))
    assert given["source"] == "from_memory"
    answer = editor.post("/laws/office/rules/gs.publish_general", given | {
        "source": "verified_text", "quote": "条文原文", "basis": "条文核对"})
    assert answer.status_code == 302, text_of(answer)
    page = text_of(editor.get(answer["Location"]))
    assert ("未核对，凭记忆录入" in page, "已逐字核对条文" in page) == (True, True)
    without = editor.post("/laws/office/rules/gs.publish_general", given | {"article": "", "basis": "x"})
    assert (without.status_code, "没有写明条文" in text_of(without)) == (422, True)
    same = editor.post("/laws/office/rules/gs.publish_general", given | {"basis": "x"})
    assert (same.status_code, "没有可以修改的内容" in text_of(same)) == (422, True)


def test_a_rule_and_a_law_are_added_by_pages(registry):
    editor, approver = browser("sx-law-edit"), browser("sx-law-approve")
    law = {"id": "charity-law", "name": "慈善法", "name_en": "Charity Law", "kind": "law", "number": "",
           "versions": "2016-09-01 2016年3月16日通过\n2024-09-05 2023年修正", "basis": "主席令第43号"}  # fmt: skip
    for line in ("gestern", "2016-09-01 x\n2016-09-01 y"):
        assert editor.post("/laws/office/laws/new", law | {"versions": line}).status_code == 422
    made = editor.post("/laws/office/laws/new", law)
    approver.post(f"{made['Location']}/decision", {"act": "approve"})
    assert "慈善法" in text_of(editor.get("/laws/charity-law"))
    first = form_of(editor.get("/laws/office/rules/new?law=charity-law"))
    assert first["law_id"] == "charity-law"
    rule = first | {"id": "cs.register", "article": "10", "quote": "三十日内作出决定", "effective_from": "2016-09-01",
                    "length": "30", "unit": "day", "basis": "慈善法第十条", "suspends": "听证、鉴定",
                    "extension_approver": "head_of_agency", "extension_length": "30", "extension_notify": "applicant_with_reason"}  # fmt: skip
    assert editor.post("/laws/office/rules/new", rule | {"length": ""}).status_code == 422
    assert editor.post("/laws/office/rules/new", rule | {"effective_to": "2015-01-01"}).status_code == 422
    assert editor.post("/laws/office/rules/new", rule | {"unit": "", "length": ""}).status_code == 422
    assert editor.post("/laws/office/rules/new", rule | {"extension_notify": ""}).status_code == 422
    made = editor.post("/laws/office/rules/new", rule)
    assert made.status_code == 302, text_of(made)
    approver.post(f"{made['Location']}/decision", {"act": "approve"})
    row = queries.period_row("cs.register", dt.date(2026, 1, 5))
    assert (row.limit, row.period.suspends, row.period.extension.length) == ("30 个工作日".replace("个工作", ""), ("听证", "鉴定"), 30)
    corrected = form_of(editor.get("/laws/office/laws/charity-law"))
    assert editor.post("/laws/office/laws/charity-law", corrected | {"number": "主席令第43号", "basis": "x"}).status_code == 302


def test_the_office_is_not_there_for_others(registry):
    for path in ("/laws/office", "/laws/office/notice", "/laws/office/rules/xk.decide", f"/laws/office/{uuid4()}"):
        assert browser("yz-decide").get(path).status_code == 404
        assert browser("wang").get(path).status_code == 404
        assert Client().get(path).status_code == 302
    editor = browser("sx-law-edit")
    assert editor.get("/laws/office").status_code == 200
    for path in (f"/laws/office/{uuid4()}", "/laws/office/rules/xk.nothing", "/laws/office/laws/law-of-nature"):
        assert editor.get(path).status_code == 404
    made = notice()
    assert editor.post(f"/laws/office/{made}/decision", {"act": "sing"}).status_code == 404
    assert editor.post(f"/laws/office/{uuid4()}/decision", {"act": "withdraw"}).status_code == 404
    assert editor.post(f"/laws/office/{made}/decision", {"act": "withdraw"}).status_code == 302
    assert "2027年放假安排" in text_of(editor.get("/laws/office"))


def test_a_proposal_that_can_no_longer_be_carried_out_says_so(registry):
    made = notice()
    row = models.Proposal.objects.get(id=made)
    row.document["notices"][0]["worked"] = ["2027-01-29"]
    row.save()
    assert "放假安排有误" in text_of(browser("sx-law-edit").get(f"/laws/office/{made}"))


def test_the_page_of_a_rule_names_the_matters_that_use_it(registry):
    page = text_of(Client().get("/periods/xk.decide", headers={"accept-language": "zh-hans"}))
    assert ("食品经营许可" in page, "迎泽区" in page, "法定办结期限" in page) == (True, True, True)
    assert "行政许可（一般程序） 试算" in page
    unused = text_of(Client().get("/periods/zb.clarify", headers={"accept-language": "zh-hans"}))
    assert "目前没有事项按这条规则计时" in unused


def test_a_year_shows_its_notices_and_what_a_revision_changed(registry):
    page = text_of(Client().get("/laws/calendar/2020", headers={"accept-language": "zh-hans"}))
    revision = page[page.index("国办发明电〔2020〕1号"):]
    assert "修订" in revision
    assert ("1 月 31 日 星期五 上班 放假 春节" in revision, "2 月 1 日 星期六 调休上班 周末 春节" in revision) == (True, True)
    assert "这一年的放假安排还没有公布" in text_of(Client().get("/laws/calendar/2028", headers={"accept-language": "zh-hans"}))
    assert Client().get("/laws/calendar/1999").status_code == 404


# --- the same over the API -----------------------------------------------------------------------------------------


def sent(client, path, document):
    return client.post(f"/api/v1/law/proposals{path}", json.dumps(document), content_type="application/json")


def test_a_program_proposes_and_another_one_approves(registry):
    editor, approver = browser("sx-law-edit"), browser("sx-law-approve")
    asked = {"kind": "notice", "target": "", "title": "2027年放假安排", "document": PLAIN_2027, "basis": "国办发明电〔2026〕9号"}
    made = sent(editor, "", asked)
    assert (made.status_code, made.json()["moves"]["moved"], made.json()["target"]) == (201, 0, "2027")
    own = f"/{made.json()['id']}/decision"
    assert sent(editor, own, {"act": "approve"}).status_code == 403
    assert sent(approver, own, {"act": "reject", "reason": " "}).status_code == 422
    assert sent(approver, own, {"act": "approve"}).json()["decision"] == "approved"
    assert sent(editor, own, {"act": "withdraw"}).json()["type"] == "/problems/proposal-decided"
    assert [row["decision"] for row in editor.get("/api/v1/law/proposals").json()["proposals"]] == ["approved"]
    rule_asked = {"kind": "rule", "target": "xk.decide", "title": "x", "document": rule("xk.decide", length=15), "basis": "x"}
    second = sent(editor, "", rule_asked)
    assert sent(approver, f"/{second.json()['id']}/decision", {"act": "approve"}).status_code == 200
    (change,) = Client().get("/api/v1/periods/xk.decide/changes").json()["changes"]
    assert (change["before"]["periods"][0]["length"], change["after"]["periods"][0]["length"]) == (20, 15)


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("notice", {"year": "2027"}),
        ("notice", {"year": 2027, "notices": [{"notice": "x"}]}),
        ("rule", {}),
        ("rule", {"periods": [{"id": "xk.decide"}]}),
        ("rule", {"periods": ["xk.decide"]}),
        ("law", {"versions": [{"from": "gestern", "note": ""}]}),
        ("law", {"versions": [], "law": {"name": "x"}}),
    ],
)
def test_a_document_in_another_form_is_refused(registry, kind, document):
    asked = {"kind": kind, "target": "x", "title": "x", "document": document, "basis": "x"}
    answer = sent(browser("sx-law-edit"), "", asked)
    assert (answer.status_code, "读不出来" in answer.json()["detail"]) == (422, True), answer.content


@pytest.mark.parametrize(
    "changed", [{"effective_to": 7}, {"effective_to": "7.1.2027"}, {"extension": {"length": 1}}, {"suspends": "听证"}, {"length": 2.5}]
)
def test_a_rule_with_a_part_that_is_none_is_refused(registry, changed):
    asked = {"kind": "rule", "target": "xk.decide", "title": "x", "basis": "x", "document": rule("xk.decide", **changed)}
    assert sent(browser("sx-law-edit"), "", asked).status_code in {409, 422}


def test_the_api_of_the_office_is_not_there_for_others(registry):
    for who in ("yz-decide", "wang"):
        assert browser(who).get("/api/v1/law/proposals").status_code == 404
    assert Client().get("/api/v1/law/proposals").status_code == 401
