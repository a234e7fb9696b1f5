"""Delegation (委托代办): an officer's powers done by a deputy for a time."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_organ_mark")]
    operations = [
        migrations.CreateModel(
            "Delegation",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(default="*", max_length=40)),
                ("matter_code", models.CharField(default="*", max_length=40)),
                ("from_on", models.DateField()),
                ("to_on", models.DateField()),
                ("ended_on", models.DateField(null=True)),
                ("reason", models.CharField(max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("deputy", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="deputed", to="people.officer"
                )),
                ("officer", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="delegated", to="people.officer"
                )),
                ("organ", models.ForeignKey(
                    db_column="organ_code", on_delete=django.db.models.deletion.PROTECT, to="people.organ"
                )),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("to_on__gt", models.F("from_on"))), name="people_delegation_forward"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deputy", models.F("officer")), _negated=True),
                        name="people_delegation_to_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="people_delegation_has_reason"
                    ),
                ],
            },
        ),
    ]
