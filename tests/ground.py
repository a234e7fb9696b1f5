"""The ground tests and benches stand on: the real packs loaded once, fictitious people, one application.

Nothing here is a stand-in: the registry, the law, the matters and the people are those of ``make up``."""

import datetime as dt
from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings
from django.test import override_settings

from tongban.cases import actions as cases
from tongban.law import actions as law
from tongban.matters import actions as matters
from tongban.matters import models as matter_models
from tongban.matters import queries as matter_queries
from tongban.papers import actions as papers
from tongban.people import actions as people
from tongban.people import models as people_models

CHINA = dt.timezone(dt.timedelta(hours=8))
YINGZE = "140106"
FOOD = "food-business-140106"
HOTEL = "open-hotel-140106"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
FILED = dt.datetime(2026, 3, 2, 9, 30, tzinfo=CHINA)  # A Monday; 20 working days later is 2026-03-30.

ANSWERS = {
    "subject_type": "sole_trader", "subject_name": "迎泽区晋味面馆（示例）", "uscc": "92140106MA0K7T4Q2F",
    "registered_address": "太原市迎泽区柳巷 1 号（示例）", "legal_person": "王小明（示例）",
    "legal_person_id": "140100190001010013", "contact_name": "王小明（示例）", "contact_phone": "15400000001",
    "has_agent": False, "delivery": "electronic", "premises_address": "太原市迎泽区柳巷 1 号 1 层（示例）",
    "area": "86.5", "kitchen_area": "30", "has_storage": False, "operator_kind": "catering",
    "catering_kind": "ordinary", "business_items": ["hot", "cold"], "is_online": False, "has_machines": False,
    "staff_count": 6, "health_certified_count": 6, "manager_name": "李示例", "manager_phone": "15400000002",
    "has_director": False, "is_true": True,
}

HOTEL_ANSWERS = {
    **{name: ANSWERS[name] for name in ("uscc", "registered_address", "legal_person", "legal_person_id", "contact_name",
                                        "contact_phone", "has_agent", "delivery", "is_true")},
    "subject_type": "enterprise", "subject_name": "太原并州客栈有限公司（示例）", "hotel_name": "并州客栈（示例）",
    "premises_address": "太原市迎泽区迎泽大街 200 号（示例）", "premises_right": "leased", "area": "1260", "floors": 6,
    "floor_from": 2, "floor_to": 5, "rooms": 48, "beds": 80, "fire_acceptance": "accepted",
    "fire_commitment": "inspection", "exits": 3, "has_sprinklers": True, "cameras": 36, "security_name": "高示例",
    "security_phone": "15400000013", "has_guest_system": True, "staff_count": 18, "health_certified_count": 18,
    "has_central_air": False, "has_pool": False, "water_kind": "mains", "linen": "sent_out",
}


def load(*, at: dt.datetime | None = None) -> None:
    """Load the packs, as ``tongban load`` does."""
    at = at or dt.datetime(2026, 3, 1, tzinfo=CHINA)
    with override_settings(DEMO=True):  # The sample's people, too.
        for folder in (law, people, matters):
            folder.load(packs=settings.PACKS, progress=lambda *_: None, at=at)


def is_loaded() -> bool:
    """Whether the packs are there: matters are the last of them."""
    return matter_models.MatterVersion.objects.filter(matter_id=FOOD).exists()


def officer(username: str) -> cases.Actor:
    found = people_models.Officer.objects.select_related("account").get(account__username=username)
    return cases.Actor("officer", str(found.id), found.name)


def citizen(username: str = "wang") -> cases.Actor:
    found = people_models.Person.objects.get(account__username=username)
    return cases.Actor("person", str(found.id), found.name)


@dataclass
class Walk:
    """One application and the hand that moves it; every act is at ``at``, which a test may set."""

    done: cases.Done
    at: dt.datetime
    town: str = "yz"

    def act(self, what, who, token_n, **words):
        self.done = what(
            region_code=self.done.region_code, case_id=self.done.case_id, token_n=token_n,
            actor=officer(f"{self.town}-{who}"), at=self.at, key=str(uuid4()), **words,
        )
        return self.done

    def wait(self, **span):
        self.at += dt.timedelta(**span)
        return self

    def accepted(self):
        self.act(cases.accept, "window", 1)
        return self

    def reviewed(self, papers="agree", site="pass"):
        tokens = self.open()
        self.act(cases.complete, "review", tokens["document_review"], outcome=papers, reason="经审查，符合要求。")
        for who in ("inspect1", "inspect2"):
            self.act(cases.complete, who, tokens["site_inspection"], outcome=site, reason="现场与申请一致。")
        return self

    def decided(self, outcome="grant", reason="符合法定条件。"):
        self.act(cases.decide, "decide", self.open()["decision"], outcome=outcome, reason=reason)
        return self

    def served(self):
        self.act(cases.serve, "window", self.open()["delivery"], how="electronic")
        return self

    def open(self):
        """Open tokens by node; of a list of departments, by node and organ."""
        from tongban.cases import models

        rows = models.Token.objects.filter(
            region_code=self.done.region_code, case_id=self.done.case_id, closed_at=None
        )
        return {f"{row.node}:{row.item}" if row.item else row.node: row.n for row in rows}


def materials(matter_code: str, answers=ANSWERS, at: dt.datetime = FILED):
    """The files this application needs, kept in the store."""
    definition = matter_queries.definition(matter_queries.version_in_force(matter_code, at.date()))
    kept = papers.keep_file(content=PDF, media_type="application/pdf")
    return [
        {"code": rule.code, "sha256": kept.sha256, "media_type": "application/pdf", "bytes": kept.size,
         "file_name": "sample.pdf"}
        for rule in definition.materials if rule.is_asked(answers)
    ]


def file(matter_code: str = FOOD, *, at: dt.datetime = FILED, by: str = "wang", answers=ANSWERS, key=None) -> Walk:
    """File one application and return its walk."""
    version = matter_queries.version_in_force(matter_code, at.date())
    who = citizen(by)
    done = cases.submit(
        version_id=version, applicant_id=who.id, subject=answers["subject_name"], answers=answers,
        materials=materials(matter_code, answers, at), actor=who, at=at, key=key or str(uuid4()),
    )
    return Walk(done, at)
