"""Who may act on a task: grant, certificate, recusal, separation of duties (行政许可法 art. 34, 48)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.cases import queries
from tongban.cases.actions import rows
from tongban.core.refusal import Refusal
from tongban.matters import queries as matters
from tongban.people import queries as people


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person (申请人), an officer (工作人员) or the system (时限届满等)."""

    kind: str
    id: str
    name: str = ""

    @property
    def officer_id(self) -> int | None:
        return int(self.id) if self.kind == "officer" else None


POST_MAX = 80  # What the record holds of a post and on whose behalf it acted.
SYSTEM = Actor("system", "")


def actor_of(*, viewer: queries.Viewer) -> Actor:
    """Return the viewer as one who acts."""
    if viewer.officer_id is not None:
        return Actor("officer", str(viewer.officer_id), viewer.name)
    return Actor("person", viewer.person_id, viewer.name)


@dataclass(frozen=True, slots=True)
class Standing:
    """In what capacity the actor acts: written into the event."""

    post: str = ""
    certificate: str = ""
    grant_id: int | None = None

    @property
    def office(self) -> str:
        """The number under which the public ledger knows the capacity; never a name."""
        return self.certificate or (f"grant:{self.grant_id}" if self.grant_id else "")


class NoGrant(Refusal):
    code = "no-grant"
    says = _("您没有“%(role)s”的授权，不能办理这一环节。请联系本机关授权管理人员，或转交有授权的人员。")
    basis = "行政许可法 第二十二条"


class GrantEnded(NoGrant):
    code = "grant-ended"
    says = _("您的“%(role)s”授权已于%(day)s终止，不能办理这一环节。请联系本机关授权管理人员，或转交有授权的人员。")


class NoCertificate(Refusal):
    code = "no-certificate"
    says = _("这一环节须持“%(domain)s”执法证件，您没有这类证件。请转交持证人员办理。")
    basis = "国办发〔2018〕118号（行政执法全过程记录等三项制度）"


class CertificateExpired(NoCertificate):
    code = "certificate-expired"
    says = _("您的“%(domain)s”执法证件已于%(day)s过期，不能办理这一环节。请换证后再办，或转交持证人员。")


class MustStandAside(Refusal):
    code = "must-stand-aside"
    says = _("您已在本件登记回避，不能再办理。请转交其他人员。")
    basis = "公务员法 第七十六条"


class DutiesExclude(Refusal):
    code = "duties-exclude"
    says = _("您在本件已办理“%(done)s”，依程序不能再办理“%(role)s”。请转交其他人员。")
    basis = "行政许可法 第四十八条"


class NotYourTask(Refusal):
    code = "not-your-task"
    says = _("这一环节已分派给其他人员。如需接手，请先转办。")


class NotForYou(Refusal):
    code = "not-for-you"
    says = _("这一环节应由%(role)s办理。")


def standing(
    *,
    case: rows.CaseRow,
    token: rows.TokenRow,
    rule: matters.NodeRule,
    definition: matters.Definition,
    loaded: rows.Loaded,
    actor: Actor,
    at: datetime,
) -> Standing:
    """Return the capacity in which the actor may do this task now.

    :raises NotForYou: an applicant's task asked by an officer, or the reverse.
    :raises NoGrant, NoCertificate, MustStandAside, DutiesExclude, NotYourTask: see there.
    """
    if actor.kind == "system":
        return Standing()
    role = str(definition.roles.get(rule.role, rule.role))
    if (rule.role == "applicant") != (actor.kind == "person"):
        raise NotForYou(role=role)
    if actor.kind == "person":
        if actor.id != case.applicant_id:
            raise NotForYou(role=role)
        return Standing()
    return _officer_standing(case, token, rule, definition, loaded, actor, at)


def _officer_standing(
    case: rows.CaseRow,
    token: rows.TokenRow,
    rule: matters.NodeRule,
    definition: matters.Definition,
    loaded: rows.Loaded,
    actor: Actor,
    at: datetime,
) -> Standing:
    officer_id = int(actor.id)
    on = timezone.localdate(at)
    role = str(definition.roles.get(rule.role, rule.role))
    authority = people.authority(
        officer_id=officer_id, organ_code=token.organ_code, role=rule.role, matter_code=case.matter_code,
        region_code=case.region_code, case_id=case.id, on=on, domain=rule.needs_certificate or "",
    )
    _granted(authority, role)
    _certified(authority, rule.needs_certificate or "")
    if token.assignee_id not in (None, officer_id, *authority.stands_in_for):
        raise NotYourTask()
    for one in (officer_id, authority.delegated_by):
        if one is not None:
            _no_exclusive_duty(rule.role, definition, loaded, one)
    return _capacity(authority)


def in_role(
    *, case: rows.CaseRow, definition: matters.Definition, actor: Actor, role: str, at: datetime
) -> Standing:
    """Return the capacity in which the actor may do an act on the whole case, for the organ that handles it.

    :raises NotForYou: not an officer. :raises NoGrant, MustStandAside: see there.
    """
    title = str(definition.roles.get(role, role))
    if actor.kind != "officer":
        raise NotForYou(role=title)
    authority = people.authority(
        officer_id=int(actor.id), organ_code=case.organ_code, role=role, matter_code=case.matter_code,
        region_code=case.region_code, case_id=case.id, on=timezone.localdate(at),
    )
    _granted(authority, title)
    return _capacity(authority)


def _capacity(authority: people.Authority) -> Standing:
    post = f"{authority.post}（受{authority.delegated_by_name}委托）" if authority.delegated_by else authority.post
    return Standing(post[:POST_MAX], authority.certificate_no or "", authority.grant_id)


def _granted(authority: people.Authority, role: str) -> None:
    if not authority.is_granted:
        if authority.grant_ended_on:
            raise GrantEnded(role=role, day=authority.grant_ended_on.isoformat())
        raise NoGrant(role=role)
    if authority.is_recused:
        raise MustStandAside()


def _certified(authority: people.Authority, domain: str) -> None:
    if not domain or (authority.certificate_no and authority.certificate_domain == domain):
        return
    if authority.certificate_ended_on:
        raise CertificateExpired(domain=domain, day=authority.certificate_ended_on.isoformat())
    raise NoCertificate(domain=domain)


def _no_exclusive_duty(
    role: str, definition: matters.Definition, loaded: rows.Loaded, officer_id: int
) -> None:
    done = {role for role, officer in loaded.hands if officer == officer_id}
    for pair in definition.exclusive:
        if role in pair and (clash := (pair - {role}) & done):
            first = min(clash)
            raise DutiesExclude(
                done=str(definition.roles.get(first, first)), role=str(definition.roles.get(role, role))
            )


class UnknownOutcome(Refusal):
    code = "unknown-outcome"
    says = _("请从列出的结论中选择一项：%(outcomes)s。")


class ReasonMissing(Refusal):
    code = "reason-missing"
    says = _("请写明理由。不予受理、不予许可或不同意的，必须说明理由。")
    basis = "行政许可法 第三十八条第二款"


class SecondCorrection(Refusal):
    code = "second-correction"
    says = _("本件已一次告知补正，依法不得再次要求补正。请受理，或作出不予受理决定并说明理由。")
    basis = "行政许可法 第三十二条第一款第四项"


def fits(
    *, rule: matters.NodeRule, definition: matters.Definition, loaded: rows.Loaded, chosen: str,
    reason: str, is_once: bool,
) -> None:
    """Refuse an act that this task cannot take.

    :raises UnknownOutcome, ReasonMissing, SecondCorrection: see there.
    """
    if chosen:
        outcomes = {outcome.id: outcome for outcome in rule.outcomes}
        if chosen not in outcomes:
            raise UnknownOutcome(outcomes="、".join(str(o.title) for o in rule.outcomes))
        if outcomes[chosen].needs_reason and not reason:
            raise ReasonMissing()
    if is_once and any("supplement" in definition.nodes[node].acts for node, _item in loaded.places
                       if node in definition.nodes):
        raise SecondCorrection()
