"""Numbers of papers: the next serial of an organ's series in a year, without gaps.

Sources: GB/T 9704-2012 7.2.5 (发文字号: mark, year in 〔〕, serial without leading zeros)."""

from django.db import connection

NEXT = """
insert into papers_series (region_code, organ_code, series, year, last) values (%s, %s, %s, %s, 1)
on conflict (region_code, organ_code, series, year) do update set last = papers_series.last + 1
returning last
"""


def next_serial(*, region_code: str, organ_code: str, series: str, year: int) -> int:
    """The next serial; its row stays locked to the end of the transaction, so a failure gives the number back."""
    assert connection.in_atomic_block, "a number is taken in the transaction that uses it"
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [region_code, organ_code, series, year])
        row = cursor.fetchone()
    return int(row[0])
