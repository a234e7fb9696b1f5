"""The sample of the demonstration: made once, through the ordinary acts, in every state a visitor should see."""

import datetime as dt
import time

import pytest
from django.conf import settings

from tests import ground
from tongban.cases import jobs, models
from tongban.oversight import models as oversight
from tongban.site import sample, wiring

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 10, 14, 0, tzinfo=ground.CHINA)


def loaded(at=NOW):
    begun = time.perf_counter()
    sample.load(packs=settings.PACKS, progress=lambda *_: None, at=at)
    return time.perf_counter() - begun


def test_every_state_is_there_and_loading_again_adds_nothing(registry):
    loaded()

    states = sorted(models.Case.objects.values_list("status", "outcome"))
    loaded()

    assert states == sorted(models.Case.objects.values_list("status", "outcome"))
    assert states == [
        ("accepted", ""), ("accepted", ""), ("accepted", ""), ("accepted", ""), ("accepted", ""), ("accepted", ""),
        ("decided", "refuse"), ("filed", ""), ("filed", ""), ("served", "grant"), ("supplementing", ""),
        ("withdrawn", ""),
    ]
    assert models.Case.objects.values("region_code").distinct().count() == 3
    assert all("示例" in subject for subject in models.Case.objects.values_list("subject", flat=True))


def test_one_case_is_near_its_limit_and_one_is_past_it(registry):
    loaded()

    levels = sorted(oversight.Card.objects.values_list("level", flat=True))

    assert levels == ["red", "yellow"]


@pytest.mark.parametrize("now", [
    dt.datetime(2026, 6, 8, 0, 5, tzinfo=ground.CHINA),  # Five past midnight on a Monday
    dt.datetime(2026, 10, 4, 12, 0, tzinfo=ground.CHINA),  # in the National Day holiday
    dt.datetime(2026, 11, 23, 7, 0, tzinfo=ground.CHINA),
])
def test_nothing_of_it_lies_in_the_future_and_each_case_is_the_sum_of_its_events(registry, now):
    loaded(now)

    assert not models.Event.objects.filter(at__gt=now).exists()
    for case in models.Case.objects.all():
        moments = list(models.Event.objects.filter(case_id=case.id, region_code=case.region_code)
                       .order_by("n").values_list("at", flat=True))
        assert moments == sorted(moments)
    assert list(jobs.replay()) == []


def test_all_its_papers_can_be_issued(registry):
    loaded()

    while jobs.relay_once(deliver=wiring.deliver):
        pass

    assert not models.Outbox.objects.exists()
