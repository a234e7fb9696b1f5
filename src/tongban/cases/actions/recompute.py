"""Working out open clocks anew when the calendar or a rule changed (重新计算期限).

The database finds what moves; each case that does gets an event of its own, under its lock, with the old
day and the new one. A second run finds nothing left to do, so one that was broken off is run again.

Sources: 全国年节及纪念日放假办法; 行政许可法 art. 82 (periods count working days)."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from django.db import connection

from tongban.cases import queries
from tongban.cases.actions import guards, limits, step
from tongban.cases.queries import moving as found
from tongban.core import case as core
from tongban.core import clock as clocks

Progress = Callable[[str, int, int], None]

STANDING = """
select name, nominal_on, last_on from cases_clock
where region_code = %s and case_id = %s and ended_on is null and not is_paused
"""
REGIONS = "select distinct region_code from cases_clock where ended_on is null order by 1"
SETTLE = f"""{found.PROJECTED}
update cases_clock k set is_provisional = p.now_provisional from projected p
where (k.region_code, k.case_id, k.name) = (p.region_code, p.case_id, p.name)
  and k.ended_on is null and k.last_on = p.now_last_on and k.is_provisional <> p.now_provisional
"""  # noqa: S608 -- constants alone


def reproject(
    *, because: str, at: datetime, preview: bool = False, progress: Progress = lambda *_: None
) -> queries.Moves:
    """Work out every open clock anew; return how many move, to an earlier day and to a later one.

    :param because: what changed, in words the applicant reads: the notice or the rule.
    :param preview: count only; nothing is written.
    """
    moves = queries.moves(at=at)
    if preview:
        return moves
    cases = queries.cases_that_move(at=at)
    for n, (region_code, case_id) in enumerate(cases, start=1):
        _recompute(region_code, case_id, because, at)
        progress("cases", n, len(cases))
    _settle()
    return moves


def _recompute(region_code: str, case_id: int, because: str, at: datetime) -> None:
    """Write the event of one case, unless another step has meanwhile worked its clocks out."""

    def write(stage: step.Scene) -> step.Done:
        standing = _standing(region_code, case_id)
        after = {name: found.under_the_law(stage.loaded.clocks[name]) for name in standing}
        documents = {name: limits.row(clock=clock, at=at) for name, clock in after.items()}
        moved = {
            name: document for name, document in documents.items()
            if (document["nominal_on"], document["last_on"]) != standing[name]
        }  # fmt: skip
        if not moved:
            return step.Done(region_code, case_id, stage.case.ref, stage.case.status, stage.case.events, True)
        said = {
            "because": because,
            "moved": [{"clock": name, "from": standing[name][1], "to": moved[name]["last_on"]} for name in sorted(moved)],
        }
        return step.write(
            stage=stage, act=replace(act, said=said), change=core.Change(kind=act.kind, clocks=moved),
            capacity=guards.Standing(), clocks_changed={name: after[name] for name in moved},
        )  # fmt: skip

    act = step.Act("recompute", "Recomputed", result={})
    step.on_case(
        region_code=region_code, case_id=case_id, actor=guards.SYSTEM, at=at, key=str(uuid.uuid4()), act=act,
        then=write,
    )  # fmt: skip


def _standing(region_code: str, case_id: int) -> dict[str, tuple[str, str]]:
    """Return nominal and last day of the open clocks as they are stored; hours do not know the calendar."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING + " and unit <> %s", [region_code, case_id, clocks.Unit.HOUR])
        return {name: (_iso(nominal), _iso(last)) for name, nominal, last in cursor.fetchall()}


def _settle() -> None:
    """Say of the clocks that stay whether their day may still move, one region at a time."""
    with connection.cursor() as cursor:
        cursor.execute(REGIONS)
        for (region_code,) in cursor.fetchall():
            cursor.execute(SETTLE, found.parameters(region_code=region_code))


def _iso(day: date) -> str:
    return day.isoformat()
