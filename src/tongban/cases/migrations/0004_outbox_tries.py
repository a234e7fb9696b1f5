"""A delivery that fails is tried again later: how often it failed, and when it is next due."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_open_clocks")]
    operations = [
        migrations.AddField("outbox", "tries", models.IntegerField(db_default=0)),
        migrations.AddField("outbox", "not_before", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "outbox",
            models.UniqueConstraint(fields=["region_code", "case_id", "event_n"], name="cases_outbox_once_an_event"),
        ),
    ]
