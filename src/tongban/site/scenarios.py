"""Scenarios of a procedure: dated acts in simulated time, and what must be there after each.

Everything happens through the same acts as in life, in one transaction that is rolled back; timers fire at their
own moment on the way. Format: packs/national/procedures/README.md.

Sources: packs/*/procedures/*/scenarios/*.yaml"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from tongban.cases import actions as acts
from tongban.cases import jobs
from tongban.cases import queries as cases
from tongban.core import clock as clocks
from tongban.core import codes, forms
from tongban.core.refusal import Refusal
from tongban.law import actions as law_acts
from tongban.law import queries as law
from tongban.matters import queries as matters
from tongban.oversight import actions as oversight
from tongban.oversight import queries as cards
from tongban.people import actions as registration
from tongban.people import queries as people

Row = Mapping[str, Any]
ON_TASK: Mapping[str, Callable[..., acts.Done]] = {
    "accept": acts.accept, "refuse_acceptance": acts.refuse_acceptance, "request_supplement": acts.request_supplement,
    "complete": acts.complete, "decide": acts.decide, "serve": acts.serve, "pause": acts.pause,
    "resume": acts.resume, "extend": acts.extend, "answer_late": acts.answer_late,
}  # fmt: skip
ON_CASE: Mapping[str, Callable[..., acts.Done]] = {"withdraw": acts.withdraw, "rate": acts.rate}
OF_THE_STEP = frozenset({"at", "act", "node", "department", "expect", "refused"})
NOT_THIS_OFFICER = (acts.DutiesExclude, acts.NotYourTask, acts.SameOfficerTwice, acts.MustStandAside)
OF_THE_DAY = {"pause": "first_day", "resume": "last_day"}
ADULT: Row = {"name": "示例申请人", "phone": "15400000009", "password": "only for a scenario 2026"}
APPLICANT = ("140100", "19000101", 999)
ROUNDS_MAX = 1000  # Timers that fire on the way from one step to the next.


@dataclass(frozen=True, slots=True)
class Difference:
    """What was expected after a step and is not so."""

    at: str
    act: str
    what: str
    expected: object
    found: object

    def __str__(self) -> str:
        return f"{self.at} {self.act}: {self.what}\n    expected {self.expected}\n    found    {self.found}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a scenario ended."""

    procedure: str
    name: str
    title: str
    steps: int
    differences: tuple[Difference, ...]


def files(packs: Path, procedure: str = "") -> Iterator[Path]:
    """The scenarios of one procedure, or of all, in order."""
    yield from sorted(packs.glob(f"*/procedures/{procedure or '*'}/scenarios/*.yaml"))


def run(file: Path) -> Outcome:
    """Play one scenario and take everything back."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    player = _Player(document)
    try:
        with transaction.atomic():
            player.play()
            transaction.set_rollback(True)
    finally:
        law.forget()  # The calendar may have been another one.
    return Outcome(
        file.parent.parent.name, file.stem, document["title"]["zh"], len(document["steps"]), tuple(player.differences)
    )


def as_document(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON."""
    differences = [
        {"at": one.at, "act": one.act, "what": one.what, "expected": one.expected, "found": one.found}
        for one in outcome.differences
    ]
    return {"procedure": outcome.procedure, "name": outcome.name, "title": outcome.title, "steps": outcome.steps,
            "differences": differences}  # fmt: skip


@dataclass(slots=True)
class _Player:
    """One case and the hand that moves it."""

    document: Row
    differences: list[Difference] = field(default_factory=list)
    done: acts.Done | None = None
    applicant: acts.Actor | None = None
    seen: int = 0
    cards: set[str] = field(default_factory=set)

    def play(self) -> None:
        if notice := self.document.get("calendar"):
            document = law.notice_document(yaml.safe_dump(notice), is_table=False)
            law_acts.import_notice(document=document, at=_moment(self.document["steps"][0]["at"]))
            law.forget()
        for number, step in enumerate(self.document["steps"], start=1):
            at = _moment(step["at"])
            self._travel(at)
            try:
                self._act(step, at, f"scenario-{number}")
            except Refusal as refused:
                self._compare(step, {"refused": refused.code}, {"refused": step.get("refused", "")})
                if "refused" not in step:
                    return
            else:
                if "refused" in step:
                    self._compare(step, {"refused": ""}, {"refused": step["refused"]})
            self._look(step, at)

    def _travel(self, at: datetime) -> None:
        """Let what falls due in this case on the way happen, each at its own moment."""
        case: dict[str, Any] = {"region_code": self.done.region_code, "case_id": self.done.case_id} if self.done else {}
        for _round in range(ROUNDS_MAX if case else 0):
            following = jobs.next_timer(**case)
            if following is None or following[2] > at:
                return
            n, clock, due_at = following
            acts.fire(**case, n=n, clock=clock, at=due_at)

    def _act(self, step: Row, at: datetime, key: str) -> None:
        act = step.get("act", "wait")
        if act == "wait":
            return
        words = {name: value for name, value in step.items() if name not in OF_THE_STEP}
        if act == "submit":
            self._submit(at, key, words)
            return
        assert self.done is not None
        asked: dict[str, Any] = {
            "region_code": self.done.region_code, "case_id": self.done.case_id, "at": at, "key": key, **words,
        }  # fmt: skip
        if act in ON_CASE:
            ON_CASE[act](**asked, actor=self.applicant)
        elif act == "supplement":
            self._supplement(asked)
        else:
            self._on_task(step, act, asked)

    def _submit(self, at: datetime, key: str, words: Row) -> None:
        definition = matters.definition(matters.version_in_force(self.document["matter"], clocks.civil_day(at)))
        account = registration.register_person(**ADULT, id_number=codes.resident_id(*APPLICANT), at=at)
        person = people.person_of(account.pk)
        assert person is not None
        self.applicant = acts.Actor("person", str(person.id), person.name)
        answers = {**forms.example(definition.form), **words.get("answers", {})}
        self.done = acts.submit(
            version_id=definition.version_id, applicant_id=str(person.id), subject="示例", answers=answers,
            materials=_materials(definition, answers), actor=self.applicant, at=at, key=key,
        )

    def _supplement(self, asked: dict[str, Any]) -> None:
        task = next(task for task in self._page(asked["at"]).tasks if "supplement" in task.rule.acts)
        assert self.applicant is not None
        acts.supplement(**{"answers": {}, "materials": (), **asked}, token_n=task.n, actor=self.applicant)

    def _on_task(self, step: Row, act: str, asked: dict[str, Any]) -> None:
        """The first officer who may: the next one where duties are to be separate or two have to sign."""
        task = self._task(step, act, asked["at"])
        if act in OF_THE_DAY:
            asked.setdefault(OF_THE_DAY[act], clocks.civil_day(asked["at"]))
        able = people.officers_for(task.organ_code, task.role, clocks.civil_day(asked["at"]))
        if not able:
            raise NobodyThere(role=task.role, organ=task.organ_name)
        for n, officer in enumerate(able, start=1):
            try:
                ON_TASK[act](**asked, token_n=task.n, actor=acts.Actor("officer", str(officer.id), officer.name))
                return
            except NOT_THIS_OFFICER:
                if n == len(able):
                    raise

    def _task(self, step: Row, act: str, at: datetime) -> cases.TaskRow:
        page = self._page(at)
        organ = page.definition.departments[step["department"] - 1].organ_code if "department" in step else ""
        for task in page.silent if act == "answer_late" else page.tasks:
            fits = step.get("node", task.node) == task.node and organ in ("", task.organ_code)
            if fits and (act == "answer_late" or act in task.rule.acts):
                return task
        raise NoSuchTask(act=act, tasks="、".join(task.node for task in page.tasks))

    def _page(self, at: datetime) -> cases.CasePage:
        assert self.done is not None
        return cases.whole(region_code=self.done.region_code, case_id=self.done.case_id, at=at)

    # What must be there

    def _look(self, step: Row, at: datetime) -> None:
        expected = step.get("expect")
        if not expected:
            return
        page = self._page(at)
        new = [event for event in page.events if event.n > self.seen]
        self.seen = page.events[-1].n
        found: dict[str, object] = {
            "status": page.status.value,
            "outcome": page.outcome,
            "tokens": sorted(task.node for task in page.tasks),
            "events": [event.kind for event in new],
            "due": {name: view.due.last_on for name, view in page.clocks.items() if name in expected.get("due", {})},
            "left": {name: view.due.left for name, view in page.clocks.items() if name in expected.get("left", {})},
            "notices": [name for event in new if (name := self._notice(event.n))],
            "cards": self._new_cards(at) if "cards" in expected else [],
        }
        if "tokens" in expected:
            expected = {**expected, "tokens": sorted(expected["tokens"])}
        self._compare(step, found, expected)

    def _notice(self, event_n: int) -> str:
        assert self.done is not None
        region_code, case_id = self.done.region_code, self.done.case_id
        return cases.paper_of(region_code=region_code, case_id=case_id, event_n=event_n).template

    def _new_cards(self, at: datetime) -> list[str]:
        assert self.done is not None
        oversight.run_rules(at=at)
        viewer = cases.Viewer(regions=(self.done.region_code,))
        rows = cards.cards(viewer=viewer, today=timezone.localdate(at))
        mine = {f"{row.level} {row.rule.id}" for row in rows if row.case.ref == self.done.ref}
        new, self.cards = mine - self.cards, mine
        return sorted(new)

    def _compare(self, step: Row, found: Mapping[str, object], expected: Mapping[str, object]) -> None:
        for what, wanted in expected.items():
            if found.get(what) != wanted:
                self.differences.append(
                    Difference(str(step["at"]), step.get("act", "wait"), what, _plain(wanted), _plain(found.get(what)))
                )


class NobodyThere(Refusal):
    """No officer holds the role: the scenario cannot go on."""

    code = "nobody-there"
    says = "%(organ)s没有人担任%(role)s"


class NoSuchTask(Refusal):
    """The act is not offered by any open task."""

    code = "no-such-task"
    says = "没有可以办理%(act)s的环节；现在的环节：%(tasks)s"


def _materials(definition: matters.Definition, answers: Row) -> list[Row]:
    """A file for each material asked for; its bytes are nowhere, since nothing stays."""
    file = {"sha256": "0" * 64, "media_type": "application/pdf", "bytes": 1, "file_name": "example.pdf"}
    return [{"code": rule.code, **file} for rule in definition.materials if rule.is_asked(answers)]


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    return moment if moment.tzinfo else moment.replace(tzinfo=clocks.SHANGHAI)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value.isoformat() if isinstance(value, date) else value
