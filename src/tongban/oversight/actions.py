"""Raising cards: every published rule over all open cases, set by set."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tongban.law import queries as law
from tongban.oversight import queries

AHEAD_DAYS_MAX = 60  # No rule looks further ahead than sixty working days.

RAISE = """
insert into oversight_card (region_code, rule_id, case_id, subject, rule_version, level, organ_code,
                            raised_at, answer_by_on, numbers)
select found.region_code, %(rule)s, found.case_id, found.clock, %(version)s, %(level)s, found.organ_code,
       %(at)s, %(answer_by)s,
       jsonb_build_object('budget', found.budget, 'last_on', found.last_on, 'margin', found.margin)
from ({select}) as found
on conflict (region_code, rule_id, case_id, subject) do nothing
"""


def run_rules(*, at: datetime) -> int:
    """Run every rule in force and return how many new cards it raised. One statement a rule."""
    today = timezone.localdate(at)
    return sum(_run(rule, at) for rule in queries.rules() if rule.since <= today)


def _run(rule: queries.Rule, at: datetime) -> int:
    today, calendar = timezone.localdate(at), law.calendar()
    asked: dict[str, Any] = {
        **rule.parameters,
        "rule": rule.id, "version": rule.version, "level": rule.card, "at": at, "today": today,
        "answer_by": calendar.working_days_after(today, rule.answer_within_working_days),
        "ahead": [calendar.working_days_after(today, n) for n in range(1, AHEAD_DAYS_MAX + 1)],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAISE.replace("{select}", rule.select), asked)
        return cursor.rowcount
