"""Codes with a check digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tongban.core import codes

DIGITS = "0123456789"
REGIONS = some.sampled_from(["140105", "140106", "140702", "140728", "140000"])
SERIALS = some.integers(min_value=1, max_value=codes.SERIAL_MAX)


def test_a_case_number_has_region_year_serial_and_a_check_digit():
    assert codes.case_number("140106", 2026, 412) == "140106-2026-00000412-9"


@given(REGIONS, some.integers(min_value=2000, max_value=2099), SERIALS)
def test_a_case_number_comes_apart_as_it_went_together(region, year, serial):
    number = codes.case_number(region, year, serial)
    assert codes.parse_case_number(number) == codes.CaseNumber(region, year, serial)


@given(REGIONS, SERIALS, some.data())
def test_one_wrong_digit_never_passes(region, serial, data):
    number = codes.case_number(region, 2026, serial)
    at = data.draw(some.sampled_from([i for i, c in enumerate(number) if c != "-"]))
    other = data.draw(some.sampled_from([d for d in DIGITS if d != number[at]]))
    with pytest.raises(codes.NotACode):
        codes.parse_case_number(number[:at] + other + number[at + 1 :])


@pytest.mark.parametrize("text", ["", "140106", "140106-2026-412-7", "１４０", "140106-2026-00000412-9\n--"])
def test_what_is_not_a_case_number_is_refused_in_words(text):
    with pytest.raises(codes.NotACode) as refused:
        codes.parse_case_number(text)
    assert "不是有效的编号" in str(refused.value)


def test_serial_zero_is_no_case():
    digits = "140106" + "2026" + "00000000"
    check = codes.mod_11_10.calc_check_digit(digits)
    with pytest.raises(codes.NotACode):
        codes.parse_case_number(f"140106-2026-00000000-{check}")


def test_full_width_digits_and_spaces_are_forgiven():
    typed = " １４０１０６－２０２６－０００００４１２－９　"
    assert codes.parse_case_number(typed) == codes.CaseNumber("140106", 2026, 412)


@given(some.sampled_from(["11", "91", "92"]), REGIONS, some.integers(min_value=0, max_value=99_999))
def test_generated_credit_codes_are_valid_and_say_that_they_are_generated(kind, region, serial):
    code = codes.generated_uscc(kind, region, serial)
    assert (codes.is_uscc(code), codes.is_generated_uscc(code), code[:8]) == (True, True, kind + region)


def test_a_real_credit_code_is_not_taken_for_a_generated_one():
    assert (codes.is_uscc("91110000600037341L"), codes.is_generated_uscc("91110000600037341L")) == (True, False)


def test_the_inner_organisation_code_of_a_real_credit_code_checks():
    assert codes.organisation_check("60003734") == "1"


@given(some.integers(min_value=0, max_value=999))
def test_made_up_resident_numbers_have_a_right_check_digit(order):
    assert codes.is_resident_id(codes.resident_id("140100", "19000101", order))


@pytest.mark.parametrize("text", ["", "36042619910101007X", "999999199101010071", "360426199113010071"])
def test_wrong_resident_numbers_are_not_taken(text):
    assert not codes.is_resident_id(text)


def test_an_implementation_code_has_31_characters():
    organ = codes.generated_uscc("11", "140106", 1)
    code = codes.implementation_code(organ, "4", "000131024000")
    assert (len(code), code[:18], code[18], code[19:]) == (31, organ, "4", "000131024000")


def test_a_food_licence_number_seen_on_a_shop_page_has_the_check_digit_we_compute():
    assert codes.with_check_digit("1330108011171") == "13301080111719"
    assert codes.has_check_digit("13301080111719")


@pytest.mark.parametrize("digits", ["", "1", "13301080111710", "１３３０", "JY13301080111719"])
def test_a_wrong_check_digit_is_seen(digits):
    assert not codes.has_check_digit(digits)


@pytest.mark.parametrize(
    "sample",
    [
        "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
        "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
    ],
)
def test_published_licence_identifiers_check_and_are_rebuilt(sample):
    kind, issuer, serial, version, _ = sample.removeprefix("1.2.156.3005.2.").split(".")
    assert codes.is_licence_identifier(sample)
    assert codes.licence_identifier(kind, issuer, serial, int(version)) == sample


@pytest.mark.parametrize(
    "sample",
    [
        "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M",
        "1.2.156.3005.9.a",
        "1.2.156.3005.2.a.b",
        "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.é",
    ],
)
def test_made_up_licence_identifiers_fail(sample):
    assert not codes.is_licence_identifier(sample)
