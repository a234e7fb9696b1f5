"""The step: the only way a case changes. One call, one transaction, at least one event.

Lock the case, load its tokens and clocks, check that the task is still open and that the actor may do
it, let the flow decide, recompute the clocks, write everything. Design: docs of casework, points 1-15.

Sources: 行政许可法 art. 29-45."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tongban.cases.actions import guards, limits, rows
from tongban.core import case as core
from tongban.core import clock as clocks
from tongban.core import codes, flow, merkle
from tongban.core.refusal import Refusal
from tongban.ledger import actions as ledger
from tongban.matters import queries as matters
from tongban.pg import transient

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


def fixed(*, act: str, said: Mapping[str, Any] | None = None) -> Act:
    """Return an act whose outcome for the flow is fixed by its name: accept, serve and the like."""
    return Act(act, core.EVENT_OF[act], result={"outcome": core.OUTCOME_OF[act]}, said=said or {})


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


def scene(*, region_code: str, case_id: int, actor: guards.Actor, at: datetime, key: str) -> Scene:
    """Lock the case and load it. Call it inside a transaction.

    :raises NoSuchCase: there is none.
    """
    case = rows.lock(region_code=region_code, case_id=case_id)
    if case is None:
        raise NoSuchCase()
    loaded = rows.load(region_code=region_code, case_id=case_id, key=key)
    return Scene(case, loaded, matters.definition(case.version_id), actor, at, key)


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
    outcome = flow.decide(
        stage.definition.graph,
        tuple(row.flow for row in stage.loaded.live()),
        {**stage.case.document, **document},
        flow.Complete(token.flow.n),
        next_n=stage.case.tokens + 1,
        collections=stage.definition.collections,
    )
    changed = limits.after_event(
        kind=act.kind, definition=stage.definition, running=stage.loaded.clocks, at=stage.at
    )
    change = core.Change(
        kind=act.kind,
        outcome=act.outcome,
        document=document,
        opened=opened(stage=stage, tokens=outcome.opened),
        closed=(*outcome.closed, *outcome.cancelled),
        clocks={name: limits.row(clock=clock, at=stage.at) for name, clock in changed.items()},
    )
    return write(
        stage=stage, act=act, change=change, capacity=task.capacity, token=token,
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


def opened(*, stage: Scene, tokens: Sequence[flow.Token]) -> tuple[dict[str, Any], ...]:
    """Return the documents of newly opened tokens: who is to act, where, and until when."""
    return opened_for(
        definition=stage.definition, organ_code=stage.case.organ_code, tokens=tokens, at=stage.at
    )


def opened_for(
    *, definition: matters.Definition, organ_code: str, tokens: Sequence[flow.Token], at: datetime
) -> tuple[dict[str, Any], ...]:
    """Return the documents of opened tokens of a case of this definition and organ."""
    documents = []
    for token in tokens:
        rule = definition.nodes.get(token.node)
        organ = {"item": token.item, "applicant": ""}.get(rule.organ, organ_code) if rule else ""
        documents.append({
            "n": token.n, "node": token.node, "came_by": token.came_by, "scope": token.scope,
            "item": token.item, "role": rule.role if rule else "", "organ": organ,
            "due_on": limits.step_due(rule=rule, at=at) if rule else None,
        })
    return tuple(documents)


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
) -> Done:
    """Write one event with all it changes, and queue its ledger entry."""
    case, n = stage.case, stage.case.events + 1
    clocks_changed = clocks_changed or {}
    entry = entry_of(
        stage=stage, kind=change.kind, n=n, act=act, capacity=capacity,
        node=token.flow.node if token else "", clock_rows=(change.clocks or {}).values(),
    )
    head = merkle.leaf_hash(entry.entry)
    status = core.STATUS_AFTER.get(change.kind, core.Status(case.status))
    live = {row.flow.n for row in stage.loaded.live()} - set(change.closed) | {t["n"] for t in change.opened}
    rows.update(
        writing=rows.Writing(
            region_code=case.region_code, case_id=case.id, at=stage.at, key=stage.key, act=act.act,
            actor_id=stage.actor.id, officer_id=stage.actor.officer_id,
            events=[event_document(stage=stage, n=n, act=act, change=change, capacity=capacity, token=token)],
            opened=change.opened, closed=change.closed, cancelled=cancelled, touched=touched,
            clocks=list((change.clocks or {}).values()),
            segments=[s for clock in clocks_changed.values() for s in limits.segments(clock=clock)],
            materials=numbered(stage=stage, act=act, event_n=n),
            outbox=[{"id": str(uuid.uuid4()), "event_n": n, "kind": change.kind}],
        ),
        case={
            "status": status.value,
            "outcome": change.outcome if change.kind == "Decided" else case.outcome,
            "document": rows.Jsonb({**case.document, **(change.document or {})}),
            "last_token": max([case.tokens, *(t["n"] for t in change.opened)]),
            "head": head,
            "accepted_at": stage.at if change.kind == "Accepted" else None,
            "decided_at": stage.at if change.kind == "Decided" else None,
            "closed_at": stage.at if not live else None,
        },
    )
    ledger.queue(region_code=case.region_code, entries=[entry])
    return Done(case.region_code, case.id, case.ref, status.value, n)


def event_document(
    *, stage: Scene, n: int, act: Act, change: core.Change, capacity: guards.Standing,
    token: rows.TokenRow | None,
) -> dict[str, Any]:
    """Return the event as the step writer stores it."""
    return {
        "n": n,
        "kind": change.kind,
        "at": stage.at.isoformat(),
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
        at=stage.at, capacity=capacity.office, due=date.fromisoformat(due[0]) if due else None,
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
