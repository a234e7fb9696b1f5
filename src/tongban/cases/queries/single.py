"""One case with everything its page shows: timeline, clocks, open tasks, materials."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.cases import models
from tongban.cases.queries import sight
from tongban.core import case as core
from tongban.core import clock as clocks
from tongban.core import codes, flow, forms
from tongban.law import queries as law
from tongban.matters import queries as matters
from tongban.people import queries as people

SPOKEN = frozenset({"Completed", "AnsweredLate"})  # Events by which a department gives its opinion.


@dataclass(frozen=True, slots=True)
class TaskRow:
    """An open task: who is to act."""

    n: int
    node: str
    title: str
    title_en: str
    role: str
    organ_code: str
    organ_name: str
    item: str
    assignee_id: int | None
    signed: tuple[int, ...]
    due_on: date | None
    rule: matters.NodeRule


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One point of a correction notice (一次告知)."""

    title: str
    title_en: str
    what: str


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A clock that was worked out anew (重新计算期限): its old last day and the new one."""

    clock: str
    was_on: date
    now_on: date


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of the timeline."""

    n: int
    kind: str
    at: datetime
    node: str
    node_title: str
    node_title_en: str
    actor_kind: str
    who: str
    post: str
    certificate: str
    said: Mapping[str, Any]
    outcome: str
    outcome_title: str = ""
    outcome_title_en: str = ""
    organ_name: str = ""  # where the task lay: a department's, in a joint procedure
    item: str = ""
    told: tuple[ToldRow, ...] = ()
    moved: tuple[MovedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """What a department of a joint procedure said; no outcome yet while it is silent."""

    organ_code: str
    name: str
    name_en: str
    permit: str
    permit_en: str
    outcome: str = ""
    outcome_title: str = ""
    outcome_title_en: str = ""
    reason: str = ""
    at: datetime | None = None
    due_on: date | None = None
    is_silent: bool = False  # its time passed without a word
    is_late: bool = False  # it spoke after that


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock of the case with its due date now."""

    name: str
    clock: clocks.Clock
    due: clocks.Due
    rule: matters.ClockRule
    basis: str


@dataclass(frozen=True, slots=True)
class MaterialRow:
    n: int
    code: str
    title: str
    title_en: str
    sha256: str
    media_type: str
    bytes: int
    file_name: str
    event_n: int


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer of the form as a person reads it; the words of a masked one are left out."""

    name: str
    title: str
    title_en: str
    words: str
    words_en: str
    is_masked: bool = False


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as its page needs it."""

    region_code: str
    id: int
    ref: str
    number: str
    subject: str
    status: core.Status
    outcome: str
    channel: str
    document: Mapping[str, Any]
    definition: matters.Definition
    organ_name: str
    filed_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    tasks: tuple[TaskRow, ...]
    events: tuple[EventRow, ...]
    clocks: Mapping[str, ClockView]
    materials: tuple[MaterialRow, ...]
    answers: tuple[AnswerRow, ...]
    is_whole: bool = True  # False: personal answers are masked, materials closed
    silent: tuple[TaskRow, ...] = ()  # tasks of departments that may still answer late
    added: tuple[matters.Department, ...] = ()  # asked later, beside those of the matter
    kin: tuple["KinRow", ...] = ()  # the case that called this one, and those it called

    @property
    def is_over(self) -> bool:
        return self.status in core.OVER

    @property
    def opinions(self) -> tuple[OpinionRow, ...]:
        """What each department of a joint procedure said, in the published order."""
        given = {event.item: event for event in self.events if event.kind in SPOKEN and event.item}
        asked = {task.item: task.due_on for task in (*self.tasks, *self.silent) if task.item}
        silent = {event.item for event in self.events if event.kind == "DepartmentSilent"}
        return tuple(
            replace(
                _opinion(row, given.get(row.organ_code), asked.get(row.organ_code)),
                is_silent=row.organ_code in silent and row.organ_code not in given,
                is_late=row.organ_code in silent and row.organ_code in given,
            )
            for row in (*self.definition.departments, *self.added)
        )

    @property
    def results(self) -> tuple[EventRow, ...]:
        """The reviews and inspections finished so far, those of departments left to ``opinions``."""
        return tuple(event for event in self.events if event.kind == "Completed" and not event.item)


def page(*, ref: str, viewer: sight.Viewer, at: datetime) -> CasePage:
    """Return the case with this public reference as the viewer may see it. Nine SQL statements at most.

    :raises sight.NotVisible: no such case, or not for this viewer.
    """
    row = _visible(ref, viewer).first()
    if row is None:
        raise sight.NotVisible()
    return _page(row, at, viewer)


def material(*, ref: str, viewer: sight.Viewer, n: int) -> MaterialRow:
    """Return one material of a case to its applicant, or to an officer who has the case before him.

    :raises sight.NotVisible: no such material, or not for this viewer.
    """
    row = _visible(ref, viewer).first()
    if row is None:
        raise sight.NotVisible()
    key = {"region_code": row.region_code, "case_id": row.id}
    tokens = list(models.Token.objects.filter(**key, closed_at=None))
    found = next((one for one in _materials(key, matters.definition(row.version_id)) if one.n == n), None)
    if found is None or not _reads_all(row, tokens, viewer):
        raise sight.NotVisible()
    return found


def whole(*, region_code: str, case_id: int, at: datetime) -> CasePage:
    """Return the case for the office itself: papers and jobs, which act for no viewer."""
    return _page(models.Case.objects.get(region_code=region_code, id=case_id), at, None)


def _reads_all(row: models.Case, tokens: Iterable[models.Token], viewer: sight.Viewer | None) -> bool:
    """Whether the viewer needs the whole case: he is the applicant, or one of its open tasks is his to do."""
    if viewer is None or (viewer.person_id and viewer.person_id == str(row.applicant_id)):
        return True
    return any(
        viewer.may_take(organ_code=token.organ_code, role=token.role, matter_code=row.matter_code)
        and token.assignee_id in (None, viewer.officer_id)
        for token in tokens
    )


def _page(row: models.Case, at: datetime, viewer: sight.Viewer | None) -> CasePage:
    definition = matters.definition(row.version_id)
    key = {"region_code": row.region_code, "case_id": row.id}
    known = list(models.Token.objects.filter(**key).order_by("n"))
    tokens = [token for token in known if token.closed_at is None]
    events = list(models.Event.objects.filter(**key).order_by("n"))
    named = people.organs_named({row.organ_code, *(token.organ_code for token in known)})
    organs = {code: organ.name for code, organ in named.items()}
    is_whole = _reads_all(row, tokens, viewer)
    return CasePage(
        region_code=row.region_code, id=row.id, ref=str(row.ref), number=number(row.region_code, row.id),
        subject=row.subject, status=core.Status(row.status), outcome=row.outcome, channel=row.channel,
        document=row.document, definition=definition, organ_name=organs.get(row.organ_code, ""),
        filed_at=row.filed_at, accepted_at=row.accepted_at, decided_at=row.decided_at, closed_at=row.closed_at,
        tasks=tuple(_task(token, definition, organs) for token in tokens if token.node in definition.nodes),
        events=_events(events, definition, {token.n: token for token in known}, organs),
        clocks=clocks_of(region_code=row.region_code, case_id=row.id, definition=definition, at=at),
        materials=_materials(key, definition),
        answers=answers_of(definition=definition, answers=row.document.get("form", {}), is_whole=is_whole),
        is_whole=is_whole,
        kin=_kin(row, definition),
        added=_added(known, definition, named),
        silent=tuple(_task(token, definition, organs) for token in known if token.is_silent and row.closed_at is None),
    )


def answers_of(
    *, definition: matters.Definition, answers: Mapping[str, Any], is_whole: bool = True
) -> tuple[AnswerRow, ...]:
    """Return what the applicant answered, in the order asked, without what was not asked of him.

    :param is_whole: personal answers too; else they are masked (个人信息保护法 art. 6: no more than is needed).
    """
    return tuple(
        AnswerRow(field.name, field.title, field.title_en, "", "", is_masked=True)
        if field.is_personal and not is_whole
        else AnswerRow(
            field.name, field.title, field.title_en,
            forms.shown_words(field, answers[field.name]), forms.shown_words(field, answers[field.name], "en"),
        )
        for field in definition.form.fields()
        if field.name in answers and forms.is_shown(field, definition.form, answers)
    )


def key_of(*, ref: str, viewer: sight.Viewer) -> tuple[str, int]:
    """Return (region code, case id) of a case the viewer may see.

    :raises sight.NotVisible: no such case, or not for this viewer; a malformed reference is no case.
    """
    row = _visible(ref, viewer).values_list("region_code", "id").first()
    if row is None:
        raise sight.NotVisible()
    return row[0], row[1]


def _visible(ref: str, viewer: sight.Viewer) -> QuerySet[models.Case]:
    try:
        return models.Case.objects.filter(sight.visible_to(viewer), ref=UUID(ref)).order_by("id")
    except ValueError as malformed:
        raise sight.NotVisible() from malformed


def number(region_code: str, case_id: int) -> str:
    """Return the printed case number (办件编号)."""
    return codes.case_number(region_code, case_id // 10**8, case_id % 10**8)


def clocks_of(
    *, region_code: str, case_id: int, definition: matters.Definition, at: datetime
) -> dict[str, ClockView]:
    """Return the clocks of a case with their due dates as of ``at``. Two SQL statements."""
    key = {"region_code": region_code, "case_id": case_id}
    stops: dict[str, list[clocks.Stop]] = {}
    for segment in models.ClockSegment.objects.filter(**key).order_by("clock", "n"):
        stops.setdefault(segment.clock, []).append(
            clocks.Stop(
                ground=segment.ground, kind=clocks.StopKind(segment.kind), document=segment.document,
                first_day=segment.first_on, last_day=segment.last_on,
            )
        )
    rules = {rule.name: rule for rule in definition.clocks}
    return {
        row.name: _clock_view(row, tuple(stops.get(row.name, ())), rules[row.name], at)
        for row in models.Clock.objects.filter(**key).order_by("name")
    }


def _clock_view(
    row: models.Clock, stops: tuple[clocks.Stop, ...], rule: matters.ClockRule, at: datetime
) -> ClockView:
    clock = clocks.Clock(
        name=row.name, period_id=row.period_id, unit=clocks.Unit(row.unit), budget=row.budget,
        started_at=row.started_at, stops=stops, extended=row.extended, ended_on=row.ended_on,
        received_on=row.received_on,
    )
    basis = ""
    if row.period_id:
        period = law.period(row.period_id, row.started_at.date())
        basis = f"{period.law} {period.article}"
    return ClockView(row.name, clock, clocks.due(clock, law.calendar(), at), rule, basis)


@dataclass(frozen=True, slots=True)
class KinRow:
    """Another case linked to this one; whether the reader may see it is asked when he opens it."""

    ref: str
    number: str
    title: str
    title_en: str
    status: core.Status
    is_parent: bool


def _kin(row: models.Case, definition: matters.Definition) -> tuple[KinRow, ...]:
    """One statement more, and only where a case calls or is called."""
    calls = any(node.kind is flow.Kind.CALL for node in definition.graph.nodes.values())
    if row.parent_id is None and not calls:
        return ()
    linked = models.Case.objects.filter(Q(parent_id=row.id) | Q(id=row.parent_id), region_code=row.region_code)
    rows = []
    for other in linked.order_by("id"):
        of = matters.definition(other.version_id)
        rows.append(KinRow(
            str(other.ref), number(other.region_code, other.id), of.title, of.title_en, core.Status(other.status),
            other.id == row.parent_id,
        ))  # fmt: skip
    return tuple(rows)


def _added(
    known: Iterable[models.Token], definition: matters.Definition, named: Mapping[str, people.OrganRow]
) -> tuple[matters.Department, ...]:
    listed = {row.organ_code for row in definition.departments}
    asked = dict.fromkeys(token.item for token in known if token.item and token.item not in listed)
    organs = [named[code] for code in asked if code in named]
    return tuple(matters.Department(one.code, one.name, one.name_en, "", "", "") for one in organs)


def _task(token: models.Token, definition: matters.Definition, organs: Mapping[str, str]) -> TaskRow:
    rule = definition.nodes[token.node]
    return TaskRow(
        n=token.n, node=token.node, title=rule.title, title_en=rule.title_en, role=token.role,
        organ_code=token.organ_code, organ_name=organs.get(token.organ_code, ""), item=token.item,
        assignee_id=token.assignee_id, signed=tuple(token.signed), due_on=token.due_on, rule=rule,
    )


def _events(
    events: Iterable[models.Event], definition: matters.Definition, tokens: Mapping[int, models.Token],
    organs: Mapping[str, str],
) -> tuple[EventRow, ...]:
    events = list(events)
    acting = people.officers_named(int(e.actor_id) for e in events if e.actor_kind == "officer")
    names = {officer.id: officer.name for officer in acting.values()}
    return tuple(_event(event, definition, names, tokens.get(event.token_n or 0), organs) for event in events)


def _event(
    event: models.Event, definition: matters.Definition, officers: Mapping[int, str],
    token: models.Token | None, organs: Mapping[str, str],
) -> EventRow:
    rule = definition.nodes.get(event.node)
    chosen = event.change.get("outcome", "") or event.said.get("outcome", "")
    outcome = next((one for one in rule.outcomes if one.id == chosen), None) if rule else None
    return EventRow(
        n=event.n, kind=event.kind, at=event.at, node=event.node,
        node_title=rule.title if rule else "", node_title_en=rule.title_en if rule else "",
        actor_kind=event.actor_kind,
        who=officers.get(int(event.actor_id), "") if event.actor_kind == "officer" else "",
        post=event.post, certificate=event.certificate, said=event.said, outcome=chosen,
        outcome_title=outcome.title if outcome else "", outcome_title_en=outcome.title_en if outcome else "",
        organ_name=organs.get(token.organ_code, "") if token else "", item=token.item if token else "",
        told=tuple(_told(item, definition) for item in event.said.get("items", ())),
        moved=_moved(event.change),
    )


def _moved(change: Mapping[str, Any]) -> tuple[MovedRow, ...]:
    was = change.get("was", {})
    return tuple(
        MovedRow(name, date.fromisoformat(was[name]["last_on"]), date.fromisoformat(change["clocks"][name]["last_on"]))
        for name in sorted(was)
    )


def _told(item: Mapping[str, str], definition: matters.Definition) -> ToldRow:
    rule = next((rule for rule in definition.materials if rule.code == item.get("material")), None)
    if rule is None:
        return ToldRow(definition.form.title, definition.form.title_en, item["what"])
    return ToldRow(rule.title, rule.title_en, item["what"])


def _opinion(row: matters.Department, given: EventRow | None, due_on: date | None) -> OpinionRow:
    of = (row.organ_code, row.name, row.name_en, row.permit, row.permit_en)
    if given is None:
        return OpinionRow(*of, due_on=due_on)
    return OpinionRow(
        *of, outcome=given.outcome, outcome_title=given.outcome_title, outcome_title_en=given.outcome_title_en,
        reason=str(given.said.get("reason", "")), at=given.at,
    )


def _materials(key: Mapping[str, Any], definition: matters.Definition) -> tuple[MaterialRow, ...]:
    titles = {rule.code: rule for rule in definition.materials}
    return tuple(
        MaterialRow(
            n=row.n, code=row.code, title=titles[row.code].title, title_en=titles[row.code].title_en,
            sha256=row.sha256, media_type=row.media_type, bytes=row.bytes, file_name=row.file_name,
            event_n=row.event_n,
        )
        for row in models.Material.objects.filter(**key).order_by("n")
    )
