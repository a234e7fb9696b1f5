"""Reading the notices of a case.

Sources: 行政许可法 art. 32, 38 (written and dated)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from tongban.papers import models


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One paper as issued. ``pdf_sha256`` is none while the file is still being made."""

    region_code: str
    case_id: int
    event_n: int
    template: str
    procedure_id: str
    organ_code: str
    number: str
    title: str
    words: Mapping[str, object]
    text: str
    issued_at: datetime.datetime
    pdf_sha256: str | None
    pdf_bytes: int | None

    @property
    def said(self) -> dict[str, object]:
        """Everything the template may say: the words of the case with number and time of this paper."""
        return {**self.words, "number": self.number, "issued_at": self.issued_at}

    @property
    def file_name(self) -> str:
        """What a browser calls the download."""
        return f"{self.title} {self.number}.pdf"


COLUMNS = tuple(NoticeRow.__dataclass_fields__)


def notices_of(region_code: str, case_id: int) -> tuple[NoticeRow, ...]:
    """The papers of a case, in the order of its events."""
    found = models.Notice.objects.filter(region_code=region_code, case_id=case_id)
    return tuple(NoticeRow(**row) for row in found.order_by("event_n", "template").values(*COLUMNS))


def notice(region_code: str, case_id: int, event_n: int, template: str) -> NoticeRow | None:
    """One paper, or none when it was not issued."""
    found = models.Notice.objects.filter(
        region_code=region_code, case_id=case_id, event_n=event_n, template=template
    )
    return next((NoticeRow(**row) for row in found.values(*COLUMNS)), None)


def notices_without_file(*, at_most: int) -> tuple[NoticeRow, ...]:
    """Papers whose file is still to be made, oldest first."""
    found = models.Notice.objects.filter(pdf_sha256__isnull=True).order_by("issued_at")
    return tuple(NoticeRow(**row) for row in found.values(*COLUMNS)[:at_most])
