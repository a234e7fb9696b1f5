"""Acts of the applicant: submit, supplement, withdraw, rate."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.cases.actions import guards, limits, rows, step
from tongban.core import case as core
from tongban.core import flow, forms, merkle
from tongban.core.refusal import Refusal
from tongban.ledger import actions as ledger
from tongban.matters import queries as matters
from tongban.pg import transient

SCORES = range(1, 6)  # 非常不满意 1 … 非常满意 5


class MatterClosed(Refusal):
    code = "matter-closed"
    says = _("“%(title)s”现在不受理申请。请查看办事指南上的说明，或拨打 12345 咨询。")
    basis = "行政许可法 第三十条"


class AnswersRefused(Refusal):
    """The form is not filled in as it must be; ``errors`` names each field."""

    status = 422
    code = "answers-refused"
    says = _("申请表有 %(number)d 处需要修改：%(words)s")
    basis = "行政许可法 第三十一条"

    def __init__(self, *, errors: Sequence[forms.FieldError]) -> None:
        super().__init__(number=len(errors), words="；".join(error.words for error in errors))
        self.errors = tuple(errors)


class MaterialMissing(Refusal):
    code = "material-missing"
    says = _("还缺少必要材料：%(titles)s。请上传后再提交。")
    basis = "行政许可法 第三十一条"


class MaterialNotAsked(Refusal):
    code = "material-not-asked"
    says = _("“%(material)s”不在公布的材料清单内，不必提交。")
    basis = "行政许可法 第三十条、第三十一条"


class TooLateToWithdraw(Refusal):
    code = "too-late-to-withdraw"
    says = _("行政机关已作出决定，不能再撤回申请。如有异议，可以申请行政复议。")


class NotOver(Refusal):
    code = "not-over"
    says = _("本件尚未办结，办结后可以评价。")


class ScoreOutOfRange(Refusal):
    code = "score-out-of-range"
    says = _("请从“非常满意”到“非常不满意”五档中选择一档。")
    basis = "国办发〔2019〕51号"


class AlreadyRated(Refusal):
    code = "already-rated"
    says = _("本件已评价，每件只评价一次。")
    basis = "国办发〔2019〕51号"


@transient.retry
def submit(
    *,
    version_id: int,
    applicant_id: str,
    subject: str,
    answers: Mapping[str, Any],
    materials: Sequence[Mapping[str, Any]],
    actor: guards.Actor,
    at: datetime,
    key: str,
    channel: str = "online",
) -> step.Done:
    """File an application (提出申请, 行政许可法 art. 29) and return its receipt.

    :param answers: the checked form; it becomes ``form`` of the case document.
    :param materials: one mapping per file: code, sha256, media_type, bytes, file_name.
    :param channel: online, window or agent.
    :raises MatterClosed, AnswersRefused, MaterialMissing, MaterialNotAsked, step.KeyReused: see there.
    """
    definition = matters.definition(version_id)
    checked = _checked(definition, answers)
    _materials_as_listed(definition, checked, materials)
    with transaction.atomic():
        serial = rows.next_serial(region_code=definition.region_code, year=timezone.localdate(at).year)
        # Asked under the lock of the numbers: of two that come at once the second finds what the first did.
        if done := _filed_before(definition.region_code, key, actor):
            transaction.set_rollback(True)  # The number goes back.
            return done
        if not matters.is_open(definition.matter_code, timezone.localdate(at)):
            raise MatterClosed(title=definition.title)
        stage = _new_scene(definition, serial, applicant_id, checked, actor, at, key)
        return _file(stage, subject, channel, materials)


def file_for(
    *, definition: matters.Definition, parent: rows.CaseRow, token_n: int, subject: str, answers: Mapping[str, Any],
    materials: Sequence[Mapping[str, Any]], actor: guards.Actor, at: datetime, key: str,
) -> step.Done:
    """File a case that another one calls, inside its step: for the same applicant, with what he gave there."""
    serial = rows.next_serial(region_code=definition.region_code, year=timezone.localdate(at).year)
    stage = _new_scene(definition, serial, parent.applicant_id, answers, actor, at, key)
    return _file(stage, subject, "parent", materials, (parent.id, token_n))


def _filed_before(region_code: str, key: str, actor: guards.Actor) -> step.Done | None:
    done = rows.done_key(region_code=region_code, key=key)
    if done is None:
        return None
    if (done["act"], done["actor_id"]) != ("submit", actor.id):
        raise step.KeyReused()
    case = rows.lock(region_code=region_code, case_id=done["case_id"])
    assert case is not None
    return step.Done(region_code, case.id, case.ref, case.status, done["event_n"], is_repeat=True)


def _checked(definition: matters.Definition, answers: Mapping[str, Any]) -> forms.Answers:
    checked = forms.validate(definition.form, None, answers)
    if checked.errors:
        raise AnswersRefused(errors=checked.errors)
    return checked.answers


def _materials_as_listed(
    definition: matters.Definition, answers: Mapping[str, Any], materials: Sequence[Mapping[str, Any]]
) -> None:
    listed = {rule.code: rule for rule in definition.materials}
    for material in materials:
        if material["code"] not in listed:
            raise MaterialNotAsked(material=material["code"])
    given = {material["code"] for material in materials}
    missing = [rule for rule in definition.materials if rule.is_asked(answers) and rule.code not in given]
    if missing:
        raise MaterialMissing(titles="、".join(str(rule.title) for rule in missing))


def _new_scene(
    definition: matters.Definition, serial: int, applicant_id: str, answers: Mapping[str, Any],
    actor: guards.Actor, at: datetime, key: str,
) -> step.Scene:
    case = rows.CaseRow(
        region_code=definition.region_code, id=timezone.localdate(at).year * 10**8 + serial, ref=str(uuid.uuid4()),
        matter_code=definition.matter_code, version_id=definition.version_id,
        organ_code=definition.organ_code, applicant_id=applicant_id, status="", outcome="",
        document={"form": dict(answers)}, events=0, tokens=0, head=step.NO_HEAD,
    )
    return step.Scene(case, rows.Loaded((), {}, None), definition, actor, at, key)


def _file(
    stage: step.Scene, subject: str, channel: str, materials: Sequence[Mapping[str, Any]],
    parent: tuple[int, int] | tuple[None, None] = (None, None),
) -> step.Done:
    case, act = stage.case, step.Act("submit", "Filed", result={}, materials=materials)
    outcome = flow.decide(
        stage.definition.graph, (), case.document, flow.Start(),
        next_n=1, collections=stage.definition.collections,
    )
    started = limits.after_event(
        kind="Filed", definition=stage.definition, running={}, at=stage.at, channel=channel
    )
    clock_rows = {name: limits.row(clock=clock, at=stage.at) for name, clock in started.items()}
    change = core.Change(
        kind="Filed", document=case.document, clocks=clock_rows,
        opened=step.opened(stage=stage, tokens=outcome.opened),
    )
    armed, _ended = limits.timers(clock_rows=clock_rows.values())
    entry = step.entry_of(
        stage=stage, kind="Filed", n=1, act=act, capacity=guards.Standing(), node="",
        clock_rows=clock_rows.values(),
    )
    rows.insert(
        writing=rows.Writing(
            region_code=case.region_code, case_id=case.id, at=stage.at, key=stage.key, act="submit",
            actor_id=stage.actor.id, officer_id=None,
            events=[step.event_document(
                stage=stage, n=1, act=act, change=change, capacity=guards.Standing(), token=None
            )],
            opened=change.opened, closed=(), cancelled=(), touched=(),
            clocks=list(clock_rows.values()), segments=(),
            materials=step.numbered(stage=stage, act=act, event_n=1),
            outbox=[{"id": str(uuid.uuid4()), "event_n": 1, "kind": "Filed"}],
            timers=[*armed, *step.timers_of(change=change)],
        ),
        case={
            "ref": case.ref, "matter": case.matter_code, "version": case.version_id,
            "organ": case.organ_code, "applicant": case.applicant_id, "channel": channel,
            "parent": parent[0], "parent_token": parent[1], "subject": subject, "status": core.Status.FILED.value,
            "document": rows.Jsonb(case.document), "head": merkle.leaf_hash(entry.entry),
            "last_token": max((t["n"] for t in change.opened), default=0),
        },
        queued=ledger.queueing(region_code=case.region_code, entries=[entry]),
    )
    return step.Done(case.region_code, case.id, case.ref, core.Status.FILED.value, 1)


def supplement(
    *, region_code: str, case_id: int, token_n: int, answers: Mapping[str, Any],
    materials: Sequence[Mapping[str, Any]], actor: guards.Actor, at: datetime, key: str,
) -> step.Done:
    """Answer the one correction notice (补正, 行政许可法 art. 32(1)(四)).

    :param answers: the whole form again, with what was corrected; empty keeps it as it is.
    :raises AnswersRefused, MaterialNotAsked: see there.
    """
    act = replace(step.fixed(act="supplement"), materials=materials)

    def checked(task: step.Task, act: step.Act) -> step.Act:
        definition = task.stage.definition
        listed = {rule.code for rule in definition.materials}
        for material in materials:
            if material["code"] not in listed:
                raise MaterialNotAsked(material=material["code"])
        return replace(act, form=_checked(definition, answers)) if answers else act

    return step.take(
        region_code=region_code, case_id=case_id, token_n=token_n, actor=actor, at=at, key=key, act=act,
        checked=checked,
    )


def withdraw(
    *, region_code: str, case_id: int, reason: str, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Withdraw the application before a decision (撤回申请); every open task is cancelled.

    :raises TooLateToWithdraw: a decision exists, or the case is over.
    """
    act = step.Act("withdraw", "Withdrawn", result={}, said={"reason": reason} if reason else {})

    def close_all(stage: step.Scene) -> step.Done:
        _owner_only(stage)
        if stage.case.outcome or core.Status(stage.case.status) in core.OVER:
            raise TooLateToWithdraw()
        live = tuple(row.flow.n for row in stage.loaded.live())
        ended = limits.all_ended(running=stage.loaded.clocks, at=at)
        rows_of_clocks = {name: limits.row(clock=clock, at=at) for name, clock in ended.items()}
        return step.write(
            stage=stage, act=act, capacity=guards.Standing(), cancelled=live, clocks_changed=ended,
            change=core.Change(kind="Withdrawn", closed=live, clocks=rows_of_clocks),
        )

    return step.on_case(
        region_code=region_code, case_id=case_id, actor=actor, at=at, key=key, act=act, then=close_all
    )


def rate(
    *, region_code: str, case_id: int, score: int, comment: str, actor: guards.Actor, at: datetime, key: str
) -> step.Done:
    """Rate the service once the case is over (好差评, 国办发〔2019〕51号): 1 to 5, once.

    :raises NotOver, AlreadyRated, ScoreOutOfRange: see there.
    """
    if score not in SCORES:
        raise ScoreOutOfRange()
    act = step.Act("rate", "Rated", result={}, said={"score": score, "comment": comment})

    def keep(stage: step.Scene) -> step.Done:
        _owner_only(stage)
        if core.Status(stage.case.status) not in core.OVER:
            raise NotOver()
        if "rating" in stage.case.document:
            raise AlreadyRated()
        change = core.Change(kind="Rated", document={"rating": {"score": score}})
        return step.write(stage=stage, act=act, change=change, capacity=guards.Standing())

    return step.on_case(
        region_code=region_code, case_id=case_id, actor=actor, at=at, key=key, act=act, then=keep
    )


def _owner_only(stage: step.Scene) -> None:
    if stage.actor.kind != "person" or stage.actor.id != stage.case.applicant_id:
        raise step.NoSuchCase()
