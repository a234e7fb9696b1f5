"""The timeline of a case (办理经过): what has happened, who is at it now, what is still to come.

Sources: 行政许可法 art. 5 (openness), 32 and 38 (papers), 45 (written notice of time that does not count)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from tongban.cases import queries as cases
from tongban.core import case as core
from tongban.intake.queries import outlook, words
from tongban.papers import queries as papers
from tongban.ui import phrases


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the case: a notice or a licence. ``n`` is its place in the case's list."""

    n: int
    title: str
    number: str
    is_ready: bool
    is_licence: bool
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline.

    :ivar state: done, now, wait, later or bad. :ivar at: a moment, or nothing where ``when`` says it.
    """

    state: str
    title: str
    at: datetime | None
    when: str
    sentences: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = ()
    tag: str = ""


def papers_of(case: cases.CasePage) -> tuple[tuple[int, Paper], ...]:
    """The notices of the case and its licences, each with the number of its event. Two SQL statements."""
    rows = paper_rows(region_code=case.region_code, case_id=case.id)
    return tuple((row.event_n, _paper(n, row)) for n, row in enumerate(rows, start=1))


def paper_rows(*, region_code: str, case_id: int) -> list[papers.NoticeRow | papers.LicenceRow]:
    """The papers of a case in the order of its events, so that a later one takes no other's place."""
    rows: list[papers.NoticeRow | papers.LicenceRow] = [
        *papers.notices_of(region_code=region_code, case_id=case_id),
        *papers.licences_of(region_code=region_code, case_id=case_id),
    ]
    return sorted(rows, key=lambda row: row.event_n)


def _paper(n: int, row: papers.NoticeRow | papers.LicenceRow) -> Paper:
    ref = row.ref if isinstance(row, papers.LicenceRow) else ""
    return Paper(n, row.title, row.number, bool(row.pdf_sha256), bool(ref), ref)


def trail(case: cases.CasePage, issued: Sequence[tuple[int, Paper]], *, today: date) -> tuple[Line, ...]:
    """All lines of the timeline, oldest first."""
    given = {n: tuple(paper for of, paper in issued if of == n) for n, _paper in issued}
    done = [_line(case, event, given.get(event.n, ())) for event in case.events]
    return (*done, *_now(case, today), *_later(case, today))


def _line(case: cases.CasePage, event: cases.EventRow, issued: tuple[Paper, ...]) -> Line:
    says = _SAYS.get(event.kind)
    sentences = tuple(filter(None, says(case, event) if says else ()))
    is_refused = event.kind == "Decided" and not outlook.is_granted(case)
    state = "bad" if is_refused or event.kind in {"AcceptanceRefused", "DepartmentSilent"} else "done"
    tag = _("不计入期限") if event.kind == "Paused" else ""
    return Line(state, _title(case, event), event.at, "", (*_who(case, event), *sentences), issued, tag)


def _title(case: cases.CasePage, event: cases.EventRow) -> str:
    node = words.said(event.node_title, event.node_title_en)
    if event.kind in {"Completed", "Signed"} and node:
        return _outcome_of(case, event, node)
    if event.kind == "Decided":
        return outlook.outcome_title(case)
    return str(phrases.EVENT.get(event.kind, event.kind))


def _outcome_of(case: cases.CasePage, event: cases.EventRow, node: str) -> str:
    if event.kind == "Signed":
        return _("%(node)s：第一人已签字") % {"node": node}
    rule = case.definition.nodes.get(event.node)
    titles = {o.id: words.said(o.title, o.title_en) for o in rule.outcomes} if rule else {}
    outcome = titles.get(event.outcome, "")
    return _("%(node)s：%(outcome)s") % {"node": node, "outcome": outcome} if outcome else node


def _who(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    """The officer by name and post, with the number of his certificate where the law asks for one."""
    if event.actor_kind != "officer" or not event.who:
        return ()
    places = {"post": event.post, "who": event.who, "number": event.certificate}
    if event.certificate:
        return (_("%(post)s %(who)s（执法证号 %(number)s）。") % places,)
    return (_("%(post)s %(who)s。") % places,)


def _filed(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    count = len({m.code for m in case.materials if m.event_n == event.n})
    places = {"number": case.number, "count": count}
    return ((_("办件号 %(number)s。材料 %(count)s 项。") if count else _("办件号 %(number)s。")) % places,)


def _accepted(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    return (_("法定期限从次日起算。"),)


def _deemed(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    basis = str(event.said.get("basis", ""))
    return (_("五个工作日内没有告知补正，自收到材料之日起即为受理（%(basis)s）。") % {"basis": basis},)


def _silent(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    return (_("%(organ)s在期限内没有提出意见，已如实记录，办件继续办理。") % {"organ": event.organ_name},)


def _late(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    outcome = words.said(event.outcome_title, event.outcome_title_en)
    said = _("%(organ)s：%(outcome)s。") % {"organ": event.organ_name, "outcome": outcome}
    return (said, *_reason(case, event))


def _corrected(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    said = {"n": event.said.get("of", ""), "what": event.said.get("what", "")}
    return (_("更正第 %(n)s 条记录：%(what)s") % said, *_reason(case, event))


def _reopened(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    return (_("依据：%(document)s。期限重新起算。") % {"document": event.said.get("document", "")}, *_reason(case, event))


def _asked(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    titles = {m.code: words.said(m.title, m.title_en) for m in case.definition.materials}
    titles |= {f.name: words.said(f.title, f.title_en) for f in case.definition.form.fields()}
    lines = []
    for n, item in enumerate(event.said.get("items", ()), start=1):
        places = {"n": n, "title": titles.get(item.get("material", ""), ""), "what": item.get("what", "")}
        lines.append((_("%(n)s. %(title)s：%(what)s") if places["title"] else _("%(n)s. %(what)s")) % places)
    return tuple(lines)


def _supplied(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    count = len([m for m in case.materials if m.event_n == event.n])
    return (_("补交 %(count)s 份文件。") % {"count": count} if count else "",)


def _reason(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    reason = str(event.said.get("reason", ""))
    return (_("理由：%(reason)s") % {"reason": reason} if reason else "",)


def _paused(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    first = date.fromisoformat(event.said["first_day"])
    places = {"ground": event.said.get("ground", ""), "document": event.said.get("document", ""),
              "day": words.day_words(first)}  # fmt: skip
    return (_("%(ground)s，自 %(day)s起的时间依法不计入期限。文书：%(document)s。") % places,)


def _resumed(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    last = date.fromisoformat(event.said["last_day"])
    return (_("%(day)s是最后一个不计入的日子，次日继续计算。") % {"day": words.day_words(last)},)


def _rated(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    score = event.said.get("score")
    return (str(phrases.RATING[score]) if score in phrases.RATING else "",)


def _recomputed(case: cases.CasePage, event: cases.EventRow) -> tuple[str, ...]:
    lines = [_("依据：%(what)s") % {"what": event.said.get("because", "")}]
    for each in event.moved:
        places = {"clock": str(phrases.CLOCK.get(each.clock, each.clock)), "was": words.day_words(each.was_on),
                  "now": words.day_words(each.now_on)}  # fmt: skip
        lines.append(_("%(clock)s：原为 %(was)s，现为 %(now)s。") % places)
    return tuple(lines)


_Says = Callable[[cases.CasePage, cases.EventRow], tuple[str, ...]]
_SAYS: Mapping[str, _Says] = {
    "Filed": _filed, "Accepted": _accepted, "DeemedAccepted": _deemed, "DepartmentSilent": _silent,
    "AnsweredLate": _late, "Corrected": _corrected, "Reopened": _reopened, "DepartmentAdded": _reason,
    "Migrated": _reason, "SupplementRequested": _asked, "Supplemented": _supplied,
    "AcceptanceRefused": _reason, "Completed": _reason, "Decided": _reason, "Extended": _reason,
    "Withdrawn": _reason, "Paused": _paused, "Resumed": _resumed, "Recomputed": _recomputed, "Rated": _rated,
}


def _now(case: cases.CasePage, today: date) -> list[Line]:
    """The open tasks: who is at it, until when the step is to be done."""
    lines = []
    for task in case.tasks:
        waits = task.role == "applicant"
        who = _("等您办理。") if waits else _("%(organ)s 正在办理。") % {"organ": task.organ_name}
        until = _("环节时限 %(day)s。") % {"day": words.day_words(task.due_on)} if task.due_on else ""
        title = words.said(task.title, task.title_en)
        lines.append(Line("wait" if waits else "now", title, None, _("进行中"), tuple(filter(None, [who, until]))))
    return lines


def _decision_day(case: cases.CasePage, today: date) -> str:
    """By when the decision is to be expected: the promise, or the limit of the law once that is past."""
    promised, legal = case.clocks.get("promised"), case.clocks.get("statutory")
    if case.status is not core.Status.ACCEPTED or legal is None:
        return ""
    if promised is not None and promised.due.last_on >= today:
        return _("预计 %(day)s前") % {"day": words.day_words(promised.due.last_on)}
    return _("法定最迟 %(day)s") % {"day": words.day_words(legal.due.last_on)}


def _later(case: cases.CasePage, today: date) -> list[Line]:
    """The steps of officers not reached yet, in the order of the published flow."""
    if case.is_over:
        return []
    reached = {event.node for event in case.events} | {task.node for task in case.tasks}
    until = _decision_day(case, today)
    lines = []
    for node in case.definition.graph.tasks():
        rule = case.definition.nodes.get(node.id)
        if rule is None or rule.role == "applicant" or node.id in reached:
            continue
        when = until if "decide" in rule.acts else ""
        lines.append(Line("later", words.said(rule.title, rule.title_en), None, when))
    return lines
