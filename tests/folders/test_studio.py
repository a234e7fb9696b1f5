"""The studio: two pairs of eyes, nothing unsound published, nothing overwritten unseen, running cases keep their version."""

import datetime as dt
import json

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from tests import ground
from tongban.matters import actions, models, queries
from tongban.people import models as people
from tongban.site import studio

AT = dt.datetime(2026, 6, 1, 10, 0, tzinfo=ground.CHINA)
PACKS = settings.PACKS


def officer(username):
    return people.Officer.objects.get(account__username=username).id


@pytest.fixture
def writer(registry):
    return officer("sx-write")


@pytest.fixture
def publisher(registry):
    return officer("sx-publish")


@pytest.fixture
def draft(writer):
    return actions.begin(packs=PACKS, procedure_id="permit", officer_id=writer, at=AT)


def write(draft_id, by, reason="因修订程序（示例）", **changed):
    """Save the draft with some of its texts replaced: old=new by field."""
    row = queries.draft_row(draft_id)
    texts = {"document_text": row.document_text, "form_text": row.form_text, "flow_xml": row.flow_xml}
    for field, (old, new) in changed.items():
        assert old in texts[field]
        texts[field] = texts[field].replace(old, new)
    return actions.save(
        draft_id=draft_id, texts=actions.Texts(texts["document_text"], texts["form_text"], texts["flow_xml"]),
        reason=reason, revision=row.revision, officer_id=by, at=AT,
    )  # fmt: skip


def shorter_review(draft_id, by):
    return write(draft_id, by, document_text=("limit_working_days: 3", "limit_working_days: 2"))


def test_a_second_officer_publishes_and_running_cases_keep_their_version(draft, writer, publisher):
    walk = ground.file()
    before = queries.version_in_force(ground.FOOD, AT.date())
    shorter_review(draft, writer)
    actions.propose(packs=PACKS, draft_id=draft, officer_id=writer, at=AT)

    done = actions.approve(packs=PACKS, draft_id=draft, officer_id=publisher, at=AT)

    assert {one.matter_code for one in done if one.is_new} >= {ground.FOOD}
    after = queries.version_in_force(ground.FOOD, AT.date())
    assert after != before
    assert queries.definition(after).nodes["document_review"].limit_working_days == 2
    assert walk.accepted().open().keys() >= {"document_review"}, "the running case goes on by its own version"
    newest, former = queries.procedure_versions("permit")[:2]
    assert (newest.version, newest.published_by) == (former.version + 1, "段文静（示例）、冀国栋（示例）")
    changed = queries.changes("permit", newest.version, former.version)
    assert [line.kind for line in changed["procedure.yaml"]].count("add") == 1


def test_loading_the_same_pack_again_leaves_what_the_studio_published(draft, writer, publisher):
    shorter_review(draft, writer)
    actions.propose(packs=PACKS, draft_id=draft, officer_id=writer, at=AT)
    actions.approve(packs=PACKS, draft_id=draft, officer_id=publisher, at=AT)

    actions.load(packs=PACKS, progress=lambda *_: None, at=AT)

    version = queries.version_in_force(ground.FOOD, AT.date())
    assert queries.definition(version).nodes["document_review"].limit_working_days == 2


def test_who_proposed_does_not_publish(registry, publisher):
    draft_id = actions.begin(packs=PACKS, procedure_id="permit", officer_id=publisher, at=AT)
    shorter_review(draft_id, publisher)
    actions.propose(packs=PACKS, draft_id=draft_id, officer_id=publisher, at=AT)
    with pytest.raises(actions.OwnDraft):
        actions.approve(packs=PACKS, draft_id=draft_id, officer_id=publisher, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.ProcedureDraft.objects.filter(id=draft_id).update(state="published", decided_by=publisher)


def test_who_has_no_grant_writes_and_publishes_nothing(draft, writer):
    stranger = officer("yz-decide")
    with pytest.raises(actions.RoleMissing):
        shorter_review(draft, stranger)
    shorter_review(draft, writer)
    actions.propose(packs=PACKS, draft_id=draft, officer_id=writer, at=AT)
    with pytest.raises(actions.RoleMissing):
        actions.approve(packs=PACKS, draft_id=draft, officer_id=writer, at=AT)


FAULTY = {
    "a limit over the law": {"document_text": ("limit_working_days: 3", "limit_working_days: 300")},
    "yaml that cannot be read": {"document_text": ("id: permit", "id: [permit")},
    "another procedure's id": {"document_text": ("id: permit", "id: other")},
    "a role left out": {"document_text": ("    role: reviewer\n", "")},
    "no xml": {"flow_xml": ("<", "‹")},
    "no json": {"form_text": ("{", "[")},
    "an entity bomb": {"flow_xml": ("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>')},
}


@pytest.mark.parametrize("name", FAULTY)
def test_what_the_checker_refuses_is_kept_told_and_not_put_forward(draft, writer, name):
    write(draft, writer, **FAULTY[name])
    row = queries.draft_row(draft)
    texts = actions.Texts(row.document_text, row.form_text, row.flow_xml)
    assert actions.examined(packs=PACKS, procedure_id="permit", texts=texts, at=AT).faults
    with pytest.raises(actions.HasFaults):
        actions.propose(packs=PACKS, draft_id=draft, officer_id=writer, at=AT)


def test_nobody_overwrites_what_he_has_not_seen(draft, writer, publisher):
    row = queries.draft_row(draft)
    shorter_review(draft, publisher)
    with pytest.raises(actions.StaleDraft):
        actions.save(
            draft_id=draft, texts=actions.Texts(row.document_text, row.form_text, row.flow_xml), reason="",
            revision=row.revision, officer_id=writer, at=AT,
        )  # fmt: skip


def test_there_is_one_draft_of_a_procedure_at_a_time(draft, publisher):
    with pytest.raises(actions.AlreadyDrafted):
        actions.begin(packs=PACKS, procedure_id="permit", officer_id=publisher, at=AT)


def test_no_proposal_without_a_reason_and_none_sent_back_without_one(draft, writer, publisher):
    write(draft, writer, reason=" ")
    with pytest.raises(actions.ReasonMissing):
        actions.propose(packs=PACKS, draft_id=draft, officer_id=writer, at=AT)
    shorter_review(draft, writer)
    actions.propose(packs=PACKS, draft_id=draft, officer_id=writer, at=AT)
    with pytest.raises(actions.NotOpen):
        write(draft, writer)
    with pytest.raises(actions.ReasonMissing):
        actions.send_back(draft_id=draft, remark=" ", officer_id=publisher, at=AT)
    actions.send_back(draft_id=draft, remark="请补依据", officer_id=publisher, at=AT)
    assert [act.words for act in queries.draft_trail(draft)] == ["退回", "提交批准", "保存", "保存", "起草"]


def test_a_draft_begun_before_another_version_is_overtaken(draft, writer):
    shorter_review(draft, writer)
    last = models.Procedure.objects.filter(id="permit").order_by("-version").first()
    models.Procedure.objects.create(
        id="permit", version=last.version + 1, digest="0" * 64, document=last.document, published_at=AT
    )
    with pytest.raises(actions.Overtaken):
        actions.propose(packs=PACKS, draft_id=draft, officer_id=writer, at=AT)


def test_scenarios_are_played_with_the_draft_and_leave_nothing(draft, writer):
    same = studio.outcomes(queries.draft_row(draft))
    assert same and all(one["differences"] == [] for one in same)
    write(draft, writer, document_text=("Accepted: acceptance", "Accepted: receipt"))
    before = models.MatterVersion.objects.count()

    changed = studio.outcomes(queries.draft_row(draft))

    assert any(one["differences"] for one in changed), "another paper is issued than the scenarios say"
    assert json.dumps(changed)
    assert models.MatterVersion.objects.count() == before


def test_the_pages_are_there_for_those_who_write_and_for_nobody_else(client, draft, writer):
    path = f"/studio/drafts/{draft}/"
    assert client.get(path).status_code == 302
    client.force_login(people.Account.objects.get(username="yz-decide"))
    for one in ("/studio/", "/studio/permit/", path, f"{path}edit", f"{path}flow.bpmn"):
        assert client.get(one).status_code == 404
    assert client.post(f"{path}play").status_code == 404
    client.force_login(people.Account.objects.get(username="sx-write"))
    for one in ("/studio/", "/studio/permit/", path, f"{path}edit", f"{path}flow.bpmn"):
        assert client.get(one).status_code == 200
    assert client.get("/studio/nothing/").status_code == client.get("/studio/drafts/99999999/").status_code == 404


def test_a_stale_page_keeps_what_was_typed(client, draft, writer):
    client.force_login(people.Account.objects.get(username="sx-write"))
    row = queries.draft_row(draft)
    shorter_review(draft, writer)
    answer = client.post(f"/studio/drafts/{draft}/edit", {
        "reason": "写好的理由", "document_text": row.document_text, "flow_xml": row.flow_xml, "form_text": row.form_text,
        "revision": row.revision,
    })  # fmt: skip
    assert answer.status_code == 409
    assert "写好的理由" in answer.content.decode()
    assert "已被保存过" in answer.content.decode()
