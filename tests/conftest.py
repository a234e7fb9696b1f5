"""One PostgreSQL for a test run: DATABASE_URL if given, else a copy of an embedded template.

The server is started by the first test that asks for a database (so `tests/core` starts none),
shared by all workers of pytest-xdist, and stopped by the process that started the run.
"""

import base64
import fcntl
import os
import pathlib
import shutil
import tempfile

import pytest
from psycopg.conninfo import conninfo_to_dict

from tongban.pg import place, server

ROOT = pathlib.Path(__file__).parents[1]
RUN = "TONGBAN_TEST_RUN"
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop stays in a worker's thread.
    if not hasattr(config, "workerinput"):
        sweep()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tongban-test-", dir="/tmp"))
        folder.chmod(0o711)
        config.stash[LOCK] = lock(folder / "run.lock")
        os.environ[RUN] = str(folder)
    worker = getattr(config, "workerinput", {"workerid": "main"})["workerid"]
    keep_apart(pathlib.Path(os.environ[RUN]) / worker)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The longest first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def keep_apart(folder):
    """Settings of this worker: its own folders, keys that are no secret, a hasher that is quick."""
    from django.conf import settings

    settings.SECRET_KEY = "only for tests"
    settings.PERSONAL_DATA_KEY = base64.urlsafe_b64encode(b"only for tests".ljust(32, b"!")).decode()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DATA = folder
    settings.LEDGER_FOLDER = folder / "ledger"
    settings.KEYS_FOLDER = folder / "keys"
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir(parents=True)
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": str(folder / "files")}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def pytest_unconfigure(config):
    if LOCK in config.stash:
        remove(pathlib.Path(os.environ.pop(RUN)))
        os.close(config.stash[LOCK])


LOCK = pytest.StashKey[int]()


def lock(path, *, wait=True):
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def remove(folder):
    if (folder / "pg" / "data").exists():
        server.Cluster(folder / "pg").remove()
    shutil.rmtree(folder, ignore_errors=True)


def sweep():
    """Take away what a killed run left behind."""
    for folder in pathlib.Path("/tmp").glob("tongban-test-*"):
        if folder.owner() != pathlib.Path.home().owner() or not (folder / "run.lock").exists():
            continue
        handle = lock(folder / "run.lock", wait=False)
        if handle is not None:
            remove(folder)
            os.close(handle)


def cluster():
    """The run's server, started by whoever comes first."""
    folder = pathlib.Path(os.environ[RUN])
    handle = lock(folder / "start.lock")
    try:
        if not (folder / "pg" / "ready").exists():
            template().copy_to(folder / "pg")
        running = server.Cluster(folder / "pg", FAST)
        if not running.is_alive():
            running.start()
        return running
    finally:
        os.close(handle)


def template():
    """One initialised, stopped cluster under build/, made once for each version."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    handle = lock(build / "pg-template.lock")
    try:
        made = server.Cluster(build / f"pg-template-{place.MAJOR}", FAST)
        if not (made.home / "ready").exists():
            shutil.rmtree(made.home, ignore_errors=True)
            made.start()
            made.stop()
        return made
    finally:
        os.close(handle)


@pytest.fixture(scope="session")
def database_url():
    """The address of a superuser on the run's server, for tests that open their own connection."""
    return os.environ.get("DATABASE_URL") or cluster().url("super")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_url, django_db_modify_db_settings_parallel_suffix):
    from django.conf import settings

    part = conninfo_to_dict(database_url)
    settings.DATABASES["default"].update(
        NAME=part["dbname"], USER=part.get("user", ""), PASSWORD=part.get("password", ""),
        HOST=part.get("host", ""), PORT=part.get("port", ""),
    )


@pytest.fixture(scope="session")
def registry_once(django_db_setup, django_db_blocker):
    """The real packs, loaded into the worker's database before its first test that stands on them."""
    from tests import ground

    with django_db_blocker.unblock():
        ground.load()


@pytest.fixture
def registry_loaded(registry_once, django_db_blocker):
    """The real packs, loaded anew where a transactional test has emptied the tables."""
    from tests import ground

    with django_db_blocker.unblock():
        if not ground.is_loaded():
            ground.load()


@pytest.fixture
def registry(registry_loaded, db):
    """A test that stands on the real registry, law and matters."""
