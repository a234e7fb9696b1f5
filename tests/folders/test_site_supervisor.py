"""`tongban up` as a person meets it: starts, restarts what is killed, stops in order, says what is wrong."""

import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

from tests.web.running import TONGBAN, Site, data_folder, environment, free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def folder():
    with data_folder() as data:
        yield data


@pytest.fixture(scope="module")
def prepared():
    """One data folder for all sites of this module: only the first start has to prepare it."""
    with data_folder() as data:
        yield data


@pytest.fixture
def site(prepared):
    made = Site(prepared, TONGBAN_DEMO="0")
    yield made
    made.end()


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return pathlib.Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_everything_that_is_killed_comes_back_and_ctrl_c_stops_it_all(site):
    site.until_ready()
    for name in ("serve", "worker", "sequencer"):
        before = site.members()[name]
        os.kill(before, signal.SIGKILL)
        site.until(lambda name=name, before=before: site.members().get(name, before) != before, f"new {name}")
    site.until_ready()
    os.kill(site.postmaster(), signal.SIGKILL)
    site.until(lambda: "database was killed (SIGKILL)" in site.said(), "word of the database")
    site.until_ready()
    members = site.members()
    assert site.stop() == 0
    assert "web was killed (SIGKILL); starting it again in 0.2 s" in site.said()
    assert "stopping …\n" in site.said()
    assert site.said().endswith("stopped.\n")
    assert "Traceback" not in site.said()
    assert [name for name, pid in members.items() if lives(pid)] == []
    assert not (site.data / "pg" / "data" / "postmaster.pid").exists()


def test_a_killed_supervisor_leaves_nobody_behind_and_the_next_start_works_and_is_quick(site):
    site.until_ready()
    members = site.members()
    site.process.kill()
    site.process.wait()
    deadline = time.monotonic() + 30
    while any(map(lives, members.values())) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [name for name, pid in members.items() if lives(pid)] == []
    begun = time.monotonic()
    again = Site(site.data, TONGBAN_DEMO="0")
    again.until_ready()
    assert "Tables" not in again.said().split("✓ Database")[-1]
    print(f"second start: {time.monotonic() - begun:.1f} s")
    assert again.stop(signal.SIGTERM) == 0


def test_a_second_start_from_the_same_folder_is_told_where_the_first_one_is(site):
    site.until_ready()
    done = subprocess.run([*TONGBAN, "up"], env=environment(site.data), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (
        1, "", f"tongban: Tongban is already running from {site.data}: see http://127.0.0.1:{site.port}.\n")
    reset = subprocess.run([*TONGBAN, "reset", "--yes"], env=environment(site.data), capture_output=True, text=True, check=False)
    assert (reset.returncode, "already running" in reset.stderr) == (1, True)


def test_a_taken_port_gets_one_sentence_and_its_own_exit_code(folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run([*TONGBAN, "up", "--port", str(port)], env=environment(folder), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (
        3, "", f"tongban: Port {port} of 127.0.0.1 is taken by another program: stop that program, or choose"
        f" another port with `make up PORT={port + 1}`.\n")


def test_a_half_initialised_folder_gets_one_sentence_and_reset_starts_anew(folder):
    (folder / "pg" / "data").mkdir(parents=True)
    done = subprocess.run([*TONGBAN, "up", "--port", str(free_port())], env=environment(folder), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n"), "half initialised" in done.stderr) == (1, 1, True), done.stderr
    done = subprocess.run([*TONGBAN, "reset", "--yes"], env=environment(folder), capture_output=True, text=True, check=False)
    assert (done.returncode, list(folder.iterdir())) == (0, [])


def test_reset_asks_first(folder):
    done = subprocess.run([*TONGBAN, "reset"], env=environment(folder), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "tongban: Nothing was deleted (say yes, or use --yes).\n")


def test_a_wrong_command_and_help_are_told_apart():
    wrong = subprocess.run([*TONGBAN, "upp"], capture_output=True, text=True, check=False)
    right = subprocess.run([*TONGBAN, "--help"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, right.returncode) == (2, 0)
    for word in ("up", "serve", "worker", "sequencer", "migrate", "load", "doctor", "reset", "DATABASE_URL", "exit codes"):
        assert word in right.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_start_that_is_broken_off_leaves_nobody_behind_and_can_go_on(folder, number):
    broken = Site(folder, TONGBAN_DEMO="0")
    broken.until(lambda: "✓ Database" in broken.said(), "database")
    assert broken.stop(number) == 130
    assert not (folder / "pg" / "data" / "postmaster.pid").exists()
    assert broken.members() == {}
    broken.end()
    if number == signal.SIGTERM:
        return  # Going on is the same for both.
    again = Site(folder, TONGBAN_DEMO="0")
    again.until_ready()
    assert again.stop() == 0
    again.end()


def test_missing_packs_get_one_sentence(folder):
    done = subprocess.run([*TONGBAN, "load", "--packs", str(folder)], env=environment(folder), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1, f"tongban: There are no packs in {folder}: name the folder that has national/ in TONGBAN_PACKS or --packs.\n")
