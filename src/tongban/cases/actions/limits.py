"""What an event does to the clocks of a case, as the matter's clock rules say."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from tongban.core import case as core
from tongban.core import clock as clocks
from tongban.law import queries as law
from tongban.matters import queries as matters

HANDED_IN = frozenset({"Filed", "Supplemented"})  # Acts of the applicant, which the office receives.
EFFECTIVE = frozenset({clocks.Lapse.DEEMED_ACCEPTED})  # Ends the engine itself carries out.


def after_event(
    *, kind: str, definition: matters.Definition, running: Mapping[str, clocks.Clock], at: datetime,
    since: datetime | None = None, channel: str = "online",
) -> dict[str, clocks.Clock]:
    """Return the clocks that change by an event of this kind: started, restarted or ended.

    :param since: from when what starts counts, where the law dates it back.
    :param channel: how the applicant handed in, which decides what comes of a filing after office hours.
    """
    kind = core.STANDS_FOR.get(kind, kind)
    changed: dict[str, clocks.Clock] = {}
    for rule in definition.clocks:
        current = running.get(rule.name)
        is_open = current is not None and current.ended_on is None
        if kind in rule.ends_with and is_open and current is not None:
            changed[rule.name] = clocks.end(current, on=timezone.localdate(at))
        if (kind == rule.starts_with and current is None) or kind in rule.restarts_with:
            changed[rule.name] = _started(rule, since or at, channel if kind in HANDED_IN else "")
    return changed


def begun_anew(
    *, ends_with: str, definition: matters.Definition, known: Mapping[str, clocks.Clock], at: datetime
) -> dict[str, clocks.Clock]:
    """Return the clocks that wait for this event, started anew: the case has been opened again.

    Stops of the first time keep their numbers; they lie before the new start and count for nothing.
    """
    return {
        rule.name: replace(_started(rule, at), stops=known[rule.name].stops)
        for rule in definition.clocks if ends_with in rule.ends_with and rule.name in known
    }


def all_ended(*, running: Mapping[str, clocks.Clock], at: datetime) -> dict[str, clocks.Clock]:
    """Return every clock that still runs, ended: the case is over."""
    day = timezone.localdate(at)
    return {name: clocks.end(clock, on=day) for name, clock in running.items() if clock.ended_on is None}


def _started(rule: matters.ClockRule, at: datetime, channel: str = "") -> clocks.Clock:
    if rule.period_id is None:
        return clocks.promise(name=rule.name, working_days=rule.working_days or 0, at=at)
    hours = law.reception(channel, timezone.localdate(at)) if channel else None
    received_on = hours.received_on(at, law.calendar()) if hours else None
    period = law.period(rule.period_id, timezone.localdate(at))
    return clocks.start(period, name=rule.name, at=at, received_on=received_on)


def row(*, clock: clocks.Clock, at: datetime) -> dict[str, Any]:
    """Return the stored form of a clock: a JSON-able document, with its due date as of ``at``."""
    due = clocks.due(clock, law.calendar(), at)
    return {
        "name": clock.name,
        "period_id": clock.period_id,
        "unit": clock.unit.value,
        "budget": clock.budget,
        "extended": clock.extended,
        "started_at": clock.started_at.isoformat(),
        "received_on": _iso(clock.received_on),
        "ended_on": _iso(clock.ended_on),
        "nominal_on": _iso(due.nominal_on),
        "last_on": _iso(due.last_on),
        "is_provisional": due.provisional,
        "is_paused": any(stop.last_day is None for stop in clock.stops),
    }


def timers(*, clock_rows: Iterable[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the timers to be armed for these stored clocks, and the names of those that need none.

    A limit whose end has an effect by law (行政许可法 art. 32) is waited for; a plain one is only looked at.
    """
    armed, disarmed = [], []
    for stored in clock_rows:
        if not stored["period_id"]:
            continue
        started = datetime.fromisoformat(stored["started_at"])
        if law.period(stored["period_id"], clocks.civil_day(started)).lapse not in EFFECTIVE:
            continue
        if stored["ended_on"] or stored["is_paused"]:
            disarmed.append(stored["name"])
        else:
            after = clocks.at_midnight(date.fromisoformat(stored["last_on"]) + clocks.ONE_DAY)
            armed.append({"n": 0, "clock": stored["name"], "due_at": after.isoformat()})
    return armed, disarmed


def segments(*, clock: clocks.Clock) -> list[dict[str, Any]]:
    """Return the stored form of the time of this clock that does not count."""
    return [
        {
            "clock": clock.name,
            "n": n,
            "kind": stop.kind.value,
            "ground": stop.ground,
            "document": stop.document,
            "first_on": _iso(stop.first_day),
            "last_on": _iso(stop.last_day),
        }
        for n, stop in enumerate(clock.stops, start=1)
    ]


def step_due(*, rule: matters.NodeRule, at: datetime) -> str | None:
    """Return the last day of a step's own limit (环节时限) as ISO text, or None where it has none."""
    if rule.limit_working_days is None:
        return None
    return _iso(law.calendar().working_days_after(timezone.localdate(at), rule.limit_working_days))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
