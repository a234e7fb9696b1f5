"""The tables of running cases: region first in every key, so that one case lives in one place."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Case(models.Model):
    """办件: one exercise of power, pinned to one published version of a matter."""

    pk = models.CompositePrimaryKey("region_code", "id")
    region_code = models.CharField(max_length=6)
    id = models.BigIntegerField()  # year * 10**8 + serial of the region in that year
    ref = models.UUIDField(db_index=True)  # 128 random bits: the only name the public ledger knows
    matter_code = models.CharField(max_length=40)
    version_id = models.BigIntegerField()
    organ_code = models.CharField(max_length=18)
    applicant_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=12, default="online")
    subject = models.CharField(max_length=200)  # what it is about, for lists: usually the trader's name
    status = models.CharField(max_length=16)
    outcome = models.CharField(max_length=40, default="", blank=True)
    document = models.JSONField(default=dict)
    events = models.IntegerField()
    tokens = models.IntegerField()
    head = models.BinaryField()  # leaf hash of the latest ledger entry of this case
    filed_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    parent_id = models.BigIntegerField(null=True)  # the case that called this one (call activity), in the same region
    parent_token_n = models.IntegerField(null=True)  # which of its tokens waits

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region_code", "ref"], name="cases_case_ref_once"),
            models.UniqueConstraint(
                fields=["region_code", "parent_id", "parent_token_n"], name="cases_case_child_once"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at__isnull=True) | ~models.Q(outcome=""),
                name="cases_case_decided_has_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["applicant_id", "-filed_at"], name="cases_case_by_applicant"),
            models.Index(fields=["region_code", "organ_code", "-filed_at"], name="cases_case_by_organ"),
        ]


class Token(models.Model):
    """环节: an open place in the flow; while it is open it is somebody's to-do row."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "n")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    n = models.IntegerField()
    node = models.CharField(max_length=64)
    came_by = models.CharField(max_length=64, blank=True)
    scope = models.IntegerField(default=0)
    item = models.CharField(max_length=64, default="", blank=True)
    role = models.CharField(max_length=40, blank=True)
    organ_code = models.CharField(max_length=18, blank=True)
    assignee_id = models.BigIntegerField(null=True)
    signed = ArrayField(models.BigIntegerField(), default=list)
    due_on = models.DateField(null=True)  # last day of the step limit (环节时限), if it has one
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)
    is_cancelled = models.BooleanField(default=False)
    is_silent = models.BooleanField(db_default=False)  # a department's time passed without its opinion

    class Meta:
        indexes = [
            models.Index(
                fields=["organ_code", "role", "region_code"],
                condition=models.Q(closed_at__isnull=True),
                name="cases_token_to_do",
            ),
            models.Index(
                fields=["organ_code", "region_code"], condition=models.Q(is_silent=True), name="cases_token_silent"
            ),
        ]


class Timer(models.Model):
    """定时: the moment at which something happens of itself: the time of a token, or the end of a clock."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "n", "clock")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    n = models.IntegerField()  # number of the token; 0 where it is a clock's
    clock = models.CharField(max_length=24, default="", blank=True)
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)  # a worker is at it, or it failed and is put off

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="cases_timer_due")]


class Event(models.Model):
    """记录: an act or a fact, numbered inside its case. The application may only insert here."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "n")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    n = models.IntegerField()
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=36, blank=True)
    post = models.CharField(max_length=80, default="", blank=True)
    certificate = models.CharField(max_length=40, default="", blank=True)
    token_n = models.IntegerField(null=True)
    node = models.CharField(max_length=64, default="", blank=True)
    change = models.JSONField(default=dict)  # what it changed: core.case.Change
    said = models.JSONField(default=dict)  # what the actor said: reasons, articles, items


class Clock(models.Model):
    """时钟: one legal or promised limit of a case; the due date is a projection of it."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "name")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    name = models.CharField(max_length=24)
    period_id = models.CharField(max_length=64, blank=True)
    unit = models.CharField(max_length=12)
    budget = models.IntegerField()
    extended = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    received_on = models.DateField(null=True)  # the later day from which it counts, for a filing after office hours
    ended_on = models.DateField(null=True)
    nominal_on = models.DateField()
    last_on = models.DateField()
    is_provisional = models.BooleanField(default=False)
    is_paused = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["last_on"], condition=models.Q(ended_on__isnull=True), name="cases_clock_open_last"
            )
        ]


class ClockSegment(models.Model):
    """时段: time of a clock that does not count, with its ground and document (行政许可法 art. 45)."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "clock", "n")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    clock = models.CharField(max_length=24)
    n = models.IntegerField()
    kind = models.CharField(max_length=16)
    ground = models.CharField(max_length=80)
    document = models.CharField(max_length=120)
    first_on = models.DateField()
    last_on = models.DateField(null=True)


class Material(models.Model):
    """材料: a paper the applicant handed in; the bytes lie in the file store under their SHA-256."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "n")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    n = models.IntegerField()
    code = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=80)
    bytes = models.BigIntegerField()
    file_name = models.CharField(max_length=200)
    event_n = models.IntegerField()


class Outbox(models.Model):
    """Side effects still to be done, written in the step's own transaction."""

    pk = models.CompositePrimaryKey("region_code", "id")
    region_code = models.CharField(max_length=6)
    id = models.UUIDField()
    case_id = models.BigIntegerField()
    event_n = models.IntegerField()
    kind = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    tries = models.IntegerField(db_default=0)  # how often it failed
    not_before = models.DateTimeField(null=True)  # when it is tried again; null = at once

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region_code", "case_id", "event_n"], name="cases_outbox_once_an_event")
        ]


class DoneKey(models.Model):
    """The answer already given to a request with this key: a repeat gets the same answer."""

    pk = models.CompositePrimaryKey("region_code", "key")
    region_code = models.CharField(max_length=6)
    key = models.CharField(max_length=80)
    act = models.CharField(max_length=32)
    case_id = models.BigIntegerField()
    event_n = models.IntegerField()
    actor_id = models.CharField(max_length=36, blank=True)
    at = models.DateTimeField()


class Serial(models.Model):
    """The last case number given out in a region and year: numbers have no gaps."""

    pk = models.CompositePrimaryKey("region_code", "year")
    region_code = models.CharField(max_length=6)
    year = models.IntegerField()
    last = models.IntegerField()
