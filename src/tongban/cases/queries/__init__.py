"""What may be read of cases: always through ``visible_to``."""

from tongban.cases.queries.by_number import ref_of_number
from tongban.cases.queries.facts import facts, places
from tongban.cases.queries.figures import PublicFigures, most_filed, public_figures
from tongban.cases.queries.lists import (
    NEAR_DAYS,
    CaseRow,
    DeskRow,
    any_case,
    desk,
    earlier_act,
    my_cases,
    rows_of,
    watched,
)
from tongban.cases.queries.moving import CaseMoves, Moves, cases_that_move, moves, open_clocks
from tongban.cases.queries.public import PublicCase, public_case, public_key_of
from tongban.cases.queries.sight import ROOMS, NotVisible, Viewer, viewer, visible_to
from tongban.cases.queries.single import (
    AnswerRow,
    CasePage,
    ClockView,
    EventRow,
    MaterialRow,
    MovedRow,
    TaskRow,
    answers_of,
    clocks_of,
    key_of,
    material,
    number,
    page,
    whole,
)
from tongban.cases.queries.versions import Preview, preview
from tongban.cases.queries.words import Paper, paper_of
