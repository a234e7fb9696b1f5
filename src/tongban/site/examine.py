"""Whether what is kept still agrees with itself: each case with its events, each log link by link.

Sources: C2SP tlog-tiles; RFC 9162 section 2.1 (how a root follows from its leaves)."""

from collections.abc import Iterator

import django
from django.utils import timezone


def troubles() -> Iterator[str]:
    """One sentence for each thing that does not agree; none where all is well."""
    django.setup()
    from tongban.cases import jobs as cases  # noqa: PLC0415 -- app ready
    from tongban.cases import queries as events_of  # noqa: PLC0415 -- app ready
    from tongban.ledger import actions as ledger  # noqa: PLC0415 -- app ready
    from tongban.ledger import queries as logs  # noqa: PLC0415 -- app ready

    for one in cases.replay():
        yield f"case {one.region_code} {one.case_id} is not the sum of its events: {one.what}"
    for state in logs.states():
        events = events_of.facts(log=state.log) if state.log != ledger.CHECKPOINTS else None
        for finding in ledger.fsck(log=state.log, at=timezone.now(), events=events):
            yield f"log {state.log}: {finding.check} at {finding.where}"
