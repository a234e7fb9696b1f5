"""Legal time on the command line: `tongban law due`, `tongban law simulate`, `tongban law calendar`.

Sources: https://docs.python.org/3/library/argparse.html"""

import argparse
import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tongban.pg.place import Trouble
from tongban.site import home, say

SIMULATE_MORE = """
Example: filed on 17 September, a correction asked for on the third working day and given two days
later, accepted the day after, a hearing of twelve days from the fifth day on:
  tongban law simulate permit 2026-09-17 --correction-on-day 3 --corrected-after-days 2 \\
      --accepted-on-day 1 --stop-ground 听证 --stop-on-day 5 --stop-days 12
"""


def add(commands: Any, act: Callable[[str], None]) -> None:
    """Put `law` with its own commands beside the others; `act` chooses the database role."""
    shape = argparse.RawDescriptionHelpFormatter
    law = commands.add_parser("law", help="legal time: due days, courses of events, the calendar")
    parts = law.add_subparsers(metavar="COMMAND", required=True)

    def one(name: str, run: Callable[[argparse.Namespace], None], text: str, more: str = "") -> Any:
        made = parts.add_parser(name, help=text, description=f"{text}\n{more}", formatter_class=shape)
        made.set_defaults(act=lambda options: _with_register(act, run, options))
        made.add_argument("--json", action="store_true", help="print one JSON document")
        return made

    made = one("due", due, "the last day of a rule of the register")
    made.add_argument("rule", metavar="RULE_ID", help="for instance xk.decide")
    made.add_argument("trigger", metavar="TRIGGER_DATE", help="2026-02-13, or 2026-02-13T09:30 for hours")
    made.add_argument("--extended", action="store_true", help="with the extension the law allows")
    made.add_argument("--explain", action="store_true", help="with a reason for every day")
    made.add_argument("--channel", default="", help="how it came in, for a moment: online, window or agent")
    made = one("simulate", simulate, "what comes of a course of events", SIMULATE_MORE)
    made.add_argument("course", metavar="COURSE", help="permit, joint_permit, disclosure …")
    made.add_argument("filed_on", metavar="FILED_ON", type=date.fromisoformat, help="2026-09-17")
    for name in ("correction-on-day", "promised-working-days"):
        made.add_argument(f"--{name}", type=int, metavar="N")
    for name, usual in (("corrected-after-days", 0), ("accepted-on-day", 0), ("stop-on-day", 1), ("stop-days", 0)):
        made.add_argument(f"--{name}", type=int, metavar="N", default=usual)
    made.add_argument("--stop-ground", metavar="WORD", default="", help="for instance 听证")
    made.add_argument("--extended", action="store_true", help="extended once")
    made = one("calendar", calendar, "preview a notice on the holidays of a year, or take it in")
    made.add_argument("notice", metavar="FILE", type=Path, help="YAML or JSON as in the packs, or CSV: day,kind,name")
    made.add_argument("--number", default="", help="number of the notice, for a CSV: 国办发明电〔2026〕…号")
    made.add_argument("--published", type=date.fromisoformat, metavar="DAY", help="of the notice, for a CSV")
    made.add_argument("--take-in", action="store_true", help="take it in instead of a preview")


def due(options: argparse.Namespace) -> None:
    from tongban.law import queries  # noqa: PLC0415 -- app ready

    told = queries.due_of_rule(
        options.rule, _moment(options.trigger), is_extended=options.extended, is_explained=options.explain,
        channel=options.channel,
    )  # fmt: skip
    if options.json:
        return _print(told)
    days = told.pop("days", ())
    _lines(told)
    for day in days:
        number = day["number"] if day["number"] is not None else ""
        say.line(f"  {day['day']}  {number!s:>4}  {day['reason']:<9} {day['words']}")
    return None


def simulate(options: argparse.Namespace) -> None:
    from tongban.core import clock as clocks  # noqa: PLC0415 -- app ready
    from tongban.law import queries  # noqa: PLC0415 -- app ready

    plan = clocks.Plan(
        filed_on=options.filed_on,
        correction_on_day=options.correction_on_day,
        corrected_after_days=options.corrected_after_days,
        accepted_on_day=options.accepted_on_day,
        stop_ground=options.stop_ground,
        stop_on_day=options.stop_on_day,
        stop_days=options.stop_days,
        is_extended=options.extended,
        promised_working_days=options.promised_working_days,
    )
    told = queries.simulation_as_document(queries.simulate(options.course, plan))
    if options.json:
        return _print(told)
    for each in told["moments"]:
        say.line(f"{each['on']}  {each['kind']}{'  (provisional)' if each['provisional'] else ''}")
    return None


def calendar(options: argparse.Namespace) -> None:
    from tongban.law import queries  # noqa: PLC0415 -- app ready

    document = queries.notice_document(
        options.notice.read_text(encoding="utf-8-sig"),
        is_table=options.notice.suffix == ".csv",
        notice=options.number,
        published_on=options.published,
    )
    changes = queries.preview_notice(document)
    moves = _take_in(document) if options.take_in else _tried(document)
    if options.json:
        return _print({"taken_in": options.take_in, "changes": changes, "clocks": moves})
    for change in changes:
        say.line(f"{change['day']}  {change['was']} -> {change['is']}  {change['name']}")
    say.line(f"{len(changes)} days change.")
    say.line("{moved} of {open} open clocks move, {earlier} earlier, {later} later.".format(**moves))
    return None


def _tried(document: Mapping[str, Any]) -> dict[str, int]:
    """How many open clocks the notice would move: it is taken in, they are counted, and all is undone."""
    from django.utils import timezone  # noqa: PLC0415 -- app ready

    from tongban.cases import actions as cases  # noqa: PLC0415 -- app ready
    from tongban.law import actions, queries  # noqa: PLC0415 -- app ready

    at, plain = timezone.now(), queries.plain(document)
    with actions.tried(kind="notice", target=str(document["year"]), document=plain, at=at):
        return dataclasses.asdict(cases.reproject(because="", at=at, preview=True))


def _take_in(document: Mapping[str, Any]) -> dict[str, int]:
    from django.utils import timezone  # noqa: PLC0415 -- app ready

    from tongban.cases import actions as cases  # noqa: PLC0415 -- app ready
    from tongban.law import actions  # noqa: PLC0415 -- app ready

    at = timezone.now()
    actions.take_in(document=document, by="tongban law calendar --take-in", at=at)
    numbers = [notice["notice"] for notice in document["notices"] if notice["notice"]]
    because = "、".join(numbers) or f"{document['year']}年放假安排"
    return dataclasses.asdict(cases.reproject(because=because, at=at, workers=2))


@contextmanager
def _register(act: Callable[[str], None]) -> Iterator[None]:
    import django  # noqa: PLC0415 -- slow import

    from tongban.core.refusal import Refusal  # noqa: PLC0415 -- app ready

    act("owner")
    if home.is_embedded() and not home.database_url("owner"):
        raise Trouble("There is no database yet: run `tongban up` or `tongban prepare` first.")
    with home.database("owner"):
        django.setup()
        try:
            yield
        except Refusal as refusal:
            raise Trouble(str(refusal)) from refusal


def _with_register(
    act: Callable[[str], None], run: Callable[[argparse.Namespace], None], options: argparse.Namespace
) -> None:
    with _register(act):
        run(options)


def _moment(text: str) -> date | datetime:
    from tongban.core import clock as clocks  # noqa: PLC0415 -- app ready

    try:
        if "T" not in text:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Trouble(f"{text} is no day: write it as 2026-02-13.") from wrong
    return moment if moment.tzinfo else moment.replace(tzinfo=clocks.SHANGHAI)


def _print(document: Mapping[str, Any]) -> None:
    say.line(json.dumps(document, ensure_ascii=False))


def _lines(document: Mapping[str, Any]) -> None:
    for name, value in document.items():
        say.line(f"{name:<10} {'' if value is None else value}")
