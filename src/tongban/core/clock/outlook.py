"""What the law makes of a course of events not yet run: filed then, corrected so, stopped so long, decided by when.

Sources: 行政许可法 art. 32 (acceptance, correction), 42 (decision), 44 (service), 45 (time that does not count);
政府信息公开条例 art. 30 (the time runs anew from the corrected request)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from tongban.core import calendar as work
from tongban.core.clock import act, count, face, period


class MomentKind(StrEnum):
    """What happens, or must have happened, on a day of the course."""

    FILED = "filed"  # 提交申请
    CORRECTION_ASKED = "correction_asked"  # 一次告知补正
    CORRECTED = "corrected"  # 补正材料
    ACCEPTED = "accepted"  # 受理
    DEEMED_ACCEPTED = "deemed_accepted"  # 逾期不告知，视为受理
    STOPPED = "stopped"  # 不计入期限的时间开始
    WENT_ON = "went_on"  # 恢复计算
    PROMISED_BY = "promised_by"  # 承诺办结日
    DECIDED_BY = "decided_by"  # 法定办结日
    DELIVERED_BY = "delivered_by"  # 送达


@dataclass(frozen=True, slots=True)
class Plan:
    """A course of events as somebody imagines it.

    :ivar correction_on_day: working day after the filing on which the correction is asked for; None for never.
    :ivar corrected_after_days: calendar days the applicant then takes.
    :ivar accepted_on_day: working day after the complete filing on which it is accepted; 0 for the same day.
    :ivar stop_on_day: day of the decision clock, in its unit, on which the stop begins.
    :ivar stop_days: calendar days the stop lasts; 0 for no stop.
    """

    filed_on: date
    correction_on_day: int | None = None
    corrected_after_days: int = 0
    accepted_on_day: int = 0
    stop_ground: str = ""
    stop_on_day: int = 1
    stop_days: int = 0
    is_extended: bool = False
    promised_working_days: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The periods of the course; without one for acceptance the decision runs from the complete filing."""

    accept: period.Period | None
    decide: period.Period
    deliver: period.Period | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One day of the course."""

    kind: MomentKind
    on: date
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes of it: the days in order, the clock of the decision, where it stands, each of its days."""

    moments: tuple[Moment, ...]
    clock: face.Clock
    due: face.Due
    promised: face.Due | None
    rows: tuple[face.DayRow, ...]


def outlook(plan: Plan, rules: Rules, calendar: work.Calendar) -> Outlook:
    """The days on which everything happens or is due.

    :raises LawNotInForce, GroundNotInLaw, ExtensionNotInLaw, NoCalendar: for the fact each is named after.
    """
    moments, begun_on = _until_accepted(plan, rules, calendar)
    clock = act.start(rules.decide, name="statutory", at=face.at_midnight(begun_on))
    promise = None
    if plan.promised_working_days:
        promise = act.promise(
            name="promised", working_days=plan.promised_working_days, at=clock.started_at
        )
    if plan.stop_days:
        first, last = _stop(plan, clock, calendar)
        clock = _stopped(clock, rules.decide, plan.stop_ground, first, last)
        if promise is not None:
            promise = _stopped(promise, None, plan.stop_ground, first, last)
        moments += [
            Moment(MomentKind.STOPPED, first),
            Moment(MomentKind.WENT_ON, last + face.ONE_DAY),
        ]
    if plan.is_extended:
        clock = replace(clock, extended=period.extension_length(rules.decide))
    due = count.due(clock, calendar, begun_on)
    promised = None
    if promise is not None:
        promised = count.due(promise, calendar, begun_on)
        moments.append(Moment(MomentKind.PROMISED_BY, promised.last_on, promised.provisional))
    moments.append(Moment(MomentKind.DECIDED_BY, due.last_on, due.provisional))
    if rules.deliver is not None:
        served = count.term(rules.deliver, calendar, due.last_on)
        may_move = due.provisional or served.provisional
        moments.append(Moment(MomentKind.DELIVERED_BY, served.last_on, may_move))
    rows = count.explain(clock, calendar, begun_on - face.ONE_DAY)
    return Outlook(tuple(sorted(moments, key=lambda each: each.on)), clock, due, promised, rows)


def _until_accepted(plan: Plan, rules: Rules, calendar: work.Calendar) -> tuple[list[Moment], date]:
    """What happens before the decision clock begins, and the day on which it does."""
    moments = [Moment(MomentKind.FILED, plan.filed_on)]
    complete_on = plan.filed_on
    if plan.correction_on_day is not None:
        asked_on = calendar.working_days_after(plan.filed_on, plan.correction_on_day)
        late = _deemed_accepted(rules.accept, calendar, plan.filed_on, asked_on)
        if late is not None:
            return [*moments, late], late.on
        complete_on = asked_on + timedelta(days=plan.corrected_after_days)
        moments += [
            Moment(MomentKind.CORRECTION_ASKED, asked_on),
            Moment(MomentKind.CORRECTED, complete_on),
        ]
    if rules.accept is None:
        return moments, complete_on
    accepted_on = calendar.working_days_after(complete_on, plan.accepted_on_day)
    late = _deemed_accepted(rules.accept, calendar, complete_on, accepted_on)
    moments.append(late or Moment(MomentKind.ACCEPTED, accepted_on))
    return moments, moments[-1].on


def _deemed_accepted(
    rule: period.Period | None, calendar: work.Calendar, received_on: date, acted_on: date
) -> Moment | None:
    """The acceptance the law supposes where the organ acts only after its time for it."""
    if rule is None or rule.lapse is not period.Lapse.DEEMED_ACCEPTED:
        return None
    clock = act.start(rule, name="acceptance", at=face.at_midnight(received_on))
    lapsed = act.lapsed(clock, rule, calendar, acted_on)
    return Moment(MomentKind.DEEMED_ACCEPTED, lapsed.effective_on) if lapsed else None


def _stop(plan: Plan, clock: face.Clock, calendar: work.Calendar) -> tuple[date, date]:
    begun_on = face.civil_day(clock.started_at)
    if clock.unit is period.Unit.WORKING_DAY:
        first = calendar.working_days_after(begun_on, plan.stop_on_day)
    else:
        first = begun_on + timedelta(days=plan.stop_on_day)
    return first, first + timedelta(days=plan.stop_days - 1)


def _stopped(
    clock: face.Clock, rule: period.Period | None, ground: str, first: date, last: date
) -> face.Clock:
    return act.pause(
        clock,
        rule,
        kind=face.StopKind.EXCLUDED,
        ground=ground,
        document="—",
        first_day=first,
        last_day=last,
    )
