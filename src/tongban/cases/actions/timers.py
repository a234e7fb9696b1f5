"""What happens of itself when a time has come: a timer of the flow, a silent department, a limit that lapses.

Timers use the same door as people: the case is locked, the timer is asked for again under the lock, one step
is written. The event carries the true due time; ``recorded_at`` says when the worker got there.

Sources: 行政许可法 art. 26 (joint handling), 32 (no notice within five days is acceptance), 42."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from tongban.cases.actions import guards, limits, rows, step
from tongban.core import case as core
from tongban.core import clock as clocks
from tongban.core import flow
from tongban.law import queries as law
from tongban.pg import transient

SILENT = "silent"  # What stands in the case document where a department said nothing in its time.
ACT = "fire"


@transient.retry
def fire(*, region_code: str, case_id: int, n: int, clock: str, at: datetime) -> step.Done | None:
    """Let a timer of the case happen: that of token ``n``, or the end of the clock of this name.

    Returns None where nothing is left to happen: somebody was first, or the time has been moved.
    """
    with transaction.atomic():
        stage = step.scene(region_code=region_code, case_id=case_id, actor=guards.SYSTEM, at=at, key="")
        due_at = rows.due_of(region_code=region_code, case_id=case_id, n=n, clock=clock)
        if due_at is None or due_at > at:
            return None
        stage = replace(stage, key=f"timer-{case_id}-{n}-{clock}-{int(due_at.timestamp())}")
        return _lapse(stage, clock, due_at) if clock else _happen(stage, n, due_at)


# Timers of the flow


def _happen(stage: step.Scene, n: int, due_at: datetime) -> step.Done | None:
    token = next(row for row in stage.loaded.live() if row.flow.n == n)  # A closed token has no timer.
    node = stage.definition.graph.nodes[token.flow.node]
    host = stage.definition.nodes.get(node.host)
    if host is not None and host.organ == "item" and node.is_interrupting:
        return _silence(stage, token, node, due_at)
    return _elapse(stage, token, node, due_at)


def _elapse(stage: step.Scene, token: rows.TokenRow, node: flow.Node, due_at: datetime) -> step.Done:
    """The flow goes on from the timer; each task it interrupts leaves an event of its own with the reason."""
    outcome = _decided(stage, stage.case.document, flow.Fire(token.flow.n))
    tasks = [row for row in stage.loaded.live()
             if row.flow.n in outcome.cancelled and row.flow.node in stage.definition.nodes]
    ended = {row.flow.n for row in tasks}
    changed = limits.after_event(
        kind="Lapsed", definition=stage.definition, running=stage.loaded.clocks, at=due_at
    )
    change = core.Change(
        kind="Lapsed", closed=tuple(n for n in (*outcome.closed, *outcome.cancelled) if n not in ended),
        opened=step.opened(stage=stage, tokens=outcome.opened),
        clocks={name: limits.row(clock=clock, at=due_at) for name, clock in changed.items()},
    )
    return step.write(
        stage=stage, act=_act("Lapsed", due_at, timer=node.id), change=change, capacity=guards.Standing(),
        token=token, cancelled=outcome.cancelled, clocks_changed=changed,
        before=[
            step.Happening(_act("Interrupted", due_at, by=node.id),
                           core.Change(kind="Interrupted", closed=(row.flow.n,)), guards.Standing(), row)
            for row in tasks
        ],
    )  # fmt: skip


def _silence(
    stage: step.Scene, timer: rows.TokenRow, node: flow.Node, due_at: datetime
) -> step.Done | None:
    """Record each department that said nothing in its time; when all had theirs, the case goes on without them."""
    asked = [row for row in stage.loaded.live() if row.flow.node == node.host and row.flow.scope == timer.flow.scope]
    late = [row for row in asked if _ends_at(row, due_at) <= due_at]
    rest = [row for row in asked if row not in late]
    if not late:
        rows.arm(region_code=stage.case.region_code, case_id=stage.case.id, n=timer.flow.n, clock="",
                 due_at=min(_ends_at(row, due_at) for row in rest))
        return None
    document = dict(stage.case.document)
    silences = []
    for row in late:
        put = core.put(document, node.host, row.flow.item, {"outcome": SILENT})
        document |= put
        silences.append(step.Happening(
            _act("DepartmentSilent", due_at, due_on=row.due_on.isoformat() if row.due_on else ""),
            core.Change(kind="DepartmentSilent", document=put, closed=(row.flow.n,), silenced=(row.flow.n,)),
            guards.Standing(), row,
        ))  # fmt: skip
    *before, last = silences
    change, outcome = last.change, None
    if rest:
        again = min(_ends_at(row, due_at) for row in rest).isoformat()
        change = replace(change, timed={str(timer.flow.n): again})
    else:
        outcome = _decided(stage, document, flow.Fire(timer.flow.n))
        done = {row.flow.n for row in late}
        more = [n for n in (*outcome.closed, *outcome.cancelled) if n not in done]
        change = replace(
            change, closed=(*change.closed, *more), opened=step.opened(stage=stage, tokens=outcome.opened)
        )
    return step.write(
        stage=stage, act=last.act, change=change, capacity=last.capacity, token=last.token, before=before,
        cancelled=tuple(row.flow.n for row in late),
    )


def _ends_at(row: rows.TokenRow, otherwise: datetime) -> datetime:
    """The moment the task's own limit is over."""
    return clocks.at_midnight(row.due_on + clocks.ONE_DAY) if row.due_on else otherwise


# Limits whose end has an effect by law


def _lapse(stage: step.Scene, name: str, due_at: datetime) -> step.Done | None:
    """Silence of five days is acceptance (视为受理, 行政许可法 art. 32)."""
    clock = stage.loaded.clocks[name]
    period = law.period(clock.period_id, clocks.civil_day(clock.started_at))
    lapsed = clocks.lapsed(clock, period, law.calendar(), clocks.civil_day(stage.at))
    token = next((row for row in stage.loaded.live() if _accepts(stage, row)), None)
    assert lapsed is not None, "the timer stands behind the last day"
    if token is None or lapsed.effect is not clocks.Lapse.DEEMED_ACCEPTED:
        rows.disarm(region_code=stage.case.region_code, case_id=stage.case.id, n=0, clock=name)
        return None
    since = max(clock.started_at, clocks.at_midnight(lapsed.effective_on))
    act = replace(_act("DeemedAccepted", due_at, clock=name, basis=clocks.cite(period.law, period.article)),
                  since=since)
    document = core.put(stage.case.document, token.flow.node, "", {"outcome": "accept", "is_deemed": True})
    return step.go_on(
        stage=stage, token=token, act=act, document=document, capacity=guards.Standing()
    )


def _accepts(stage: step.Scene, row: rows.TokenRow) -> bool:
    rule = stage.definition.nodes.get(row.flow.node)
    return rule is not None and "accept" in rule.acts


def _act(kind: str, due_at: datetime, **said: str) -> step.Act:
    return step.Act(ACT, kind, result={}, said={**said, "due_at": due_at.isoformat()}, happened_at=due_at)


def _decided(stage: step.Scene, document: Mapping[str, Any], command: flow.Command) -> flow.Outcome:
    return flow.decide(
        stage.definition.graph, tuple(row.flow for row in stage.loaded.live()), document, command,
        next_n=stage.case.tokens + 1, collections=stage.definition.collections,
    )
