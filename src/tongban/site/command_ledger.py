"""The ledger on the command line: `tongban ledger fsck`, `publish`, `proof`, `witness`, `import-bundles`.

Sources: https://docs.python.org/3/library/argparse.html"""

import argparse
import json
from collections.abc import Callable
from typing import Any

from tongban.pg.place import Trouble
from tongban.site import home, say

IMPORT_MORE = """
For a database restored from an older backup: the published files are ahead of it, so the log refuses
to sign. This takes the missing entries back from the files; the events behind them, if they are lost,
are named by `tongban ledger fsck`.
"""


def add(commands: Any, act: Callable[[str], None]) -> None:
    """Put `ledger` with its own commands beside the others; `act` chooses the database role."""
    shape = argparse.RawDescriptionHelpFormatter
    ledger = commands.add_parser("ledger", help="the public record: examine, publish, prove, witness")
    parts = ledger.add_subparsers(metavar="COMMAND", required=True)

    def one(name: str, run: Callable[[argparse.Namespace], int], text: str, more: str = "") -> Any:
        made = parts.add_parser(name, help=text, description=f"{text}\n{more}", formatter_class=shape)
        made.set_defaults(act=lambda options: _with_database(act, run, options))
        return made

    one("fsck", fsck, "check every link of a log, and show the result on its page").add_argument(
        "log", metavar="LOG", nargs="?", default="", help="six digits, for instance 140100 (default: all)"
    )
    one("publish", publish, "integrate what waits, sign and publish, once").add_argument(
        "log", metavar="LOG", nargs="?", default="", help="six digits (default: all)"
    )
    made = one("proof", proof, "print a case's entries with their proofs, for `tongban-verify case`")
    made.add_argument("region", metavar="REGION", help="for instance 140106")
    made.add_argument("case", metavar="CASE", type=int, help="year and serial, for instance 202600000412")
    one("witness", witness, "print this site's witness key and what it has cosigned")
    one("import-bundles", import_bundles, "take entries back from the public files", IMPORT_MORE).add_argument(
        "log", metavar="LOG", help="six digits, for instance 140100"
    )


def fsck(options: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415 -- app ready

    from tongban.cases import queries as cases  # noqa: PLC0415 -- app ready
    from tongban.ledger import actions  # noqa: PLC0415 -- app ready

    found = 0
    for log in _logs(options.log):
        events = cases.facts(log=log) if log != actions.CHECKPOINTS else None
        findings = actions.fsck(log=log, at=timezone.now(), events=events)
        found += len(findings)
        for finding in findings:
            say.line(f"{log} {finding.check} {finding.where}")
        say.line(f"{log} {'holds' if not findings else f'{len(findings)} findings'}")
    return int(found > 0)


def publish(options: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415 -- app ready

    from tongban.ledger import actions  # noqa: PLC0415 -- app ready

    for log in _logs(options.log):
        taken = 0
        while batch := actions.integrate(log=log, at=timezone.now()):
            taken += batch
        shown = actions.publish(log=log, at=timezone.now())
        say.line(f"{log} {taken} new, {f'published {shown.size}' if shown else 'as published'}")
    return 0


def proof(options: argparse.Namespace) -> int:
    from tongban.ledger import queries  # noqa: PLC0415 -- app ready

    shown = queries.proof(options.region, options.case)
    if not shown["entries"]:
        raise Trouble(f"There is no case {options.case} in {options.region}.")
    say.line(json.dumps(shown, ensure_ascii=False, indent=1))
    return 0


def witness(_options: argparse.Namespace) -> int:
    from tongban.ledger import queries  # noqa: PLC0415 -- app ready

    key = queries.own_key()
    if key is None:
        raise Trouble("This site is no witness yet: the sequencer makes its key when it starts.")
    say.line(str(key))
    for origin, size, at in queries.witnessed():
        say.line(f"{origin} {size} {at.isoformat(timespec='seconds')}")
    return 0


def import_bundles(options: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415 -- app ready

    from tongban.cases import queries as cases  # noqa: PLC0415 -- app ready
    from tongban.ledger import actions  # noqa: PLC0415 -- app ready

    [log] = _logs(options.log)
    taken = actions.import_bundles(log=log, places=cases.places(log=log), at=timezone.now())
    say.line(f"{log} {taken} entries taken back")
    return 0


def _logs(asked: str) -> list[str]:
    from tongban.ledger import queries  # noqa: PLC0415 -- app ready

    logs = [state.log for state in queries.states() if asked in ("", state.log)]
    if asked and not logs:
        raise Trouble(f"There is no log {asked}.")
    return logs


def _with_database(
    act: Callable[[str], None], run: Callable[[argparse.Namespace], int], options: argparse.Namespace
) -> int:
    import django  # noqa: PLC0415 -- slow import

    from tongban.core.refusal import Refusal  # noqa: PLC0415 -- app ready

    act("owner")
    if home.is_embedded() and not home.database_url("owner"):
        raise Trouble("There is no database yet: run `tongban up` or `tongban prepare` first.")
    with home.database("owner"):
        django.setup()
        try:
            return run(options)
        except Refusal as refusal:
            raise Trouble(str(refusal)) from refusal
