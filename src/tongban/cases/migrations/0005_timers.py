"""Timers: rows with the moment at which something happens of itself; tasks of departments that were silent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_outbox_tries")]
    operations = [
        migrations.CreateModel(
            "Timer",
            [
                ("pk", models.CompositePrimaryKey(
                    "region_code", "case_id", "n", "clock", blank=True, editable=False, primary_key=True, serialize=False
                )),
                ("region_code", models.CharField(max_length=6)),
                ("case_id", models.BigIntegerField()),
                ("n", models.IntegerField()),
                ("clock", models.CharField(max_length=24, default="", blank=True)),
                ("due_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex("timer", models.Index(fields=["due_at"], name="cases_timer_due")),
        migrations.RunSQL(
            "alter table cases_timer add constraint cases_timer_of_case "
            "foreign key (region_code, case_id) references cases_case (region_code, id)",
            "alter table cases_timer drop constraint cases_timer_of_case",
        ),
        migrations.AddField("token", "is_silent", models.BooleanField(db_default=False)),
        migrations.AddIndex("token", models.Index(
            fields=["organ_code", "region_code"], condition=models.Q(is_silent=True), name="cases_token_silent"
        )),
    ]
