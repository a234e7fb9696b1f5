"""What the worker does at fixed times; each round may be missed or repeated without harm.

Sources: https://procrastinate.readthedocs.io/en/stable/howto/advanced/cron.html"""

import dataclasses
import logging

from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from tongban.cases import actions as cases_acts
from tongban.cases import jobs as cases
from tongban.intake import actions as intake
from tongban.law import actions as law_acts
from tongban.law import queries as law
from tongban.oversight import actions as oversight
from tongban.papers import actions as papers

logger = logging.getLogger(__name__)
FILES_AT_MOST = 100


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="run_rules")
def run_rules(timestamp: int) -> None:
    """Supervision: raise the cards that are due, every five minutes, as the cockpit says."""
    raised = oversight.run_rules(at=timezone.now())
    if raised:
        logger.info("cards raised: %d", raised)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="make_missing_files")
def make_missing_files(timestamp: int) -> None:
    """Papers whose file could not be made at once."""
    papers.make_missing_files(at_most=FILES_AT_MOST)
    papers.make_missing_licence_files(at_most=FILES_AT_MOST)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="recompute_clocks")
def recompute_clocks(timestamp: int) -> None:
    """Changes of the law approved since: the open clocks are worked out anew, and those concerned are told."""
    for change in law.to_recompute(timezone.now()):
        at = timezone.now()
        moves = dataclasses.asdict(cases_acts.reproject(because=change.basis, at=at))
        law_acts.note_recomputed(proposal_id=change.id, moves=moves, at=at)
        logger.info("clocks worked out anew: %(moved)d of %(open)d, %(earlier)d earlier", moves)


@app.periodic(cron="30 2 * * *")
@app.task(queueing_lock="replay")
def replay(timestamp: int) -> None:
    """Every night: is each case still the sum of its events? A difference is an alarm."""
    for difference in cases.replay():
        logger.error(
            "case %s %s is not the sum of its events: %s",
            difference.region_code,
            difference.case_id,
            difference.what,
        )


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="forget_drafts")
def forget_drafts(timestamp: int) -> None:
    """Every night: what was typed into drafts that have expired is deleted."""
    forgotten = intake.forget_expired(at=timezone.now())
    if forgotten:
        logger.info("drafts emptied: %d", forgotten)


@app.periodic(cron="45 2 * * *")
@app.task(queueing_lock="clear_sessions")
def clear_sessions(timestamp: int) -> None:
    call_command("clearsessions")
