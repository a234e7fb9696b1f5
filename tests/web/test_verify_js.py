"""What the browser itself finds: the badge of a case, a dropped receipt, a log watched over time.

The pages here are small ones of our own, so that nothing but verify.js is under test; what it fetches is made
by the same core the site uses, then changed one thing at a time."""

import base64
import copy
import datetime
import json
import pathlib

import pytest

from tests.web import browser as browsers
from tongban.core import merkle, note, receipt

pytestmark = pytest.mark.browser
SCRIPT = pathlib.Path(__file__).parents[2] / "src/tongban/ui/static/ui/verify.js"
SITE = "https://tongban.test"
LOG = note.LogSigner("ledger.example/140100", b"\x01" * 32)
OTHER = note.LogSigner("ledger.example/140100", b"\x02" * 32)
ELSEWHERE = note.LogSigner("ledger.example/140700", b"\x03" * 32)
AT = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
STATES = "".join(
    f'<template data-state="{state}" data-title="{state}">{{n}} {{waiting}} {{old}} {{size}} {{check}}</template>'
    for state in ("checking", "first", "ok", "pending", "bad", "unsupported", "unreachable")
)
FINDING = f'<h2 data-verify="title"></h2><p data-verify="words"></p><p data-verify="root"></p>{STATES}'


@pytest.fixture(scope="module")
def context():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browsers.options())
        yield browser.new_context()
        browser.close()


@pytest.fixture
def page(context):
    page = context.new_page()
    page.answers = {"/verify.js": (200, "text/javascript", SCRIPT.read_text(encoding="utf-8"))}

    def answer(route):
        status, media_type, body = page.answers.get(
            route.request.url.removeprefix(SITE).split("?")[0], (404, "text/plain", "")
        )
        route.fulfill(status=status, content_type=media_type, body=body)

    page.route(f"{SITE}/**", answer)
    yield page
    page.evaluate("localStorage.clear()")
    page.close()


def entries_of_case(number=12):
    entries, previous = [], None
    for n in range(1, number + 1):
        kind = "case.filed" if n == 1 else "case.completed"
        entries.append(receipt.entry(
            log="140100", k=kind, c="000102030405060708090a0b0c0d0e0f", n=n, p=previous, m="food@1", t=AT
        ))
        previous = merkle.leaf_hash(entries[-1])
    return entries


def tree_of(entries, before=1000):
    """The case's entries in a log of more: every third leaf is one of them."""
    leaves, places = [merkle.leaf_hash(b"%d" % i) for i in range(before)], []
    for entry in entries:
        places.append(len(leaves))
        leaves += [merkle.leaf_hash(entry), merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")]
    return leaves, places


def node_of(leaves):
    return lambda level, index: merkle.root_of(leaves[index << level : (index + 1) << level])


def signed(leaves, signer=LOG):
    checkpoint = note.Checkpoint("ledger.example/140100", len(leaves), merkle.root_of(leaves))
    return note.write(checkpoint.text, [signer], 0)


def case(number=12):
    entries = entries_of_case(number)
    leaves, places = tree_of(entries)
    return {
        "log": "140100", "origin": "ledger.example/140100", "vkey": str(LOG.key), "size": len(leaves),
        "checkpoint": signed(leaves),
        "entries": [
            {"n": n, "entry": note.to_base64(entry), "index": index,
             "hashes": [note.to_base64(h) for h in merkle.inclusion_proof(index, len(leaves), node_of(leaves))]}
            for n, (entry, index) in enumerate(zip(entries, places, strict=True), start=1)
        ],
    }


CASE = case()


def badge(page, shown, *, events="", answer=None):
    page.answers["/"] = (200, "text/html", (
        f'<!doctype html><html lang="zh-Hans"><script src="/verify.js" defer></script><section data-proof-url="/proof"'
        f' data-state="checking" data-vkey="{LOG.key}" data-events="{events}">{FINDING}</section>'
    ))
    page.answers["/proof"] = answer or (200, "application/json", json.dumps(shown))
    page.goto(SITE + "/")
    page.wait_for_selector("section:not([data-state=checking])")
    return page.get_attribute("section", "data-state"), page.text_content("[data-verify=words]").split()


def changed(change):
    shown = copy.deepcopy(CASE)
    change(shown)
    return shown


def test_a_case_that_is_whole_is_found_so(page):
    state, words = badge(page, CASE, events=12)
    assert (state, words[0]) == ("ok", "12")
    assert page.text_content("[data-verify=title]") == "ok"
    assert len(page.text_content("[data-verify=root]").replace(" ", "")) == 64


def test_entries_that_wait_are_counted(page):
    def wait(shown):
        shown["entries"][-1].update(index=None, hashes=[])

    state, words = badge(page, changed(wait))
    assert (state, words[:2]) == ("pending", ["12", "1"])
    state, words = badge(page, changed(lambda shown: shown.update(checkpoint="")))
    assert (state, words[:2]) == ("pending", ["12", "12"])


def test_what_waited_is_looked_at_again(page):
    page.clock.install()
    assert badge(page, changed(lambda shown: shown.update(checkpoint="")))[0] == "pending"
    page.answers["/proof"] = (200, "application/json", json.dumps(CASE))
    page.clock.run_for(5000)
    page.wait_for_selector("section[data-state=ok]")


def replace_entry(shown, at, **members):
    entry = json.loads(base64.b64decode(shown["entries"][at]["entry"]))
    shown["entries"][at]["entry"] = note.to_base64(json.dumps(entry | members).encode())


def flip_bit(shown):
    raw = bytearray(base64.b64decode(shown["entries"][3]["hashes"][5]))
    raw[7] ^= 1
    shown["entries"][3]["hashes"][5] = note.to_base64(bytes(raw))


def other_signature(shown):
    lines, forged = note.parse(shown["checkpoint"]), OTHER.sign(note.parse(shown["checkpoint"]).text, 0)
    shown["checkpoint"] = lines.text + "\n" + note.Signature(OTHER.name, LOG.key.id, forged).line


CHANGES = {
    "another word in an entry": (lambda s: replace_entry(s, 11, m="food@2"), "root"),
    "another word in an entry that others follow": (lambda s: replace_entry(s, 3, m="food@2"), "root"),
    "an entry of another case": (lambda s: replace_entry(s, 11, c="f" * 32), "case"),
    "an entry that names another before it": (lambda s: replace_entry(s, 11, p="A" * 43), "chain"),
    "an entry left out": (lambda s: s["entries"].pop(4), "number"),
    "an entry left out and the rest renumbered": (
        lambda s: [s["entries"].pop(4), [e.update(n=n) for n, e in enumerate(s["entries"], 1)]], "number"
    ),
    "the last entry left out": (lambda s: s["entries"].pop(), "entries-missing"),
    "no entries": (lambda s: s["entries"].clear(), "entries-missing"),
    "two entries exchanged": (
        lambda s: s["entries"].__setitem__(slice(3, 5), [s["entries"][4] | {"n": 4}, s["entries"][3] | {"n": 5}]),
        "number",
    ),
    "a flipped bit in a proof": (flip_bit, "root"),
    "a wrong index": (lambda s: s["entries"][2].update(index=s["entries"][2]["index"] + 1), "root"),
    "an index outside the tree": (lambda s: s["entries"][2].update(index=10**6), "index"),
    "a proof cut short": (lambda s: s["entries"][2]["hashes"].pop(), "proof-short"),
    "a proof too long": (lambda s: s["entries"][2]["hashes"].extend(["A" * 43 + "="] * 9), "proof-long"),
    "no proof": (lambda s: s["entries"][2].update(hashes=[]), "proof-short"),
    "another root": (lambda s: s.update(checkpoint=s["checkpoint"].replace("\n1036\n", "\n1037\n")), "signature"),
    "a signature of another key under this name": (other_signature, "signature"),
    "a checkpoint signed by nobody we know": (lambda s: s.update(checkpoint=signed([b"\0" * 32], OTHER)), "signature"),
    "another key beside the page's": (lambda s: s.update(vkey=str(OTHER.key)), "key"),
    "not base64": (lambda s: s["entries"][2].update(entry="???"), "base64"),
    "not an entry": (lambda s: s["entries"][0].update(entry=note.to_base64(b"nonsense")), "malformed"),
    "not a note": (lambda s: s.update(checkpoint="nonsense"), "note"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_one_thing_changed_is_found(page, name):
    change, check = CHANGES[name]
    state, words = badge(page, changed(change), events=12 if check == "entries-missing" else 11)
    assert (state, words[-1]) == ("bad", check)


def test_a_site_that_does_not_answer_is_not_called_false(page):
    assert badge(page, None, answer=(503, "text/plain", ""))[0] == "unreachable"
    assert badge(page, None, answer=(404, "text/plain", ""))[0] == "unreachable"
    assert badge(page, None, answer=(200, "text/html", "<p>"))[0] == "bad"


def test_a_browser_without_the_algorithm_says_so(page):
    page.add_init_script("crypto.subtle.importKey = () => Promise.reject(new Error())")
    assert badge(page, CASE)[0] == "unsupported"


def test_a_sealed_entry_is_proved_without_being_read(page):
    leaf = receipt.sealed_entry(log="140100", digest="A" * 43)
    leaves = [merkle.leaf_hash(leaf), merkle.leaf_hash(b"a")]
    shown = CASE | {"checkpoint": signed(leaves), "size": 2, "entries": [
        {"n": 1, "entry": note.to_base64(leaf), "index": 0, "hashes": [note.to_base64(leaves[1])]}
    ]}
    assert badge(page, shown)[0] == "ok"


# A receipt


def receipt_of(at=3):
    one = CASE["entries"][at]
    proof = receipt.Proof(
        one["index"], tuple(base64.b64decode(h) for h in one["hashes"]), CASE["checkpoint"],
        base64.b64decode(one["entry"]),
    )
    return receipt.proof_text(proof)


def drop(page, text, *, address="/"):
    page.answers["/"] = (200, "text/html", (
        f'<!doctype html><html lang="zh-Hans"><script src="/verify.js" defer></script>'
        f'<form data-verify-receipt><input type="file"><textarea></textarea><button>go</button>'
        f'<section data-finding hidden>{FINDING}<dl data-entry></dl></section></form>'
        f'<p data-log-vkey="{ELSEWHERE.key}"></p><p data-log-vkey="{LOG.key}"></p><b data-member="n">n</b><b data-member="k">kind</b>'
    ))
    page.goto(SITE + address)
    if text is not None:
        page.set_input_files("input", {"name": "r.tlog-proof", "mimeType": "text/plain", "buffer": text.encode()})
    page.wait_for_selector("section[data-state=ok],section[data-state=bad]")
    return page.get_attribute("section", "data-state"), page.text_content("[data-verify=words]").split()[-1]


def test_a_receipt_is_checked_and_shown(page):
    assert drop(page, receipt_of().replace("\n", "\r\n"))[0] == "ok"
    shown = dict(zip(page.locator("dt").all_text_contents(), page.locator("dd").all_text_contents(), strict=True))
    assert shown == {"n": "4", "kind": "case.completed"}


def test_a_receipt_behind_the_hash_of_the_address_is_checked(page):
    from urllib.parse import quote

    assert drop(page, None, address="/#" + quote(receipt_of()))[0] == "ok"


@pytest.mark.parametrize(("change", "check"), [
    (lambda t: t.replace("index 1009", "index 1010"), "root"),
    (lambda t: t.replace("tlog-proof@v1", "tlog-proof@v2"), "receipt"),
    (lambda t: "\n".join(line for line in t.split("\n") if not line.startswith("extra")), "receipt"),
    (lambda t: t.replace("ledger.example/140100\n1036", "ledger.example/999999\n1036"), "unknown-log"),
    (lambda t: t.replace("\n1036\n", "\n1035\n"), "signature"),
    (lambda t: "", "receipt"),
])
def test_a_receipt_with_one_thing_changed_is_found(page, change, check):
    assert drop(page, change(receipt_of())) == ("bad", check)


# A log watched over time


def watch(page, leaves, *, old=None, hashes=None, signer=LOG):
    page.answers["/"] = (200, "text/html", (
        f'<!doctype html><html lang="zh-Hans"><script src="/verify.js" defer></script><section data-monitor'
        f' data-vkey="{LOG.key}" data-checkpoint-url="/checkpoint" data-consistency-url="/consistency"'
        f' data-state="checking">{FINDING}</section>'
    ))
    page.answers["/checkpoint"] = (200, "text/plain", signed(leaves, signer))
    if old is None:
        page.answers.pop("/consistency", None)
    else:
        shown = merkle.consistency_proof(old, len(leaves), node_of(leaves)) if hashes is None else hashes
        page.answers["/consistency"] = (200, "application/json", json.dumps({
            "checkpoint": signed(leaves, signer), "hashes": [note.to_base64(h) for h in shown]
        }))
    page.goto(SITE + "/")
    page.wait_for_selector("section:not([data-state=checking])")
    return page.get_attribute("section", "data-state"), page.text_content("[data-verify=words]").split()[-1]


LEAVES = [merkle.leaf_hash(b"%d" % i) for i in range(40)]


def test_a_log_that_only_grew_is_found_so(page):
    assert watch(page, [])[0] == "first"
    assert watch(page, LEAVES[:7])[0] == "first"
    for old, new in ((7, 7), (7, 8), (8, 13), (13, 40)):
        assert watch(page, LEAVES[:new], old=old)[0] == "ok"


def test_a_log_that_went_back_or_another_way_is_found(page):
    assert watch(page, LEAVES[:13])[0] == "first"
    assert watch(page, LEAVES[:7]) == ("bad", "older-larger")
    assert watch(page, LEAVES[:7], old=7) == ("bad", "older-larger")
    assert watch(page, LEAVES[1:14], old=13) == ("bad", "root")
    assert watch(page, LEAVES[1:40], old=13) == ("bad", "root")
    assert watch(page, LEAVES[:40], old=13, hashes=[]) == ("bad", "proof-short")
    assert watch(page, LEAVES[:40], old=13, signer=OTHER) == ("bad", "signature")
    assert watch(page, LEAVES[:40], old=13)[0] == "ok"
