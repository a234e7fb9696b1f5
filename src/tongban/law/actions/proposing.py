"""Changing the register with two pairs of eyes: a legal administrator (法制管理员) proposes, another one approves.

Sources: 行政法规制定程序条例 and local rules on 规范性文件 (legality review by another office than the drafter's);
the roles law_editor and law_approver are granted like every other power."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.core import refusal
from tongban.law import models, queries
from tongban.law.actions import carrying
from tongban.people import queries as people

EDITOR, APPROVER = "law_editor", "law_approver"


class RoleMissing(refusal.Refusal):
    """Only who holds the grant may do so."""

    status = 403
    code = "law-role-missing"
    says = _("您没有“%(role)s”的授权，不能办理。请联系本机关授权管理人员")


class BasisMissing(refusal.Refusal):
    """A change rests on a text that somebody can look up."""

    status = 422
    code = "basis-missing"
    says = _("请写明修改依据：公布的法律、通知及其文号")


class OwnProposal(refusal.Refusal):
    """Who proposed a change may not approve it."""

    code = "own-proposal"
    says = _("提出人不能批准自己的提案，请由另一名法制管理人员批准")


class NotYourProposal(refusal.Refusal):
    """Only who made a proposal takes it back."""

    code = "not-your-proposal"
    says = _("这个提案不是您提出的，不能撤回；不同意可以退回")


class AlreadyDecided(refusal.Refusal):
    """A proposal is decided once."""

    code = "proposal-decided"
    says = _("这个提案已有结果，不能再办理")


class ChangedMeanwhile(refusal.Refusal):
    """The register is no longer what the proposer saw."""

    code = "changed-meanwhile"
    says = _("提出之后登记册的这一部分又有修改，请退回并按现在的内容重新提出")


class ReasonMissing(refusal.Refusal):
    """Whose proposal is turned back is told why."""

    status = 422
    code = "return-reason-missing"
    says = _("请写明退回的理由")


ROLES = {EDITOR: _("法制管理员（拟稿）"), APPROVER: _("法制管理员（批准）")}


def propose(
    *, kind: str, target: str, title: str, document: Mapping[str, Any], basis: str, officer_id: int, at: datetime
) -> uuid.UUID:
    """Put a change forward; it is tried out at once, so that what cannot be is refused now. Nothing changes yet.

    :raises RoleMissing, BasisMissing, carrying.NothingChanges: see there; what `carry_out` refuses passes through.
    """
    proposer = _who(officer_id, EDITOR, at)
    if not basis.strip():
        raise BasisMissing()
    before = carrying.state_of(kind=kind, target=target)
    with carrying.tried(kind=kind, target=target, document=document, at=at):
        if carrying.state_of(kind=kind, target=target) == before:
            raise carrying.NothingChanges()
        moves = queries.tied().moves(at)
    is_notice = kind == models.ChangeKind.NOTICE
    row = models.Proposal.objects.create(
        id=uuid.uuid4(), kind=kind, target=target, title=title, before=before, document=document, basis=basis.strip(),
        days=queries.preview_notice(queries.notice_of_json(document)) if is_notice else [], moves=dict(moves), proposed_by=officer_id, proposer=proposer, proposed_at=at,
    )  # fmt: skip
    return row.id


@transaction.atomic
def approve(*, proposal_id: uuid.UUID, officer_id: int, at: datetime) -> None:
    """Approve a proposal (批准): the register changes, the change is recorded, clocks are worked out anew afterwards.

    :raises RoleMissing, AlreadyDecided, OwnProposal, ChangedMeanwhile: see there.
    """
    approver, row = _who(officer_id, APPROVER, at), _open(proposal_id)
    if row.proposed_by == officer_id:
        raise OwnProposal()
    if carrying.state_of(kind=row.kind, target=row.target) != row.before:
        raise ChangedMeanwhile()
    carrying.carry_out(kind=row.kind, target=row.target, document=row.document, at=at)
    _decide(row, models.Decision("approved"), officer_id, approver, at)
    models.Change.objects.create(
        at=at, kind=row.kind, target=row.target, title=row.title, before=row.before, basis=row.basis, proposal=row,
        after=carrying.state_of(kind=row.kind, target=row.target), proposer=row.proposer, approver=approver,
    )  # fmt: skip


@transaction.atomic
def reject(*, proposal_id: uuid.UUID, officer_id: int, reason: str, at: datetime) -> None:
    """Turn a proposal back (退回), with a reason.

    :raises RoleMissing, AlreadyDecided, OwnProposal, ReasonMissing: see there.
    """
    approver, row = _who(officer_id, APPROVER, at), _open(proposal_id)
    if row.proposed_by == officer_id:
        raise OwnProposal()
    if not reason.strip():
        raise ReasonMissing()
    _decide(row, models.Decision("rejected"), officer_id, approver, at, reason.strip())


@transaction.atomic
def withdraw(*, proposal_id: uuid.UUID, officer_id: int, at: datetime) -> None:
    """Take one's own proposal back (撤回).

    :raises RoleMissing, AlreadyDecided, NotYourProposal: see there.
    """
    editor, row = _who(officer_id, EDITOR, at), _open(proposal_id)
    if row.proposed_by != officer_id:
        raise NotYourProposal()
    _decide(row, models.Decision("withdrawn"), officer_id, editor, at)


@transaction.atomic
def note_recomputed(*, proposal_id: uuid.UUID, moves: Mapping[str, int], at: datetime) -> None:
    """Keep how many clocks have moved; a second round adds to the first."""
    row = models.Proposal.objects.select_for_update().get(id=proposal_id)
    known = row.recomputed or {}
    row.recomputed = {name: moves[name] + (0 if name == "open" else known.get(name, 0)) for name in moves}
    row.recomputed_at = at
    row.save(update_fields=["recomputed", "recomputed_at"])


def _decide(
    row: models.Proposal, decision: models.Decision, officer_id: int, who: str, at: datetime, remark: str = ""
) -> None:
    row.decision, row.decided_by, row.decider, row.decided_at, row.remark = decision, officer_id, who, at, remark
    row.save(update_fields=["decision", "decided_by", "decider", "decided_at", "remark"])


def _open(proposal_id: uuid.UUID) -> models.Proposal:
    """The proposal, locked.

    :raises queries.UnknownProposal: there is none. :raises AlreadyDecided: it is not open any more.
    """
    row = models.Proposal.objects.select_for_update().filter(id=proposal_id).first()
    if row is None:
        raise queries.UnknownProposal()
    if row.decision != models.Decision.OPEN:
        raise AlreadyDecided()
    return row


def _who(officer_id: int, role: str, at: datetime) -> str:
    """The officer's name, post and organ, as the record keeps them.

    :raises RoleMissing: he does not hold the role on the day.
    """
    on = timezone.localdate(at)
    officer = people.officer_by_id(officer_id, on)
    if officer is None or role not in queries.law_roles(officer_id, on):
        raise RoleMissing(role=ROLES[role])
    return " ".join(filter(None, (officer.name, officer.organ_name, "、".join(officer.posts))))
