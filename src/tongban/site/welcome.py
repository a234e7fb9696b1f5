"""What `tongban up` says when the site answers: the address, who may sign in, what to try."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import django

COLUMN = 14
TRY = """\
What to try:
  1. Open the address, search for 食品经营, read the guide: its flow chart is the thing that runs.
  2. Sign in as a citizen, fill in the form, add the materials, hand it in: the receipt has a QR code.
  3. Sign in as the window clerk of the same county, accept it; then review, inspect (two officers), decide.
  4. Back as the citizen: the timeline, why this date, and the ledger's proof checked by your own browser.
"""
END = "Ctrl-C stops everything; `make up` goes on with the same data; `make reset` starts anew."


def text(address: str) -> str:
    """The greeting, with the demo accounts where there are any."""
    return "\n".join(["", f"Tongban 通办 is running: {address}", "", *_accounts(), TRY, END, ""])


def _accounts() -> Iterator[str]:
    django.setup()
    from tongban.people import queries as people  # noqa: PLC0415 -- app ready

    accounts = people.demo_accounts()
    if not accounts:
        return
    yield f"Everybody here is fictitious; the password of all is {accounts[0].password}"
    counties = [
        list(group) for _, group in groupby(accounts, key=lambda one: _prefix(one.username))
    ]
    citizens = [one for group in counties for one in group if "-" not in one.username]
    officers = [group for group in counties if "-" in group[0].username]
    yield f"  citizens      {', '.join(one.username for one in citizens)}"
    yield from _county(officers[0] if officers else [])
    if officers[1:]:
        others = ", ".join(
            f"{_prefix(group[0].username)}- ({group[0].place})" for group in officers[1:]
        )
        yield f"  the same for  {others}"
    yield ""


def _county(group: Iterable[Any]) -> Iterator[str]:
    for one in group:
        yield f"  {one.username:<{COLUMN}}{one.what}, {one.place}"


def _prefix(username: str) -> str:
    return username.partition("-")[0] if "-" in username else ""
