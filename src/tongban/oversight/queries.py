"""The published rules, and the cards as those who watch see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db.models import Q

from tongban.cases import queries as cases
from tongban.oversight import models


@dataclass(frozen=True, slots=True)
class Rule:
    """规则: one published rule; its select reads the selectors' views alone."""

    id: str
    version: int
    since: date
    card: str
    title: Mapping[str, str]
    basis: str
    plain: Mapping[str, str]
    parameters: Mapping[str, Any]
    select: str
    explain: Mapping[str, str]
    answer_within_working_days: int
    tests: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card in a list, with its explanation filled in."""

    level: str
    rule: Rule
    words: str
    words_en: str
    raised_at: datetime
    answer_by_on: date
    case: cases.CaseRow


def rules() -> tuple[Rule, ...]:
    """Return the rules of the packs, by id."""
    return _rules(settings.PACKS / "national" / "rules")


@cache
def _rules(folder: Path) -> tuple[Rule, ...]:
    return tuple(_rule(yaml.safe_load(path.read_text())) for path in sorted(folder.glob("*.yaml")))


def _rule(document: dict[str, Any]) -> Rule:
    return Rule(
        id=document["id"], version=document["version"], since=document["from"], card=document["card"],
        title=document["title"], basis=document["basis"], plain=document["plain"],
        parameters=document["parameters"], select=document["select"], explain=document["explain"],
        answer_within_working_days=document["answer_within_working_days"], tests=tuple(document["tests"]),
    )


def cards(*, viewer: cases.Viewer, today: date) -> list[CardRow]:
    """Return the cards on cases this viewer watches, red first, newest first. Three SQL statements."""
    watched = Q(pk__in=[])
    for prefix in viewer.regions:
        watched |= Q(region_code__startswith=prefix)
    found = list(models.Card.objects.filter(watched).order_by("-raised_at")[:200])
    shown = cases.rows_of(keys=[(card.region_code, card.case_id) for card in found], viewer=viewer, today=today)
    by_id = {rule.id: rule for rule in rules()}
    rows = [
        _row(card, by_id[card.rule_id], shown[card.region_code, card.case_id])
        for card in found if card.rule_id in by_id and (card.region_code, card.case_id) in shown
    ]
    return sorted(rows, key=lambda row: row.level != "red")


def _row(card: models.Card, rule: Rule, case: cases.CaseRow) -> CardRow:
    return CardRow(
        level=card.level, rule=rule, words=rule.explain["zh"] % card.numbers,
        words_en=rule.explain["en"] % card.numbers, raised_at=card.raised_at,
        answer_by_on=card.answer_by_on, case=case,
    )
