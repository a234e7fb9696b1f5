"""What an applicant has begun and not yet handed in.

Sources: 个人信息保护法 art. 19 (kept no longer than needed)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Draft(models.Model):
    """草稿: an application being filled in. It is nobody's business but its owner's until it is submitted."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    matter_code = models.CharField(max_length=40)
    version_id = models.BigIntegerField()
    answers = models.JSONField(default=dict)  # Exactly as typed, so that nothing typed is ever lost.
    pages = models.JSONField(default=list)  # Ids of the pages saved at least once.
    files = models.JSONField(default=dict)  # Material code -> list of kept files.
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    for_case = models.UUIDField(null=True)  # The case it corrects (补正); empty for a new application.
    case_ref = models.UUIDField(null=True)  # Set once it has become a case; the contents are emptied then.

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "matter_code"], condition=Q(case_ref__isnull=True, for_case__isnull=True),
                name="intake_draft_one_open_a_matter",
            ),
            models.UniqueConstraint(
                fields=["account", "for_case"], condition=Q(case_ref__isnull=True),
                name="intake_draft_one_open_a_correction",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("started_at")), name="intake_draft_forward"),
            models.CheckConstraint(
                condition=Q(case_ref__isnull=True) | Q(answers={}, files={}), name="intake_draft_emptied"
            ),
        ]


class Upload(models.Model):
    """上传: a file handed in through the API and not yet part of a case. Only who handed it in may name it."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=80)
    bytes = models.BigIntegerField()
    file_name = models.CharField(max_length=200)
    kept_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "sha256"], name="intake_upload_once"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="intake_upload_sha256"),
        ]
