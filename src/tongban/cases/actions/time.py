"""Acts on the legal time of a case: pause, resume, extend (行政许可法 art. 42, 45)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.cases.actions import guards, limits, rows, step
from tongban.core import case as core
from tongban.core import clock as clocks
from tongban.core.refusal import Refusal
from tongban.law import queries as law


class NoRunningClock(Refusal):
    code = "no-running-clock"
    says = _("本件没有正在计算的法定期限，不能办理这个动作。")
    basis = "行政许可法 第四十五条"


class GroundNotListed(Refusal):
    code = "ground-not-listed"
    says = _("“%(ground)s”不是法律列明的不计入期限的事由。可选：%(grounds)s。")
    basis = "行政许可法 第四十五条"


class CannotExtend(Refusal):
    code = "cannot-extend"
    says = _("这一期限依法不能延长。")
    basis = "行政许可法 第四十二条"


def pause(
    *, region_code: str, case_id: int, token_n: int, ground: str, document: str, first_day: date,
    actor: guards.Actor, at: datetime, key: str,
) -> step.Done:
    """Stop the clocks for time that does not count (不计入期限, 行政许可法 art. 45).

    :param ground: one of the grounds the period names, such as 检验 or 听证.
    :param document: number of the written notice to the applicant, without which no time is excluded.
    :raises GroundNotListed, NoRunningClock: see there; the clock's own refusals pass through.
    """
    def stop(clock: clocks.Clock) -> clocks.Clock:
        return clocks.pause(
            clock, ground=ground, kind=clocks.StopKind.EXCLUDED, document=document, first_day=first_day
        )

    act = step.Act(
        "pause", "Paused", result={},
        said={"ground": ground, "document": document, "first_day": first_day.isoformat()},
    )
    return _change_clocks(region_code, case_id, token_n, actor, at, key, act, stop)


def resume(
    *, region_code: str, case_id: int, token_n: int, last_day: date, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Let the clocks run again (恢复计算期限); ``last_day`` is the last day that does not count."""
    act = step.Act("resume", "Resumed", result={}, said={"last_day": last_day.isoformat()})
    return _change_clocks(
        region_code, case_id, token_n, actor, at, key, act, lambda clock: clocks.resume(clock, last_day)
    )


def extend(
    *, region_code: str, case_id: int, token_n: int, reason: str, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Extend the statutory limit once, by the approver the law names (延长期限, 行政许可法 art. 42).

    :raises CannotExtend: the period has no extension. :raises guards.ReasonMissing: no reason given.
    """
    if not reason.strip():
        raise guards.ReasonMissing()
    act = step.Act("extend", "Extended", result={}, said={"reason": reason.strip()})

    def longer(clock: clocks.Clock) -> clocks.Clock:
        if clock.name != "statutory":
            return clock
        period = law.period(clock.period_id, timezone.localdate(clock.started_at))
        if period.extension is None:
            raise CannotExtend()
        return clocks.extend(clock, period, approver=period.extension.approver, reason=reason.strip())

    return _change_clocks(region_code, case_id, token_n, actor, at, key, act, longer)


def _change_clocks(
    region_code: str, case_id: int, token_n: int, actor: guards.Actor, at: datetime, key: str,
    act: step.Act, change_one: Callable[[clocks.Clock], clocks.Clock],
) -> step.Done:
    def change_all(task: step.Task) -> step.Done:
        running = _decision_clocks(task.stage.loaded)
        if act.act == "pause":
            _listed_ground(str(act.said["ground"]), running)
        changed = {name: after for name, before in running.items() if (after := change_one(before)) != before}
        changed_rows = {name: limits.row(clock=clock, at=at) for name, clock in changed.items()}
        return step.write(
            stage=task.stage, act=act, change=core.Change(kind=act.kind, clocks=changed_rows),
            capacity=task.capacity, token=task.token, clocks_changed=changed,
        )

    return step.on_task(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act,
        then=change_all,
    )


def _decision_clocks(loaded: rows.Loaded) -> Mapping[str, clocks.Clock]:
    """Return the running clocks of the decision itself: the statutory limit and the promise."""
    running = {
        name: clock for name, clock in loaded.clocks.items()
        if name in {"statutory", "promised"} and clock.ended_on is None
    }
    if "statutory" not in running:
        raise NoRunningClock()
    return running


def _listed_ground(ground: str, running: Mapping[str, clocks.Clock]) -> None:
    statutory = running["statutory"]
    period = law.period(statutory.period_id, timezone.localdate(statutory.started_at))
    if ground not in period.suspends:
        raise GroundNotListed(ground=ground, grounds="、".join(period.suspends))
