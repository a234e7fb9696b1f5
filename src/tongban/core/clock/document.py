"""A clock as a plain document, and back: what an event keeps of it.

Sources: RFC 8259 (JSON); RFC 3339 (moments); ISO 8601 (days)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tongban.core.clock import face, period


def as_document(clock: face.Clock) -> dict[str, object]:
    """The clock in values that JSON knows."""
    return {
        "name": clock.name,
        "period": clock.period_id,
        "unit": str(clock.unit),
        "budget": clock.budget,
        "started_at": clock.started_at.isoformat(),
        "stops": [_stop_as_document(stop) for stop in clock.stops],
        "extended": clock.extended,
        "ended_on": _text(clock.ended_on),
        "count_trigger_day": clock.count_trigger_day,
        "received_on": _text(clock.received_on),
    }


def clock_of(document: Mapping[str, Any]) -> face.Clock:
    """The clock a document tells of; equal to the one it was made from."""
    return face.Clock(
        name=document["name"],
        period_id=document["period"],
        unit=period.Unit(document["unit"]),
        budget=document["budget"],
        started_at=datetime.fromisoformat(document["started_at"]),
        stops=tuple(_stop_of(stop) for stop in document["stops"]),
        extended=document["extended"],
        ended_on=_day(document["ended_on"]),
        count_trigger_day=document["count_trigger_day"],
        received_on=_day(document.get("received_on")),
    )


def _stop_as_document(stop: face.Stop) -> dict[str, object]:
    return {
        "ground": stop.ground,
        "kind": str(stop.kind),
        "document": stop.document,
        "first_day": stop.first_day.isoformat(),
        "last_day": _text(stop.last_day),
    }


def _stop_of(document: Mapping[str, Any]) -> face.Stop:
    return face.Stop(
        ground=document["ground"],
        kind=face.StopKind(document["kind"]),
        document=document["document"],
        first_day=date.fromisoformat(document["first_day"]),
        last_day=_day(document["last_day"]),
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
