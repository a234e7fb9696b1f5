"""What may be read of applications: drafts, pages to fill, the portal, the applicant's own cases."""

from tongban.intake.queries.beside import (
    FlowStep,
    Handler,
    Rights,
    flow_chart,
    flow_steps,
    handlers,
    rights,
    row_tag,
)
from tongban.intake.queries.corrections import Point, points, points_open
from tongban.intake.queries.drafts import (
    DraftExpired,
    DraftRow,
    KeptFile,
    MaterialState,
    NoSuchDraft,
    Task,
    TaskState,
    answers_of,
    as_json,
    as_typed,
    checked,
    declaration_page,
    declared,
    draft_of,
    handed_in,
    materials,
    open_drafts,
    pages_to_fill,
    plain_answers,
    prefilled,
    row_of,
    subject_of,
    task_title,
    tasks,
    uploads,
    uploads_of,
)
from tongban.intake.queries.finding import Found, Track, find
from tongban.intake.queries.front import Home, home, week
from tongban.intake.queries.history import Line, Paper, paper_rows, papers_of, trail
from tongban.intake.queries.offer import Expected, expected, is_stale, version_now
from tongban.intake.queries.outlook import (
    Progress,
    corrections_of,
    is_granted,
    outcome_title,
    progress,
)
from tongban.intake.queries.pages import (
    AnswerView,
    FieldView,
    PageView,
    answer_views,
    newly_shown,
    page_view,
)
from tongban.intake.queries.scenes import Portal, Scene, portal
from tongban.intake.queries.words import (
    day_words,
    kind_found,
    kinds_words,
    listed,
    said,
    size_words,
)
