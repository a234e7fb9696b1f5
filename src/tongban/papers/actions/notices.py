"""Issuing notices: first the number and the words, which are final; then the file, which may be made again.

Sources: 行政许可法 art. 32(2) (受理与不予受理 in writing, sealed and dated), 38 (decision in writing, reasons,
remedies), 42 (reasons of an extension told), 45 (time that does not count told); GB/T 9704-2012 (公文格式)."""

import datetime
import logging
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from tongban.papers import models, queries
from tongban.papers.actions import files, numbers

logger = logging.getLogger(__name__)


def issue_notice(
    *,
    region_code: str,
    case_id: int,
    event_n: int,
    template: str,
    procedure_id: str,
    words: Mapping[str, object],
    at: datetime.datetime,
) -> queries.NoticeRow:
    """Issue the paper of an event (出具文书), once; asked again it gives the same paper, and its file if that is still missing.

    The number and the words are committed before the file is made: a crash, or a character the font lacks,
    leaves a valid notice that can be read on the screen, and the next try completes it.

    :raises queries.NoSuchTemplate: the procedure has no such paper.
    :raises queries.WordsMissing: an element the law demands is not there.
    """
    found = queries.notice(region_code, case_id, event_n, template)
    if found is None:
        found = _numbered(
            region_code=region_code,
            case_id=case_id,
            event_n=event_n,
            kind=queries.paper_kind(procedure_id, template),
            procedure_id=procedure_id,
            words=queries.kept_words(words),
            at=at,
        )
    return found if found.pdf_sha256 else _filed(found)


def make_missing_files(*, at_most: int) -> int:
    """Make the files of notices that could not be made before, e.g. for want of a glyph; return how many were."""
    waiting = queries.notices_without_file(at_most=at_most)
    return sum(_filed(notice).pdf_sha256 is not None for notice in waiting)


def _numbered(
    *,
    region_code: str,
    case_id: int,
    event_n: int,
    kind: queries.PaperKind,
    procedure_id: str,
    words: dict[str, object],
    at: datetime.datetime,
) -> queries.NoticeRow:
    queries.check_words(kind, words)
    organ_code = str(queries.said_at(words, "organ.code"))
    year = at.astimezone(queries.CHINA).year
    mark = str(queries.said_at(words, "organ.mark") or region_code)
    try:
        with transaction.atomic():
            serial = numbers.next_serial(
                region_code=region_code, organ_code=organ_code, series=kind.series, year=year
            )
            number = f"{mark}{kind.series}〔{year}〕{serial}号"
            models.Notice.objects.create(
                region_code=region_code,
                case_id=case_id,
                event_n=event_n,
                template=kind.template,
                procedure_id=procedure_id,
                organ_code=organ_code,
                number=number,
                title=kind.title,
                words=words,
                text=queries.text_of(
                    procedure_id=procedure_id,
                    template=kind.template,
                    words={**words, "number": number, "issued_at": at},
                ),
                issued_at=at,
            )
    except IntegrityError:  # The same event came twice at once: the other one's number stands.
        pass
    issued = queries.notice(region_code, case_id, event_n, kind.template)
    assert issued is not None, "refused by a constraint other than the key"
    return issued


def _filed(notice: queries.NoticeRow) -> queries.NoticeRow:
    try:
        content = queries.rendered(
            procedure_id=notice.procedure_id, template=notice.template, words=notice.said
        )
    except (
        queries.GlyphMissing
    ):  # Readable on the screen; the operator adds a font, then it is made.
        logger.warning(
            "no file yet, a glyph is missing: notice %s %s %s %s",
            notice.region_code,
            notice.case_id,
            notice.event_n,
            notice.template,
        )
        return notice
    kept = files.keep_file(content=content, media_type="application/pdf")
    models.Notice.objects.filter(
        region_code=notice.region_code,
        case_id=notice.case_id,
        event_n=notice.event_n,
        template=notice.template,
    ).update(pdf_sha256=kept.sha256, pdf_bytes=kept.size)
    filed = queries.notice(notice.region_code, notice.case_id, notice.event_n, notice.template)
    assert filed is not None
    return filed
