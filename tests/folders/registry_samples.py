"""Where and when the tests of the registry are."""

import datetime
import pathlib
import shutil

PACKS = pathlib.Path(__file__).parents[2] / "packs"
AT = datetime.datetime(2026, 9, 17, 10, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
ON = AT.date()
YINGZE = "140106"


def silent(_what, _done, _total):
    """A progress report nobody reads."""


def packs_with(tmp_path, file, old, new):
    """A copy of the packs with one text replaced."""
    for part in ("national/procedures", "shanxi/matters"):
        shutil.copytree(PACKS / part, tmp_path / part, dirs_exist_ok=True)
    path = tmp_path / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return tmp_path
