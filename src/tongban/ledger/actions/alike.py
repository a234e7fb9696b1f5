"""Entries of many cases that say the same for the same reason, written by the database in the statement of the act.

One digest serves all: what was said names no case and no person, so a common salt gives nothing away. Everything
else is formed as `receipt.entry` forms it, which is compared at every call.

Sources: RFC 8785 (the one way to write the JSON), RFC 9901 (disclosures and their digests)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tongban.core import receipt
from tongban.ledger.actions import queueing

MODEL_REF, MODEL_HASH, MODEL_MATTER, MODEL_DAY = "0" * 32, bytes(32), "matter@1", date(2026, 3, 2)
ENTRIES = """
entries as materialized (
  select a.case_id, a.event_n, w.entry, sha256('\\x00'::bytea || w.entry) as hash
  from acts a cross join lateral (select convert_to(
    '{"c":"' || replace(a.ref::text, '-', '') || '",'
    || coalesce('"d":"' || to_char(a.due_on, 'YYYY-MM-DD') || '",', '') || %(alike_middle)s
    || '"m":"' || a.matter || '","n":' || a.event_n || ',"p":"'
    || translate(rtrim(encode(a.previous, 'base64'), '='), '+/', '-_') || '",' || %(alike_end)s, 'UTF8') as entry) w
), queued as (
  insert into ledger_queue (region_code, case_id, event_n, entry, sealed, wrapped)
  select %(alike_region)s, case_id, event_n, entry, %(alike_sealed)s, %(alike_wrapped)s from entries
)
"""


@dataclass(frozen=True, slots=True)
class Alike:
    """A part of a `with` query: reads `acts`, queues an entry for each, and has them as `entries` with their hash.

    `acts` has case_id, ref, event_n, previous (leaf hash of the case's event before), matter (`<matter>@<version>`)
    and due_on (null for none). Sealed kinds are not written so: what such an entry shows differs in kind.
    """

    sql: str
    parameters: Mapping[str, object]


def queue_alike(*, region_code: str, kind: str, at: datetime, said: Mapping[str, object]) -> Alike:
    """The part that queues one entry a case of a region, all of one kind, at one moment, with the same words."""
    disclosures = {name: queueing.disclosure_of(name=name, value=value) for name, value in said.items()}
    digests = {name: receipt.digest_of(one) for name, one in sorted(disclosures.items())}
    log, dotted = queueing.log_of(region_code=region_code), receipt.kind_of(kind)
    assert "d" in receipt.KINDS[dotted], "a due day is part of these entries"
    shown = ",".join(f'"{name}":"{digest}"' for name, digest in digests.items())
    middle = f'"f":{{{shown}}},"k":"{dotted}","log":"{log}",'
    end = f'"t":"{receipt.moment(at)}","v":1}}'
    model = receipt.entry(
        log=log, k=dotted, c=MODEL_REF, n=2, p=MODEL_HASH, m=MODEL_MATTER, t=at, d=MODEL_DAY, f=digests
    )
    assert model.decode() == (
        f'{{"c":"{MODEL_REF}","d":"{MODEL_DAY}",{middle}"m":"{MODEL_MATTER}","n":2,'
        f'"p":"{receipt.to_base64url(MODEL_HASH)}",{end}'
    ), "an entry is no longer written as it is here"
    sealed, wrapped = queueing.sealed(disclosures=disclosures)
    return Alike(ENTRIES, {
        "alike_region": region_code, "alike_middle": middle, "alike_end": end, "alike_sealed": sealed,
        "alike_wrapped": wrapped,
    })  # fmt: skip
