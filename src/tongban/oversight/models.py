"""The cards that supervision rules raised."""

from django.db import models


class Card(models.Model):
    """红黄牌: a rule found this in this case on that day; nobody supervised can change it."""

    pk = models.CompositePrimaryKey("region_code", "rule_id", "case_id", "subject")
    region_code = models.CharField(max_length=6)
    rule_id = models.CharField(max_length=12)
    case_id = models.BigIntegerField()
    subject = models.CharField(max_length=64)  # what in the case: the clock's name
    rule_version = models.IntegerField()
    level = models.CharField(max_length=8)
    organ_code = models.CharField(max_length=18)
    raised_at = models.DateTimeField()
    answer_by_on = models.DateField()
    numbers = models.JSONField()  # the values the explanation is filled with

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__in=["blue", "yellow", "red"]), name="oversight_card_level_known"
            )
        ]
        indexes = [models.Index(fields=["region_code", "-raised_at"], name="oversight_card_newest")]
