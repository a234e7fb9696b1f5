"""Licences carry a valid identifier, number and signature, and tell at once when they are no longer good."""

import datetime
import pathlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.db import connection

from tests.folders.papers_samples import AT, HOLDER, ORGAN, RULE, WORDS
from tongban.core import codes
from tongban.papers import actions, queries

ISSUE = {
    "region_code": "140106",
    "case_id": 412,
    "event_n": 5,
    "procedure_id": "permit",
    "rule": RULE,
    "words": WORDS,
    "at": AT,
}
TODAY = datetime.date(2026, 10, 20)
REVOKE = {
    "operation": "05",
    "state": "03",
    "reason": "以欺骗手段取得",
    "basis": "行政许可法 第六十九条第二款",
    "by": "示例岗位",
    "at": AT,
}


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }


@pytest.mark.django_db
def test_a_licence_says_what_its_rule_says():
    licence = actions.issue_licence(**ISSUE)
    assert licence.number.startswith("JY2140106000001")
    assert codes.has_check_digit(licence.number.removeprefix("JY"))
    assert codes.is_licence_identifier(licence.identifier)
    assert f".{ORGAN}.20260000001.001." in licence.identifier
    assert (licence.valid_from, licence.valid_until) == (
        datetime.date(2026, 10, 12),
        datetime.date(2031, 10, 11),
    )
    assert licence.metadata["certificate_holder_code"] == HOLDER
    assert licence.metadata["extend_info"] == {
        "name": "太原市迎泽区晋味面馆",
        "place": "太原市迎泽区柳巷1号",
        "kinds": "热食类食品制售；冷食类食品制售",
    }
    assert queries.file_bytes(licence.pdf_sha256).startswith(b"%PDF-1.7")


@pytest.mark.django_db
def test_the_same_decision_gives_the_same_licence():
    first = actions.issue_licence(**ISSUE)
    assert actions.issue_licence(**ISSUE) == first
    assert queries.licences_of("140106", 412) == (first,)


@pytest.mark.django_db
def test_two_workers_with_the_same_decision_give_one_licence_and_waste_no_number(monkeypatch):
    first = actions.issue_licence(**ISSUE)
    with monkeypatch.context() as patch:
        answers = iter([None, first])
        patch.setattr(queries, "licence_of", lambda *_key: next(answers))
        assert actions.issue_licence(**ISSUE) == first
    after = actions.issue_licence(**{**ISSUE, "case_id": 413})
    assert (first.number[9:15], after.number[9:15]) == ("000001", "000002")


@pytest.mark.django_db
def test_a_licence_whose_paper_lacks_a_glyph_is_valid_and_gets_its_file_later(monkeypatch):
    def missing(**_paper):
        raise queries.GlyphMissing(text="?")

    with monkeypatch.context() as patch:
        patch.setattr(queries, "rendered", missing)
        licence = actions.issue_licence(**ISSUE)
    assert licence.pdf_sha256 is None
    assert queries.check(licence.ref, today=TODAY).verdict == "genuine"
    assert queries.licences_without_file(at_most=9) == (licence,)
    assert actions.make_missing_licence_files(at_most=9) == 1
    assert queries.licences_without_file(at_most=9) == ()


@pytest.mark.django_db
def test_two_servers_that_start_at_once_share_one_key(settings, monkeypatch):
    made = actions.issue_licence(**ISSUE)
    (file,) = settings.KEYS_FOLDER.iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(pathlib.Path, "exists", lambda _path: False)
        again = actions.issue_licence(**{**ISSUE, "case_id": 413})
    assert again.key_id == made.key_id
    assert list(settings.KEYS_FOLDER.iterdir()) == [file]


@pytest.mark.django_db
def test_a_licence_keeps_what_it_prints_and_not_the_whole_form():
    secret = {**WORDS["form"], "legal_person_id": "140106199001011234"}
    licence = actions.issue_licence(
        **{**ISSUE, "words": {**WORDS, "form": secret, "shown": secret}}
    )
    with connection.cursor() as cursor:
        cursor.execute("select papers_licence::text from papers_licence")
        (row,) = cursor.fetchone()
    assert licence.number in row
    assert "140106199001011234" not in row


@pytest.mark.django_db
def test_a_resident_number_is_never_in_the_signed_metadata():
    number = codes.resident_id("140106", "19900101", 12)
    person = {"name": "王小晋", "kind": "person", "code": number}
    rule = {**RULE, "holder": {**RULE["holder"], "kind": "公民身份号码", "kind_code": "111"}}
    licence = actions.issue_licence(
        **{**ISSUE, "rule": rule, "words": {**WORDS, "applicant": person}}
    )
    assert number not in queries.signed_bytes(licence.metadata).decode()
    assert licence.metadata["certificate_holder_code"] == f"140106********{number[-4:]}"


@pytest.mark.django_db
def test_a_missing_field_gives_no_licence():
    with pytest.raises(queries.WordsMissing, match=r"示例许可证.*经营场所"):
        actions.issue_licence(
            **{**ISSUE, "words": {**WORDS, "form": {"kinds": ["x"], "chief": "y"}}}
        )
    assert queries.licences_of("140106", 412) == ()


@pytest.mark.django_db
def test_anybody_can_check_the_signature_with_the_published_key():
    licence = actions.issue_licence(**ISSUE)
    found = queries.check(licence.ref, today=TODAY)
    key = ed25519.Ed25519PublicKey.from_public_bytes(found.public_key)
    key.verify(found.licence.signature, found.signed_bytes)
    assert found.verdict == queries.Verdict.GENUINE


@pytest.mark.django_db
def test_the_signing_key_is_readable_by_the_server_alone(settings):
    actions.issue_licence(**ISSUE)
    (key,) = settings.KEYS_FOLDER.iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert settings.KEYS_FOLDER.stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "verdict"),
    [
        (datetime.date(2026, 10, 11), "not_yet"),
        (datetime.date(2026, 10, 12), "genuine"),
        (datetime.date(2031, 10, 11), "genuine"),
        (datetime.date(2031, 10, 12), "expired"),
    ],
)
def test_a_licence_is_good_from_its_first_to_its_last_day(today, verdict):
    licence = actions.issue_licence(**ISSUE)
    assert queries.check(licence.ref, today=today).verdict == verdict


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "set number = 'JY21401060000029'",
        "set valid_until = '2099-01-01'",
        "set valid_until = null",
        "set metadata = jsonb_set(metadata, '{certificate_holder_name}', '\"别人\"')",
        "set signature = decode(repeat('00', 64), 'hex')",
        "set key_id = 'gone'",
    ],
)
def test_a_record_that_was_tampered_with_is_not_genuine(change):
    licence = actions.issue_licence(**ISSUE)
    with connection.cursor() as cursor:
        cursor.execute(f"update papers_licence {change}")
    assert queries.check(licence.ref, today=TODAY).verdict == "altered"


@pytest.mark.django_db
def test_a_revocation_is_seen_at_once_and_cannot_be_done_twice():
    licence = actions.issue_licence(**ISSUE)
    revoked = actions.change_licence(ref=licence.ref, **REVOKE)
    found = queries.check(licence.ref, today=TODAY)
    assert (revoked.state_name, found.verdict) == ("撤销", "revoked")
    assert [(row.n, row.operation_name, row.reason) for row in found.changes] == [
        (1, "撤销", "以欺骗手段取得")
    ]
    with pytest.raises(actions.ChangeNotAllowed, match="现为“撤销”"):
        actions.change_licence(ref=licence.ref, **REVOKE)


@pytest.mark.django_db
def test_a_suspended_licence_can_be_given_back():
    ref = actions.issue_licence(**ISSUE).ref
    actions.change_licence(ref=ref, **{**REVOKE, "operation": "03", "state": "02"})
    assert queries.check(ref, today=TODAY).verdict == "suspended"
    actions.change_licence(ref=ref, **{**REVOKE, "operation": "06", "state": "01"})
    assert queries.check(ref, today=TODAY).verdict == "genuine"


@pytest.mark.django_db
@pytest.mark.parametrize(("operation", "state"), [("06", "01"), ("05", "02"), ("77", "03")])
def test_an_operation_that_does_not_fit_is_refused(operation, state):
    ref = actions.issue_licence(**ISSUE).ref
    with pytest.raises(actions.ChangeNotAllowed):
        actions.change_licence(ref=ref, **{**REVOKE, "operation": operation, "state": state})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "ref", ["", "140106-aaaabbbbccccddddeeeeffff22", "140106-AAAA", "x' or 1=1"]
)
def test_an_unknown_reference_is_unknown(ref):
    assert queries.check(ref, today=TODAY) is None
    with pytest.raises(actions.NoSuchLicence):
        actions.change_licence(ref=ref, **REVOKE)


@pytest.mark.django_db
def test_the_holder_sees_how_often_the_licence_was_checked():
    licence = actions.issue_licence(**ISSUE)
    for door in ("page", "page", "api"):
        actions.record_lookup(licence=licence, door=door, at=AT)
    assert [(row.door, row.count) for row in queries.lookups_of(licence)] == [
        ("api", 1),
        ("page", 2),
    ]


@pytest.mark.parametrize(
    ("first", "years", "last"),
    [
        (datetime.date(2026, 10, 12), 5, datetime.date(2031, 10, 11)),
        (datetime.date(2024, 2, 29), 5, datetime.date(2029, 2, 28)),
        (datetime.date(2024, 2, 29), 4, datetime.date(2028, 2, 28)),
        (datetime.date(2026, 1, 1), 1, datetime.date(2026, 12, 31)),
        (datetime.date(2026, 1, 1), None, None),
    ],
)
def test_a_validity_of_whole_years_ends_the_day_before(first, years, last):
    assert queries.last_day(first=first, years=years) == last
