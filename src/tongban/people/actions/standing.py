"""Grants (授权) are given, and officers stand aside (回避).

Sources: 公务员法 art. 76 to 78 (recusal); 行政许可法 art. 22 and 24 (who may exercise a power)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.core import refusal
from tongban.people import models


class GrantNeedsBasis(refusal.Refusal):
    """A power without a legal basis is none."""

    code = "grant_needs_basis"
    says = _("授权必须写明依据的法律条款或文件")


class RecusalNeedsReason(refusal.Refusal):
    """A recusal is recorded with its reason."""

    code = "recusal_needs_reason"
    says = _("请写明回避的理由")
    basis = "公务员法 第七十六条"


DELEGATION_DAYS_MAX = 366


class NotToDelegate(refusal.Refusal):
    """Nobody gives on what he does not hold himself."""

    code = "not_to_delegate"
    says = _("您在这一机关没有这项授权，不能委托他人。受托办理的，不得再转委托。")
    basis = "行政许可法 第二十四条"


class NoDeputy(refusal.Refusal):
    """The deputy works elsewhere, or is the officer himself."""

    code = "no_deputy"
    says = _("只能委托同一机关在岗的其他人员。")


class DelegationTooLong(refusal.Refusal):
    """A delegation has a last day, within a year."""

    code = "delegation_too_long"
    says = _("委托要有起止日期，最长一年。")


class DelegationNeedsReason(refusal.Refusal):
    """A delegation is recorded with its reason."""

    code = "delegation_needs_reason"
    says = _("请写明委托的事由，例如出差、休假。")


class NoSuchDelegation(refusal.Refusal):
    """There is none, or it is another's, or it has ended."""

    status = 404
    code = "no_such_delegation"
    says = _("没有找到您的这项委托，或者它已经结束。")


@transaction.atomic
def delegate(
    *,
    officer_id: int,
    deputy_id: int,
    organ_code: str,
    from_on: date,
    to_on: date,
    reason: str,
    at: datetime,
    role: str = "*",
    matter_code: str = "*",
) -> int:
    """Let a deputy do what the officer may do, from a day until before another (委托代办); returns its id.

    The deputy acts in his own name and answers for it; duties that exclude one another stay apart for both.

    :param role: one role, or "*" for all of the officer's in this organ: a stand-in.
    :raises NotToDelegate, NoDeputy, DelegationTooLong, DelegationNeedsReason: see there.
    """
    if not reason.strip():
        raise DelegationNeedsReason()
    if not from_on < to_on or (to_on - from_on).days > DELEGATION_DAYS_MAX:
        raise DelegationTooLong()
    in_force = Q(to_on__isnull=True) | Q(to_on__gt=from_on)
    own = models.Grant.objects.filter(in_force, officer_id=officer_id, organ_id=organ_code, from_on__lt=to_on)
    if not (own if role == "*" else own.filter(role=role)).exists():
        raise NotToDelegate()
    posts = models.Holding.objects.filter(in_force, officer_id=deputy_id, post__organ_id=organ_code, from_on__lt=to_on)
    if deputy_id == officer_id or not posts.exists():
        raise NoDeputy()
    row = models.Delegation.objects.create(
        officer_id=officer_id, deputy_id=deputy_id, organ_id=organ_code, role=role, matter_code=matter_code,
        from_on=from_on, to_on=to_on, reason=reason.strip(), recorded_at=at,
    )
    return int(row.id)


@transaction.atomic
def end_delegation(*, delegation_id: int, officer_id: int, on: date) -> None:
    """Take a delegation back from the day on.

    :raises NoSuchDelegation: it is not the officer's, or has ended.
    """
    mine = models.Delegation.objects.filter(id=delegation_id, officer_id=officer_id, ended_on=None, to_on__gt=on)
    if not mine.update(ended_on=on):
        raise NoSuchDelegation()


@transaction.atomic
def grant(
    *,
    officer_id: int,
    organ_code: str,
    role: str,
    basis: str,
    from_on: date,
    to_on: date | None = None,
    matter_code: str = "*",
) -> int:
    """Give an officer a role in an organ from a day until before another; returns the grant's id.

    :raises GrantNeedsBasis: no law or document was named.
    """
    if not basis.strip():
        raise GrantNeedsBasis()
    row, _created = models.Grant.objects.update_or_create(
        officer_id=officer_id,
        organ_id=organ_code,
        role=role,
        matter_code=matter_code,
        from_on=from_on,
        defaults={"to_on": to_on, "basis": basis.strip()},
    )
    return row.id


@transaction.atomic
def recuse(*, officer_id: int, region_code: str, case_id: int, reason: str, at: datetime) -> None:
    """Record that an officer stands aside in one case; a second recording changes nothing.

    :raises RecusalNeedsReason: no reason was given.
    """
    if not reason.strip():
        raise RecusalNeedsReason()
    models.Recusal.objects.bulk_create(
        [
            models.Recusal(
                region_code=region_code,
                case_id=case_id,
                officer_id=officer_id,
                reason=reason.strip(),
                recorded_at=at,
            )
        ],
        ignore_conflicts=True,
    )
