"""When something handed in counts as received: at its moment, or, after office hours, on the next working day.

Sources: 民法典 art. 203 (a last day ends with the office hours where there are any); 电子签名法 art. 11 (a message is
received when it enters the system named for it). Which of the two holds for a channel is a setting of the law pack."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from tongban.core import calendar as work
from tongban.core.clock import face


class AfterHours(StrEnum):
    """What a filing after office hours counts as."""

    SAME_DAY = "same_day"  # 当日收到
    NEXT_WORKING_DAY = "next_working_day"  # 次一工作日收到


@dataclass(frozen=True, slots=True)
class Reception:
    """How a channel receives: its office hours on working days, and what comes of a filing outside them."""

    channel: str
    opens_at: time
    closes_at: time
    after_hours: AfterHours
    basis: str = ""

    def is_after_hours(self, moment: datetime, calendar: work.Calendar) -> bool:
        """Whether the moment lies on a day off, before the opening or after the close."""
        here = moment.astimezone(face.SHANGHAI)
        return not calendar.is_working(here.date()) or not self.opens_at <= here.time() < self.closes_at

    def received_on(self, moment: datetime, calendar: work.Calendar) -> date | None:
        """The later day on which the filing counts as received; None where it is its own day."""
        day = face.civil_day(moment)
        if self.after_hours is AfterHours.SAME_DAY or not self.is_after_hours(moment, calendar):
            return None
        is_early = calendar.is_working(day) and moment.astimezone(face.SHANGHAI).time() < self.opens_at
        return None if is_early else calendar.working_days_after(day, 1)
