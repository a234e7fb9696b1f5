"""The public ledger entry of an event: who in what office did what, when, with digests of what was said.

No personal data and no free text leave the case; whoever holds the words can show that they are these."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tongban.core import receipt
from tongban.ledger import actions as ledger

SALT_BYTES = 16
_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def entry_of(
    *, region_code: str, case_id: int, ref: str, event_n: int, kind: str, previous: bytes, matter: str,
    node: str, at: datetime, office: str, due: str | None, said: Mapping[str, Any],
    attachments: Sequence[str],
) -> ledger.QueuedEntry:
    """Return the entry of one event and the disclosures that open its digests.

    :param kind: event kind such as ``SupplementRequested``; the log knows it as ``case.supplement_requested``.
    :param previous: leaf hash of the case's entry before, empty for the first.
    :param office: post or certificate number of the officer, empty for applicants.
    """
    disclosed = {
        name: receipt.disclosure(salt=secrets.token_bytes(SALT_BYTES), name=name, value=value)
        for name, value in said.items() if value
    }
    written = receipt.entry(
        log=ledger.log_of(region_code=region_code),
        k=f"case.{_WORD_START.sub('_', kind).lower()}",
        c=ref.replace("-", ""),
        n=event_n,
        p=previous or None,
        m=matter,
        t=at,
        s=node or None,
        o=office or None,
        d=date.fromisoformat(due) if due else None,
        f={name: receipt.digest_of(text) for name, text in disclosed.items()},
        a=[receipt.to_base64url(bytes.fromhex(sha256)) for sha256 in attachments],
    )
    return ledger.QueuedEntry(case_id=case_id, event_n=event_n, entry=written, disclosures=disclosed)
