"""Somebody with every right on the database changes one thing; the examination names it."""

import datetime
import json

import pytest
from django.db import connection

from tongban.core import merkle, note, receipt
from tongban.ledger import actions, jobs, models, queries

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
LOG, REGION, CASES, EVENTS = "140100", "140106", 90, 3
REF = "00010203-0405-0607-0809-0a0b0c0d0e%02x"


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.LEDGER_FOLDER = tmp_path
    settings.LEDGER_ORIGIN = "ledger.example"
    settings.LEDGER_WITNESSES = []
    queries.forget_tiles()
    return tmp_path / "public" / LOG


@pytest.fixture
def facts(place):
    """Ninety cases of three events each, in the log, published: one full tile and a partial one."""
    facts, previous = [], {}
    for n in range(1, EVENTS + 1):
        for case_id in range(CASES):
            fact = queries.EventFact(
                REGION, case_id, n, REF % case_id, "Filed" if n == 1 else "Completed", AT, "intake",
                {"reason": f"第{n}次，符合条件"},
            )
            one = actions.queued_entry(
                region_code=REGION, case_id=case_id, ref=fact.ref, event_n=n, kind=fact.kind,
                previous=previous.get(case_id, b""), matter="food@1", node="intake", at=AT, capacity="post-7",
                due=None, said=fact.said, attachments=[], is_sealed=case_id == 5,
            )
            actions.queue(region_code=REGION, entries=[one])
            previous[case_id] = merkle.leaf_hash(one.entry)
            facts.append(fact)
        jobs.take_turn(at=AT)
    return facts


def found(facts=None):
    return {finding.check for finding in actions.fsck(log=LOG, at=AT, events=facts and in_order(facts))}


def in_order(facts):
    return sorted(facts, key=lambda one: (one.region_code, one.case_id, one.n))


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_log_nobody_touched_has_no_findings(facts):
    assert actions.fsck(log=LOG, at=AT, events=in_order(facts)) == ()
    state = queries.state(LOG)
    assert (state.checked_at, state.findings) == (AT, ())


# Events


def test_an_event_changed_is_found(facts):
    for change in (
        {"kind": "Rated"}, {"ref": REF % 99}, {"at": AT + datetime.timedelta(seconds=1)}, {"node": "decision"},
        {"said": {"reason": "不符合条件"}}, {"said": {"reason": "第2次，符合条件", "more": "x"}},
    ):
        given = {name: getattr(facts[100], name) for name in facts[100].__slots__} | change
        assert found([*facts[:100], queries.EventFact(**given), *facts[101:]]) == {"event-changed"}


def test_an_event_of_a_sealed_case_changed_is_found(facts):
    given = {name: getattr(facts[5], name) for name in facts[5].__slots__} | {"node": "decision"}
    assert found([*facts[:5], queries.EventFact(**given), *facts[6:]]) == {"event-changed"}


def test_an_event_deleted_is_found(facts):
    assert found(facts[:7] + facts[8:]) == {"leaf-without-event"}


def test_an_event_inserted_is_found(facts):
    more = queries.EventFact(REGION, 3, 4, REF % 3, "Rated", AT, "", {})
    assert found([*facts, more]) == {"event-without-leaf"}


def test_two_events_exchanged_are_found(facts):
    first, second = facts[3], facts[3 + CASES]
    facts[3] = queries.EventFact(REGION, 3, 1, second.ref, second.kind, second.at, second.node, second.said)
    facts[3 + CASES] = queries.EventFact(REGION, 3, 2, first.ref, first.kind, first.at, first.node, first.said)
    assert found(facts) == {"event-changed"}


def test_a_disclosure_changed_is_found(facts):
    run("update ledger_disclosure set sealed = %s where case_id = 4 and event_n = 2", b"\x00" * 60)
    assert found(facts) == {"event-changed"}


def test_a_disclosure_put_in_place_of_another_is_found(facts):
    run("delete from ledger_disclosure where case_id = 4 and event_n = 2")
    run("delete from ledger_disclosurekey where case_id = 4 and event_n = 2")
    run("update ledger_disclosure set event_n = 2 where case_id = 4 and event_n = 3")
    run("update ledger_disclosurekey set event_n = 2 where case_id = 4 and event_n = 3")
    assert found(facts) == {"event-changed"}


# Leaves


def test_a_leaf_changed_is_found(facts):
    run("update ledger_leaf set entry = %s where index = 17", b'{"log":"140100"}')
    assert found() >= {"leaf-hash", "tile-leaf", "root-leaf", "file-entries"}


def test_a_leaf_changed_with_its_hash_is_found(facts):
    entry = b'{"log":"140100","n":1,"v":1}'
    run("update ledger_leaf set entry = %s, hash = %s where index = 17", entry, merkle.leaf_hash(entry))
    assert found() >= {"tile-leaf", "root-leaf", "case-chain", "file-entries"}


def test_a_leaf_deleted_is_found(facts):
    run("delete from ledger_leaf where index = 17")
    assert found() >= {"leaf-order", "leaf-count", "root-leaf", "case-gap"}


def test_the_last_leaf_deleted_is_found(facts):
    run("delete from ledger_leaf where index = 269")
    assert found() >= {"leaf-count", "root-leaf"}


def test_a_leaf_inserted_is_found(facts):
    run(
        "insert into ledger_leaf (log, index, hash, entry, region_code, case_id, event_n, queued_at, integrated_at)"
        " values (%s, 270, %s, %s, %s, 999, 1, now(), now())",
        LOG, merkle.leaf_hash(b"{}"), b"{}", REGION,
    )
    assert found(facts) >= {"leaf-count", "root-leaf", "leaf-event", "leaf-without-event"}


def test_two_leaves_exchanged_are_found(facts):
    run("update ledger_leaf set index = 100000 where index = 17")
    run("update ledger_leaf set index = 17 where index = 18")
    run("update ledger_leaf set index = 18 where index = 100000")
    assert found() >= {"tile-leaf", "root-leaf", "file-entries"}


def test_a_leaf_given_to_another_case_is_found(facts):
    run("update ledger_leaf set case_id = 999 where index = 17")
    assert found(facts) >= {"case-gap", "event-without-leaf", "leaf-without-event"}


# Tiles, tree, checkpoints, files


@pytest.mark.parametrize(("level", "index", "checks"), [
    (0, 0, {"tile-leaf", "file-tile"}),
    (0, 1, {"tile-leaf", "root-tile", "file-tile"}),
    (1, 0, {"tile-tile", "root-tile", "file-tile"}),
])
def test_a_tile_changed_is_found(facts, level, index, checks):
    run(
        "update ledger_tile set hashes = set_byte(hashes, 9, get_byte(hashes, 9) # 1)"
        " where level = %s and index = %s", level, index,
    )
    assert found() >= checks


def test_an_upper_level_changed_is_found_and_no_proof_rests_on_it(facts):
    place = (REGION, 1)
    before = queries.proof(*place)
    run("update ledger_tile set upper = set_byte(upper, 9, get_byte(upper, 9) # 1) where level = 0 and index = 0")
    assert found(facts) == {"tile-upper"}
    queries.forget_tiles()
    assert queries.proof(*place) == before
    run("update ledger_tile set upper = 'short' where level = 0 and index = 0")
    assert found(facts) == {"tile-upper"}
    queries.forget_tiles()
    assert queries.proof(*place) == before


def test_a_tile_deleted_is_found(facts):
    run("delete from ledger_tile where level = 0 and index = 1")
    assert found() >= {"tile-missing", "root-tile"}


def test_a_whole_history_rewritten_is_found_by_the_checkpoints(facts):
    entries = [bytes(e) for e in models.Leaf.objects.order_by("index").values_list("entry", flat=True)]
    entries[17] = entries[17].replace(b'"s":"intake"', b'"s":"decide"')
    hashes = [merkle.leaf_hash(entry) for entry in entries]
    edge, fresh = merkle.grow(merkle.EMPTY_EDGE, hashes)
    run("update ledger_leaf set entry = %s, hash = %s where index = 17", entries[17], hashes[17])
    for tile in merkle.tiles_between(0, edge.size):
        at = tile.index * merkle.TILE_WIDTH * 32
        run(
            "update ledger_tile set hashes = %s where level = %s and index = %s",
            fresh[tile.level][at : at + tile.width * 32], tile.level, tile.index,
        )
    run("update ledger_tree set root = %s, edge = %s", edge.root, b"".join(edge.peaks))
    assert found() >= {"checkpoint-root", "case-chain", "file-tile", "file-entries"}
    run("delete from ledger_checkpoint")
    with pytest.raises(actions.TreeWentBack):
        actions.publish(log=LOG, at=AT)


def test_a_tree_row_changed_is_found(facts):
    run("update ledger_tree set root = %s", b"\x00" * 32)
    assert found() >= {"root-leaf", "root-tile"}


def test_a_checkpoint_row_changed_is_found(facts):
    run("update ledger_checkpoint set note = 'x' where size = 90")
    assert found() == {"checkpoint-signature"}


def test_a_checkpoint_row_that_holds_another_is_found(facts):
    run("update ledger_checkpoint set size = 91 where size = 90")
    assert found() >= {"checkpoint-note", "checkpoint-root"}


def test_a_checkpoint_signed_for_a_tree_that_never_was_is_found(facts):
    forged = note.Checkpoint("ledger.example/140100", 100, b"\x07" * 32)
    text = note.write(forged.text, [queries.signer(LOG)], 0)
    models.Checkpoint.objects.create(log=LOG, size=100, root=forged.root, note=text, signed_at=AT)
    assert found() == {"checkpoint-root"}


@pytest.mark.parametrize(("path", "check"), [
    ("checkpoint", "file-checkpoint"), ("tile/0/000", "file-tile"), ("tile/1/000.p/1", "file-tile"),
    ("tile/0/001.p/14", "file-tile"), ("tile/entries/000", "file-entries"), ("tile/entries/001.p/14", "file-entries"),
])
def test_a_file_changed_or_gone_is_found(facts, place, path, check):
    content = (place / path).read_bytes()
    (place / path).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert found() == {check}
    (place / path).unlink()
    assert found() == {check}


def test_a_log_that_was_never_published_is_examined_too():
    actions.ensure_keys(logs=[LOG])
    assert actions.fsck(log=LOG, at=AT) == ()


def test_a_leaf_that_is_no_json_is_found(facts):
    run("update ledger_leaf set entry = 'nonsense', hash = %s where index = 17", merkle.leaf_hash(b"nonsense"))
    assert found(facts) >= {"leaf-event", "case-chain", "event-changed"}


def test_a_sealed_entry_whose_disclosure_is_another_is_found(facts):
    run("update ledger_disclosure d set sealed = o.sealed from ledger_disclosure o"
        " where d.case_id = 5 and o.case_id = 5 and d.event_n = 1 and o.event_n = 2")
    run("update ledger_disclosurekey d set wrapped = o.wrapped from ledger_disclosurekey o"
        " where d.case_id = 5 and o.case_id = 5 and d.event_n = 1 and o.event_n = 2")
    assert found(facts) == {"event-changed"}


def test_after_a_hundred_findings_the_point_is_made(facts):
    run("update ledger_leaf set hash = %s", b"\x00" * 32)
    assert len(actions.fsck(log=LOG, at=AT)) == 100


def test_the_page_says_which_check_failed(facts, place):
    (place / "checkpoint").unlink()
    found()
    assert queries.state(LOG).findings == ("file-checkpoint",)


def test_every_log_is_examined_once_a_day_and_findings_of_events_stay(facts, place):
    day = datetime.timedelta(days=1)
    jobs.examine_one(at=AT)
    assert (queries.state(LOG).checked_at, queries.unexamined(AT)) == (AT, ())
    changed = [*facts[:7], *facts[8:]]
    assert found(changed) == {"leaf-without-event"}
    (place / "checkpoint").unlink()
    jobs.examine_one(at=AT + day)
    assert queries.state(LOG).findings == ("file-checkpoint", "leaf-without-event")
    assert found(facts) == {"file-checkpoint"}


# Erasure


def test_what_was_erased_is_gone_and_the_log_still_holds(facts):
    assert json.loads(receipt.from_base64url(queries.disclosures(REGION, 4)[2]["reason"]))[1:] == [
        "reason", "第2次，符合条件"
    ]
    assert actions.erase(region_code=REGION, case_id=4, basis="个人信息保护法 第四十七条", at=AT) == 3
    assert queries.disclosures(REGION, 4) == {}
    assert actions.erase(region_code=REGION, case_id=5, basis="个人信息保护法 第四十七条", at=AT) == 3
    assert actions.fsck(log=LOG, at=AT, events=in_order(facts)) == ()


def test_what_was_erased_does_not_come_back_with_a_backup(facts):
    rows = list(models.Disclosure.objects.filter(case_id=4)), list(models.DisclosureKey.objects.filter(case_id=4))
    actions.erase(region_code=REGION, case_id=4, basis="个人信息保护法 第四十七条", at=AT)
    models.Disclosure.objects.bulk_create(rows[0])
    models.DisclosureKey.objects.bulk_create(rows[1])
    assert actions.replay_erasures() == 3
    assert queries.disclosures(REGION, 4) == {}


def test_what_was_erased_while_it_waited_is_gone_and_the_log_holds(facts):
    fact = queries.EventFact(REGION, 200, 1, REF % 200, "Filed", AT, "intake", {"reason": "符合条件"})
    actions.queue(region_code=REGION, entries=[actions.queued_entry(
        region_code=REGION, case_id=200, ref=fact.ref, event_n=1, kind=fact.kind, previous=b"", matter="food@1",
        node="intake", at=AT, capacity="post-7", due=None, said=fact.said, attachments=[],
    )])
    assert list(queries.disclosures(REGION, 200)) == [1]
    assert actions.erase(region_code=REGION, case_id=200, basis="个人信息保护法 第四十七条", at=AT) == 1
    assert queries.disclosures(REGION, 200) == {}
    jobs.take_turn(at=AT)
    assert queries.disclosures(REGION, 200) == {}
    assert actions.fsck(log=LOG, at=AT, events=in_order([*facts, fact])) == ()


def test_an_entry_changed_after_it_was_hashed_is_not_published(facts):
    actions.queue(region_code=REGION, entries=[actions.QueuedEntry(999, 1, b'{"log":"140100"}')])
    actions.integrate(log=LOG, at=AT)
    run("update ledger_leaf set entry = %s where case_id = 999", b"{}")
    jobs.take_turn(at=AT)
    assert (queries.state(LOG).trouble, queries.state(LOG).checkpoint_size) == ("ledger-bundle-differs", 270)


def test_without_a_journal_nothing_is_replayed():
    assert actions.replay_erasures() == 0


# The canary


def test_names_and_numbers_are_in_no_public_file(place):
    canaries = ["张三丰", "110101199003074477", "13800138000", "zhang@example.cn", "平面图.pdf"]
    previous = b""
    for n, word in enumerate(canaries, start=1):
        one = actions.queued_entry(
            region_code=REGION, case_id=1, ref=REF % 1, event_n=n, kind="Completed", previous=previous,
            matter="food@1", node="intake", at=AT, capacity=word if n == 1 else "post-7", due=None,
            said={"reason": word, "items": canaries}, attachments=[], is_sealed=n == 3,
        )
        actions.queue(region_code=REGION, entries=[one])
        previous = merkle.leaf_hash(one.entry)
    jobs.take_turn(at=AT)
    public = b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
    assert b'"n":5' in public
    for word in canaries:
        for form in (word.encode(), json.dumps(word)[1:-1].encode(), receipt.to_base64url(word.encode()).encode()):
            assert form not in public


# The promise


def test_a_promise_is_given_at_once_and_kept():
    one = actions.queued_entry(
        region_code=REGION, case_id=1, ref=REF % 1, event_n=1, kind="Filed", previous=b"", matter="food@1",
        node="", at=AT, capacity="", due=None, said={}, attachments=[],
    )
    actions.ensure_keys(logs=[LOG])
    actions.queue(region_code=REGION, entries=[one])
    text = queries.promise(REGION, 1, 1)
    shown = receipt.verify_promise(text, [note.parse_key(queries.state(LOG).promise_vkey)])
    assert (shown.origin, shown.case_ref, shown.event_n, shown.leaf, shown.delay_s_max) == (
        "ledger.example/140100", (REF % 1).replace("-", ""), 1, merkle.leaf_hash(one.entry), 3600
    )
    jobs.take_turn(at=AT)
    assert queries.promise(REGION, 1, 1) == text
    assert queries.promise(REGION, 1, 2) is None


def test_an_event_no_log_has_taken_within_the_hour_is_named():
    actions.queue(region_code=REGION, entries=[actions.QueuedEntry(1, 1, b"{}")])
    queued_at = models.Queue.objects.get().queued_at
    assert queries.overdue(queued_at + datetime.timedelta(seconds=3600)) == ()
    assert queries.overdue(queued_at + datetime.timedelta(seconds=3601)) == ((REGION, 1, 1),)
