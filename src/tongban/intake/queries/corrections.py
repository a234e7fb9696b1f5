"""The points of the one correction notice (一次告知), and which of them the draft of the correction answers.

Sources: 行政许可法 art. 32(1)(四)."""

from dataclasses import dataclass

from tongban.cases import queries as cases
from tongban.core import forms
from tongban.intake.queries import drafts, outlook, words


@dataclass(frozen=True, slots=True)
class Point:
    """One point: of a material (a file is asked for), of a field, or of the application as a whole.

    :ivar page: where the field is corrected; the first page where the point is of the whole.
    """

    n: int
    what: str
    title: str
    material: drafts.MaterialState | None
    page: forms.Page | None
    field: str
    is_done: bool


def points(case: cases.CasePage, draft: drafts.DraftRow) -> tuple[Point, ...]:
    """The points, in the order they were told."""
    return tuple(
        _point(n, item, draft) for n, item in enumerate(outlook.corrections_of(case), start=1)
    )


def points_open(case: cases.CasePage, draft: drafts.DraftRow) -> tuple[str, ...]:
    """What is still to be answered: the points that ask for a file that is not there yet."""
    return tuple(point.title for point in points(case, draft) if point.material and not point.is_done)


def _point(n: int, item: dict[str, str], draft: drafts.DraftRow) -> Point:
    code, what = item.get("material", ""), item.get("what", "")
    rule = next((one for one in draft.definition.materials if one.code == code and one.is_uploaded), None)
    if rule is not None:
        state = drafts.MaterialState(rule, draft.files.get(code, ()), is_asked=True)
        return Point(n, what, words.said(rule.title, rule.title_en), state, None, "", bool(state.files))
    form = draft.definition.form
    field = next((one for one in form.fields() if one.name == code), None)
    page = next((one for one in form.pages if field in one.fields), None) if field else None
    title = words.said(field.title, field.title_en) if field else ""
    is_done = page.id in draft.pages if page else bool(draft.pages)
    return Point(n, what, title, None, page, code if field else "", is_done)
