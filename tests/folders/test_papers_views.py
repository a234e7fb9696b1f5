"""Anybody may check a licence; files and notices are shown only by those who first checked the right to see them."""

import base64
import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.test import RequestFactory
from ninja.testing import TestClient

from tests.folders.papers_samples import AT, RULE, WORDS
from tongban.papers import actions, api, queries, views

UNKNOWN = "140106-aaaabbbbccccddddeeeeffff22"


@pytest.fixture
def licence(db):
    return actions.issue_licence(
        region_code="140106",
        case_id=412,
        event_n=5,
        procedure_id="permit",
        rule={**RULE, "valid_years": 500},
        words=WORDS,
        at=datetime.datetime(2026, 1, 5, 2, tzinfo=datetime.UTC),
    )


@pytest.fixture
def notice(db):
    return actions.issue_notice(
        region_code="140106",
        case_id=412,
        event_n=2,
        template="acceptance",
        procedure_id="permit",
        words=WORDS,
        at=AT,
    )


def page(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def change(licence, operation, state):
    actions.change_licence(
        ref=licence.ref,
        operation=operation,
        state=state,
        reason="以欺骗手段取得",
        basis="行政许可法 第六十九条第二款",
        by="示例岗位",
        at=AT,
    )


def test_a_genuine_licence_says_so_with_its_public_contents(client, licence):
    text = page(client, f"/licences/{licence.ref}")
    for words in (
        "真实有效",
        licence.number,
        "经营场所",
        "太原市迎泽区柳巷1号",
        licence.identifier,
        "示例许可证",
    ):
        assert words in text
    assert "王小晋" not in text


def test_the_address_is_the_one_in_the_code(licence, settings):
    settings.PUBLIC_URL = "https://tongban.example"
    assert queries.check_url(licence.ref) == f"https://tongban.example/licences/{licence.ref}"


@pytest.mark.parametrize(
    ("operation", "state", "words"),
    [
        ("05", "03", "已被撤销"),
        ("05", "07", "已被吊销"),
        ("05", "04", "已不再有效：注销"),
        ("03", "02", "已被暂扣"),
    ],
)
def test_a_licence_that_lost_its_force_says_so_with_the_reason(
    client, licence, operation, state, words
):
    change(licence, operation, state)
    text = page(client, f"/licences/{licence.ref}")
    assert words in text
    assert "以欺骗手段取得" in text
    assert "真实有效" not in text


def test_a_licence_whose_record_was_altered_is_not_to_be_used(
    client, licence, django_assert_num_queries
):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("update papers_licence set number = 'JY0'")
    assert "请勿使用" in page(client, f"/licences/{licence.ref}")


@pytest.mark.django_db
@pytest.mark.parametrize("ref", [UNKNOWN, "x", "140106-<script>"])
def test_an_unknown_reference_gets_a_helpful_404(client, ref):
    text = page(client, f"/licences/{ref}", 404)
    assert "没有这份证照" in text
    assert "12345" in text
    assert "<script>" not in text


def test_the_check_code_may_be_typed_in_many_ways(client, licence):
    ref = licence.ref
    for typed in (
        ref,
        ref.upper(),
        f" {ref} ",
        f"https://tongban.example/licences/{ref}/?x=1",
        ref.replace("-", "－"),
    ):
        answer = client.get("/licences/", {"ref": typed})
        assert (answer.status_code, answer.headers.get("Location")) == (302, f"/licences/{ref}")


@pytest.mark.django_db
def test_the_question_page_asks_and_keeps_what_was_typed(client):
    assert "查验码" in page(client, "/licences/")
    text = page(client, "/licences/?ref=abc%22%3E", 404)
    assert 'value="abc&quot;&gt;"' in text


def test_a_check_is_counted_and_nothing_else_is_kept(client, licence):
    for _ in range(2):
        page(client, f"/licences/{licence.ref}")
    TestClient(api.router).get(f"/licences/{licence.ref}")
    assert {(row.door, row.count) for row in queries.lookups_of(licence)} == {
        ("page", 2),
        ("api", 1),
    }


def test_the_check_costs_the_same_few_statements(client, licence, django_assert_num_queries):
    with django_assert_num_queries(5):
        page(client, f"/licences/{licence.ref}")
    change(licence, "03", "02")
    with django_assert_num_queries(5):
        page(client, f"/licences/{licence.ref}")


def test_the_api_gives_everything_to_verify_the_licence_without_us(licence):
    answer = TestClient(api.router).get(f"/licences/{licence.ref}").json()
    assert (answer["verdict"], answer["state_name"], answer["algorithm"]) == (
        "genuine",
        "有效",
        "Ed25519",
    )
    key = ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(answer["public_key"]))
    key.verify(base64.b64decode(answer["signature"]), queries.signed_bytes(answer["metadata"]))


@pytest.mark.django_db
def test_the_api_does_not_know_an_unknown_licence():
    from django.http import Http404

    with pytest.raises(Http404):
        api.check_licence(RequestFactory().get("/"), UNKNOWN)


def test_a_kept_pdf_is_shown_under_its_name(notice):
    answer = views.pdf_response(notice.pdf_sha256, notice.file_name)
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith(
        "inline; filename*=utf-8''%E5%8F%97%E7%90%86"
    )
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_kept_file_is_sent_as_a_download(db):
    kept = actions.keep_file(content="办件".encode(), media_type="text/plain")
    answer = views.file_response(kept.sha256, "说明.txt", "text/plain")
    assert b"".join(answer.streaming_content).decode() == "办件"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_notice_can_be_read_as_text(rf, notice):
    from django.contrib.auth.models import AnonymousUser

    request = rf.get("/")
    request.user, request.session = AnonymousUser(), {}
    text = views.notice_page(
        request, notice, pdf_url="/x.pdf", back_url="/cases/1"
    ).content.decode()
    assert "<h2>受理通知书</h2>" in text
    assert '<th scope="row">法定期限</th><td>20 个工作日，至2026年11月9日</td>' in text
    assert 'href="/x.pdf"' in text
