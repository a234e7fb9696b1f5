"""The command line: `tongban up` and everything it is made of.

Sources: https://docs.python.org/3/library/argparse.html"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tongban.core.refusal import Refusal
from tongban.pg.place import Trouble
from tongban.site import command_law, command_ledger, command_procedure, home, say, supervisor

TROUBLE, PORT_TAKEN, INTERRUPTED = 1, 3, 130
LOOPBACK = ("127.0.0.1", "localhost", "::1")  # Demo passwords are known: only at home by default.
DESCRIPTION = """\
Tongban 通办: every exercise of public power is a case of a published matter.

Start here:
  tongban up        database, tables, registry, sample, web, worker, ledger: everything
  tongban doctor    what is right and wrong on this machine, one line each
  tongban COMMAND --help
"""
ENVIRONMENT = """\
environment:
  TONGBAN_DATA          data folder (default: data/ beside the code)
  TONGBAN_PACKS         law and procedures as data (default: packs/)
  DATABASE_URL          a PostgreSQL 15 or newer instead of the embedded one, role `app`;
                        TONGBAN_OWNER_URL (makes tables) and TONGBAN_SEQUENCER_URL beside it
  TONGBAN_PUBLIC_URL    address people use, printed on papers (default: http://HOST:PORT)
  TONGBAN_HOSTS         host names the site answers to, separated by commas
  TONGBAN_SECRET_KEY, TONGBAN_PERSONAL_DATA_KEY
                        secrets; default: made once and kept in the data folder, mode 0600

exit codes: 0 done, 1 trouble (one sentence says which), 2 wrong usage, 3 port taken
"""


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; trouble is one sentence, never a traceback."""
    options = parser().parse_args(given)
    os.umask(0o077)  # What the site writes is the site's alone.
    try:
        return int(options.act(options) or 0)
    except (Trouble, Refusal) as trouble:
        say.trouble(str(trouble))
        return PORT_TAKEN if type(trouble).__name__ == "PortTaken" else TROUBLE
    except KeyboardInterrupt:
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        "tongban", description=DESCRIPTION, epilog=ENVIRONMENT, formatter_class=shape
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def add(
        name: str, act: Callable[[argparse.Namespace], int | None], text: str, more: str = ""
    ) -> argparse.ArgumentParser:
        one = commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.\n{more}",
            formatter_class=shape,
        )
        one.set_defaults(act=act)
        return one

    _add_address(add("up", up, "start everything under one supervisor; Ctrl-C stops it", UP_MORE))
    _add_address(add("serve", serve, "the web server alone (behind a supervisor of your own)"))
    add("worker", worker, "the worker alone: jobs, outbox, timers")
    add("sequencer", sequencer, "the ledger's sequencer alone: one per site")
    add("migrate", migrate, "bring the tables to this version and set the roles' rights")
    one = add(
        "load", load, "load law, registry, matters and the sample; loading again changes nothing"
    )
    one.add_argument("--packs", type=Path, help="folder to load from (default: packs/)")
    add(
        "prepare", prepare, "migrate, collect static files and load, each only if something changed"
    )
    _add_address(add("doctor", doctor, "check this machine and this data folder"))
    add("examine", examine, "replay every case from its events and check every link of the ledger")
    command_law.add(commands, _as)
    command_ledger.add(commands, _as)
    command_procedure.add(commands, _as)
    one = add("reset", reset, "delete the data folder with everything in it, for ever")
    one.add_argument("--yes", action="store_true", help="do not ask")
    add("welcome", welcome, "say again where the site is, who may sign in and what to try")
    one = add(
        "manage", manage, "run a management command of Django, for instance `tongban manage shell`"
    )
    one.add_argument("rest", nargs=argparse.REMAINDER, metavar="...")
    return top


UP_MORE = """
The first start makes secrets, the database, tables, registry and sample (about half a minute);
later ones skip what has not changed. A process that dies is restarted; nothing recorded is lost.
"""


def _add_address(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--host",
        default=os.environ.get("TONGBAN_HOST", "127.0.0.1"),
        help="address to listen on (default: %(default)s)",
    )
    one.add_argument(
        "--port",
        type=int,
        default=int(os.environ.get("TONGBAN_PORT", "8000")),
        help="port to listen on (default: %(default)s)",
    )


def up(options: argparse.Namespace) -> None:
    from tongban.site import prepare  # noqa: PLC0415 -- slow import

    home.book()
    supervisor.check_port(options.host, options.port)
    address = f"http://{options.host}:{options.port}"
    os.environ.setdefault("TONGBAN_PUBLIC_URL", address)
    os.environ.setdefault("TONGBAN_LOG", "plain")
    os.environ.setdefault("TONGBAN_DEMO", str(int(options.host in LOOPBACK)))
    home.booked_for(address)
    home.make_secrets()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Until the supervisor takes over.
    cluster = home.cluster() if home.is_embedded() else None
    try:
        if cluster is not None:
            with say.step("Database"):
                supervisor.start_database(cluster)
        if prepare.changed() and _child("prepare") != 0:
            raise Trouble("The site could not be prepared: the reason is above.")
        supervisor.Supervisor(_members(options), cluster).run((options.host, options.port))
    finally:
        if cluster is not None:
            cluster.stop()


def _members(options: argparse.Namespace) -> list[supervisor.Member]:
    where = [f"--host={options.host}", f"--port={options.port}"]
    return [
        supervisor.Member("web", ["serve", *where], "app", "cyan"),
        supervisor.Member("worker", ["worker"], "app", "yellow"),
        supervisor.Member("sequencer", ["sequencer"], "sequencer", "green"),
    ]


def welcome(_options: argparse.Namespace) -> None:
    _as("app")
    from tongban.site import welcome  # noqa: PLC0415 -- slow import

    say.line(welcome.text(os.environ.get("TONGBAN_PUBLIC_URL", "http://127.0.0.1:8000")))


def _child(*command: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", "tongban.site.command", *command], check=False
    ).returncode


def serve(options: argparse.Namespace) -> None:
    from tongban.site import run  # noqa: PLC0415 -- slow import

    _as("app")
    supervisor.check_port(options.host, options.port)
    run.serve(host=options.host, port=options.port)


def worker(_options: argparse.Namespace) -> None:
    _as("app")
    from tongban.site import run  # noqa: PLC0415 -- slow import

    run.work()


def sequencer(_options: argparse.Namespace) -> None:
    _as("sequencer")
    from tongban.site import run  # noqa: PLC0415 -- slow import

    run.sequence()


def migrate(_options: argparse.Namespace) -> None:
    _prepared(["tables"])


def prepare(_options: argparse.Namespace) -> None:
    _prepared(None)


def _prepared(steps: list[str] | None) -> None:
    _as("owner")
    home.make_secrets()
    with home.database("owner"):
        from tongban.site import prepare  # noqa: PLC0415 -- slow import

        prepare.prepare(steps)


def load(options: argparse.Namespace) -> None:
    _as("owner")
    home.make_secrets()
    with home.database("owner"):
        from tongban.site import prepare  # noqa: PLC0415 -- slow import

        prepare.load(options.packs)


def doctor(options: argparse.Namespace) -> int:
    _as("app")
    from tongban.site import doctor  # noqa: PLC0415 -- slow import

    return doctor.report(options.host, options.port)


def examine(_options: argparse.Namespace) -> int:
    _as("owner")
    with home.database("owner"):
        from tongban.site import examine  # noqa: PLC0415 -- slow import

        found = list(examine.troubles())
    for text in found:
        say.line(f"{say.paint('✗', 'red')} {text}")
    if not found:
        say.line(f"{say.paint('✓', 'green')} every case is the sum of its events, every link of the ledger holds")
    return int(bool(found))


def reset(options: argparse.Namespace) -> None:
    if not options.yes:
        say.line(f"This deletes {home.DATA} with its database, files and keys, for ever.")
        if not sys.stdin.isatty() or input("Type yes to go on: ").strip() != "yes":
            raise Trouble("Nothing was deleted (say yes, or use --yes).")
    home.remove()
    kept = "" if home.is_embedded() else " The database of DATABASE_URL is as it was."
    say.line(f"{home.DATA} is emptied; `tongban up` starts anew.{kept}")


def manage(options: argparse.Namespace) -> None:
    _as("owner")
    with home.database("owner"):
        from django.core.management import execute_from_command_line  # noqa: PLC0415 -- slow import

        execute_from_command_line(["tongban manage", *options.rest])


def _as(role: str) -> None:
    """The database role and the settings this process works with."""
    os.environ.setdefault(home.ROLE, role)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")


if __name__ == "__main__":
    sys.exit(main())
