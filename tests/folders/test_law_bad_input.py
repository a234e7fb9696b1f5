"""What the law does not let happen: each trap by its name, refused with a sentence that names the rule."""

import datetime as dt
from dataclasses import replace

import pytest
import yaml

from tests.core.legal_time import d
from tests.folders.test_law import AT, LAWS, _law, _loaded, silent  # noqa: F401 -- fixtures
from tongban.core import clock as clocks
from tongban.law import actions, queries

pytestmark = pytest.mark.usefixtures("_law")
XK = r"(《行政许可法》第42条第1款)?.*规则xk\.decide"


def rule():
    return queries.period("xk.decide", d("2026-03-02"))


def running(**more):
    started = dt.datetime(2026, 3, 2, 9, 30, tzinfo=clocks.SHANGHAI)
    return replace(clocks.start(rule(), name="statutory", at=started), **more)


def paused(ground="听证", document="听告〔2026〕1号"):
    return clocks.pause(running(), rule(), kind=clocks.StopKind.EXCLUDED, ground=ground, document=document, first_day=d("2026-03-04"))


def extended(approver="head_of_agency", **more):
    return clocks.extend(running(**more), rule(), queries.calendar(), approver=approver, reason="案情复杂", on=d("2026-03-10"))


def pack(tmp_path, change):
    document = yaml.safe_load((LAWS / "administrative-licensing-law.yaml").read_text(encoding="utf-8"))
    place = next(n for n, row in enumerate(document["periods"]) if row["id"] == "xk.decide")
    change(document["periods"], document["periods"][place])
    (tmp_path / "law.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    (tmp_path / "words.yaml").write_bytes((LAWS / "words.yaml").read_bytes())
    actions.load_laws(folder=tmp_path, progress=silent, at=AT)


TRAPS = {
    "a period without article": (
        actions.PeriodWithoutArticle, r"规则xk\.decide",
        lambda tmp: pack(tmp, lambda _rows, row: row.update(article="")),
    ),
    "overlapping versions": (
        actions.OverlappingVersions, r"规则xk\.decide的两个版本",
        lambda tmp: pack(tmp, lambda rows, row: rows.append(row | {"id": "xk.decide_2", "rule": "xk.decide"})),
    ),
    "a length that is no whole number": (
        actions.LengthNotWhole, r"规则xk\.decide的期限“2\.5”",
        lambda tmp: pack(tmp, lambda _rows, row: row.update(length=2.5)),
    ),
    "a pause without ground": (clocks.PauseWithoutGround, XK, lambda _tmp: paused(ground=" ")),
    "a pause without document": (clocks.PauseWithoutDocument, XK, lambda _tmp: paused(document="")),
    "a pause on a ground the law does not list": (clocks.GroundNotInLaw, XK, lambda _tmp: paused(ground="领导出差")),
    "resume without pause": (clocks.NotPaused, XK, lambda _tmp: clocks.resume(running(), last_day=d("2026-03-05"))),
    "a second extension": (clocks.AlreadyExtended, XK, lambda _tmp: extended(extended=10)),
    "extension by too low an approver": (clocks.ApproverTooLow, XK, lambda _tmp: extended(approver="officer")),
    "a date before the law": (
        clocks.LawNotInForce, r"规则xk\.decide）在2004-06-30",
        lambda _tmp: queries.due_of_rule("xk.decide", d("2004-06-30")),
    ),
    "a year without calendar data": (
        clocks.CalendarTooShort, r"规则xk\.decide算到了2047-01-01，工作日历只有2004-01-01至2046-12-31",
        lambda _tmp: queries.due_of_rule("xk.decide", d("2046-12-20")),
    ),
    "a day before the calendar, counted back": (
        clocks.CalendarTooShort, r"规则xk\.hearing_notice",
        lambda _tmp: clocks.term(replace(rule(), id="xk.hearing_notice", kind="before", length=7), queries.calendar(), d("2004-01-05")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_the_trap_is_refused_with_a_sentence_that_names_the_rule(trap, tmp_path):
    refusal, says, spring = TRAPS[trap]
    with pytest.raises(refusal) as refused:
        spring(tmp_path)
    assert refused.match(says), str(refused.value)


def test_a_moment_without_a_zone_is_a_mistake_of_the_program_and_shanghai_is_explicit():
    naive = dt.datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 -- the trap itself
    with pytest.raises(AssertionError, match="time zone"):
        clocks.start(rule(), name="statutory", at=naive)
    late_in_london = dt.datetime(2026, 3, 2, 16, 30, tzinfo=dt.UTC)
    assert clocks.trigger_day(running(started_at=late_in_london), d("2026-03-10")) == d("2026-03-03")
