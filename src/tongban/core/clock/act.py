"""What an officer does to a clock: start, pause, resume, restart, extend, end; and what its running out brings.

Sources: 行政许可法 art. 32 (acceptance), 42 (extension by the head of the agency), 45 (written notice of time that does
not count); 行政复议法 art. 39, 62; 政府信息公开条例 art. 30, 33; 信访工作条例 art. 34."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from tongban.core import calendar as work
from tongban.core import refusal
from tongban.core.clock import count, face, period

APPROVERS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {  # level and words of the offices that may extend a period
        "officer": (0, "承办人"),
        "head_of_disclosure_office": (1, "政府信息公开工作机构负责人"),
        "head_of_fy_body": (1, "行政复议机构负责人"),
        "data_authority": (2, "数据主管部门负责人"),
        "organ": (2, "受理机关负责人"),
        "fy_organ": (2, "行政复议机关负责人"),
        "head_of_fy_organ": (2, "行政复议机关负责人"),
        "head_of_agency": (2, "本行政机关负责人"),
        "head_of_organ": (2, "本机关、单位负责人"),
        "government_in_charge": (3, "负责事故调查的人民政府"),
        "head_of_same_level_government": (3, "本级人民政府负责人"),
    }
)
LISTED_STOPS = frozenset(
    {face.StopKind.EXCLUDED, face.StopKind.SUSPENDED, face.StopKind.CORRECTION}
)


class PauseWithoutGround(refusal.Refusal):
    """A clock was to stop without a reason."""

    code = "pause-without-ground"
    says = "停止计算期限必须写明法定事由（规则%(rule)s）"
    basis = "行政许可法 第四十五条"


class PauseWithoutDocument(refusal.Refusal):
    """A clock was to stop without the paper that tells the party so."""

    code = "pause-without-document"
    says = "停止计算期限必须有书面告知的文书（规则%(rule)s）；没有告知的时间照常计入"
    basis = "行政许可法 第四十五条"


class GroundNotInLaw(refusal.Refusal):
    """The rule does not let the clock stop on this ground."""

    code = "ground-not-in-law"
    says = "%(cite)s（规则%(rule)s）没有把“%(ground)s”列为不计入期限的事由，期限继续计算"


class AlreadyPaused(refusal.Refusal):
    """The clock already stands on that day."""

    code = "already-paused"
    says = "期限（规则%(rule)s）在%(day)s已经停止计算，不能重复停止；请先恢复计算"


class NotPaused(refusal.Refusal):
    """A clock that goes cannot be resumed."""

    code = "not-paused"
    says = "期限（规则%(rule)s）没有停止计算，不需要恢复"


class StopBackwards(refusal.Refusal):
    """A stop would end before it begins, or begin before the clock does."""

    code = "stop-backwards"
    says = "停止计算的起止日期有误：%(first_day)s至%(last_day)s（规则%(rule)s），请核对文书上的日期"


class HoursDoNotStop(refusal.Refusal):
    """A period of hours is not stopped by any law."""

    code = "hours-do-not-stop"
    says = "以小时计算的期限（规则%(rule)s）不因任何事由停止计算"


class ClockEnded(refusal.Refusal):
    """The clock has ended."""

    code = "clock-ended"
    says = "期限（规则%(rule)s）已于%(day)s终止，不能再变动"


class AlreadyExtended(refusal.Refusal):
    """The law allows one extension, and it is used."""

    code = "already-extended"
    says = "%(cite)s（规则%(rule)s）只允许延长%(times)s次，本件已经延长过，不能再次延长"


class ExtensionWithoutReason(refusal.Refusal):
    """An extension needs a reason that the party is told."""

    code = "extension-without-reason"
    says = "延长期限必须写明理由并告知当事人：%(cite)s（规则%(rule)s）"


class ExtensionTooLong(refusal.Refusal):
    """The extension is longer than the law allows, or of no length."""

    code = "extension-too-long"
    says = "%(cite)s（规则%(rule)s）最多允许延长%(most)s，申请延长的%(length)s不在此限内"


class ExtendedTooLate(refusal.Refusal):
    """An extension must come before the period has run out."""

    code = "extended-too-late"
    says = "期限已于%(last_on)s届满，届满后不能再延长：%(cite)s（规则%(rule)s）"


class ApproverTooLow(refusal.Refusal):
    """The extension needs the approval of a higher office."""

    code = "approver-too-low"
    says = "延长期限须经%(needed)s批准，%(approver)s无权批准：%(cite)s（规则%(rule)s）"


@dataclass(frozen=True, slots=True)
class Lapsed:
    """What the end of a period has brought, and from which day."""

    effect: period.Lapse
    effective_on: date


def start(
    rule: period.Period,
    *,
    name: str,
    at: datetime,
    count_trigger_day: bool = False,
    received_on: date | None = None,
) -> face.Clock:
    """A clock for a period, begun by the trigger at the moment.

    :param received_on: the later day on which the trigger counts as received (`Reception.received_on`).
    :raises NotATimeLimit: the rule sets no time.
    :raises LawNotInForce: the rule was not in force on the day of the trigger.
    """
    length, unit = period.length_of(rule)
    day = face.civil_day(at)
    if not period.is_in_force(rule, day):
        raise period.LawNotInForce(day=day, **period.named(rule))
    is_moved = received_on is not None and unit is not period.Unit.HOUR  # Hours start at once.
    return face.Clock(
        name, rule.id, unit, length, at, count_trigger_day=count_trigger_day,
        received_on=received_on if is_moved else None,
    )  # fmt: skip


def promise(*, name: str, working_days: int, at: datetime) -> face.Clock:
    """A clock for a promised limit (承诺时限) in working days."""
    assert working_days > 0
    return face.Clock(name, "", period.Unit.WORKING_DAY, working_days, at)


def pause(
    clock: face.Clock,
    rule: period.Period | None = None,
    *,
    kind: face.StopKind,
    ground: str,
    document: str,
    first_day: date,
    last_day: date | None = None,
) -> face.Clock:
    """The clock with a stop from the first day, which itself does not count.

    :param rule: the period of the clock, where its law lists the grounds; None leaves them unchecked.
    :param last_day: the last day that does not count, where it is known beforehand.
    :raises ClockEnded, PauseWithoutGround, PauseWithoutDocument, GroundNotInLaw, HoursDoNotStop, StopBackwards,
        AlreadyPaused: for the fact each is named after.
    """
    _must_go_on(clock)
    if clock.unit is period.Unit.HOUR:
        raise HoursDoNotStop(**_of(clock))
    if not ground.strip():
        raise PauseWithoutGround(**_of(clock))
    if not document.strip():
        raise PauseWithoutDocument(**_of(clock))
    if rule is not None and kind in LISTED_STOPS and ground not in rule.suspends:
        raise GroundNotInLaw(ground=ground, **period.named(rule))
    if first_day < face.civil_day(clock.started_at) or (last_day or first_day) < first_day:
        raise StopBackwards(first_day=first_day, last_day=last_day or "—", **_of(clock))
    for stop in clock.stops:
        if (last_day is None or stop.first_day <= last_day) and (
            stop.last_day is None or first_day <= stop.last_day
        ):
            raise AlreadyPaused(day=max(first_day, stop.first_day), **_of(clock))
    return replace(
        clock, stops=(*clock.stops, face.Stop(ground, kind, document, first_day, last_day))
    )


def resume(clock: face.Clock, *, last_day: date) -> face.Clock:
    """The clock with its open stop closed; the last day of the stop does not count, the next one does.

    :raises ClockEnded, NotPaused, StopBackwards: for the fact each is named after.
    """
    _must_go_on(clock)
    for at, stop in enumerate(clock.stops):
        if stop.last_day is None:
            if last_day < stop.first_day:
                raise StopBackwards(first_day=stop.first_day, last_day=last_day, **_of(clock))
            closed = replace(stop, last_day=last_day)
            return replace(clock, stops=(*clock.stops[:at], closed, *clock.stops[at + 1 :]))
    raise NotPaused(**_of(clock))


def restart(clock: face.Clock, *, ground: str, document: str, on: date) -> face.Clock:
    """The clock counting anew from the day of the corrected filing, which itself is not counted (补正后重新起算).

    :raises ClockEnded, PauseWithoutGround, PauseWithoutDocument, AlreadyPaused, HoursDoNotStop, StopBackwards:
        for the fact each is named after.
    """
    return pause(
        clock,
        kind=face.StopKind.RESTARTED,
        ground=ground,
        document=document,
        first_day=on,
        last_day=on,
    )


def extend(
    clock: face.Clock,
    rule: period.Period,
    calendar: work.Calendar,
    *,
    approver: str,
    reason: str,
    on: date,
    length: int | None = None,
) -> face.Clock:
    """The clock with its budget extended, once, on the approval the law asks for.

    :param approver: the office that approves, a key of `APPROVERS`.
    :param length: how much, in the unit of the clock; all the law allows where not given.
    :raises ClockEnded, ExtensionNotInLaw, AlreadyExtended, ExtensionWithoutReason, ApproverTooLow, ExtensionTooLong,
        ExtendedTooLate: for the fact each is named after.
    """
    _must_go_on(clock)
    allowed = rule.extension
    if allowed is None:
        raise period.ExtensionNotInLaw(**period.named(rule))
    if clock.extended and clock.extended >= allowed.times * (allowed.length or 1):
        raise AlreadyExtended(times=allowed.times, **period.named(rule))
    if not reason.strip():
        raise ExtensionWithoutReason(**period.named(rule))
    level, words = APPROVERS.get(approver, (-1, approver))
    if level < APPROVERS[allowed.approver][0]:
        needed = APPROVERS[allowed.approver][1]
        raise ApproverTooLow(needed=needed, approver=words, **period.named(rule))
    more = length if length is not None else period.extension_length(rule)
    if more < 1 or (allowed.length is not None and more > allowed.length):
        raise ExtensionTooLong(length=more, most=allowed.length or "—", **period.named(rule))
    last_on = count.due(clock, calendar, on).last_on
    if on > last_on:
        raise ExtendedTooLate(last_on=last_on, **period.named(rule))
    return replace(clock, extended=clock.extended + more)


def end(clock: face.Clock, *, on: date) -> face.Clock:
    """The clock at its end: the act it waited for is done; an open stop ends with it.

    :raises ClockEnded: it had ended before.
    """
    _must_go_on(clock)
    stops = tuple(
        replace(stop, last_day=max(on, stop.first_day)) if stop.last_day is None else stop
        for stop in clock.stops
    )
    return replace(clock, stops=stops, ended_on=on)


def lapsed(
    clock: face.Clock, rule: period.Period, calendar: work.Calendar, as_of: date
) -> Lapsed | None:
    """What the running out of the clock has brought by law on the day; None while it is in time.

    行政许可法 art. 32: deemed accepted from the day of the (corrected) receipt; elsewhere from the last day.
    """
    due = count.due(clock, calendar, as_of)
    if due.state is face.ClockState.PAUSED or due.left >= 0:
        return None
    return _brought(rule, due.last_on, count.trigger_day(clock, as_of))


def lapsed_term(
    rule: period.Period, calendar: work.Calendar, trigger: date, as_of: date
) -> Lapsed | None:
    """As `lapsed` of a rule that runs no clock: an act due so long before a day, or by a day (行政许可法 50).

    :raises NotATimeLimit: the rule does not set a time.
    """
    last_on = count.term(rule, calendar, trigger).last_on
    return _brought(rule, last_on, trigger) if as_of > last_on else None


def _brought(rule: period.Period, last_on: date, trigger: date) -> Lapsed:
    is_from_receipt = rule.on_lapse is not None and rule.on_lapse.endswith("from_receipt")
    return Lapsed(rule.lapse or period.Lapse.OVERDUE, trigger if is_from_receipt else last_on)


def _must_go_on(clock: face.Clock) -> None:
    if clock.ended_on is not None:
        raise ClockEnded(day=clock.ended_on, **_of(clock))


def _of(clock: face.Clock) -> dict[str, object]:
    return {"rule": clock.period_id or "承诺时限"}
