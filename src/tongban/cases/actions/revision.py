"""Acts on what was done before: open a case again, correct a record, ask one more department, change the version.

Sources: 行政复议法 art. 64 (an act annulled is done again), 行政诉讼法 art. 70; 行政许可法 art. 26, 69 (correction of one's
own acts); 国办发〔2018〕118号 (records are corrected, never deleted)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from tongban.cases.actions import applicant, guards, limits, rows, step
from tongban.core import case as core
from tongban.core import flow, forms
from tongban.core.flow import migrate as images
from tongban.core.flow import when
from tongban.core.refusal import Refusal
from tongban.law import queries as law
from tongban.matters import queries as matters
from tongban.people import queries as people

AGAIN: Mapping[core.Status, tuple[str, core.Status]] = {  # What is done again, and where the case then stands.
    core.Status.DECIDED: ("decide", core.Status.ACCEPTED),
    core.Status.SERVED: ("decide", core.Status.ACCEPTED),
    core.Status.NOT_ACCEPTED: ("accept", core.Status.FILED),
}


class NothingToReopen(Refusal):
    code = "nothing-to-reopen"
    says = _("本件没有可以撤销后重新办理的决定。")
    basis = "行政复议法 第六十四条"


class DocumentMissing(Refusal):
    code = "document-missing"
    says = _("请写明依据的文书：复议决定、法院判决或者本机关撤销决定的文号。")
    basis = "行政复议法 第六十四条"


class NoSuchRecord(Refusal):
    code = "no-such-record"
    says = _("本件没有第%(n)s条记录。")


class NothingCorrected(Refusal):
    code = "nothing-corrected"
    says = _("请写明更正后的内容。")


class NotAsked(Refusal):
    """Nobody may ask a further department here, or their turn is over."""

    code = "not-asked"
    says = _("现在不能增加会办部门：会办环节没有开始，或者已经结束。")


class AlreadyAsked(Refusal):
    code = "already-asked"
    says = _("%(organ)s已经在会办部门之中。")


class NoImage(Refusal):
    """An open step of the case is not in the other version."""

    code = "no-image"
    says = _("不能改用第%(version)s版：%(places)s在新版流程中没有对应的位置。")


class NotThisMatter(Refusal):
    code = "not-this-matter"
    says = _("只能改用同一事项的其他版本。")


def reopen(
    *, region_code: str, case_id: int, reason: str, document: str, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Open a case again whose decision has been annulled (撤销后重新办理); its clocks begin anew.

    :param document: number of the decision on reconsideration, the judgment, or the organ's own annulment.
    :raises NothingToReopen, DocumentMissing, guards.ReasonMissing: see there.
    """
    if not reason.strip():
        raise guards.ReasonMissing()
    if not document.strip():
        raise DocumentMissing()
    act = step.Act("reopen", "Reopened", result={}, said={"reason": reason.strip(), "document": document.strip()})

    def open_again(stage: step.Scene) -> step.Done:
        name, status = AGAIN.get(core.Status(stage.case.status), ("", core.Status.FILED))
        rule = stage.definition.node_with(name)
        if rule is None:
            raise NothingToReopen()
        capacity = _in_role(stage, rule.role)
        edge = stage.definition.graph.nodes[rule.node].incoming[0]
        live = tuple(row.flow.n for row in stage.loaded.live())
        outcome = flow.decide(
            stage.definition.graph, (), stage.case.document, flow.Enter(edge.id),
            next_n=stage.case.tokens + 1, collections=stage.definition.collections,
        )
        running = limits.all_ended(running=stage.loaded.clocks, at=at)
        anew = limits.begun_anew(
            ends_with=core.EVENT_OF[name], definition=stage.definition, known=stage.loaded.clocks, at=at
        )
        changed = {**running, **anew}
        change = core.Change(
            kind="Reopened", status=status.value, closed=live, opened=step.opened(stage=stage, tokens=outcome.opened),
            clocks={one: limits.row(clock=clock, at=at) for one, clock in changed.items()},
        )
        return step.write(
            stage=stage, act=act, change=change, capacity=capacity, cancelled=live, clocks_changed=changed
        )

    return step.on_case(
        region_code=region_code, case_id=case_id, actor=actor, at=at, key=key, act=act, then=open_again
    )


def correct(
    *, region_code: str, case_id: int, event_n: int, what: str, reason: str, actor: guards.Actor, at: datetime,
    key: str, answers: Mapping[str, Any] | None = None,
) -> step.Done:
    """Correct a record by a new one (更正记录): the old one stays as it was, the new one says what is right.

    :param what: how it should have read. :param answers: form fields that were wrong, with their right values.
    :raises NoSuchRecord, NothingCorrected, guards.ReasonMissing: see there.
    """
    if not reason.strip():
        raise guards.ReasonMissing()
    if not what.strip() and not answers:
        raise NothingCorrected()
    said = {"of": event_n, "what": what.strip(), "reason": reason.strip()}
    act = step.Act("correct", "Corrected", result={}, said=said)

    def record(stage: step.Scene) -> step.Done:
        node = rows.node_of(region_code=region_code, case_id=case_id, event_n=event_n)
        if node is None:
            raise NoSuchRecord(n=event_n)
        capacity = _in_role(stage, _office_of(stage, node))
        document: dict[str, Any] = {}
        if answers:
            checked = forms.validate(stage.definition.form, None, {**stage.case.document["form"], **answers})
            if checked.errors:
                raise applicant.AnswersRefused(errors=checked.errors)
            document = {"form": dict(checked.answers)}
        change = core.Change(kind="Corrected", document=document)
        return step.write(stage=stage, act=act, change=change, capacity=capacity)

    return step.on_case(region_code=region_code, case_id=case_id, actor=actor, at=at, key=key, act=act, then=record)


def add_department(
    *, region_code: str, case_id: int, organ_code: str, reason: str, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Ask one more department while the others are at work (增加会办部门); it has its own full time.

    :raises NotAsked, AlreadyAsked, guards.ReasonMissing: see there; people.NoSuchOrgan for an unknown one.
    """
    if not reason.strip():
        raise guards.ReasonMissing()
    organ = people.organ(organ_code)
    act = step.Act("add_department", "DepartmentAdded", result={}, said={"organ": organ_code, "reason": reason.strip()})

    def ask(stage: step.Scene) -> step.Done:
        beside = next((row for row in stage.loaded.live() if _adder(stage, row)), None)
        if beside is None:
            raise NotAsked()
        capacity = _in_role(stage, _adder(stage, beside))
        if (beside.flow.node, organ_code) in stage.loaded.places:
            raise AlreadyAsked(organ=organ.name)
        outcome = flow.decide(
            stage.definition.graph, tuple(row.flow for row in stage.loaded.live()), stage.case.document,
            flow.Add(beside.flow.n, organ_code), next_n=stage.case.tokens + 1,
        )
        change = core.Change(kind="DepartmentAdded", opened=step.opened(stage=stage, tokens=outcome.opened))
        return step.write(stage=stage, act=act, change=change, capacity=capacity, token=beside)

    return step.on_case(region_code=region_code, case_id=case_id, actor=actor, at=at, key=key, act=act, then=ask)


def migrate(
    *, region_code: str, case_id: int, to_version_id: int, reason: str, actor: guards.Actor, at: datetime, key: str,
    names: Mapping[str, str] | None = None,
) -> step.Done:
    """Let a running case go on by another version of its matter (改用新版): signed, previewed, clocks go on.

    :param names: the new id of nodes and edges that are called otherwise in the new version.
    :raises NoImage, NotThisMatter, step.CaseOver, guards.ReasonMissing: see there.
    """
    if not reason.strip():
        raise guards.ReasonMissing()
    new = matters.definition(to_version_id)

    def go_over(stage: step.Scene) -> step.Done:
        if core.Status(stage.case.status) in core.OVER:
            raise step.CaseOver()
        if new.matter_code != stage.case.matter_code:
            raise NotThisMatter()
        decider = stage.definition.node_with("decide")
        capacity = _in_role(stage, decider.role if decider else "")
        plan = plan_of(definition=stage.definition, new=new, loaded=stage.loaded, names=names or {})
        if plan.homeless:
            raise NoImage(version=new.version, places=_places(stage, plan))
        said = {"from": stage.definition.version, "to": new.version, "reason": reason.strip()}
        return _moved(stage, new, plan, step.Act("migrate", "Migrated", result={}, said=said), capacity)

    return step.on_case(
        region_code=region_code, case_id=case_id, actor=actor, at=at, key=key,
        act=step.Act("migrate", "Migrated", result={}), then=go_over,
    )


def plan_of(
    *, definition: matters.Definition, new: matters.Definition, loaded: rows.Loaded, names: Mapping[str, str]
) -> images.Plan:
    """Return where the open tokens of a case go in another version; a step without a rule there has no image."""
    return images.plan(definition.graph, new.graph, tuple(row.flow for row in loaded.live()), names)


def _moved(
    stage: step.Scene, new: matters.Definition, plan: images.Plan, act: step.Act, capacity: guards.Standing
) -> step.Done:
    """Write the event, then the new places: the tokens keep numbers, days and hands."""
    moved = {str(token.n): _place(stage, new, token) for token in plan.moved}
    opened, next_n = [], stage.case.tokens + 1
    for n, missing in enumerate(plan.missing, start=next_n):
        opened.append(_begun(stage, new, missing, n))
    change = core.Change(kind="Migrated", moved=moved, closed=plan.dropped, opened=tuple(opened))
    done = step.write(stage=stage, act=act, change=change, capacity=capacity, cancelled=plan.dropped)
    rows.move(
        region_code=stage.case.region_code, case_id=stage.case.id, version_id=new.version_id,
        moved=[{"n": int(n), **place} for n, place in moved.items()],
    )
    return done


def _place(stage: step.Scene, new: matters.Definition, token: flow.Token) -> dict[str, str]:
    rule = new.nodes.get(token.node)
    organ = {"item": token.item, "applicant": ""}.get(rule.organ, stage.case.organ_code) if rule else ""
    return {"node": token.node, "came_by": token.came_by, "role": rule.role if rule else "", "organ": organ}


def _begun(stage: step.Scene, new: matters.Definition, missing: images.Missing, n: int) -> dict[str, Any]:
    """An event of the new version, its time counted from the day its host was opened."""
    host = next(row for row in stage.loaded.live() if row.flow.n == missing.host.n)
    node = new.graph.nodes[missing.node]
    row: dict[str, Any] = {
        "n": n, "node": node.id, "came_by": missing.host.came_by, "scope": missing.host.scope, "item": "",
        "role": "", "organ": "", "due_on": None,
    }  # fmt: skip
    if node.timer is not None:
        fires_at = when.due_at(
            node, stage.case.document, at=host.opened_at or stage.at, calendar=law.calendar(), limits=new.limits
        )
        row["fires_at"] = fires_at.isoformat()
    return row


def _places(stage: step.Scene, plan: images.Plan) -> str:
    nodes = {row.flow.n: row.flow.node for row in stage.loaded.live()}
    names = [stage.definition.graph.nodes[nodes[n]].name or nodes[n] for n in plan.homeless]
    return "、".join(dict.fromkeys(names))


def _adder(stage: step.Scene, row: rows.TokenRow) -> str:
    rule = stage.definition.nodes.get(row.flow.node)
    return rule.added_by if rule else ""


def _office_of(stage: step.Scene, node: str) -> str:
    """The role whose record it is: that of the step, or of whoever takes in where it was the applicant's."""
    rule = stage.definition.nodes.get(node)
    if rule is None or rule.organ != "matter":
        rule = stage.definition.node_with("accept")
    return rule.role if rule else ""


def _in_role(stage: step.Scene, role: str) -> guards.Standing:
    return guards.in_role(case=stage.case, definition=stage.definition, actor=stage.actor, role=role, at=stage.at)
