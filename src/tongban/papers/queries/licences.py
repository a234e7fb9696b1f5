"""Reading licences: what one says, whether its signature holds, and whether it is good today.

Sources: GB/T 36901-36906 (states, metadata, identifier); RFC 8785 (the bytes that are signed); RFC 8032 (Ed25519);
行政许可法 art. 69 (withdrawal), 70 (cancellation)."""

import calendar
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.conf import settings

from tongban.core import codes
from tongban.papers import models
from tongban.papers.queries import rendering

STATES = {
    "01": "有效",
    "02": "暂扣",
    "03": "撤销",
    "04": "注销",
    "05": "失效",
    "06": "办理转出",
    "07": "吊销",
    "99": "其他",
}
OPERATIONS = {
    "01": "新发",
    "02": "延续",
    "03": "暂扣",
    "04": "过期失效",
    "05": "注销(撤销、吊销、转出)",
    "06": "暂扣发还",
    "07": "其他",
    "08": "转入",
    "09": "变更",
    "10": "取消转出",
}

_PLACE = re.compile(r"\{([a-z_.]+)(?::(\d+))?\}")
_REF = re.compile(r"(\d{6})-[a-z2-7]{26}")


class Verdict(StrEnum):
    """What the public check says of a licence on a day."""

    GENUINE = "genuine"  # Issued by this platform, unaltered, in force.
    NOT_YET = "not_yet"  # Its first day has not come.
    EXPIRED = "expired"
    SUSPENDED = "suspended"  # 暂扣
    REVOKED = "revoked"  # 撤销, 吊销
    ENDED = "ended"  # 注销, 失效, 转出, 其他
    ALTERED = "altered"  # The record no longer bears its signature: do not rely on it.


VERDICT_OF_STATE = {"02": Verdict.SUSPENDED, "03": Verdict.REVOKED, "07": Verdict.REVOKED}


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """One licence as kept. ``metadata`` is exactly what is signed; ``pdf_sha256`` is none while the file is made."""

    region_code: str
    ref: str
    case_id: int
    event_n: int
    matter_code: str
    organ_code: str
    identifier: str
    number: str
    metadata: Mapping[str, object]
    words: Mapping[str, object]
    valid_from: datetime.date
    valid_until: datetime.date | None
    state: str
    changes: int
    signature: bytes
    key_id: str
    issued_at: datetime.datetime
    pdf_sha256: str | None
    pdf_bytes: int | None

    @property
    def title(self) -> str:
        """The licence's name, as printed."""
        return str(self.metadata["certificate_name"])

    @property
    def said(self) -> dict[str, object]:
        """Everything the template may say."""
        return {
            **self.words,
            "licence": self.metadata,
            "ref": self.ref,
            "number": self.number,
            "key_id": self.key_id,
            "check_url": check_url(self.ref),
            "issued_at": self.issued_at,
        }

    @property
    def state_name(self) -> str:
        """The state in the words of GB/T 36902."""
        return STATES[self.state]

    @property
    def file_name(self) -> str:
        """What a browser calls the download."""
        return f"{self.title} {self.number}.pdf"


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One operation on a licence."""

    n: int
    operation: str
    state: str
    reason: str
    basis: str
    by: str
    at: datetime.datetime

    @property
    def operation_name(self) -> str:
        """The operation in the words of the standard; where it has several effects, the one that came about."""
        return STATES[self.state] if self.operation == "05" else OPERATIONS[self.operation]


@dataclass(frozen=True, slots=True)
class LookupRow:
    """How often a licence was checked on a day."""

    on: datetime.date
    door: str
    count: int


@dataclass(frozen=True, slots=True)
class Check:
    """The answer of the public check: the licence, what holds today, and the means to verify it oneself."""

    licence: LicenceRow
    verdict: Verdict
    public_key: bytes
    signed_bytes: bytes
    changes: tuple[ChangeRow, ...]


COLUMNS = tuple(LicenceRow.__dataclass_fields__)


def licence_by_ref(ref: str) -> LicenceRow | None:
    """The licence a QR code points to; none for anything that is not one of ours."""
    region_code = region_of(ref)
    found = models.Licence.objects.filter(region_code=region_code, ref=ref) if region_code else ()
    return _only(found)


def licence_of(region_code: str, case_id: int, event_n: int) -> LicenceRow | None:
    """The licence one decision gave, or none."""
    return _only(
        models.Licence.objects.filter(region_code=region_code, case_id=case_id, event_n=event_n)
    )


def licences_of(region_code: str, case_id: int) -> tuple[LicenceRow, ...]:
    """The licences of a case, oldest first."""
    found = models.Licence.objects.filter(region_code=region_code, case_id=case_id)
    return tuple(_row(**row) for row in found.order_by("event_n").values(*COLUMNS))


def licences_without_file(*, at_most: int) -> tuple[LicenceRow, ...]:
    """Licences whose file is still to be made, oldest first."""
    found = models.Licence.objects.filter(pdf_sha256__isnull=True).order_by("issued_at")
    return tuple(_row(**row) for row in found.values(*COLUMNS)[:at_most])


def check(ref: str, *, today: datetime.date) -> Check | None:
    """What a stranger with the paper in his hand is told; none when the reference is unknown."""
    licence = licence_by_ref(ref)
    if licence is None:
        return None
    key = models.SigningKey.objects.filter(key_id=licence.key_id).values_list(
        "public_key", flat=True
    )
    public_key = next((bytes(value) for value in key), b"")
    return Check(
        licence,
        verdict(licence, public_key=public_key, today=today),
        public_key,
        signed_bytes(licence.metadata),
        changes_of(licence),
    )


def verdict(licence: LicenceRow, *, public_key: bytes, today: datetime.date) -> Verdict:
    """The first thing that is wrong, gravest first; genuine when nothing is."""
    if not is_signed(licence, public_key=public_key):
        return Verdict.ALTERED
    if licence.state != "01":
        return VERDICT_OF_STATE.get(licence.state, Verdict.ENDED)
    if licence.valid_until is not None and today > licence.valid_until:
        return Verdict.EXPIRED
    return Verdict.NOT_YET if today < licence.valid_from else Verdict.GENUINE


def is_signed(licence: LicenceRow, *, public_key: bytes) -> bool:
    """Whether the signature holds for what the record says now, dates and number included."""
    try:
        key = ed25519.Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(licence.signature, signed_bytes(licence.metadata))
    except (InvalidSignature, ValueError):
        return False
    return _columns_agree(licence)


def signed_bytes(metadata: Mapping[str, object]) -> bytes:
    """The canonical bytes of the metadata (RFC 8785), the message of the signature."""
    return rfc8785.dumps(dict(metadata))  # type: ignore[arg-type]  # JSON by construction.


def changes_of(licence: LicenceRow) -> tuple[ChangeRow, ...]:
    """Every operation on the licence, oldest first."""
    found = models.LicenceChange.objects.filter(region_code=licence.region_code, ref=licence.ref)
    return tuple(
        ChangeRow(**row) for row in found.order_by("n").values(*ChangeRow.__dataclass_fields__)
    )


def lookups_of(licence: LicenceRow) -> tuple[LookupRow, ...]:
    """Who looked, for the holder: counts by day and door, latest first."""
    found = models.LicenceLookup.objects.filter(region_code=licence.region_code, ref=licence.ref)
    return tuple(
        LookupRow(**row)
        for row in found.order_by("-on", "door").values(*LookupRow.__dataclass_fields__)
    )


def public_fields(licence: LicenceRow) -> tuple[dict[str, str], ...]:
    """The rows anybody may see, in the order of the licence: what was signed, under the names it was printed with."""
    signed = licence.metadata["extend_info"]
    assert isinstance(signed, Mapping)
    rows = licence.words["fields"]
    assert isinstance(rows, list)
    return tuple(
        {"title": row["title"], "title_en": row["title_en"], "value": str(signed[row["id"]])}
        for row in rows
        if row["id"] in signed
    )


def check_url(ref: str) -> str:
    """The address of the public check page, as the QR code says it."""
    return f"{settings.PUBLIC_URL}/licences/{ref}"


def licence_number(*, pattern: str, words: Mapping[str, object]) -> str:
    """A number from its pattern: ``{path}`` is a word, ``{serial:6}`` pads with zeros, ``{check}`` is MOD 11,10 over the digits before it."""
    text, end = "", 0
    for place in _PLACE.finditer(pattern):
        text += pattern[end : place.start()]
        end = place.end()
        if place[1] == "check":
            text += codes.with_check_digit(re.sub(r"\D", "", text))[-1]
            continue
        value = rendering.said_at(words, place[1])
        if value in (None, ""):
            raise rendering.WordsMissing(title=pattern, missing=place[1])
        text += str(value).zfill(int(place[2] or 0))
    return text + pattern[end:]


def last_day(*, first: datetime.date, years: int | None) -> datetime.date | None:
    """The last day of a validity of whole years that starts with ``first``; none for one without end (长期)."""
    if years is None:
        return None
    year = first.year + years
    day = min(first.day, calendar.monthrange(year, first.month)[1])
    same_day = datetime.date(year, first.month, day)
    return same_day if day < first.day else same_day - datetime.timedelta(days=1)


def region_of(ref: str) -> str:
    """The region a reference names, so that one shard is asked; empty when it is no reference."""
    found = _REF.fullmatch(ref)
    return found.group(1) if found else ""


def _columns_agree(licence: LicenceRow) -> bool:
    """The columns that are searched and shown must say what the signed metadata say."""
    said = licence.metadata
    until = licence.valid_until.isoformat() if licence.valid_until else ""
    return (
        said.get("certificate_identifier") == licence.identifier
        and said.get("certificate_number") == licence.number
        and said.get("certificate_validate_start") == licence.valid_from.isoformat()
        and said.get("certificate_validate_end") == until
        and said.get("certificate_issuing_authority_code") == licence.organ_code
    )


def _only(found: object) -> LicenceRow | None:
    rows = found.values(*COLUMNS) if hasattr(found, "values") else ()
    return next((_row(**row) for row in rows), None)


def _row(**columns: object) -> LicenceRow:
    columns["signature"] = bytes(columns["signature"])  # type: ignore[call-overload]
    return LicenceRow(**columns)  # type: ignore[arg-type]
