"""A draft: nothing typed is lost, nobody else sees it, it ends as exactly one case."""

import datetime as dt
import html
import uuid

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from tests import ground
from tests.folders import intake_samples as applicant
from tongban.cases import models as case_models
from tongban.intake import actions, models, queries
from tongban.matters import models as matter_models

pytestmark = pytest.mark.django_db


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
def draft(wang):
    return applicant.begin(wang)


def row():
    return models.Draft.objects.get()


def text(answer):
    return html.unescape(answer.content.decode())


# Begin and go on


def test_an_application_begun_twice_is_one_draft(wang):
    assert applicant.begin(wang) == applicant.begin(wang)
    assert models.Draft.objects.count() == 1


def test_the_task_list_says_how_far_each_part_is(wang, draft):
    wang.post(f"{draft}premises/", {"area": "86.5", "then": "leave"})
    wang.post(f"{draft}subject/", applicant.typed(applicant.PAGES["subject"]))
    person = queries.draft_of(draft_id=row().id, account_id=row().account_id, at=applicant.AT)
    from tongban.people import queries as people

    states = {task.id: str(task.state) for task in queries.tasks(person, people.person_of(row().account_id))}
    assert states == {"subject": "done", "contact": "todo", "premises": "part", "business": "todo",
                      "staff": "todo", "materials": "todo"}  # fmt: skip


def test_a_page_with_errors_keeps_what_was_typed_and_says_the_same_words_twice(wang, draft):
    answer = wang.post(f"{draft}premises/", {"premises_address": "柳巷 1 号", "area": "八十六", "kitchen_area": "30"})
    assert answer.status_code == 422
    assert applicant.summary(answer) == ["经营场所面积应为数字，例如 120", "请选择在别处是否另有仓库"]
    assert applicant.inline(answer) == applicant.summary(answer)
    assert 'value="八十六"' in text(answer)
    assert text(answer).count("<title>错误：") == 1
    assert row().answers == {"premises_address": "柳巷 1 号", "area": "八十六", "kitchen_area": "30"}
    assert 'value="八十六"' in text(wang.get(f"{draft}premises/"))


def test_a_field_the_answers_call_for_is_shown_before_it_is_complained_of(wang, draft):
    first = text(wang.get(f"{draft}premises/"))
    assert "仓库地址" not in first
    sent = applicant.typed(applicant.PAGES["premises"], has_storage=True) | {
        "shown": "premises_address area kitchen_area has_storage"
    }
    answer = wang.post(f"{draft}premises/", sent)
    assert (answer.status_code, applicant.summary(answer)) == (200, [])
    assert "仓库地址" in text(answer)
    assert "根据您的回答" in text(answer)
    again = wang.post(f"{draft}premises/", sent | {"shown": sent["shown"] + " storage_address"})
    assert (again.status_code, applicant.summary(again)) == (422, ["请填写仓库地址"])


def test_with_htmx_the_field_comes_at_once_and_without_complaint(wang, draft):
    answer = wang.post(f"{draft}premises/?look=1", {"has_storage": "true"})
    assert "仓库地址" in text(answer)
    assert applicant.inline(answer) == []
    assert "<html" not in text(answer)
    assert row().answers == {"has_storage": "true"}


def test_what_the_platform_knows_is_shown_with_its_source_and_cannot_be_changed(wang, draft):
    shown = text(wang.get(f"{draft}contact/"))
    assert "来自您的账号" in shown
    assert 'value="15400000001"' in shown
    applicant.fill(wang, draft)
    wang.post(f"{draft}contact/", applicant.typed(applicant.PAGES["contact"]) | {"contact_phone": "13800000000"})
    ref = applicant.submit(wang, draft)
    assert case_models.Case.objects.get(ref=ref).document["form"]["contact_phone"] == "15400000001"


# Materials


def test_a_file_is_kept_at_once_and_shown_back_to_its_owner(wang, draft):
    wang.post(f"{draft}materials/layout/", {"file": applicant.pdf("布局图.pdf")})
    kept = row().files["layout"][0]
    assert (kept["file_name"], kept["bytes"], kept["media_type"]) == ("布局图.pdf", len(ground.PDF), "application/pdf")
    shown = wang.get(f"{draft}files/{kept['sha256']}")
    assert b"".join(shown.streaming_content) == ground.PDF
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("application/pdf", "nosniff")


@pytest.mark.parametrize(("name", "content", "words"), [
    ("图.tif", b"II*\x00" + b"\x00" * 40, "要 PDF、JPG 或 PNG 文件，您选的“图.tif”不是，没有上传。请转换后重新选择"),
    ("图.pdf", b"MZ\x90\x00program", "要 PDF、JPG 或 PNG 文件，您选的“图.pdf”不是，没有上传。请转换后重新选择"),
    ("图.pdf", b"", "这个文件是空的，请重新选择文件"),
])  # fmt: skip
def test_a_bad_file_has_its_sentence_and_the_good_ones_stay(wang, draft, name, content, words):
    wang.post(f"{draft}materials/safety_rules/", {"file": applicant.pdf("好.pdf")})
    answer = wang.post(f"{draft}materials/layout/", {"file": applicant.pdf(name, content)})
    assert answer.status_code == 422
    assert applicant.summary(answer)[0].endswith(words)
    assert applicant.inline(answer) == applicant.summary(answer)
    assert "好.pdf" in text(answer)
    assert list(row().files) == ["safety_rules"]


def test_a_file_that_is_too_large_says_both_sizes(wang, draft):
    answer = wang.post(f"{draft}materials/layout/", {"file": applicant.pdf("大.pdf", ground.PDF + b"0" * 11_000_000)})
    assert answer.status_code == 422
    assert "10.5 MB，超过 10" in applicant.summary(answer)[0]
    assert row().files == {}


def test_an_upload_without_a_file_says_so(wang, draft):
    answer = wang.post(f"{draft}materials/layout/", {})
    assert applicant.summary(answer)[0].startswith("请先选择“")


def test_a_material_off_the_list_is_not_taken(wang, draft):
    answer = wang.post(f"{draft}materials/house_deed/", {"file": applicant.pdf()})
    assert answer.status_code == 409
    assert "不在公布的材料清单内" in text(answer)


def test_a_file_can_be_replaced_added_to_and_taken_out(wang, draft):
    url = f"{draft}materials/layout/"
    wang.post(url, {"file": applicant.pdf("一.pdf")})
    first = row().files["layout"][0]["sha256"]
    wang.post(url, {"file": applicant.pdf("二.pdf", ground.PDF + b"2"), "replaces": first})
    assert [one["file_name"] for one in row().files["layout"]] == ["二.pdf"]
    wang.post(url, {"file": applicant.pdf("三.pdf", ground.PDF + b"3")})
    assert [one["file_name"] for one in row().files["layout"]] == ["二.pdf", "三.pdf"]
    for one in row().files["layout"]:
        wang.post(f"{url}remove", {"sha256": one["sha256"]})
    assert row().files == {}


def test_a_material_that_does_not_concern_the_application_is_not_asked(wang, draft):
    assert "自动设备的放置地点" not in text(wang.get(f"{draft}materials/"))
    wang.post(f"{draft}business/", applicant.typed(applicant.PAGES["business"], has_machines=True, machine_count=2))
    assert "自动设备的放置地点" in text(wang.get(f"{draft}materials/"))


# Check and submit


def test_the_check_page_shows_every_answer_with_a_way_to_change_it(wang, draft):
    applicant.fill(wang, draft)
    shown = text(wang.get(f"{draft}check/"))
    assert "热食类食品制售、冷食类食品制售" in shown
    assert f'href="{draft}premises/?back=check#f-area"' in shown
    back = wang.post(f"{draft}premises/", applicant.typed(applicant.PAGES["premises"]) | {"back": "check"})
    assert back.url == f"{draft}check/"


def test_an_application_with_open_parts_names_them(wang, draft):
    answer = wang.post(f"{draft}check/", {"is_true": "1"})
    assert answer.status_code == 422
    assert applicant.summary(answer) == [
        "“谁来申请”还有 6 项没有填好", "“怎样联系”还有 2 项没有填好", "“在哪里经营”还有 4 项没有填好",
        "“经营什么”还有 4 项没有填好", "“谁来保证食品安全”还有 5 项没有填好", "“材料”还有 2 项没有填好",
    ]  # fmt: skip
    assert not case_models.Case.objects.exists()


def test_without_the_declaration_nothing_is_filed_and_the_remark_is_kept(wang, draft):
    applicant.fill(wang, draft)
    answer = wang.post(f"{draft}check/", {"remark": "下午在店"})
    assert answer.status_code == 422
    assert applicant.summary(answer) == applicant.inline(answer)
    assert applicant.summary(answer)[0].startswith("请阅读并勾选")
    assert "下午在店" in text(answer)


def test_a_submitted_draft_is_one_case_however_often_it_is_sent(wang, draft):
    applicant.fill(wang, draft)
    first = applicant.submit(wang, draft)
    again = wang.post(f"{draft}check/", {"is_true": "1"})
    assert again.url == f"/cases/{first}/done/"
    assert wang.get(draft).url == f"/cases/{first}/done/"
    assert case_models.Case.objects.count() == 1
    assert (row().answers, row().files, str(row().case_ref)) == ({}, {}, first)


def test_a_submitted_draft_takes_no_more_changes(wang, draft):
    applicant.fill(wang, draft)
    applicant.submit(wang, draft)
    with pytest.raises(actions.AlreadySubmitted):
        actions.save_page(
            draft_id=row().id, account_id=row().account_id, page_id="premises", answers={}, at=applicant.AT
        )


def test_the_receipt_says_the_number_and_what_comes_when(wang, draft):
    applicant.fill(wang, draft)
    ref = applicant.submit(wang, draft)
    shown = text(wang.get(f"/cases/{ref}/done/"))
    assert "140106-2026-00000001-5" in shown
    assert "最迟 3 月 9 日 星期一" in shown  # five working days to answer
    assert "受理后最迟约 3 月 18 日 星期三" in shown  # and seven more as promised
    assert "<svg" in shown
    assert "style=" not in shown


# What time and others do


def test_a_draft_that_lay_too_long_says_so_and_its_contents_go(wang, draft, monkeypatch):
    wang.post(f"{draft}premises/", {"area": "86.5"})
    later = applicant.AT + dt.timedelta(days=actions.DRAFT_DAYS, seconds=1)
    applicant.at(monkeypatch, later)
    applicant.signed_in(wang)  # The session of a month ago is over, too.
    answer = wang.get(f"{draft}premises/")
    assert answer.status_code == 410
    assert "的草稿已于 4 月 1 日过期，填写的内容已删除。" in text(answer)
    assert actions.forget_expired(at=later) == 1
    assert row().answers == {}
    assert wang.get(f"{draft}premises/").status_code == 410
    assert applicant.begin(wang) != draft


def test_a_newer_version_is_told_and_everything_is_carried_over(wang, draft):
    applicant.fill(wang, draft)
    publish_again(ground.FOOD)
    assert "办事指南已更新" in text(wang.get(draft))
    assert wang.post(f"{draft}check/", {"is_true": "1"}).url == draft
    wang.post(f"{draft}renew")
    assert "办事指南已更新" not in text(wang.get(draft))
    assert (row().answers["area"], list(row().files)) == ("86.5", applicant.UPLOADS)
    for page, names in applicant.PAGES.items():
        wang.post(f"{draft}{page}/", applicant.typed(names))
    ref = applicant.submit(wang, draft)
    assert case_models.Case.objects.get(ref=ref).version_id == row().version_id


def test_a_newer_version_is_refused_by_the_act_too(wang, draft):
    from tongban.cases import actions as cases
    from tongban.people import queries as people

    applicant.fill(wang, draft)
    publish_again(ground.FOOD)
    person = people.person_of(row().account_id)
    with pytest.raises(actions.NewerVersion):
        actions.submit(
            draft_id=row().id, person=person, actor=cases.Actor("person", str(person.id)),
            declaration={"is_true": "1"}, at=applicant.AT,
        )


def test_a_matter_closed_meanwhile_says_so_and_keeps_the_draft(wang, draft):
    applicant.fill(wang, draft)
    matter_models.Matter.objects.filter(code=ground.FOOD).update(is_open=False)
    answer = wang.post(f"{draft}check/", {"is_true": "1"})
    assert answer.status_code == 409
    assert "现在不受理申请" in text(answer)
    assert row().answers["area"] == "86.5"
    assert wang.get(f"/apply/{ground.HOTEL}/").status_code == 302
    wang.post(f"{draft}discard")
    closed = wang.get(f"/apply/{ground.FOOD}/")
    assert (closed.status_code, "现在不受理申请" in text(closed)) == (409, True)


def test_a_matter_that_does_not_exist_is_not_found(wang):
    assert wang.get("/apply/no-such-matter/").status_code == 404


def test_somebody_elses_draft_is_not_found_on_any_of_its_pages(wang, draft, django_user_model):
    wang.post(f"{draft}materials/layout/", {"file": applicant.pdf()})
    sha256 = row().files["layout"][0]["sha256"]
    before = models.Draft.objects.values().get()
    applicant.signed_in(wang, "zhao")
    nowhere = draft.replace(str(row().id), str(uuid.uuid4()))
    for end in ("", "premises/", "materials/", "check/", "discard", f"files/{sha256}"):
        mine, none = wang.get(f"{draft}{end}"), wang.get(f"{nowhere}{end}")
        assert (mine.status_code, none.status_code) == (404, 404), end
    for end in ("premises/", "materials/", "materials/layout/", "materials/layout/remove", "check/", "discard", "renew"):
        assert wang.post(f"{draft}{end}", {"sha256": sha256, "is_true": "1"}).status_code == 404, end
    assert models.Draft.objects.values().get() == before


def test_a_stranger_is_asked_to_sign_in(client, registry):
    assert client.get(f"/apply/{ground.FOOD}/").url == f"/account/login/?next=/apply/{ground.FOOD}/"


def test_an_officer_cannot_apply_with_his_working_account(client):
    answer = applicant.signed_in(client, "yz-window").get(f"/apply/{ground.FOOD}/")
    assert (answer.status_code, "工作账号" in text(answer)) == (403, True)


def test_a_draft_thrown_away_is_gone(wang, draft):
    assert "不能恢复" in text(wang.get(f"{draft}discard"))
    assert wang.post(f"{draft}discard").url == "/my/"
    assert not models.Draft.objects.exists()


def test_two_windows_that_begin_at_once_share_one_draft(wang, draft, monkeypatch):
    """The second insert meets the constraint: it goes on with the draft that won."""
    account_id = row().account_id
    models.Draft.objects.update(case_ref=uuid.uuid4())
    taken = models.Draft.objects.create(
        id=uuid.uuid4(), account_id=account_id, matter_code=ground.FOOD, version_id=row_version(),
        started_at=applicant.AT, updated_at=applicant.AT, expires_at=applicant.AT + dt.timedelta(days=1),
    )
    monkeypatch.setattr(models.Draft.objects.__class__, "select_for_update", lambda self: self.none())
    got = actions.start(account_id=account_id, matter_code=ground.FOOD, at=applicant.AT)
    assert got.id == taken.id


def row_version():
    return matter_models.MatterVersion.objects.filter(matter_id=ground.FOOD).latest("n").id


def publish_again(code):
    """The same content as version two, in force from the next day on, and that day is today."""
    old = matter_models.MatterVersion.objects.get(matter_id=code, n=1)
    today = timezone.localdate()
    matter_models.MatterVersion.objects.filter(id=old.id).update(
        effective_from=today - dt.timedelta(days=1), effective_to=today
    )
    matter_models.MatterVersion.objects.create(
        matter_id=code, n=2, document=old.document, flow_xml=old.flow_xml, form=old.form, digest="f" * 64,
        published_on=today, effective_from=today,
    )


def test_files_lie_in_the_store(wang, draft):
    wang.post(f"{draft}materials/layout/", {"file": applicant.pdf()})
    sha256 = row().files["layout"][0]["sha256"]
    assert default_storage.exists(f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}")


# Around the edges


def test_going_on_from_the_materials_names_each_file_that_is_missing(wang, draft):
    answer = wang.post(f"{draft}materials/")
    assert answer.status_code == 422
    assert [words[:4] for words in applicant.summary(answer)] == ["请上传“", "请上传“"]
    assert wang.get(f"{draft}materials/?check=1").status_code == 422
    assert wang.post(f"{draft}materials/", {"then": "leave"}).url == draft
    for code in applicant.UPLOADS:
        wang.post(f"{draft}materials/{code}/", {"file": applicant.pdf()})
    assert wang.post(f"{draft}materials/").url == f"{draft}check/"


def test_a_page_looked_at_from_the_check_page_shows_what_is_missing(wang, draft):
    answer = wang.get(f"{draft}premises/?check=1")
    assert (answer.status_code, len(applicant.summary(answer))) == (422, 4)


def test_pages_of_a_submitted_draft_lead_to_its_receipt(wang, draft):
    applicant.fill(wang, draft)
    ref = applicant.submit(wang, draft)
    for end in ("premises/", "materials/", "check/"):
        assert wang.get(f"{draft}{end}").url == f"/cases/{ref}/done/"
    refused = wang.post(f"{draft}materials/layout/remove", {"sha256": "0"})
    assert (refused.status_code, "已经提交，不能再修改" in text(refused)) == (409, True)


def test_a_submission_repeated_through_the_act_gets_the_first_answer(wang, draft):
    from tongban.cases import actions as cases
    from tongban.people import queries as people

    applicant.fill(wang, draft)
    ref = applicant.submit(wang, draft)
    person = people.person_of(row().account_id)
    again = actions.submit(
        draft_id=row().id, person=person, actor=cases.Actor("person", str(person.id)), declaration={}, at=applicant.AT
    )
    assert again == actions.Submitted(ref, is_repeat=True)


@pytest.mark.parametrize("end", ["no_such_page/", "declaration/", f"files/{'0' * 64}"])
def test_a_part_the_draft_does_not_have_is_not_found(wang, draft, end):
    assert wang.get(f"{draft}{end}").status_code == 404


def test_a_page_the_form_does_not_have_is_not_kept(wang, draft):
    with pytest.raises(queries.NoSuchDraft):
        actions.save_page(draft_id=row().id, account_id=row().account_id, page_id="none", answers={}, at=applicant.AT)


def test_one_material_takes_only_so_many_files(wang, draft, monkeypatch):
    monkeypatch.setattr(actions, "FILES_OF_ONE_MATERIAL_MAX", 1)
    wang.post(f"{draft}materials/layout/", {"file": applicant.pdf()})
    answer = wang.post(f"{draft}materials/layout/", {"file": applicant.pdf("二.pdf", ground.PDF + b"2")})
    assert applicant.summary(answer)[0].endswith("已有 1 个文件，不能再加。请合并成一个 PDF，或先删去不要的")


def test_an_address_in_mixed_signs_is_forgiven(wang, draft):
    wang.post(f"{draft}premises/", applicant.typed(applicant.PAGES["premises"], area="８６．５"))
    assert "在哪里经营" in text(wang.get(draft))
    assert wang.get(f"{draft}premises/?check=1").status_code == 200
