"""The acts of officers as an API: one operation per act, answered with the new state or a problem."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Header, Router, Schema

from tongban.cases import actions, queries

router = Router(tags=["办件 cases"])
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=80)]
NO_NULL = r"^[^\x00]*$"  # The database keeps no such sign.
Words = Annotated[str, Field(max_length=4000, pattern=NO_NULL)]
Short = Annotated[str, Field(max_length=120, pattern=NO_NULL)]
OFFICER_MAX = 2**63 - 1


class State(Schema):
    """Where the case stands after the act."""

    number: str
    ref: str
    status: str
    event_n: int
    is_repeat: bool


class Nothing(Schema):
    """An act that needs no words."""


class Reason(Schema):
    reason: Words = ""


class Items(Schema):
    """Everything to be corrected, told once."""

    class Item(Schema):
        material: Short = ""
        what: Words

    items: Annotated[list[Item], Field(max_length=100)]


class Result(Schema):
    outcome: Annotated[str, Field(max_length=40, pattern=NO_NULL)]
    reason: Words = ""


class Served(Schema):
    how: Literal["electronic", "window", "post"] = "electronic"


class Pause(Schema):
    ground: Short
    document: Short
    first_day: date


class Resume(Schema):
    last_day: date


class HandOver(Schema):
    to_officer_id: Annotated[int, Field(ge=1, le=OFFICER_MAX)]
    reason: Words = ""


class Reopening(Schema):
    reason: Words
    document: Short


class Correction(Schema):
    event_n: Annotated[int, Field(ge=1, le=1_000_000)]
    what: Words
    reason: Words


class OneMore(Schema):
    organ_code: Annotated[str, Field(min_length=18, max_length=18, pattern=r"^[0-9A-Z]{18}$")]
    reason: Words


class OtherVersion(Schema):
    to_version_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    reason: Words
    names: dict[str, str] | None = None


class Move(Schema):
    """What a migration would do to one running case."""

    class Place(Schema):
        step: str
        place: str

    number: str
    ref: str
    version: int
    may_move: bool
    moves: list[Place]
    homeless: list[str]


class Task(Schema):
    """A task on the officer's list."""

    number: str
    ref: str
    token_n: int
    title: str
    node: str
    subject: str
    statutory_on: date | None
    promised_on: date | None
    left: int | None


@router.get("/tasks", response=list[Task], summary="待办环节 Open tasks of the signed-in officer")
def tasks(request: HttpRequest) -> list[dict[str, object]]:
    today = timezone.localdate()
    return [
        {
            "number": row.case.number, "ref": row.case.ref, "token_n": row.token_n, "title": row.case.title,
            "node": row.node_title, "subject": row.case.subject, "statutory_on": row.case.statutory_on,
            "promised_on": row.case.promised_on, "left": row.case.left,
        }
        for row in queries.desk(viewer=_viewer(request), today=today)
    ]


@router.post("/cases/{ref}/tasks/{token_n}/accept", response=State, summary="受理 Accept")
def accept(request: HttpRequest, ref: str, token_n: int, key: Key, body: Nothing | None = None) -> State:
    return _state(actions.accept(**_on(request, ref, token_n, key)))


@router.post("/cases/{ref}/tasks/{token_n}/refuse-acceptance", response=State, summary="不予受理 Refuse acceptance")
def refuse_acceptance(request: HttpRequest, ref: str, token_n: int, key: Key, body: Reason) -> State:
    return _state(actions.refuse_acceptance(**_on(request, ref, token_n, key), reason=body.reason))


@router.post("/cases/{ref}/tasks/{token_n}/request-supplement", response=State, summary="一次告知补正 Ask once for corrections")
def request_supplement(request: HttpRequest, ref: str, token_n: int, key: Key, body: Items) -> State:
    items = [item.dict() for item in body.items]
    return _state(actions.request_supplement(**_on(request, ref, token_n, key), items=items))


@router.post("/cases/{ref}/tasks/{token_n}/complete", response=State, summary="审查意见 Give a result")
def complete(request: HttpRequest, ref: str, token_n: int, key: Key, body: Result) -> State:
    return _state(actions.complete(**_on(request, ref, token_n, key), outcome=body.outcome, reason=body.reason))


@router.post("/cases/{ref}/tasks/{token_n}/answer-late", response=State, summary="逾期补报意见 Answer after the time")
def answer_late(request: HttpRequest, ref: str, token_n: int, key: Key, body: Result) -> State:
    return _state(actions.answer_late(**_on(request, ref, token_n, key), outcome=body.outcome, reason=body.reason))


@router.post("/cases/{ref}/tasks/{token_n}/decide", response=State, summary="决定 Decide")
def decide(request: HttpRequest, ref: str, token_n: int, key: Key, body: Result) -> State:
    return _state(actions.decide(**_on(request, ref, token_n, key), outcome=body.outcome, reason=body.reason))


@router.post("/cases/{ref}/tasks/{token_n}/serve", response=State, summary="送达 Serve")
def serve(request: HttpRequest, ref: str, token_n: int, key: Key, body: Served) -> State:
    return _state(actions.serve(**_on(request, ref, token_n, key), how=body.how))


@router.post("/cases/{ref}/tasks/{token_n}/pause", response=State, summary="不计入期限 Stop the clock")
def pause(request: HttpRequest, ref: str, token_n: int, key: Key, body: Pause) -> State:
    return _state(actions.pause(**_on(request, ref, token_n, key), **body.dict()))


@router.post("/cases/{ref}/tasks/{token_n}/resume", response=State, summary="恢复计时 Let the clock run again")
def resume(request: HttpRequest, ref: str, token_n: int, key: Key, body: Resume) -> State:
    return _state(actions.resume(**_on(request, ref, token_n, key), last_day=body.last_day))


@router.post("/cases/{ref}/tasks/{token_n}/extend", response=State, summary="延长期限 Extend the limit")
def extend(request: HttpRequest, ref: str, token_n: int, key: Key, body: Reason) -> State:
    return _state(actions.extend(**_on(request, ref, token_n, key), reason=body.reason))


@router.post("/cases/{ref}/tasks/{token_n}/reassign", response=State, summary="转办 Hand over")
def reassign(request: HttpRequest, ref: str, token_n: int, key: Key, body: HandOver) -> State:
    return _state(actions.reassign(**_on(request, ref, token_n, key), **body.dict()))


@router.post("/cases/{ref}/tasks/{token_n}/recuse", response=State, summary="回避 Stand aside")
def recuse(request: HttpRequest, ref: str, token_n: int, key: Key, body: Reason) -> State:
    return _state(actions.recuse(**_on(request, ref, token_n, key), reason=body.reason))


@router.post("/cases/{ref}/reopen", response=State, summary="撤销后重新办理 Open again")
def reopen(request: HttpRequest, ref: str, key: Key, body: Reopening) -> State:
    return _state(actions.reopen(**_on_case(request, ref, key), **body.dict()))


@router.post("/cases/{ref}/correct", response=State, summary="更正记录 Correct a record")
def correct(request: HttpRequest, ref: str, key: Key, body: Correction) -> State:
    return _state(actions.correct(**_on_case(request, ref, key), **body.dict()))


@router.post("/cases/{ref}/add-department", response=State, summary="增加会办部门 Ask one more department")
def add_department(request: HttpRequest, ref: str, key: Key, body: OneMore) -> State:
    return _state(actions.add_department(**_on_case(request, ref, key), **body.dict()))


@router.post("/cases/{ref}/migrate", response=State, summary="改用新版流程 Go on by another version")
def migrate(request: HttpRequest, ref: str, key: Key, body: OtherVersion) -> State:
    return _state(actions.migrate(**_on_case(request, ref, key), **body.dict()))


@router.get("/migrations/{version_id}", response=list[Move], summary="改用新版预览 What a migration would do")
def migration_preview(request: HttpRequest, version_id: int) -> list[dict[str, object]]:
    return [
        {"number": row.number, "ref": row.ref, "version": row.version, "may_move": row.may_move,
         "moves": [{"step": before, "place": after} for before, after in row.moves], "homeless": list(row.homeless)}
        for row in queries.preview(to_version_id=version_id, viewer=_viewer(request))
    ]


def _viewer(request: HttpRequest) -> queries.Viewer:
    return queries.viewer(account_id=request.user.pk, on=timezone.localdate())


def _on(request: HttpRequest, ref: str, token_n: int, key: str) -> dict[str, Any]:
    """Return the arguments every act takes; a case the officer may not see is not found."""
    viewer = _viewer(request)
    region_code, case_id = queries.key_of(ref=ref, viewer=viewer)
    return {
        "region_code": region_code, "case_id": case_id, "token_n": token_n, "key": key,
        "at": timezone.now(), "actor": actions.actor_of(viewer=viewer),
    }


def _on_case(request: HttpRequest, ref: str, key: str) -> dict[str, Any]:
    """Return the arguments of an act on a whole case."""
    return {name: value for name, value in _on(request, ref, 0, key).items() if name != "token_n"}


def _state(done: actions.Done) -> State:
    return State(
        number=done.number, ref=done.ref, status=done.status, event_n=done.event_n, is_repeat=done.is_repeat
    )
