"""Before running cases are moved to another version of their matter: where each open step would go."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.cases import models
from tongban.cases.queries import sight, single
from tongban.core import case as core
from tongban.core import flow
from tongban.core.flow import migrate
from tongban.matters import queries as matters

CASES_MAX = 1000
NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Preview:
    """One running case: its open steps with their places in the new version, and those that have none.

    :ivar moves: title of the open step, title of its place in the new version.
    """

    region_code: str
    case_id: int
    ref: str
    number: str
    version: int
    moves: tuple[tuple[str, str], ...]
    homeless: tuple[str, ...]

    @property
    def may_move(self) -> bool:
        return not self.homeless


def preview(
    *, to_version_id: int, viewer: sight.Viewer, names: Mapping[str, str] = NO_NAMES
) -> list[Preview]:
    """Return what a migration would do to every running case the viewer may see. Two SQL statements."""
    new = matters.definition(to_version_id)
    cases = models.Case.objects.filter(
        sight.visible_to(viewer), matter_code=new.matter_code, closed_at=None
    ).exclude(version_id=to_version_id).exclude(status__in=core.OVER)
    found = list(cases.order_by("region_code", "id")[:CASES_MAX])
    tokens: dict[tuple[str, int], list[flow.Token]] = {}
    wanted = models.Token.objects.filter(
        region_code__in={case.region_code for case in found}, case_id__in=[case.id for case in found], closed_at=None
    )
    for row in wanted.order_by("case_id", "n"):
        place = flow.Token(row.n, row.node, row.came_by, row.scope, row.item)
        tokens.setdefault((row.region_code, row.case_id), []).append(place)
    return [_preview(case, new, tuple(tokens.get((case.region_code, case.id), ())), names) for case in found]


def _preview(
    case: models.Case, new: matters.Definition, tokens: tuple[flow.Token, ...], names: Mapping[str, str]
) -> Preview:
    old = matters.definition(case.version_id)
    plan = migrate.plan(old.graph, new.graph, tokens, names)
    before = {token.n: old.graph.nodes[token.node] for token in tokens}
    titles = {n: node.name or node.id for n, node in before.items()}
    return Preview(
        case.region_code, case.id, str(case.ref), single.number(case.region_code, case.id), old.version,
        moves=tuple((titles[token.n], new.graph.nodes[token.node].name or token.node) for token in plan.moved),
        homeless=tuple(titles[n] for n in plan.homeless),
    )
