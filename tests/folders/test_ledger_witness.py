"""Witness and log, as tlog-witness has them speak: each answer, in its order, and what the log makes of it."""

import datetime
import http.server
import threading

import pytest
from django.utils import timezone

from tongban.core import merkle, note
from tongban.ledger import actions, jobs, models, queries

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
LOG, REGION = "140100", "140106"
CITY = note.LogSigner("city.example/140700", b"\x01" * 32)
STRANGER = note.LogSigner("city.example/999999", b"\x02" * 32)
FAR = note.WitnessSigner("far.example", b"\x03" * 32)
LEAVES = [merkle.leaf_hash(b"%d" % i) for i in range(40)]
ADDRESS = "/witness/add-checkpoint"


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.LEDGER_FOLDER = tmp_path
    settings.LEDGER_ORIGIN = "ledger.example"
    settings.LEDGER_WITNESSES = ["local"]
    settings.LEDGER_TRUSTED_LOGS = [str(CITY.key)]
    queries.forget_tiles()
    actions.ensure_witness()


def node_of(leaves):
    return lambda level, index: merkle.root_of(leaves[index << level : (index + 1) << level])


def signed(size, signer=CITY, leaves=LEAVES):
    checkpoint = note.Checkpoint(signer.name, size, merkle.root_of(leaves[:size]))
    return note.write(checkpoint.text, [signer], 0)


def request(old, size, proof=None, text=None, leaves=LEAVES):
    if proof is None:
        proof = merkle.consistency_proof(old, size, node_of(leaves)) if 0 < old <= size else ()
    lines = [f"old {old}", *(note.to_base64(one) for one in proof)]
    return "\n".join(lines) + "\n\n" + (text or signed(size, leaves=leaves))


@pytest.fixture
def ask(client):
    def asked(body):
        answer = client.post(ADDRESS, data=body, content_type="text/plain")
        return answer.status_code, answer.content.decode()

    return asked


# The witness


def test_a_log_that_grows_is_cosigned_again_and_again(ask):
    key = queries.witness_signer().key
    for old, size in ((0, 3), (3, 3), (3, 4), (4, 17), (17, 40)):
        status, line = ask(request(old, size))
        assert status == 200
        verified = note.verify(signed(size) + line, [CITY.key, key])
        assert list(verified.times()) == ["ledger.example/witness"]
    row = models.Witnessed.objects.get(origin=CITY.name)
    assert (row.size, bytes(row.root), row.n) == (40, merkle.root_of(LEAVES), 4)


@pytest.mark.parametrize("body", [
    "", "old 0\n", "old 0\n\n", "old 00\n\n" + signed(3), "old -1\n\n" + signed(3), "new 0\n\n" + signed(3),
    "old 0\nnot base64\n\n" + signed(3), "old 0\nAAAA\n\n" + signed(3),
    "old 0\n" + ("A" * 43 + "=\n") * 64 + "\n" + signed(3), "old 0\n\nnot a note\n", b"\xff\xfe",
    "old 0\n\n" + signed(3) + "x" * 64_000,
])
def test_what_is_no_request_is_malformed(ask, body):
    assert ask(body)[0] == 400


def test_an_unknown_log_is_not_found(ask):
    assert ask("old 0\n\n" + signed(3, STRANGER))[0] == 404


def test_a_checkpoint_its_log_has_not_signed_is_forbidden(ask):
    text = signed(3, note.LogSigner(CITY.name, b"\x09" * 32))
    assert ask("old 0\n\n" + text)[0] == 403
    forged = note.parse(signed(4)).text + "\n" + signed(3).partition("\n\n")[2]
    assert ask("old 0\n\n" + forged)[0] == 403


def test_an_old_size_above_the_new_is_a_bad_request(ask):
    assert ask(request(4, 3))[0] == 400


def test_another_old_size_is_answered_with_the_one_that_is_known(ask, client):
    assert ask(request(2, 3)) == (409, "0\n")
    ask(request(0, 3))
    assert ask(request(0, 5)) == (409, "3\n")
    assert ask(request(4, 5)) == (409, "3\n")
    answer = client.post(ADDRESS, data=request(0, 5), content_type="text/plain")
    assert answer["Content-Type"] == "text/x.tlog.size"


def test_another_root_of_the_same_size_is_a_conflict(ask):
    ask(request(0, 3))
    assert ask("old 3\n\n" + signed(3, leaves=LEAVES[1:])) == (409, "3\n")


def test_growth_that_is_not_shown_is_not_cosigned(ask):
    assert ask(request(0, 3, proof=LEAVES[:1]))[0] == 422
    ask(request(0, 3))
    assert ask(request(3, 5, proof=()))[0] == 422
    assert ask(request(3, 3, proof=LEAVES[:1]))[0] == 422
    assert ask(request(3, 5, leaves=LEAVES[1:]))[0] == 422
    assert models.Witnessed.objects.get().size == 3


def test_only_posting_is_allowed(client):
    assert client.get(ADDRESS).status_code == 405


def test_a_site_that_is_no_witness_says_so(place, settings):
    queries.key_path("witness").unlink()
    with pytest.raises(queries.KeyMissing):
        actions.add_checkpoint(body=request(0, 3), at=AT)


def test_each_cosigned_checkpoint_is_an_entry_of_the_log_of_checkpoints(ask):
    for old, size in ((0, 3), (3, 3), (3, 40)):
        ask(request(old, size))
    jobs.take_turn(at=AT)
    jobs.take_turn(at=AT)
    state = queries.state(actions.CHECKPOINTS)
    assert (state.size, state.checkpoint_size, state.trouble) == (2, 2, "")
    assert actions.fsck(log=actions.CHECKPOINTS, at=AT) == ()
    kept = models.Leaf.objects.filter(log=actions.CHECKPOINTS).order_by("index").values_list("entry", flat=True)
    assert [b'"k":"log.checkpoint"' in bytes(entry) for entry in kept] == [True, True]


def test_of_two_first_requests_one_wins(ask, monkeypatch):
    ask(request(0, 3))
    monkeypatch.setattr(models.Witnessed.objects, "select_for_update", models.Witnessed.objects.none)
    assert ask(request(0, 4)) == (409, "3\n")


def test_a_site_without_a_witness_key_has_no_witness_yet(place, settings):
    queries.own_key_path().unlink()
    assert queries.witnesses() == ()
    assert queries.own_key() is None


def test_our_own_witness_that_cannot_say_yes_does_not_hold_the_log(settings):
    settings.LEDGER_WITNESSES = [f"{queries.witness_signer().key} "]
    models.Tree.objects.all().delete()
    actions.ensure_keys(logs=[LOG])
    signer = queries.signer(LOG)
    models.Tree.objects.update(vkey=str(note.LogSigner("other.example", b"\x07" * 32).key))
    text = note.write(note.Checkpoint(signer.name, 1, LEAVES[0]).text, [signer], 0)
    assert actions.cosign(log=LOG, text=text, at=AT) == text


# The log


def queue(*case_ids):
    actions.queue(region_code=REGION, entries=[actions.QueuedEntry(c, 1, b'{"log":"140100"}') for c in case_ids])


def test_our_own_logs_are_cosigned_by_our_own_witness():
    for turn in range(4):
        queue(turn * 2, turn * 2 + 1)
        jobs.take_turn(at=AT)
        assert queries.state(LOG).witnesses == ("ledger.example/witness",)
    jobs.take_turn(at=AT)
    states = {state.log: (state.checkpoint_size, state.trouble) for state in queries.states()}
    assert states == {LOG: (8, ""), actions.CHECKPOINTS: (4, "")}
    assert actions.fsck(log=LOG, at=AT) == actions.fsck(log=actions.CHECKPOINTS, at=AT) == ()


class Far(http.server.BaseHTTPRequestHandler):
    """A witness elsewhere; `answers` is what it will say, `asked` what it was asked."""

    answers: list
    asked: list

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append(body)
        status, answer = self.answers.pop(0) if self.answers else self.cosign(body)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer.encode())

    def cosign(self, body):
        text = note.parse(body.partition("\n\n")[2]).text
        return 200, note.signature_of(FAR, text, 1).line

    def log_message(self, *_):
        pass


@pytest.fixture
def far(settings):
    Far.answers, Far.asked = [], []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Far)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.LEDGER_WITNESSES = [f"{FAR.key} http://127.0.0.1:{server.server_port}"]
    yield Far
    server.shutdown()
    server.server_close()


def sizes_asked():
    return [int(body.split("\n", 1)[0].removeprefix("old ")) for body in Far.asked]


def test_a_witness_elsewhere_is_asked_before_and_after_signing(far):
    queue(1, 2, 3)
    jobs.take_turn(at=AT)
    assert sizes_asked() == [0]
    queue(4)
    jobs.take_turn(at=AT)
    assert sizes_asked() == [0, 3, 3]
    assert queries.state(LOG).witnesses == ("far.example",)


def test_a_witness_that_knows_another_size_is_asked_again_from_there(far):
    queue(1, 2, 3)
    jobs.take_turn(at=AT)
    queue(4)
    far.answers = [(200, ""), (409, "1\n")]
    jobs.take_turn(at=AT)
    assert sizes_asked() == [0, 3, 3, 1]
    assert queries.state(LOG).witnesses == ("far.example",)


@pytest.mark.parametrize("answers", [
    [(409, "1\n"), (409, "2\n")], [(503, "")], [(200, "nonsense")], [(200, "— far.example AAAAAAA=\n")], [(200, "")], [(404, "")], [(403, "")],
    [(409, "what")], [(200, note.signature_of(FAR, "another text\n", 1).line)],
])
def test_a_witness_that_does_not_cosign_does_not_hold_the_log(far, answers):
    far.answers = answers
    queue(1, 2, 3)
    jobs.take_turn(at=AT)
    state = queries.state(LOG)
    assert (state.checkpoint_size, state.witnesses, state.trouble) == (3, (), "")


def test_a_witness_that_cannot_be_reached_does_not_hold_the_log(settings):
    settings.LEDGER_WITNESSES = [f"{FAR.key} http://127.0.0.1:1"]
    queue(1, 2, 3)
    jobs.take_turn(at=AT)
    assert queries.state(LOG).checkpoint_size == 3


@pytest.mark.parametrize("answer", [(409, "4\n"), (409, "3\n")])
def test_a_witness_ahead_of_what_was_published_stops_the_signature(far, answer):
    queue(1, 2, 3)
    jobs.take_turn(at=AT)
    far.answers = [answer]
    queue(4, 5)
    jobs.take_turn(at=AT)
    assert queries.state(LOG).trouble == "ledger-tree-went-back"
    assert queries.state(LOG).checkpoint_size == 3


@pytest.mark.parametrize("answers", [[(200, ""), (409, "6\n")], [(200, ""), (422, "")], [(200, ""), (409, "3\n")]])
def test_a_witness_ahead_of_what_is_to_be_published_stops_it(far, answers):
    queue(1, 2, 3)
    jobs.take_turn(at=AT)
    far.answers = answers
    queue(4, 5)
    jobs.take_turn(at=AT)
    state = queries.state(LOG)
    assert state.trouble == "ledger-tree-went-back"
    assert queries.proof(REGION, 1)["size"] == 3


def test_a_witness_that_had_cosigned_before_a_crash_signs_once():
    queue(1, 2, 3)
    jobs.take_turn(at=AT)
    (queries.public_folder(LOG) / "checkpoint").unlink()
    models.Checkpoint.objects.update(published_at=None)
    jobs.take_turn(at=AT + datetime.timedelta(seconds=5))
    lines = note.parse(models.Checkpoint.objects.get(log=LOG).note).signatures
    assert [line.name for line in lines] == ["ledger.example/140100", "ledger.example/witness"]
    kept = note.parse(models.Witnessed.objects.get(origin="ledger.example/140100").note).signatures
    assert [line.name for line in kept] == ["ledger.example/140100", "ledger.example/witness"]


def test_a_witness_behind_what_was_published_does_not_stop_it(far):
    queue(1, 2, 3)
    jobs.take_turn(at=AT)
    far.answers = [(409, "2\n")]
    queue(4)
    jobs.take_turn(at=timezone.now())
    assert queries.state(LOG).trouble == ""
