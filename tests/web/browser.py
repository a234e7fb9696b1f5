"""Which browser drives the pages: the machine's own, else the test tool's download.

`python -m tests.web.browser` prints its path, or one sentence and a non-zero exit.
"""

import os
import pathlib
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
NONE = ("tongban: The browser tests need Chromium: install it (on Debian: apt install chromium), or name one"
        " in CHROMIUM; the test tool's own download failed too.")


def find():
    """The path of a browser, or None."""
    asked = os.environ.get("CHROMIUM")
    if asked:
        return asked if pathlib.Path(asked).exists() else None
    return next(filter(None, map(shutil.which, NAMES)), None) or downloaded()


def downloaded():
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if pathlib.Path(path).exists() else None


def options():
    """How to launch it: as root it has no sandbox of its own."""
    found = find()
    assert found, NONE
    return {"executable_path": found, "args": ["--no-sandbox"] if os.geteuid() == 0 else []}


def main():
    if find() is None and not os.environ.get("CHROMIUM"):
        print("No Chromium on this machine: downloading the test tool's own ...")
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if find() is None:
        sys.exit(NONE)


if __name__ == "__main__":
    main()
