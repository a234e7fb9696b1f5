"""What the published version promises: which version rules today, and the days an applicant may expect.

Sources: 行政许可法 art. 30 (published), 32 (answer on acceptance), 42 (decision); 民法典 art. 201, 203."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from tongban.core import clock as clocks
from tongban.intake.queries import drafts
from tongban.law import queries as law
from tongban.matters import queries as matters


@dataclass(frozen=True, slots=True)
class Expected:
    """What happens when, if the application is filed today and accepted on the last day for it.

    :ivar answer_days: working days within which acceptance is answered. :ivar decision_days: those of the promise.
    """

    answer_days: int
    answer_on: date
    decision_days: int
    decision_on: date
    is_provisional: bool = False


def version_now(matter_code: str, at: datetime) -> int:
    """The id of the version an application filed now falls under.

    :raises matters.NoSuchMatter: unknown, or nothing in force.
    """
    return matters.version_in_force(matter_code, timezone.localdate(at))


def is_stale(draft: drafts.DraftRow, at: datetime) -> bool:
    """Whether a newer version was published since the draft was begun; a correction stays with its case's version."""
    return not draft.is_correction and version_now(draft.matter_code, at) != draft.definition.version_id


def expected(definition: matters.Definition, today: date) -> Expected | None:
    """The days to expect, counted by the same clocks that will run; None where no such clocks run."""
    rules = {rule.name: rule for rule in definition.clocks}
    answer, promise = rules.get("acceptance"), rules.get("promised")
    if answer is None or answer.period_id is None or promise is None or not promise.working_days:
        return None
    calendar = law.calendar()
    filed = clocks.start(law.period(answer.period_id, today), name="acceptance", at=clocks.at_midnight(today))
    answer_on = clocks.due(filed, calendar, today).last_on
    accepted = clocks.promise(name="promised", working_days=promise.working_days, at=clocks.at_midnight(answer_on))
    decided = clocks.due(accepted, calendar, answer_on)
    return Expected(filed.budget, answer_on, promise.working_days, decided.last_on, decided.provisional)
