"""Codes with a check digit: case numbers, organ codes, implementation codes, licence identifiers, resident ids.

Sources: GB/T 17710 (ISO 7064 MOD 11,10 and MOD 37,36); GB 32100-2015 (统一社会信用代码); GB 11714 (organisation
code); GB 11643 (公民身份号码); GB/T 36904-2018 (electronic licence identifier); python-stdnum."""

import re
from dataclasses import dataclass

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10, mod_37_36

from tongban.core import refusal

SERIAL_MAX = 99_999_999  # Eight digits a region and year: no county comes near.
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LICENCE_ROOT = "1.2.156.3005.2"
DEMO_ORGANISATION = "DEM"  # Generated organ codes carry it, so that nobody takes one for a real code.

_CASE_NUMBER = re.compile(r"(\d{6})-(\d{4})-(\d{8})-(\d)")
_LICENCE_PART = re.compile(r"[0-9A-Z]+")


class NotACode(refusal.Refusal):
    """The text is not a code of the kind asked for."""

    code = "not_a_code"
    says = "“%(text)s”不是有效的编号，请核对后重新输入"


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """A case number (办件编号) taken apart."""

    region_code: str
    year: int
    serial: int


def case_number(region_code: str, year: int, serial: int) -> str:
    """The number of a case, e.g. ``140106-2026-00000412-7``: region, year, serial, check digit (MOD 11,10)."""
    assert re.fullmatch(r"\d{6}", region_code)
    assert 1000 <= year <= 9999
    assert 0 < serial <= SERIAL_MAX
    digits = f"{region_code}{year:04d}{serial:08d}"
    return f"{region_code}-{year:04d}-{serial:08d}-{mod_11_10.calc_check_digit(digits)}"


def parse_case_number(text: str) -> CaseNumber:
    """The parts of a case number; full-width digits and spaces around are forgiven.

    :raises NotACode: the form or the check digit is wrong.
    """
    found = _CASE_NUMBER.fullmatch(half_width(text))
    if not found or not mod_11_10.is_valid("".join(found.groups())):
        raise NotACode(text=text[:40])
    region_code, year, serial, _ = found.groups()
    if serial == "00000000":
        raise NotACode(text=text[:40])
    return CaseNumber(region_code, int(year), int(serial))


def is_uscc(text: str) -> bool:
    """Whether the text is a unified social credit code (统一社会信用代码): form and check character."""
    return uscc.is_valid(text)


def generated_uscc(kind: str, region_code: str, serial: int) -> str:
    """A valid credit code for a sample organ or firm whose real code is not known.

    :param kind: two digits, registering department and category: "11" State organ, "91" enterprise, "92" sole trader.
    """
    body = f"{DEMO_ORGANISATION}{serial:05d}"
    assert len(body) == 8
    organisation = body + organisation_check(body)
    first = f"{kind}{region_code}{organisation}"
    return first + uscc.calc_check_digit(first)


def is_generated_uscc(text: str) -> bool:
    """Whether the code is one of ours, made up for a sample."""
    return text[8:11] == DEMO_ORGANISATION and is_uscc(text)


def organisation_check(body: str) -> str:
    """The check character of the nine-character organisation code (GB 11714) inside a credit code."""
    assert len(body) == 8
    total = sum(
        ORGANISATION_ALPHABET.index(sign) * weight
        for sign, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)
    )
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def is_resident_id(text: str) -> bool:
    """Whether the text is a resident identity number (公民身份号码): length, place, birth date, check digit."""
    return ric.is_valid(text)


def resident_id(place: str, born: str, order: int) -> str:
    """A resident number with a right check digit, for fictitious people: place (6), birth ``YYYYMMDD``, order (3)."""
    first = f"{place}{born}{order:03d}"
    assert re.fullmatch(r"\d{17}", first)
    return first + ric.calc_check_digit(first + "0")


def implementation_code(organ_code: str, level: str, base_code: str) -> str:
    """The 31-character implementation code (实施编码) of a matter: organ (18), level (1), national base code (12).

    :param level: who exercises it: 2 province, 3 city, 4 county, 5 township (GB/T 39554.1-2020, from memory).
    """
    assert is_uscc(organ_code)
    assert re.fullmatch(r"[1-6]", level)
    assert re.fullmatch(r"[0-9A-Z]{12}", base_code)
    return f"{organ_code}{level}{base_code}"


def with_check_digit(digits: str) -> str:
    """The digits and their check digit (MOD 11,10), the last place of many Chinese numbers."""
    assert re.fullmatch(r"\d+", digits, re.ASCII)
    return digits + mod_11_10.calc_check_digit(digits)


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is the check digit (MOD 11,10) of those before it."""
    return bool(re.fullmatch(r"\d{2,}", digits, re.ASCII)) and mod_11_10.is_valid(digits)


def licence_identifier(type_code: str, issuer_uscc: str, serial: str, version: int = 1) -> str:
    """The identifier of an electronic licence (电子证照标识): root, type (21), issuer (18), serial, version, check."""
    assert re.fullmatch(r"[0-9A-Z]{21}", type_code)
    assert is_uscc(issuer_uscc)
    assert _LICENCE_PART.fullmatch(serial)
    assert 0 < version <= 999
    parts = (type_code, issuer_uscc, serial, f"{version:03d}")
    return ".".join((LICENCE_ROOT, *parts, mod_37_36.calc_check_digit("".join(parts))))


def is_licence_identifier(text: str) -> bool:
    """Whether the text is a licence identifier with a right check character."""
    if not text.startswith(LICENCE_ROOT + "."):
        return False
    parts = text[len(LICENCE_ROOT) + 1 :].split(".")
    if len(parts) != 5 or not all(_LICENCE_PART.fullmatch(part) for part in parts):
        return False
    try:
        mod_37_36.validate("".join(parts))
    except ValidationError:
        return False
    return True


def half_width(text: str) -> str:
    """The text with full-width letters, digits and signs made plain, and the space around it gone."""
    return text.translate(_HALF).strip()


_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
