"""Cases of the demonstration: made from the packs, once, through the same acts as any other case.

Sources: packs/shanxi/sample.yaml; every trader, address and reason in it is fictitious (示例)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth import get_user_model
from django.utils import timezone

from tongban.cases import actions as acts
from tongban.cases import queries as cases
from tongban.core.calendar import Calendar
from tongban.law import queries as law
from tongban.matters import queries as matters
from tongban.oversight import actions as oversight
from tongban.papers import actions as papers
from tongban.people import queries as people

Row = Mapping[str, Any]
ON_TASK: Mapping[str, Callable[..., acts.Done]] = {
    "accept": acts.accept, "request_supplement": acts.request_supplement, "complete": acts.complete,
    "decide": acts.decide, "serve": acts.serve, "pause": acts.pause, "resume": acts.resume,
}  # fmt: skip
ON_CASE: Mapping[str, Callable[..., acts.Done]] = {"withdraw": acts.withdraw, "rate": acts.rate}
OF_THE_DAY = {"pause": "first_day", "resume": "last_day"}  # Days that are the day of the act itself.
OF_THE_ROW = frozenset({"act", "by", "node", "days_ago", "at"})


@dataclass(frozen=True, slots=True)
class Ground:
    """What every case of the sample stands on."""

    sample: Row
    calendar: Calendar
    now: datetime
    kept: Mapping[str, Row]


def load(*, packs: Path, progress: Callable[[str, int, int], None], at: datetime) -> None:
    """Make the sample's cases where there is no case yet, and let the rules look at them."""
    found = sorted(packs.glob("*/sample.yaml"))
    if not found or cases.any_case():
        return
    for file in found:
        sample = yaml.safe_load(file.read_text(encoding="utf-8"))
        ground = Ground(sample, law.calendar(), at, _kept(sample["files"], file.with_suffix("")))
        for n, row in enumerate(sample["cases"]):
            progress("Sample cases", n, len(sample["cases"]))
            _make(ground, n, row)
        progress("Sample cases", len(sample["cases"]), len(sample["cases"]))
    oversight.run_rules(at=at)


def _kept(files: Mapping[str, str], folder: Path) -> dict[str, Row]:
    kinds = {".pdf": "application/pdf", ".png": "image/png"}
    rows: dict[str, Row] = {}
    for name, file in files.items():
        kept = papers.keep_file(content=(folder / file).read_bytes(), media_type=kinds[Path(file).suffix])
        rows[name] = {
            "sha256": kept.sha256, "media_type": kept.media_type, "bytes": kept.size, "file_name": file,
        }  # fmt: skip
    return rows


def _make(ground: Ground, number: int, row: Row) -> None:
    first, *following = row["acts"]
    done = _submit(ground, number, row, first)
    for n, step in enumerate(following, start=1):
        left = len(following) - n
        at = _moment(ground, step, left)
        done = _act(row, step, done, at, key=f"sample-{number}-{n}")


def _submit(ground: Ground, number: int, row: Row, step: Row) -> acts.Done:
    at = _moment(ground, step, len(row["acts"]))
    definition = matters.definition(matters.version_in_force(row["matter"], timezone.localdate(at)))
    given = {**row["answers"], **ground.sample["people"][row["by"]]}
    answers = {name: value for name, value in given.items() if value is not None}
    who = _actor(row["by"])
    plans = set(ground.sample["plans"])
    materials = [
        {"code": rule.code, **ground.kept["plan" if rule.code in plans else "paper"]}
        for rule in definition.materials
        if rule.is_asked(answers)
    ]
    return acts.submit(
        version_id=definition.version_id, applicant_id=who.id, subject=answers["subject_name"],
        answers=answers, materials=materials, actor=who, at=at, key=f"sample-{number}-0",
    )  # fmt: skip


def _act(row: Row, step: Row, done: acts.Done, at: datetime, *, key: str) -> acts.Done:
    words = {name: value for name, value in step.items() if name not in OF_THE_ROW}
    asked: dict[str, Any] = {
        "region_code": done.region_code, "case_id": done.case_id, "at": at, "key": key,
        "actor": _actor(step.get("by", row["by"])),
    }  # fmt: skip
    if step["act"] in OF_THE_DAY:
        words[OF_THE_DAY[step["act"]]] = timezone.localdate(at)
    if step["act"] in ON_CASE:
        return ON_CASE[step["act"]](**asked, **words)
    return ON_TASK[step["act"]](**asked, token_n=_task(step, done, at), **words)


def _task(step: Row, done: acts.Done, at: datetime) -> int:
    """The open task of the node, of a joint procedure the one of the officer's own organ."""
    page = cases.whole(region_code=done.region_code, case_id=done.case_id, at=at)
    officer = people.officer_of(get_user_model().objects.get(username=step["by"]).pk)
    assert officer is not None, step["by"]
    at_node = [task for task in page.tasks if task.node == step["node"]]
    return next(task.n for task in at_node if task.organ_code == officer.organ_code)


def _actor(username: str) -> acts.Actor:
    account_id = get_user_model().objects.get(username=username).pk
    officer = people.officer_of(account_id)
    if officer is not None:
        return acts.Actor("officer", str(officer.id), officer.name)
    person = people.person_of(account_id)
    assert person is not None, username
    return acts.Actor("person", str(person.id), person.name)


def _moment(ground: Ground, step: Row, left: int) -> datetime:
    """When the act was done; never in the future, and each act of today a minute before the next."""
    day: date = ground.calendar.working_days_before(timezone.localdate(ground.now), step["days_ago"])
    wanted = datetime.combine(day, time.fromisoformat(step["at"]), tzinfo=timezone.get_current_timezone())
    return min(wanted, ground.now - timedelta(minutes=left + 1))
