"""Who may see which cases: the one row filter every read goes through."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from tongban.cases import models
from tongban.core.refusal import Refusal
from tongban.people import queries as people

SUPERVISOR = "supervisor"
ROOM_OF = {  # Work that is not on cases: a page of its own, and no case to see by it.
    SUPERVISOR: "oversight:cockpit",
    "law_editor": "law:office", "law_approver": "law:office",
    "procedure_editor": "matters:studio", "procedure_approver": "matters:studio",
}  # fmt: skip
DESK = "cases:queue"
ROOMS = (DESK, *dict.fromkeys(ROOM_OF.values()))


class NotVisible(Refusal):
    """No such case, or not for this viewer: a stranger cannot tell which (404)."""

    code = "no-such-case"
    status = 404
    says = _("没有找到这个办件。请核对办件编号，或登录提交申请的账号后再查。")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. Empty fields see nothing.

    :ivar duties: (organ code, role, matter code or "*") of the officer's grants in force.
    :ivar regions: code prefixes of the regions a supervisor watches.
    """

    person_id: str = ""
    officer_id: int | None = None
    name: str = ""
    duties: frozenset[tuple[str, str, str]] = frozenset()
    regions: tuple[str, ...] = ()

    @property
    def organs(self) -> frozenset[str]:
        return frozenset(organ for organ, role, _matter in self.duties if role not in ROOM_OF)

    @property
    def rooms(self) -> tuple[str, ...]:
        """The pages an officer works on, by the name of their address; the desk where nothing is granted."""
        held = {ROOM_OF.get(role, DESK) for _organ, role, _matter in self.duties}
        return tuple(room for room in ROOMS if room in held) or (DESK,)

    def may_take(self, *, organ_code: str, role: str, matter_code: str) -> bool:
        """Whether a grant in force covers tasks of this organ, role and matter."""
        return not self.duties.isdisjoint({(organ_code, role, "*"), (organ_code, role, matter_code)})


def viewer(*, account_id: int | None, on: date) -> Viewer:
    """Return what this account may see on that day; nothing without an account."""
    if account_id is None:
        return Viewer()
    if officer := people.officer_of(account_id):
        duties = frozenset(people.roles_of(officer.id, on))
        watched = people.organs_named(organ for organ, role, _matter in duties if role == SUPERVISOR)
        regions = tuple(sorted({region_prefix(organ.region_code) for organ in watched.values()}))
        return Viewer(officer_id=officer.id, name=officer.name, duties=duties, regions=regions)
    person = people.person_of(account_id)
    return Viewer(person_id=str(person.id), name=person.name) if person else Viewer()


def region_prefix(region_code: str) -> str:
    """Return the part of a six-digit region code that all regions under it share (GB/T 2260)."""
    return region_code[:2] if region_code.endswith("0000") else region_code.removesuffix("00")


def visible_to(viewer: Viewer) -> Q:
    """Return the filter on ``Case`` for this viewer. Every list, search, export and page uses it."""
    seen = Q(pk__in=[])
    if viewer.person_id:
        seen |= Q(applicant_id=viewer.person_id)
    if viewer.organs:
        consulted = models.Token.objects.filter(
            region_code=OuterRef("region_code"), case_id=OuterRef("id"), organ_code__in=viewer.organs
        )
        seen |= Q(organ_code__in=viewer.organs) | Q(Exists(consulted))
    for prefix in viewer.regions:
        seen |= Q(region_code__startswith=prefix)
    return seen
