"""What a step writes: its events with all they change, their ledger entries, the answer that is given.

Sources: 行政许可法 art. 29-45."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from tongban.cases.actions import guards, limits, rows
from tongban.core import case as core
from tongban.core import clock as clocks
from tongban.core import codes, flow, merkle
from tongban.core.flow import when
from tongban.law import queries as law
from tongban.ledger import actions as ledger
from tongban.matters import queries as matters


@dataclass(frozen=True, slots=True)
class Act:
    """What is asked of a task.

    :ivar act: the act's name, one of the node's ``acts``.
    :ivar kind: the event it leaves.
    :ivar result: what the task writes under its own key of the case document; conditions read it.
    :ivar form: the whole form again, where the applicant corrected it.
    :ivar chosen: the outcome chosen, where the task lists its possible outcomes.
    :ivar only_once: the law allows this act once in a case.
    :ivar said: what the actor stated: reasons, articles, items. Kept in the event, digest in the ledger.
    :ivar happened_at: when it truly happened, where it is recorded later: a timer that fired after downtime.
    :ivar since: from when the law dates its effect, where that is earlier.
    """

    act: str
    kind: str
    result: Mapping[str, Any]
    said: Mapping[str, Any] = field(default_factory=dict)
    materials: Sequence[Mapping[str, Any]] = ()
    outcome: str = ""
    form: Mapping[str, Any] | None = None
    chosen: str = ""
    only_once: bool = False
    happened_at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to an act: the state the case is in now."""

    region_code: str
    case_id: int
    ref: str
    status: str
    event_n: int
    is_repeat: bool = False

    @property
    def number(self) -> str:
        return case_number(region_code=self.region_code, case_id=self.case_id)


def case_number(*, region_code: str, case_id: int) -> str:
    """Return the printed number of a case (办件编号): region, year, serial, check digit."""
    return codes.case_number(region_code, case_id // 10**8, case_id % 10**8)


@dataclass(frozen=True, slots=True)
class Scene:
    """A locked case with everything a step needs to decide."""

    case: rows.CaseRow
    loaded: rows.Loaded
    definition: matters.Definition
    actor: guards.Actor
    at: datetime
    key: str


def opened(
    *, stage: Scene, tokens: Sequence[flow.Token], document: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], ...]:
    """Return the documents of newly opened tokens: who is to act, where, and until when; or when they fire.

    :param document: what the step changes in the case document.
    """
    return tuple(_opened(stage, token, document or {}) for token in tokens)


def _opened(stage: Scene, token: flow.Token, document: Mapping[str, Any]) -> dict[str, Any]:
    definition, node = stage.definition, stage.definition.graph.nodes[token.node]
    rule = definition.nodes.get(token.node)
    organ = {"item": token.item, "applicant": ""}.get(rule.organ, stage.case.organ_code) if rule else ""
    row = {
        "n": token.n, "node": token.node, "came_by": token.came_by, "scope": token.scope,
        "item": token.item, "role": rule.role if rule else "", "organ": organ,
        "due_on": limits.step_due(rule=rule, at=stage.at) if rule else None,
    }
    if node.timer is not None:
        fires_at = when.due_at(
            node, {**stage.case.document, **document}, at=stage.at, calendar=law.calendar(),
            limits=definition.limits,
        )
        row["fires_at"] = fires_at.isoformat()
    return row


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a step: an act, what it changes, in which capacity, on which task."""

    act: Act
    change: core.Change
    capacity: guards.Standing
    token: rows.TokenRow | None = None


def write(
    *,
    stage: Scene,
    act: Act,
    change: core.Change,
    capacity: guards.Standing,
    token: rows.TokenRow | None = None,
    cancelled: Sequence[int] = (),
    touched: Sequence[Mapping[str, Any]] = (),
    clocks_changed: Mapping[str, clocks.Clock] | None = None,
    before: Sequence[Happening] = (),
) -> Done:
    """Write one event with all it changes, and queue its ledger entry.

    :param before: events of the same step that come first, in their order.
    """
    case = stage.case
    happened = (*before, Happening(act, change, capacity, token))
    last = case.events + len(happened)
    events, entries = _recorded(stage, happened)
    total = _total([one.change for one in happened])
    moment = act.happened_at or stage.at
    status = core.status_after(change) or core.Status(case.status)
    live = {row.flow.n for row in stage.loaded.live()} - set(total.closed) | {t["n"] for t in total.opened}
    armed, disarmed = limits.timers(clock_rows=(total.clocks or {}).values())
    rows.update(
        writing=rows.Writing(
            region_code=case.region_code, case_id=case.id, at=stage.at, key=stage.key, act=act.act,
            actor_id=stage.actor.id, officer_id=stage.actor.officer_id, events=events,
            opened=total.opened, closed=total.closed, cancelled=cancelled, touched=touched,
            clocks=list((total.clocks or {}).values()),
            segments=[s for clock in (clocks_changed or {}).values() for s in limits.segments(clock=clock)],
            materials=numbered(stage=stage, act=act, event_n=last),
            outbox=[{"id": str(uuid.uuid4()), "event_n": event["n"], "kind": event["kind"]} for event in events],
            timers=[*armed, *timers_of(change=total)], disarmed=disarmed, silenced=total.silenced,
        ),
        case={
            "status": status.value,
            "outcome": core.outcome_after(change, case.outcome),
            "is_reopened": change.kind == "Reopened",
            "document": rows.Jsonb(total.document or {}),
            "last_token": max([case.tokens, *(t["n"] for t in total.opened)]),
            "head": merkle.leaf_hash(entries[-1].entry),
            "accepted_at": (act.since or moment) if _stands_for(change, "Accepted") else None,
            "decided_at": moment if change.kind == "Decided" else None,
            "closed_at": moment if not live else None,
        },
        queued=ledger.queueing(region_code=case.region_code, entries=entries),
    )
    return Done(case.region_code, case.id, case.ref, status.value, last)


def _stands_for(change: core.Change, kind: str) -> bool:
    return core.STANDS_FOR.get(change.kind, change.kind) == kind


def timers_of(*, change: core.Change) -> list[dict[str, Any]]:
    """Return the timers that a change arms: those of opened tokens, and those it moves."""
    moved = [{"n": int(n), "clock": "", "due_at": at} for n, at in (change.timed or {}).items()]
    return moved + [
        {"n": token["n"], "clock": "", "due_at": token["fires_at"]}
        for token in change.opened if token.get("fires_at")
    ]


def _total(changes: Sequence[core.Change]) -> core.Change:
    """Return all that the events of one step change together."""
    if len(changes) == 1:
        return changes[0]
    merged: dict[str, dict[str, Any]] = {"document": {}, "clocks": {}, "timed": {}}
    for change in changes:
        for name, into in merged.items():
            into.update(getattr(change, name) or {})
    return core.Change(
        kind=changes[-1].kind, document=merged["document"], clocks=merged["clocks"], timed=merged["timed"],
        opened=tuple(token for change in changes for token in change.opened),
        closed=tuple(n for change in changes for n in change.closed),
        silenced=tuple(n for change in changes for n in change.silenced),
    )


def _recorded(
    stage: Scene, happened: Sequence[Happening]
) -> tuple[list[dict[str, Any]], list[ledger.QueuedEntry]]:
    """Return events and ledger entries, each entry chained to the one before."""
    events, entries = [], []
    for n, one in enumerate(happened, start=stage.case.events + 1):
        entry = entry_of(
            stage=stage, kind=one.change.kind, n=n, act=one.act, capacity=one.capacity,
            node=one.token.flow.node if one.token else "", clock_rows=(one.change.clocks or {}).values(),
        )
        stage = replace(stage, case=replace(stage.case, head=merkle.leaf_hash(entry.entry)))
        entries.append(entry)
        events.append(event_document(
            stage=stage, n=n, act=one.act, change=one.change, capacity=one.capacity, token=one.token
        ))  # fmt: skip
    return events, entries


def event_document(
    *, stage: Scene, n: int, act: Act, change: core.Change, capacity: guards.Standing,
    token: rows.TokenRow | None,
) -> dict[str, Any]:
    """Return the event as the step writer stores it."""
    return {
        "n": n,
        "kind": change.kind,
        "at": (act.happened_at or stage.at).isoformat(),
        "actor_kind": stage.actor.kind,
        "actor_id": stage.actor.id,
        "post": capacity.post,
        "certificate": capacity.certificate,
        "token_n": token.flow.n if token else None,
        "node": token.flow.node if token else "",
        "change": core.body_of(change),
        "said": dict(act.said),
    }


def entry_of(
    *, stage: Scene, kind: str, n: int, act: Act, capacity: guards.Standing, node: str,
    clock_rows: Iterable[Mapping[str, Any]],
) -> ledger.QueuedEntry:
    """Return the ledger entry of one event of this case."""
    due = [row["last_on"] for row in clock_rows if row["name"] == "statutory"]
    return ledger.queued_entry(
        region_code=stage.case.region_code, case_id=stage.case.id, ref=stage.case.ref, event_n=n, kind=kind,
        previous=stage.case.head, matter=f"{stage.case.matter_code}@{stage.definition.version}", node=node,
        at=act.happened_at or stage.at, capacity=capacity.office, due=date.fromisoformat(due[0]) if due else None,
        said={name: value for name, value in act.said.items() if value},
        attachments=[material["sha256"] for material in act.materials],
        is_sealed=stage.definition.is_sealed,
    )


def numbered(*, stage: Scene, act: Act, event_n: int) -> list[dict[str, Any]]:
    """Return the material rows of an act, numbered by event so that numbers never collide."""
    return [
        {**material, "n": event_n * 1000 + i, "event_n": event_n}
        for i, material in enumerate(act.materials, start=1)
    ]
