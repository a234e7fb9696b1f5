"""What may be read of cases: always through ``visible_to``."""

from tongban.cases.queries.lists import CaseRow, DeskRow, desk, my_cases, rows_of, watched
from tongban.cases.queries.page import (
    CasePage,
    ClockView,
    EventRow,
    MaterialRow,
    TaskRow,
    clocks_of,
    key_of,
    number,
    page,
)
from tongban.cases.queries.sight import NotVisible, Viewer, viewer, visible_to
