"""Cases that a case calls (call activity): begun, waited for, and ended with the one that called them.

Called once for each event handed on, and free of effect when there is nothing to do. The lock of the parent
comes before that of the child.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clause 10.2.6 (call activity); 行政许可法 art. 26 (joint handling)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tongban.cases.actions import applicant, guards, limits, rows, step
from tongban.core import case as core
from tongban.core import flow, forms
from tongban.matters import queries as matters
from tongban.pg import transient


@transient.retry
def follow(*, region_code: str, case_id: int, at: datetime) -> None:
    """Begin what the case calls, end what it no longer waits for, and tell its own caller when it is closed.

    :raises applicant.MatterClosed, matters.NoSuchMatter: the matter called takes no case; it is tried again later.
    """
    own = rows.kin(region_code=region_code, case_id=case_id)
    with transaction.atomic():
        if own.parent_id is not None and own.is_closed:
            _tell_parent(region_code, own, at)
    with transaction.atomic():
        stage = step.scene(region_code=region_code, case_id=case_id, actor=guards.SYSTEM, at=at, key="")
        calls = {row.flow.n: row for row in stage.loaded.live() if _kind(stage, row) is flow.Kind.CALL}
        if not _calls(stage):
            return
        known = rows.children(region_code=region_code, case_id=case_id)
        for n, row in calls.items():
            if n not in known:
                stage = _begin(stage, row, own.subject)
        for n, child in known.items():
            if n not in calls and not child.is_closed:
                _end(region_code, child.id, at)


def _calls(stage: step.Scene) -> bool:
    return any(node.kind is flow.Kind.CALL for node in stage.definition.graph.nodes.values())


def _kind(stage: step.Scene, row: rows.TokenRow) -> flow.Kind:
    return stage.definition.graph.nodes[row.flow.node].kind


def _begin(stage: step.Scene, row: rows.TokenRow, subject: str) -> step.Scene:
    """File the child with what the applicant gave here, and record the link; the case as it is after that."""
    case, on = stage.case, timezone.localdate(stage.at)
    code = _matter(stage.definition.graph.nodes[row.flow.node].implementation, case.region_code)
    definition = matters.definition(matters.version_in_force(code, on))
    if not matters.is_open(code, on):
        raise applicant.MatterClosed(title=definition.title)
    answers, files = _given(case, definition)
    child = applicant.file_for(
        definition=definition, parent=case, token_n=row.flow.n, subject=subject, answers=answers, materials=files,
        actor=guards.SYSTEM, at=stage.at, key=f"child-{case.id}-{row.flow.n}",
    )
    act = step.Act("link", "Linked", result={}, said={"child": child.ref})
    step.write(
        stage=step.replaced(stage=stage, key=f"link-{case.id}-{row.flow.n}"), act=act,
        change=core.Change(kind="Linked"), capacity=guards.Standing(), token=row,
    )
    return step.scene(
        region_code=case.region_code, case_id=case.id, actor=guards.SYSTEM, at=stage.at, key=""
    )


def _matter(implementation: str, region_code: str) -> str:
    """The matter called, in the place of the case that calls it."""
    return implementation if implementation.endswith(f"-{region_code}") else f"{implementation}-{region_code}"


def _given(case: rows.CaseRow, definition: matters.Definition) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    names = {field.name for field in definition.form.fields()}
    form = {name: answer for name, answer in case.document.get("form", {}).items() if name in names}
    listed = {rule.code for rule in definition.materials}
    files = rows.materials_of(region_code=case.region_code, case_id=case.id)
    return dict(forms.validate(definition.form, None, form).answers), [one for one in files if one["code"] in listed]


def _tell_parent(region_code: str, child: rows.Kin, at: datetime) -> None:
    """Complete the token that waits for the child, with how the child ended."""
    assert child.parent_id is not None
    stage = step.scene(region_code=region_code, case_id=child.parent_id, actor=guards.SYSTEM, at=at, key="")
    token = next((row for row in stage.loaded.live() if row.flow.n == child.parent_token_n), None)
    if token is None:
        return
    result = {"outcome": child.outcome or child.status, "case": child.id}
    stage = step.replaced(stage=stage, key=f"child-done-{child.id}")
    step.go_on(
        stage=stage, token=token, act=step.Act("follow", "ChildDone", result=result, said={"outcome": result["outcome"]}),
        document=core.put(stage.case.document, token.flow.node, token.flow.item, result), capacity=guards.Standing(),
    )


def _end(region_code: str, case_id: int, at: datetime) -> None:
    """End a child whose caller no longer waits for it: its open tasks are cancelled."""
    stage = step.scene(
        region_code=region_code, case_id=case_id, actor=guards.SYSTEM, at=at, key=f"ended-with-parent-{case_id}"
    )
    live = tuple(row.flow.n for row in stage.loaded.live())
    ended = limits.all_ended(running=stage.loaded.clocks, at=at)
    change = core.Change(
        kind="EndedWithParent", closed=live,
        clocks={name: limits.row(clock=clock, at=at) for name, clock in ended.items()},
    )
    step.write(
        stage=stage, act=step.Act("end", "EndedWithParent", result={}), change=change, capacity=guards.Standing(),
        cancelled=live, clocks_changed=ended,
    )
