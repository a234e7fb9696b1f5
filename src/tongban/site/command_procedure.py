"""Procedures on the command line: check, simulate, test and publish them; run a decision, evaluate an expression.

Sources: https://docs.python.org/3/library/argparse.html"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tongban.pg.place import Trouble
from tongban.site import home, say

WALKS = 1000


def add(commands: Any, act: Callable[[str], None]) -> None:
    """Put `procedure`, `dmn` and `feel` beside the other commands; `act` chooses the database role."""
    shape = argparse.RawDescriptionHelpFormatter
    top = commands.add_parser("procedure", help="check, simulate, test and publish procedures")
    parts = top.add_subparsers(metavar="COMMAND", required=True)

    def one(name: str, run: Callable[[argparse.Namespace], int], text: str, *, is_all: bool = False) -> Any:
        made = parts.add_parser(name, help=text, description=text, formatter_class=shape)
        made.set_defaults(act=lambda options: _on_the_register(act, run, options))
        made.add_argument("id", metavar="ID", nargs="?" if is_all else None, default="", help="for instance permit")
        made.add_argument("--packs", type=Path, help="folder of the packs (default: packs/)")
        return made

    one("check", check, "every matter of the procedure as the publication would check it")
    made = one("simulate", simulate, "random walks from the start to the end")
    made.add_argument("--walks", type=int, default=WALKS, metavar="N")
    made.add_argument("--seed", type=int, default=1, metavar="N")
    made = one("test", test, "play the scenarios in simulated time and take everything back", is_all=True)
    made.add_argument("--json", action="store_true", help="print one JSON document")
    one("publish", publish, "publish the matters of the procedure whose content changed")
    _add_pure(commands, shape)


def _add_pure(commands: Any, shape: Any) -> None:
    """Commands that need no database."""
    dmn = commands.add_parser("dmn", help="decide by a DMN file").add_subparsers(metavar="COMMAND", required=True)
    made = dmn.add_parser("run", help="decide by a DMN 1.3 to 1.5 file", formatter_class=shape)
    made.add_argument("file", metavar="FILE", type=Path)
    made.add_argument("--decision", metavar="NAME", required=True, help="name or id of a decision or service")
    made.add_argument("--input", metavar="JSON", default="{}", help="inputs by name, or @FILE")
    made.add_argument("--json", action="store_true", help="the whole answer as one JSON document")
    made.set_defaults(act=run_dmn)
    made = commands.add_parser("feel", help="evaluate a FEEL expression", formatter_class=shape)
    made.add_argument("expression", metavar="EXPRESSION")
    made.add_argument("--context", metavar="JSON", default="{}", help="names and their values, or @FILE")
    made.set_defaults(act=run_feel)


def check(options: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415 -- app ready

    from tongban.matters import actions as matters  # noqa: PLC0415 -- app ready

    found = 0
    for draft in matters.drafts_of(packs=_packs(options), procedure=_known(options)):
        faults = list(matters.faults(draft=draft, on=timezone.localdate()))
        found += len(faults)
        sign = say.paint("✗", "red") if faults else say.paint("✓", "green")
        say.line(f"{sign} {draft.document['code']}")
        for where, words in faults:
            say.line(f"    {where}: {words}")
    return int(bool(found))


def simulate(options: argparse.Namespace) -> int:
    from tongban.matters import actions as matters  # noqa: PLC0415 -- app ready
    from tongban.site import walks  # noqa: PLC0415 -- app ready

    drafts = matters.drafts_of(packs=_packs(options), procedure=_known(options))
    definition = matters.definition_of_draft(draft=next(iter(drafts)))
    told = walks.walk(definition, walks=options.walks, seed=options.seed)
    say.line(f"{told.finished} of {told.walks} walks reached the end; steps {told.shortest} to {told.longest}")
    for end, times in told.ends.items():
        say.line(f"  {times:>6}  {end}")
    for node in told.never:
        say.line(f"  never   {node}")
    return int(told.finished < told.walks or bool(told.never))


def test(options: argparse.Namespace) -> int:
    from tongban.site import scenarios  # noqa: PLC0415 -- app ready

    found = [scenarios.run(file) for file in scenarios.files(_packs(options), options.id)]
    if not found:
        raise Trouble(f"There is no scenario of {options.id or 'any procedure'} in {_packs(options)}.")
    wrong = sum(bool(one.differences) for one in found)
    if options.json:
        say.line(json.dumps([scenarios.as_document(one) for one in found], ensure_ascii=False))
        return int(bool(wrong))
    for one in found:
        sign = say.paint("✗", "red") if one.differences else say.paint("✓", "green")
        say.line(f"{sign} {one.procedure}/{one.name}  {one.title} ({one.steps} steps)")
        for difference in one.differences:
            say.line("  " + str(difference).replace("\n", "\n  "))
    say.line(f"{len(found) - wrong} of {len(found)} scenarios as expected")
    return int(bool(wrong))


def publish(options: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415 -- app ready

    from tongban.matters import actions as matters  # noqa: PLC0415 -- app ready

    published = matters.publish_procedure(packs=_packs(options), procedure=_known(options), at=timezone.now())
    for one in published:
        say.line(f"{one.matter_code} version {one.n}{' new' if one.is_new else ' unchanged'}")
    return 0


def run_dmn(options: argparse.Namespace) -> int:
    from tongban.core import dmn  # noqa: PLC0415 -- slow import
    from tongban.core.feel import document  # noqa: PLC0415 -- slow import

    if not options.file.is_file():
        raise Trouble(f"There is no file {options.file}.")
    model = dmn.parse(options.file.read_bytes())
    answer = dmn.decide(model, options.decision, _given(options.input, "--input"))
    if options.json:
        whole = {"value": answer.value, "decided": answer.decided, "refused_inputs": list(answer.refused_inputs)}
        say.line(document.json_of_value(whole))
    else:
        say.line(document.json_of_value(answer.value))
    return 0


def run_feel(options: argparse.Namespace) -> int:
    from tongban.core import feel  # noqa: PLC0415 -- slow import
    from tongban.core.feel import document  # noqa: PLC0415 -- slow import

    context = _given(options.context, "--context")
    try:
        expression = feel.compile(options.expression, names=context)
    except feel.NotFeel as wrong:
        raise Trouble(str(wrong)) from wrong
    say.line(document.json_of_value(feel.evaluate(expression, context)))
    return 0


def _given(text: str, option: str) -> Mapping[str, Any]:
    from tongban.core.feel import document  # noqa: PLC0415 -- slow import

    try:
        value = document.value_of_json(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
    except (ValueError, OSError) as wrong:
        raise Trouble(f"{option} is not JSON: {wrong}") from wrong
    if not isinstance(value, Mapping):
        raise Trouble(f"{option} must be a JSON object of names and values.")
    return value


def _packs(options: argparse.Namespace) -> Path:
    from django.conf import settings  # noqa: PLC0415 -- app ready

    packs: Path = options.packs or settings.PACKS
    return packs


def _known(options: argparse.Namespace) -> Any:
    from tongban.matters import actions as matters  # noqa: PLC0415 -- app ready

    if not (_packs(options) / "national" / "procedures" / options.id / "procedure.yaml").is_file():
        raise Trouble(f"There is no procedure {options.id} in {_packs(options)}.")
    return matters.procedure_in(packs=_packs(options), procedure_id=options.id)


@contextmanager
def _register(act: Callable[[str], None]) -> Iterator[None]:
    import django  # noqa: PLC0415 -- slow import

    act("owner")
    if home.is_embedded() and not home.database_url("owner"):
        raise Trouble("There is no database yet: run `tongban up` or `tongban prepare` first.")
    with home.database("owner"):
        django.setup()
        yield


def _on_the_register(
    act: Callable[[str], None], run: Callable[[argparse.Namespace], int], options: argparse.Namespace
) -> int:
    with _register(act):
        return run(options)
