"""Examining a log and saying publicly what was found."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from tongban.ledger import models, queries
from tongban.ledger.actions import publishing


def fsck(
    *, log: str, at: datetime, events: Iterable[queries.EventFact] | None = None
) -> tuple[queries.Finding, ...]:
    """Check every link of the log, and show the result on its page; the findings, none if all is well.

    :param events: what the folder that keeps the events has for this log, ordered by region, case and number;
        None leaves that link unchecked
    """
    with publishing.alone(folder=queries.public_folder(log)):  # Else files could be ahead of what is compared.
        findings = queries.examine(log, events)
    if events is None:
        findings += queries.event_findings(log)  # Not looked at this time: what was found stays until it is.
    models.Check.objects.update_or_create(
        log=log,
        defaults={
            "at": at,
            "size": models.Tree.objects.get(log=log).size,
            "findings": [asdict(finding) for finding in findings],
        },
    )
    return findings
