"""Everything between an empty database and a usable site, each step only when its inputs changed.

Sources: https://docs.djangoproject.com/en/5.2/ref/django-admin/#migrate"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from tongban.pg.place import Trouble
from tongban.site import grants, home, say

CODE = Path(__file__).resolve().parents[1]
LOADED = ("law", "people", "matters", "core", "ledger")
STEPS = ("tables", "static files", "registry and sample")


def changed() -> list[str]:
    """The steps whose inputs are not those of the last time; all of them for another's database."""
    done = _done() if home.is_embedded() else {}
    return [step for step in STEPS if done.get(step) != _digest(step)]


def prepare(steps: list[str] | None = None) -> None:
    """Run the given steps (default: those with changed inputs) as the owner of the tables."""
    acts: dict[str, Callable[[], None]] = {
        "tables": migrate,
        "static files": collect,
        "registry and sample": load,
    }
    for step in changed() if steps is None else steps:
        digest = _digest(step)
        with say.step(step[0].upper() + step[1:]):
            acts[step]()
        if home.is_embedded():
            _write_done(_done() | {step: digest})


def migrate() -> None:
    """Bring the tables to this version and write down who may do what."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    grants.grant(home.database_url("owner"))


def collect() -> None:
    """Gather the static files under names that carry their content's digest."""
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)


def load(packs: Path | None = None, at: datetime | None = None) -> None:
    """Load law, registry, matters and the sample from the packs; loading again changes nothing.

    :raises Trouble: there are no packs at that place.
    """
    django.setup()
    packs = packs or settings.PACKS
    if not (packs / "national").is_dir():
        raise Trouble(
            f"There are no packs in {packs}: name the folder that has national/ in TONGBAN_PACKS or --packs."
        )
    from tongban.law import actions as law  # noqa: PLC0415 -- app ready
    from tongban.ledger import actions as ledger  # noqa: PLC0415 -- app ready
    from tongban.matters import actions as matters  # noqa: PLC0415 -- app ready
    from tongban.people import actions as people  # noqa: PLC0415 -- app ready
    from tongban.people import queries as registry  # noqa: PLC0415 -- app ready
    from tongban.site import sample  # noqa: PLC0415 -- app ready

    given: dict[str, Any] = {
        "packs": packs,
        "progress": say.progress_bar(),
        "at": at or timezone.now(),
    }
    for folder in (law, people, matters):  # In this order: each points at the ones before.
        folder.load(**given)
    # One log for each city, one for the organs of the province.
    ledger.ensure_keys(
        logs=[region.code for region in registry.regions_of_kind("province", "city")]
    )
    if settings.DEMO:
        sample.load(**given)


def _inputs(step: str) -> Iterator[Path]:
    if step == "tables":
        yield from CODE.rglob("migrations/*.py")
        yield from (CODE / "site").glob("*.py")
    elif step == "static files":
        yield from CODE.rglob("static/**/*")
    else:
        yield from home.PACKS.rglob("*")
        yield CODE / "site" / "sample.py"
        for folder in LOADED:
            yield from (CODE / folder).rglob("*.py")


def _digest(step: str) -> str:
    total = hashlib.sha256(
        os.environ.get("TONGBAN_DEMO", "").encode()
    )  # The sample's people may sign in, or not.
    for path in sorted(_inputs(step)):
        if path.is_file():
            total.update(str(path).encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _record() -> Path:
    return home.cluster().home / "prepared.json"  # Beside the database: it goes when that goes.


def _done() -> dict[str, str]:
    record = _record()
    return json.loads(record.read_text()) if record.exists() else {}


def _write_done(done: dict[str, str]) -> None:
    _record().write_text(json.dumps(done, indent=1))
