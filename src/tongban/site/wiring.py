"""What follows from what happened: each kind of event, and the acts of other folders it leads to.

Read from the outbox after the step, in the order of the events of each case. Every act named here is
idempotent: a repeat after a failure gives the same paper."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from tongban.cases import actions as acts
from tongban.cases import jobs
from tongban.cases import queries as cases
from tongban.law import queries as law
from tongban.matters import queries as matters
from tongban.papers import actions as papers


def deliver(delivery: jobs.Delivery) -> None:
    """Begin and end the cases it calls; issue the papers it calls for: its notice, and the licence of a grant."""
    acts.follow(region_code=delivery.region_code, case_id=delivery.case_id, at=timezone.now())
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


def tie() -> None:
    """Let the law ask what only the storeys above it know."""
    law.tie(law.Ties(moves=_moves, uses=_uses))


def _moves(at: datetime) -> dict[str, int]:
    return asdict(cases.moves(at=at))


def _uses(rules: Sequence[str], on: date) -> list[law.Use]:
    return [
        law.Use(
            title=f"{each.title} · {each.clock}", title_en=f"{each.title_en} · {each.clock_en}",
            where=f"{each.region_name} · {each.procedure}", url=reverse("matters:guide", args=[each.matter_code]),
        )
        for each in matters.uses_of_period(rules, on=on)
    ]
