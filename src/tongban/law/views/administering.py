"""Pages of the legal administrators (法制管理员): the proposals, the forms behind them, the decision on each.

Sources: ux.md 6 (what takes effect is confirmed on a page that names it)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.core import calendar as work
from tongban.core.refusal import Refusal
from tongban.law import actions, forms, queries
from tongban.people import queries as people

HIDDEN = ("cases:queue", "oversight:cockpit", "matters:studio")
CORRECT, ANEW = "correct", "version"


@dataclass(frozen=True, slots=True)
class Desk:
    """The officer at the page and what he may do with the register."""

    officer_id: int
    name: str
    may_propose: bool
    may_approve: bool


def desk_of(request: HttpRequest) -> Desk | None:
    """The legal administrator who asks, or nobody."""
    if not request.user.is_authenticated:
        return None
    today = timezone.localdate()
    officer = people.officer_of(request.user.pk, today)
    roles = queries.law_roles(officer.id, today) if officer else frozenset()
    if officer is None or not roles:
        return None
    return Desk(officer.id, officer.name, "law_editor" in roles, "law_approver" in roles)


def _desk(request: HttpRequest) -> Desk:
    """:raises Http404: somebody else asks."""
    found = desk_of(request)
    if found is None:
        raise Http404
    return found


def _sent(request: HttpRequest, *, with_files: bool = False) -> tuple[Any, ...]:
    """What a form is bound to: nothing before it is sent."""
    if request.method != "POST":
        return ()
    return (request.POST, request.FILES) if with_files else (request.POST,)


def _shown(desk: Desk, **more: Any) -> dict[str, Any]:
    return {"desk": desk, "nav_hidden": HIDDEN, "nav": "law:office", **more}


@login_required
@never_cache
@require_GET
def office(request: HttpRequest) -> HttpResponse:
    """The proposals that wait, those decided, and what may be proposed."""
    desk = _desk(request)
    shown = _shown(desk, waiting=queries.proposals(is_open=True), decided=queries.proposals(is_open=False))
    return render(request, "law/office.html", shown)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def propose_notice(request: HttpRequest) -> HttpResponse:
    """Propose to take in a notice on the holidays (放假安排)."""
    desk = _desk(request)
    form = forms.NoticeForm(*_sent(request, with_files=True))

    def asked() -> dict[str, Any]:
        document = queries.plain(form.document())
        title = _("%(year)s年放假安排") % {"year": document["year"]}
        return {"kind": "notice", "target": str(document["year"]), "title": title, "document": document}

    return _propose(request, desk, form, asked, "law/propose_notice.html", {})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def propose_rule(request: HttpRequest, rule_id: str = "") -> HttpResponse:
    """Propose a new rule, a correction of a version, or a version that takes the place of the last."""
    desk = _desk(request)
    mode = request.GET.get("as", CORRECT if rule_id else "new")
    known, row = _rule_and_version(rule_id)
    first = forms.RuleForm.given_by(_anew(row) if mode == ANEW else row) if row else _blank(request)
    form = forms.RuleForm(*_sent(request), initial=first)

    def asked() -> dict[str, Any]:
        new = form.row(rule=row["rule"] if row else form.cleaned_data["id"], n=row["n"] if row and mode == CORRECT else None)
        return {
            "kind": "rule", "target": new["rule"], "document": {"periods": _with(known, row, new, mode)},
            "title": _("规则 %(rule)s") % {"rule": new["id"]},
        }  # fmt: skip

    return _propose(request, desk, form, asked, "law/propose_rule.html", {"row": row, "mode": mode})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def propose_law(request: HttpRequest, law_id: str = "") -> HttpResponse:
    """Propose a law, or a correction of one."""
    desk = _desk(request)
    known = queries.law_document(law_id) if law_id else {}
    if law_id and not known:
        raise Http404
    first = forms.LawForm.given_by(law_id, known) if known else {}
    form = forms.LawForm(*_sent(request), initial=first)

    def asked() -> dict[str, Any]:
        return {
            "kind": "law", "target": law_id or form.cleaned_data["id"], "title": form.cleaned_data["name"],
            "document": form.document(),
        }  # fmt: skip

    return _propose(request, desk, form, asked, "law/propose_law.html", {"law_id": law_id, "known": known})


def _propose(
    request: HttpRequest, desk: Desk, form: Any, asked: Callable[[], Mapping[str, Any]], page: str, more: dict[str, Any]
) -> HttpResponse:
    """Read the form and put the proposal forward; what is refused stands above the form that was filled in."""
    shown, status = _shown(desk, form=form, **more), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                proposal_id = actions.propose(
                    **asked(), basis=form.cleaned_data["basis"], officer_id=desk.officer_id, at=timezone.now()
                )
            except (Refusal, work.CalendarContradicts) as refusal:
                shown["refusal"] = refusal
            else:
                return redirect("law:proposal", proposal_id)
        else:
            shown["has_errors"] = True
    return render(request, page, shown, status=status)


def _rule_and_version(rule_id: str) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """All versions of the rule, and the one the address names."""
    if not rule_id:
        return [], None
    try:
        rule = queries.history(rule_id)[-1].rule
    except queries.UnknownRule as unknown:
        raise Http404 from unknown
    known = queries.rule_document(rule)["periods"]
    return known, next((row for row in known if row["id"] == rule_id), known[-1])


def _anew(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of a new version begins with: the old one, without its days."""
    return {**row, "id": "", "effective_from": None, "effective_to": None, "is_date_verified": False, "quote": ""}


def _blank(request: HttpRequest) -> dict[str, Any]:
    return {"law_id": request.GET.get("law", ""), "source": "verified_text", "kind": "deadline"}


def _with(
    known: list[dict[str, Any]], row: Mapping[str, Any] | None, new: dict[str, Any], mode: str
) -> list[dict[str, Any]]:
    """The versions of the rule as they are to be: one corrected, or the last ended on the eve of the new one."""
    if mode == CORRECT and row is not None:
        return [new | {"id": row["id"]} if each["id"] == row["id"] else each for each in known]
    if mode == ANEW and known and new["effective_from"]:
        eve = date.fromordinal(date.fromisoformat(new["effective_from"]).toordinal() - 1).isoformat()
        last = known[-1]
        known = [*known[:-1], last | {"effective_to": last["effective_to"] or eve}]
    return [*known, new]


@login_required
@never_cache
@require_GET
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """A proposal: what would change, how many clocks would move, who proposed and decided."""
    return _proposal(request, _desk(request), proposal_id)


def _proposal(
    request: HttpRequest, desk: Desk, proposal_id: UUID, status: int = 200, **more: Any
) -> HttpResponse:
    row = _row(proposal_id)
    moves = row.moves
    if row.is_open and row.moves_clocks:
        moves, failed = _moves_now(row)
        more |= {"stale": failed}
    shown = _shown(desk, row=row, moves=moves, differences=queries.differences(row), form=more.pop("form", forms.DecisionForm()), **more)
    return render(request, "law/proposal.html", shown, status=status)


def _row(proposal_id: UUID) -> queries.ProposalRow:
    try:
        return queries.proposal(proposal_id)
    except queries.UnknownProposal as unknown:
        raise Http404 from unknown


def _moves_now(row: queries.ProposalRow) -> tuple[Mapping[str, int], Refusal | None]:
    """How many clocks would move as of now; or why the proposal can no longer be carried out."""
    at = timezone.now()
    try:
        with actions.tried(kind=row.kind, target=row.target, document=row.document, at=at):
            return queries.tied().moves(at), None
    except Refusal as refusal:
        return row.moves, refusal


@login_required
@never_cache
@require_http_methods(["POST"])
def decide(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Approve a proposal, turn it back, or take one's own back."""
    desk, at = _desk(request), timezone.now()
    given: dict[str, Any] = {"proposal_id": proposal_id, "officer_id": desk.officer_id, "at": at}
    form = forms.DecisionForm(request.POST)
    act = request.POST.get("act")
    if act == "reject" and not form.is_valid():
        return _proposal(request, desk, proposal_id, 422, form=form, has_errors=True)
    acts: Mapping[str, Callable[[], None]] = {
        "approve": lambda: actions.approve(**given),
        "reject": lambda: actions.reject(**given, reason=form.cleaned_data["reason"]),
        "withdraw": lambda: actions.withdraw(**given),
    }
    if act not in acts:
        raise Http404
    try:
        acts[act]()
    except queries.UnknownProposal as unknown:
        raise Http404 from unknown
    except Refusal as refusal:
        return _proposal(request, desk, proposal_id, 409, refusal=refusal)
    messages.success(request, {"approve": _("已批准，登记册已经修改。"), "reject": _("已退回。"), "withdraw": _("已撤回。")}[act])
    return redirect("law:proposal", proposal_id)
