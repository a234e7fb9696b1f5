"""Tables of what may be asked: procedures, matters, and their published versions, which never change.

Sources: 行政许可法 art. 30 (what must be published); 政务服务事项实施清单 (fields of a listed matter)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Procedure(models.Model):
    """程序: how a kind of power is exercised, as published in one version of its data folder."""

    pk = models.CompositePrimaryKey("id", "version")
    id = models.CharField(max_length=40)
    version = models.IntegerField()
    digest = models.CharField(max_length=64)
    document = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "digest"], name="matters_procedure_content_once")
        ]


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
