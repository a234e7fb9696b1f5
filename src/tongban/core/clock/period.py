"""A period of law: its parts, how it is cited, what its end brings.

Sources: 民法典 art. 200-203 (units of time); the laws named in each Period; 行政许可法 art. 32, 42, 50 (what the end brings)."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongban.core import refusal


class Unit(StrEnum):
    """The units in which the law measures time."""

    WORKING_DAY = "working_day"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    HOUR = "hour"


class Lapse(StrEnum):
    """What the end of a period brings by law."""

    OVERDUE = "overdue"  # 逾期: a duty is broken; never an approval (行政许可法 42)
    DEEMED_ACCEPTED = "deemed_accepted"  # 视为受理
    DEEMED_RENEWED = "deemed_renewed"  # 视为准予延续
    DEEMED_CONSENT = "deemed_consent"  # 视为同意, of the other organ only
    ABANDONED = "abandoned"  # 视为放弃
    WITHOUT_EVIDENCE = "without_evidence"  # 视为没有证据
    RIGHT_LOST = "right_lost"  # 丧失权利
    MUST_LIFT = "must_lift"  # 应当解除
    BLOCKED = "blocked"  # 不得进行下一步
    NOTHING = "nothing"  # 沉默不产生视为的后果: a third party's silence (政府信息公开条例 32)


@dataclass(frozen=True, slots=True)
class Extension:
    """How a period may be extended: by how much, on whose approval, how often, telling whom."""

    length: int | None
    unit: str
    approver: str
    times: int = 1
    notify: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """A dated rule of law about time (期限规则); one version of it.

    :ivar length: number of units; None where the rule has no number.
    :ivar unit: one of `Unit`, or another word where the rule does not measure time.
    :ivar value: the figure as written, where it is not a whole number: a rate, a day of the year.
    """

    id: str
    law: str
    article: str
    effective_from: date | None
    effective_to: date | None
    trigger: str
    bound: str
    kind: str
    length: int | None
    unit: str | None
    extension: Extension | None = None
    suspends: tuple[str, ...] = ()
    on_lapse: str | None = None
    quote: str = ""
    source: str = ""
    note: str = ""
    value: str = ""
    lapse: Lapse | None = None


SAME_DAY_UNITS = frozenset({"immediate", "licence_expiry"})  # 当场; 有效期届满前

_ARTICLE = re.compile(r"(\d+)((?:\(\w+\))*)")
_PART = re.compile(r"\((\w+)\)")


class NotATimeLimit(refusal.Refusal):
    """The rule sets a duty, a number of people, an amount …, but no time."""

    code = "not-a-time-limit"
    says = "%(cite)s（规则%(rule)s）规定的不是期限，没有到期日可算"


class LawNotInForce(refusal.Refusal):
    """The rule was not in force on the day."""

    code = "law-not-in-force"
    says = "%(cite)s（规则%(rule)s）在%(day)s尚未施行或者已经失效，不能据此计算；请按当日有效的规定选择规则"


class ExtensionNotInLaw(refusal.Refusal):
    """The rule does not allow an extension, or none of a fixed length."""

    code = "extension-not-in-law"
    says = "%(cite)s（规则%(rule)s）没有规定可以延长的天数"


def cite(law: str, article: str) -> str:
    """The rule as a lawyer cites it: 《行政许可法》第42条第1款; an article in no such form stands as it is."""
    name = law if "〔" in law else f"《{law}》"
    return name + "、".join(_article(part.strip()) for part in re.split(r"[,+]", article))


def named(rule: Period) -> dict[str, object]:
    """What a refusal says of a rule: its id and how it is cited."""
    return {"rule": rule.id, "cite": cite(rule.law, rule.article)}


def is_timed(rule: Period) -> bool:
    """Whether the rule sets a time from which a last day follows."""
    if rule.kind == "date" or rule.unit in SAME_DAY_UNITS:
        return True
    return rule.length is not None and rule.unit in set(Unit)


def length_of(rule: Period) -> tuple[int, Unit]:
    """The length and the unit of time of a rule.

    :raises NotATimeLimit: it has none.
    """
    if rule.length is None or rule.unit not in set(Unit):
        raise NotATimeLimit(**named(rule))
    return rule.length, Unit(rule.unit)


def extension_length(rule: Period) -> int:
    """By how much the rule may be extended, in its own unit.

    :raises ExtensionNotInLaw: it may not, or the law leaves the length open.
    """
    if rule.extension is None or rule.extension.length is None:
        raise ExtensionNotInLaw(**named(rule))
    assert rule.extension.unit == rule.unit, "a period is extended in its own unit"
    return rule.extension.length


def is_in_force(rule: Period, on: date) -> bool:
    """Whether the version of the rule was in force on the day; an unknown first day is no hindrance."""
    if rule.effective_from is not None and on < rule.effective_from:
        return False
    return rule.effective_to is None or on <= rule.effective_to


def _article(text: str) -> str:
    found = _ARTICLE.fullmatch(text)
    if not found:
        return "" if text == "-" else text
    number, parts = found.groups()
    marks = [
        f"第{part}款" if part.isdigit() else f"第（{part}）项" for part in _PART.findall(parts)
    ]
    return f"第{number}条" + "".join(marks)
