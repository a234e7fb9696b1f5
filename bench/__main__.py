"""Runs every measurement on one throw-away database, prints a table, writes build/bench.json.

`python -m bench [name ...]` runs some. A module `bench/<name>.py` has `run() -> dict[str, Value]` (or a
list of Values with their names inside), a Value being {value, unit, target, peer}: target is the limit in
this unit ("<= 2.5", ">= 100"), peer the same figure of what it is compared with. Django is set up, the
tables are made, registry and sample loaded before.
"""

import json
import os
import pathlib
import pkgutil
import re
import shutil
import sys
import tempfile

import bench

ROOT = pathlib.Path(__file__).parents[1]
COLUMNS = ("value", "unit", "target", "peer", "ratio", "met")


def main(names):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tongban-bench-"))
    folder.chmod(0o711)
    os.environ.update(TONGBAN_DATA=str(folder / "data"), TONGBAN_ROLE="owner", TONGBAN_DEMO="1",
                      DJANGO_SETTINGS_MODULE="tongban.site.settings")
    from tongban.site import home, prepare

    home.make_secrets()
    cluster = home.cluster()
    try:
        cluster.start()
        prepare.prepare(["tables", "registry and sample"])
        figures = {}
        for name in names or sorted(one.name for one in pkgutil.iter_modules(bench.__path__) if one.name != "__main__"):
            module = pkgutil.resolve_name(f"bench.{name}")
            if hasattr(module, "run"):
                figures |= named(module.run())
    finally:
        if (cluster.home / "roles.json").exists():
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    figures = {name: completed(figure) for name, figure in figures.items()}
    show(figures)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "bench.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


def named(figures):
    return figures if isinstance(figures, dict) else {figure["name"]: figure for figure in figures}


def completed(figure):
    """With the ratio to the peer, and whether the target is met (null when there is none)."""
    given = {name: figure.get(name) for name in COLUMNS}
    if given["peer"] and given["ratio"] is None:
        given["ratio"] = round(given["value"] / given["peer"], 3)
    limit = re.fullmatch(r"(<=|>=) *([\d.]+)", given["target"] or "")
    if limit:
        number = float(limit[2])
        given["met"] = given["value"] <= number if limit[1] == "<=" else given["value"] >= number
    return given


def show(figures):
    rows = [("name", *COLUMNS)]
    for name, figure in figures.items():
        rows.append((name, *("" if figure[c] is None else f"{figure[c]:.4g}" if isinstance(figure[c], float)
                             else str(figure[c]) for c in COLUMNS)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main(sys.argv[1:])
