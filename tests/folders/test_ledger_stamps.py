"""The day's time stamp, from an authority run here with openssl, and checked with openssl."""

import datetime
import http.server
import shutil
import subprocess
import threading

import pytest

from tongban.core import note
from tongban.ledger import actions, jobs, models, queries

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is the authority here"),
]
NOW = datetime.datetime.now(datetime.UTC)  # noqa: TID251 -- the authority has a clock of its own
DAY = datetime.timedelta(days=1)
LOG = "140100"
CONFIG = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[stamping]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = us
[us]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


def openssl(folder, *given, **named):
    return subprocess.run(["openssl", *given], cwd=folder, check=True, capture_output=True, **named).stdout


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate authority and a time-stamping authority under it, answering over HTTP."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl(folder, "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-config", "cnf",
            "-extensions", "root", "-subj", "/CN=A root for tests")
    openssl(folder, "req", *curve, "-keyout", "tsa.key", "-out", "tsa.csr", "-config", "cnf", "-subj", "/CN=A stamp for tests")
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
            "30", "-extfile", "cnf", "-extensions", "stamping", "-out", "tsa.pem")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            (folder / "q.tsq").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            openssl(folder, "ts", "-reply", "-config", "cnf", "-queryfile", "q.tsq", "-out", "a.tsr")
            asked.append(self.headers["Content-Type"])
            self.send_response(server.status)
            self.end_headers()
            self.wfile.write(server.spoil((folder / "a.tsr").read_bytes()))

        def log_message(self, *given):
            """Say nothing."""

    asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.folder, server.asked = folder, asked
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def place(settings, tmp_path, authority):
    settings.LEDGER_FOLDER = tmp_path
    settings.LEDGER_ORIGIN = "ledger.example"
    settings.LEDGER_WITNESSES = []
    settings.LEDGER_TSA = f"http://127.0.0.1:{authority.server_port}/"
    settings.LEDGER_TSA_ROOTS = str(authority.folder / "ca.pem")
    authority.status, authority.spoil = 200, bytes
    authority.asked.clear()
    queries.forget_tiles()
    jobs._refused.clear()
    return tmp_path / "public" / LOG / "stamps"


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """The moment of the test, not of the collection: the authority's clock is not a minute away from it."""
    monkeypatch.setitem(globals(), "NOW", datetime.datetime.now(datetime.UTC))  # noqa: TID251 -- as above


def grow(case_id, at=None):
    actions.queue(region_code="140106", entries=[actions.QueuedEntry(case_id, 1, b'{"log":"140100"}')])
    jobs.take_turn(at=at or NOW)


def test_the_first_checkpoint_of_a_day_is_stamped_and_openssl_agrees(authority, place, client):
    grow(1)
    grow(2)
    assert authority.asked == ["application/timestamp-query"]
    [row] = queries.stamps(LOG, at_most=9)
    assert (row.size, row.authority) == (1, "127.0.0.1")
    assert abs(row.stamped_at - NOW) < datetime.timedelta(minutes=5)
    content, answer = (queries.stamp_path(LOG, row.on, ending) for ending in ("checkpoint", "tsr"))
    assert content.read_text() == models.Checkpoint.objects.get(log=LOG, size=1).note
    said = openssl(authority.folder, "ts", "-verify", "-data", str(content), "-in", str(answer), "-CAfile", "ca.pem")
    assert b"OK" in said
    content.write_bytes(content.read_bytes() + b"\n")
    with pytest.raises(subprocess.CalledProcessError):
        openssl(authority.folder, "ts", "-verify", "-data", str(content), "-in", str(answer), "-CAfile", "ca.pem")
    got = client.get(f"/ledger/140100/stamps/{row.on}.tsr")
    assert b"".join(got.streaming_content) == answer.read_bytes()
    assert got["Content-Type"] == "application/timestamp-reply"
    assert f"/ledger/140100/stamps/{row.on}.checkpoint" in client.get("/ledger/140100").content.decode()


def test_another_day_is_stamped_again_if_the_log_has_grown(authority):
    grow(1)
    jobs.take_turn(at=NOW + DAY)
    assert len(authority.asked) == 1
    grow(2, at=NOW + DAY)
    assert [row.size for row in queries.stamps(LOG, at_most=9)] == [2, 1]


def test_without_an_authority_nothing_is_asked(authority, settings):
    settings.LEDGER_TSA = ""
    grow(1)
    assert authority.asked == []
    assert queries.alarm(LOG, NOW + 9 * DAY) == ""


def test_an_empty_log_has_nothing_to_stamp(authority):
    actions.ensure_keys(logs=[LOG])
    assert actions.stamp(log=LOG, at=NOW) is False


SPOILT = {
    "nonsense": {"spoil": lambda answer: b"nonsense"},
    "a flipped bit": {"spoil": lambda answer: answer[:-9] + bytes([answer[-9] ^ 1]) + answer[-8:]},
    "a stamp of something else": {"spoil": lambda answer: bytes.fromhex("3003020102")},
    "an error": {"status": 500},
    "an empty answer": {"status": 202},
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_stamp_that_does_not_hold_is_refused_and_the_log_goes_on(authority, name):
    for what, value in SPOILT[name].items():
        setattr(authority, what, value)
    grow(1)
    assert queries.stamps(LOG, at_most=9) == ()
    assert queries.state(LOG).checkpoint_size == 1
    with pytest.raises(actions.StampRefused, match=r"127\.0\.0\.1"):
        actions.stamp(log=LOG, at=NOW)
    jobs.take_turn(at=NOW)
    assert len(authority.asked) == 2  # Not again before ten minutes have passed.
    authority.status, authority.spoil = 200, bytes
    jobs.take_turn(at=NOW + jobs.STAMP_AGAIN_AFTER)
    assert len(queries.stamps(LOG, at_most=9)) == 1


def test_an_authority_under_another_root_is_refused(authority, settings):
    openssl(authority.folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "other.key", "-out", "other.pem", "-days", "30", "-config", "cnf", "-extensions", "root", "-subj", "/CN=Another root")
    grow(1)
    for roots in ("other.pem", "none.pem", "serial"):
        settings.LEDGER_TSA_ROOTS = str(authority.folder / roots)
        models.Stamp.objects.all().delete()
        with pytest.raises(actions.StampRefused):
            actions.stamp(log=LOG, at=NOW)


def test_a_stamp_that_never_comes_and_a_clock_that_is_apart_are_named(authority):
    authority.status = 500
    grow(1)
    assert queries.alarm(LOG, NOW + datetime.timedelta(hours=25)) == ""
    assert queries.alarm(LOG, NOW + datetime.timedelta(hours=27)) == "ledger-stamp-late"
    authority.status = 200
    actions.stamp(log=LOG, at=NOW + 2 * DAY)
    assert queries.alarm(LOG, NOW + 2 * DAY) == "ledger-clock-apart"
    models.Stamp.objects.update(asked_at=NOW)
    assert queries.alarm(LOG, NOW + 9 * DAY) == ""


# Further signatures


def test_a_log_that_signs_with_sm2_and_ml_dsa_too_is_read_by_those_who_know_either(settings, client):
    grow(1)
    settings.LEDGER_SIGNATURES = ["sm2", "ml-dsa-44"]
    grow(2)
    shown = queries.state(LOG).checkpoint
    keys = [note.parse_key(vkey) for _, vkey in queries.further_keys(LOG)]
    assert [key.kind for key in keys] == [note.Kind.SM2, note.Kind.ML_DSA_44]
    for key in (note.parse_key(queries.state(LOG).vkey), *keys):
        assert note.parse_checkpoint(note.verify(shown, [key]).text).size == 2
    page = client.get("/ledger/140100").content.decode()
    assert all(str(key) in page for key in keys)
    assert len(queries.receipt_address("140106", 1, 1)) < 2900
    assert actions.fsck(log=LOG, at=NOW) == ()


def test_a_further_key_that_is_lost_or_another_stops_the_signature(settings):
    settings.LEDGER_SIGNATURES = ["ml-dsa-44"]
    grow(1)
    path = queries.key_path(LOG, "ml-dsa-44.key")
    kept = path.read_text()
    path.write_text(note.private_text(note.PostQuantumSigner("ledger.example/140100", b"\x05" * 32)))
    grow(2)
    assert queries.state(LOG).trouble == "ledger-key-missing"
    path.unlink()
    grow(3)
    assert queries.state(LOG).trouble == "ledger-key-missing"
    with pytest.raises(actions.KeyMissing):
        queries.further_signers(LOG)
    path.write_text(kept)
    grow(4)
    assert (queries.state(LOG).trouble, queries.state(LOG).checkpoint_size) == ("", 4)
