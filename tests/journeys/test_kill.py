"""kill -9 of web, worker, sequencer and database in turn, while people file a thousand cases.

What was acknowledged is there, exactly once; what was asked twice with one key is one; the papers are
written once; the root of every log follows from its entries, by an arithmetic that is not ours.
"""

import base64
import hashlib
import itertools
import os
import re
import signal
import subprocess
import threading
import time
import urllib.request
import uuid

import psycopg
import pytest

from tests import ground
from tests.web.client import Client
from tests.web.running import TONGBAN, Site, data_folder, environment
from tongban.pg import server

CASES = int(os.environ.get("TONGBAN_KILL_CASES", "1000"))
KILLS = 12  # Each of the four three times.
ACCEPT_EVERY = 5
PEOPLE = ("wang", "zhao", "liu", "sun")

pytestmark = pytest.mark.slow


class Run:
    """All that was acknowledged, by idempotency key."""

    def __init__(self, site):
        self.site = site
        self.before = {ref for (ref,) in rows(site, "select ref::text from cases_case")}  # The sample's.
        self.keys = [str(uuid.uuid4()) for _ in range(CASES)]
        self.filed, self.accepted, self.failures = {}, {}, []

    def person(self, n):
        try:
            client, clerk = Client(self.site.url, PEOPLE[n]), Client(self.site.url, "yz-window")
            digest = client.keep("layout.pdf", ground.PDF)
            for i, key in list(enumerate(self.keys))[n :: len(PEOPLE)]:
                done = client.ask("POST", "/cases", self.application(digest), key=key)
                self.filed[key] = done["ref"]
                if i % ACCEPT_EVERY == 0:
                    path = f"/cases/{done['ref']}/tasks/1/accept"
                    self.accepted[key] = clerk.ask("POST", path, {}, key=f"accept-{key}")["event_n"]
        except AssertionError as error:
            self.failures.append(str(error))

    def application(self, digest):
        materials = [{"code": code, "sha256": digest} for code in ("layout", "safety_rules")]
        return {"matter_code": ground.FOOD, "answers": ground.ANSWERS, "materials": materials}

    def killer(self):
        """One more death each time a further part of the cases is acknowledged."""
        victims = itertools.cycle(["serve", "worker", "sequencer", "database"])
        for n in range(1, KILLS + 1):
            while len(self.filed) < n * CASES // (KILLS + 1) and not self.failures:
                time.sleep(0.02)
            victim = next(victims)
            pid = self.site.postmaster() if victim == "database" else self.site.members()[victim]
            os.kill(pid, signal.SIGKILL)
            if victim != "database":
                self.site.until(lambda victim=victim, pid=pid: self.site.members().get(victim, pid) != pid, f"new {victim}")

    def go(self):
        threads = [threading.Thread(target=self.person, args=[n]) for n in range(len(PEOPLE))]
        threads.append(threading.Thread(target=self.killer))
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.failures == []
        print(f"{CASES} cases with {KILLS} kills in {time.monotonic() - begun:.1f} s")


@pytest.fixture(scope="module")
def run():
    with data_folder() as data:
        site = Site(data)
        try:
            site.until_ready()
            made = Run(site)
            made.go()
            settle(site)
            yield made
        finally:
            site.end()


def rows(site, statement):
    with psycopg.connect(server.Cluster(site.data / "pg").url("super")) as connection:
        return connection.execute(statement).fetchall()


def settle(site):
    """Until the last one killed is back and the side effects have caught up."""
    site.until(server.Cluster(site.data / "pg").is_alive, "database")
    site.until(lambda: rows(site, "select (select count(*) from cases_outbox) + (select count(*) from ledger_queue)") == [(0,)],
               "empty outbox and queue")


def test_what_was_acknowledged_is_there_exactly_once(run):
    kept = rows(run.site, "select ref::text, (select count(*) from cases_event e where (e.region_code, e.case_id) = (c.region_code, c.id)) from cases_case c")
    expected = {run.filed[key]: 2 if key in run.accepted else 1 for key in run.keys}
    assert len(kept) == len(run.before) + CASES
    assert {ref: events for ref, events in kept if ref not in run.before} == expected
    assert set(run.accepted.values()) == {2}


def test_the_same_key_gives_the_same_answer_again(run):
    for n, who in enumerate(PEOPLE):
        client = Client(run.site.url, who)
        digest = client.keep("layout.pdf", ground.PDF)
        for key in run.keys[n :: len(PEOPLE)][:5]:
            again = client.ask("POST", "/cases", run.application(digest), key=key)
            assert (again["ref"], again["is_repeat"]) == (run.filed[key], True)
    assert rows(run.site, "select count(*) from cases_case") == [(len(run.before) + CASES,)]


def test_numbers_are_issued_once_and_without_a_gap(run):
    ids = rows(run.site, "select region_code, id / 100000000, id % 100000000 from cases_case order by 1, 2, 3")
    series = {}
    for region_code, year, serial in ids:
        series.setdefault((region_code, year), []).append(serial)
    assert series == {key: list(range(1, len(serials) + 1)) for key, serials in series.items()}


def test_every_event_called_for_one_notice_and_got_one(run):
    notices = """select c.ref::text, array_agg(n.event_n order by n.event_n) from papers_notice n
        join cases_case c on (c.region_code, c.id) = (n.region_code, n.case_id) group by 1"""
    got = {ref: events for ref, events in rows(run.site, notices) if ref not in run.before}
    assert got == {run.filed[key]: [1, 2] if key in run.accepted else [1] for key in run.keys}


def test_the_root_of_the_log_follows_from_its_entries(run):
    settle(run.site)
    [(expected,)] = rows(run.site, "select count(*) from cases_event where region_code like '1401%'")
    run.site.until(lambda: checkpoint(run.site)[0] == expected, f"checkpoint of size {expected}")
    size, root = checkpoint(run.site)
    entries = list(itertools.chain.from_iterable(bundle(run.site, index, size) for index in range(-(-size // 256))))
    assert len(entries) == size
    assert naive_root([hashlib.sha256(b"\0" + entry).digest() for entry in entries]) == root


def test_cases_and_ledger_agree_with_themselves(run):
    done = subprocess.run([*TONGBAN, "examine"], env=environment(run.site.data), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "✓ every case is the sum of its events, every link of the ledger holds\n")
    assert "Traceback" not in re.sub(r"^(worker|web|sequencer).*", "", run.site.said(), flags=re.MULTILINE)


def fetch(site, path):
    with urllib.request.urlopen(f"{site.url}/ledger/140100/{path}", timeout=30) as answer:
        return answer.read()


def checkpoint(site):
    _, size, root = fetch(site, "checkpoint").decode().split("\n")[:3]
    return int(size), base64.b64decode(root)


def bundle(site, index, size):
    """The entries of one bundle: uint16 length, entry."""
    width = min(256, size - 256 * index)
    content = fetch(site, f"tile/entries/{index:03d}" + (f".p/{width}" if width < 256 else ""))
    while content:
        length = int.from_bytes(content[:2])
        yield content[2 : 2 + length]
        content = content[2 + length :]


def naive_root(hashes):
    """RFC 6962 section 2.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()
