"""The ledger against a real database: what is queued is in the log, once, and can be proved to a stranger."""

import base64
import datetime
import json
import threading
import uuid

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from tongban.core import merkle, note, receipt
from tongban.ledger import actions, jobs, models, queries
from tongban.ledger.actions import publishing
from tongban.ledger.queries import standing, tiles

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
LATER = AT + datetime.timedelta(seconds=10)
LOG = "140100"
REF = "00010203-0405-0607-0809-0a0b0c0d0e0f"


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.LEDGER_FOLDER = tmp_path
    settings.LEDGER_ORIGIN = "ledger.example"
    settings.LEDGER_WITNESSES = []
    settings.PERSONAL_DATA_KEY = "a key for tests"
    queries.forget_tiles()
    return tmp_path


def file_case(case_id, events=3, region_code="140106"):
    """Queue a case of so many events, as the case engine does; its entries."""
    entries, previous = [], b""
    for n in range(1, events + 1):
        one = actions.queued_entry(
            region_code=region_code, case_id=case_id, ref=REF, event_n=n,
            kind="Filed" if n == 1 else "SupplementRequested", previous=previous,
            matter="140106-food@1", node="intake", at=AT, capacity="post-7", due=datetime.date(2026, 3, 30),
            said={"reason": "缺少平面图"}, attachments=["ab" * 32],
        )
        with transaction.atomic():
            actions.queue(region_code=region_code, entries=[one])
        entries.append(one.entry)
        previous = merkle.leaf_hash(one.entry)
    return entries


def grow(case_ids, at=AT):
    for case_id in case_ids:
        file_case(case_id)
    jobs.take_turn(at=at)


def test_what_is_queued_is_integrated_published_and_proved():
    entries = file_case(1)
    waiting = queries.proof("140106", 1)
    assert [(one["n"], one["index"]) for one in waiting["entries"]] == [(1, None), (2, None), (3, None)]
    assert waiting["checkpoint"] == ""

    assert jobs.take_turn(at=AT) == 3
    shown = queries.proof("140106", 1)
    key = note.parse_key(shown["vkey"])
    checkpoint = note.verify_checkpoint(shown["checkpoint"], origin="ledger.example/140100", log=key)
    assert checkpoint.size == shown["size"] == 3
    for n, (one, entry) in enumerate(zip(shown["entries"], entries, strict=True), start=1):
        assert one["n"] == n
        assert base64.b64decode(one["entry"]) == entry
        merkle.verify_inclusion(
            leaf=merkle.leaf_hash(entry), index=one["index"], size=checkpoint.size,
            proof=[base64.b64decode(part) for part in one["hashes"]], root=checkpoint.root,
        )
    assert json.loads(json.dumps(shown)) == shown


def test_an_entry_holds_no_word_that_was_said_and_its_digests_can_be_shown():
    [entry] = file_case(1, events=1)
    assert "平面图".encode() not in entry
    shown = json.loads(entry)
    assert shown["c"] == uuid.UUID(REF).hex
    assert shown["o"] == "post-7"
    assert list(shown["f"]) == ["reason"]
    assert list(queries.disclosures("140106", 1)) == [1]
    assert models.Disclosure.objects.count() == models.DisclosureKey.objects.count() == 0
    jobs.take_turn(at=AT)
    assert list(queries.disclosures("140106", 1)) == [1]
    assert models.Disclosure.objects.count() == models.DisclosureKey.objects.count() == 1


def test_a_title_in_words_is_kept_as_a_digest():
    one = actions.queued_entry(
        region_code="140106", case_id=1, ref=REF, event_n=1, kind="Accepted", previous=b"", matter="m@1",
        node="intake", at=AT, capacity="窗口岗", due=None, said={}, attachments=[],
    )
    shown = json.loads(one.entry)
    assert "o" not in shown
    assert list(shown["f"]) == ["capacity"] == list(one.disclosures)


def test_a_sealed_kind_shows_only_a_digest():
    one = actions.queued_entry(
        region_code="140106", case_id=1, ref=REF, event_n=1, kind="Filed", previous=b"", matter="m@1",
        node="", at=AT, capacity="", due=None, said={}, attachments=[], is_sealed=True,
    )
    assert json.loads(one.entry) == {
        "v": 1, "log": LOG, "k": "sealed",
        "f": {"entry": receipt.digest_of(one.disclosures["entry"])},
    }


def test_an_event_is_queued_once():
    file_case(1, events=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.queue(region_code="140106", entries=[actions.QueuedEntry(1, 1, b"{}")])


def test_queueing_is_one_statement(django_assert_num_queries):
    one = actions.QueuedEntry(1, 1, b"{}", {"a": "b"})
    with django_assert_num_queries(1):
        actions.queue(region_code="140106", entries=[one, actions.QueuedEntry(1, 2, b"{}")])


def test_an_act_that_is_rolled_back_leaves_nothing():
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.queue(region_code="140106", entries=[actions.QueuedEntry(1, 1, b"{}")])
        raise RuntimeError
    assert jobs.take_turn(at=AT) == 0


def test_each_city_has_its_log_and_provincial_organs_have_one():
    file_case(1, events=1, region_code="140106")
    file_case(1, events=1, region_code="140728")
    file_case(1, events=1, region_code="140000")
    jobs.take_turn(at=AT)
    assert [(state.log, state.size, state.checkpoint_size) for state in queries.states()] == [
        ("140000", 1, 1), ("140100", 1, 1), ("140700", 1, 1),
    ]


def test_many_batches_make_the_tree_of_the_definition(place):
    hashes = []
    for start in (0, 200, 400):
        for case_id in range(start, start + 200):
            actions.queue(region_code="140106", entries=[actions.QueuedEntry(case_id, 1, b"%d" % case_id)])
        while actions.integrate(log=LOG, at=AT, batch=150):
            pass
        actions.publish(log=LOG, at=AT)
        leaves = models.Leaf.objects.order_by("index").values_list("entry", "hash")
        hashes = [bytes(one) for _, one in leaves]
        assert hashes == [merkle.leaf_hash(bytes(entry)) for entry, _ in leaves]
        assert publishing.published(log=LOG).root == merkle.root_of(hashes)
    folder = place / "public" / LOG
    assert sorted(str(p.relative_to(folder)) for p in (folder / "tile").rglob("*") if p.is_file()) == [
        "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/1", "tile/1/000.p/2",
        "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
    ]
    assert (folder / "tile/0/001").read_bytes() == b"".join(hashes[256:512])
    assert merkle.entries_of((folder / "tile/entries/002.p/88").read_bytes()) == tuple(
        b"%d" % i for i in range(512, 600)
    )


def test_publishing_again_without_growth_writes_nothing(place):
    grow([1])
    before = (place / "public" / LOG / "checkpoint").stat().st_mtime_ns
    assert actions.publish(log=LOG, at=LATER) is None
    assert (place / "public" / LOG / "checkpoint").stat().st_mtime_ns == before


def test_an_empty_log_shows_that_it_is_empty():
    actions.ensure_keys(logs=[LOG])
    assert actions.publish(log=LOG, at=AT).size == 0
    assert publishing.published(log=LOG).root == merkle.EMPTY_ROOT


def test_a_log_grown_since_is_consistent_with_every_checkpoint_before():
    for turn in range(5):
        grow([turn * 10 + i for i in range(turn + 1)])
    rows = list(models.Checkpoint.objects.order_by("size"))
    assert [row.size for row in rows] == [3, 9, 18, 30, 45]
    for row in rows:
        merkle.verify_consistency(
            old=row.size, new=45, proof=queries.consistency_hashes(LOG, row.size, 45),
            old_root=bytes(row.root), new_root=bytes(rows[-1].root),
        )


def test_keys_are_made_once_and_are_private(place):
    actions.ensure_keys(logs=[LOG])
    text = (place / "keys" / "140100.key").read_text()
    actions.ensure_keys(logs=[LOG])
    assert (place / "keys" / "140100.key").read_text() == text
    assert [path.stat().st_mode & 0o777 for path in sorted((place / "keys").iterdir())] == [0o600, 0o600]
    assert (place / "keys").stat().st_mode & 0o777 == 0o700
    assert queries.promise_signer(LOG).name == "ledger.example/140100/promise"


def test_a_key_whose_log_was_not_begun_is_taken_up(place):
    actions.ensure_keys(logs=[LOG])
    vkey = queries.state(LOG).vkey
    models.Tree.objects.all().delete()
    actions.ensure_keys(logs=[LOG])
    assert queries.state(LOG).vkey == vkey


def test_a_promise_without_its_key_is_not_given(place):
    file_case(1, events=1)
    actions.ensure_keys(logs=[LOG])
    (place / "keys" / "140100.promise.key").unlink()
    with pytest.raises(actions.KeyMissing):
        queries.promise("140106", 1, 1)


def test_queueing_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        actions.queue(region_code="140106", entries=[])


def test_the_memory_of_tiles_forgets_the_oldest(monkeypatch):
    monkeypatch.setattr(tiles, "TILES_IN_MEMORY_MAX", 2)
    actions.queue(region_code="140106", entries=[actions.QueuedEntry(n, 1, b"%d" % n) for n in range(1100)])
    jobs.take_turn(at=AT)
    for index in (0, 300, 600, 1099, 0):
        [hashes] = queries.inclusion_hashes(LOG, [index], 1100)
        leaf = models.Leaf.objects.get(index=index)
        merkle.verify_inclusion(leaf=bytes(leaf.hash), index=index, size=1100, proof=hashes,
                                root=bytes(models.Tree.objects.get().root))
    assert len(tiles._memory) == 2


def test_a_lost_key_is_never_replaced_by_another(place):
    grow([1])
    (place / "keys" / "140100.key").unlink()
    file_case(2)
    jobs.take_turn(at=LATER)
    assert queries.state(LOG).trouble == "ledger-key-missing"
    assert queries.state(LOG).size == 3


def test_another_key_in_the_file_does_not_sign(place):
    grow([1])
    other = note.LogSigner("ledger.example/140100", b"\x09" * 32)
    (place / "keys" / "140100.key").write_text(note.private_text(other))
    file_case(2)
    jobs.take_turn(at=LATER)
    assert queries.state(LOG).trouble == "ledger-key-missing"


# The restore guard


def test_a_database_behind_the_published_checkpoint_does_not_sign():
    grow([1, 2])
    models.Checkpoint.objects.all().delete()
    models.Leaf.objects.filter(index__gte=3).delete()
    hashes = [bytes(one) for one in models.Leaf.objects.order_by("index").values_list("hash", flat=True)]
    edge, [tile] = merkle.grow(merkle.EMPTY_EDGE, hashes)
    models.Tile.objects.update(width=3, hashes=tile)
    models.Tree.objects.update(size=3, root=edge.root, edge=b"".join(edge.peaks))
    with pytest.raises(actions.TreeWentBack, match="现有3条，但已有人看到过6条"):
        actions.publish(log=LOG, at=LATER)


def test_a_database_that_went_another_way_does_not_sign():
    grow([1, 2])
    models.Checkpoint.objects.all().delete()
    hashes = [merkle.leaf_hash(b"%d" % i) for i in range(7)]
    edge, [tile] = merkle.grow(merkle.EMPTY_EDGE, hashes)
    models.Tile.objects.update(width=7, hashes=tile)
    models.Tree.objects.update(size=7, root=edge.root, edge=b"".join(edge.peaks))
    with pytest.raises(actions.TreeWentBack):
        actions.publish(log=LOG, at=LATER)


def test_a_database_begun_anew_beside_old_files_does_not_sign():
    grow([1])
    models.Checkpoint.objects.all().delete()
    models.Leaf.objects.all().delete()
    models.Tile.objects.all().delete()
    models.Tree.objects.update(size=0, root=merkle.EMPTY_ROOT, edge=b"")
    jobs.take_turn(at=LATER)
    assert queries.state(LOG).trouble == "ledger-tree-went-back"


def test_a_tile_changed_in_the_database_stops_the_signature():
    grow([1])
    file_case(2)
    models.Tile.objects.update(hashes=b"\x00" * 96)
    with pytest.raises(actions.TreeWentBack):
        actions.publish(log=LOG, at=LATER)


def test_a_tile_file_of_another_content_stops_the_signature(place):
    grow([1])
    file_case(2)
    path = place / "public" / LOG / "tile/0/000.p/6"
    path.write_bytes(b"\x00" * 192)
    jobs.take_turn(at=LATER)
    assert queries.state(LOG).trouble == "ledger-file-differs"
    path.unlink()
    jobs.take_turn(at=LATER)
    assert queries.state(LOG).trouble == ""
    assert queries.state(LOG).checkpoint_size == 6


def test_a_checkpoint_file_that_the_log_has_not_signed_stops_it(place):
    grow([1])
    (place / "public" / LOG / "checkpoint").write_text("nonsense")
    file_case(2)
    jobs.take_turn(at=LATER)
    assert queries.state(LOG).trouble == "ledger-checkpoint-unreadable"


def test_a_folder_that_cannot_be_written_is_named(place, monkeypatch):
    grow([1])
    file_case(2)
    monkeypatch.setattr(publishing, "write_durably", disk_full)
    jobs.take_turn(at=LATER)
    assert queries.state(LOG).trouble == "os-28"


def test_an_event_that_comes_a_second_time_stops_its_log_and_no_other():
    grow([1])
    actions.queue(region_code="140106", entries=[actions.QueuedEntry(1, 1, b"{}")])
    file_case(1, region_code="140728")
    jobs.take_turn(at=LATER)
    assert [(state.log, state.size, state.trouble) for state in queries.states()] == [
        (LOG, 3, "ledger-event-twice"), ("140700", 3, ""),
    ]


def test_a_clock_that_went_back_and_a_disk_that_fills_are_named(monkeypatch):
    grow([1], at=LATER)
    jobs.take_turn(at=LATER - datetime.timedelta(seconds=61))
    assert queries.state(LOG).trouble == "ledger-clock-went-back"
    jobs.take_turn(at=LATER)
    assert queries.state(LOG).trouble == ""
    monkeypatch.setattr(standing, "DISK_FREE_BYTES_MIN", 2**62)
    grow([2], at=LATER)
    state = queries.state(LOG)
    assert (state.trouble, state.is_stopped, state.checkpoint_size) == ("ledger-disk-nearly-full", False, 6)


def disk_full(*_given, **_named):
    raise OSError(28, "No space left on device")


def test_a_restored_database_takes_its_entries_back_from_the_public_files(place):
    first, second, lost = file_case(1), file_case(2), file_case(3)
    jobs.take_turn(at=AT)
    published = (place / "public" / LOG / "checkpoint").read_text()
    restore(size=3, waiting=[(2, n, entry) for n, entry in enumerate(second, start=1)])
    jobs.take_turn(at=LATER)
    assert queries.state(LOG).trouble == "ledger-tree-went-back"

    places = {REF.replace("-", ""): ("140106", 2)}
    restore(size=3, waiting=[(2, n, entry) for n, entry in enumerate(second, start=1)])
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.import_bundles(log=LOG, places=places, at=LATER)  # Three cases cannot share one place.
    assert actions.import_bundles(log=LOG, places={}, at=LATER) == 6
    assert actions.import_bundles(log=LOG, places={}, at=LATER) == 0
    assert [bytes(e) for e in models.Leaf.objects.order_by("index").values_list("entry", flat=True)] == [
        *first, *second, *lost
    ]
    models.Queue.objects.all().delete()
    file_case(4)
    jobs.take_turn(at=LATER)
    state = queries.state(LOG)
    assert (state.trouble, state.checkpoint_size) == ("", 12)
    old = note.parse_checkpoint(note.parse(published).text)
    new = note.parse_checkpoint(note.parse(state.checkpoint).text)
    merkle.verify_consistency(
        old=9, new=12, proof=queries.consistency_hashes(LOG, 9, 12), old_root=old.root, new_root=new.root
    )


def restore(*, size, waiting):
    """The database as it was when the log had that size."""
    models.Checkpoint.objects.all().delete()
    models.Leaf.objects.filter(index__gte=size).delete()
    hashes = [bytes(one) for one in models.Leaf.objects.order_by("index").values_list("hash", flat=True)]
    edge, [tile] = merkle.grow(merkle.EMPTY_EDGE, hashes)
    models.Tile.objects.all().delete()
    if size:
        models.Tile.objects.create(log=LOG, level=0, index=0, width=size, hashes=tile)
    models.Tree.objects.update(size=size, root=edge.root, edge=b"".join(edge.peaks))
    models.Queue.objects.all().delete()
    for case_id, n, entry in waiting:
        actions.queue(region_code="140106", entries=[actions.QueuedEntry(case_id, n, entry)])


def test_what_still_waited_in_the_backup_is_not_taken_twice():
    entries = file_case(1)
    jobs.take_turn(at=AT)
    restore(size=1, waiting=[(1, n, entries[n - 1]) for n in (2, 3)])
    places = {REF.replace("-", ""): ("140106", 1)}
    assert actions.import_bundles(log=LOG, places=places, at=LATER) == 2
    assert models.Queue.objects.count() == 0
    jobs.take_turn(at=LATER)
    assert queries.state(LOG).size == 3
    assert actions.fsck(log=LOG, at=LATER) == ()


def test_a_long_log_is_taken_back_whole(place):
    actions.queue(region_code="140106", entries=[
        actions.QueuedEntry(n, 1, b'{"log":"140100","n":1,"v":%d}' % n) for n in range(300)
    ])
    jobs.take_turn(at=AT)
    restore(size=0, waiting=[])
    assert actions.import_bundles(log=LOG, places={}, at=LATER) == 300
    assert {finding.check for finding in actions.fsck(log=LOG, at=LATER)} <= {"leaf-event"}


def test_bundles_of_another_history_are_not_taken_in(place):
    file_case(1)
    jobs.take_turn(at=AT)
    restore(size=1, waiting=[])
    path = place / "public" / LOG / "tile/entries/000.p/3"
    entries = list(merkle.entries_of(path.read_bytes()))
    path.write_bytes(merkle.bundle([*entries[:2], b"{}"]))
    with pytest.raises(actions.TreeWentBack):
        actions.import_bundles(log=LOG, places={}, at=LATER)
    assert queries.state(LOG).size == 1


# What is shown


def test_a_receipt_is_one_file_that_checks_alone():
    entries = file_case(1)
    assert queries.receipt_text("140106", 1, 2) is None
    jobs.take_turn(at=AT)
    text = queries.receipt_text("140106", 1, 2)
    kept = receipt.parse_proof(text)
    assert kept.extra == entries[1]
    receipt.verify_proof(
        text, entry=kept.extra, origin="ledger.example/140100", log=note.parse_key(queries.state(LOG).vkey)
    )
    assert queries.receipt_text("140106", 1, 9) is None


def test_entries_after_the_checkpoint_are_shown_as_waiting():
    grow([1])
    file_case(2)
    actions.integrate(log=LOG, at=LATER)
    assert [one["index"] for one in queries.proof("140106", 2)["entries"]] == [None, None, None]
    assert [one["index"] for one in queries.proof("140106", 1)["entries"]] == [0, 1, 2]


def test_a_changed_leaf_shows_in_the_proof():
    grow([1])
    queries.proof("140106", 1)
    models.Leaf.objects.filter(index=1).update(entry=b"{}")
    shown = queries.proof("140106", 1)
    with pytest.raises(merkle.ProofRejected):
        merkle.verify_inclusion(
            leaf=merkle.leaf_hash(b"{}"), index=1, size=3,
            proof=[base64.b64decode(part) for part in shown["entries"][1]["hashes"]],
            root=note.parse_checkpoint(note.parse(shown["checkpoint"]).text).root,
        )


def test_missing_tiles_give_a_proof_that_fails_not_a_page_that_breaks():
    grow([1])
    models.Tile.objects.all().delete()
    queries.forget_tiles()
    assert [one["hashes"] for one in queries.proof("140106", 1)["entries"]] == [[], [], []]


def test_the_state_of_a_log():
    file_case(1)
    assert queries.state(LOG) is None
    actions.ensure_keys(logs=[LOG])
    before = queries.state(LOG)
    assert (before.size, before.waiting, before.checkpoint_size, before.waiting_since is None) == (0, 3, None, False)
    jobs.take_turn(at=AT)
    after = queries.state(LOG)
    assert (after.size, after.waiting, after.checkpoint_size, after.signed_at) == (3, 0, 3, AT)
    assert after.witnesses == ()


def test_the_sequencer_runs_until_it_is_told_to_stop(monkeypatch):
    stop = threading.Event()
    turns = []

    def turn(*, at):
        turns.append(at)
        if len(turns) == 2:
            stop.set()

    monkeypatch.setattr(jobs, "take_turn", turn)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    jobs.run_sequencer(stop=stop, interval=0)
    assert len(turns) == 2
    assert queries.unexamined(AT) == ()


def test_a_database_that_is_away_is_waited_for(monkeypatch):
    stop = threading.Event()

    def turn(*, at):
        stop.set()
        raise OperationalError

    monkeypatch.setattr(jobs, "take_turn", turn)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    jobs.run_sequencer(stop=stop, interval=0)


def test_a_witness_key_that_is_none_is_named(settings):
    settings.LEDGER_WITNESSES = ["nonsense http://w.example"]
    grow([1])
    assert queries.state(LOG).trouble == "ledger-key-unreadable"


def test_the_tables_keep_what_the_code_assumes():
    grow([1])
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("update ledger_tile set width = 2")
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Tree.objects.create(log="140106", vkey="", promise_vkey="", root=b"")
