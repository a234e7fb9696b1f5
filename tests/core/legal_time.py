"""The calendar of the tests, read from the packs, and the files handed over beside the repository."""

import json
import os
import pathlib
from datetime import date, timedelta
from functools import cache

import pytest
import yaml
from hypothesis import HealthCheck, settings

from tongban.core import calendar

ROOT = pathlib.Path(__file__).parents[2]
ONE_DAY = timedelta(days=1)
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # A busy machine is no fault.


def shared(name):
    """A file handed over beside the repository: required where CI is set, elsewhere the test is skipped."""
    path = ROOT.parent / "shared" / "law" / name
    if not path.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"{name} stands beside the repository, not in it; set CI=true to require it")
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def years():
    """The yearly files of the packs."""
    paths = sorted((ROOT / "packs/national/calendars").glob("*.yaml"))
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]
    return tuple(year for file in files for year in file.get("years", [file]))


def notices(of_years):
    return [
        calendar.Notice(
            year["year"],
            tuple(calendar.Holiday(h["name"], h["from"], h["to"]) for h in notice["holidays"]),
            tuple(notice.get("worked", ())),
            tuple(notice.get("no_longer_worked", ())),
        )
        for year in of_years
        for notice in year["notices"]
    ]


def calendar_from(all_notices, first_year, last_year, provisional_years=()):
    days = calendar.arrange(all_notices)
    return calendar.calendar_of(
        weekday_off=days.weekday_off,
        weekend_on=days.weekend_on,
        names=days.names,
        first_year=first_year,
        last_year=last_year,
        provisional_years=provisional_years,
    )


@cache
def china():
    """The calendar of the packs: 2004 to 2026 confirmed, the years after provisional."""
    return calendar_from(
        notices(years()),
        years()[0]["year"],
        years()[-1]["year"],
        [year["year"] for year in years() if year["status"] == "provisional"],
    )


def naive_working_days_after(is_working, day, n):
    """A second reading of the law, day by day."""
    while n:
        day += ONE_DAY
        n -= is_working(day)
    return day


def d(text):
    return date.fromisoformat(text)
