"""The real site for a test run: `tongban up` on a free port, and browsers to look at it.

Fixtures for browser tests and journeys: import them in the conftest beside your tests.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pytest
from playwright.sync_api import sync_playwright

from tests.web import browser as browsers
from tongban.site import supervisor

TONGBAN = [sys.executable, "-m", "tongban.site.command"]
ROOT = pathlib.Path(__file__).parents[2]
PATIENCE_S = 180
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def environment(data, **more):
    """Only what the site needs: nothing of the test run leaks into it."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("TONGBAN_", "DJANGO_")) and name != "DATABASE_URL"}
    return kept | {"TONGBAN_DATA": str(data), "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1",
                   "TONGBAN_LEDGER_INTERVAL_S": "1", **more}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """A site started by `tongban up`, with what it has said so far."""

    def __init__(self, data, **more):
        self.data, self.port = pathlib.Path(data), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.out = (self.data.parent / f"out-{self.port}.txt").open("a+")
        self.process = subprocess.Popen([*TONGBAN, "up", "--port", str(self.port)], env=environment(data, **more),
                                        stdout=self.out, stderr=subprocess.STDOUT, text=True)

    def said(self):
        return pathlib.Path(self.out.name).read_text()

    def until(self, condition, what):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert self.process.poll() is None, f"ended while waiting for {what}:\n{self.said()}"
            assert time.monotonic() < deadline, f"no {what}:\n{self.said()}"
            time.sleep(0.1)

    def until_ready(self):
        self.until(lambda: supervisor.answers(("127.0.0.1", self.port)), "answer")
        self.until(lambda: {"serve", "worker", "sequencer"} <= self.members().keys(), "three members")

    def members(self):
        """Process id of each member, by its command."""
        listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
                                capture_output=True, text=True, check=False).stdout
        return {found[2]: int(found[1]) for found in
                re.finditer(r"^ *(\d+) .*tongban\.site\.command (\w+)", listed, re.MULTILINE)}

    def postmaster(self):
        return int((self.data / "pg" / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def end(self):
        """Whatever happened: nobody is left, nothing is left."""
        if self.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
        self.process.kill()
        self.out.close()


@contextlib.contextmanager
def data_folder():
    """A data folder an unprivileged database user can reach, removed at the end."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="tongban-up-", dir="/tmp"))
    made.chmod(0o711)
    try:
        yield made / "data"
    finally:
        subprocess.run([*TONGBAN, "reset", "--yes"], env=environment(made / "data"), check=False, capture_output=True)
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def site():
    """The whole site, loaded, with worker and sequencer; shared by the tests of this worker."""
    with data_folder() as data:
        running = Site(data)
        try:
            running.until_ready()
            yield running
        finally:
            running.end()


@pytest.fixture(scope="module")
def browser():
    """One browser a module: while it is open, its loop runs in this thread, and no other may be started."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**browsers.options())
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser, site):
    """`new_page(PHONE)` opens a page of its own visitor; a console error or a policy breach fails the test."""
    contexts, wrong = [], []

    def opened(viewport=DESKTOP, **options):
        context = browser.new_context(base_url=site.url, viewport=viewport, locale="zh-CN",
                                      timezone_id="Asia/Shanghai", **options)
        contexts.append(context)
        made = context.new_page()
        made.on("pageerror", lambda error: wrong.append(str(error)))
        made.on("console", lambda said: wrong.append(said.text) if said.type == "error" and is_ours(said) else None)
        return made

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def is_ours(said):
    """The browser reports a page answered with 4xx as an error too: that is the test's own business."""
    return not said.text.startswith("Failed to load resource: the server responded with a status of 4")


@pytest.fixture
def page(new_page):
    return new_page(DESKTOP)


@pytest.fixture
def phone(new_page):
    return new_page(PHONE, is_mobile=True, has_touch=True)
