"""The applicant's acts as an API: the same law, problem documents, one answer to one key."""

import datetime as dt
import json
import uuid

import pytest

from tests import ground
from tests.folders import intake_samples as applicant
from tongban.cases import actions as cases
from tongban.cases import models
from tongban.intake import actions
from tongban.intake import models as intake_models

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture(autouse=True)
def _place(registry, monkeypatch, settings, tmp_path):
    applicant.at(monkeypatch)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }


@pytest.fixture
def wang(client):
    return applicant.signed_in(client)


def post(client, path, body, key="key-0001", status=None):
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(f"{API}{path}", json.dumps(body), content_type="application/json", headers=headers)
    assert status in (None, answer.status_code), answer.content.decode()
    return answer.json()


def keep(client, content=ground.PDF, name="图.pdf"):
    return client.post(f"{API}/files", {"file": applicant.pdf(name, content)})


def application(client, **changes):
    sha256 = keep(client).json()["sha256"]
    answers = {name: answer for name, answer in ground.ANSWERS.items() if not name.startswith("contact_")}
    materials = [{"code": code, "sha256": sha256} for code in applicant.UPLOADS]
    return {"matter_code": ground.FOOD, "answers": answers | changes, "materials": materials}


def test_an_application_is_filed_followed_corrected_and_withdrawn(wang):
    filed = post(wang, "/cases", application(wang), status=201)
    assert (filed["number"], filed["status"], filed["is_repeat"]) == ("140106-2026-00000001-5", "filed", False)
    case = models.Case.objects.get(ref=filed["ref"])
    assert (case.subject, case.document["form"]["contact_phone"]) == ("迎泽区晋味面馆（示例）", "15400000001")

    walk = ground.Walk(cases.Done(case.region_code, case.id, filed["ref"], "filed", 1), applicant.AT)
    walk.act(cases.request_supplement, "window", 1, items=[{"material": "layout", "what": "请标出冷食间。"}])
    new = keep(wang, ground.PDF + b"new", "新图.pdf").json()["sha256"]
    body = {"answers": {"area": "79"}, "materials": [{"code": "layout", "sha256": new}]}
    assert post(wang, f"/cases/{filed['ref']}/supplement", body, "key-0002", 200)["status"] == "filed"

    followed = wang.get(f"{API}/cases/{filed['ref']}").json()
    assert [event["kind"] for event in followed["events"]] == ["Filed", "SupplementRequested", "Supplemented"]
    assert followed["limits"] == [
        {"name": "acceptance", "last_on": "2026-03-09", "left": 5, "is_provisional": False}
    ]
    assert models.Case.objects.get().document["form"]["area"] == "79"
    gone = post(wang, f"/cases/{filed['ref']}/withdraw", {"reason": "换了地址"}, "key-0003", 200)
    assert gone["status"] == "withdrawn"
    rated = post(wang, f"/cases/{filed['ref']}/rate", {"score": 5}, "key-0004", 200)
    assert rated["event_n"] == 5


def test_one_key_is_one_case(wang):
    body = application(wang)
    first, again = post(wang, "/cases", body), post(wang, "/cases", body)
    assert (again["ref"], again["is_repeat"]) == (first["ref"], True)
    assert models.Case.objects.count() == 1


def test_the_same_key_of_another_person_is_another_request(wang):
    first = post(wang, "/cases", application(wang))
    applicant.signed_in(wang, "zhao")
    second = post(wang, "/cases", application(wang))
    assert second["ref"] != first["ref"]
    assert second["is_repeat"] is False


def test_an_act_without_a_key_is_not_taken(wang):
    problem = post(wang, "/cases", application(wang), key=None, status=422)
    assert "Idempotency-Key" in json.dumps(problem["errors"][0])


def test_wrong_answers_are_named_field_by_field(wang):
    problem = post(wang, "/cases", application(wang, area="八十六", nonsense="1"))
    assert problem["type"] == "/problems/answers-refused"
    assert "经营场所面积应为数字" in problem["detail"]
    assert "表单里没有“nonsense”这一项" in problem["detail"]
    assert not models.Case.objects.exists()


@pytest.mark.parametrize(("change", "code"), [
    ({"matter_code": "no-such-matter"}, "no-such-matter"),
    ({"materials": []}, "material-missing"),
])  # fmt: skip
def test_what_cannot_be_filed_has_its_own_problem(wang, change, code):
    problem = post(wang, "/cases", application(wang) | change)
    assert problem["type"] == f"/problems/{code}"


def test_a_material_off_the_list_is_refused(wang):
    body = application(wang)
    body["materials"].append({"code": "house_deed", "sha256": body["materials"][0]["sha256"]})
    assert post(wang, "/cases", body)["type"] == "/problems/material-not-asked"


def test_a_file_may_be_named_only_by_who_handed_it_in(wang):
    body = application(wang)
    applicant.signed_in(wang, "zhao")
    problem = post(wang, "/cases", body, status=422)
    assert problem["type"] == "/problems/file-not-kept"
    assert intake_models.Upload.objects.count() == 1


@pytest.mark.parametrize(("content", "code"), [(b"MZprogram", "file-of-wrong-kind"), (b"", "file-empty")])
def test_a_bad_file_has_its_own_problem(wang, content, code):
    answer = keep(wang, content)
    assert (answer.json()["type"], answer["Content-Type"]) == (f"/problems/{code}", "application/problem+json")


def test_a_file_larger_than_any_material_may_be_is_refused(wang, monkeypatch):
    monkeypatch.setattr(actions, "LOOSE_BYTES_MAX", 10)
    assert keep(wang).json()["type"] == "/problems/file-too-large"


def test_a_file_too_large_for_its_material_is_refused(wang):
    large = keep(wang, ground.PDF + b"0" * 11_000_000, "大.pdf").json()["sha256"]
    body = application(wang)
    body["materials"][0]["sha256"] = large
    assert post(wang, "/cases", body)["type"] == "/problems/file-too-large"


def test_a_file_never_used_is_forgotten_after_a_month(wang):
    keep(wang)
    actions.forget_expired(at=applicant.AT + dt.timedelta(days=actions.DRAFT_DAYS - 1))
    assert intake_models.Upload.objects.count() == 1
    actions.forget_expired(at=applicant.AT + dt.timedelta(days=actions.DRAFT_DAYS))
    assert intake_models.Upload.objects.count() == 0


def test_a_file_of_the_wrong_kind_for_its_material_is_refused(wang, monkeypatch):
    webp = keep(wang, b"RIFF\x00\x00\x00\x00WEBPVP8 ", "图.webp").json()["sha256"]
    body = application(wang)
    body["materials"][0]["sha256"] = webp
    assert post(wang, "/cases", body)["type"] == "/problems/file-of-wrong-kind"


def test_another_persons_case_is_not_found(wang):
    ref = post(wang, "/cases", application(wang))["ref"]
    applicant.signed_in(wang, "zhao")
    for where in (ref, uuid.uuid4()):
        assert wang.get(f"{API}/cases/{where}").status_code == 404
        assert post(wang, f"/cases/{where}/withdraw", {}, status=404)["type"] == "/problems/no-such-case"


def test_an_officer_does_not_apply(client):
    applicant.signed_in(client, "yz-window")
    assert post(client, "/cases", {"matter_code": ground.FOOD, "answers": {}}, status=403)["type"] == (
        "/problems/not-a-citizen"
    )


def test_a_stranger_is_told_to_sign_in(client):
    assert client.get(f"{API}/cases/{uuid.uuid4()}").status_code == 401
