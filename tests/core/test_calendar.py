"""The working-day calendar: its table against others' and its arithmetic against counting day by day."""

from datetime import date

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.legal_time import (
    ONE_DAY,
    calendar_from,
    calm,
    china,
    d,
    naive_working_days_after,
    notices,
    shared,
    years,
)
from tongban.core import calendar
from tongban.core.calendar import DayKind

DAYS = st.dates(date(2005, 1, 1), date(2029, 12, 31))
PLAIN = calendar.calendar_of(weekday_off=[], weekend_on=[], first_year=2024, last_year=2025)


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        ("2026-09-24", DayKind.WORKING, ""),
        ("2026-09-19", DayKind.WEEKEND, ""),
        ("2026-09-20", DayKind.WORKED_WEEKEND, ""),
        ("2026-09-25", DayKind.HOLIDAY, "中秋节"),
        ("2026-10-03", DayKind.WEEKEND, "国庆节"),
        ("2020-01-31", DayKind.HOLIDAY, "春节"),
        ("2015-09-03", DayKind.HOLIDAY, "抗战胜利纪念日"),
    ],
)
def test_a_day_is_working_weekend_holiday_or_worked_weekend(day, kind, name):
    assert (china().kind(d(day)), china().name(d(day))) == (kind, name)


def test_the_packs_say_the_same_of_2004_to_2026_as_the_list_handed_over():
    told = shared("workdays_2004_2026.json")
    ours = calendar.arrange(notices(year for year in years() if year["year"] <= 2026))
    assert sorted(map(str, ours.weekday_off)) == sorted(told["weekday_off"])
    assert sorted(map(str, ours.weekend_on)) == sorted(told["weekend_on"])


def test_every_working_day_of_2004_to_2026_is_one_for_chinesecalendar():
    days = [
        date.fromordinal(n) for n in range(d("2004-01-01").toordinal(), d("2027-01-01").toordinal())
    ]
    assert [
        day for day in days if china().is_working(day) != chinese_calendar.is_workday(day)
    ] == []


@pytest.mark.parametrize("other", ["chinesecalendar", "holidays"])
def test_no_difference_for_every_start_day_2015_to_2026_and_1_to_60_working_days(other):
    if other == "holidays":
        is_working = holidays.country_holidays("CN", years=range(2015, 2028)).is_working_day
    else:
        is_working = chinese_calendar.is_workday
    days = [
        date.fromordinal(n) for n in range(d("2015-01-01").toordinal(), d("2027-01-01").toordinal())
    ]
    theirs = [day for day in days if is_working(day)]
    at, differences, compared = 0, [], 0
    for day in days:
        while at < len(theirs) and theirs[at] <= day:
            at += 1
        for n, expected in enumerate(theirs[at : at + 60], start=1):
            compared += 1
            if china().working_days_after(day, n) != expected:
                differences.append((day, n))
    assert (differences, compared > 250_000) == ([], True)


@calm
@given(day=DAYS, n=st.integers(1, 90))
def test_the_nth_working_day_after_is_the_one_found_by_counting(day, n):
    assert china().working_days_after(day, n) == naive_working_days_after(
        china().is_working, day, n
    )


@calm
@given(day=DAYS, n=st.integers(1, 90))
def test_the_nth_working_day_before_counts_back_to_where_the_count_began(day, n):
    before = china().working_days_before(day, n)
    assert china().is_working(before)
    assert china().count_between(before - ONE_DAY, day - ONE_DAY) == n


@calm
@given(after=DAYS, until=DAYS)
def test_the_working_days_between_are_those_counted_one_by_one(after, until):
    low, high = sorted((after, until))
    counted = sum(
        china().is_working(date.fromordinal(n))
        for n in range(low.toordinal() + 1, high.toordinal() + 1)
    )
    assert china().count_between(low, high) == counted
    assert china().count_between(high, low) == -counted


@calm
@given(day=DAYS)
def test_a_day_rolls_to_the_nearest_working_day_either_way(day):
    on, back = china().roll(day), china().roll_back(day)
    assert (china().is_working(on), china().is_working(back)) == (True, True)
    assert back <= day <= on
    assert china().count_between(back - ONE_DAY, on) == (1 if on == back else 2)


@calm
@given(days=st.lists(DAYS), n=st.integers(1, 60))
def test_the_batch_form_says_of_each_day_what_the_single_form_says(days, n):
    assert china().working_days_after_each(days, n) == [
        china().working_days_after(day, n) for day in days
    ]


def test_no_working_day_after_or_before_is_the_day_itself():
    assert china().working_days_after(d("2026-10-01"), 0) == d("2026-10-01")
    assert china().working_days_before(d("2026-10-01"), 0) == d("2026-10-01")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: PLAIN.is_working(d("2023-12-31")),
        lambda: PLAIN.kind(d("2026-01-01")),
        lambda: PLAIN.working_days_after(d("2023-12-31"), 1),
        lambda: PLAIN.working_days_after(d("2025-12-31"), 1),
        lambda: PLAIN.working_days_after_each([d("2024-05-01"), d("2025-12-31")], 1),
        lambda: PLAIN.working_days_before(d("2024-01-01"), 1),
        lambda: PLAIN.count_between(d("2024-01-01"), d("2026-01-01")),
        lambda: PLAIN.roll(d("2026-01-03")),
    ],
)
def test_a_day_outside_the_table_is_refused_with_the_years_it_has(ask):
    with pytest.raises(calendar.NoCalendar, match="2024-01-01至2025-12-31"):
        ask()


def test_the_years_without_a_notice_are_provisional():
    assert (china().is_provisional(d("2026-12-31")), china().is_provisional(d("2027-01-01"))) == (
        False,
        True,
    )


@pytest.mark.parametrize(
    ("off", "on"),
    [(["2024-01-06"], []), ([], ["2024-01-08"]), (["2026-01-01"], []), ([], ["2023-12-31"])],
)
def test_days_that_cannot_be_so_arranged_are_refused(off, on):
    with pytest.raises(calendar.CalendarContradicts):
        calendar.calendar_of(
            weekday_off=map(d, off), weekend_on=map(d, on), first_year=2024, last_year=2025
        )


@pytest.mark.parametrize("last", ["2024-02-09", "2024-03-12"])
def test_a_holiday_that_ends_before_it_begins_or_never_is_refused(last):
    holiday = calendar.Holiday("春节", d("2024-02-10"), d(last))
    with pytest.raises(calendar.CalendarContradicts, match="2024-02-10"):
        calendar.arrange([calendar.Notice(2024, (holiday,))])


def test_the_notice_of_january_2020_took_a_working_day_and_a_worked_saturday_away():
    of_2020 = notices(year for year in years() if year["year"] == 2020)
    before = calendar_from(of_2020[:1], 2020, 2020)
    after = calendar_from(of_2020, 2020, 2020)
    friday, saturday = d("2020-01-31"), d("2020-02-01")
    assert [before.kind(friday), before.kind(saturday)] == [DayKind.WORKING, DayKind.WORKED_WEEKEND]
    assert [after.kind(friday), after.kind(saturday)] == [DayKind.HOLIDAY, DayKind.WEEKEND]
    assert before.working_days_after(d("2020-01-22"), 10) == d("2020-02-11")
    assert after.working_days_after(d("2020-01-22"), 10) == d("2020-02-13")
