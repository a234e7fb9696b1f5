"""Grants (授权) are given, and officers stand aside (回避).

Sources: 公务员法 art. 76 to 78 (recusal); 行政许可法 art. 22 and 24 (who may exercise a power)."""

from datetime import date, datetime

from django.db import transaction
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
