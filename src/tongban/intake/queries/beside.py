"""What stands beside a case: the applicant's rights now, who handles it, where it is in the published flow.

Sources: 行政许可法 art. 7 (remedies), 34 (recusal); 行政复议法 art. 20; 行政诉讼法 art. 46; 国办发〔2019〕51号 (rating)."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tongban.cases import queries as cases
from tongban.core import case as core
from tongban.intake.queries import words
from tongban.matters import queries as matters


@dataclass(frozen=True, slots=True)
class Rights:
    """What the applicant may do now."""

    may_withdraw: bool
    may_rate: bool
    rating: int | None
    may_appeal: bool
    remedies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Handler:
    """Who is at the case now: organ and step; ``is_applicant`` where it waits for the applicant."""

    organ: str
    step: str
    is_applicant: bool


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One step of the published flow: done, now or later."""

    title: str
    words: str
    state: str
    role: str


def rights(case: cases.CasePage, *, on: date) -> Rights:
    """The applicant's rights as the case stands."""
    is_decided = bool(case.outcome) or case.status is core.Status.NOT_ACCEPTED
    return Rights(
        may_withdraw=not case.is_over and not case.outcome,
        may_rate=case.is_over and "rating" not in case.document,
        rating=case.document.get("rating", {}).get("score"),
        may_appeal=is_decided,
        remedies=_remedies(case, on) if is_decided else (),
    )


def handlers(case: cases.CasePage) -> tuple[Handler, ...]:
    """Who is at it now, one line an organ and step; the deciding organ where nobody is."""
    lines = [
        Handler("" if task.role == "applicant" else task.organ_name, words.said(task.title, task.title_en),
                task.role == "applicant")
        for task in case.tasks
    ]  # fmt: skip
    return tuple(dict.fromkeys(lines)) or (Handler(case.organ_name, "", False),)


def flow_steps(case: cases.CasePage) -> tuple[FlowStep, ...]:
    """The steps of the published flow with the case's place in it. A step of the applicant only if it was asked."""
    done = {event.node for event in case.events if event.node}
    now = {task.node for task in case.tasks}
    definition = case.definition
    steps = []
    for node in definition.graph.tasks():
        rule = definition.nodes.get(node.id)
        if rule is None or (rule.role == "applicant" and node.id not in done | now):
            continue
        state = "now" if node.id in now else "done" if node.id in done else "later"
        role = words.said(definition.roles.get(rule.role, ""), definition.roles_en.get(rule.role, ""))
        steps.append(FlowStep(words.said(rule.title, rule.title_en), words.said(rule.words, rule.words_en), state, role))
    return tuple(steps)


def flow_chart(case: cases.CasePage) -> str:
    """The published chart with the case's place in it, as SVG."""
    return matters.marked_chart(
        case.definition.version_id, words.said("zh", "en"),
        done={event.node for event in case.events if event.node}, now={task.node for task in case.tasks},
    )


def row_tag(row: cases.CaseRow) -> tuple[str, str, str]:
    """The status tag of a case in a list: kind, words, icon."""
    if row.left is not None and row.left < 0:
        return ("red", _("已超法定期限"), "alert-triangle")
    if row.is_paused and not row.outcome:
        return ("pause", _("时钟暂停"), "player-pause")
    return _TAGS[row.status]()


_TAGS = {
    core.Status.FILED: lambda: ("run", _("核对材料"), "clock"),
    core.Status.SUPPLEMENTING: lambda: ("warn", _("待补正"), "alert-triangle"),
    core.Status.ACCEPTED: lambda: ("run", _("审查中"), "clock"),
    core.Status.DECIDED: lambda: ("ok", _("已决定"), "circle-check"),
    core.Status.SERVED: lambda: ("ok", _("已办结"), "circle-check"),
    core.Status.NOT_ACCEPTED: lambda: ("", _("不予受理"), "info-circle"),
    core.Status.WITHDRAWN: lambda: ("", _("已撤回"), "info-circle"),
}


def _remedies(case: cases.CasePage, on: date) -> tuple[str, ...]:
    guide = matters.guide(
        case.definition.matter_code, on=on, version=case.definition.version, language=words.said("zh", "en")
    )
    return tuple(guide.words.get("remedies", ()))
