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


class DayNotCome(Refusal):
    """Time is excluded as it passes: a day to come would move the limit before anybody knows why."""

    code = "day-not-come"
    says = _("日期不能晚于今天。请在当天办理，或改填已经开始的日期。")
    basis = "行政许可法 第四十五条"


def pause(
    *, region_code: str, case_id: int, token_n: int, ground: str, document: str, first_day: date,
    actor: guards.Actor, at: datetime, key: str,
) -> step.Done:
    """Stop the clocks for time that does not count (不计入期限, 行政许可法 art. 45).

    :param ground: one of the grounds the period names, such as 检验 or 听证.
    :param document: number of the written notice to the applicant, without which no time is excluded.
    :raises NoRunningClock: nothing runs; the clock's own refusals (no ground, no document) pass through.
    :raises DayNotCome: the first day lies ahead.
    """
    _has_come(first_day, at)

    def stop(clock: clocks.Clock, _task: step.Task) -> clocks.Clock:
        rule = _period_of(clock) if clock.period_id else None
        return clocks.pause(
            clock, rule, ground=ground, kind=clocks.StopKind.EXCLUDED, document=document, first_day=first_day
        )

    act = step.Act(
        "pause", "Paused", result={},
        said={"ground": ground, "document": document, "first_day": first_day.isoformat()},
    )
    return _change_clocks(region_code, case_id, token_n, actor, at, key, act, stop)


def resume(
    *, region_code: str, case_id: int, token_n: int, last_day: date, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Let the clocks run again (恢复计算期限); ``last_day`` is the last day that does not count.

    :raises DayNotCome: it lies ahead.
    """
    _has_come(last_day, at)
    act = step.Act("resume", "Resumed", result={}, said={"last_day": last_day.isoformat()})
    return _change_clocks(
        region_code, case_id, token_n, actor, at, key, act, lambda clock, _task: clocks.resume(clock, last_day=last_day)
    )


def extend(
    *, region_code: str, case_id: int, token_n: int, reason: str, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Extend the statutory limit once, by the approver the law names (延长期限, 行政许可法 art. 42).

    :raises guards.ReasonMissing: no reason given; the clock's own refusals (once, by whom) pass through.
    """
    if not reason.strip():
        raise guards.ReasonMissing()
    act = step.Act("extend", "Extended", result={}, said={"reason": reason.strip()})

    def longer(clock: clocks.Clock, task: step.Task) -> clocks.Clock:
        if clock.name != "statutory":
            return clock
        return clocks.extend(
            clock, _period_of(clock), law.calendar(), approver=task.rule.approver, reason=reason.strip(),
            on=timezone.localdate(at),
        )

    return _change_clocks(region_code, case_id, token_n, actor, at, key, act, longer)


def _change_clocks(
    region_code: str, case_id: int, token_n: int, actor: guards.Actor, at: datetime, key: str,
    act: step.Act, change_one: Callable[[clocks.Clock, step.Task], clocks.Clock],
) -> step.Done:
    def change_all(task: step.Task) -> step.Done:
        running = _decision_clocks(task.stage.loaded)
        changed = {
            name: after for name, before in running.items() if (after := change_one(before, task)) != before
        }
        changed_rows = {name: limits.row(clock=clock, at=at) for name, clock in changed.items()}
        return step.write(
            stage=task.stage, act=act, change=core.Change(kind=act.kind, clocks=changed_rows),
            capacity=task.capacity, token=task.token, clocks_changed=changed,
        )

    return step.on_task(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act,
        then=change_all,
    )


def _has_come(day: date, at: datetime) -> None:
    if day > timezone.localdate(at):
        raise DayNotCome()


def _decision_clocks(loaded: rows.Loaded) -> Mapping[str, clocks.Clock]:
    """Return the running clocks of the decision itself: the statutory limit and the promise."""
    running = {
        name: clock for name, clock in loaded.clocks.items()
        if name in {"statutory", "promised"} and clock.ended_on is None
    }
    if "statutory" not in running:
        raise NoRunningClock()
    return running


def _period_of(clock: clocks.Clock) -> clocks.Period:
    return law.period(clock.period_id, timezone.localdate(clock.started_at))
