"""iCalendar files, as RFC 5545 wants them."""

from datetime import UTC, date, datetime

from tongban.core import ics

AT = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)


def test_a_day_is_an_event_of_a_whole_day():
    written = ics.calendar([ics.Day("xk-1@tongban", date(2026, 12, 31), "法定最迟日", "二十日内; 见 a,b\\c\n完")], at=AT)
    assert written.split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tongban//legal time//ZH",
        "CALSCALE:GREGORIAN",
        "BEGIN:VEVENT",
        "UID:xk-1@tongban",
        "DTSTAMP:20261123T010203Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:法定最迟日",
        "DESCRIPTION:二十日内\\; 见 a\\,b\\\\c\\n完",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_long_line_is_folded_between_characters():
    lines = ics.calendar([ics.Day("1", date(2026, 1, 5), "限" * 60)], at=AT).split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    folded = "\r\n".join(lines).replace("\r\n ", "")
    assert f"SUMMARY:{'限' * 60}\r\n" in folded
