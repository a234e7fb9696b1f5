"""Drafts (草稿) as their owner sees them: what is filled in, what is still open, what it was begun under.

Sources: 行政许可法 art. 29 (the applicant fills in the published form), 31 (nothing beyond it is asked)."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from tongban.core import forms, refusal
from tongban.intake import models
from tongban.intake.queries import words
from tongban.matters import queries as matters
from tongban.people import queries as people

SUBJECT_LENGTH_MAX = 200
DRAFTS_MAX = 100  # More open drafts of one account than that are not listed.


class NoSuchDraft(refusal.Refusal):
    """No such draft, or somebody else's: a stranger cannot tell which."""

    status = 404
    code = "no-such-draft"
    says = _("没有找到这份草稿。请登录填写时用的账号，或从办事指南重新开始。")


class DraftExpired(refusal.Refusal):
    """The draft lay too long; what it held has been deleted."""

    status = 410
    code = "draft-expired"
    says = _("“%(title)s”的草稿已于 %(day)s过期，填写的内容已删除。没有提交的个人信息不长期保存，请重新填写。")
    basis = "个人信息保护法 第十九条"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file handed in with a draft."""

    sha256: str
    media_type: str
    bytes: int
    file_name: str


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft, with the definition it was begun under and, if a newer one is published, that one's id."""

    id: uuid.UUID
    account_id: int
    matter_code: str
    definition: matters.Definition
    answers: Mapping[str, object]
    pages: tuple[str, ...]
    files: Mapping[str, tuple[KeptFile, ...]]
    started_at: datetime
    updated_at: datetime
    expires_at: datetime
    for_case: str
    case_ref: str

    @property
    def is_correction(self) -> bool:
        return bool(self.for_case)

    @property
    def is_submitted(self) -> bool:
        return bool(self.case_ref)


class TaskState(StrEnum):
    """How far one task of a draft is."""

    TODO = "todo"  # 未开始
    PART = "part"  # 已填一部分
    DONE = "done"  # 已完成


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the task list: a page of the form, or the materials.

    :ivar page: the page, or None for the materials.
    :ivar missing: how many answers or files are still asked for.
    """

    id: str
    page: forms.Page | None
    state: TaskState
    missing: int


@dataclass(frozen=True, slots=True)
class MaterialState:
    """One listed material of a draft: what is asked, what is there."""

    rule: matters.MaterialRule
    files: tuple[KeptFile, ...]
    is_asked: bool

    @property
    def kinds(self) -> str:
        """The kinds of file it may be, in words."""
        return words.kinds_words(self.rule.accept)

    @property
    def accept(self) -> str:
        """The same for the file chooser."""
        return ",".join(self.rule.accept)


def draft_of(*, draft_id: uuid.UUID | str, account_id: int, at: datetime) -> DraftRow:
    """The draft of this account with this id.

    :raises NoSuchDraft: there is none, or it is somebody else's. :raises DraftExpired: it lay too long.
    """
    row = models.Draft.objects.filter(id=draft_id, account_id=account_id).first()
    return checked(row, at)


def checked(row: models.Draft | None, at: datetime) -> DraftRow:
    """The row as its owner may see it now.

    :raises NoSuchDraft, DraftExpired: see there.
    """
    if row is None:
        raise NoSuchDraft()
    if row.case_ref is None and row.expires_at <= at:
        definition = matters.definition(row.version_id)
        raise DraftExpired(
            title=words.said(definition.title, definition.title_en), day=words.day_words(row.expires_at),
            matter_code=row.matter_code,
        )
    return row_of(row)


def row_of(row: models.Draft) -> DraftRow:
    """The stored row as a value."""
    return DraftRow(
        id=row.id, account_id=row.account_id, matter_code=row.matter_code,
        definition=matters.definition(row.version_id), answers=row.answers, pages=tuple(row.pages),
        files={code: tuple(KeptFile(**one) for one in kept) for code, kept in row.files.items()},
        started_at=row.started_at, updated_at=row.updated_at, expires_at=row.expires_at,
        for_case=str(row.for_case) if row.for_case else "",
        case_ref=str(row.case_ref) if row.case_ref else "",
    )


def open_drafts(*, account_id: int, at: datetime) -> list[DraftRow]:
    """The account's unsubmitted drafts that have not expired, last touched first. One SQL statement."""
    rows = models.Draft.objects.filter(account_id=account_id, case_ref=None, for_case=None, expires_at__gt=at)
    return [row_of(row) for row in rows.order_by("-updated_at")[:DRAFTS_MAX]]


def declaration_page(form: forms.Form) -> forms.Page | None:
    """The page whose last word is a declaration to agree to: it is asked on the check page, not before."""
    last = form.pages[-1] if form.pages else None
    if last and any(field.kind is forms.Kind.AGREE for field in last.fields):
        return last
    return None


def pages_to_fill(form: forms.Form) -> tuple[forms.Page, ...]:
    """The pages of the task list: all but the declaration."""
    last = declaration_page(form)
    return tuple(page for page in form.pages if page is not last)


def prefilled(form: forms.Form, person: people.PersonRow) -> dict[str, str]:
    """The answers the platform already holds, by field name: never asked again (免填)."""
    known = {"name": person.name, "phone": person.phone, "id_number": person.id_number}
    return {
        field.name: known[field.source.key]
        for field in form.fields()
        if field.source and field.source.kind == "account" and field.source.key in known
    }


def as_typed(answers: Mapping[str, object]) -> dict[str, object]:
    """Plain answers as they would be typed again: what a correction starts from."""
    return {name: _typed(answer) for name, answer in answers.items()}


def _typed(answer: object) -> object:
    if isinstance(answer, bool):
        return "true" if answer else "false"
    return [str(one) for one in answer] if isinstance(answer, list | tuple) else str(answer)


def as_json(answers: forms.Answers) -> dict[str, object]:
    """Plain answers in values that JSON knows: several choices become a list."""
    return {name: list(answer) if isinstance(answer, tuple) else answer for name, answer in answers.items()}


def uploads_of(account_id: int, digests: Iterable[str]) -> dict[str, KeptFile]:
    """The files this account handed in through the API, by digest; others' files are not among them."""
    rows = models.Upload.objects.filter(account_id=account_id, sha256__in=set(digests))
    return {row.sha256: KeptFile(row.sha256, row.media_type, row.bytes, row.file_name) for row in rows}


def answers_of(draft: DraftRow, person: people.PersonRow) -> dict[str, object]:
    """Everything answered so far: what was typed, and what the platform already holds."""
    fields = {field.name for field in draft.definition.form.fields()}
    typed = {name: answer for name, answer in draft.answers.items() if name in fields}
    return {**typed, **prefilled(draft.definition.form, person)}


def plain_answers(draft: DraftRow, person: people.PersonRow) -> forms.Answers:
    """The answers made plain, as conditions and materials see them; wrong ones are still in it."""
    return forms.validate(draft.definition.form, None, answers_of(draft, person)).answers


def tasks(draft: DraftRow, person: people.PersonRow) -> tuple[Task, ...]:
    """The task list: every page to fill and the materials, each with its state."""
    form, answers = draft.definition.form, answers_of(draft, person)
    rows = [_page_task(draft, form, page, answers) for page in pages_to_fill(form)]
    return (*rows, _materials_task(draft, person))


def materials(draft: DraftRow, person: people.PersonRow) -> tuple[MaterialState, ...]:
    """The listed materials that concern this application, in the order of the list; of a correction, all."""
    answers = plain_answers(draft, person)
    return tuple(
        MaterialState(rule, draft.files.get(rule.code, ()), rule.is_asked(answers))
        for rule in draft.definition.materials
        if draft.is_correction or rule.applies(answers)
    )


def uploads(states: Sequence[MaterialState]) -> tuple[MaterialState, ...]:
    """The materials that come as files from the applicant."""
    return tuple(state for state in states if state.rule.is_uploaded)


def task_title(task: Task) -> str:
    """What a task is called, in the language of the reader."""
    if task.page is None:
        return str(_("材料"))
    return words.said(task.page.title, task.page.title_en)


def declared(form: forms.Form, answers: Mapping[str, object]) -> dict[str, object]:
    """The answers of the declaration page alone, out of everything that was sent."""
    page = declaration_page(form)
    names = {field.name for field in page.fields} if page else set()
    return {name: answer for name, answer in answers.items() if name in names}


def subject_of(
    definition: matters.Definition, answers: Mapping[str, object], person: people.PersonRow
) -> str:
    """What the case is about, for lists: the future licence holder, or else the applicant."""
    holder = definition.licence.rule.get("holder", {}) if definition.licence else {}
    key = str(holder.get("name", "")).removeprefix("form.")
    return str(answers.get(key) or person.name)[:SUBJECT_LENGTH_MAX]


def handed_in(draft: DraftRow, person: people.PersonRow) -> list[dict[str, object]]:
    """The files of the materials that concern this application, as the case takes them."""
    return [
        {"code": state.rule.code, **asdict(file)}
        for state in uploads(materials(draft, person))
        for file in state.files
    ]


def _page_task(
    draft: DraftRow, form: forms.Form, page: forms.Page, answers: Mapping[str, object]
) -> Task:
    errors = forms.validate(form, page.id, answers).errors
    is_touched = page.id in draft.pages or any(field.name in draft.answers for field in page.fields)
    is_asked = any(field.required for field in page.fields)
    if not errors and (page.id in draft.pages or not is_asked or _all_held(page)):
        return Task(page.id, page, TaskState.DONE, 0)
    return Task(page.id, page, TaskState.PART if is_touched else TaskState.TODO, len(errors))


def _all_held(page: forms.Page) -> bool:
    return all(field.source is not None for field in page.fields)


def _materials_task(draft: DraftRow, person: people.PersonRow) -> Task:
    states = uploads(materials(draft, person))
    missing = sum(1 for state in states if state.is_asked and not state.files)
    if missing:
        has_any = any(state.files for state in states)
        return Task("materials", None, TaskState.PART if has_any else TaskState.TODO, missing)
    is_seen = "materials" in draft.pages or any(state.files for state in states) or not states
    return Task("materials", None, TaskState.DONE if is_seen else TaskState.TODO, 0)
