"""Tables of what may be asked: procedures, matters, and their published versions, which never change.

Sources: 行政许可法 art. 30 (what must be published); 政务服务事项实施清单 (fields of a listed matter)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Procedure(models.Model):
    """程序: how a kind of power is exercised, as published in one version of its data folder."""

    pk = models.CompositePrimaryKey("id", "version")
    id = models.CharField(max_length=40)
    version = models.IntegerField()
    digest = models.CharField(max_length=64)
    document = models.JSONField()
    document_text = models.TextField()  # procedure.yaml, form.json, flow.bpmn as a person wrote them.
    form_text = models.TextField()
    flow_xml = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200, blank=True)  # Proposer and approver; empty: from a pack.
    reason = models.CharField(max_length=400, blank=True)


class DraftState(models.TextChoices):
    OPEN = "open", _("拟稿中")
    PROPOSED = "proposed", _("待批准")
    PUBLISHED = "published", _("已公布")
    DROPPED = "dropped", _("已放弃")


class ProcedureDraft(models.Model):
    """程序草稿: the next version of a procedure while it is being written; published by a second person."""

    procedure_id = models.CharField(max_length=40)
    base_version = models.IntegerField()
    state = models.CharField(max_length=12, choices=DraftState, default=DraftState.OPEN)
    revision = models.IntegerField(default=1)  # Grows with every save: nobody overwrites what he has not seen.
    document_text = models.TextField()
    form_text = models.TextField()
    flow_xml = models.TextField()
    reason = models.CharField(max_length=400, blank=True)
    played = models.JSONField(null=True)  # Outcomes of the scenarios, of the revision below.
    played_revision = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    proposed_by = models.BigIntegerField(null=True)
    decided_by = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["procedure_id"], condition=Q(state__in=["open", "proposed"]), name="matters_draft_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | (Q(proposed_by__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="matters_draft_two_pairs_of_eyes",
            ),
        ]


class Act(models.TextChoices):
    BEGIN = "begin", _("起草")
    SAVE = "save", _("保存")
    PROPOSE = "propose", _("提交批准")
    SEND_BACK = "send_back", _("退回")
    DROP = "drop", _("放弃")
    APPROVE = "approve", _("批准公布")


class DraftAct(models.Model):
    """草稿经过: who did what to a draft, and why. Rows are only added."""

    draft = models.ForeignKey(ProcedureDraft, models.PROTECT)
    at = models.DateTimeField()
    act = models.CharField(max_length=12, choices=Act)
    officer_id = models.BigIntegerField()
    officer_name = models.CharField(max_length=200)
    revision = models.IntegerField()
    remark = models.CharField(max_length=400, blank=True)


class Matter(models.Model):
    """事项: a listed power of one organ in one place. Keys of places and organs point to the registry."""

    code = models.CharField(primary_key=True, max_length=40)
    item = models.CharField(max_length=40)  # The base item the instances of all places share.
    organ_code = models.CharField(max_length=18)
    region_code = models.CharField(max_length=6)
    procedure_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160)
    words = models.TextField()  # Everything search looks through, in both languages.
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "organ_code"], name="matters_matter_item_once_an_organ")
        ]
        indexes: ClassVar = [models.Index(fields=["region_code", "kind"], name="matters_matter_region_kind")]


class MatterVersion(models.Model):
    """事项版本: what was published, entire: shown text, parameters, flow and form. Immutable once written."""

    matter = models.ForeignKey(Matter, models.PROTECT, db_column="matter_code")
    n = models.IntegerField()
    document = models.JSONField()
    flow_xml = models.TextField()
    form = models.JSONField()
    digest = models.CharField(max_length=64)
    published_on = models.DateField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter", "n"], name="matters_version_n_once"),
            models.CheckConstraint(condition=Q(n__gte=1), name="matters_version_from_one"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="matters_version_forward",
            ),
        ]
