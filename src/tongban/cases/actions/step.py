"""The step: the only way a case changes. One call, one transaction, at least one event.

Lock the case, load its tokens and clocks, check that the task is still open and that the actor may do
it, let the flow decide, recompute the clocks, write everything. Design: docs of casework, points 1-15.

Sources: 行政许可法 art. 29-45."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.cases.actions import guards, limits, rows
from tongban.cases.actions.record import (
    Act,
    Done,
    Happening,
    Scene,
    case_number,
    entry_of,
    event_document,
    numbered,
    opened,
    timers_of,
    write,
)
from tongban.core import case as core
from tongban.core import flow
from tongban.core.refusal import Refusal
from tongban.matters import queries as matters
from tongban.pg import transient

__all__ = [
    "Act", "AlreadyDone", "CaseOver", "Done", "Happening", "KeyReused", "NoSuchCase", "NotThisAct", "SameOfficerTwice",
    "Scene", "SignersDisagree", "Task", "case_number", "earlier", "entry_of", "event_document", "fixed", "go_on",
    "numbered", "on_case", "on_silent_task", "on_task", "open_token", "opened", "replaced", "scene", "take", "timers_of", "write",
]
NO_HEAD = b""
ACTS_OF_EVERY_TASK = frozenset({"reassign", "recuse"})


class NoSuchCase(Refusal):
    code = "no-such-case"
    status = 404
    says = _("没有找到这个办件。")


class AlreadyDone(Refusal):
    code = "already-done"
    says = _("这一环节已经办完，无需再次提交。请刷新页面查看最新进展。")


class CaseOver(Refusal):
    code = "case-over"
    says = _("本件已办结，不能再办理。如有异议，可以申请行政复议。")


class NotThisAct(Refusal):
    code = "not-this-act"
    says = _("“%(node)s”环节不能办理这个动作。请刷新页面查看可以办理的动作。")


class KeyReused(Refusal):
    code = "idempotency-key-reused"
    says = _("这个幂等键已用于另一个请求，请换一个新的键再提交。")


def fixed(*, act: str, said: Mapping[str, Any] | None = None) -> Act:
    """Return an act whose outcome for the flow is fixed by its name: accept, serve and the like."""
    return Act(act, core.EVENT_OF[act], result={"outcome": core.OUTCOME_OF[act]}, said=said or {})


def scene(*, region_code: str, case_id: int, actor: guards.Actor, at: datetime, key: str) -> Scene:
    """Lock the case and load it. Call it inside a transaction.

    :raises NoSuchCase: there is none.
    """
    case = rows.lock(region_code=region_code, case_id=case_id)
    if case is None:
        raise NoSuchCase()
    roles, nodes = _remembered(case.version_id)
    loaded = rows.load(region_code=region_code, case_id=case_id, key=key, roles=roles, nodes=nodes)
    return Scene(case, loaded, matters.definition(case.version_id), actor, at, key)


@cache
def _remembered(version_id: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what later acts of a case of this version may ask of earlier ones: roles that exclude others; nodes
    that are passed once, or at which each organ is asked once. Versions never change."""
    definition = matters.definition(version_id)
    roles = sorted({role for pair in definition.exclusive for role in pair})
    nodes = [rule.node for rule in definition.nodes.values() if "supplement" in rule.acts or rule.organ == "item"]
    return tuple(roles), tuple(nodes)


def replaced(*, stage: Scene, key: str) -> Scene:
    """Return the scene with another idempotency key."""
    return replace(stage, key=key)


def earlier(*, stage: Scene, act: str) -> Done | None:
    """Return the answer already given to this key, or None.

    :raises KeyReused: the key was used for another act, or by somebody else.
    """
    done = stage.loaded.done
    if done is None:
        return None
    if (done["act"], done["case_id"], done["actor_id"]) != (act, stage.case.id, stage.actor.id):
        raise KeyReused()
    case = stage.case
    return Done(case.region_code, case.id, case.ref, case.status, done["event_n"], True)


@dataclass(frozen=True, slots=True)
class Task:
    """An open task of a locked case, and the capacity in which the actor may do it."""

    stage: Scene
    token: rows.TokenRow
    rule: matters.NodeRule
    capacity: guards.Standing


@transient.retry
def on_case(
    *, region_code: str, case_id: int, actor: guards.Actor, at: datetime, key: str, act: Act,
    then: Callable[[Scene], Done],
) -> Done:
    """Lock the case and do an act that belongs to no single task; a repeat gets the earlier answer."""
    with transaction.atomic():
        stage = scene(region_code=region_code, case_id=case_id, actor=actor, at=at, key=key)
        return earlier(stage=stage, act=act.act) or then(stage)


def on_task(
    *, region_code: str, case_id: int, token_n: int, actor: guards.Actor, at: datetime, key: str,
    act: Act, then: Callable[[Task], Done],
) -> Done:
    """Lock the case, check that the task is open and the actor may do it, and do the act.

    :raises NoSuchCase, AlreadyDone, CaseOver, NotThisAct, KeyReused: see there; guards refuse too.
    """
    def on_open_task(stage: Scene) -> Done:
        token = open_token(stage=stage, token_n=token_n)
        rule = stage.definition.nodes[token.flow.node]
        if act.act not in rule.acts and act.act not in ACTS_OF_EVERY_TASK:
            raise NotThisAct(node=str(rule.title))
        capacity = guards.standing(
            case=stage.case, token=token, rule=rule, definition=stage.definition,
            loaded=stage.loaded, actor=actor, at=at,
        )
        return then(Task(stage, token, rule, capacity))

    return on_case(
        region_code=region_code, case_id=case_id, actor=actor, at=at, key=key, act=act, then=on_open_task
    )


def on_silent_task(
    *, region_code: str, case_id: int, token_n: int, actor: guards.Actor, at: datetime, key: str,
    act: Act, then: Callable[[Task], Done],
) -> Done:
    """As ``on_task``, for a task of a department whose time has passed: it is closed, its answer still due."""
    def on_task_of_the_silent(stage: Scene) -> Done:
        token = next((row for row in stage.loaded.tokens if row.flow.n == token_n), None)
        if token is not None and token.closed_at is None:
            raise NotThisAct(node=str(stage.definition.nodes[token.flow.node].title))
        if core.Status(stage.case.status) in core.OVER:
            raise CaseOver()
        if token is None or not token.is_silent:
            raise AlreadyDone()
        rule = stage.definition.nodes[token.flow.node]
        capacity = guards.standing(
            case=stage.case, token=token, rule=rule, definition=stage.definition,
            loaded=stage.loaded, actor=actor, at=at,
        )
        return then(Task(stage, token, rule, capacity))

    return on_case(
        region_code=region_code, case_id=case_id, actor=actor, at=at, key=key, act=act, then=on_task_of_the_silent
    )


def take(
    *, region_code: str, case_id: int, token_n: int, actor: guards.Actor, at: datetime, key: str, act: Act,
    checked: Callable[[Task, Act], Act] = lambda _task, act: act,
) -> Done:
    """Do an act that completes a task, and let the flow go on from there.

    :param checked: the act's own refusals, asked under the lock; returns the act as it is to be done.
    """
    def sign_or_finish(task: Task) -> Done:
        guards.fits(
            rule=task.rule, definition=task.stage.definition, loaded=task.stage.loaded, chosen=act.chosen,
            reason=str(act.said.get("reason", "")), is_once=act.only_once,
        )
        checked_act = checked(task, act)
        if len(task.token.signed) + 1 < task.rule.officers:
            return _sign(task, checked_act)
        return _finish(task, checked_act)

    return on_task(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act,
        then=sign_or_finish,
    )


def open_token(*, stage: Scene, token_n: int) -> rows.TokenRow:
    """Return the open token.

    :raises AlreadyDone: it was closed before. :raises CaseOver: the whole case is over.
    """
    for token in stage.loaded.live():
        if token.flow.n == token_n:
            return token
    raise CaseOver() if core.Status(stage.case.status) in core.OVER else AlreadyDone()


class SameOfficerTwice(Refusal):
    code = "same-officer-twice"
    says = _("您已签字。本环节须两名以上工作人员办理，请由另一名人员签字。")
    basis = "行政许可法 第三十四条第三款"


class SignersDisagree(Refusal):
    code = "signers-disagree"
    says = _("您的结论与先签字人员的结论不同。请先共同核对，再按一致的结论签字，或由对方更正。")


def _sign(task: Task, act: Act) -> Done:
    """Record a first signature where the law asks for two officers; the task stays open."""
    stage, token = task.stage, task.token
    if int(stage.actor.id) in token.signed:
        raise SameOfficerTwice()
    signed = [*token.signed, int(stage.actor.id)]
    change = core.Change(
        kind="Signed",
        signed={str(token.flow.n): signed},
        document=core.put(stage.case.document, token.flow.node, token.flow.item, act.result),
    )
    touched = [{"n": token.flow.n, "signed": signed, "assignee_id": token.assignee_id}]
    return write(stage=stage, act=act, change=change, capacity=task.capacity, token=token, touched=touched)


def _finish(task: Task, act: Act) -> Done:
    stage, token = task.stage, task.token
    _signatures_agree(stage, token, act)
    document = core.put(stage.case.document, token.flow.node, token.flow.item, act.result)
    if act.form is not None:
        document["form"] = dict(act.form)
    return go_on(stage=stage, token=token, act=act, document=document, capacity=task.capacity)


def go_on(
    *, stage: Scene, token: rows.TokenRow, act: Act, document: Mapping[str, Any], capacity: guards.Standing
) -> Done:
    """Complete a task with what it wrote into the case document, and let the flow go on from there."""
    outcome = flow.decide(
        stage.definition.graph,
        tuple(row.flow for row in stage.loaded.live()),
        {**stage.case.document, **document},
        flow.Complete(token.flow.n),
        next_n=stage.case.tokens + 1,
        collections=stage.definition.collections,
    )
    at = act.happened_at or stage.at
    changed = limits.after_event(
        kind=act.kind, definition=stage.definition, running=stage.loaded.clocks, at=at, since=act.since
    )
    change = core.Change(
        kind=act.kind,
        outcome=act.outcome,
        document=document,
        opened=opened(stage=stage, tokens=outcome.opened, document=document),
        closed=(*outcome.closed, *outcome.cancelled),
        clocks={name: limits.row(clock=clock, at=at) for name, clock in changed.items()},
    )
    return write(
        stage=stage, act=act, change=change, capacity=capacity, token=token,
        cancelled=outcome.cancelled, clocks_changed=changed,
    )


def _signatures_agree(stage: Scene, token: rows.TokenRow, act: Act) -> None:
    if not token.signed:
        return
    if int(stage.actor.id) in token.signed:
        raise SameOfficerTwice()
    first = stage.case.document[token.flow.node]
    first = first[token.flow.item] if token.flow.item else first
    if first.get("outcome") != act.result.get("outcome"):
        raise SignersDisagree()
