"""Tables of what the law says, dated: laws, periods, words, years of the calendar, notices, days.

Sources: the packs under national/laws and national/calendars; 全国年节及纪念日放假办法 (calendar)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.core import calendar as work
from tongban.core import clock as clocks


class LawKind(models.TextChoices):
    LAW = "law", _("法律")
    REGULATION = "regulation", _("行政法规")
    RULE = "rule", _("部门规章")
    DOCUMENT = "document", _("规范性文件")


class Source(models.TextChoices):
    """How the words of a rule were checked."""

    VERIFIED_TEXT = "verified_text", _("已逐字核对条文")
    VERIFIED_EXCERPT = "verified_excerpt", _("据摘录核对")
    FROM_MEMORY = "from_memory", _("未核对，凭记忆录入")


class YearStatus(models.TextChoices):
    CONFIRMED = "confirmed", _("已公布")
    PROVISIONAL = "provisional", _("未公布，暂按法定节假日推算")


class Law(models.Model):
    """法律: a law, regulation or document that sets periods."""

    id = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=120, unique=True)
    name_en = models.CharField(max_length=160)
    kind = models.CharField(max_length=12, choices=LawKind)
    number = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=LawKind.values), name="law_law_kind"),
        ]


class LawVersion(models.Model):
    """A text of a law in force from a day on (施行日期)."""

    law = models.ForeignKey(Law, models.CASCADE, related_name="versions")
    effective_from = models.DateField()
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["law", "effective_from"], name="law_lawversion_one_a_day"
            ),
        ]


class Period(models.Model):
    """期限规则: one version of a rule; `rule` names the rule through all its versions."""

    id = models.CharField(primary_key=True, max_length=60)
    rule = models.CharField(max_length=60)
    law = models.ForeignKey(Law, models.PROTECT, related_name="periods")
    n = models.PositiveSmallIntegerField()  # Place in its law.
    article = models.CharField(max_length=60)
    effective_from = models.DateField(null=True)
    effective_to = models.DateField(null=True)
    is_date_verified = models.BooleanField()
    trigger = models.CharField(max_length=60, blank=True)
    bound = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=30)
    length = models.PositiveIntegerField(null=True)
    value = models.CharField(max_length=20, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    extension: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    suspends: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    on_lapse = models.CharField(max_length=120, blank=True)
    lapse = models.CharField(max_length=20, blank=True)
    quote = models.CharField(max_length=200)
    source = models.CharField(max_length=20, choices=Source)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "effective_from"], name="law_period_one_a_day", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(article=""), name="law_period_has_article"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="law_period_source"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_from__lte=F("effective_to")),
                name="law_period_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(lapse__in=["", *map(str, clocks.Lapse)]), name="law_period_lapse"
            ),
        ]


class Word(models.Model):
    """What a code of the register is called on a page: a trigger, who is bound, a kind, a unit, a result."""

    id = models.CharField(primary_key=True, max_length=160)  # Like trigger.accepted.
    words = models.CharField(max_length=120)
    words_en = models.CharField(max_length=160)


class Course(models.Model):
    """办理过程: a course of events a citizen can try out, by the rules that accept, decide and deliver."""

    id = models.SlugField(primary_key=True, max_length=40)
    n = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160)
    accept = models.CharField(max_length=60, blank=True)
    decide = models.CharField(max_length=60)
    deliver = models.CharField(max_length=60, blank=True)


class Reception(models.Model):
    """收件时间: when what is handed in through a channel counts as received; the latest in force on the day holds."""

    id = models.CharField(primary_key=True, max_length=40)  # Like window:2021-01-01.
    channel = models.CharField(max_length=12)
    title = models.CharField(max_length=40)
    title_en = models.CharField(max_length=40)
    effective_from = models.DateField()
    opens_at = models.TimeField()
    closes_at = models.TimeField()
    after_hours = models.CharField(max_length=20)
    basis = models.CharField(max_length=120)
    words = models.CharField(max_length=200)
    words_en = models.CharField(max_length=300)
    source = models.CharField(max_length=20, choices=Source)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "effective_from"], name="law_reception_one_a_day"),
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="law_reception_opens_first"),
            models.CheckConstraint(
                condition=Q(after_hours__in=[*map(str, clocks.AfterHours)]), name="law_reception_after_hours"
            ),
        ]


class CalendarYear(models.Model):
    """A year of the working-day calendar and whether its notice is published."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    status = models.CharField(max_length=12, choices=YearStatus)
    source = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=YearStatus.values), name="law_year_status"
            ),
        ]


class CalendarNotice(models.Model):
    """放假安排: what a notice said of a year; a later one replaces the holidays it names."""

    year = models.ForeignKey(CalendarYear, models.PROTECT, db_column="year", related_name="notices")
    n = models.PositiveSmallIntegerField()
    notice = models.CharField(max_length=60, blank=True)
    published_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    holidays: "models.JSONField[Any, Any]" = models.JSONField()
    worked: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    no_longer_worked: "models.JSONField[Any, Any]" = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "n"], name="law_notice_number"),
        ]


class CalendarDay(models.Model):
    """A day of the calendar with the count of working days up to it: the table set-based arithmetic joins."""

    day = models.DateField(primary_key=True)
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=30, blank=True)
    working_days = (
        models.PositiveIntegerField()
    )  # From the first day of the table to this one, both included.
    is_provisional = models.BooleanField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["working_days"],
                condition=Q(kind__in=["working", "worked_weekend"]),
                name="law_day_nth_working",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=[*map(str, work.DayKind)]), name="law_day_kind"
            ),
        ]


class Register(models.Model):
    """One row: how often the register has changed, so that others know when to read it again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    changes = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="law_register_one_row"),
        ]


class ChangeKind(models.TextChoices):
    NOTICE = "notice", _("放假安排")
    RULE = "rule", _("期限规则")
    LAW = "law", _("法律")


class Decision(models.TextChoices):
    OPEN = "open", _("待批准")
    APPROVED = "approved", _("已批准")
    REJECTED = "rejected", _("已退回")
    WITHDRAWN = "withdrawn", _("已撤回")


class Proposal(models.Model):
    """修改提案: what a legal administrator wants the register to say, and what a second one decided on it."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=12, choices=ChangeKind)
    target = models.CharField(max_length=60)  # A year, a rule, a law.
    title = models.CharField(max_length=160)
    before: "models.JSONField[Any, Any]" = models.JSONField()
    document: "models.JSONField[Any, Any]" = models.JSONField()
    basis = models.CharField(max_length=200)
    days: "models.JSONField[Any, Any]" = models.JSONField(default=list)  # Days of the calendar that would change.
    moves: "models.JSONField[Any, Any]" = models.JSONField()  # Open clocks that would move, when it was made.
    proposed_by = models.BigIntegerField()
    proposer = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    decision = models.CharField(max_length=12, choices=Decision, default=Decision.OPEN)
    decided_by = models.BigIntegerField(null=True)
    decider = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    remark = models.CharField(max_length=400, blank=True)
    recomputed_at = models.DateTimeField(null=True)
    recomputed: "models.JSONField[Any, Any]" = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="law_proposal_kind"),
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="law_proposal_decision"),
            models.CheckConstraint(condition=~Q(basis=""), name="law_proposal_has_basis"),
            models.CheckConstraint(
                condition=Q(decision=Decision.OPEN, decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(decision=Decision.OPEN) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="law_proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=[Decision.OPEN, Decision.WITHDRAWN]) | ~Q(decided_by=F("proposed_by")),
                name="law_proposal_two_pairs_of_eyes",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-proposed_at"], name="law_proposal_newest")]


class Change(models.Model):
    """修改记录: one change of the register, with what stood before and after. Rows are only added."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=ChangeKind)
    target = models.CharField(max_length=60)
    title = models.CharField(max_length=160)
    before: "models.JSONField[Any, Any]" = models.JSONField()
    after: "models.JSONField[Any, Any]" = models.JSONField()
    basis = models.CharField(max_length=200)
    proposal = models.ForeignKey(Proposal, models.PROTECT, null=True)  # None: taken in from a pack or by command.
    proposer = models.CharField(max_length=200, blank=True)
    approver = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="law_change_kind"),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "target", "-at"], name="law_change_of_target")]
