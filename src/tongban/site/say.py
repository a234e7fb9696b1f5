"""What the command line says: plain lines, steps with their time, progress bars, prefixed logs.

Sources: https://no-color.org/"""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
BAR_WIDTH = 28
QUIET_S = 0.1  # A bar is drawn at most ten times a second.
ONE_AT_A_TIME = threading.Lock()
COLOURS = {"green": "32", "red": "31", "yellow": "33", "cyan": "36", "grey": "90", "bold": "1"}


def line(text: str = "") -> None:
    with ONE_AT_A_TIME:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def trouble(text: str) -> None:
    with ONE_AT_A_TIME:
        sys.stderr.write(f"{paint('tongban:', 'red', sys.stderr.isatty())} {text}\n")
        sys.stderr.flush()


def paint(text: str, colour: str, is_on: bool | None = None) -> str:
    is_on = sys.stdout.isatty() if is_on is None else is_on
    if not is_on or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{COLOURS[colour]}m{text}\033[0m"


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what was done and how long it took."""
    begun = time.monotonic()
    yield
    line(f"{paint('✓', 'green')} {what} {paint(f'({time.monotonic() - begun:.1f} s)', 'grey')}")


def progress_bar() -> Progress:
    """A reporter for long loads: a bar on a terminal, one line for each finished part elsewhere."""
    drawn_at = [0.0]
    begun: dict[str, float] = {}

    def report(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        begun.setdefault(what, now)
        if done >= total:
            _clear()
            line(
                f"  {paint('✓', 'green')} {what}: {total} {paint(f'({now - begun[what]:.1f} s)', 'grey')}"
            )
        elif sys.stdout.isatty() and now - drawn_at[-1] > QUIET_S:
            drawn_at.append(now)
            _draw(what, done, total)

    return report


def _draw(what: str, done: int, total: int) -> None:
    filled = BAR_WIDTH * done // max(total, 1)
    bar = "█" * filled + "░" * (BAR_WIDTH - filled)
    text = f"  {bar} {100 * done // max(total, 1):3d} % {what} {done}/{total}"
    with ONE_AT_A_TIME:
        sys.stdout.write(f"\r{text[: shutil.get_terminal_size().columns - 2]}\033[K")
        sys.stdout.flush()


def _clear() -> None:
    if sys.stdout.isatty():
        with ONE_AT_A_TIME:
            sys.stdout.write("\r\033[K")
