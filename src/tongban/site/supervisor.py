"""One supervisor for the whole site: starts everything, restarts what dies, stops it in order.

Sources: https://www.supervisord.org/subprocess.html (back-off), signal(7)."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tongban.pg.place import Trouble
from tongban.pg.server import AlreadyRunning, Cluster
from tongban.site import home, say

LOOK_S = 0.1
DATABASE_LOOK_S = 15
DATABASE_SILENT_MAX = 4
WAIT_S_MIN, WAIT_S_MAX = 0.2, 30.0
STEADY_S = 30  # Whoever lived this long starts again without delay.
GRACE_S = 20
READY_S_MAX = 60
TONGBAN = (sys.executable, "-m", "tongban.site.command")


class PortTaken(Trouble):
    """Somebody else listens where the site should."""


@dataclass
class Member:
    """One process of the site and its history."""

    name: str
    command: Sequence[str]
    role: str
    colour: str
    process: subprocess.Popen[str] | None = None
    begun: float = 0.0
    wait_s: float = WAIT_S_MIN
    due: float = 0.0
    printer: threading.Thread = field(default_factory=threading.Thread)

    def start(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [*TONGBAN, *self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment | {home.ROLE: self.role, "TONGBAN_SUPERVISED": "1"},
            start_new_session=True,  # Ctrl-C reaches us alone; we stop the others in order.
        )
        self.begun = time.monotonic()
        self.printer = threading.Thread(target=self._print, daemon=True)
        self.printer.start()

    def look(self, environment: dict[str, str]) -> None:
        """Start it again when it has ended, the sooner the longer it had lived."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            if now - self.begun > STEADY_S:
                self.wait_s = WAIT_S_MIN
            self.due = now + self.wait_s
            self._end_group(signal.SIGKILL)  # A server's own workers must not outlive it.
            ending = _ending(self.process.returncode)
            say.line(f"{self.name} {ending}; starting it again in {self.wait_s:.1f} s")
            self.wait_s = min(self.wait_s * 2, WAIT_S_MAX)
            self.process = None
        if self.process is None and now >= self.due:
            self.start(environment)

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self._end_group(number)

    def _end_group(self, number: int) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def _print(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        for text in self.process.stdout:
            say.line(f"{say.paint(f'{self.name:<9} |', self.colour)} {text.rstrip()}")


class Supervisor:
    """The members, their database, and the loop that watches them."""

    def __init__(self, members: Sequence[Member], cluster: Cluster | None) -> None:
        self.members = members
        self.cluster = cluster
        self.environment = dict(os.environ)
        self.stop = threading.Event()
        self.looked = time.monotonic()
        self.silent = 0

    def run(self, address: tuple[str, int]) -> None:
        """Keep everything alive until INT, TERM or HUP; greet when the site answers.

        :raises Trouble: it does not answer within a minute.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop.set())
        deadline = time.monotonic() + READY_S_MAX
        is_greeted = False
        try:
            while not self.stop.wait(LOOK_S):
                self._look_at_database()
                for member in self.members:
                    member.look(self.environment)
                if not is_greeted and answers(address):
                    is_greeted = True
                    subprocess.Popen([*TONGBAN, "welcome"], env=self.environment)
                if not is_greeted and time.monotonic() > deadline:
                    raise Trouble("The site did not answer within a minute: its log is above.")
        finally:
            self._stop_all()

    def _look_at_database(self) -> None:
        if self.cluster is None or self.cluster.process is None:
            return
        if self.cluster.process.poll() is not None:
            ending = _ending(self.cluster.process.returncode)
            say.line(f"database {ending}; starting it again")
            self.cluster.start()
        elif time.monotonic() - self.looked > DATABASE_LOOK_S:
            self.looked = time.monotonic()
            self.silent = 0 if self.cluster.is_alive() else self.silent + 1
            if self.silent >= DATABASE_SILENT_MAX:
                say.line("database does not answer; restarting it")
                self.silent = 0
                self.cluster.stop()
                self.cluster.start()

    def _stop_all(self) -> None:
        """Web, worker and sequencer end what they are doing; then the database."""
        say.line("stopping …")
        for number in (signal.SIGTERM, signal.SIGKILL):
            for member in self.members:
                member.signal(number)
            deadline = time.monotonic() + GRACE_S
            while any(_lives(m) for m in self.members) and time.monotonic() < deadline:
                time.sleep(LOOK_S / 2)
        for member in self.members:
            if member.process is not None:
                member.printer.join(timeout=1)
        if self.cluster is not None:
            self.cluster.stop()
        say.line("stopped.")


def start_database(cluster: Cluster) -> None:
    """Also when an earlier supervisor was killed and left the server running."""
    try:
        cluster.start()
    except AlreadyRunning:
        cluster.stop()
        cluster.start()


def check_port(host: str, port: int) -> None:
    """:raises PortTaken: in one sentence, with what to do."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except PermissionError:
        raise PortTaken(
            f"Port {port} needs more rights: choose one above 1023 (make up PORT=8000)."
        ) from None
    except OSError:
        raise PortTaken(
            f"Port {port} of {host} is taken by another program: stop that program, or choose"
            f" another port with `make up PORT={port + 1}`."
        ) from None


def answers(address: tuple[str, int]) -> bool:
    """Whether the site says that it is well."""
    connection = http.client.HTTPConnection(*address, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _lives(member: Member) -> bool:
    return member.process is not None and member.process.poll() is None


def _ending(code: int) -> str:
    if code < 0:
        return f"was killed ({signal.Signals(-code).name})"
    return f"ended with code {code}"
