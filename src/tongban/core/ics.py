"""Days as an iCalendar file, so that a due day stands in one's own calendar.

Sources: RFC 5545 (3.1 folding, 3.3.11 text, 3.6.1 events of whole days)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FOLD_OCTETS = 75
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True, slots=True)
class Day:
    """A whole day in a calendar."""

    uid: str
    on: date
    title: str
    text: str = ""


def calendar(days: Iterable[Day], *, at: datetime) -> str:
    """The days as one iCalendar document, written at the moment."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tongban//legal time//ZH",
        "CALSCALE:GREGORIAN",
    ]
    for day in days:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{day.uid.translate(ESCAPES)}",
            f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{day.title.translate(ESCAPES)}",
            f"DESCRIPTION:{day.text.translate(ESCAPES)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _folded(line: str) -> str:
    """The line broken so that no part has more than 75 octets, and no character is cut."""
    parts, octets = [""], 0
    for sign in line:
        size = len(sign.encode())
        if octets + size > FOLD_OCTETS:
            parts.append(" ")
            octets = 1
        parts[-1] += sign
        octets += size
    return "\r\n".join(parts)
