"""The words of a paper: what a notice or licence says of an event, taken from the case itself.

The paths are those of packs/national/papers/README.md; days and moments stay ``date`` and ``datetime``."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from tongban.cases import models
from tongban.cases.queries import single
from tongban.core import clock as clocks
from tongban.law import queries as law
from tongban.matters import queries as matters
from tongban.papers import queries as papers
from tongban.people import queries as people

CHANNELS = {"online": "网上", "window": "窗口", "agent": "代办点", "parent": "关联办件"}
METHODS = {"electronic": "电子送达", "window": "窗口领取", "post": "邮寄送达"}
SILENT = "到期未提出意见"
LATE = "（逾期提出）"
PROMISED_IN = "个工作日"  # A promise counts as 行政许可法 art. 82 does; it rests on no rule of the register.
DECISIONS = "Decided."


@dataclass(frozen=True, slots=True)
class Paper:
    """Which papers an event calls for, and their words.

    :ivar template: name of the notice, empty where the procedure has none for this event.
    :ivar licence: the matter's licence rule where this event grants one.
    """

    region_code: str
    case_id: int
    event_n: int
    at: datetime
    procedure_id: str
    template: str
    words: dict[str, Any]
    licence: Mapping[str, Any] | None


def paper_of(*, region_code: str, case_id: int, event_n: int) -> Paper:
    """Return the papers an event calls for. Fifteen SQL statements at most."""
    event = models.Event.objects.get(region_code=region_code, case_id=case_id, n=event_n)
    case = single.whole(region_code=region_code, case_id=case_id, at=event.at)
    definition = case.definition
    kind = f"Decided.{event.change['outcome']}" if event.kind == "Decided" else event.kind
    is_grant = kind == "Decided.grant" and definition.licence is not None
    with override("zh-hans"):
        words = _words(case, event, kind)
    return Paper(
        region_code, case_id, event_n, event.at, definition.procedure_id, definition.notices.get(kind, ""),
        words, definition.licence.rule if is_grant and definition.licence else None,
    )


def _words(case: single.CasePage, event: models.Event, kind: str) -> dict[str, Any]:
    definition, said = case.definition, event.said
    extra = EXTRA.get(event.kind)
    words: dict[str, Any] = {
        "organ": {"code": definition.organ_code, "name": case.organ_name, "mark": people.organ(definition.organ_code).mark},
        "is_demo": settings.DEMO,
        "applicant": {"name": case.subject, "kind": "organization", "contact": case.document["form"].get("contact_name")},
        "matter": {"title": definition.title, "code": definition.matter_code},
        "case": {
            "number": case.number,
            "filed_on": timezone.localdate(case.filed_at),
            "filed_at": case.filed_at,
            "channel": CHANNELS.get(case.channel, case.channel),
            "accepted_on": timezone.localdate(case.accepted_at) if case.accepted_at else None,
        },
        "check_url": f"{settings.PUBLIC_URL}{reverse('cases:check', args=[case.ref])}",
        "due": _due(case),
        "reasons": said.get("reason"),
        "articles": [dict(row) for row in definition.grounds.get(kind, ())],
        "departments": _departments(case, is_decided=kind.startswith(DECISIONS)),
        **(extra(case, said) if extra else {}),
    }
    if kind == "Decided.grant" and definition.licence:
        words |= matters.licence_words(definition, case.document["form"])
        years = definition.licence.years
        words["grant"] = {"licence_title": definition.licence.name, "validity": f"{years}年" if years else "长期"}
    return _without_empty(words)


def _due(case: single.CasePage) -> dict[str, Any]:
    shown: dict[str, Any] = {
        name: {"days": view.due.budget, "unit": _unit(view.clock), "last_on": view.due.last_on}
        for name, view in case.clocks.items()
    }
    if statutory := case.clocks.get("statutory"):
        shown |= {"used": statutory.due.used, "left": statutory.due.left}
    shown["is_provisional"] = any(view.due.provisional for view in case.clocks.values())
    return shown


def _unit(clock: clocks.Clock) -> str:
    return _law(clock).words["unit"] if clock.period_id else PROMISED_IN


def _law(clock: clocks.Clock) -> law.PeriodRow:
    return law.period_row(clock.period_id, timezone.localdate(clock.started_at))


def _departments(case: single.CasePage, *, is_decided: bool) -> list[dict[str, Any]]:
    """Return the departments of a joint procedure; a decision also tells what each said, or that it was silent."""
    rows = [{"name": row.name, "permit": row.permit} for row in case.opinions]
    if not is_decided:
        return rows
    return [
        row | {"opinion": "：".join(filter(None, (_opinion(one), one.reason)))}
        for row, one in zip(rows, case.opinions, strict=True)
    ]


def _opinion(row: single.OpinionRow) -> str:
    return f"{row.outcome_title}{LATE if row.is_late else ''}" if row.outcome_title else SILENT


def _materials(case: single.CasePage, _said: Mapping[str, Any]) -> dict[str, Any]:
    given = {row.code for row in case.materials}
    rows = [
        {"title": rule.title, "form": "电子文件" if rule.is_uploaded else "免提交", "count": 1}
        for rule in case.definition.materials
        if rule.code in given or (not rule.is_uploaded and rule.applies(case.document["form"]))
    ]
    return {"materials": rows}


def _corrections(case: single.CasePage, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the points of the notice, as the event with these words told them."""
    told = next(event.told for event in reversed(case.events) if event.said == said)
    return {"items": [{"title": point.title, "problem": point.what} for point in told]}


def _extension(case: single.CasePage, _said: Mapping[str, Any]) -> dict[str, Any]:
    view = case.clocks["statutory"]
    before = clocks.due(replace(view.clock, extended=0, ended_on=None), law.calendar(), view.clock.started_at)
    return {
        "extension": {
            "approver": _law(view.clock).words["approver"], "length": view.clock.extended, "unit": _unit(view.clock),
            "from_on": before.last_on, "until_on": view.due.last_on,
        }
    }


def _excluded(_case: single.CasePage, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "excluded": {
            "ground": said["ground"], "document": said["document"],
            "first_on": datetime.fromisoformat(said["first_day"]).date(),
        }
    }


def _recomputed(case: single.CasePage, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changed and each limit before and after, as the event with these words has it."""
    event = next(event for event in reversed(case.events) if event.kind == "Recomputed" and event.said == said)
    titles = {rule.name: rule.title for rule in case.definition.clocks}
    rows = [{"title": titles[each.clock], "was_on": each.was_on, "now_on": each.now_on} for each in event.moved]
    return {"recomputed": {"because": said["because"], "clocks": rows}}


def _served(case: single.CasePage, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was handed over: the decision and the licence, each under its own number."""
    decided = {event.n for event in case.events if event.kind == "Decided"}
    notices = papers.notices_of(region_code=case.region_code, case_id=case.id)
    licences = papers.licences_of(region_code=case.region_code, case_id=case.id)
    given = [(row.title, row.number) for row in notices if row.event_n in decided]
    given += [(row.title, row.number) for row in licences]
    rows = [{"title": title, "number": number} for title, number in given]
    return {"delivery": {"papers": rows, "method": METHODS.get(str(said.get("how")), "")}}


EXTRA = {
    "Filed": _materials,
    "SupplementRequested": _corrections,
    "Extended": _extension,
    "Paused": _excluded,
    "Recomputed": _recomputed,
    "Served": _served,
}


def _without_empty(words: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in words.items() if value not in (None, "", [], {})}
