"""The embedded database: initialised once, closed to others, and nothing committed is ever lost."""

import os
import pathlib
import shutil
import signal
import stat
import subprocess
import tempfile

import psycopg
import pytest

from tongban.pg import place, server

pytestmark = pytest.mark.slow


@pytest.fixture
def home():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tongban-pg-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder / "pg"
    if (folder / "pg" / "roles.json").exists():
        server.Cluster(folder / "pg").remove()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(home):
    made = server.Cluster(home)
    made.start()
    return made


def rows(cluster, role="super"):
    with psycopg.connect(cluster.url(role)) as connection:
        return connection.execute("select n from kept order by n").fetchall()


def write(cluster, n):
    with psycopg.connect(cluster.url("owner"), autocommit=True) as connection:
        connection.execute("create table if not exists kept (n int primary key)")
        connection.execute("insert into kept values (%s)", [n])


def test_a_second_start_keeps_the_data(cluster):
    write(cluster, 1)
    cluster.stop()
    assert not cluster.is_alive()
    again = server.Cluster(cluster.home)
    again.start()
    assert rows(again) == [(1,)]


def test_every_kind_of_death_loses_no_committed_row(cluster):
    for n in range(3):
        write(cluster, n)
        os.kill(cluster.process.pid, signal.SIGKILL)
        cluster.process.wait()
        cluster.start()
    write(cluster, 3)
    with psycopg.connect(cluster.url("super")) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    cluster.await_answer()
    assert rows(cluster) == [(0,), (1,), (2,), (3,)]


def test_a_stale_pid_file_that_names_a_living_process_does_not_stop_the_start(cluster):
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait()
    stale = cluster.data / "postmaster.pid"
    stale.write_text(stale.read_text().replace(str(cluster.process.pid), str(os.getppid()), 1))
    cluster.start()
    assert cluster.is_alive()


def test_a_second_launcher_is_told_that_it_runs(cluster):
    with pytest.raises(server.AlreadyRunning, match="is running already"):
        server.Cluster(cluster.home).start()


def test_a_server_left_by_a_killed_launcher_can_be_stopped(cluster):
    other = server.Cluster(cluster.home)
    assert other.is_alive()
    other.stop()
    assert cluster.process.wait(timeout=5) == 0
    other.start()
    assert other.is_alive()


def test_a_half_initialised_folder_gets_one_clear_sentence(home):
    (home / "data").mkdir(parents=True)
    with pytest.raises(server.HalfInitialised, match=r"half initialised .* run `make reset`"):
        server.Cluster(home).start()


def test_a_server_that_cannot_start_says_its_last_words(cluster):
    cluster.stop()
    broken = server.Cluster(cluster.home, {"shared_buffers": "many"})
    with pytest.raises(place.Trouble, match=r"does not start: .*settings.conf.* contains errors"):
        broken.start()


def test_roles_have_passwords_and_little_power(cluster):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url("app"), password="wrong")
    power = "select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = current_user"
    for role in ("app", "sequencer", "owner"):
        with psycopg.connect(cluster.url(role)) as connection:
            assert connection.execute(power).fetchone() == (False,)
    with psycopg.connect(cluster.url("app")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("create table mine (n int)")


def test_only_a_closed_unix_socket_and_closed_files(cluster):
    with psycopg.connect(cluster.url("super")) as connection:
        shown = [connection.execute(f"show {name}").fetchone()[0] for name in
                 ("listen_addresses", "unix_socket_permissions", "data_checksums", "server_encoding", "fsync")]
    assert shown == ["", "0700", "on", "UTF8", "on"]
    sockets = place.socket_folder(cluster.home)
    assert len(str(sockets)) < 80
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (sockets, cluster.data, cluster.home / "roles.json")]
    assert modes == [0o700, 0o700, 0o600]


def test_the_socket_folder_of_a_stranger_is_refused(home):
    user = place.server_user()
    folder = place.open_socket_folder(home, user)
    folder.chmod(0o755)
    with pytest.raises(place.Trouble, match="closed to others"):
        place.open_socket_folder(home, user)
    folder.rmdir()


def test_a_copy_has_the_same_content_and_its_own_life(cluster, home):
    write(cluster, 7)
    cluster.stop()
    copy = cluster.copy_to(home.parent / "copy")
    copy.start()
    cluster.start()
    write(cluster, 8)
    assert (rows(copy), rows(cluster)) == ([(7,)], [(7,), (8,)])
    copy.remove()
    assert not copy.home.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_as_root_the_server_belongs_to_somebody_else_even_in_a_closed_folder(home, monkeypatch):
    monkeypatch.setattr(place, "ROOTS_FOLDER", home.parent / "roots")
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    made = server.Cluster(closed / "pg")
    made.start()
    assert made.home.parent == home.parent / "roots"
    owner = subprocess.run(["ps", "-o", "uid=", str(made.process.pid)], capture_output=True, text=True, check=True)
    assert int(owner.stdout) == made.user.uid != 0
    made.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_as_root_binaries_in_a_closed_folder_are_copied_out(home, monkeypatch):
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    for name in (place.WHEEL.name, f"{place.WHEEL.name}.libs"):
        shutil.copytree(place.WHEEL.parent / name, closed / name)
    monkeypatch.setattr(place, "ROOTS_FOLDER", home.parent / "roots")
    monkeypatch.setattr(place, "WHEEL", closed / place.WHEEL.name)
    made = server.Cluster(home)
    made.start()
    assert made.is_alive()
    assert place.binaries(made.user).is_relative_to(home.parent / "roots")


def test_missing_binaries_get_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "WHEEL", tmp_path)
    with pytest.raises(place.Trouble, match="or set DATABASE_URL"):
        place.binaries(place.server_user())
