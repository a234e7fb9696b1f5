"""Events as the ledger compares them with its entries: what was recorded, by whom it cannot be changed unseen."""

from collections.abc import Iterator

from tongban.cases import models
from tongban.ledger import queries as ledger

BATCH = 1000


def places(*, log: str) -> dict[str, tuple[str, int]]:
    """Region and number of each case of this log, by public reference in hex."""
    cases = models.Case.objects.filter(region_code__startswith=log[:4]).order_by("region_code", "id")
    rows = cases.values_list("ref", "region_code", "id")
    return {ref.hex: (region_code, case_id) for ref, region_code, case_id in rows}


def facts(*, log: str) -> Iterator[ledger.EventFact]:
    """Every event whose entry belongs in this log of the ledger, case by case."""
    refs: dict[tuple[str, int], str] = {}
    cases = models.Case.objects.filter(region_code__startswith=log[:4])
    for region_code, case_id, ref in cases.values_list("region_code", "id", "ref").iterator(BATCH):
        refs[region_code, case_id] = str(ref)
    events = models.Event.objects.filter(region_code__startswith=log[:4])
    for event in events.order_by("region_code", "case_id", "n").iterator(BATCH):
        yield ledger.EventFact(
            region_code=event.region_code, case_id=event.case_id, n=event.n,
            ref=refs.get((event.region_code, event.case_id), ""),
            kind=event.kind, at=event.at, node=event.node,
            said={name: value for name, value in event.said.items() if value},  # As the step queued it.
        )  # fmt: skip
