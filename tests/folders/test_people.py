"""Who may act: the registry, citizens' accounts, grants, certificates, recusals."""

import datetime
import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.folders.registry_samples import AT, ON, PACKS, YINGZE, silent
from tongban.core import codes
from tongban.people import actions, models, queries


def counts():
    tables = (models.Region, models.Organ, models.Post, models.Officer, models.Holding, models.Grant, models.Certificate, models.Person)
    return {table.__name__: table.objects.count() for table in tables}


def test_the_registry_has_the_places_of_shanxi(registry):
    kinds = {kind: len(queries.regions_of_kind(kind)) for kind in ("province", "city", "county_level", "statistical_zone", "township")}
    assert kinds == {"province": 1, "city": 11, "county_level": 117, "statistical_zone": 4, "township": 1352}
    assert kinds == json.loads((PACKS / "shanxi" / "regions.json").read_text())["counts"]
    assert [row.name for row in queries.region_path("140106001")] == ["山西省", "太原市", "迎泽区", "柳巷街道"]
    assert [row.name for row in queries.regions_under("140700")][:2] == ["榆次区", "太谷区"]
    assert queries.region("141100").name_en == "Lüliang City"
    assert [row.code for row in queries.organs_in("141182")] == []


def test_every_place_above_the_townships_has_an_english_name(registry):
    rows = queries.regions_of_kind("province", "city", "county_level", "statistical_zone")
    assert [row.code for row in rows if not row.name_en] == []


def test_organs_have_valid_codes_and_say_when_a_code_is_generated(registry):
    rows = list(models.Organ.objects.all())
    assert [row.code for row in rows if not codes.is_uscc(row.code)] == []
    assert [row.code for row in rows if codes.is_generated_uscc(row.code) != row.is_code_generated] == []
    province = queries.organs_in("140000")
    assert len(province) >= 30
    assert all(row.name.startswith(("山西省", "国家税务总局")) for row in province)


def test_the_two_cities_and_four_counties_have_the_organs_the_matters_need(registry):
    kinds = {"administrative_approval", "market_supervision", "public_security", "fire_rescue", "health", "government_office"}
    for place in ("140100", "140700", "140105", YINGZE, "140702", "140728"):
        assert kinds <= {row.kind for row in queries.organs_in(place)}
    police = queries.organ_of_kind(YINGZE, "public_security")
    assert (police.name, queries.organ(police.code)) == ("太原市公安局迎泽分局", police)


def test_loading_twice_changes_nothing(registry, demo):
    before, password = counts(), models.Account.objects.get(username="wang").password
    actions.load(packs=PACKS, progress=silent, at=AT)
    assert counts() == before
    assert models.Account.objects.get(username="wang").password == password


def test_everybody_in_the_sample_is_marked_as_fictitious(registry):
    assert not models.Officer.objects.filter(is_fictitious=False).exists()
    assert not models.Person.objects.filter(is_fictitious=False).exists()
    assert not models.Account.objects.exclude(full_name__endswith="（示例）").exists()


def test_demo_citizens_have_numbers_that_belong_to_nobody(registry):
    for person in models.Person.objects.all():
        number = queries.person_by_id(person.id).id_number
        assert (number[:6], number[6:14], codes.is_resident_id(number)) == ("140100", "19000101", True)


def test_the_banner_lists_demo_accounts_with_their_password(registry, demo):
    rows = queries.demo_accounts()
    assert rows[0] == queries.DemoAccount("wang", "王小明（示例）", "申请人", "", "tongban-demo")
    assert queries.DemoAccount("yz-decide", "赵国栋（示例）", "分管副局长", "太原市迎泽区行政审批服务管理局", "tongban-demo") in rows
    demo.DEMO = False
    assert queries.demo_accounts() == ()


# The one question ------------------------------------------------------------------------------------------------


def ask(officer_id, role, *, matter="food-business-140106", case_id=1, on=ON, domain="", organ=None):
    return queries.authority(
        officer_id=officer_id, organ_code=organ or queries.organ_of_kind(YINGZE, "administrative_approval").code,
        role=role, matter_code=matter, region_code=YINGZE, case_id=case_id, on=on, domain=domain,
    )  # fmt: skip


def test_authority_is_one_statement(registry):
    organ = queries.organ_of_kind(YINGZE, "administrative_approval").code
    with CaptureQueriesContext(connection) as seen:
        ask(140106001, "window", organ=organ)
    assert len(seen) == 1


def test_a_granted_officer_may_act_in_his_role_only(registry):
    assert ask(140106001, "window").is_granted
    assert ask(140106001, "window").post == "综合窗口岗"
    assert not ask(140106001, "decider").is_granted
    assert not ask(140106001, "window", organ=queries.organ_of_kind("140105", "administrative_approval").code).is_granted
    assert not ask(999, "window").is_granted


def test_a_post_without_grant_gives_no_power(registry):
    found = ask(140106011, "reviewer")
    assert (found.is_granted, found.grant_id, found.post) == (False, None, "审查岗")


def test_a_certificate_counts_until_the_day_it_ends(registry):
    valid = ask(140106003, "inspector", domain="食品安全")
    assert (valid.certificate_no, valid.certificate_domain, valid.certificate_ended_on) == ("示140106003", "食品安全", None)
    expired = ask(140106010, "inspector", domain="食品安全")
    assert (expired.is_granted, expired.certificate_no, expired.certificate_ended_on) == (True, None, datetime.date(2025, 12, 31))
    assert ask(140106010, "inspector", on=datetime.date(2025, 12, 30)).certificate_no == "示140106010"
    assert ask(140106010, "inspector", on=datetime.date(2025, 12, 31)).certificate_no is None


def test_of_several_certificates_the_one_of_the_domain_is_named(registry):
    models.Certificate.objects.create(officer_id=140106003, number="other", domain="消防", from_on=datetime.date(2025, 1, 1))
    assert ask(140106003, "inspector", domain="食品安全").certificate_domain == "食品安全"
    assert ask(140106003, "inspector", domain="消防").certificate_domain == "消防"


def test_a_grant_for_one_matter_holds_for_that_matter(registry):
    organ = queries.organ_of_kind(YINGZE, "administrative_approval").code
    actions.grant(officer_id=140106011, organ_code=organ, role="reviewer", basis="测试", from_on=ON, matter_code="one")
    assert ask(140106011, "reviewer", matter="one").is_granted
    assert not ask(140106011, "reviewer", matter="two").is_granted
    assert not ask(140106011, "reviewer", matter="one", on=ON - datetime.timedelta(days=1)).is_granted


def test_a_grant_that_ended_says_since_when(registry):
    organ = queries.organ_of_kind(YINGZE, "administrative_approval").code
    models.Grant.objects.filter(officer_id=140106001).update(to_on=ON)
    assert (ask(140106001, "window").is_granted, ask(140106001, "window").grant_ended_on) == (False, ON)
    assert ask(140106001, "window", on=ON - datetime.timedelta(days=1)).is_granted
    assert queries.roles_of(140106001, ON) == ()
    assert queries.officers_for(organ, "window", ON) == ()


def test_who_left_the_post_or_has_a_closed_account_has_no_power(registry):
    models.Holding.objects.filter(officer_id=140106001).update(to_on=ON)
    assert not ask(140106001, "window").is_granted
    models.Account.objects.filter(officer=140106002).update(is_active=False)
    assert not ask(140106002, "reviewer").is_granted


def test_an_officer_stands_aside_in_one_case_only(registry):
    for _ in range(2):
        actions.recuse(officer_id=140106003, region_code=YINGZE, case_id=7, reason="近亲属", at=AT)
    assert models.Recusal.objects.count() == 1
    assert ask(140106003, "inspector", case_id=7).is_recused
    assert not ask(140106003, "inspector", case_id=8).is_recused
    assert not ask(140106003, "inspector", case_id=None).is_recused
    with pytest.raises(actions.RecusalNeedsReason):
        actions.recuse(officer_id=140106003, region_code=YINGZE, case_id=7, reason=" ", at=AT)


def test_a_grant_needs_a_basis(registry):
    organ = queries.organ_of_kind(YINGZE, "administrative_approval").code
    with pytest.raises(actions.GrantNeedsBasis):
        actions.grant(officer_id=140106011, organ_code=organ, role="reviewer", basis=" ", from_on=ON)


def test_officers_are_found_by_account_id_and_role(registry):
    organ = queries.organ_of_kind(YINGZE, "administrative_approval")
    officer = queries.officer_by_id(140106003, ON)
    assert officer == queries.officer_of(officer.account_id)
    assert (officer.name, officer.posts, officer.organ_name) == ("张伟（示例）", ("现场核查岗",), organ.name)
    assert [row.id for row in queries.officers_for(organ.code, "inspector", ON)] == [140106003, 140106004, 140106010]
    assert queries.roles_of(140106002, ON) == ((organ.code, "coordinator", "*"), (organ.code, "reviewer", "*"))
    assert queries.officers_named([140106001, 5]).keys() == {140106001}
    assert (queries.officer_by_id(1), queries.officer_of(0)) == (None, None)


def test_every_role_is_staffed_in_the_four_counties(registry):
    for place in ("140105", "140106", "140702", "140728"):
        organ = queries.organ_of_kind(place, "administrative_approval").code
        for role, least in {"window": 1, "reviewer": 1, "inspector": 2, "decider": 1, "coordinator": 1}.items():
            assert len(queries.officers_for(organ, role, ON)) >= least
        for kind in ("public_security", "fire_rescue", "health"):
            assert queries.officers_for(queries.organ_of_kind(place, kind).code, "department_reviewer", ON)
        assert queries.officers_for(queries.organ_of_kind(place, "government_office").code, "supervisor", ON)


def test_the_database_refuses_a_grant_that_ends_before_it_begins(registry):
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Grant.objects.filter(officer_id=140106001).update(to_on=datetime.date(2020, 1, 1))
