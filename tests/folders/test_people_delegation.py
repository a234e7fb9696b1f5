"""A deputy does what the officer may do, for a time, in his own name; and nothing beyond."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import ground
from tongban.cases import actions as cases
from tongban.cases import models as case_models
from tongban.cases import queries as case_queries
from tongban.people import actions, models, queries

FROM, TO = dt.date(2026, 3, 1), dt.date(2026, 3, 15)


def number(who):
    return int(ground.officer(f"yz-{who}").id)


def delegate(who="decide", to="review", role="decider", **words):
    organ = models.Grant.objects.filter(officer_id=number(who)).order_by("id").first().organ_id
    return actions.delegate(**{"officer_id": number(who), "deputy_id": number(to), "organ_code": organ, "role": role,
                               "from_on": FROM, "to_on": TO, "reason": "出差", "at": ground.FILED, **words})


def test_a_deputy_acts_for_the_officer_and_the_record_says_so(registry):
    walk = ground.file().accepted()
    asked = {"token_n": walk.open()["document_review"], "outcome": "agree", "reason": "材料齐全"}
    with pytest.raises(cases.NoGrant):
        walk.act(cases.complete, "inspect1", **asked)

    delegate("review", "inspect1", "reviewer")
    walk.act(cases.complete, "inspect1", **asked)

    event = case_models.Event.objects.get(kind="Completed")
    assert event.actor_id == str(number("inspect1"))
    assert f"受{ground.officer('yz-review').name}委托" in event.post


def test_a_delegation_ends_with_its_last_day_when_taken_back_and_with_the_grant_itself(registry):
    kept = delegate()
    asked = {"officer_id": number("review"), "organ_code": models.Delegation.objects.get().organ_id, "role": "decider",
             "matter_code": ground.FOOD, "region_code": ground.YINGZE, "case_id": None}
    assert [queries.authority(**asked, on=day).is_granted for day in (FROM - dt.timedelta(1), FROM, TO - dt.timedelta(1), TO)] == [
        False, True, True, False]
    grant = models.Grant.objects.filter(officer_id=number("decide"), role="decider")
    grant.update(to_on=dt.date(2026, 3, 8))
    assert [queries.authority(**asked, on=dt.date(2026, 3, day)).is_granted for day in (7, 8)] == [True, False]
    grant.update(to_on=None)
    actions.end_delegation(delegation_id=kept, officer_id=number("decide"), on=dt.date(2026, 3, 5))
    assert [queries.authority(**asked, on=dt.date(2026, 3, day)).is_granted for day in (4, 5)] == [True, False]
    with pytest.raises(actions.NoSuchDelegation):
        actions.end_delegation(delegation_id=kept, officer_id=number("decide"), on=dt.date(2026, 3, 6))


def test_duties_that_exclude_one_another_stay_apart_for_both(registry):
    delegate(to="review")  # Who has reviewed the papers may not decide, for another neither.
    walk = ground.file().accepted().reviewed()
    with pytest.raises(cases.DutiesExclude):
        walk.act(cases.decide, "review", walk.open()["decision"], outcome="grant", reason="")


def test_what_the_officer_did_himself_counts_against_his_deputy(registry):
    models.Grant.objects.filter(officer_id=number("window")).update(role="window")
    organ = models.Grant.objects.filter(officer_id=number("window")).first().organ_id
    actions.grant(officer_id=number("window"), organ_code=organ, role="decider", basis="示例", from_on=FROM)
    delegate("window", "inspect1", "decider")
    models.Grant.objects.filter(officer_id=number("decide"), role="decider").update(to_on=dt.date(2026, 3, 2))
    walk = ground.file().accepted().reviewed()
    with pytest.raises(cases.DutiesExclude):
        walk.act(cases.decide, "inspect1", walk.open()["decision"], outcome="grant", reason="")


def test_a_stand_in_takes_over_what_was_handed_to_the_officer(registry):
    walk = ground.file().accepted()
    token = walk.open()["site_inspection"]
    walk.act(cases.reassign, "inspect1", token, to_officer_id=number("inspect1"), reason="熟悉情况")
    with pytest.raises(cases.NotYourTask):
        walk.act(cases.complete, "inspect2", token, outcome="pass", reason="")
    delegate("inspect1", "inspect2", "*")
    walk.act(cases.complete, "inspect2", token, outcome="pass", reason="一致")
    assert case_models.Event.objects.filter(kind="Signed", actor_id=str(number("inspect2"))).exists()


def test_the_tasks_of_the_officer_lie_on_the_deputys_desk(registry):
    ground.file().accepted().reviewed()
    account = models.Officer.objects.get(id=number("inspect2")).account_id

    def desk():
        viewer = case_queries.viewer(account_id=account, on=ground.FILED.date())
        return [row.role for row in case_queries.desk(viewer=viewer, today=ground.FILED.date())]

    assert desk() == []
    delegate(to="inspect2")
    assert desk() == ["decider"]


@pytest.mark.parametrize(("words", "refusal"), [
    ({"reason": " "}, actions.DelegationNeedsReason), ({"to_on": FROM}, actions.DelegationTooLong),
    ({"to_on": dt.date(2027, 3, 15)}, actions.DelegationTooLong), ({"role": "supervisor"}, actions.NotToDelegate),
    ({"who": "decide", "to": "decide"}, actions.NoDeputy), ({"to": "police"}, actions.NoDeputy),
])
def test_a_delegation_that_goes_too_far_is_refused(registry, words, refusal):
    with pytest.raises(refusal):
        delegate(**words)


def test_what_was_received_is_not_given_on(registry):
    delegate(to="inspect1")
    with pytest.raises(actions.NotToDelegate):
        delegate("inspect1", "inspect2", "decider", organ_code=models.Delegation.objects.get().organ_id)


def test_the_question_of_a_step_is_still_one_statement(registry):
    delegate()
    deputy = number("review")
    with CaptureQueriesContext(connection) as seen:
        queries.authority(officer_id=deputy, organ_code="x", role="decider", matter_code="m",
                          region_code=ground.YINGZE, case_id=1, on=FROM)
    assert len(seen) == 1


def test_the_page_gives_and_takes_back(registry, client):
    client.force_login(models.Officer.objects.get(id=number("decide")).account)
    page = reverse("people:delegations")
    organ = models.Grant.objects.filter(officer_id=number("decide")).first().organ_id
    today = timezone.localdate()
    words = {"deputy_id": number("inspect1"), "duty": f"{organ}:*", "from_on": today, "to_on": today + dt.timedelta(days=5), "reason": "休假"}

    assert client.post(page, {**words, "reason": ""}).status_code == 422
    assert client.post(page, {**words, "to_on": today}).status_code == 409
    assert client.post(page, words).status_code == 302
    shown = client.get(page).content.decode()
    assert "休假" in shown
    kept = models.Delegation.objects.get()
    assert client.post(page, {"end": kept.id}).status_code == 302
    assert client.post(page, {"end": "x"}).status_code == 409
    kept.refresh_from_db()
    assert kept.ended_on == today


def test_a_citizen_has_no_such_page(registry, client):
    client.force_login(models.Account.objects.get(username="wang"))
    assert client.get(reverse("people:delegations")).status_code == 404
