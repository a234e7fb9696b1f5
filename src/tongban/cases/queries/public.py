"""What anybody with the reference of a paper may read of a case: no name, no answer, no reason.

Sources: 行政许可法 art. 40 (what was decided is public); 个人信息保护法 art. 27; 政府信息公开条例 art. 15."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.cases import models
from tongban.cases.queries import sight, single
from tongban.core import case as core
from tongban.matters import queries as matters
from tongban.people import queries as people


@dataclass(frozen=True, slots=True)
class PublicCase:
    """A case as its papers' QR code shows it."""

    region_code: str
    id: int
    ref: str
    number: str
    title: str
    title_en: str
    matter_code: str
    organ_name: str
    organ_name_en: str
    status: core.Status
    filed_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    events: int
    clocks: tuple[single.ClockView, ...]

    @property
    def is_over(self) -> bool:
        return self.status in core.OVER


def public_case(*, ref: UUID, at: datetime) -> PublicCase:
    """Return what is public of the case with this reference. Four SQL statements at most.

    :raises sight.NotVisible: there is none, or its procedure is sealed: a stranger cannot tell which.
    """
    row, definition = _open_case(ref)
    organ = people.organs_named([row.organ_code])[row.organ_code]
    clocks = single.clocks_of(region_code=row.region_code, case_id=row.id, definition=definition, at=at)
    return PublicCase(
        region_code=row.region_code, id=row.id, ref=str(row.ref), number=single.number(row.region_code, row.id),
        title=definition.title, title_en=definition.title_en, matter_code=row.matter_code,
        organ_name=organ.name, organ_name_en=organ.name_en, status=core.Status(row.status),
        filed_at=row.filed_at, accepted_at=row.accepted_at, decided_at=row.decided_at, closed_at=row.closed_at,
        events=row.events, clocks=tuple(view for view in clocks.values() if view.rule.is_public),
    )


def public_key_of(*, ref: UUID) -> tuple[str, int]:
    """Return (region code, case id) of a case whose ledger entries anybody may read.

    :raises sight.NotVisible: there is none, or its procedure is sealed.
    """
    row, _definition = _open_case(ref)
    return row.region_code, row.id


def _open_case(ref: UUID) -> tuple[models.Case, matters.Definition]:
    row = models.Case.objects.filter(ref=ref).order_by("id").first()
    if row is None:
        raise sight.NotVisible()
    definition = matters.definition(row.version_id)
    if definition.is_sealed:
        raise sight.NotVisible()
    return row, definition
