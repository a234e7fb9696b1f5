"""What was said, for those who may read it: salts and values that the public entries hold as digests.

Sources: RFC 9901 (disclosures); NIST SP 800-38D (AES-GCM, which seals them)."""

import json
from collections.abc import Mapping
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection

NONCE_BYTES = 12

SEALED = """
select event_n, sealed, wrapped
from ledger_disclosure join ledger_disclosurekey using (region_code, case_id, event_n)
where region_code = %(region)s and case_id = %(case)s
union all
select event_n, sealed, wrapped from ledger_queue
where region_code = %(region)s and case_id = %(case)s and sealed is not null and wrapped is not null
order by 1
"""


def disclosures(region_code: str, case_id: int) -> dict[int, Mapping[str, str]]:
    """By event, name -> disclosure; an event whose disclosures were erased is missing.

    Ask for the right to see the case before asking this.
    """
    with connection.cursor() as cursor:
        cursor.execute(SEALED, {"region": region_code, "case": case_id})
        return {n: disclosed(sealed, wrapped) for n, sealed, wrapped in cursor}


def disclosed(sealed: bytes, wrapped: bytes) -> Mapping[str, str]:
    """What one event disclosed, from its row and its key.

    :raises InvalidTag: they do not belong together, or were changed.
    """
    return json.loads(opened(opened(site_key(), wrapped), sealed))


def opened(key: bytes, sealed: bytes) -> bytes:
    """The content under this key: the nonce comes first."""
    return AESGCM(key).decrypt(bytes(sealed[:NONCE_BYTES]), bytes(sealed[NONCE_BYTES:]), None)


def site_key() -> bytes:
    """The key that wraps the keys of disclosures."""
    assert settings.PERSONAL_DATA_KEY, "PERSONAL_DATA_KEY is not set"
    return sha256(b"tongban ledger disclosures\n" + settings.PERSONAL_DATA_KEY.encode()).digest()
