"""What an applicant may do before there is a case: begin, fill in, attach, renew, throw away, hand in.

Sources: 行政许可法 art. 29 to 32 (application); 个人信息保护法 art. 19 (kept no longer than needed)."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.cases import actions as cases
from tongban.cases import queries as cases_queries
from tongban.core import forms, refusal
from tongban.intake import models, queries
from tongban.matters import queries as matters
from tongban.papers import actions as papers
from tongban.people import queries as people
from tongban.pg import transient

CORRECTION_DAYS = 3660  # No law ends the time to correct an application for a permit; the case keeps it open.
DRAFT_DAYS = 30  # How long a draft waits after its last change; said on every page of it.
FILES_OF_ONE_MATERIAL_MAX = 20
LOOSE_BYTES_MAX = 50 * 1024 * 1024  # No material of any matter may be larger.
LOOSE_KINDS = ("application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic")
FILE_NAME_LENGTH_MAX = 200


class AlreadySubmitted(refusal.Refusal):
    """The draft has become a case; it is changed no more."""

    code = "already-submitted"
    says = _("这份申请已经提交，不能再修改。提交后要改的，请在办件页面查看能否补正或撤回。")


class NewerVersion(refusal.Refusal):
    """A newer version of the matter was published since the draft was begun."""

    code = "newer-version"
    says = _("“%(title)s”的办事指南已更新。您填写的内容都还在，请先按新版核对一遍再提交。")
    basis = "行政许可法 第三十条"


class NotComplete(refusal.Refusal):
    """Some answers or files are still asked for."""

    code = "not-complete"
    says = _("还有内容没有填完：%(tasks)s。请补齐后再提交。")
    basis = "行政许可法 第三十一条"


class NotDeclared(refusal.Refusal):
    """The declaration was not agreed to."""

    code = "not-declared"
    says = _("请先填写并确认承诺，再提交申请。")
    basis = "行政许可法 第三十一条"

    def __init__(self, errors: tuple[forms.FieldError, ...] = (), **params: object) -> None:
        super().__init__(**params)
        self.errors = errors


class NoSuchMaterial(refusal.Refusal):
    """The material is not on the published list, or does not concern this application."""

    code = "material-not-asked"
    says = _("这份材料不在公布的材料清单内，不必提交。")
    basis = "行政许可法 第三十一条"


class NoFileChosen(refusal.Refusal):
    """The upload came without a file."""

    code = "no-file-chosen"
    says = _("请先选择“%(title)s”的文件，再点上传")


class FileTooLarge(refusal.Refusal):
    """The file is larger than this material may be."""

    code = "file-too-large"
    says = _("“%(title)s”的文件有 %(size)s，超过 %(most)s，没有上传。请压缩，或改用手机拍照")


class FileOfWrongKind(refusal.Refusal):
    """The content, by its first bytes, is not of a kind this material may be."""

    code = "file-of-wrong-kind"
    says = _("“%(title)s”要 %(kinds)s 文件，您选的“%(name)s”不是，没有上传。请转换后重新选择")


class FileMissing(refusal.Refusal):
    """A required file is not there."""

    code = "file-missing"
    says = _("请上传“%(title)s”")


class TooManyFiles(refusal.Refusal):
    """More files for one material than anybody can look through."""

    code = "too-many-files"
    says = _("“%(title)s”已有 %(count)d 个文件，不能再加。请合并成一个 PDF，或先删去不要的")


@dataclass(frozen=True, slots=True)
class Submitted:
    """The case an application has become."""

    ref: str
    is_repeat: bool = False


@transient.retry
def start(*, account_id: int, matter_code: str, at: datetime) -> queries.DraftRow:
    """Begin an application, or go on with the one this account has begun.

    :raises cases.MatterClosed: the matter takes no applications today.
    """
    version_id = _open_version(matter_code, at)
    open_draft = models.Draft.objects.select_for_update().filter(
        account_id=account_id, matter_code=matter_code, case_ref=None, for_case=None
    )
    try:
        with transaction.atomic():
            row = open_draft.first()
            if row is not None and row.expires_at > at:
                return queries.row_of(row)
            open_draft.delete()
            row = models.Draft.objects.create(
                id=uuid.uuid4(), account_id=account_id, matter_code=matter_code, version_id=version_id,
                started_at=at, updated_at=at, expires_at=at + timedelta(days=DRAFT_DAYS),
            )
    except IntegrityError:  # Two windows began at the same moment: both go on with the one that won.
        row = models.Draft.objects.get(
            account_id=account_id, matter_code=matter_code, case_ref=None, for_case=None
        )
    return queries.row_of(row)


@transient.retry
def start_correction(*, account_id: int, case: cases_queries.CasePage, at: datetime) -> queries.DraftRow:
    """Begin the answer to the one correction notice (补正), or go on with it. It starts from what was filed."""
    wanted = {"account_id": account_id, "for_case": uuid.UUID(case.ref), "case_ref": None}
    try:
        with transaction.atomic():
            row = models.Draft.objects.select_for_update().filter(**wanted).first()
            if row is None:
                row = models.Draft.objects.create(
                    **wanted, id=uuid.uuid4(), matter_code=case.definition.matter_code,
                    version_id=case.definition.version_id, answers=queries.as_typed(case.document["form"]),
                    started_at=at, updated_at=at, expires_at=at + timedelta(days=CORRECTION_DAYS),
                )
    except IntegrityError:  # Two windows at the same moment.
        row = models.Draft.objects.get(**wanted)
    return queries.row_of(row)


@transient.retry
@transaction.atomic
def save_page(
    *, draft_id: uuid.UUID, account_id: int, page_id: str, answers: Mapping[str, object], at: datetime
) -> queries.DraftRow:
    """Keep what was typed on one page, right or wrong, and return the draft.

    :param answers: the page's fields as sent; a field that was not sent was emptied.
    :raises AlreadySubmitted: see there.
    """
    row = _open(draft_id, account_id, at)
    page = matters.definition(row.version_id).form.page(page_id)
    if page is None:
        raise queries.NoSuchDraft()
    asked = {field.name for field in page.fields if field.source is None}
    kept = {name: answer for name, answer in row.answers.items() if name not in asked}
    typed = {name: answers[name] for name in asked if answers.get(name)}
    row.answers = {**kept, **typed}
    _touch(row, page_id, at)
    return queries.row_of(row)


@transient.retry
@transaction.atomic
def see_materials(*, draft_id: uuid.UUID, account_id: int, at: datetime) -> queries.DraftRow:
    """Remember that the applicant went through the list of materials."""
    row = _open(draft_id, account_id, at)
    _touch(row, "materials", at)
    return queries.row_of(row)


def attach(
    *, draft_id: uuid.UUID, person: people.PersonRow, code: str, content: BinaryIO | None, size: int,
    file_name: str, at: datetime, replaces: str = "",
) -> queries.KeptFile:
    """Keep one file of a listed material at once, whatever else is still wrong with the draft.

    :param replaces: digest of the file it takes the place of, if any.
    :raises NoSuchMaterial, NoFileChosen, FileTooLarge, FileOfWrongKind, TooManyFiles: see there.
    """
    draft = queries.draft_of(draft_id=draft_id, account_id=person.account_id, at=at)
    states = queries.uploads(queries.materials(draft, person))
    state = next((state for state in states if state.rule.code == code), None)
    if state is None:
        raise NoSuchMaterial()
    media_type = _acceptable(state.rule, content, size, file_name)
    assert content is not None
    stored = papers.keep_file(content=content, media_type=media_type)
    kept = queries.KeptFile(stored.sha256, media_type, stored.size, file_name[-FILE_NAME_LENGTH_MAX:])
    _write_file(draft, state.rule, kept, replaces, at)
    return kept


def keep_loose(
    *, account_id: int, content: BinaryIO, size: int, file_name: str, at: datetime
) -> queries.KeptFile:
    """Keep a file that belongs to no draft: a program names it in the application that follows.

    :raises FileTooLarge, FileOfWrongKind: larger, or of another kind, than any material may be.
    """
    found = queries.kind_found(content)
    if size > LOOSE_BYTES_MAX:
        raise FileTooLarge(
            title=file_name[-60:], size=queries.size_words(size), most=queries.size_words(LOOSE_BYTES_MAX)
        )
    if size and found not in LOOSE_KINDS:
        raise FileOfWrongKind(title=file_name[-60:], kinds=queries.kinds_words(LOOSE_KINDS), name=file_name[-60:])
    stored = papers.keep_file(content=content, media_type=found or LOOSE_KINDS[0])
    kept = queries.KeptFile(stored.sha256, stored.media_type, stored.size, file_name[-FILE_NAME_LENGTH_MAX:])
    models.Upload.objects.update_or_create(
        account_id=account_id, sha256=kept.sha256,
        defaults={"media_type": kept.media_type, "bytes": kept.bytes, "file_name": kept.file_name, "kept_at": at},
    )
    return kept


def fits_material(*, rule: matters.MaterialRule, file: queries.KeptFile) -> None:
    """Refuse a file handed in before that this material may not be.

    :raises FileTooLarge, FileOfWrongKind: see there.
    """
    title = queries.said(rule.title, rule.title_en)
    if file.bytes > rule.bytes_max:
        raise FileTooLarge(
            title=title, size=queries.size_words(file.bytes), most=queries.size_words(rule.bytes_max)
        )
    if file.media_type not in rule.accept:
        raise FileOfWrongKind(title=title, kinds=queries.kinds_words(rule.accept), name=file.file_name[-60:])


@transient.retry
@transaction.atomic
def detach(*, draft_id: uuid.UUID, account_id: int, code: str, sha256: str, at: datetime) -> None:
    """Take a file out of the draft; to take it out twice changes nothing."""
    row = _open(draft_id, account_id, at)
    left = [one for one in row.files.get(code, []) if one["sha256"] != sha256]
    row.files = {**{key: kept for key, kept in row.files.items() if key != code}, **({code: left} if left else {})}
    _touch(row, "materials", at)


@transient.retry
@transaction.atomic
def renew(*, draft_id: uuid.UUID, account_id: int, at: datetime) -> queries.DraftRow:
    """Carry a draft over to the version in force now; every answer and file goes with it.

    :raises cases.MatterClosed: the matter takes no applications any more.
    """
    row = _open(draft_id, account_id, at)
    row.version_id = _open_version(row.matter_code, at)
    row.pages = []  # Each page is to be looked at again.
    _touch(row, "", at)
    return queries.row_of(row)


@transaction.atomic
def discard(*, draft_id: uuid.UUID, account_id: int, at: datetime) -> None:
    """Throw a draft away with everything in it."""
    _open(draft_id, account_id, at).delete()


@transient.retry
@transaction.atomic
def submit(
    *, draft_id: uuid.UUID, person: people.PersonRow, actor: cases.Actor,
    declaration: Mapping[str, object], at: datetime,
) -> Submitted:
    """Hand the application in (提出申请, 行政许可法 art. 29). The draft's id is the idempotency key.

    :param declaration: the answers of the declaration page.
    :raises NewerVersion, NotComplete, NotDeclared: see there; cases.submit refuses too.
    """
    row = _locked(draft_id, person.account_id)
    if row.case_ref is not None:
        return Submitted(str(row.case_ref), is_repeat=True)
    draft = queries.checked(row, at)
    definition = draft.definition
    if queries.version_now(row.matter_code, at) != row.version_id:
        raise NewerVersion(title=queries.said(definition.title, definition.title_en))
    answers = _complete(draft, person, declaration)
    done = cases.submit(
        version_id=row.version_id, applicant_id=str(person.id), answers=queries.as_json(answers), actor=actor, at=at,
        subject=queries.subject_of(definition, answers, person), key=str(row.id),
        materials=queries.handed_in(draft, person),
    )
    row.case_ref, row.answers, row.files = uuid.UUID(done.ref), {}, {}
    row.save(update_fields=["case_ref", "answers", "files"])
    return Submitted(done.ref)


@transient.retry
@transaction.atomic
def correct(
    *, draft_id: uuid.UUID, person: people.PersonRow, case: cases_queries.CasePage, token_n: int,
    actor: cases.Actor, at: datetime,
) -> Submitted:
    """Hand the correction in (补正, 行政许可法 art. 32(1)(四)). The draft's id is the idempotency key.

    :raises NotComplete: a point of the notice, or a page, is not answered; cases.supplement refuses too.
    """
    row = _locked(draft_id, person.account_id)
    if row.case_ref is not None:
        return Submitted(str(row.case_ref), is_repeat=True)
    draft = queries.row_of(row)
    undone = queries.points_open(case, draft)
    if undone:
        raise NotComplete(tasks=queries.listed(undone))
    checked = forms.validate(draft.definition.form, None, queries.answers_of(draft, person))
    if checked.errors:
        raise NotComplete(tasks=queries.listed(dict.fromkeys(_pages_of(draft, checked.errors))))
    done = cases.supplement(
        region_code=case.region_code, case_id=case.id, token_n=token_n,
        answers=queries.as_json(checked.answers) if draft.pages else {},
        materials=queries.handed_in(draft, person), actor=actor, at=at, key=str(row.id),
    )
    row.case_ref, row.answers, row.files = uuid.UUID(done.ref), {}, {}
    row.save(update_fields=["case_ref", "answers", "files"])
    return Submitted(done.ref)


@transaction.atomic
def forget_expired(*, at: datetime) -> int:
    """Empty the drafts that have expired: the page can still say so, what was typed is gone. Return how many.

    Files handed in through the API and never used are forgotten after the same time."""
    models.Upload.objects.filter(kept_at__lte=at - timedelta(days=DRAFT_DAYS)).delete()
    over = models.Draft.objects.filter(case_ref=None, expires_at__lte=at).exclude(answers={}, files={})
    return over.update(answers={}, files={}, pages=[])


def _open_version(matter_code: str, at: datetime) -> int:
    day = timezone.localdate(at)
    version_id = queries.version_now(matter_code, at)
    if not matters.is_open(matter_code, day):
        definition = matters.definition(version_id)
        raise cases.MatterClosed(
            title=queries.said(definition.title, definition.title_en), matter_code=matter_code
        )
    return version_id


def _pages_of(draft: queries.DraftRow, errors: tuple[forms.FieldError, ...]) -> list[str]:
    wrong = {error.field for error in errors}
    return [
        queries.said(page.title, page.title_en)
        for page in draft.definition.form.pages
        if any(field.name in wrong for field in page.fields)
    ]


def _locked(draft_id: uuid.UUID, account_id: int) -> models.Draft:
    row = models.Draft.objects.select_for_update().filter(id=draft_id, account_id=account_id).first()
    if row is None:
        raise queries.NoSuchDraft()
    return row


def _open(draft_id: uuid.UUID, account_id: int, at: datetime) -> models.Draft:
    row = _locked(draft_id, account_id)
    if row.case_ref is not None:
        raise AlreadySubmitted()
    queries.checked(row, at)
    return row


def _touch(row: models.Draft, page_id: str, at: datetime) -> None:
    if page_id and page_id not in row.pages:
        row.pages = [*row.pages, page_id]
    row.updated_at = at
    if row.for_case is None:
        row.expires_at = at + timedelta(days=DRAFT_DAYS)
    row.save()


def _acceptable(rule: matters.MaterialRule, content: BinaryIO | None, size: int, file_name: str) -> str:
    """The media type found, if the material may be of it and is not too large."""
    if content is None or not file_name:
        raise NoFileChosen(title=queries.said(rule.title, rule.title_en))
    if size > rule.bytes_max:
        raise FileTooLarge(
            title=queries.said(rule.title, rule.title_en), size=queries.size_words(size), most=queries.size_words(rule.bytes_max)
        )
    found = queries.kind_found(content)
    if size and found not in rule.accept:  # An empty file is the store's own refusal.
        raise FileOfWrongKind(title=queries.said(rule.title, rule.title_en), kinds=queries.kinds_words(rule.accept), name=file_name[-60:])
    return found or rule.accept[0]


@transient.retry
@transaction.atomic
def _write_file(
    draft: queries.DraftRow, rule: matters.MaterialRule, kept: queries.KeptFile, replaces: str, at: datetime
) -> None:
    row = _open(draft.id, draft.account_id, at)
    others = [one for one in row.files.get(rule.code, []) if one["sha256"] not in (kept.sha256, replaces)]
    if len(others) >= FILES_OF_ONE_MATERIAL_MAX:
        raise TooManyFiles(title=queries.said(rule.title, rule.title_en), count=len(others))
    row.files = {**row.files, rule.code: [*others, asdict(kept)]}
    _touch(row, "materials", at)


def _complete(
    draft: queries.DraftRow, person: people.PersonRow, declaration: Mapping[str, object]
) -> forms.Answers:
    """The whole application made plain.

    :raises NotComplete: a page or a file is missing. :raises NotDeclared: the declaration is.
    """
    undone = [task for task in queries.tasks(draft, person) if task.missing]
    if undone:
        raise NotComplete(tasks=queries.listed(queries.task_title(task) for task in undone))
    form = draft.definition.form
    answers = {**queries.answers_of(draft, person), **queries.declared(form, declaration)}
    checked = forms.validate(form, None, answers)
    if checked.errors:
        raise NotDeclared(checked.errors)
    return checked.answers
