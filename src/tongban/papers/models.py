"""Tables of what leaves the office: notices, licences with their changes and look-ups, numbers, signing keys.

Sources: 行政许可法 art. 32, 38, 39 (written, dated, sealed); GB/T 36901-36906 (electronic licences)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

SHA256 = r"^[0-9a-f]{64}$"


class Series(models.Model):
    """字号: the last serial given in a row of numbers. One row an organ, kind of paper and year, locked while counting."""

    pk = models.CompositePrimaryKey("region_code", "organ_code", "series", "year")
    region_code = models.CharField(max_length=6)
    organ_code = models.CharField(max_length=18)
    series = models.CharField(max_length=40)
    year = models.SmallIntegerField()
    last = models.IntegerField()

    class Meta:
        db_table = "papers_series"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last__gt=0), name="papers_series_counts_from_one")
        ]

    def __str__(self) -> str:
        return f"{self.organ_code} {self.series} {self.year}"


class Notice(models.Model):
    """文书: one written paper of one event. The words are final at once, the rendered file follows."""

    pk = models.CompositePrimaryKey("region_code", "case_id", "event_n", "template")
    region_code = models.CharField(max_length=6)
    case_id = models.BigIntegerField()
    event_n = models.IntegerField()
    template = models.CharField(max_length=40)
    procedure_id = models.CharField(max_length=60)
    organ_code = models.CharField(max_length=18)
    number = models.CharField(max_length=80)  # 文号
    title = models.CharField(max_length=120)
    words = models.JSONField()
    text = models.TextField(default="")  # The paper as HTML, as the template of that day wrote it.
    issued_at = models.DateTimeField()
    pdf_sha256 = models.CharField(max_length=64, null=True)  # noqa: DJ001 -- no file yet is a fact, not empty text
    pdf_bytes = models.IntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region_code", "organ_code", "number"], name="papers_notice_number_once"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="papers_notice_has_number"),
            models.CheckConstraint(
                condition=Q(pdf_sha256__isnull=True, pdf_bytes__isnull=True)
                | Q(pdf_sha256__regex=SHA256, pdf_bytes__gt=0),
                name="papers_notice_file_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Licence(models.Model):
    """证照: a right on paper and as data, signed, with a public page anybody with the paper may ask."""

    pk = models.CompositePrimaryKey("region_code", "ref")
    region_code = models.CharField(max_length=6)
    ref = models.CharField(
        max_length=33
    )  # Region, hyphen, 128 random bits in base 32: what the QR code says.
    case_id = models.BigIntegerField()
    event_n = models.IntegerField()
    matter_code = models.CharField(max_length=60)
    organ_code = models.CharField(max_length=18)
    identifier = models.CharField(max_length=120)  # 电子证照标识
    number = models.CharField(max_length=80)  # 证照编号
    metadata = models.JSONField()  # 证照元数据, exactly what is signed
    words = models.JSONField()  # What the paper shows beside the metadata.
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # The last good day; none = 长期.
    state = models.CharField(max_length=2, default="01")
    changes = models.IntegerField(default=0)
    signature = models.BinaryField(max_length=64)
    key_id = models.CharField(max_length=16)
    issued_at = models.DateTimeField()
    pdf_sha256 = models.CharField(max_length=64, null=True)  # noqa: DJ001 -- no file yet is a fact, not empty text
    pdf_bytes = models.IntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region_code", "identifier"], name="papers_licence_identifier_once"
            ),
            models.UniqueConstraint(
                fields=["region_code", "case_id", "event_n"], name="papers_licence_once_an_event"
            ),
            models.UniqueConstraint(
                fields=["region_code", "organ_code", "number"], name="papers_licence_number_once"
            ),
            models.CheckConstraint(
                condition=Q(ref__regex=r"^[0-9]{6}-[a-z2-7]{26}$"), name="papers_licence_ref"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["01", "02", "03", "04", "05", "06", "07", "99"]),
                name="papers_licence_state",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="papers_licence_period",
            ),
            models.CheckConstraint(
                condition=Q(pdf_sha256__isnull=True, pdf_bytes__isnull=True)
                | Q(pdf_sha256__regex=SHA256, pdf_bytes__gt=0),
                name="papers_licence_file_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class LicenceChange(models.Model):
    """证照变动: one operation on a licence, numbered, never changed afterwards."""

    pk = models.CompositePrimaryKey("region_code", "ref", "n")
    region_code = models.CharField(max_length=6)
    ref = models.CharField(max_length=33)
    n = models.IntegerField()
    operation = models.CharField(max_length=2)
    state = models.CharField(max_length=2)
    reason = models.TextField()
    basis = models.CharField(max_length=200)
    by = models.CharField(max_length=80)  # Post or officer reference, no private data.
    at = models.DateTimeField()

    class Meta:
        db_table = "papers_licence_change"

    def __str__(self) -> str:
        return f"{self.ref} {self.n}"


class LicenceLookup(models.Model):
    """证照查验: how often a licence was asked for, by door and day, shown to its holder."""

    pk = models.CompositePrimaryKey("region_code", "ref", "on", "door")
    region_code = models.CharField(max_length=6)
    ref = models.CharField(max_length=33)
    on = models.DateField()
    door = models.CharField(max_length=10)
    count = models.IntegerField()

    class Meta:
        db_table = "papers_licence_lookup"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(door__in=["page", "api"]), name="papers_licence_lookup_door"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.on}"


class SigningKey(models.Model):
    """签名公钥: the public half of each key that ever signed a licence, so that old signatures stay checkable."""

    key_id = models.CharField(primary_key=True, max_length=16)
    public_key = models.BinaryField(max_length=32)
    first_used_at = models.DateTimeField()

    class Meta:
        db_table = "papers_signing_key"

    def __str__(self) -> str:
        return self.key_id
