"""Who a signed-in account is, and how a citizen's number and telephone are kept.

Sources: 个人信息保护法 art. 51 (encryption); RFC 2104 (HMAC); the Fernet specification."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from cryptography.fernet import Fernet
from django.conf import settings
from django.db.models.functions import Coalesce

from tongban.core import codes
from tongban.people import models


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A citizen, with number and telephone in clear: for himself and the officers of his cases only."""

    id: UUID
    account_id: int
    name: str
    id_kind: str
    id_number: str
    phone: str
    is_fictitious: bool


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demonstration, for the banner: who, what for, where. The password is shared."""

    username: str
    full_name: str
    what: str
    place: str
    password: str


def person_of(account_id: int) -> PersonRow | None:
    """The citizen behind an account, or None."""
    return _person(models.Person.objects.filter(account_id=account_id).first())


def person_by_id(person_id: UUID | str) -> PersonRow | None:
    """The citizen with this id, or None."""
    return _person(models.Person.objects.filter(id=person_id).first())


def username_for(text: str) -> str:
    """The user name somebody means who types a user name or a resident number at sign-in."""
    typed = codes.half_width(text).replace(" ", "").upper()
    if not codes.is_resident_id(typed):
        return codes.half_width(text)
    found = (
        models.Person.objects.filter(id_number_mac=fingerprint(typed))
        .values_list("account__username", flat=True)
        .first()
    )
    return found or codes.half_width(text)


def demo_accounts() -> tuple[DemoAccount, ...]:
    """The demonstration's accounts: citizens first, then officers by place."""
    if not settings.DEMO:
        return ()
    rows = (
        models.Account.objects.filter(is_demo=True, is_active=True)
        .annotate(
            what=Coalesce("officer__holding__post__name", "full_name"),
            place=Coalesce("officer__holding__post__organ__name", "full_name"),
        )
        .order_by("officer__id", "id")
        .values("username", "full_name", "what", "place", "officer__id")
    )
    people = [row for row in rows if row["officer__id"] is None]
    officers = [row for row in rows if row["officer__id"] is not None]
    return tuple(_demo_account(row) for row in people + officers)


def sealed(text: str) -> bytes:
    """The text enciphered with the site's key for personal data."""
    return Fernet(settings.PERSONAL_DATA_KEY).encrypt(text.encode())


def opened(cipher: bytes | memoryview) -> str:
    """The text that was sealed."""
    return Fernet(settings.PERSONAL_DATA_KEY).decrypt(bytes(cipher)).decode()


def fingerprint(id_number: str) -> str:
    """A keyed fingerprint of an identity number: equal numbers meet, nobody without the key can try them out."""
    key = hashlib.sha256(b"tongban id number" + settings.PERSONAL_DATA_KEY.encode()).digest()
    return hmac.new(key, id_number.encode(), hashlib.sha256).hexdigest()


def _person(row: models.Person | None) -> PersonRow | None:
    if row is None:
        return None
    return PersonRow(
        row.id,
        row.account_id,
        row.name,
        row.id_kind,
        opened(row.id_number_cipher),
        opened(row.phone_cipher),
        row.is_fictitious,
    )


def _demo_account(row: dict[str, str]) -> DemoAccount:
    what = "申请人" if row["officer__id"] is None else row["what"]
    place = "" if row["officer__id"] is None else row["place"]
    return DemoAccount(row["username"], row["full_name"], what, place, settings.DEMO_PASSWORD)
