"""What follows from what happened: each kind of event, and the acts of other folders it leads to.

Read from the outbox after the step, in the order of the events of each case. Every act named here is
idempotent: a repeat after a failure gives the same paper."""

from typing import Any

from tongban.cases import jobs
from tongban.cases import queries as cases
from tongban.papers import actions as papers


def deliver(delivery: jobs.Delivery) -> None:
    """Issue the papers that an event calls for: its notice, and the licence of a grant."""
    paper = cases.paper_of(
        region_code=delivery.region_code, case_id=delivery.case_id, event_n=delivery.event_n
    )
    asked: dict[str, Any] = {
        "region_code": paper.region_code, "case_id": paper.case_id, "event_n": paper.event_n,
        "procedure_id": paper.procedure_id, "words": paper.words, "at": paper.at,
    }
    if paper.template:
        papers.issue_notice(template=paper.template, **asked)
    if paper.licence is not None:
        papers.issue_licence(rule=paper.licence, **asked)
