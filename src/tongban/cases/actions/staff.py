"""Acts on who handles a task: take it, hand it over, stand aside (行政许可法 art. 34; 公务员法 art. 76)."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.cases.actions import guards, step
from tongban.core import case as core
from tongban.core.refusal import Refusal
from tongban.people import actions as people_actions
from tongban.people import queries as people


class NotAble(Refusal):
    code = "not-able"
    says = _("接手人员没有这一环节的授权、证件，或已回避。请另选人员。")


def reassign(
    *, region_code: str, case_id: int, token_n: int, to_officer_id: int, reason: str,
    actor: guards.Actor, at: datetime, key: str,
) -> step.Done:
    """Hand an open task to an officer who may do it (转办).

    :raises NotAble: the other officer may not do it.
    """
    act = step.Act(
        "reassign", "Reassigned", result={}, said={"reason": reason, "to": str(to_officer_id)}
    )

    def hand_over(task: step.Task) -> step.Done:
        _able(task, to_officer_id, at)
        return _assign(task, act, to_officer_id)

    return step.on_task(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act,
        then=hand_over,
    )


def recuse(
    *, region_code: str, case_id: int, token_n: int, reason: str, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Stand aside from a case (回避); the task goes back to its organ's pool.

    :raises guards.ReasonMissing: no reason given.
    """
    if not reason.strip():
        raise guards.ReasonMissing()
    act = step.Act("recuse", "Recused", result={}, said={"reason": reason.strip()})

    def stand_aside(task: step.Task) -> step.Done:
        people_actions.recuse(
            officer_id=int(actor.id), region_code=region_code, case_id=case_id, reason=reason.strip(), at=at
        )
        return _assign(task, act, None)

    return step.on_task(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act,
        then=stand_aside,
    )


def _able(task: step.Task, officer_id: int, at: datetime) -> None:
    case = task.stage.case
    other = people.authority(
        officer_id=officer_id, organ_code=task.token.organ_code, role=task.rule.role,
        matter_code=case.matter_code, region_code=case.region_code, case_id=case.id,
        on=timezone.localdate(at), domain=task.rule.needs_certificate or "",
    )
    has_certificate = task.rule.needs_certificate in (None, "", other.certificate_domain)
    if not other.is_granted or other.is_recused or not has_certificate:
        raise NotAble()


def _assign(task: step.Task, act: step.Act, officer_id: int | None) -> step.Done:
    n = task.token.flow.n
    return step.write(
        stage=task.stage, act=act, capacity=task.capacity, token=task.token,
        change=core.Change(kind=act.kind, assigned={str(n): officer_id}),
        touched=[{"n": n, "signed": list(task.token.signed), "assignee_id": officer_id}],
    )
