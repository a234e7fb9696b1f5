"""The acts of an applicant as an API: hand in files, file a case, follow it, correct, withdraw, rate.

Session sign-in with the CSRF token in the header ``X-CSRFToken`` (the API root asks for it). Every act names
its ``Idempotency-Key``: the same key of the same person gives the same answer, however often it is sent.

Sources: RFC 9457 (problems); draft-ietf-httpapi-idempotency-key-header; 行政许可法 art. 29 (application), 32 (correction)."""

import hashlib
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Field, File, Header, Router, Schema, Status, UploadedFile

from tongban.cases import actions as acts
from tongban.cases import queries as cases
from tongban.core import refusal
from tongban.intake import actions, queries
from tongban.matters import queries as matters
from tongban.people import queries as people

router = Router(tags=["申请 applications"])
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=80)]
Words = Annotated[str, Field(max_length=4000)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NotACitizen(refusal.Refusal):
    """Only citizens apply; an officer's account is for his office."""

    status = 403
    code = "not-a-citizen"
    says = _("工作账号不能提交申请，请用个人账号登录。")


class FileNotKept(refusal.Refusal):
    """A material names a file that was not handed in before."""

    status = 422
    code = "file-not-kept"
    says = _("材料“%(code)s”引用的文件还没有上传，请先上传文件。")


class Kept(Schema):
    """A file handed in: name it by its digest."""

    sha256: str
    media_type: str
    bytes: int
    file_name: str


class Given(Schema):
    """A file handed in before, as a material of the matter's list."""

    code: Annotated[str, Field(max_length=40)]
    sha256: Digest


class Application(Schema):
    """An application for a matter: the answers by field name, the files by digest."""

    matter_code: Annotated[str, Field(max_length=40)]
    answers: dict[str, Any]
    materials: Annotated[list[Given], Field(max_length=200, default_factory=list)]


class Correction(Schema):
    """The answer to the one correction notice; answers left out stay as they are."""

    answers: Annotated[dict[str, Any], Field(default_factory=dict)]
    materials: Annotated[list[Given], Field(max_length=200, default_factory=list)]


class Reason(Schema):
    reason: Words = ""


class Rating(Schema):
    score: int
    comment: Words = ""


class State(Schema):
    """Where the case stands after the act."""

    number: str
    ref: str
    status: str
    event_n: int
    is_repeat: bool


class Limit(Schema):
    """A limit of the case."""

    name: str
    last_on: date
    left: int
    is_provisional: bool


class Event(Schema):
    """One event of the case."""

    n: int
    kind: str
    at: datetime
    node: str
    outcome: str


class Case(Schema):
    """A case as its applicant sees it."""

    number: str
    ref: str
    matter_code: str
    title: str
    subject: str
    status: str
    outcome: str
    organ: str
    filed_at: datetime
    limits: list[Limit]
    events: list[Event]


@router.post("/files", response={201: Kept}, summary="上传文件 Hand in a file")
def keep_file(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, object]]:
    person = _person(request)
    kept = actions.keep_loose(
        account_id=person.account_id, content=file.file, size=file.size or 0, file_name=file.name or "",
        at=timezone.now(),
    )
    return Status(201, asdict(kept))


@router.post("/cases", response={201: State}, summary="提交申请 File an application")
def create(request: HttpRequest, key: Key, body: Application) -> Status[State]:
    person, at = _person(request), timezone.now()
    version_id = queries.version_now(body.matter_code, at)
    definition = matters.definition(version_id)
    answers = {**body.answers, **queries.prefilled(definition.form, person)}
    done = acts.submit(
        version_id=version_id, applicant_id=str(person.id), answers=answers, materials=_materials(definition, body.materials, person),
        subject=queries.subject_of(definition, answers, person), actor=_actor(person), at=at,
        key=own_key(person, key), channel="online",
    )
    return Status(201, _state(done))


@router.get("/cases/{ref}", response=Case, summary="办件进度 Follow a case")
def read(request: HttpRequest, ref: UUID) -> dict[str, object]:
    at = timezone.now()
    viewer = cases.viewer(account_id=request.user.pk, on=timezone.localdate(at))
    found = cases.page(ref=str(ref), viewer=viewer, at=at)
    return {
        "number": found.number, "ref": found.ref, "matter_code": found.definition.matter_code,
        "title": found.definition.title, "subject": found.subject, "status": found.status, "outcome": found.outcome,
        "organ": found.organ_name, "filed_at": found.filed_at,
        "limits": [
            {"name": name, "last_on": view.due.last_on, "left": view.due.left, "is_provisional": view.due.provisional}
            for name, view in found.clocks.items()
        ],
        "events": [
            {"n": one.n, "kind": one.kind, "at": one.at, "node": one.node, "outcome": one.outcome} for one in found.events
        ],
    }  # fmt: skip


@router.post("/cases/{ref}/supplement", response=State, summary="补正 Answer the correction notice")
def supplement(request: HttpRequest, ref: UUID, key: Key, body: Correction) -> State:
    person, found = _mine(request, ref)
    token = next((task for task in found.tasks if "supplement" in task.rule.acts), None)
    answers: dict[str, object] = {}
    if body.answers:
        held = queries.prefilled(found.definition.form, person)
        answers = {**found.document["form"], **body.answers, **held}
    return _state(acts.supplement(
        **_on(found, person, key), token_n=token.n if token else 0, answers=answers,
        materials=_materials(found.definition, body.materials, person),
    ))  # fmt: skip


@router.post("/cases/{ref}/withdraw", response=State, summary="撤回申请 Withdraw")
def withdraw(request: HttpRequest, ref: UUID, key: Key, body: Reason) -> State:
    person, found = _mine(request, ref)
    return _state(acts.withdraw(**_on(found, person, key), reason=body.reason))


@router.post("/cases/{ref}/rate", response=State, summary="评价 Rate the service")
def rate(request: HttpRequest, ref: UUID, key: Key, body: Rating) -> State:
    person, found = _mine(request, ref)
    return _state(acts.rate(**_on(found, person, key), score=body.score, comment=body.comment))


def own_key(person: people.PersonRow, key: str) -> str:
    """The key made the person's own: another person's equal key is another request."""
    return hashlib.sha256(f"{person.id}:{key}".encode()).hexdigest()


def _person(request: HttpRequest) -> people.PersonRow:
    person = people.person_of(request.user.pk)
    if person is None:
        raise NotACitizen()
    return person


def _actor(person: people.PersonRow) -> acts.Actor:
    return acts.Actor("person", str(person.id), person.name)


def _mine(request: HttpRequest, ref: UUID) -> tuple[people.PersonRow, cases.CasePage]:
    person = _person(request)
    viewer = cases.Viewer(person_id=str(person.id), name=person.name)
    return person, cases.page(ref=str(ref), viewer=viewer, at=timezone.now())


def _on(found: cases.CasePage, person: people.PersonRow, key: str) -> dict[str, Any]:
    return {
        "region_code": found.region_code, "case_id": found.id, "actor": _actor(person), "at": timezone.now(),
        "key": own_key(person, key),
    }


def _materials(
    definition: matters.Definition, given: list[Given], person: people.PersonRow
) -> list[dict[str, object]]:
    """The materials as the case takes them; only files this person handed in, each fit for its material."""
    rules = {rule.code: rule for rule in definition.materials if rule.is_uploaded}
    files = queries.uploads_of(person.account_id, [one.sha256 for one in given])
    for one in given:
        if one.sha256 not in files:
            raise FileNotKept(code=one.code)
        if one.code in rules:  # A material off the list is refused by the act itself.
            actions.fits_material(rule=rules[one.code], file=files[one.sha256])
    return [{"code": one.code, **asdict(files[one.sha256])} for one in given]


def _state(done: acts.Done) -> State:
    return State(number=done.number, ref=done.ref, status=done.status, event_n=done.event_n, is_repeat=done.is_repeat)
