"""Legal clocks: worked examples of real articles, and properties that hold for every clock."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.legal_time import ONE_DAY, calm, china, d, naive_working_days_after, shared
from tongban.core import calendar, clock
from tongban.core.clock import DayReason, Lapse, StopKind, Unit

DECIDE = clock.Period(
    id="xk.decide",
    law="行政许可法",
    article="42(1)",
    effective_from=d("2004-07-01"),
    effective_to=None,
    trigger="accepted",
    bound="agency",
    kind="deadline",
    length=20,
    unit="working_day",
    extension=clock.Extension(10, "working_day", "head_of_agency"),
    suspends=("听证", "检测"),
    on_lapse="overdue",
    lapse=Lapse.OVERDUE,
)
RECONSIDER = replace(
    DECIDE,
    id="fy.decide",
    law="行政复议法",
    article="62(1)",
    effective_from=d("2024-01-01"),
    length=60,
    unit="day",
    extension=clock.Extension(30, "day", "head_of_fy_body"),
    suspends=("中止",),
)


def moment(text, hour=10):
    return datetime.fromisoformat(f"{text}T{hour:02d}:00:00+08:00")


def running(text, length=20, unit=Unit.WORKING_DAY, **more):
    return clock.Clock("statutory", "xk.decide", unit, length, moment(text), **more)


def stop(first, last, ground="检测", kind=StopKind.EXCLUDED):
    return clock.Stop(ground, kind, "告知书1号", d(first), d(last) if last else None)


def ends(of, as_of="2026-01-01"):
    found = clock.due(of, china(), d(as_of))
    return str(found.nominal_on), str(found.last_on)


# --- worked examples ---------------------------------------------------------------------------------------------


def test_the_vectors_handed_over_are_all_exact():
    vectors = shared("period_vectors.json")["vectors"]
    computed = [
        ends(running(each["trigger"], each["length"], Unit(each["unit"])), each["trigger"])[1]
        for each in vectors
    ]
    assert computed == [each["last_day"] for each in vectors]


@pytest.mark.parametrize(
    ("law", "trigger", "length", "unit", "nominal", "last"),
    [
        (
            "许可法42: a worked Sunday counts",
            "2026-09-18",
            2,
            Unit.WORKING_DAY,
            "2026-09-21",
            "2026-09-21",
        ),
        (
            "处罚法60: 90 days end on a holiday",
            "2026-07-06",
            90,
            Unit.DAY,
            "2026-10-04",
            "2026-10-08",
        ),
        ("强制法53: no 30 February", "2025-11-30", 3, Unit.MONTH, "2026-02-28", "2026-02-28"),
        ("诉讼法46: six months", "2025-08-31", 6, Unit.MONTH, "2026-02-28", "2026-02-28"),
        (
            "诉讼法46: the last day is a Sunday",
            "2026-01-05",
            6,
            Unit.MONTH,
            "2026-07-05",
            "2026-07-06",
        ),
        (
            "处罚法36: two years from 29 February",
            "2024-02-29",
            2,
            Unit.YEAR,
            "2026-02-28",
            "2026-02-28",
        ),
        ("a worked Saturday does not roll", "2025-11-30", 90, Unit.DAY, "2026-02-28", "2026-02-28"),
    ],
)
def test_a_period_ends_on(law, trigger, length, unit, nominal, last):
    assert ends(running(trigger, length, unit), trigger) == (nominal, last), law


def test_hours_start_at_once_and_do_not_roll():
    told = clock.Clock("report", "sa.unit_report", Unit.HOUR, 1, moment("2026-10-01", hour=23))
    found = clock.due(told, china(), moment("2026-10-01", hour=23) + timedelta(minutes=30))
    assert found == clock.Due(
        d("2026-10-02"), d("2026-10-02"), moment("2026-10-02", hour=0), False, 1, 0, 1, "running"
    )
    late = clock.due(told, china(), moment("2026-10-02", hour=2))
    assert (late.used, late.left) == (1, -2)
    assert clock.due(told, china(), d("2026-10-01")).used == 0
    ended = clock.due(clock.end(told, on=d("2026-10-01")), china(), moment("2026-10-05"))
    assert (ended.used, ended.left, ended.state) == (1, 0, "ended")
    assert [(row.reason, row.counted) for row in clock.explain(told, china(), d("2026-10-01"))] == [
        (DayReason.HOURS, False),
        (DayReason.HOURS, False),
    ]


def test_the_trigger_day_counts_where_the_setting_says_so():
    assert ends(running("2026-03-02", 5, count_trigger_day=True))[1] == "2026-03-06"
    assert ends(running("2026-03-02", 5))[1] == "2026-03-09"
    assert ends(running("2026-03-02", 1, Unit.MONTH, count_trigger_day=True))[0] == "2026-04-01"
    rows = clock.explain(running("2026-03-02", 2, count_trigger_day=True), china(), d("2026-03-03"))
    assert [(row.number, row.is_trigger) for row in rows] == [(1, True), (2, False)]


@pytest.mark.parametrize(
    ("kind", "unit", "length", "trigger", "stops", "last"),
    [
        # (a) excluded: testing of three working days over the Mid-Autumn holiday (行政许可法 45)
        (
            StopKind.EXCLUDED,
            Unit.WORKING_DAY,
            10,
            "2026-09-17",
            [("2026-09-23", "2026-09-28")],
            "2026-10-12",
        ),
        # (b) suspended for 20 days (行政复议法 39)
        (
            StopKind.SUSPENDED,
            Unit.DAY,
            60,
            "2026-03-02",
            [("2026-03-11", "2026-03-30")],
            "2026-05-21",
        ),
        # (c) restart on the corrected request (政府信息公开条例 30)
        (
            StopKind.RESTARTED,
            Unit.WORKING_DAY,
            20,
            "2026-03-02",
            [("2026-03-09", "2026-03-20")],
            "2026-04-20",
        ),
        # (d) correction time does not count (复议法实施条例 29)
        (
            StopKind.CORRECTION,
            Unit.DAY,
            60,
            "2022-03-01",
            [("2022-03-03", "2022-03-07")],
            "2022-05-05",
        ),
        # (f) an epidemic keeps the plaintiff from the court for ten days (行政诉讼法 48)
        (
            StopKind.FORCE_MAJEURE,
            Unit.MONTH,
            6,
            "2026-01-05",
            [("2026-06-25", "2026-07-04")],
            "2026-07-15",
        ),
        # two stops that overlap are taken once
        (
            StopKind.EXCLUDED,
            Unit.DAY,
            10,
            "2026-03-02",
            [("2026-03-05", "2026-03-10"), ("2026-03-08", "2026-03-12")],
            "2026-03-20",
        ),
        # a stop within another adds nothing
        (
            StopKind.EXCLUDED,
            Unit.DAY,
            10,
            "2026-03-02",
            [("2026-03-05", "2026-03-12"), ("2026-03-06", "2026-03-07")],
            "2026-03-20",
        ),
        # a stop after the end moves nothing
        (
            StopKind.EXCLUDED,
            Unit.DAY,
            10,
            "2026-03-02",
            [("2026-03-13", "2026-03-20")],
            "2026-03-12",
        ),
        # a stop that begins on the Monday to which the end rolled
        (
            StopKind.EXCLUDED,
            Unit.DAY,
            12,
            "2026-03-02",
            [("2026-03-16", "2026-03-18")],
            "2026-03-19",
        ),
        # a stop over days off alone
        (
            StopKind.EXCLUDED,
            Unit.WORKING_DAY,
            5,
            "2026-03-06",
            [("2026-03-07", "2026-03-08")],
            "2026-03-13",
        ),
    ],
)
def test_a_stop_moves_the_end(kind, unit, length, trigger, stops, last):
    stopped = running(trigger, length, unit, stops=tuple(stop(*each, kind=kind) for each in stops))
    assert ends(stopped, trigger)[1] == last
    assert_sums_agree(stopped, d(trigger))


def test_the_surcharge_does_not_run_while_the_fine_is_under_review():
    # (e) 行政处罚法 72, 73: fine due 2026-03-02, review from 11 to 30 March, paid on 9 April.
    surcharge = running(
        "2026-03-02",
        100,
        Unit.DAY,
        stops=(stop("2026-03-11", "2026-03-30", "复议", StopKind.SURCHARGE),),
    )
    assert clock.elapsed(surcharge, china(), d("2026-04-09")) == 18
    assert clock.elapsed(surcharge, china(), d("2026-03-20")) == 8
    assert clock.elapsed(surcharge, china(), d("2026-03-05")) == 3
    assert clock.elapsed(surcharge, china(), d("2026-03-01")) == 0


# --- where it stands ---------------------------------------------------------------------------------------------


def test_a_clock_says_what_is_used_and_left_on_each_day():
    told = running("2026-09-17", 10, stops=(stop("2026-09-23", "2026-09-28"),))
    stands = {
        day: (found.used, found.left, str(found.state))
        for day in (
            "2026-09-16",
            "2026-09-17",
            "2026-09-20",
            "2026-09-24",
            "2026-10-09",
            "2026-10-12",
            "2026-10-14",
        )
        for found in [clock.due(told, china(), d(day))]
    }
    assert stands == {
        "2026-09-16": (0, 10, "running"),
        "2026-09-17": (0, 10, "running"),
        "2026-09-20": (2, 8, "running"),
        "2026-09-24": (4, 6, "paused"),
        "2026-10-09": (8, 2, "running"),
        "2026-10-12": (10, 0, "running"),
        "2026-10-14": (10, -2, "running"),
    }


def test_between_the_nominal_and_the_rolled_last_day_nothing_is_left_and_nothing_late():
    told = running("2026-07-06", 90, Unit.DAY)
    stands = [
        clock.due(told, china(), d(day)).left
        for day in ("2026-10-04", "2026-10-06", "2026-10-08", "2026-10-09")
    ]
    assert stands == [0, 0, 0, -1]


def test_an_open_stop_moves_the_end_with_every_working_day_it_lasts():
    told = running("2026-03-02", 5, stops=(stop("2026-03-04", None),))
    assert [
        ends(told, day)[1] for day in ("2026-03-03", "2026-03-04", "2026-03-06", "2026-03-09")
    ] == [
        "2026-03-10",
        "2026-03-10",
        "2026-03-12",
        "2026-03-13",
    ]


def test_an_open_correction_begins_the_count_anew_after_today():
    told = running("2026-03-02", 5, stops=(stop("2026-03-04", None, "补正", StopKind.RESTARTED),))
    found = clock.due(told, china(), d("2026-03-06"))
    assert (found.last_on, found.used, found.state) == (d("2026-03-13"), 0, "paused")


def test_an_ended_clock_stands_still():
    told = clock.end(running("2026-03-02", 5), on=d("2026-03-04"))
    assert clock.due(told, china(), d("2026-05-01")).left == 3
    assert clock.state(told, d("2026-03-03")) == "running"
    assert clock.state(told, d("2026-03-04")) == "ended"
    assert [row.reason for row in clock.explain(told, china(), d("2026-05-01"))] == [
        "trigger", "counted", "counted", "ended", "ended", "ended", "ended", "ended"
    ]  # fmt: skip


def test_what_rests_on_a_year_without_a_notice_is_provisional():
    assert clock.due(running("2026-12-02"), china(), d("2026-12-02")).provisional is False
    assert clock.due(running("2026-12-04"), china(), d("2026-12-04")).provisional is True
    assert (
        clock.due(running("2026-11-20", 60, Unit.DAY), china(), d("2026-11-20")).provisional is True
    )
    assert (
        clock.due(running("2026-10-20", 60, Unit.DAY), china(), d("2026-10-20")).provisional
        is False
    )


def test_a_moment_is_taken_as_the_civil_day_in_shanghai():
    assert clock.civil_day(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)) == d("2026-03-02")
    with pytest.raises(AssertionError, match="time zone"):
        clock.civil_day(datetime(2026, 3, 1, 16, 30))  # noqa: DTZ001 -- the mistake itself


def test_a_year_without_calendar_data_is_refused():
    with pytest.raises(calendar.NoCalendar, match="2004-01-01至2046-12-31"):
        clock.due(running("2003-12-01"), china(), d("2026-01-01"))


# --- after office hours --------------------------------------------------------------------------------------------

ONLINE, WINDOW = (
    clock.Reception(channel, time(9), time(17), clock.AfterHours(rule))
    for channel, rule in (("online", "same_day"), ("window", "next_working_day"))
)


@pytest.mark.parametrize(
    ("filed_at", "received_on"),
    [
        ("2026-09-18T10:00", None),  # In office hours.
        ("2026-09-18T08:59", None),  # Before they begin: the same day.
        ("2026-09-18T17:00", "2026-09-20"),  # After the close; the Sunday is worked in exchange.
        ("2026-09-19T10:00", "2026-09-20"),  # On a Saturday.
        ("2026-09-20T10:00", None),  # On the worked Sunday.
        ("2026-09-24T18:00", "2026-09-28"),  # The evening before the Mid-Autumn holiday.
    ],
)
def test_what_comes_after_office_hours_is_received_on_the_next_working_day_or_at_once(filed_at, received_on):
    filed = datetime.fromisoformat(f"{filed_at}:00+08:00")
    assert WINDOW.received_on(filed, china()) == (d(received_on) if received_on else None)
    assert ONLINE.received_on(filed, china()) is None


def test_the_rows_say_that_something_came_after_office_hours():
    filed = datetime.fromisoformat("2026-09-24T18:00:00+08:00")
    late = clock.start(DECIDE, name="acceptance", at=filed, received_on=WINDOW.received_on(filed, china()))
    rows = clock.explain(late, china(), d("2026-09-24"))
    assert [(str(row.day)[5:], str(row.reason), row.is_trigger, row.is_after_hours) for row in rows[:6]] == [
        ("09-24", "after_hours", False, True),
        ("09-25", "after_hours", False, False),
        ("09-26", "after_hours", False, False),
        ("09-27", "after_hours", False, False),
        ("09-28", "trigger", True, False),
        ("09-29", "counted", False, False),
    ]
    assert_sums_agree(late, d("2026-09-24"))
    assert clock.clock_of(json.loads(json.dumps(clock.as_document(late)))) == late
    at_once = clock.start(DECIDE, name="acceptance", at=filed, received_on=ONLINE.received_on(filed, china()))
    first, second = clock.explain(at_once, china(), d("2026-09-24"), ONLINE)[:2]
    assert (first.reason, first.is_trigger, first.is_after_hours, second.is_after_hours) == ("trigger", True, True, False)
    in_hours = replace(at_once, started_at=moment("2026-09-24"))
    assert not any(row.is_after_hours for row in clock.explain(in_hours, china(), d("2026-09-24"), ONLINE))


def test_hours_start_at_once_whatever_the_office_hours():
    rule = replace(DECIDE, length=24, unit="hour")
    assert clock.start(rule, name="report", at=moment("2026-09-24", 23), received_on=d("2026-09-28")).received_on is None


# --- explained ---------------------------------------------------------------------------------------------------


def test_every_day_says_whether_it_counts_and_why():
    told = running("2026-09-17", 8, stops=(stop("2026-09-23", "2026-09-25"),))
    rows = clock.explain(told, china(), d("2026-09-29"))
    assert [(str(row.day)[5:], row.number, str(row.reason), row.words) for row in rows] == [
        ("09-17", None, "trigger", ""),
        ("09-18", 1, "counted", ""),
        ("09-19", None, "weekend", ""),
        ("09-20", 2, "counted", ""),
        ("09-21", 3, "counted", ""),
        ("09-22", 4, "counted", ""),
        ("09-23", None, "stopped", "检测"),
        ("09-24", None, "stopped", "检测"),
        ("09-25", None, "holiday", "中秋节"),
        ("09-26", None, "weekend", "中秋节"),
        ("09-27", None, "weekend", "中秋节"),
        ("09-28", 5, "counted", ""),
        ("09-29", 6, "counted", ""),
        ("09-30", 7, "counted", ""),
        ("10-01", None, "holiday", "国庆节"),
        ("10-02", None, "holiday", "国庆节"),
        ("10-03", None, "weekend", "国庆节"),
        ("10-04", None, "weekend", "国庆节"),
        ("10-05", None, "holiday", "国庆节"),
        ("10-06", None, "holiday", "国庆节"),
        ("10-07", None, "holiday", "国庆节"),
        ("10-08", 8, "counted", ""),
    ]
    by_day = {str(row.day): row for row in rows}
    assert by_day["2026-09-20"].kind is calendar.DayKind.WORKED_WEEKEND
    assert by_day["2026-09-23"].document == "告知书1号"
    assert [day for day, row in by_day.items() if row.is_trigger] == ["2026-09-17"]
    assert [day for day, row in by_day.items() if row.is_today] == ["2026-09-29"]
    assert [day for day, row in by_day.items() if row.is_due] == ["2026-10-08"]
    assert sum(row.is_future for row in rows) == 9


def test_days_to_which_the_end_rolls_and_days_too_late_are_told_apart():
    rows = clock.explain(running("2026-07-06", 90, Unit.DAY), china(), d("2026-10-10"))
    assert [(str(row.day)[5:], row.number, str(row.reason)) for row in rows[-7:]] == [
        ("10-04", 90, "counted"),
        ("10-05", None, "rolled"),
        ("10-06", None, "rolled"),
        ("10-07", None, "rolled"),
        ("10-08", None, "rolled"),
        ("10-09", 1, "late"),
        ("10-10", 2, "late"),
    ]
    assert [row.is_nominal for row in rows[-7:]] == [True] + [False] * 6


def test_days_before_a_corrected_filing_do_not_count():
    told = running(
        "2026-03-02", 5, stops=(stop("2026-03-04", "2026-03-06", "补正", StopKind.RESTARTED),)
    )
    rows = clock.explain(told, china(), d("2026-03-09"))
    assert [(row.number, str(row.reason), row.words) for row in rows[:6]] == [
        (None, "restarted", "补正"),
        (None, "restarted", "补正"),
        (None, "restarted", "补正"),
        (None, "restarted", "补正"),
        (None, "trigger", ""),
        (None, "weekend", ""),
    ]
    assert [row.is_trigger for row in rows[:6]] == [True, False, False, False, True, False]


def test_an_explanation_of_a_clock_long_past_its_end_stops_somewhere():
    assert len(clock.explain(running("2005-03-01", 5), china(), d("2026-01-01"))) < 500


# --- the last day of a rule ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "trigger", "extended", "last"),
    [
        ({}, "2026-02-13", False, "2026-03-19"),
        ({}, "2026-02-13", True, "2026-04-02"),
        # 行政许可法 48: notice seven working days before the hearing
        ({"kind": "before", "length": 7}, "2026-10-12", False, "2026-09-24"),
        # 招标投标法 23: fifteen days before; the fifteenth back is a Sunday, so it must be done on the Friday
        ({"kind": "before", "length": 15, "unit": "day"}, "2026-03-16", False, "2026-02-28"),
        ({"kind": "before", "length": 15, "unit": "day"}, "2026-03-23", False, "2026-03-06"),
        # 行政许可法 34: on the spot
        ({"length": 0, "unit": "immediate"}, "2026-10-01", False, "2026-10-01"),
        # 政府信息公开条例 49: 31 January of the next year, a Saturday, does not move
        (
            {"kind": "date", "length": None, "unit": "date", "value": "01-31"},
            "2025-12-31",
            False,
            "2026-01-31",
        ),
        (
            {"kind": "date", "length": None, "unit": "date", "value": "03-31"},
            "2026-01-05",
            False,
            "2026-03-31",
        ),
    ],
)
def test_the_last_day_of_a_rule_is(change, trigger, extended, last):
    rule = replace(DECIDE, **change)
    assert clock.term(rule, china(), d(trigger), extended=extended).last_on == d(last)


def test_the_hours_of_a_rule_run_from_the_moment():
    rule = replace(DECIDE, length=24, unit="hour")
    assert clock.term(rule, china(), moment("2026-03-02")).due_at == moment("2026-03-03")


@pytest.mark.parametrize("change", [{"length": None}, {"unit": "person"}, {"unit": None}])
def test_a_rule_that_sets_no_time_has_no_last_day(change):
    rule = replace(DECIDE, **change)
    assert clock.is_timed(rule) is False
    with pytest.raises(clock.NotATimeLimit, match=r"《行政许可法》第42条第1款（规则xk\.decide）"):
        clock.term(rule, china(), d("2026-03-02"))


def test_timed_rules_are_those_with_a_last_day():
    assert clock.is_timed(DECIDE)
    assert clock.is_timed(replace(DECIDE, length=0, unit="immediate"))
    assert clock.is_timed(replace(DECIDE, kind="date", length=None, unit="date", value="01-31"))


@pytest.mark.parametrize(
    ("law", "article", "cited"),
    [
        ("行政许可法", "42(1)", "《行政许可法》第42条第1款"),
        ("行政许可法", "32(1)(四)", "《行政许可法》第32条第1款第（四）项"),
        ("行政处罚法", "52,55", "《行政处罚法》第52条、第55条"),
        ("行政复议法", "41(五)", "《行政复议法》第41条第（五）项"),
        ("行政复议法", "34 + 行政诉讼法45", "《行政复议法》第34条、行政诉讼法45"),
        ("国办发〔2018〕118号", "-", "国办发〔2018〕118号"),
    ],
)
def test_a_rule_is_cited_as_a_lawyer_does(law, article, cited):
    assert clock.cite(law, article) == cited


# --- acts --------------------------------------------------------------------------------------------------------


def paused(**more):
    asked = {
        "kind": StopKind.EXCLUDED,
        "ground": "检测",
        "document": "告知书1号",
        "first_day": d("2026-03-04"),
    }
    return clock.pause(running("2026-03-02"), DECIDE, **(asked | more))


def test_a_period_starts_a_clock_and_a_promise_one_in_working_days():
    told = clock.start(DECIDE, name="statutory", at=moment("2026-03-02"))
    assert told == running("2026-03-02")
    promised = clock.promise(name="promised", working_days=7, at=moment("2026-03-02"))
    assert ends(promised)[1] == "2026-03-11"


def test_several_clocks_of_one_case_go_side_by_side():
    told = [
        clock.start(DECIDE, name="statutory", at=moment("2026-03-02")),
        clock.promise(name="promised", working_days=10, at=moment("2026-03-02")),
        clock.promise(name="step", working_days=3, at=moment("2026-03-05")),
    ]
    told = [
        clock.pause(
            each,
            kind=StopKind.EXCLUDED,
            ground="听证",
            document="告知书",
            first_day=d("2026-03-09"),
            last_day=d("2026-03-11"),
        )
        for each in told
    ]
    assert [ends(each)[1] for each in told] == ["2026-04-02", "2026-03-19", "2026-03-13"]


def test_a_stop_has_a_first_day_and_when_resumed_a_last_one():
    told = clock.resume(paused(), last_day=d("2026-03-10"))
    assert told.stops == (stop("2026-03-04", "2026-03-10"),)
    again = clock.pause(
        told,
        DECIDE,
        kind=StopKind.EXCLUDED,
        ground="听证",
        document="告知书2号",
        first_day=d("2026-03-11"),
    )
    assert clock.resume(again, last_day=d("2026-03-11")).stops[0] == stop(
        "2026-03-04", "2026-03-10"
    )


def test_ending_a_clock_ends_its_open_stop():
    done = clock.end(
        clock.pause(
            clock.resume(paused(), last_day=d("2026-03-05")),
            kind=StopKind.EXCLUDED,
            ground="听证",
            document="告知书",
            first_day=d("2026-03-09"),
        ),
        on=d("2026-03-10"),
    )
    assert [each.last_day for each in done.stops] == [d("2026-03-05"), d("2026-03-10")]


def test_a_restart_counts_anew_and_unlike_a_pause_gives_all_the_days_back():
    told = clock.restart(
        running("2026-03-02", 5), ground="补正", document="补正材料", on=d("2026-03-06")
    )
    assert ends(told)[1] == "2026-03-13"
    assert clock.resume(paused(), last_day=d("2026-03-06")).stops[0].kind is StopKind.EXCLUDED


REFUSED_PAUSES = [
    (clock.PauseWithoutGround, {"ground": " "}),
    (clock.PauseWithoutDocument, {"document": ""}),
    (clock.GroundNotInLaw, {"ground": "领导出差"}),
    (clock.StopBackwards, {"last_day": d("2026-03-03")}),
    (clock.StopBackwards, {"first_day": d("2026-03-01")}),
]


@pytest.mark.parametrize(("refusal", "asked"), REFUSED_PAUSES)
def test_a_pause_is_refused_with_a_sentence_that_names_the_rule(refusal, asked):
    with pytest.raises(refusal, match=r"规则xk\.decide"):
        paused(**asked)


@pytest.mark.parametrize(
    ("refusal", "act"),
    [
        (clock.AlreadyPaused, lambda: clock.pause(paused(), kind=StopKind.EXCLUDED, ground="听证", document="x", first_day=d("2026-03-20"))),
        (clock.AlreadyPaused, lambda: clock.pause(paused(last_day=d("2026-03-10")), kind=StopKind.EXCLUDED, ground="听证", document="x", first_day=d("2026-03-03"), last_day=d("2026-03-04"))),
        (clock.NotPaused, lambda: clock.resume(running("2026-03-02"), last_day=d("2026-03-04"))),
        (clock.StopBackwards, lambda: clock.resume(paused(), last_day=d("2026-03-03"))),
        (clock.ClockEnded, lambda: clock.end(clock.end(running("2026-03-02"), on=d("2026-03-04")), on=d("2026-03-05"))),
        (clock.HoursDoNotStop, lambda: clock.restart(running("2026-03-02", 24, Unit.HOUR), ground="x", document="x", on=d("2026-03-03"))),
    ],
)  # fmt: skip
def test_what_cannot_be_done_to_a_clock_is_refused(refusal, act):
    with pytest.raises(refusal, match=r"规则xk\.decide"):
        act()


def test_a_stop_that_is_over_before_the_next_begins_is_no_hindrance():
    told = paused(last_day=d("2026-03-05"))
    told = clock.pause(
        told,
        kind=StopKind.EXCLUDED,
        ground="听证",
        document="x",
        first_day=d("2026-03-02"),
        last_day=d("2026-03-03"),
    )
    assert len(told.stops) == 2


def extended(rule=DECIDE, of=None, **more):
    asked = {"approver": "head_of_agency", "reason": "案情复杂", "on": d("2026-03-10")}
    return clock.extend(of or running("2026-03-02"), rule, china(), **(asked | more))


def test_an_extension_is_approved_once_by_the_right_office_with_a_reason():
    assert (extended().extended, ends(extended())[1]) == (10, "2026-04-14")
    assert extended(approver="head_of_same_level_government").extended == 10
    assert extended(length=4).extended == 4
    open_ended = replace(DECIDE, extension=clock.Extension(None, "reasonable", "fy_organ"))
    assert extended(open_ended, length=15).extended == 15


@pytest.mark.parametrize(
    ("refusal", "rule", "asked"),
    [
        (clock.AlreadyExtended, DECIDE, {"of": running("2026-03-02", extended=10)}),
        (clock.ExtensionWithoutReason, DECIDE, {"reason": ""}),
        (clock.ApproverTooLow, DECIDE, {"approver": "head_of_disclosure_office"}),
        (clock.ApproverTooLow, DECIDE, {"approver": "somebody"}),
        (clock.ExtensionTooLong, DECIDE, {"length": 11}),
        (clock.ExtensionTooLong, DECIDE, {"length": 0}),
        (clock.ExtendedTooLate, DECIDE, {"on": d("2026-03-31")}),
        (clock.ExtensionNotInLaw, replace(DECIDE, extension=None), {}),
        (
            clock.ExtensionNotInLaw,
            replace(DECIDE, extension=clock.Extension(None, "reasonable", "organ")),
            {},
        ),
    ],
)
def test_an_extension_is_refused_with_a_sentence_that_names_the_rule(refusal, rule, asked):
    with pytest.raises(refusal, match=r"《行政许可法》第42条第1款（规则xk\.decide）"):
        extended(rule, **asked)


def test_a_law_that_is_not_in_force_starts_no_clock():
    with pytest.raises(clock.LawNotInForce, match="2004-06-30"):
        clock.start(DECIDE, name="statutory", at=moment("2004-06-30"))
    assert (
        clock.is_in_force(
            replace(DECIDE, effective_from=None, effective_to=d("2010-01-01")), d("2010-01-02")
        )
        is False
    )


@pytest.mark.parametrize(
    ("change", "as_of", "effect"),
    [
        ({}, "2026-03-30", None),
        ({}, "2026-03-31", (Lapse.OVERDUE, "2026-03-30")),
        ({"lapse": None}, "2026-03-31", (Lapse.OVERDUE, "2026-03-30")),
        # 行政许可法 32: not told within five days, so accepted from the day of receipt
        ({"lapse": Lapse.DEEMED_ACCEPTED, "on_lapse": "deemed_accepted_from_receipt"}, "2026-03-31", (Lapse.DEEMED_ACCEPTED, "2026-03-02")),
        # 行政复议法 30: accepted from the day on which the time to examine ended
        ({"lapse": Lapse.DEEMED_ACCEPTED, "on_lapse": "deemed_accepted_on_expiry"}, "2026-03-31", (Lapse.DEEMED_ACCEPTED, "2026-03-30")),
        ({"lapse": Lapse.DEEMED_CONSENT}, "2026-05-01", (Lapse.DEEMED_CONSENT, "2026-03-30")),
        ({"lapse": Lapse.MUST_LIFT}, "2026-05-01", (Lapse.MUST_LIFT, "2026-03-30")),
    ],
)  # fmt: skip
def test_when_a_period_has_run_out_the_law_says_what_follows(change, as_of, effect):
    found = clock.lapsed(running("2026-03-02"), replace(DECIDE, **change), china(), d(as_of))
    assert (found and (found.effect, str(found.effective_on))) == effect


def test_a_clock_that_is_paused_does_not_run_out():
    told = running("2026-03-02", 5, stops=(stop("2026-03-04", None),))
    assert clock.lapsed(told, DECIDE, china(), d("2026-06-01")) is None


# --- properties --------------------------------------------------------------------------------------------------

STARTS = st.dates(date(2005, 1, 1), date(2025, 6, 30))
UNITS = st.sampled_from([Unit.WORKING_DAY, Unit.DAY])


@st.composite
def clocks(draw):
    started = draw(STARTS)
    stops = []
    for gap, length in draw(
        st.lists(st.tuples(st.integers(0, 40), st.integers(0, 25)), max_size=4)
    ):
        first = (stops[-1].last_day if stops else started) + (gap + 1) * ONE_DAY
        kind = draw(st.sampled_from([StopKind.EXCLUDED, StopKind.SUSPENDED, StopKind.RESTARTED]))
        stops.append(clock.Stop("听证", kind, "告知书", first, first + length * ONE_DAY))
    if stops and draw(st.booleans()):
        stops[-1] = replace(stops[-1], last_day=None)
    unit = draw(st.sampled_from([Unit.WORKING_DAY, Unit.DAY, Unit.MONTH]))
    return clock.Clock(
        "statutory",
        "xk.decide",
        unit,
        draw(st.integers(1, 6 if unit is Unit.MONTH else 60)),
        clock.at_midnight(started),
        tuple(stops),
        extended=draw(st.sampled_from([0, 3])),
        ended_on=draw(st.none() | st.integers(0, 90).map(lambda n: started + n * ONE_DAY))
        if not stops
        else None,
        count_trigger_day=draw(st.booleans()),
    )


def assert_sums_agree(told, as_of):
    found, rows = clock.due(told, china(), as_of), clock.explain(told, china(), as_of)
    until = min(as_of, told.ended_on or as_of)
    used = sum(row.counted for row in rows if row.day <= until)
    assert used == found.used
    if told.ended_on is None:
        assert sum(row.counted for row in rows) == found.budget
    assert [row.number for row in rows if row.counted] == list(
        range(1, sum(row.counted for row in rows) + 1)
    )
    assert [row.day for row in rows if row.is_due] == [found.last_on]
    if found.left < 0:
        assert sum(row.reason is DayReason.LATE for row in rows if row.day <= until) == min(
            -found.left, 400
        )
    assert china().is_working(found.last_on) or told.unit is not Unit.WORKING_DAY


@calm
@given(told=clocks(), after=st.integers(0, 200))
def test_the_explanation_adds_up_to_the_result(told, after):
    assert_sums_agree(told, clock.civil_day(told.started_at) + after * ONE_DAY)


@calm
@given(told=clocks())
def test_a_clock_written_down_and_read_again_is_the_same_clock(told):
    assert clock.clock_of(json.loads(json.dumps(clock.as_document(told)))) == told


@calm
@given(day=STARTS, length=st.integers(1, 60), unit=UNITS)
def test_a_later_start_or_a_longer_period_never_ends_earlier(day, length, unit):
    def last(start, n):
        return clock.due(
            clock.Clock("", "", unit, n, clock.at_midnight(start)), china(), start
        ).last_on

    assert last(day, length) <= last(day + ONE_DAY, length)
    assert last(day, length) <= last(day, length + 1)
    assert last(day, length) < last(day, length + 15)


@calm
@given(
    day=STARTS,
    length=st.integers(1, 60),
    unit=UNITS,
    after=st.integers(1, 30),
    lasts=st.integers(0, 40),
)
def test_a_stop_of_k_counted_days_moves_the_end_by_exactly_k_counted_days(
    day, length, unit, after, lasts
):
    plain = clock.Clock("", "", unit, length, clock.at_midnight(day))
    first = day + after * ONE_DAY
    stopped = replace(
        plain, stops=(clock.Stop("听证", StopKind.EXCLUDED, "x", first, first + lasts * ONE_DAY),)
    )
    before, then = (clock.due(each, china(), day).nominal_on for each in (plain, stopped))
    if first > before:
        assert then == before
    elif unit is Unit.DAY:
        assert (then - before).days == lasts + 1
    else:
        k = china().count_between(first - ONE_DAY, first + lasts * ONE_DAY)
        assert china().count_between(before, then) == k
        assert then == naive_working_days_after(china().is_working, before, k)


@calm
@given(told=clocks(), days=st.lists(st.integers(0, 120), min_size=2, max_size=2).map(sorted))
def test_what_is_used_never_shrinks_unless_the_count_begins_anew(told, days):
    if any(each.kind is StopKind.RESTARTED for each in told.stops):
        return
    start = clock.civil_day(told.started_at)
    early, late = (clock.due(told, china(), start + n * ONE_DAY).used for n in days)
    assert early <= late


# --- a course of events --------------------------------------------------------------------------------------------

RECEIVE = replace(
    DECIDE,
    id="xk.correction_notice",
    article="32(1)(四)",
    length=5,
    extension=None,
    lapse=Lapse.DEEMED_ACCEPTED,
    on_lapse="deemed_accepted_from_receipt",
)
DELIVER = replace(DECIDE, id="xk.deliver", article="44", length=10, extension=None)
PERMIT = clock.Rules(RECEIVE, DECIDE, DELIVER)


def course(rules=PERMIT, filed_on="2026-09-17", **more):
    found = clock.outlook(clock.Plan(filed_on=d(filed_on), **more), rules, china())
    return {str(each.kind): str(each.on) for each in found.moments}


def test_filed_corrected_on_the_third_day_heard_for_twelve_days_decided_by():
    assert course(
        correction_on_day=3, corrected_after_days=2, accepted_on_day=1, stop_ground="听证",
        stop_on_day=5, stop_days=12, promised_working_days=10,
    ) == {
        "filed": "2026-09-17",
        "correction_asked": "2026-09-21",
        "corrected": "2026-09-23",
        "accepted": "2026-09-24",
        "stopped": "2026-10-09",
        "went_on": "2026-10-21",
        "promised_by": "2026-10-28",
        "decided_by": "2026-11-11",
        "delivered_by": "2026-11-25",
    }  # fmt: skip


def test_nothing_happens_but_the_decision():
    found = clock.outlook(clock.Plan(filed_on=d("2026-09-17")), PERMIT, china())
    assert [str(each.kind) for each in found.moments] == [
        "filed",
        "accepted",
        "decided_by",
        "delivered_by",
    ]
    assert (found.due.last_on, found.promised, found.rows[-1].day) == (
        d("2026-10-21"),
        None,
        d("2026-10-21"),
    )
    assert course(is_extended=True)["decided_by"] == "2026-11-04"


def test_an_organ_that_asks_or_accepts_too_late_has_accepted_on_the_day_of_receipt():
    assert course(correction_on_day=6, corrected_after_days=9)["deemed_accepted"] == "2026-09-17"
    late = course(correction_on_day=3, corrected_after_days=2, accepted_on_day=7)
    assert (late["deemed_accepted"], "accepted" in late) == ("2026-09-23", False)


def test_without_a_period_for_acceptance_the_decision_runs_from_the_corrected_request():
    disclosure = clock.Rules(None, replace(DECIDE, id="gk.answer", suspends=()))
    assert course(disclosure, correction_on_day=3, corrected_after_days=2) == {
        "filed": "2026-09-17",
        "correction_asked": "2026-09-21",
        "corrected": "2026-09-23",
        "decided_by": "2026-10-28",
    }


def test_a_stop_in_a_period_of_calendar_days_begins_on_a_calendar_day():
    review = clock.Rules(replace(RECEIVE, lapse=Lapse.OVERDUE), RECONSIDER)
    told = course(
        review, "2026-03-02", accepted_on_day=9, stop_ground="中止", stop_on_day=10, stop_days=20
    )
    assert (told["accepted"], told["stopped"], told["went_on"], told["decided_by"]) == (
        "2026-03-13", "2026-03-23", "2026-04-12", "2026-06-01"
    )  # fmt: skip


def test_a_course_the_law_does_not_know_is_refused():
    with pytest.raises(clock.GroundNotInLaw, match="领导出差"):
        course(stop_ground="领导出差", stop_days=3)


def test_what_depends_on_a_year_without_a_notice_is_provisional_in_a_course_too():
    found = clock.outlook(
        clock.Plan(filed_on=d("2026-12-01"), promised_working_days=5), PERMIT, china()
    )
    assert [each.is_provisional for each in found.moments] == [False, False, False, False, True]
