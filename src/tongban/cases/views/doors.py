"""The acts of the desk: for each its form, its function, the words on its button, and when it is offered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.cases import actions, forms, queries
from tongban.law import queries as law
from tongban.people import queries as people

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
