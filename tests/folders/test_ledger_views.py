"""The ledger as a stranger meets it: pages, and files as any mirror would serve them."""

import datetime
import json
from urllib.parse import unquote

import pytest
import segno
from django.urls import reverse

from tongban.core import merkle, note, receipt
from tongban.ledger import actions, api, jobs, models, queries, views

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
LOG = "140100"
REF = "00010203-0405-0607-0809-0a0b0c0d0e0f"


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.LEDGER_FOLDER = tmp_path
    settings.LEDGER_ORIGIN = "ledger.example"
    settings.LEDGER_WITNESSES = []
    queries.forget_tiles()


@pytest.fixture
def grown():
    """A log of three hundred entries, ten of them of one case."""
    previous = b""
    for n in range(1, 11):
        one = actions.queued_entry(
            region_code="140106", case_id=1, ref=REF, event_n=n, kind="Completed", previous=previous,
            matter="food@1", node="intake", at=AT, capacity="post-7", due=None, said={}, attachments=[],
        )
        actions.queue(region_code="140106", entries=[one])
        previous = merkle.leaf_hash(one.entry)
    actions.queue(region_code="140106", entries=[actions.QueuedEntry(c, 1, b"{}") for c in range(2, 292)])
    jobs.take_turn(at=AT)


def test_pages_of_a_site_without_logs(client):
    assert "还没有账本" in client.get("/ledger").content.decode()
    assert "还没有账本" in client.get("/verify").content.decode()
    assert client.get("/ledger/140100").status_code == 404


def test_pages_of_a_log(client, grown):
    page = client.get("/ledger").content.decode()
    assert "140100" in page
    assert "正常" in page
    page = client.get("/ledger/140100").content.decode()
    assert queries.state(LOG).vkey in page
    assert "data-monitor" in page
    page = client.get("/verify").content.decode()
    assert f'data-log-vkey="{queries.state(LOG).vkey}"' in page


def test_a_log_is_named_after_its_city(client, grown, registry):
    for path in ("/ledger", "/ledger/140100", "/verify"):
        assert "太原市" in client.get(path).content.decode()
    page = client.get("/ledger/140100", headers={"Accept-Language": "en"}).content.decode()
    assert "Taiyuan" in page


@pytest.mark.parametrize("trouble", [
    "ledger-tree-went-back", "ledger-file-differs", "ledger-bundle-differs", "ledger-key-missing", "ledger-checkpoint-unreadable",
    "os-28", "os-5",
])
def test_a_log_that_stands_still_says_why(client, grown, trouble):
    actions.report_trouble(log=LOG, trouble=trouble, at=AT)
    page = client.get("/ledger/140100").content.decode()
    assert "已停止签名" in page
    assert "从 2026" in page


@pytest.mark.parametrize("trouble", ["ledger-clock-went-back", "ledger-disk-nearly-full", "ledger-clock-apart", "ledger-stamp-late"])
def test_a_log_that_wants_attention_says_why(client, grown, trouble):
    actions.report_trouble(log=LOG, trouble=trouble, at=AT)
    page = client.get("/ledger/140100").content.decode()
    assert "需要留意" in page
    assert "请" in page
    assert "已停止签名" not in page


def test_a_log_in_which_something_was_found_says_what(client, grown):
    models.Check.objects.create(log=LOG, at=AT, size=300, findings=[{"check": "tile-leaf", "where": "0/0"}])
    assert "tile-leaf" in client.get("/ledger/140100").content.decode()
    assert "检查发现不一致" in client.get("/ledger").content.decode()


def test_a_log_just_begun(client):
    actions.ensure_keys(logs=[LOG])
    assert "刚建立" in client.get("/ledger").content.decode()
    assert client.get("/ledger/140100").status_code == 200
    assert client.get("/ledger/140100/checkpoint").status_code == 404
    assert client.get("/ledger/140100/consistency?old=1").status_code == 404


def test_a_stranger_checks_the_whole_log_from_its_files(client, grown):
    def fetch(path):
        answer = client.get(f"/ledger/140100/{path}")
        assert answer.status_code == 200, path
        return b"".join(answer.streaming_content)

    key = note.parse_key(queries.state(LOG).vkey)
    checkpoint = note.verify_checkpoint(fetch("checkpoint").decode(), origin="ledger.example/140100", log=key)
    hashes = []
    for tile in merkle.tiles_between(0, checkpoint.size):
        if tile.level == 0:
            data = fetch(tile.path)
            entries = merkle.entries_of(fetch(merkle.Tile(-1, tile.index, tile.width).path))
            assert data == b"".join(merkle.leaf_hash(entry) for entry in entries)
            hashes += [data[i : i + 32] for i in range(0, len(data), 32)]
    assert merkle.root_of(hashes) == checkpoint.root


def test_files_have_the_headers_of_their_kind(client, grown):
    answer = client.get("/ledger/140100/checkpoint")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=2"
    assert answer["Access-Control-Allow-Origin"] == "*"
    answer = client.get("/ledger/140100/tile/0/000")
    assert answer["Content-Type"] == "application/octet-stream"
    assert sorted(answer["Cache-Control"].split(", ")) == ["immutable", "max-age=31536000", "public"]
    assert answer["Content-Length"] == "8192"
    again = client.get("/ledger/140100/tile/0/000", headers={"If-Modified-Since": answer["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", [
    "tile/0/002", "tile/0/001.p/43", "tile/0/001.p/256", "tile/0/001.p/0", "tile/8/000", "tile/0/1", "tile/00/000",
    "tile/0/../../keys/140100.key", "tile/0/%2e%2e/checkpoint", "keys/140100.key", ".lock", "tile/entries/000.p/01",
])
def test_what_is_no_file_of_the_log_is_not_found(client, grown, path):
    assert client.get(f"/ledger/140100/{path}").status_code == 404


def test_another_method_is_refused(client, grown):
    assert client.post("/ledger/140100/checkpoint").status_code == 405


def test_growth_is_shown_from_any_size_before(client, grown):
    older = models.Checkpoint.objects.get(log=LOG)
    actions.queue(region_code="140106", entries=[actions.QueuedEntry(999, 1, b"{}")])
    jobs.take_turn(at=AT)
    answer = client.get("/ledger/140100/consistency?old=300")
    shown = json.loads(answer.content)
    newer = note.parse_checkpoint(note.parse(shown["checkpoint"]).text)
    merkle.verify_consistency(
        old=300, new=301, proof=[note.from_base64(one) for one in shown["hashes"]],
        old_root=bytes(older.root), new_root=newer.root,
    )
    for wrong in ("0", "302", "x", "", "-1", "9" * 40, "３"):
        assert client.get("/ledger/140100/consistency", {"old": wrong}).status_code == 404


def test_answers_for_pages_of_other_folders(grown):
    answer = views.proof_answer(region_code="140106", case_id=1)
    assert len(json.loads(answer.content)["entries"]) == 10
    assert answer["Cache-Control"] == "private, no-store"
    answer = views.promise_answer(region_code="140106", case_id=1, event_n=3)
    assert answer.content.startswith(b"tongban-promise@v1\nledger.example/140100\n")
    answer = views.receipt_answer(region_code="140106", case_id=1, event_n=3)
    assert 'filename="140106-1-3.tlog-proof"' in answer["Content-Disposition"]
    assert receipt.parse_proof(answer.content.decode()).index == 2
    for view in (views.receipt_answer, views.promise_answer):
        with pytest.raises(views.Http404):
            view(region_code="140106", case_id=1, event_n=99)


def test_a_receipt_fits_an_address_and_a_code(grown):
    address = queries.receipt_address("140106", 1, 3)
    place, _, behind = address.partition("#")
    assert place.endswith("/verify")
    assert receipt.parse_proof(unquote(behind)).index == 2
    assert segno.make(address, error="l").version <= 40
    assert queries.receipt_address("140106", 1, 99) is None


def test_programs_read_the_logs(rf, grown):
    [shown] = api.logs(rf.get("/"))
    assert api.Log.from_orm(shown).checkpoint_size == 300
    assert api.log(rf.get("/"), LOG).size == 300
    with pytest.raises(api.NoSuchLog, match="没有编号为140999的账本"):
        api.log(rf.get("/"), "140999")


def test_addresses_are_as_the_specification_wants_them():
    assert reverse("ledger:checkpoint", args=[140100]) == "/ledger/140100/checkpoint"
    assert reverse("ledger:verify") == "/verify"
