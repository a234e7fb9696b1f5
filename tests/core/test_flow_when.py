"""When a timer fires: ISO durations to the letter, working days by the calendar of the law, points in time."""

import datetime as dt

import pytest

from tests.core.flow_drawing import catch, draw, timer
from tongban.core import calendar as work
from tongban.core.flow import when

CHINA = dt.timezone(dt.timedelta(hours=8))
AT = dt.datetime(2026, 9, 28, 10, 30, tzinfo=CHINA)  # Monday before National Day: 1 to 7 October off, Saturday the 10th worked.
CALENDAR = work.calendar_of(
    weekday_off=[dt.date(2026, 10, day) for day in (1, 2, 5, 6, 7)], weekend_on=[dt.date(2026, 10, 10)],
    first_year=2026, last_year=2026,
)
WORKING = "<extensionElements><w:workingDays xmlns:w='urn:tongban:flow'/></extensionElements>"


def due(text, kind="timeDuration", *, is_in_working_days=False, data=None):
    definition = timer(text, kind)
    if is_in_working_days:
        definition = definition.replace("<timerEventDefinition>", f"<timerEventDefinition>{WORKING}")
    graph = draw("start > wait", "wait > end", nodes={"wait": catch(definition)})
    return when.due_at(graph.nodes["wait"], data or {}, at=AT, calendar=CALENDAR, limits={"review": 3})


def moment(*parts):
    return dt.datetime(*parts, tzinfo=CHINA)


@pytest.mark.parametrize(("text", "expected"), [
    ("PT90M", moment(2026, 9, 28, 12)),
    ("P5D", moment(2026, 10, 3, 10, 30)),  # To the letter: 120 hours, whatever day that is.
    ("P1M", moment(2026, 10, 28, 10, 30)),
    ("P1Y", moment(2027, 9, 28, 10, 30)),
    ("duration(form.wait)", moment(2026, 9, 30, 10, 30)),
])
def test_a_duration_is_taken_to_the_letter(text, expected):
    assert due(text, data={"form": {"wait": "P2D"}}) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("P1D", moment(2026, 9, 30)),  # Tuesday is the one day; it fires when Tuesday is over.
    ("limits.review", moment(2026, 10, 9)),  # 29 and 30 September, then 8 October.
    ("P5D", moment(2026, 10, 11)),  # … the 9th and the worked Saturday.
    ("4 + 1", moment(2026, 10, 11)),
])
def test_working_days_end_with_their_last_day(text, expected):
    assert due(text, is_in_working_days=True) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-10-09T08:00:00+08:00", moment(2026, 10, 9, 8)),
    ("2026-10-09T08:00:00", moment(2026, 10, 9, 8)),
    ("date(form.day)", moment(2026, 10, 9)),
])
def test_a_point_in_time_is_that_point(text, expected):
    assert due(text, "timeDate", data={"form": {"day": "2026-10-09"}}) == expected


@pytest.mark.parametrize(("text", "kind", "is_in_working_days"), [
    ("form.nothing", "timeDuration", False), ("form.nothing", "timeDate", False), ("5", "timeDuration", False),
    ("P90000D", "timeDuration", False), ("P9999Y", "timeDuration", False), ("form.nothing", "timeDuration", True),
    ("1.5", "timeDuration", True), ("0", "timeDuration", True), ("P1DT2H", "timeDuration", True),
    ("99999", "timeDuration", True),
])
def test_what_is_no_time_is_refused_with_the_place(text, kind, is_in_working_days):
    with pytest.raises(when.NoMoment) as refused:
        due(text, kind, is_in_working_days=is_in_working_days)
    assert refused.value.params["element"] == "wait"
