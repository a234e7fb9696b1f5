"""One case as values: its events, and the state they add up to.

Everything a case shows is derived from its events; rows in the database are the same state kept at
hand. ``fold`` is the proof of it: the nightly replay compares its result with the rows.

Sources: 行政许可法 art. 29-45 for the acts; https://thinkbeforecoding.com/post/2021/12/17/functional-event-sourcing-decider
for evolve and fold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Where a case stands, as the law names it."""

    FILED = "filed"  # 已收件
    SUPPLEMENTING = "supplementing"  # 待补正
    ACCEPTED = "accepted"  # 已受理
    DECIDED = "decided"  # 已决定
    SERVED = "served"  # 已送达
    NOT_ACCEPTED = "not_accepted"  # 不予受理
    WITHDRAWN = "withdrawn"  # 已撤回


STATUS_AFTER: Mapping[str, Status] = {
    "Filed": Status.FILED,
    "SupplementRequested": Status.SUPPLEMENTING,
    "Supplemented": Status.FILED,
    "Accepted": Status.ACCEPTED,
    "DeemedAccepted": Status.ACCEPTED,
    "AcceptanceRefused": Status.NOT_ACCEPTED,
    "Decided": Status.DECIDED,
    "Served": Status.SERVED,
    "Withdrawn": Status.WITHDRAWN,
    "EndedWithParent": Status.WITHDRAWN,
}
# Which event of the law another one stands for: silence is acceptance (行政许可法 32).
STANDS_FOR: Mapping[str, str] = {"DeemedAccepted": "Accepted"}
# What each act of a task leaves: the event, and the outcome that conditions of the flow read; None: the actor chooses.
EVENT_OF: Mapping[str, str] = {
    "accept": "Accepted",
    "refuse_acceptance": "AcceptanceRefused",
    "request_supplement": "SupplementRequested",
    "supplement": "Supplemented",
    "complete": "Completed",
    "decide": "Decided",
    "serve": "Served",
}
OUTCOME_OF: Mapping[str, str | None] = {
    "accept": "accept",
    "refuse_acceptance": "refuse",
    "request_supplement": "request_supplement",
    "supplement": "supplemented",
    "complete": None,
    "decide": None,
    "serve": "served",
}
OVER = frozenset({Status.SERVED, Status.NOT_ACCEPTED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Change:
    """What one event changes: the part of an event that ``evolve`` reads.

    :ivar kind: event kind in the past tense, a key of ``STATUS_AFTER`` or another.
    :ivar document: the new value of whole keys of the case document.
    :ivar opened: tokens opened, each with its number ``n``, node, item, role and organ.
    :ivar closed: numbers of tokens completed or cancelled.
    :ivar clocks: the new document of each clock that changed, by clock name.
    :ivar signed: officers that have signed a token so far, by token number.
    :ivar assigned: the officer a token is assigned to, or None, by token number.
    :ivar was: the days on which clocks stood before they were worked out anew, by clock name; ``evolve`` has no use for it.
    :ivar silenced: tokens of departments whose time passed without an answer.
    :ivar answered: such tokens that have got their answer after all.
    :ivar timed: the new moment of a timer, by token number.
    :ivar moved: what is new of a token in another version of the flow, by token number.
    :ivar status: where the case stands after it, for kinds that do not say it by themselves.
    """

    kind: str
    outcome: str = ""
    document: Mapping[str, Any] | None = None
    opened: tuple[Mapping[str, Any], ...] = ()
    closed: tuple[int, ...] = ()
    clocks: Mapping[str, Any] | None = None
    signed: Mapping[str, Any] | None = None
    assigned: Mapping[str, Any] | None = None
    was: Mapping[str, Any] | None = None
    silenced: tuple[int, ...] = ()
    answered: tuple[int, ...] = ()
    timed: Mapping[str, str] | None = None
    moved: Mapping[str, Any] | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class CaseState:
    """The sum of a case's events so far."""

    status: Status | None
    outcome: str
    document: Mapping[str, Any]
    tokens: Mapping[int, Mapping[str, Any]]
    clocks: Mapping[str, Any]
    events: int
    silent: frozenset[int] = frozenset()


NOTHING = CaseState(None, "", {}, {}, {}, 0)


def change_of(kind: str, body: Mapping[str, Any]) -> Change:
    """Return the change that an event of this kind with this stored body makes."""
    return Change(
        kind=kind,
        outcome=body.get("outcome", ""),
        document=body.get("document"),
        opened=tuple(body.get("opened", ())),
        closed=tuple(body.get("closed", ())),
        clocks=body.get("clocks"),
        signed=body.get("signed"),
        assigned=body.get("assigned"),
        was=body.get("was"),
        silenced=tuple(body.get("silenced", ())),
        answered=tuple(body.get("answered", ())),
        timed=body.get("timed"),
        moved=body.get("moved"),
        status=body.get("status", ""),
    )


def body_of(change: Change) -> dict[str, Any]:
    """Return the stored body of a change: only the keys that say something."""
    body: dict[str, Any] = {}
    for name in ("outcome", "document", "clocks", "signed", "assigned", "was", "timed", "moved", "status"):
        if value := getattr(change, name):
            body[name] = value
    for name in ("opened", "closed", "silenced", "answered"):
        if value := getattr(change, name):
            body[name] = list(value)
    return body


def evolve(state: CaseState, change: Change) -> CaseState:
    """Return the state after one more event. Nothing is refused here: it has happened."""
    return replace(
        state,
        status=status_after(change) or state.status,
        outcome=outcome_after(change, state.outcome),
        document={**state.document, **(change.document or {})},
        tokens=_tokens_after(state.tokens, change),
        clocks={**state.clocks, **(change.clocks or {})},
        events=state.events + 1,
        silent=(state.silent | set(change.silenced)) - set(change.answered),
    )


def status_after(change: Change) -> Status | None:
    """Return where the case stands after a change, or None where it stands as before."""
    return Status(change.status) if change.status else STATUS_AFTER.get(change.kind)


def outcome_after(change: Change, before: str) -> str:
    """Return the outcome of the case after a change: a decision sets it, opening again takes it away."""
    if change.kind == "Reopened":
        return ""
    return change.outcome if change.kind == "Decided" else before


def fold(changes: Iterable[Change]) -> CaseState:
    """Return the state that these changes, oldest first, add up to."""
    state = NOTHING
    for change in changes:
        state = evolve(state, change)
    return state


def _tokens_after(
    tokens: Mapping[int, Mapping[str, Any]], change: Change
) -> dict[int, Mapping[str, Any]]:
    live = {n: token for n, token in tokens.items() if n not in change.closed}
    for n, officers in (change.signed or {}).items():
        if int(n) in live:
            live[int(n)] = {**live[int(n)], "signed": officers}
    for n, officer in (change.assigned or {}).items():
        live[int(n)] = {**live[int(n)], "assignee": officer}
    for n, place in (change.moved or {}).items():
        live[int(n)] = {**live[int(n)], **place}
    for n, moment in (change.timed or {}).items():
        live[int(n)] = {**live[int(n)], "fires_at": moment}
    live.update({int(token["n"]): token for token in change.opened})
    return live


def put(document: Mapping[str, Any], node: str, item: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the top-level keys of the case document that change when a task writes its result.

    Each task writes under its own key, so parallel branches cannot overwrite each other. A task of a
    list (多部门) writes under node and item, and the list form ``<node>_list`` for conditions follows.
    """
    if not item:
        return {node: dict(value)}
    items = {**document.get(node, {}), item: dict(value)}
    listed = [{"item": key, **items[key]} for key in sorted(items)]
    return {node: items, f"{node}_list": listed}
