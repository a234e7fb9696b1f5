"""Notices are issued once, carry what the law demands, and can be read by people and programs."""

import pytest

from tests.folders.papers_samples import AT, WORDS
from tongban.papers import actions, queries

ISSUE = {
    "region_code": "140106",
    "case_id": 412,
    "event_n": 2,
    "template": "acceptance",
    "procedure_id": "permit",
    "words": WORDS,
    "at": AT,
}


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }


@pytest.mark.django_db
def test_a_notice_gets_the_next_number_of_its_series():
    first = actions.issue_notice(**ISSUE)
    second = actions.issue_notice(**{**ISSUE, "case_id": 413})
    other = actions.issue_notice(
        **{**ISSUE, "case_id": 414, "words": {**WORDS, "organ": {**WORDS["organ"], "mark": ""}}}
    )
    assert [row.number for row in (first, second, other)] == [
        "迎审批许受〔2026〕1号",
        "迎审批许受〔2026〕2号",
        "140106许受〔2026〕3号",
    ]


@pytest.mark.django_db
def test_the_same_event_gives_the_same_notice():
    first = actions.issue_notice(**ISSUE)
    again = actions.issue_notice(**{**ISSUE, "words": {**WORDS, "is_demo": False}})
    assert again == first
    assert queries.notices_of("140106", 412) == (first,)
    assert queries.notices_of("140105", 412) == ()


@pytest.mark.django_db
def test_two_workers_with_the_same_event_give_one_notice_and_waste_no_number(monkeypatch):
    first = actions.issue_notice(**ISSUE)
    with monkeypatch.context() as patch:
        answers = iter([None, first])
        patch.setattr(queries, "notice", lambda *_key: next(answers))
        assert actions.issue_notice(**ISSUE) == first
    assert actions.issue_notice(**{**ISSUE, "case_id": 413}).number == "迎审批许受〔2026〕2号"


@pytest.mark.django_db
def test_a_notice_keeps_what_it_prints_and_not_the_whole_form():
    words = {**WORDS, "form": {"legal_person_id": "140106199001011234"}}
    issued = actions.issue_notice(**{**ISSUE, "words": words})
    assert "form" not in issued.words


@pytest.mark.django_db
def test_the_kept_file_is_the_pdf_of_the_notice():
    issued = actions.issue_notice(**ISSUE)
    content = queries.file_bytes(issued.pdf_sha256)
    assert content.startswith(b"%PDF-1.7")
    assert len(content) == issued.pdf_bytes
    assert issued.file_name == "受理通知书 迎审批许受〔2026〕1号.pdf"


@pytest.mark.django_db
def test_a_missing_element_gives_no_notice_and_takes_no_number():
    with pytest.raises(queries.WordsMissing, match=r"受理通知书.*due\.statutory"):
        actions.issue_notice(**{**ISSUE, "words": {**WORDS, "due": {}}})
    assert actions.issue_notice(**ISSUE).number == "迎审批许受〔2026〕1号"


@pytest.mark.django_db
def test_a_rare_character_leaves_a_readable_notice_without_file():
    rare = {**WORDS, "applicant": {"name": "\U0002a6a5记面馆", "kind": "organization"}}
    issued = actions.issue_notice(**{**ISSUE, "words": rare})
    assert (issued.number, issued.pdf_sha256) == ("迎审批许受〔2026〕1号", None)
    assert "\U0002a6a5记面馆" in issued.text
    assert queries.notices_without_file(at_most=10) == (issued,)
    assert actions.make_missing_files(at_most=10) == 0


@pytest.mark.django_db
def test_a_file_that_could_not_be_made_is_made_later(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(queries, "rendered", _glyph_missing)
        assert actions.issue_notice(**ISSUE).pdf_sha256 is None
    assert actions.make_missing_files(at_most=10) == 1
    (made,) = queries.notices_of("140106", 412)
    assert queries.is_kept(made.pdf_sha256)


def _glyph_missing(**_paper):
    raise queries.GlyphMissing(text="?")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("procedure", "template"),
    [("permit", "nothing"), ("../permit", "acceptance"), ("none", "acceptance")],
)
def test_an_unknown_paper_is_refused(procedure, template):
    with pytest.raises(queries.NoSuchTemplate):
        actions.issue_notice(**{**ISSUE, "procedure_id": procedure, "template": template})


def test_the_same_words_give_the_same_bytes():
    words = {**WORDS, "number": "迎审批许受〔2026〕1号", "issued_at": AT}
    first = queries.rendered(procedure_id="permit", template="acceptance", words=words)
    assert queries.rendered(procedure_id="permit", template="acceptance", words=words) == first
