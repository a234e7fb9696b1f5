"""The applicant's own case: the page says when and why, what to do, what may be done; a stranger learns nothing."""

import datetime as dt
import html
import re
import uuid

import pytest

from tests import ground
from tests.folders import intake_samples as applicant
from tongban.cases import actions as cases
from tongban.cases import jobs, models
from tongban.cases import queries as case_queries
from tongban.intake import actions
from tongban.intake import models as intake_models
from tongban.papers import models as paper_models
from tongban.people import queries as people
from tongban.site import wiring

pytestmark = pytest.mark.django_db
MONDAY = applicant.AT


@pytest.fixture(autouse=True)
def _place(registry, monkeypatch, settings, tmp_path):
    applicant.at(monkeypatch)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def wang(client):
    return applicant.signed_in(client)


@pytest.fixture
def filed():
    return ground.file(at=MONDAY)


def text(answer):
    """The words of the page as they are read."""
    body = re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode()))
    return re.sub(r"\s+", " ", body)


def url(walk, end=""):
    return f"/cases/{walk.done.ref}/{end}"


def page(client, walk, monkeypatch, moment=None, who="wang"):
    applicant.at(monkeypatch, moment or walk.at)
    applicant.signed_in(client, who)  # The session of another day is over.
    answer = client.get(url(walk))
    assert answer.status_code == 200
    assert "style=" not in answer.content.decode()
    return text(answer)


def corrections(walk, *items):
    walk.act(cases.request_supplement, "window", 1, items=items)
    return walk


LAYOUT = {"material": "layout", "what": "请标出冷食间的位置。"}
AREA = {"material": "area", "what": "面积与租赁合同不一致，请核对。"}


# What the page says, state by state


def test_a_filed_case_says_by_when_it_is_answered(wang, filed, monkeypatch):
    shown = page(wang, filed, monkeypatch)
    assert "受理答复期限 3 月 9 日 星期一" in shown
    assert "为什么是 3 月 9 日" in shown
    assert "从收到材料的次日起数 5 个工作日。 周末不算。" in shown
    assert "您现在不需要做什么。 申请和 2 项材料已于 3 月 2 日收到。" in shown
    assert "太原市迎泽区行政审批服务管理局" in shown


def test_an_accepted_case_shows_the_promise_big_and_the_law_beside_it(wang, filed, monkeypatch):
    filed.accepted()
    shown = page(wang, filed, monkeypatch)
    assert "承诺办结日 3 月 11 日 星期三" in shown
    assert "还剩 7 个工作日。法律规定最迟 3 月 30 日。" in shown
    assert "已用 0 日 · 承诺 7 日" in shown
    assert "《行政许可法》第42条第1款" in shown
    assert "预计 3 月 11 日前" in shown
    assert shown.count("正在办理。") == 2  # review of the papers and inspection, side by side


def test_a_pause_says_what_does_not_count_and_on_which_paper(wang, filed, monkeypatch):
    filed.accepted()
    filed.wait(days=1)
    tokens = filed.open()
    filed.act(
        cases.pause, "review", tokens["document_review"], ground="检测", document="检验告知书 1 号",
        first_day=filed.at.date(),
    )
    shown = page(wang, filed, monkeypatch)
    assert "时钟已暂停，恢复后还剩 7 个工作日。" in shown
    assert "自 3 月 3 日起的时间依法不计入期限。文书：检验告知书 1 号。" in shown
    filed.wait(days=2)
    filed.act(cases.resume, "review", tokens["document_review"], last_day=dt.date(2026, 3, 4))
    shown = page(wang, filed, monkeypatch)
    assert "承诺办结日 3 月 13 日 星期五" in shown
    assert "检测用去的 2 个工作日依法不算。" in shown


@pytest.mark.parametrize(("day", "words"), [
    (dt.date(2026, 3, 11), "今天是最后一天。法律规定最迟 3 月 30 日。"),
    (dt.date(2026, 3, 13), "已超过承诺 2 个工作日。法律规定最迟 3 月 30 日。"),
    (dt.date(2026, 4, 1), "已超过法定期限 2 个工作日。超期不等于自动批准；"),
])  # fmt: skip
def test_lateness_is_said_plainly(wang, filed, monkeypatch, day, words):
    filed.accepted()
    moment = dt.datetime.combine(day, dt.time(10), ground.CHINA)
    assert words in page(wang, filed, monkeypatch, moment)


def test_a_granted_case_says_so_and_may_be_rated_once_it_is_over(wang, filed, monkeypatch):
    filed.accepted().reviewed().decided()
    shown = page(wang, filed, monkeypatch)
    assert "办理结果 准予许可" in shown
    assert "3 月 2 日作出决定，最迟 3 月 16 日送达。" in shown
    assert "撤回申请" not in shown
    filed.served()
    shown = page(wang, filed, monkeypatch)
    assert "3 月 2 日作出决定，已送达。" in shown
    assert "请评价这次办理。" in shown


def test_a_refused_case_gives_the_reason_and_the_remedies(wang, filed, monkeypatch):
    filed.accepted().reviewed(site="fail").decided("refuse", "布局不能避免交叉污染。")
    shown = page(wang, filed, monkeypatch)
    assert "办理结果 不予许可" in shown
    assert "理由：布局不能避免交叉污染。" in shown
    assert "六十日内申请行政复议" in shown


def test_a_case_not_accepted_says_why(wang, filed, monkeypatch):
    filed.act(cases.refuse_acceptance, "window", 1, reason="只卖预包装食品，办理备案即可。")
    shown = page(wang, filed, monkeypatch)
    assert "不予受理 " in shown
    assert "只卖预包装食品，办理备案即可。" in shown


def test_a_joint_permit_names_every_department_that_is_at_it(wang, monkeypatch):
    walk = joint()
    walk.act(cases.accept, "window", 1)
    shown = page(wang, walk, monkeypatch)
    for organ in ("太原市公安局迎泽分局", "太原市迎泽区消防救援大队", "太原市迎泽区卫生健康局"):
        assert organ in shown


def test_the_page_is_whole_in_english(wang, filed, monkeypatch):
    filed.accepted()
    wang.cookies["django_language"] = "en"
    shown = page(wang, filed, monkeypatch)
    assert "Food business licence (new application)" in shown
    assert "11 March (Wed)" in shown


# Strangers


@pytest.mark.parametrize("end", [
    "", "done/", "proof.json", "receipt", "promise", "record.json", "supplement/", "withdraw", "rate", "notices/1.pdf", "notices/1/", "materials/1001",
])  # fmt: skip
def test_a_stranger_cannot_tell_a_case_from_none(client, filed, end):
    applicant.signed_in(client, "zhao")
    other, none = client.get(url(filed, end)), client.get(f"/cases/{uuid.uuid4()}/{end}")
    assert (other.status_code, none.status_code) == (404, 404)
    ref = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    nonce = re.compile(r'(name="csrfmiddlewaretoken" value)="[^"]*"')
    page, nowhere = (nonce.sub("", ref.sub("", answer.content.decode())) for answer in (other, none))
    assert page == nowhere


@pytest.mark.parametrize("end", ["supplement/", "withdraw", "rate"])
def test_a_stranger_changes_nothing(client, filed, end):
    applicant.signed_in(client, "zhao")
    assert client.post(url(filed, end), {"score": "1"}).status_code == 404
    assert models.Event.objects.count() == 1


def test_nobody_signed_in_is_asked_to_sign_in_whether_or_not_there_is_a_case(client, filed):
    for where in (url(filed), f"/cases/{uuid.uuid4()}/"):
        assert client.get(where).url == f"/account/login/?next={where}"


def test_the_officer_at_work_sees_the_page_without_the_applicants_buttons(client, filed, monkeypatch):
    shown = page(client, filed, monkeypatch, who="yz-window")
    assert "承办" in shown
    assert "撤回申请" not in shown
    applicant.signed_in(client, "xd-window")
    assert client.get(url(filed)).status_code == 404


# How much is asked of the database


def test_the_case_page_asks_the_same_of_the_database_with_one_event_and_with_six(
    wang, filed, django_assert_num_queries
):
    wang.get(url(filed))  # Registers and definitions are read once and kept.
    with django_assert_num_queries(15):
        wang.get(url(filed))
    filed.accepted().reviewed()
    with django_assert_num_queries(15):
        wang.get(url(filed))


@pytest.mark.parametrize("rows", [1, 3])
def test_my_cases_asks_the_same_of_the_database_for_one_and_for_three(
    wang, registry, rows, django_assert_num_queries
):
    for n in range(rows):
        ground.file(at=MONDAY + dt.timedelta(minutes=n))
    ground.file(at=MONDAY, by="zhao")
    wang.get("/my/")
    with django_assert_num_queries(6):
        shown = wang.get("/my/").content.decode()
    assert shown.count('href="/cases/') == rows


def test_my_cases_are_nobody_elses(client, filed):
    applicant.signed_in(client, "zhao")
    assert "还没有提交过申请。" in text(client.get("/my/"))


# Corrections


@pytest.fixture
def asked(filed):
    return corrections(filed, LAYOUT, AREA)


def test_the_page_asks_for_the_corrections_and_the_list_has_every_point(wang, asked, monkeypatch):
    shown = page(wang, asked, monkeypatch)
    assert "请补正材料。 共 2 项，逐项补齐后一次提交。" in shown
    assert "2. 经营场所面积：面积与租赁合同不一致，请核对。" in shown
    shown = text(wang.get(url(asked, "supplement/")))
    assert "请标出冷食间的位置。" in shown
    assert "面积与租赁合同不一致，请核对。" in shown


def test_a_correction_is_refused_until_every_file_asked_for_is_there(wang, asked):
    answer = wang.post(url(asked, "supplement/"))
    assert answer.status_code == 422
    assert "主要设备设施" in applicant.summary(answer)[0]
    assert models.Event.objects.count() == 2


def test_a_correction_goes_in_once_with_the_file_and_the_changed_answer(wang, asked):
    draft = correction(wang, asked)
    assert wang.get(f"{draft}premises/").status_code == 200
    wang.post(f"{draft}premises/", applicant.typed(applicant.PAGES["premises"], area="79"))
    bad = wang.post(f"{draft}materials/layout/", {"file": applicant.pdf("图.exe", b"MZ...")})
    assert (bad.status_code, "请标出冷食间的位置。" in text(bad)) == (422, True)
    good = wang.post(f"{draft}materials/layout/", {"file": applicant.pdf("新图.pdf", ground.PDF + b"new")})
    assert good.url == url(asked, "supplement/#m-layout")
    assert wang.post(url(asked, "supplement/")).url == url(asked)
    case = models.Case.objects.get()
    assert (case.status, case.document["form"]["area"]) == ("filed", "79")
    assert list(models.Material.objects.order_by("n").values_list("code", "event_n")) == [
        ("layout", 1), ("safety_rules", 1), ("layout", 3),
    ]  # fmt: skip
    assert wang.post(url(asked, "supplement/")).status_code == 409  # the task is done
    assert models.Event.objects.count() == 3


def test_a_correction_with_files_alone_leaves_the_answers_as_they_were(wang, filed):
    corrections(filed, LAYOUT)
    before = models.Case.objects.get().document["form"]
    draft = correction(wang, filed)
    wang.post(f"{draft}materials/layout/", {"file": applicant.pdf()})
    assert wang.post(url(filed, "supplement/")).status_code == 302
    assert models.Case.objects.get().document["form"] == before


def test_a_correction_draft_is_not_listed_as_an_application(wang, asked):
    correction(wang, asked)
    assert "还没有提交的" not in text(wang.get("/my/"))


def test_there_is_nothing_to_correct_where_nothing_was_asked(wang, filed):
    answer = wang.get(url(filed, "supplement/"))
    assert (answer.status_code, "这一步已经办完" in text(answer)) == (409, True)


def correction(client, walk):
    client.get(url(walk, "supplement/"))
    return f"/apply/d/{intake_models.Draft.objects.get().id}/"


# Withdraw and rate


def test_withdrawing_asks_once_more_and_then_ends_the_case(wang, filed, monkeypatch):
    assert "撤回后办理终止，不能恢复" in text(wang.get(url(filed, "withdraw")))
    key = str(uuid.uuid4())
    for _twice in range(2):
        assert wang.post(url(filed, "withdraw"), {"reason": "换了地址", "key": key}).status_code == 302
    assert models.Case.objects.get().status == "withdrawn"
    assert models.Event.objects.count() == 2
    assert "您已撤回申请，办理终止。" in page(wang, filed, monkeypatch)


def test_after_the_decision_it_is_too_late_to_withdraw(wang, filed):
    filed.accepted().reviewed().decided()
    for answer in (wang.get(url(filed, "withdraw")), wang.post(url(filed, "withdraw"))):
        assert (answer.status_code, "不能再撤回申请" in text(answer)) == (409, True)


def test_a_rating_is_given_once_and_shown(wang, filed, monkeypatch):
    assert wang.get(url(filed, "rate")).status_code == 409  # not over yet
    filed.accepted().reviewed().decided().served()
    nothing = wang.post(url(filed, "rate"), {"comment": "很快"})
    assert nothing.status_code == 422
    assert applicant.summary(nothing) == ["请从“非常满意”到“非常不满意”五档中选择一档。"] == applicant.inline(nothing)
    assert "很快" in text(nothing)
    assert wang.post(url(filed, "rate"), {"score": "4", "comment": "很快"}).status_code == 302
    assert "您的评价：满意" in page(wang, filed, monkeypatch)
    for again in (wang.get(url(filed, "rate")), wang.post(url(filed, "rate"), {"score": "1"})):
        assert (again.status_code, "每件只评价一次" in text(again)) == (409, True)


# Papers, materials, proof


def test_a_material_is_shown_back_to_the_applicant(wang, filed):
    answer = wang.get(url(filed, "materials/1001"))
    assert b"".join(answer.streaming_content) == ground.PDF
    assert wang.get(url(filed, "materials/9999")).status_code == 404


def test_a_notice_waits_for_its_file_and_then_is_given(wang, filed):
    assert wang.get(url(filed, "notices/1.pdf")).status_code == 404
    wiring.deliver(jobs.Delivery(filed.done.region_code, filed.done.case_id, 1, "Filed"))
    assert wang.get(url(filed, "notices/1.pdf")).content.startswith(b"%PDF-")
    assert "收件回执" in text(wang.get(url(filed, "notices/1/")))
    assert "收件回执" in text(wang.get(url(filed)))
    paper_models.Notice.objects.update(pdf_sha256=None, pdf_bytes=None)
    waiting = wang.get(url(filed, "notices/1.pdf"))
    assert (waiting.status_code, "PDF 正在生成" in text(waiting)) == (202, True)
    assert wang.get(url(filed, "notices/2.pdf")).status_code == 404


def test_the_proof_is_the_ledgers_own(wang, filed):
    answer = wang.get(url(filed, "proof.json")).json()
    assert (answer["log"], [entry["n"] for entry in answer["entries"]]) == ("140100", [1])
    assert wang.get(url(filed, "receipt")).status_code == 404  # not yet in a checkpoint


def test_the_promise_and_the_record_of_the_case_are_to_be_had_from_the_first_moment(wang, filed):
    from tongban.core import note, receipt
    from tongban.ledger import actions as ledger_actions
    from tongban.ledger import queries as ledger

    ledger_actions.ensure_keys(logs=["140100"])
    given = wang.get(url(filed, "promise"))
    key = note.parse_key(ledger.state("140100").promise_vkey)
    assert receipt.verify_promise(given.content.decode(), [key]).event_n == 1
    record = wang.get(url(filed, "record.json"))
    assert "attachment" in record["Content-Disposition"]
    assert list(record.json()["disclosures"]) in ([], ["1"])


def joint():
    answers = ground.HOTEL_ANSWERS if hasattr(ground, "HOTEL_ANSWERS") else hotel_answers()
    return ground.file(ground.HOTEL, at=MONDAY, answers=answers)


def hotel_answers():
    """The sample's answers for the fields both forms share, and the first option or a plain answer elsewhere."""
    from tongban.core import forms
    from tongban.matters import queries as matters

    form = matters.definition(matters.version_in_force(ground.HOTEL, MONDAY.date())).form
    answers = {}
    for field in form.fields():
        if field.name in ground.ANSWERS:
            answers[field.name] = ground.ANSWERS[field.name]
        elif forms.is_shown(field, form, answers):
            answers[field.name] = plain(field)
    return answers


def plain(field):
    from tongban.core import forms

    kinds = forms.Kind
    if field.options:
        return [field.options[0].value] if field.kind is kinds.CHOICES else field.options[0].value
    return {kinds.YES_NO: False, kinds.WHOLE: 20, kinds.NUMBER: "200", kinds.MOBILE: "15400000002",
            kinds.DATE: "2026-03-02"}.get(field.kind, "示例")  # fmt: skip


# Around the edges


def test_a_correction_whose_answers_became_wrong_names_the_page(wang, filed):
    corrections(filed, AREA)
    draft = correction(wang, filed)
    wang.post(f"{draft}premises/", applicant.typed(applicant.PAGES["premises"], area="八十"))
    answer = wang.post(url(filed, "supplement/"))
    assert applicant.summary(answer) == ["还有内容没有填完：在哪里经营。请补齐后再提交。"]
    assert wang.get(draft).url == wang.get(f"{draft}materials/").url == url(filed, "supplement/")


def test_a_correction_repeated_through_the_act_gets_the_first_answer(wang, filed):
    corrections(filed, AREA)
    draft = correction(wang, filed)
    wang.post(f"{draft}premises/", applicant.typed(applicant.PAGES["premises"], area="79"))
    found = own_page(filed)
    wang.post(url(filed, "supplement/"))
    row = intake_models.Draft.objects.get()
    person = people.person_of(row.account_id)
    again = actions.correct(
        draft_id=row.id, person=person, case=found, token_n=2, actor=ground.citizen(), at=MONDAY
    )
    assert again == actions.Submitted(filed.done.ref, is_repeat=True)


def test_two_windows_that_begin_a_correction_share_one_draft(wang, filed, monkeypatch):
    corrections(filed, AREA)
    correction(wang, filed)
    row = intake_models.Draft.objects.get()
    monkeypatch.setattr(intake_models.Draft.objects.__class__, "select_for_update", lambda self: self.none())
    assert actions.start_correction(account_id=row.account_id, case=own_page(filed), at=MONDAY).id == row.id


def own_page(walk):
    viewer = case_queries.Viewer(person_id=ground.citizen().id)
    return case_queries.page(ref=walk.done.ref, viewer=viewer, at=MONDAY)


def test_a_form_without_a_key_is_a_request_of_its_own(wang, filed):
    assert wang.post(url(filed, "withdraw"), {"key": "nonsense"}).status_code == 302
    assert models.Case.objects.get().status == "withdrawn"


def test_a_licence_is_given_as_its_file(wang, filed):
    filed.accepted().reviewed().decided()
    event_n = models.Event.objects.get(kind="Decided").n
    wiring.deliver(jobs.Delivery(filed.done.region_code, filed.done.case_id, event_n, "Decided"))
    shown = wang.get(url(filed)).content.decode()
    last = re.findall(rf'"{re.escape(url(filed))}notices/(\d+)/"', shown)[-1]
    assert wang.get(url(filed, f"notices/{last}/")).url == url(filed, f"notices/{last}.pdf")
    assert wang.get(url(filed, f"notices/{last}.pdf")).content.startswith(b"%PDF-")


def test_the_limits_of_a_case_go_into_a_calendar_with_the_reason_of_every_day(client, wang, filed, monkeypatch):
    filed.accepted()
    told = client.get(url(filed, "days.ics"))
    folded = told.content.decode().replace("\r\n ", "")
    assert told["Content-Type"] == "text/calendar; charset=utf-8"
    assert folded.count("BEGIN:VEVENT") == 2
    assert ("承诺办结日" in folded, "法定最迟日" in folded, "周末，不计入" in folded) == (True, True, True)
    applicant.signed_in(client, "zhao")
    assert client.get(url(filed, "days.ics")).status_code == 404


def test_a_day_that_rests_on_a_year_without_a_notice_says_so_wherever_it_stands(client, monkeypatch):
    late = dt.datetime(2026, 12, 21, 9, 30, tzinfo=ground.CHINA)
    walk = ground.file(at=late)
    assert "暂定" not in page(client, ground.file(at=MONDAY, by="zhao").accepted(), monkeypatch, who="zhao")
    walk.accepted()
    shown = page(client, walk, monkeypatch)
    assert "日期跨到放假安排还没有公布的年份，暂定" in shown
    assert "带 * 的日子按尚未公布的放假安排暂算" in shown
    assert "暂定" in text(client.get("/my/"))
    assert "（暂定）" in text(client.get(url(walk, "done/")))
