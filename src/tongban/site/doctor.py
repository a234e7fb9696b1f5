"""What is right and wrong on this machine and in this data folder, one line each.

Sources: the sentences of `make up` and `make test`: each of their troubles has a line here."""

import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tongban.pg import place
from tongban.pg.place import Trouble
from tongban.site import home, prepare, say, supervisor

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FREE_BYTES_MIN = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    is_right: bool
    what: str
    cure: str = ""
    is_needed: bool = True


def report(host: str, port: int) -> int:
    """Print every finding; return 1 when something needed is wrong."""
    findings = list(_findings(host, port))
    for one in findings:
        mark = (
            say.paint("✓", "green")
            if one.is_right
            else say.paint("✗", "red" if one.is_needed else "yellow")
        )
        say.line(f"{mark} {one.what}{'' if one.is_right else f': {one.cure}'}")
    return int(any(not one.is_right and one.is_needed for one in findings))


def _findings(host: str, port: int) -> Iterator[Finding]:
    yield Finding(
        sys.version_info >= (3, 11),
        f"Python {platform.python_version()}",
        "3.11 or newer is needed",
    )
    yield from _folder()
    yield from _database()
    yield from _site(host, port)
    yield from _tests()


def _folder() -> Iterator[Finding]:
    nearest = next(path for path in [home.DATA, *home.DATA.parents] if path.exists())
    yield Finding(
        os.access(nearest, os.W_OK), f"data folder {home.DATA}", "not writable: set TONGBAN_DATA"
    )
    free = shutil.disk_usage(nearest).free
    yield Finding(free > FREE_BYTES_MIN, f"{free / 1e9:.0f} GB free", "less than 1 GB is left")
    if home.SECRETS.exists():
        mode = stat.S_IMODE(home.SECRETS.stat().st_mode)
        yield Finding(mode == 0o600, "secrets are closed to others", f"chmod 600 {home.SECRETS}")
    yield Finding(home.PACKS.is_dir(), f"packs {home.PACKS}", "missing: set TONGBAN_PACKS")


def _database() -> Iterator[Finding]:
    if home.is_embedded():
        try:
            place.binaries(place.server_user())
        except Trouble as trouble:
            yield Finding(is_right=False, what="database binaries", cure=str(trouble))
            return
        own = home.cluster()
        yield Finding(is_right=True, what=f"embedded PostgreSQL {place.MAJOR} in {own.home}")
        if not own.is_alive():
            yield Finding(
                is_right=False,
                what="the database runs",
                cure="start it: tongban up",
                is_needed=False,
            )
            return
    for role in home.ADDRESSES:
        yield _role(role)
    yield from _deliveries()


def _role(role: str) -> Finding:
    try:
        with psycopg.connect(home.database_url(role), connect_timeout=5) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.OperationalError as error:
        return Finding(
            is_right=False, what=f"database as {role}", cure=str(error).split("\n", 1)[0]
        )
    return Finding(
        version >= 15, f"database as {role}, PostgreSQL {version}", "15 or newer is needed"
    )


STUCK = """select count(*), max(tries), min(region_code || ' ' || case_id || ' event ' || event_n)
from cases_outbox where tries > 0"""


def _deliveries() -> Iterator[Finding]:
    """Whether papers are handed over: rows of the outbox that failed and are tried again."""
    try:
        with psycopg.connect(home.database_url("app"), connect_timeout=5) as connection:
            number, tries, first = connection.execute(STUCK).fetchone() or (0, 0, "")
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return  # Said above, or not prepared yet.
    yield Finding(
        not number,
        "papers are handed over",
        f"{number} waiting after up to {tries} failures, for instance case {first}: see the log, line `delivery failed`",
        is_needed=False,
    )


def _site(host: str, port: int) -> Iterator[Finding]:
    if supervisor.answers((host, port)):
        yield Finding(is_right=True, what=f"the site answers at http://{host}:{port}")
    else:
        try:
            supervisor.check_port(host, port)
            yield Finding(is_right=True, what=f"port {port} is free")
        except supervisor.PortTaken as taken:
            yield Finding(is_right=False, what=f"port {port}", cure=str(taken))
    waiting = ", ".join(prepare.changed()) if home.is_embedded() else ""
    yield Finding(not waiting, "prepared", f"tongban up will renew: {waiting}", is_needed=False)


def _tests() -> Iterator[Finding]:
    asked = os.environ.get("CHROMIUM", "")
    found = (
        asked
        if asked and Path(asked).exists()
        else next(filter(None, map(shutil.which, BROWSERS)), None)
    )
    cure = "none found: `apt install chromium`, or `.venv/bin/playwright install chromium`"
    yield Finding(
        found is not None, f"browser for the tests {found or ''}".strip(), cure, is_needed=False
    )
