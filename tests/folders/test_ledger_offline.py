"""`tongban-verify`, which shares no line with the site: it accepts what we publish and names the first wrong thing."""

import base64
import datetime
import json
import shutil
import subprocess
import sys

import pytest

import tongban_verify
from tongban.core import merkle, note
from tongban.ledger import actions, jobs, queries, views

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
LOG, REGION = "140100", "140106"
REF = "00010203-0405-0607-0809-0a0b0c0d0e0f"
WITNESS = note.WitnessSigner("w.example", b"\x05" * 32)


@pytest.fixture(autouse=True)
def place(settings, tmp_path, monkeypatch):
    settings.LEDGER_FOLDER = tmp_path
    settings.LEDGER_ORIGIN = "ledger.example"
    settings.LEDGER_WITNESSES = []
    queries.forget_tiles()
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    queue(1, 600)
    (tmp_path / "old").write_text((tmp_path / "public" / LOG / "checkpoint").read_text())
    queue(601, 700)
    return tmp_path / "public" / LOG


def queue(first, last):
    """Event n of case 1 is entry n-1 of the log, up to six; the rest are cases of one event."""
    previous, entries = b"", []
    for n in range(first, last + 1):
        one = actions.queued_entry(
            region_code=REGION, case_id=1 if n <= 6 else n, ref=REF, event_n=n if n <= 6 else 1, kind="Completed",
            previous=previous if 1 < n <= 6 else b"", matter="food@1", node="intake", at=AT, capacity="post-7",
            due=None, said={"reason": "符合条件"}, attachments=[], is_sealed=n == 6,
        )
        entries.append(one)
        previous = merkle.leaf_hash(one.entry)
    actions.queue(region_code=REGION, entries=entries)
    jobs.take_turn(at=AT)


@pytest.fixture
def check(capsys):
    def run(*given, key=None):
        code = tongban_verify.main([*map(str, given), "--key", key or queries.state(LOG).vkey])
        shown = capsys.readouterr()
        return (shown.out if code == 0 else shown.err).strip()

    return run


def test_a_whole_log(check, place):
    assert check("log", place) == "OK ledger.example/140100 700"


@pytest.mark.parametrize(("path", "says"), [
    ("tile/0/000", "The entries in tile/entries/000 are not those that were hashed."),
    ("tile/entries/001", "The entries in tile/entries/001 are not those that were hashed."),
    ("tile/entries/002.p/188", "The entries in tile/entries/002.p/188 are not those that were hashed."),
    ("tile/1/000.p/2", "The tile tile/1/000.p/2 does not follow from those below it."),
])
def test_a_flipped_bit_in_any_file(check, place, path, says):
    content = bytearray((place / path).read_bytes())
    content[40] ^= 1
    (place / path).write_bytes(content)
    assert check("log", place) == says


def test_a_file_too_short_or_gone(check, place):
    path = place / "tile/0/001"
    path.write_bytes(path.read_bytes()[:-1])
    assert check("log", place) == "The tile tile/0/001 is not as long as it must be."
    path.unlink()
    assert check("log", place) == f"The file {path} is missing."


def test_entries_and_hashes_changed_together(check, place):
    entries = list(merkle.entries_of((place / "tile/entries/000").read_bytes()))
    entries[3] = b"{}"
    (place / "tile/entries/000").write_bytes(merkle.bundle(entries))
    hashes = [merkle.leaf_hash(one) for one in entries]
    (place / "tile/0/000").write_bytes(b"".join(hashes))
    assert check("log", place) == "The tile tile/1/000.p/2 does not follow from those below it."
    above = (place / "tile/1/000.p/2").read_bytes()
    (place / "tile/1/000.p/2").write_bytes(merkle.root_of(hashes) + above[32:])
    assert check("log", place) == "The files do not make the signed root."
    assert check("consistency", place, place.parents[1] / "old") == "The files do not make the signed root."


def test_growth(check, place):
    old = place.parents[1] / "old"
    assert check("consistency", place, old) == "OK ledger.example/140100 600 → 700"
    assert check("consistency", place, place / "checkpoint") == "OK ledger.example/140100 700 → 700"
    newest = place.parents[1] / "newest"
    shutil.copy(place / "checkpoint", newest)
    shutil.copy(old, place / "checkpoint")
    assert check("consistency", place, newest) == "The log was larger before: 700, now 600."


def test_a_fork_signed_by_the_log_itself(check, place):
    forged = note.Checkpoint("ledger.example/140100", 600, b"\x07" * 32)
    old = place.parents[1] / "old"
    old.write_text(note.write(forged.text, [queries.signer(LOG)], 0))
    assert check("consistency", place, old) == "The first 600 entries are not what they were."


# Receipts


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_text(queries.receipt_text(REGION, 1, 3))
    return path


def test_a_receipt(check, file, tmp_path):
    assert check("receipt", file).startswith('OK ledger.example/140100 2/700\n{"c":"000102')
    text = file.read_text()
    head, extra, rest = text.split("\n", 2)
    (tmp_path / "entry").write_bytes(base64.b64decode(extra.removeprefix("extra ")))
    file.write_text(f"{head}\n{rest}")
    assert check("receipt", file) == "The receipt holds no entry; give one with --entry."
    assert check("receipt", file, "--entry", tmp_path / "entry").startswith("OK")
    (tmp_path / "vkeys").write_text(f"{queries.state(LOG).vkey}\n{WITNESS.key}\n")
    assert check("receipt", file, "--entry", tmp_path / "entry", key=str(tmp_path / "vkeys")).startswith("OK")


CHANGES = {
    "another index": (lambda t: t.replace("index 2", "index 3"), "The entry 3 is not in the log"),
    "an index outside": (lambda t: t.replace("index 2", "index 700"), "The entry 700 is not in the log"),
    "no index": (lambda t: t.replace("index 2", "index 02"), "The file is not a tlog-proof."),
    "another version": (lambda t: t.replace("@v1", "@v9", 1), "The file is not a tlog-proof."),
    "a hash too few": (lambda t: cut(t, 3), "The entry 2 is not in the log"),
    "stray letters": (lambda t: t.replace("extra ", "extra !"), "The file is not a tlog-proof."),
    "another size": (lambda t: t.replace("\n700\n", "\n701\n"), "The signature of ledger.example/140100 is false."),
    "no note": (lambda t: t.partition("\n\n")[0] + "\n\nx", "The checkpoint is not a signed note."),
    "nobody's signature": (
        lambda t: t[: t.index("\n— ")] + "\n— w.example " + "A" * 96 + "\n", "The log has not signed this checkpoint."
    ),
}


def cut(text, line):
    lines = text.split("\n")
    return "\n".join(lines[:line] + lines[line + 1 :])


@pytest.mark.parametrize("name", CHANGES)
def test_a_receipt_with_one_thing_changed(check, file, name):
    change, says = CHANGES[name]
    file.write_text(change(file.read_text()))
    assert check("receipt", file).startswith(says)


def test_a_file_that_is_not_text(check, file):
    file.write_bytes(b"\xff\xfe")
    assert check("receipt", file) == f"The file {file} is not text."


@pytest.mark.parametrize("key", ["nonsense", "a+00000000+AQ==", "a+00000000+???"])
def test_what_is_no_key(check, file, key):
    assert check("receipt", file, key=key) == f"This is not a key: {key}"


def test_witnesses(check, file):
    text = file.read_text()
    assert check("receipt", file, "--quorum", "1") == "Only 0 of 1 required witnesses signed."
    body = note.parse(text.partition("\n\n")[2]).text
    file.write_text(text + note.signature_of(WITNESS, body, 1_700_000_000).line)
    log = queries.state(LOG).vkey
    run = [file, "--quorum", "1", "--key", log]
    assert check("receipt", *run, key=str(WITNESS.key)).startswith("OK")
    file.write_text(text + note.signature_of(WITNESS, body + "more\n", 1_700_000_000).line)
    assert check("receipt", *run, key=str(WITNESS.key)) == "The signature of w.example is false."


def test_another_log_with_the_same_key(check, file):
    signer = queries.signer(LOG)
    other = note.Checkpoint("ledger.example/999999", 700, b"\x00" * 32)
    text = file.read_text().partition("\n\n")[0]
    file.write_text(text + "\n\n" + note.write(other.text, [signer], 0))
    assert check("receipt", file) == "The checkpoint is of another log: ledger.example/999999."


def test_the_sentence_is_chinese_for_chinese_readers(check, file, monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    file.write_text(file.read_text().replace("index 2", "index 3"))
    assert check("receipt", file) == "记录 3 不在检查点所签的账本里。"


# Cases


def test_a_case_with_what_was_said(check, tmp_path):
    path = tmp_path / "case.json"
    path.write_bytes(views.case_file_answer(region_code=REGION, case_id=1).content)
    assert "disclosures" in json.loads(path.read_text())
    assert check("case", path) == "OK ledger.example/140100 6"
    shown = json.loads(path.read_text())
    shown["disclosures"].pop("6")
    path.write_text(json.dumps(shown))
    assert check("case", path) == "OK ledger.example/140100 6"


def replaced(at, **members):
    def change(shown):
        entry = json.loads(base64.b64decode(shown["entries"][at]["entry"]))
        shown["entries"][at]["entry"] = note.to_base64(json.dumps(entry | members).encode())

    return change


CASE_CHANGES = {
    "an entry left out": (lambda s: s["entries"].pop(1), "Entry 2 of the case is missing or out of order."),
    "the first left out and renumbered": (
        lambda s: (s["entries"].pop(0), [e.update(n=n) for n, e in enumerate(s["entries"], 1)]),
        "Entry 1 of the case is missing or out of order.",
    ),
    "another chain": (replaced(1, p="A" * 43), "Entry 2 does not follow the one before it."),
    "another case": (replaced(1, c="f" * 32), "Entry 2 belongs to another case."),
    "another word": (replaced(4, m="food@2"), "The entry 5 is not in the log the checkpoint signs."),
    "another value": (
        lambda s: s["disclosures"]["2"].update(reason=s["disclosures"]["3"]["reason"]),
        "What is disclosed of entry 2 is not what it promised: reason.",
    ),
    "another sealed entry": (
        lambda s: s["disclosures"]["6"].update(entry="x"),
        "What is disclosed of entry 6 is not what it promised: entry.",
    ),
    "another value in a sealed entry": (
        lambda s: s["disclosures"]["6"].update(reason="x"),
        "What is disclosed of entry 6 is not what it promised: reason.",
    ),
    "one that waits": (lambda s: s["entries"][2].update(index=None), "Entry 3 has not been written to the log yet."),
    "no entries": (lambda s: s.update(entries=[]), "The file is not the record of a case."),
    "no object": (lambda s: s["entries"].__setitem__(0, 7), "The file is not the record of a case."),
    "not an entry": (
        lambda s: s["entries"][0].update(entry=note.to_base64(b"[]")), "The file is not the record of a case."
    ),
}


SAID = {"another value", "another sealed entry", "another value in a sealed entry"}


@pytest.mark.parametrize("name", CASE_CHANGES)
def test_a_case_with_one_thing_changed(check, tmp_path, name):
    change, says = CASE_CHANGES[name]
    shown = queries.case_file(REGION, 1)
    if name not in SAID:
        shown.pop("disclosures")
    change(shown)
    (tmp_path / "case.json").write_text(json.dumps(shown))
    assert check("case", tmp_path / "case.json").startswith(says)


def test_the_command_runs_alone(place):
    """With the standard library and `cryptography`; nothing of ours is on its path."""
    answer = subprocess.run(
        [sys.executable, "-I", tongban_verify.__file__, "log", str(place), "--key", queries.state(LOG).vkey],
        capture_output=True, text=True, check=False, cwd="/",
    )
    assert (answer.returncode, answer.stdout) == (0, "OK ledger.example/140100 700\n")


def test_a_log_without_entries(check, tmp_path):
    signer = note.LogSigner("empty.example", b"\x01" * 32)
    (tmp_path / "empty").mkdir()
    text = note.write(note.Checkpoint("empty.example", 0, merkle.EMPTY_ROOT).text, [signer], 0)
    (tmp_path / "empty" / "checkpoint").write_text(text)
    assert check("log", tmp_path / "empty", key=str(signer.key)) == "OK empty.example 0"
