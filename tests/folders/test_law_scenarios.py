"""One named scenario from a real article for each unit, each stop, each extension and each lapse of the register.

Sources: the articles named in each scenario, as the packs have them."""

from datetime import datetime

import pytest

from tests.core.legal_time import d
from tests.folders.test_law import _law, _loaded  # noqa: F401 -- fixtures
from tongban.core import clock as clocks
from tongban.core.clock import Lapse, StopKind
from tongban.law import queries

pytestmark = pytest.mark.usefixtures("_law")


def begun(rule_id, on, hour=10):
    at = datetime.fromisoformat(f"{on}T{hour:02d}:00:00+08:00")
    rule = queries.period(rule_id, d(on))
    return clocks.start(rule, name="statutory", at=at), rule


def last_day(told, as_of=None):
    return str(clocks.due(told, queries.calendar(), as_of or clocks.civil_day(told.started_at)).last_on)


def test_there_is_a_scenario_for_every_unit_and_every_lapse_of_the_register():
    rows = queries.search()
    assert {row.period.lapse for row in rows} - {None} == set(Lapse)
    assert {row.period.unit for row in rows} >= set(clocks.Unit)
    assert {effect for _what, _rule, _on, _as_of, (effect, _from) in LAPSES} == set(Lapse)


@pytest.mark.parametrize(
    ("what", "rule", "on", "last"),
    [
        ("许可42: 20 working days over the Spring Festival", "xk.decide", "2026-02-13", "2026-03-19"),
        ("处罚60: 90 calendar days end in the National Day week", "cf.decide", "2026-07-06", "2026-10-08"),
        ("强制53: three months from the end of November", "qz.apply_court", "2025-11-30", "2026-02-28"),
        ("处罚36: two years", "cf.limit_discovery", "2024-02-29", "2026-02-28"),
        ("安全事故9: one hour, across midnight", "sa.unit_report", "2026-09-30", "2026-09-30"),
        ("公开33: the old and the new length", "gk.answer", "2018-01-02", "2018-01-23"),
        ("公开33: the old and the new length", "gk.answer", "2020-01-02", "2020-02-06"),
        ("信访34: 60 calendar days", "xf.finish", "2024-12-02", "2025-02-05"),
    ],
)
def test_a_unit(what, rule, on, last):
    told, _rule = begun(rule, on)
    assert last_day(told) == last, what


@pytest.mark.parametrize(
    ("what", "rule", "on", "kind", "ground", "first", "last", "end"),
    [
        ("许可45: a hearing", "xk.decide", "2026-03-02", StopKind.EXCLUDED, "听证", "2026-03-09", "2026-03-13", "2026-04-07"),
        ("强制25: testing while goods are sealed", "qz.seal", "2026-03-02", StopKind.EXCLUDED, "检测", "2026-03-09", "2026-03-18", "2026-04-13"),
        ("公开33: a third party is asked", "gk.answer", "2026-03-02", StopKind.EXCLUDED, "征求第三方意见", "2026-03-09", "2026-03-13", "2026-04-07"),
        ("复议39: the applicant has died", "fy.decide", "2026-03-02", StopKind.SUSPENDED, "中止", "2026-03-11", "2026-03-30", "2026-05-21"),
        ("复议法实施条例29: correction", "fy.decide", "2023-03-01", StopKind.CORRECTION, "补正", "2023-03-03", "2023-03-07", "2023-05-05"),
        ("公开30: the request was corrected", "gk.answer", "2026-03-02", StopKind.RESTARTED, "补正", "2026-03-04", "2026-03-06", "2026-04-03"),
        ("许可32: the application was corrected", "xk.correction_notice", "2026-03-02", StopKind.RESTARTED, "补正", "2026-03-04", "2026-03-06", "2026-03-13"),
        ("诉讼48: a flood", "ss.direct", "2026-01-05", StopKind.FORCE_MAJEURE, "不可抗力", "2026-06-25", "2026-07-04", "2026-07-15"),
    ],
)  # fmt: skip
def test_a_stop(what, rule, on, kind, ground, first, last, end):
    told, period = begun(rule, on)
    told = clocks.pause(told, period, kind=kind, ground=ground, document="告知书1号", first_day=d(first))
    told = clocks.resume(told, last_day=d(last))
    assert last_day(told) == end, what


def test_the_surcharge_on_a_fine_does_not_run_during_reconsideration():
    pay, _rule = begun("cf.pay", "2026-03-02")
    assert last_day(pay) == "2026-03-17"
    surcharge = clocks.Clock("surcharge", "cf.surcharge", clocks.Unit.DAY, 34, clocks.at_midnight(d("2026-03-17")))
    surcharge = clocks.pause(
        surcharge, kind=StopKind.SURCHARGE, ground="复议或者诉讼期间", document="受理通知书",
        first_day=d("2026-03-21"), last_day=d("2026-05-19"),
    )  # fmt: skip
    assert clocks.elapsed(surcharge, queries.calendar(), d("2026-05-29")) == 13


def test_time_that_the_applicant_was_not_told_of_counts():
    told, rule = begun("xk.decide", "2026-03-02")
    with pytest.raises(clocks.PauseWithoutDocument):
        clocks.pause(told, rule, kind=StopKind.EXCLUDED, ground="检测", document="", first_day=d("2026-03-09"))


@pytest.mark.parametrize(
    ("what", "rule", "on", "too_low", "approver", "last"),
    [
        ("许可42(1): the head of the agency", "xk.decide", "2026-03-02", "officer", "head_of_agency", "2026-04-14"),
        ("许可42(2): the head of the government, not of the agency", "xk.decide_joint", "2026-03-02", "head_of_agency", "head_of_same_level_government", "2026-05-28"),
        ("公开33: the head of the disclosure office", "gk.answer", "2026-03-02", "officer", "head_of_disclosure_office", "2026-04-28"),
        ("复议62: since 2024 the head of the body", "fy.decide", "2026-03-02", "officer", "head_of_fy_body", "2026-06-01"),
        ("复议31 (1999): the head of the organ", "fy.decide", "2023-03-01", "head_of_fy_body", "head_of_fy_organ", "2023-05-30"),
        ("信访34", "xf.finish", "2026-03-02", "officer", "head_of_organ", "2026-06-01"),
    ],
)  # fmt: skip
def test_an_extension_needs_its_approver_and_comes_once(what, rule, on, too_low, approver, last):
    told, period = begun(rule, on)
    asked = {"reason": "案情复杂", "on": d(on)}
    with pytest.raises(clocks.ApproverTooLow):
        clocks.extend(told, period, queries.calendar(), approver=too_low, **asked)
    told = clocks.extend(told, period, queries.calendar(), approver=approver, **asked)
    assert last_day(told) == last, what
    with pytest.raises(clocks.AlreadyExtended, match="只允许延长1次"):
        clocks.extend(told, period, queries.calendar(), approver=approver, **asked)


LAPSES = [
    ("许可42: overdue is never an approval", "xk.decide", "2026-03-02", "2026-04-01", (Lapse.OVERDUE, "2026-03-30")),
    ("许可32: accepted from the day of receipt", "xk.correction_notice", "2026-03-02", "2026-03-10", (Lapse.DEEMED_ACCEPTED, "2026-03-02")),
    ("复议30: accepted when the time to examine is over", "fy.accept", "2026-03-02", "2026-03-10", (Lapse.DEEMED_ACCEPTED, "2026-03-09")),
    ("许可50: renewed when the licence expires undecided", "xk.renew_decide", "2026-03-01", "2026-03-02", (Lapse.DEEMED_RENEWED, "2026-03-01")),
    ("公开34: the other organ agrees by silence", "gk.other_organ", "2026-03-02", "2026-03-24", (Lapse.DEEMED_CONSENT, "2026-03-23")),
    ("公开32: a third party does not", "gk.third_party", "2026-03-02", "2026-03-24", (Lapse.NOTHING, "2026-03-23")),
    ("复议31: not corrected in time is given up", "fy.correct_by_applicant", "2026-03-02", "2026-03-17", (Lapse.ABANDONED, "2026-03-16")),
    ("复议70: no reply, no evidence", "fy.reply", "2026-03-02", "2026-03-17", (Lapse.WITHOUT_EVIDENCE, "2026-03-16")),
    ("诉讼46: the right to sue is lost", "ss.direct", "2025-08-31", "2026-03-03", (Lapse.RIGHT_LOST, "2026-02-28")),
    ("强制25: the seal must come off", "qz.seal", "2026-03-02", "2026-04-02", (Lapse.MUST_LIFT, "2026-04-01")),
    ("许可48: without seven days' notice no hearing", "xk.hearing_notice", "2026-10-12", "2026-09-25", (Lapse.BLOCKED, "2026-09-24")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rule", "on", "as_of", "brought"), LAPSES)
def test_a_lapse(what, rule, on, as_of, brought):
    period, calendar = queries.period(rule, d(on)), queries.calendar()
    day = d(brought[1]) if brought[0] is not Lapse.DEEMED_ACCEPTED else None
    if period.kind == "before" or period.unit == "licence_expiry":
        found = clocks.lapsed_term(period, calendar, d(on), d(as_of))
        in_time = clocks.lapsed_term(period, calendar, d(on), day)
    else:
        told, _rule = begun(rule, on)
        found = clocks.lapsed(told, period, calendar, d(as_of))
        in_time = clocks.lapsed(told, period, calendar, day or d(on))
    assert (found.effect, str(found.effective_on)) == brought, what
    assert in_time is None, what


def test_a_corrected_filing_is_deemed_accepted_from_the_day_of_the_correction():
    told, rule = begun("xk.correction_notice", "2026-03-02")
    told = clocks.restart(told, ground="补正", document="补正材料", on=d("2026-03-06"))
    found = clocks.lapsed(told, rule, queries.calendar(), d("2026-03-16"))
    assert (found.effect, found.effective_on) == (Lapse.DEEMED_ACCEPTED, d("2026-03-06"))


def test_the_clocks_of_one_case_stand_each_for_itself_at_any_moment():
    statutory, rule = begun("xk.decide", "2026-03-02")
    promised = clocks.promise(name="promised", working_days=10, at=statutory.started_at)
    inspection, _rule = begun("xk.inspect_assign", "2026-03-02")
    correction, _rule = begun("xk.hearing_request", "2026-03-05")
    statutory, promised = (
        clocks.pause(each, rule, kind=StopKind.EXCLUDED, ground="检测", document="告知书1号", first_day=d("2026-03-09"))
        for each in (statutory, promised)
    )
    inspection = clocks.end(inspection, on=d("2026-03-06"))
    seen = {
        name: [(due.used, due.left, str(due.state)) for due in (clocks.due(told, queries.calendar(), d(day)) for day in ("2026-03-06", "2026-03-11"))]
        for name, told in (("statutory", statutory), ("promised", promised), ("step", inspection), ("applicant", correction))
    }
    assert seen == {
        "statutory": [(4, 16, "running"), (4, 16, "paused")],
        "promised": [(4, 6, "running"), (4, 6, "paused")],
        "step": [(4, 1, "ended"), (4, 1, "ended")],
        "applicant": [(1, 4, "running"), (4, 1, "running")],
    }
