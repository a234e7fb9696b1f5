"""The acts of the desk: for each its form, its function, the words on its button, and when it is offered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.cases import actions, forms, queries
from tongban.law import queries as law
from tongban.matters import queries as matters
from tongban.people import queries as people
from tongban.ui import phrases

Build = Callable[[Any, queries.CasePage, queries.TaskRow], Form]


@dataclass(frozen=True, slots=True)
class Door:
    """How one act is asked for.

    :ivar is_final: asked for a second time, since it cannot be taken back.
    :ivar is_main: what the task is there for; the others stand folded below.
    :ivar is_against: the button of a refusal.
    """

    act: str
    title: Any
    build: Build
    do: Callable[..., actions.Done]
    is_final: bool = False
    is_main: bool = True
    is_against: bool = False


def _plain(form: type[Form]) -> Build:
    return lambda data, _page, _task: form(data)


def _result(data: Any, _page: queries.CasePage, task: queries.TaskRow) -> Form:
    return forms.Result(data, outcomes=task.rule.outcomes)


def _corrections(data: Any, page: queries.CasePage, _task: queries.TaskRow) -> Form:
    answers = page.document.get("form", {})
    return forms.Corrections(data, materials=tuple(rule for rule in page.definition.materials if rule.applies(answers)))


def _pausing(data: Any, page: queries.CasePage, _task: queries.TaskRow) -> Form:
    return forms.Pausing(data, grounds=_grounds(page))


def _handing_over(data: Any, _page: queries.CasePage, task: queries.TaskRow) -> Form:
    able = people.officers_for(task.organ_code, task.role, timezone.localdate())
    return forms.HandingOver(data, officers={officer.id: officer.name for officer in able})


def _grounds(page: queries.CasePage) -> tuple[str, ...]:
    statutory = page.clocks.get("statutory")
    if statutory is None:
        return ()
    started_on = timezone.localdate(statutory.clock.started_at)
    return law.period(statutory.clock.period_id, started_on).suspends


DOORS = {
    door.act: door
    for door in (
        Door("accept", _("受理"), _plain(forms.NoWords), actions.accept),
        Door("request_supplement", _("一次告知补正"), _corrections, actions.request_supplement, is_final=True),
        Door(
            "refuse_acceptance", _("不予受理"), _plain(forms.Reason), actions.refuse_acceptance,
            is_final=True, is_against=True,
        ),
        Door("complete", _("提交意见"), _result, actions.complete),
        Door("answer_late", _("逾期补报意见"), _result, actions.answer_late),
        Door("decide", _("作出决定"), _result, actions.decide, is_final=True),
        Door("serve", _("登记送达"), _plain(forms.Serving), actions.serve),
        Door("pause", _("不计入期限"), _pausing, actions.pause, is_main=False),
        Door("resume", _("恢复计算期限"), _plain(forms.Resuming), actions.resume, is_main=False),
        Door("extend", _("延长期限"), _plain(forms.Reason), actions.extend, is_final=True, is_main=False),
        Door("reassign", _("转办"), _handing_over, actions.reassign, is_main=False),
        Door("recuse", _("申请回避"), _plain(forms.Reason), actions.recuse, is_main=False),
    )
}


def offered(page: queries.CasePage, task: queries.TaskRow) -> list[Door]:
    """Return the acts this task offers now: no pause of a paused clock, no second correction."""
    if task in page.silent:
        return [DOORS["answer_late"]]
    statutory = page.clocks.get("statutory")
    is_running = statutory is not None and statutory.clock.ended_on is None
    is_paused = bool(statutory and is_running and any(s.last_day is None for s in statutory.clock.stops))
    corrected = any(event.kind == "SupplementRequested" for event in page.events)
    hidden = {
        "pause": not is_running or is_paused,
        "resume": not is_paused,
        "extend": not is_running or bool(statutory and statutory.clock.extended),
        "request_supplement": corrected,
    }
    acts = [*task.rule.acts, "reassign", "recuse"]
    return [DOORS[act] for act in acts if act in DOORS and not hidden.get(act)]


# Acts on the whole case, offered where a case is looked at


@dataclass(frozen=True, slots=True)
class WholeDoor:
    """How an act on the whole case is asked for."""

    act: str
    title: Any
    build: Callable[[Any, queries.CasePage], Form]
    do: Callable[..., actions.Done]
    is_offered: Callable[[queries.CasePage, queries.Viewer], bool]
    is_against: bool = False


def _holds(viewer: queries.Viewer, page: queries.CasePage, role: str) -> bool:
    definition = page.definition
    return viewer.may_take(organ_code=definition.organ_code, role=role, matter_code=definition.matter_code)


def _decides(page: queries.CasePage, viewer: queries.Viewer) -> bool:
    rule = page.definition.node_with("decide")
    return rule is not None and _holds(viewer, page, rule.role)


def _may_reopen(page: queries.CasePage, viewer: queries.Viewer) -> bool:
    act, _status = actions.AGAIN.get(page.status, ("", None))
    rule = page.definition.node_with(act)
    return rule is not None and _holds(viewer, page, rule.role)


def _may_add(page: queries.CasePage, viewer: queries.Viewer) -> bool:
    return any(task.rule.added_by and _holds(viewer, page, task.rule.added_by) for task in page.tasks)


def _may_migrate(page: queries.CasePage, viewer: queries.Viewer) -> bool:
    return not page.is_over and _decides(page, viewer) and bool(_versions(page))


def _versions(page: queries.CasePage) -> dict[int, str]:
    rows = matters.versions(page.definition.matter_code)
    return {row.id: _("第%(n)s版") % {"n": row.n} for row in rows if row.id != page.definition.version_id}


def _other_organs(page: queries.CasePage) -> dict[str, str]:
    asked = {row.organ_code for row in page.opinions}
    return {row.code: row.name for row in people.organs_in(page.region_code) if row.code not in asked}


def _correcting(data: Any, page: queries.CasePage) -> Form:
    events = {event.n: f"{event.n}. {phrases.EVENT.get(event.kind, event.kind)} {event.node_title}" for event in page.events}
    return forms.Correcting(data, events=events)


WHOLE_DOORS = {
    door.act: door
    for door in (
        WholeDoor("add_department", _("增加会办部门"), lambda data, page: forms.OneMore(data, organs=_other_organs(page)),
                  actions.add_department, _may_add),
        WholeDoor("correct", _("更正记录"), _correcting, actions.correct,
                  lambda page, viewer: page.definition.organ_code in viewer.organs),
        WholeDoor("migrate", _("改用新版流程"), lambda data, page: forms.OtherVersion(data, versions=_versions(page)),
                  actions.migrate, _may_migrate),
        WholeDoor("reopen", _("撤销后重新办理"), lambda data, _page: forms.Reopening(data), actions.reopen, _may_reopen,
                  is_against=True),
    )
}


def offered_whole(page: queries.CasePage, viewer: queries.Viewer) -> list[WholeDoor]:
    """Return the acts on the whole case that this officer may do now."""
    return [door for door in WHOLE_DOORS.values() if door.is_offered(page, viewer)]
