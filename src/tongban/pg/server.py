"""One embedded PostgreSQL: initialised once, started, watched and stopped by us; unix socket only.

A lock (flock) on the data folder is handed to the server's processes and kept by them alone: who
gets it knows that none of them is alive, whatever a stale `postmaster.pid` says after a kill -9.

Sources: https://www.postgresql.org/docs/18/app-initdb.html,
https://www.postgresql.org/docs/18/server-shutdown.html,
https://www.postgresql.org/docs/18/locale.html (builtin provider)."""

import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from tongban.pg import place
from tongban.pg.place import Trouble

SUPERUSER = "tongban_super"  # Used by this package alone, to make roles and databases.
ROLES = {"owner": "tongban_owner", "app": "tongban_app", "sequencer": "tongban_sequencer"}
DATABASE = "tongban"
START_S_MAX = 60
STOP_S_MAX = 30
LOG_BYTES_MAX = 10_000_000
SETTINGS = {
    "listen_addresses": "",  # No TCP.
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "password_encryption": "scram-sha-256",
    "idle_in_transaction_session_timeout": "60s",
    # A log line must not carry a person's data: neither statements nor parameters.
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}


class AlreadyRunning(Trouble):
    """Another launcher has started the server of this folder, and it answers."""


class HalfInitialised(Trouble):
    """The first start was cut off before the marker was written."""


class Cluster:
    """The server of one home folder: `data/`, `roles.json`, `settings.conf`, `ready`, `lock`.

    :param home: its folder; as root it may be moved to a place the server's user can enter.
    :param settings: more settings, for instance `fsync=off` for tests.
    """

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.user = place.server_user()
        self.home = place.reachable(home, self.user)
        self.data = self.home / "data"
        self.settings = SETTINGS | dict(settings or {})
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers; the first time also make it.

        :raises AlreadyRunning: it answers already. :raises HalfInitialised: see there.
        :raises Trouble: it does not start; the sentence ends with the server's own last words.
        """
        lock = self._lock()
        try:
            is_new = self._is_new()
            if is_new:
                self._initdb()
            (self.data / "postmaster.pid").unlink(missing_ok=True)  # The lock proves it stale.
            self._launch(lock)
        finally:
            os.close(lock)
        self.await_answer()
        if is_new:
            self._create_roles()
            (self.home / "ready").write_text(f"{place.MAJOR}\n")

    def stop(self) -> None:
        """Stop the server, whoever started it: fast shutdown, then immediate."""
        for how in (signal.SIGINT, signal.SIGQUIT):
            if not self.is_alive() and self._is_unlocked():
                break
            pid = self._pid()
            if pid is not None:
                os.kill(pid, how)
            self._await_unlocked(STOP_S_MAX)
        if self.process is not None:
            self.process.wait(timeout=STOP_S_MAX)
            self.process = None
        shutil.rmtree(place.socket_folder(self.home), ignore_errors=True)

    def is_alive(self) -> bool:
        """Whether a real connection gets a real answer."""
        try:
            with psycopg.connect(self.url("super", "postgres"), connect_timeout=5) as connection:
                return connection.execute("select 1").fetchone() == (1,)
        except (psycopg.OperationalError, FileNotFoundError):
            return False

    def url(self, role: str = "app", database: str = DATABASE) -> str:
        """The address for a role: `super`, `owner`, `app` or `sequencer`."""
        password = json.loads((self.home / "roles.json").read_text())[role]
        name = SUPERUSER if role == "super" else ROLES[role]
        host = quote(str(place.socket_folder(self.home)), safe="")
        return f"postgresql://{name}:{quote(password, safe='')}@/{database}?host={host}"

    def copy_to(self, home: Path, settings: Mapping[str, str] | None = None) -> "Cluster":
        """A second cluster with the same content; this one must be stopped."""
        copy = Cluster(home, settings)
        shutil.copytree(self.home, copy.home, dirs_exist_ok=True)
        for path in [copy.data, *copy.data.rglob("*")]:
            copy.user.own(path)
        return copy

    def remove(self) -> None:
        """Delete everything, for ever."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _lock(self) -> int:
        """The lock's file descriptor; waits while the last processes of a killed server end."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711 if self.user.is_other else 0o700)
        lock = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + STOP_S_MAX
        while not _is_locked_now(lock):
            if self.is_alive():
                os.close(lock)
                raise AlreadyRunning(f"The database in {self.home} is running already.")
            if time.monotonic() > deadline:
                os.close(lock)
                raise Trouble(f"Processes of an earlier database server still use {self.home}.")
            time.sleep(0.05)
        return lock

    def _is_unlocked(self) -> bool:
        if not (self.home / "lock").exists():
            return True
        lock = os.open(self.home / "lock", os.O_RDWR | os.O_CLOEXEC)
        try:
            return _is_locked_now(lock)
        finally:
            os.close(lock)

    def _await_unlocked(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._is_unlocked() and time.monotonic() < deadline:
            if self.process is not None:
                self.process.poll()
            time.sleep(0.02)

    def _is_new(self) -> bool:
        if (self.home / "ready").exists():
            major = (self.data / "PG_VERSION").read_text().strip()
            if major != str(place.MAJOR):
                raise Trouble(
                    f"{self.data} was made by PostgreSQL {major}, this is {place.MAJOR}:"
                    " dump it with the old version first."
                )
            return False
        if self.data.exists():
            raise HalfInitialised(
                f"{self.home} is half initialised (the first start was cut off) and holds nothing"
                " yet: run `make reset` or remove it, then start again."
            )
        return True

    def _initdb(self) -> None:
        roles = {role: secrets.token_urlsafe(24) for role in ("super", *ROLES)}
        _write_secret(self.home / "roles.json", json.dumps(roles))
        first = _write_secret(self.home / "first-password", roles["super"])
        self.user.own(first)
        self.data.mkdir(mode=0o700)
        self.user.own(self.data)
        command = [
            place.binaries(self.user) / "initdb", "-D", self.data, "-U", SUPERUSER,
            "--auth=scram-sha-256", f"--pwfile={first}", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8",
            "--lc-ctype=C.UTF-8", "--no-instructions",
        ]  # fmt: skip
        try:
            done = subprocess.run(  # type: ignore[call-overload]
                command, check=False, capture_output=True, cwd="/", env=_environment(),
                **self.user.popen_options(),
            )  # fmt: skip
        finally:
            first.unlink()
        if done.returncode != 0:
            raise Trouble(f"initdb failed: {_last_words(done.stderr)}")
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("include = '../settings.conf'\n")

    def _launch(self, lock: int) -> None:
        sockets = place.open_socket_folder(self.home, self.user)
        lines = self.settings | {"unix_socket_directories": str(sockets)}
        conf = self.home / "settings.conf"
        conf.write_text("".join(f"{name} = '{value}'\n" for name, value in lines.items()))
        conf.chmod(0o644)
        log = self.home / "server.log"
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as out:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                [place.binaries(self.user) / "postgres", "-D", self.data],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", env=_environment(),
                umask=0o077, start_new_session=True, pass_fds=[lock],
                **self.user.popen_options(),
            )  # fmt: skip

    def await_answer(self) -> None:
        deadline = time.monotonic() + START_S_MAX
        while not self.is_alive():
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > deadline:
                words = _last_words((self.home / "server.log").read_bytes())
                raise Trouble(f"The database in {self.home} does not start: {words}")
            time.sleep(0.02)

    def _create_roles(self) -> None:
        """Owner, app and sequencer: none is a superuser, and only the owner makes tables."""
        roles = json.loads((self.home / "roles.json").read_text())
        with psycopg.connect(self.url("super", "postgres"), autocommit=True) as connection:
            for role, name in ROLES.items():
                connection.execute(
                    sql.SQL("create role {} login password {}").format(
                        sql.Identifier(name), sql.Literal(roles[role])
                    )
                )
            names = [sql.Identifier(n) for n in (DATABASE, *ROLES.values())]
            connection.execute(sql.SQL("create database {} owner {}").format(*names[:2]))
            connection.execute(sql.SQL("revoke all on database {} from public").format(names[0]))
            grant = sql.SQL("grant connect on database {} to {}, {}, {}")
            connection.execute(grant.format(*names))

    def _pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None


def _is_locked_now(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_secret(path: Path, text: str) -> Path:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    return path


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _last_words(output: bytes) -> str:
    lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing."
