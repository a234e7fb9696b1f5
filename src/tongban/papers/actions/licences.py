"""Issuing licences, changing their state, counting who checked them.

Sources: 行政许可法 art. 39 (certificates, sealed), 69 (撤销), 70 (注销); GB/T 36901-36906 (identifier, metadata, states,
operations); the rule of each licence (name, number, period, fields) comes from its matter, never from here."""

import base64
import datetime
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction

from tongban.core import codes, refusal
from tongban.papers import models, queries
from tongban.papers.actions import files, keys, numbers

logger = logging.getLogger(__name__)

REF_BYTES = 16
RESIDENT_ID = "111"  # 公民身份号码, the holder kind whose number is never published.
STATES_AFTER = {  # What an operation may lead to; anything else is refused.
    "03": {"02"},
    "04": {"05"},
    "05": {"03", "04", "06", "07"},
    "06": {"01"},
    "10": {"01"},
}
FROM_STATES = {"03": {"01"}, "04": {"01", "02"}, "05": {"01", "02"}, "06": {"02"}, "10": {"06"}}

_COUNT = """
insert into papers_licence_lookup (region_code, ref, "on", door, count) values (%s, %s, %s, %s, 1)
on conflict (region_code, ref, "on", door) do update set count = papers_licence_lookup.count + 1
"""


class NoSuchLicence(refusal.Refusal):
    """The reference is not one of ours."""

    code = "no_such_licence"
    says = "没有编号为“%(ref)s”的证照，请核对二维码或查验码"


class ChangeNotAllowed(refusal.Refusal):
    """The operation does not follow from the licence's state, e.g. a second revocation."""

    code = "licence_change_not_allowed"
    says = "该证照现为“%(state)s”，不能办理“%(operation)s”"
    basis = "行政许可法 第六十九条、第七十条"


def issue_licence(
    *,
    region_code: str,
    case_id: int,
    event_n: int,
    procedure_id: str,
    rule: Mapping[str, Any],
    words: Mapping[str, object],
    at: datetime.datetime,
) -> queries.LicenceRow:
    """Issue the licence of a decision (颁发证照), once; asked again it gives the same licence, and its file if still missing.

    :param rule: the matter's licence rule: ``title, type_code, defining, number, series, valid_years, holder, fields``
        (packs/national/papers/README.md).
    :param words: the words of the paper; the rule's paths point into them.
    :raises queries.WordsMissing: a field the rule names is empty.
    """
    found = queries.licence_of(region_code, case_id, event_n)
    if found is None:
        said = queries.plain(words)
        fields = _fields(rule, said)
        template = str(rule.get("template", "licence"))
        paper = {"procedure_id": procedure_id, "template": template, **said, "fields": fields}
        _signed(
            region_code=region_code,
            case_id=case_id,
            event_n=event_n,
            rule=rule,
            paper=paper,
            at=at,
        )
        found = queries.licence_of(region_code, case_id, event_n)
        assert found is not None, "refused by a constraint other than the key"
    return found if found.pdf_sha256 else _filed(found)


@transaction.atomic
def change_licence(
    *, ref: str, operation: str, state: str, reason: str, basis: str, by: str, at: datetime.datetime
) -> queries.LicenceRow:
    """Change what a licence is worth (暂扣, 发还, 撤销, 注销, 吊销), at once and for every later check.

    :raises NoSuchLicence: unknown reference.
    :raises ChangeNotAllowed: the operation does not follow from the present state.
    """
    rows = models.Licence.objects.select_for_update().filter(region_code=ref[:6], ref=ref)
    row = next(iter(rows), None)
    if row is None:
        raise NoSuchLicence(ref=ref[:40])
    fits = row.state in FROM_STATES.get(operation, ()) and state in STATES_AFTER[operation]
    if not fits:
        known = queries.OPERATIONS.get(operation, operation)
        raise ChangeNotAllowed(state=queries.STATES[row.state], operation=known)
    _write_change(row, operation=operation, state=state, reason=reason, basis=basis, by=by, at=at)
    changed = queries.licence_by_ref(ref)
    assert changed is not None
    return changed


def record_lookup(*, licence: queries.LicenceRow, door: str, at: datetime.datetime) -> None:
    """Count one check of a licence, so that its holder sees it. Nothing about who asked is kept."""
    day = at.astimezone(queries.CHINA).date()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [licence.region_code, licence.ref, day, door])


def make_missing_licence_files(*, at_most: int) -> int:
    """Make the files of licences that could not be made before; return how many were."""
    waiting = queries.licences_without_file(at_most=at_most)
    return sum(_filed(licence).pdf_sha256 is not None for licence in waiting)


def _signed(
    *,
    region_code: str,
    case_id: int,
    event_n: int,
    rule: Mapping[str, Any],
    paper: Mapping[str, Any],
    at: datetime.datetime,
) -> None:
    organ_code = str(queries.said_at(paper, "organ.code"))
    first = at.astimezone(queries.CHINA).date()
    until = queries.last_day(first=first, years=rule.get("valid_years"))
    pattern = str(rule["number"])
    try:
        with transaction.atomic():
            serial = numbers.next_serial(
                region_code=region_code,
                organ_code=organ_code,
                series=f"licence {rule['type_code']}",
                year=first.year if "{year}" in pattern else 0,
            )
            special = {"region": region_code, "year": first.year, "serial": serial}
            number = queries.licence_number(pattern=pattern, words={**paper, **special})
            identifier = codes.licence_identifier(
                rule["type_code"], organ_code, f"{first.year}{serial:07d}"
            )
            metadata = _metadata(rule, paper, region_code, identifier, number, first, until)
            key_id, signature = keys.signature(message=queries.signed_bytes(metadata), at=at)
            models.Licence.objects.create(
                region_code=region_code,
                ref=f"{region_code}-{_random_ref()}",
                case_id=case_id,
                event_n=event_n,
                matter_code=str(queries.said_at(paper, "matter.code") or ""),
                organ_code=organ_code,
                identifier=identifier,
                number=number,
                metadata=metadata,
                words=queries.kept_words(paper),
                valid_from=first,
                valid_until=until,
                signature=signature,
                key_id=key_id,
                issued_at=at,
            )
    except IntegrityError:  # The same decision came twice at once: the other one's licence stands.
        return


def _metadata(
    rule: Mapping[str, Any],
    paper: Mapping[str, Any],
    region_code: str,
    identifier: str,
    number: str,
    first: datetime.date,
    until: datetime.date | None,
) -> dict[str, object]:
    """The metadata of GB/T 36903, the very thing that is signed; only public fields are in it."""
    holder = rule["holder"]
    holder_code = str(queries.said_at(paper, holder["code"]) or "")
    if holder["kind_code"] == RESIDENT_ID:
        holder_code = f"{holder_code[:6]}********{holder_code[-4:]}"
    end = until.isoformat() if until else ""
    return {
        "certificate_identifier": identifier,
        "certificate_type_no": rule["type_code"],
        "certificate_name": rule["title"]["zh"],
        "certificate_number": number,
        "certificate_issued_date": first.isoformat(),
        "certificate_issuing_authority_name": queries.said_at(paper, "organ.name"),
        "certificate_issuing_authority_code": queries.said_at(paper, "organ.code"),
        "certificate_define_authority_name": rule["defining"]["name"],
        "certificate_define_authority_code": rule["defining"]["code"],
        "certificate_validate_start": first.isoformat(),
        "certificate_validate_end": end,
        "certificate_validity_range": f"{first.isoformat()}/{end}" if end else "长期",
        "certificate_area_code": region_code,
        "certificate_holder_name": queries.said_at(paper, holder["name"]),
        "certificate_holder_code": holder_code,
        "certificate_holder_type_name": holder["kind"],
        "certificate_holder_type": holder["kind_code"],
        "related_item_name": queries.said_at(paper, "matter.title"),
        "related_item_code": queries.said_at(paper, "matter.code") or "",
        "certificate_copy_creation_time": "",
        "certificate_copy_creator": "",
        "certificate_copy_cause": "",
        "certificate_copy_expiring_time": "",
        "extend_info": {row["id"]: row["value"] for row in paper["fields"] if row["is_public"]},
    }


def _fields(rule: Mapping[str, Any], words: Mapping[str, object]) -> list[dict[str, object]]:
    """The rows of the licence in the order of its rule.

    :raises queries.WordsMissing: a row without value that the rule does not call optional.
    """
    rows = [
        {
            "id": field["id"],
            "title": field["title"]["zh"],
            "title_en": field["title"].get("en", ""),
            "value": _text(queries.said_at(words, field["from"])),
            "is_public": bool(field.get("is_public", True)),
        }
        for field in rule["fields"]
    ]
    empty = [
        str(row["title"])
        for row, field in zip(rows, rule["fields"], strict=True)
        if not row["value"] and not field.get("is_optional")
    ]
    if empty:
        raise queries.WordsMissing(title=rule["title"]["zh"], missing="、".join(empty))
    return [row for row in rows if row["value"]]


def _text(value: object) -> str:
    if isinstance(value, list):
        return "；".join(str(one) for one in value)
    return "" if value is None else str(value)


def _filed(licence: queries.LicenceRow) -> queries.LicenceRow:
    said = licence.said
    try:
        content = queries.rendered(
            procedure_id=str(said["procedure_id"]), template=str(said["template"]), words=said
        )
    except (
        queries.GlyphMissing
    ):  # Valid and signed as data; the operator adds a font, then the file is made.
        logger.warning("no file yet, a glyph is missing: licence %s", licence.identifier)
        return licence
    kept = files.keep_file(content=content, media_type="application/pdf")
    models.Licence.objects.filter(region_code=licence.region_code, ref=licence.ref).update(
        pdf_sha256=kept.sha256, pdf_bytes=kept.size
    )
    filed = queries.licence_by_ref(licence.ref)
    assert filed is not None
    return filed


def _random_ref() -> str:
    return base64.b32encode(secrets.token_bytes(REF_BYTES)).decode().rstrip("=").lower()


def _write_change(
    row: models.Licence,
    *,
    operation: str,
    state: str,
    reason: str,
    basis: str,
    by: str,
    at: datetime.datetime,
) -> None:
    models.LicenceChange.objects.create(
        region_code=row.region_code,
        ref=row.ref,
        n=row.changes + 1,
        operation=operation,
        state=state,
        reason=reason,
        basis=basis,
        by=by,
        at=at,
    )
    models.Licence.objects.filter(region_code=row.region_code, ref=row.ref).update(
        state=state, changes=row.changes + 1
    )
