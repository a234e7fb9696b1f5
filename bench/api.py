"""Case creations per second through the API: one web process, four clients over HTTP, all on this machine.

CPU is that of the web process alone (its server and its worker), without clients and database. The peer of
the rate is what the same clients reach on the same server with an answer that does next to nothing
(`GET /api/v1/session`): the rest is the price of the act itself.
"""

import http.client
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import uuid
from urllib.parse import urlsplit

from tests.web.client import Client
from tests.web.running import free_port

PEOPLE = ("wang", "zhao", "liu", "sun")
WARM, CASES = 10, 100  # Of each person.


def run():
    from tests import ground
    from tongban.site import supervisor

    port = free_port()
    web = subprocess.Popen(
        [sys.executable, "-m", "tongban.site.command", "serve", f"--port={port}"], start_new_session=True,
        env=os.environ | {"TONGBAN_ROLE": "app", "TONGBAN_LOG_LEVEL": "WARNING"},
    )
    try:
        deadline = time.monotonic() + 60
        while not supervisor.answers(("127.0.0.1", port)):
            assert web.poll() is None, "the web process ended"
            assert time.monotonic() < deadline, "the web process does not answer"
            time.sleep(0.1)
        bodies, sessions = {}, {}
        for name in PEOPLE:
            client = Client(f"http://127.0.0.1:{port}", name)
            digest = client.keep("layout.pdf", ground.PDF)
            materials = [{"code": code, "sha256": digest} for code in ("layout", "safety_rules")]
            bodies[name] = {"matter_code": ground.FOOD, "answers": ground.ANSWERS, "materials": materials}
            sessions[name] = client
        together(sessions, lambda line, n: create(line, bodies[n]), WARM)
        idle, _ = together(sessions, lambda line, n: line.ask("GET", "/session"), CASES)
        begun_ms = cpu_ms(web.pid)
        seconds, answers = together(sessions, lambda line, n: create(line, bodies[n]), CASES)
        spent_ms = cpu_ms(web.pid) - begun_ms
    finally:
        web.terminate()
        web.wait(timeout=30)
    done = len(PEOPLE) * CASES
    assert len({answer["ref"] for answer in answers}) == done
    return {
        "api_create_per_s": {"value": done / seconds, "unit": "1/s", "peer": done / idle},
        "api_create_cpu_ms": {"value": spent_ms / done, "unit": "ms"},
        "api_create_sql": {"value": statements(bodies["wang"]), "unit": "statements"},
    }


class Line:
    """One kept connection: the price of a client library is not what is measured."""

    def __init__(self, client):
        parts = urlsplit(client.url)
        cookies = "; ".join(f"{c.name}={c.value}" for h in client.opener.handlers if hasattr(h, "cookiejar") for c in h.cookiejar)
        self.path = parts.path
        self.headers = {"Cookie": cookies, "X-CSRFToken": client.token, "Content-Type": "application/json"}
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)

    def ask(self, method, path, body=None, key=""):
        sent = json.dumps(body).encode() if body is not None else None
        self.connection.request(method, self.path + path, sent, self.headers | {"Idempotency-Key": key})
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status < 300, content.decode()
        return json.loads(content)


def create(line, body):
    return line.ask("POST", "/cases", body, key=str(uuid.uuid4()))


def together(sessions, act, times):
    """The seconds all people need together for so many acts each, and the answers."""
    answers, failed = [], []

    def one(name):
        line = Line(sessions[name])
        try:
            answers.extend(act(line, name) for _ in range(times))
        except (AssertionError, OSError) as error:
            failed.append(error)

    threads = [threading.Thread(target=one, args=[name]) for name in sessions]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return time.perf_counter() - begun, answers


def cpu_ms(group):
    """CPU time of all processes of the group, user and system."""
    ticks = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            field = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(field[2]) == group:
            ticks += int(field[11]) + int(field[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def statements(body):
    """SQL statements of one creation, the session's own included."""
    from django.db import connection
    from django.test import Client as Inside
    from django.test.utils import CaptureQueriesContext

    from tongban.people import models

    inside = Inside(headers={"Host": "127.0.0.1"})
    inside.force_login(models.Account.objects.get(username="wang"))

    def once():
        answer = inside.post("/api/v1/cases", body, content_type="application/json",
                             headers={"Idempotency-Key": str(uuid.uuid4())})
        assert answer.status_code == 201, answer.content.decode()

    once()
    with CaptureQueriesContext(connection) as captured:
        once()
    return len(captured)
