"""Acts of officers on a task: accept, refuse acceptance, ask for corrections, complete, decide, serve.

Each is one legal act with its own event; the flow goes on from what it wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from tongban.cases.actions import guards, step
from tongban.core import case as core
from tongban.core.refusal import Refusal


class NothingToCorrect(Refusal):
    code = "nothing-to-correct"
    says = _("请列出需要补正的全部内容，至少一项。")
    basis = "行政许可法 第三十二条第一款第四项"


def accept(
    *, region_code: str, case_id: int, token_n: int, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Accept the application (受理, 行政许可法 art. 32(1)(五)); the statutory clock starts."""
    act = step.fixed(act="accept")
    return step.take(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act
    )


def refuse_acceptance(
    *, region_code: str, case_id: int, token_n: int, reason: str, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Refuse to accept (不予受理, 行政许可法 art. 32(1)(一)(二)), with the reason.

    :raises guards.ReasonMissing: no reason was given.
    """
    if not reason.strip():
        raise guards.ReasonMissing()
    act = step.fixed(act="refuse_acceptance", said={"reason": reason.strip()})
    return step.take(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act
    )


def request_supplement(
    *, region_code: str, case_id: int, token_n: int, items: Sequence[Mapping[str, str]],
    actor: guards.Actor, at: datetime, key: str,
) -> step.Done:
    """Tell the applicant once everything to be corrected (一次告知, 行政许可法 art. 32(1)(四)).

    :param items: one mapping per point: material code or field, and what is to be done.
    :raises NothingToCorrect: the list is empty.
    :raises guards.SecondCorrection: it was told before.
    """
    told = [dict(item) for item in items if item.get("what", "").strip()]
    if not told:
        raise NothingToCorrect()
    act = replace(step.fixed(act="request_supplement", said={"items": told}), only_once=True)
    return step.take(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act
    )


def complete(
    *, region_code: str, case_id: int, token_n: int, outcome: str, reason: str, actor: guards.Actor,
    at: datetime, key: str, checks: Mapping[str, Any] | None = None,
) -> step.Done:
    """Give the result of a review, inspection or department opinion (审查意见, 行政许可法 art. 34).

    :raises guards.UnknownOutcome: not an outcome of this task.
    :raises guards.ReasonMissing: this outcome needs one.
    """
    act = step.Act(
        "complete", "Completed", result={"outcome": outcome, "checks": dict(checks or {})},
        said={"outcome": outcome, "reason": reason.strip()}, chosen=outcome,
    )
    return step.take(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act
    )


def answer_late(
    *, region_code: str, case_id: int, token_n: int, outcome: str, reason: str, actor: guards.Actor,
    at: datetime, key: str,
) -> step.Done:
    """Record the opinion of a department whose time had passed (逾期补报): the case has gone on without it.

    :raises guards.UnknownOutcome, guards.ReasonMissing: see there.
    :raises step.NotThisAct: the department is still in time; step.AlreadyDone: it has answered.
    """
    act = step.Act(
        "answer_late", "AnsweredLate", result={"outcome": outcome, "is_late": True},
        said={"outcome": outcome, "reason": reason.strip()}, chosen=outcome,
    )

    def keep(task: step.Task) -> step.Done:
        guards.fits(
            rule=task.rule, definition=task.stage.definition, loaded=task.stage.loaded, chosen=outcome,
            reason=reason.strip(), is_once=False,
        )
        place, signed = task.token.flow, [*task.token.signed, int(actor.id)]
        change = core.Change(
            kind="AnsweredLate", answered=(place.n,),
            document=core.put(task.stage.case.document, place.node, place.item, act.result),
        )
        return step.write(
            stage=task.stage, act=act, change=change, capacity=task.capacity, token=task.token,
            touched=[{"n": place.n, "signed": signed, "assignee_id": task.token.assignee_id}],
        )

    return step.on_silent_task(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act, then=keep
    )


def decide(
    *, region_code: str, case_id: int, token_n: int, outcome: str, reason: str, actor: guards.Actor,
    at: datetime, key: str,
) -> step.Done:
    """Decide (作出决定, 行政许可法 art. 37-38, 42). A person decides, never the machine.

    :raises guards.UnknownOutcome: not an outcome of this task.
    :raises guards.ReasonMissing: a refusal needs reasons.
    """
    act = step.Act(
        "decide", "Decided", result={"outcome": outcome},
        said={"outcome": outcome, "reason": reason.strip()}, outcome=outcome, chosen=outcome,
    )
    return step.take(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act
    )


def serve(
    *, region_code: str, case_id: int, token_n: int, how: str, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Deliver the decision (送达, 行政许可法 art. 44).

    :param how: electronic, window or post.
    """
    act = step.fixed(act="serve", said={"how": how})
    return step.take(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act
    )
