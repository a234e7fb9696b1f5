"""Where the site keeps what it owns: the data folder, its secrets, its lock, its database.

Sources: https://12factor.net/config; https://cryptography.io/en/latest/fernet/ (key form)."""

import base64
import fcntl
import os
import secrets as chance
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tongban.pg import server
from tongban.pg.place import Trouble

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("TONGBAN_DATA", ROOT / "data")).resolve()
PACKS = Path(os.environ.get("TONGBAN_PACKS", ROOT / "packs")).resolve()
SECRETS = DATA / "secrets.env"
# Each role has an address of its own; with one address given, that one serves all.
ADDRESSES = {
    "app": "DATABASE_URL",
    "owner": "TONGBAN_OWNER_URL",
    "sequencer": "TONGBAN_SEQUENCER_URL",
}
ROLE = "TONGBAN_ROLE"  # Which of them this process works with.
KEPT = ("pg", "files", "keys", "ledger", "static")  # Beside the secrets and the lock.
BOOKED: list[int] = []  # Locks are held until the process ends.


def secret(name: str) -> str:
    """A secret from the environment, else from the data folder, else empty."""
    if name in os.environ:
        return os.environ[name]
    return _written().get(name, "")


def make_secrets() -> None:
    """Make the secrets that are not there yet; those that are there stay for ever."""
    made = {
        "TONGBAN_SECRET_KEY": chance.token_urlsafe(50),
        "TONGBAN_PERSONAL_DATA_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    }
    written = _written()
    if made.keys() <= written.keys():
        return
    _open()
    partial = SECRETS.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("# Without these keys personal data can never be read again: keep a copy.\n")
        file.writelines(f"{name}={value}\n" for name, value in (made | written).items())
        file.flush()
        os.fsync(file.fileno())
    partial.replace(SECRETS)


def remove() -> None:
    """Delete what the site keeps, and nothing else that may lie in the same folder.

    :raises Trouble: it is running.
    """
    book()
    cluster().remove()
    for name in KEPT:
        shutil.rmtree(DATA / name, ignore_errors=True)
    SECRETS.unlink(missing_ok=True)
    (DATA / "up.lock").unlink()


def is_embedded() -> bool:
    """Whether the database is our own; a DATABASE_URL says it is another's."""
    return not os.environ.get(ADDRESSES["app"])


def cluster() -> server.Cluster:
    return server.Cluster(DATA / "pg")


def database_url(role: str) -> str:
    """The address for `app`, `owner` or `sequencer`; empty when there is no database yet."""
    if not is_embedded():
        return os.environ.get(ADDRESSES[role]) or os.environ[ADDRESSES["app"]]
    own = cluster()
    return own.url(role) if (own.home / "roles.json").exists() else ""


@contextmanager
def database(role: str) -> Iterator[str]:
    """An answering database for one command: the running one, or started for as long as it lasts."""
    own = cluster() if is_embedded() else None
    is_ours = own is not None and not own.is_alive()
    if own is not None and is_ours:
        own.start()
    try:
        yield database_url(role)
    finally:
        if own is not None and is_ours:
            own.stop()


def book() -> None:
    """Keep a second supervisor out of this data folder.

    :raises Trouble: one is at work already.
    """
    _open()
    lock = os.open(DATA / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where = os.pread(lock, 200, 0).decode() or "another terminal"
        os.close(lock)
        raise Trouble(f"Tongban is already running from {DATA}: see {where}.") from None
    BOOKED.append(lock)


def booked_for(address: str) -> None:
    """Write into the lock where the site can be seen."""
    os.ftruncate(BOOKED[-1], 0)
    os.pwrite(BOOKED[-1], address.encode(), 0)


def _open() -> None:
    """The data folder, closed to others; as root the database's own user must pass through."""
    DATA.mkdir(parents=True, exist_ok=True)
    DATA.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _written() -> dict[str, str]:
    if not SECRETS.exists():
        return {}
    lines = SECRETS.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
