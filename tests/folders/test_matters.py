"""What may be asked: packs become published versions, and versions become definitions."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.folders.registry_samples import AT, ON, PACKS, YINGZE, packs_with, silent
from tongban.core import flow
from tongban.matters import actions, models, queries

LATER = AT + datetime.timedelta(days=30)
FOOD, HOTEL = "food-business-140106", "open-hotel-140106"


def definition(code, on=ON):
    return queries.definition(queries.version_in_force(code, on))


INSTANCES = "shanxi/matters/food_business/instances.yaml"


def test_two_matters_are_published_in_four_counties(registry):
    rows = queries.open_in("140000", ON)
    assert [row.code for row in rows] == [
        *(f"food-business-{place}" for place in ("140105", "140106", "140702", "140728")),
        *(f"open-hotel-{place}" for place in ("140105", "140106", "140702", "140728")),
    ]


def test_loading_twice_makes_no_new_version(registry):
    actions.load(packs=PACKS, progress=silent, at=LATER)
    assert models.MatterVersion.objects.count() == 8
    assert models.Procedure.objects.count() == 2


def test_a_changed_pack_makes_a_new_version_and_the_old_one_stays(registry, tmp_path):
    old = definition(FOOD)
    packs = packs_with(tmp_path, INSTANCES, "promised_working_days: 7", "promised_working_days: 5")
    actions.load(packs=packs, progress=silent, at=LATER)
    new = definition(FOOD, LATER.date())
    assert (old.version, new.version, new.clocks[2].working_days, old.clocks[2].working_days) == (1, 2, 5, 7)
    assert definition(FOOD, ON) == old
    assert [(v.n, v.effective_to) for v in queries.versions(FOOD)] == [(2, None), (1, LATER.date())]
    assert queries.guide(FOOD, on=ON).newer is None
    assert queries.guide(FOOD, on=LATER.date(), version=1).newer == 2
    assert not queries.guide(FOOD, on=LATER.date(), version=1).is_current


def test_a_definition_costs_one_statement_once(registry):
    row = models.MatterVersion.objects.get(matter_id=FOOD)
    row.id, row.n = None, 9  # A version nobody has asked for yet.
    row.save()
    version_id = row.id
    for expected in (1, 0):
        with CaptureQueriesContext(connection) as seen:
            queries.definition(version_id)
        assert len(seen) == expected


def test_the_food_licence_says_who_does_what_by_when(registry):
    found = definition(FOOD)
    assert [(n.node, n.role, n.acts, n.officers, n.limit_working_days) for n in found.nodes.values()] == [
        ("intake", "window", ("accept", "request_supplement", "refuse_acceptance"), 1, 5),
        ("supplement", "applicant", ("supplement",), 1, None),
        ("document_review", "reviewer", ("complete", "pause", "resume"), 1, 3),
        ("site_inspection", "inspector", ("complete", "pause", "resume"), 2, 5),
        ("decision", "decider", ("decide", "extend", "pause", "resume"), 1, 2),
        ("delivery", "window", ("serve",), 1, 10),
    ]
    assert [(c.name, c.period_id, c.working_days, c.starts_with) for c in found.clocks] == [
        ("acceptance", "xk.correction_notice", None, "Filed"),
        ("statutory", "xk.decide", None, "Accepted"),
        ("promised", None, 7, "Accepted"),
        ("delivery", "xk.deliver", None, "Decided"),
    ]
    assert found.nodes["site_inspection"].needs_certificate == "食品安全"
    assert frozenset({"reviewer", "decider"}) in found.exclusive
    assert found.notices["Decided.refuse"] == "decision_refuse"
    assert (found.region_code, found.licence.years, found.is_sealed) == (YINGZE, 5, False)
    assert isinstance(found.graph, flow.Graph)


def test_every_outcome_against_the_citizen_needs_a_reason(registry):
    for code in (FOOD, HOTEL):
        adverse = {o.id: o.needs_reason for n in definition(code).nodes.values() for o in n.outcomes}
        assert {key for key, needs in adverse.items() if needs} == set(adverse) - {"agree", "grant", "pass"}


def test_the_joint_permit_asks_three_departments_of_the_place(registry):
    found = definition(HOTEL)
    assert [(d.name, d.permit) for d in found.departments] == [
        ("太原市公安局迎泽分局", "特种行业许可（旅馆业）"),
        ("太原市迎泽区消防救援大队", "公众聚集场所投入使用、营业前消防安全检查"),
        ("太原市迎泽区卫生健康局", "公共场所卫生许可"),
    ]
    assert found.collections["departments"] == tuple(d.organ_code for d in found.departments)
    assert found.nodes["opinion"].organ == "item"
    assert [c.period_id for c in found.clocks] == ["xk.correction_notice", "xk.decide_joint", None, "xk.deliver"]


def test_a_material_is_asked_only_when_its_condition_holds(registry):
    rules = {rule.code: rule for rule in definition(FOOD).materials}
    assert [code for code, rule in rules.items() if rule.is_asked({})] == ["layout", "safety_rules"]
    assert [c for c, r in rules.items() if r.is_asked({"has_machines": True, "has_agent": True})] == ["layout", "safety_rules", "machines", "authorisation"]
    assert [code for code, rule in rules.items() if not rule.is_uploaded] == ["application", "business_licence", "legal_person_id"]


def test_the_licence_takes_its_words_from_the_form(registry):
    words = queries.licence_words(definition(FOOD), {"operator_kind": "catering", "business_items": ["hot", "drinks"], "subject_name": "小店"})
    assert words["map"] == {"operator": "2"}
    assert words["shown"]["business_items"] == "热食类食品制售、自制饮品制售"
    assert words["shown"]["operator_kind"] == "餐饮服务经营者"
    assert queries.licence_words(definition(HOTEL), {})["permits"][0] == "特种行业许可（旅馆业）"


def test_a_matter_may_grant_without_a_licence(registry):
    row = models.MatterVersion.objects.get(matter_id=FOOD)
    document = {key: value for key, value in row.document.items() if key != "licence"}
    assert queries.definition_from(document, row.flow_xml, row.form, version_id=0, version=1).licence is None


def test_the_implementation_code_has_31_characters_and_names_organ_level_and_item(registry):
    document = models.MatterVersion.objects.get(matter_id=FOOD).document
    code = document["implementation_code"]
    assert (len(code), code[:18], code[18], code[19:]) == (31, document["organ"]["code"], "4", "000131024000")


# Search ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ("食品经营", YINGZE, [FOOD]),
        ("开饭店 迎泽", None, [FOOD]),
        ("ＨＯＴＥＬ", YINGZE, [HOTEL]),
        ("民宿", "140700", ["open-hotel-140702", "open-hotel-140728"]),
        ("消防", YINGZE, [HOTEL]),
        ("", YINGZE, [FOOD, HOTEL]),
        ("没有这个", None, []),
        ("%", None, []),
        ("食品", "150000", []),
    ],
)
def test_matters_are_found_by_words_people_use_and_by_place(registry, text, place, found):
    assert [row.code for row in queries.search(text, region_code=place, on=ON)] == found


def test_a_list_is_narrowed_by_kind(registry):
    assert len(queries.search("迎泽", kind="permit", on=ON)) == 2
    assert queries.search("迎泽", kind="penalty", on=ON) == []


def test_a_list_costs_the_same_with_one_row_and_with_three(registry):
    for text, rows in (("迎泽 食品", 1), ("平遥", 2), ("民宿", 4)):
        with CaptureQueriesContext(connection) as seen:
            assert len(queries.search(text, on=ON)) == rows
        assert len(seen) == 1


def test_a_row_of_a_list_says_what_matters(registry):
    row = queries.row(FOOD, ON)
    assert (row.title, row.organ_name["zh"], row.region_name, row.promised_working_days, row.statutory_working_days, row.fee_yuan) == (
        "食品经营许可（新办）", "太原市迎泽区行政审批服务管理局", "迎泽区", 7, 20, "0",
    )  # fmt: skip
    with pytest.raises(queries.NoSuchMatter):
        queries.row("nothing", ON)


def test_before_it_is_published_a_matter_is_not_there(registry):
    before = datetime.date(2026, 2, 1)
    assert queries.search("食品", on=before) == []
    assert not queries.is_open(FOOD, before)
    for question in (lambda: queries.version_in_force(FOOD, before), lambda: queries.guide(FOOD, on=before)):
        with pytest.raises(queries.NoSuchMatter):
            question()


def test_a_closed_matter_takes_no_applications_but_is_still_shown(registry):
    actions.close(matter_code=FOOD)
    assert not queries.is_open(FOOD, ON)
    assert not queries.guide(FOOD, on=ON).is_open
    with pytest.raises(actions.AlreadyClosed):
        actions.close(matter_code=FOOD)
    actions.reopen(matter_code=FOOD)
    assert queries.is_open(FOOD, ON)
    with pytest.raises(queries.NoSuchMatter):
        actions.close(matter_code="nothing")


# The guide -------------------------------------------------------------------------------------------------------


def test_the_guide_speaks_the_language_asked_for(registry):
    assert queries.guide(FOOD, on=ON).words["title"] == "食品经营许可（新办）"
    english = queries.guide(FOOD, on=ON, language="en").words
    assert english["title"] == "Food business licence (new application)"
    assert english["materials"][3]["how"] == "Upload a PDF or a photograph; a hand drawing will do"


def test_the_chart_that_is_published_is_the_one_that_runs(registry):
    assert queries.flow_xml(FOOD, on=ON) == (PACKS / "national/procedures/permit/flow.bpmn").read_text()


def test_unknown_versions_are_refused(registry):
    for question in (lambda: queries.guide(FOOD, on=ON, version=9), lambda: queries.definition(0)):
        with pytest.raises(queries.NoSuchVersion):
            question()
