"""The law register and the calendar, loaded from the packs as they are delivered."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.core.legal_time import ROOT, d, shared
from tongban.core import calendar as work
from tongban.core import clock as clocks
from tongban.law import actions, models, queries
from tongban.law.queries import register

PACKS = ROOT / "packs"
LAWS = PACKS / "national" / "laws"
AT = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
EXAMPLES = yaml.safe_load((LAWS / "examples.yaml").read_text(encoding="utf-8"))["examples"]


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        actions.load(packs=PACKS, progress=silent, at=AT)
        yield
        transaction.set_rollback(True)
    queries.forget()


@pytest.fixture
def _law(_loaded, db):
    queries.forget()
    yield
    queries.forget()


pytestmark = pytest.mark.usefixtures("_law")


def silent(_what, _done, _total):
    pass


# --- the register ------------------------------------------------------------------------------------------------


def test_the_register_holds_every_rule_handed_over_with_its_facts_and_its_status():
    told = {each["id"]: each for each in shared("periods.json")["rules"]}
    ours = {row.period.id: row for row in queries.search()}
    assert sorted(ours) == sorted(told)
    assert len(ours) == 268
    for rule_id, row in ours.items():
        rule, want = row.period, told[rule_id]
        number = None if rule.length is None else rule.length
        assert (
            str(rule.effective_from or ""), str(rule.effective_to or ""), rule.kind, rule.unit,
            rule.value or number, rule.quote, rule.source, rule.note, rule.on_lapse,
        ) == (
            want["effective_from"] or "", want["effective_to"] or "", want["kind"], want["unit"],
            str(want["length"]) if rule.value else want["length"], want["quote"] or "", want["source"],
            want["note"] or "", want["on_lapse"],
        ), rule_id  # fmt: skip
    assert sum(row.is_verified for row in ours.values()) == 242


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each["rule"])
def test_every_rule_has_a_worked_example_that_comes_out(example):
    if example.get("sets_no_time"):
        row = queries.history(example["rule"])[0]
        told = queries.due_of_rule(example["rule"], row.period.effective_from or d("2026-01-05"))
        assert (row.is_timed, told["nominal"], told["last_day"]) == (False, None, None)
        return
    told = queries.due_of_rule(example["rule"], example["trigger"])
    assert (told["rule"], told["nominal"], told["last_day"]) == (
        example["rule"],
        str(example["nominal"]),
        str(example["last_day"]),
    )
    if "extended" in example:
        longer = queries.due_of_rule(example["rule"], example["trigger"], is_extended=True)
        assert longer["last_day"] == str(example["extended"])


def test_there_is_one_example_for_each_of_the_268_rules():
    assert sorted(each["rule"] for each in EXAMPLES) == sorted(
        r.period.id for r in queries.search()
    )


@pytest.mark.parametrize(
    ("rule", "on", "version"),
    [
        ("fy.decide", "2023-12-31", "fy.decide_old"),
        ("fy.decide", "2024-01-01", "fy.decide"),
        ("fy.decide_old", "2024-01-01", "fy.decide"),
        ("gk.answer", "2019-05-14", "gk.answer_old"),
        ("gk.answer", "2019-05-15", "gk.answer"),
        ("cf.hearing_request", "2021-07-14", "cf.hearing_request_old"),
        ("cf.hearing_request", "2021-07-15", "cf.hearing_request"),
        ("xf.finish", "2022-04-30", "xf.finish_old"),
        ("xf.tell", "2022-04-30", "xf.accept_old"),
    ],
)
def test_the_version_in_force_at_the_trigger_is_chosen(rule, on, version):
    assert queries.period(rule, d(on)).id == version


def test_the_old_and_the_new_law_count_ten_days_differently():
    old, new = (
        queries.period("fy.reply", d("2019-09-25")),
        queries.period("fy.reply", d("2025-09-25")),
    )
    assert [(old.length, old.unit), (new.length, new.unit)] == [(10, "day"), (10, "working_day")]
    assert queries.due_of_rule("fy.reply", d("2019-09-25"))["last_day"] == "2019-10-08"


def test_a_day_before_the_law_and_a_rule_nobody_knows_are_refused():
    with pytest.raises(
        clocks.LawNotInForce, match=r"《行政处罚法》第60条（规则cf\.decide）在2020-01-06"
    ):
        queries.period("cf.decide", d("2020-01-06"))
    with pytest.raises(queries.UnknownRule, match=r"xk\.nothing"):
        queries.period("xk.nothing", d("2026-01-05"))
    with pytest.raises(queries.UnknownLaw, match="law-of-nature"):
        queries.law("law-of-nature")


def test_a_rule_is_found_by_law_article_words_or_id():
    assert [row.period.id for row in queries.search("视为同意")] == ["gk.other_organ"]
    assert [row.period.id for row in queries.search("行政许可法 第42条")] == [
        "xk.decide",
        "xk.decide_joint",
    ]
    assert "xk.hearing_notice" in {row.period.id for row in queries.search("HEARING 行政许可法")}
    assert queries.search("没有这样的规则") == ()
    assert len(queries.search(law_id="administrative-licensing-law", is_timed=True)) == 12


def test_laws_know_their_rules_and_how_many_are_unverified():
    rows = {row.id: row for row in queries.laws()}
    assert len(rows) == 48
    assert sum(row.periods for row in rows.values()) == 268
    assert sum(row.unverified for row in rows.values()) == 26
    assert rows["civil-servants-law"] == queries.law("civil-servants-law")
    assert [str(day) for day, _note in queries.versions_of_law("administrative-penalties-law")] == [
        "1996-10-01",
        "2009-08-27",
        "2018-01-01",
        "2021-07-15",
    ]


def test_loading_again_changes_nothing():
    before = snapshot()
    actions.load(packs=PACKS, progress=silent, at=AT)
    assert snapshot() == before


def snapshot():
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (
            models.Law, models.LawVersion, models.Period, models.Word, models.Register,
            models.CalendarYear, models.CalendarNotice, models.CalendarDay,
        )
    }  # fmt: skip


def test_progress_is_told_to_the_end():
    told = []
    actions.load(packs=PACKS, progress=lambda *each: told.append(each), at=AT)
    assert ("laws", 48, 48) in told
    assert told[-1] == ("calendar", 43, 43)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"article": ""}, actions.PeriodWithoutArticle),
        ({"id": "xk.decide_2", "rule": "xk.decide"}, actions.OverlappingVersions),
        ({"trigger": "full_moon"}, actions.UnknownWord),
    ],
)
def test_a_rule_that_is_wrong_is_refused_and_nothing_is_taken_in(tmp_path, change, refusal):
    document = yaml.safe_load(
        (LAWS / "administrative-licensing-law.yaml").read_text(encoding="utf-8")
    )
    document["periods"].append(document["periods"][4] | {"id": "xk.new"} | change)
    (tmp_path / "law.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    (tmp_path / "words.yaml").write_bytes((LAWS / "words.yaml").read_bytes())
    before = models.Period.objects.count()
    with pytest.raises(refusal, match="规则xk"):
        actions.load_laws(folder=tmp_path, progress=silent, at=AT)
    assert models.Period.objects.count() == before


def test_a_period_that_changes_in_the_pack_changes_in_the_register_at_once(tmp_path):
    document = yaml.safe_load(
        (LAWS / "administrative-licensing-law.yaml").read_text(encoding="utf-8")
    )
    document["periods"][4]["length"] = 15
    document["versions"] = []
    (tmp_path / "law.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    (tmp_path / "words.yaml").write_bytes((LAWS / "words.yaml").read_bytes())
    assert queries.period("xk.decide", d("2026-01-05")).length == 20
    actions.load_laws(folder=tmp_path, progress=silent, at=AT)
    assert queries.period("xk.decide", d("2026-01-05")).length == 15
    assert queries.versions_of_law("administrative-licensing-law") == ()


def test_the_register_is_read_once_and_asked_seldom():
    queries.calendar()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for _again in range(50):
            queries.calendar()
            queries.period("xk.decide", d("2026-01-05"))
    assert len(asked) == 0


def test_another_process_s_change_is_seen_when_the_time_has_passed(monkeypatch):
    queries.calendar()
    models.Period.objects.filter(id="xk.decide").update(length=7)
    assert queries.period("xk.decide", d("2026-01-05")).length == 20
    models.Register.objects.update(changes=99)
    monkeypatch.setattr(register, "FRESH_SECONDS", -1)
    assert queries.period("xk.decide", d("2026-01-05")).length == 7
    with CaptureQueriesContext(connection) as asked:
        queries.calendar()
    assert len(asked) == 1


# --- the calendar ------------------------------------------------------------------------------------------------


def test_the_years_after_2026_are_provisional_and_say_so():
    assert queries.calendar().provisional_years == frozenset(range(2027, 2047))
    told = queries.due_of_rule("xk.decide", d("2026-12-21"))
    assert (told["last_day"], told["provisional"]) == ("2027-01-19", True)
    assert {row.year: row.is_provisional for row in queries.years()}[2026] is False


def test_the_table_of_days_counts_what_the_calendar_counts():
    rows = models.CalendarDay.objects.order_by("day")
    assert (rows.first().day, rows.last().day) == (d("2004-01-01"), d("2046-12-31"))
    start, end = (rows.get(day=d(text)).working_days for text in ("2026-02-13", "2026-03-19"))
    assert end - start == 20 == queries.calendar().count_between(d("2026-02-13"), d("2026-03-19"))


NOTICE_2027 = {
    "year": 2027,
    "status": "confirmed",
    "source": "imported",
    "notices": [
        {
            "notice": "国办发明电〔2026〕9号",
            "published_on": d("2026-11-24"),
            "holidays": [
                {"name": "元旦", "from": d("2027-01-01"), "to": d("2027-01-03")},
                {"name": "春节", "from": d("2027-02-05"), "to": d("2027-02-11")},
            ],
            "worked": [d("2027-01-30")],
        }
    ],
}


def test_a_notice_confirms_its_year_and_another_changes_it():
    actions.import_notice(document=NOTICE_2027, at=AT)
    told = queries.due_of_rule("xk.decide", d("2026-12-21"))
    assert (told["last_day"], told["provisional"]) == ("2027-01-19", False)
    assert queries.calendar().kind(d("2027-01-30")) == work.DayKind.WORKED_WEEKEND
    later = NOTICE_2027["notices"][0] | {
        "notice": "国办发明电〔2027〕1号",
        "published_on": d("2027-01-10"),
        "holidays": [],
        "worked": [],
        "no_longer_worked": [d("2027-01-30")],
    }
    actions.import_notice(document=NOTICE_2027 | {"notices": [later]}, at=AT)
    assert queries.calendar().kind(d("2027-01-30")) == work.DayKind.WEEKEND
    assert next(row for row in queries.years() if row.year == 2027).notices == ("国办发明电〔2026〕9号", "国办发明电〔2027〕1号")
    actions.load(packs=PACKS, progress=silent, at=AT)
    assert queries.calendar().is_provisional(d("2027-01-30")) is False


def test_a_notice_for_a_year_that_is_not_next_is_refused():
    with pytest.raises(actions.YearNotNext, match="2004年至2046年"):
        actions.import_notice(document=NOTICE_2027 | {"year": 2048}, at=AT)


def test_the_calendar_can_be_asked_for_as_it_was_known_on_a_day():
    friday = d("2020-01-31")
    then, now = queries.calendar_of_notices(known_on=d("2020-01-20")), queries.calendar()
    assert (then.is_working(friday), now.is_working(friday)) == (True, False)


def test_a_notice_can_be_tried_without_being_taken_in():
    notice = NOTICE_2027["notices"][0]
    tried = queries.calendar_of_notices(
        instead={2027: [queries.notice_of(2027, notice["holidays"], notice["worked"])]}
    )
    assert tried.is_provisional(d("2027-02-01")) is False
    assert queries.calendar().is_provisional(d("2027-02-01")) is True


def test_without_a_calendar_nothing_is_computed():
    models.CalendarNotice.objects.all().delete()
    models.CalendarYear.objects.all().delete()
    queries.forget()
    with pytest.raises(queries.NoCalendarYet):
        queries.calendar()
    with pytest.raises(queries.NoCalendarYet):
        queries.calendar_of_notices()


# --- what a command prints -----------------------------------------------------------------------------------------


def test_a_due_date_is_told_in_plain_values_with_every_day():
    told = queries.due_of_rule("xk.correction_notice", d("2026-09-18"), is_explained=True)
    assert json.loads(json.dumps(told)) == told
    assert told["last_day"] == "2026-09-24"
    assert [(each["day"][5:], each["number"], each["reason"]) for each in told["days"]] == [
        ("09-18", None, "trigger"),
        ("09-19", None, "weekend"),
        ("09-20", 1, "counted"),
        ("09-21", 2, "counted"),
        ("09-22", 3, "counted"),
        ("09-23", 4, "counted"),
        ("09-24", 5, "counted"),
    ]


def test_what_does_not_count_forward_has_no_days_to_show():
    assert (
        queries.due_of_rule("xk.hearing_notice", d("2026-10-12"), is_explained=True)["days"] == []
    )
    assert queries.due_of_rule("xk.receipt", d("2026-10-12"), is_explained=True)["days"] == []
    assert queries.due_of_rule("gk.annual_gov", d("2025-12-31"), is_explained=True)["days"] == []


def test_what_is_handed_in_after_office_hours_is_counted_as_the_pack_says():
    evening = datetime.fromisoformat("2026-09-24T18:00:00+08:00")
    online, window = (
        queries.due_of_rule("xk.correction_notice", evening, is_explained=True, channel=channel)
        for channel in ("online", "window")
    )
    assert (online["received_on"], online["last_day"]) == ("2026-09-24", "2026-10-09")
    assert (window["received_on"], window["last_day"]) == ("2026-09-28", "2026-10-10")
    assert (online["days"][0]["is_after_hours"], online["days"][0]["reason"]) == (True, "trigger")
    assert [day["reason"] for day in window["days"]].count("after_hours") == 4
    day = queries.due_of_rule("xk.correction_notice", evening.date(), channel="window")
    assert day["last_day"] == online["last_day"]
    hours = queries.due_of_rule("sa.level_report", evening, channel="window")
    assert hours["due_at"] == "2026-09-24T20:00:00+08:00"
    assert queries.reception("window", d("2020-12-31")) is None
    assert queries.reception("pigeon", d("2026-09-24")) is None


def test_hours_are_due_at_a_moment():
    trigger = datetime.fromisoformat("2026-10-01T23:30:00+08:00")
    assert queries.due_of_rule("sa.level_report", trigger)["due_at"] == "2026-10-02T01:30:00+08:00"
    assert date.fromisoformat(queries.due_of_rule("sa.level_report", trigger)["last_day"]) == d(
        "2026-10-02"
    )


def test_the_packs_lie_where_they_are_looked_for():
    assert Path(LAWS).is_dir()


def test_an_empty_register_is_read_again_at_every_question():
    models.Register.objects.all().delete()
    queries.forget()
    assert queries.period("xk.decide", d("2026-01-05")).length == 20
    models.Period.objects.filter(id="xk.decide").update(length=7)
    assert queries.period("xk.decide", d("2026-01-05")).length == 7
