"""A case that another one called: which case, and which of its tokens waits for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_timers")]
    operations = [
        migrations.AddField("case", "parent_id", models.BigIntegerField(null=True)),
        migrations.AddField("case", "parent_token_n", models.IntegerField(null=True)),
        migrations.AddConstraint("case", models.UniqueConstraint(
            fields=["region_code", "parent_id", "parent_token_n"], name="cases_case_child_once"
        )),
        migrations.RunSQL(
            "alter table cases_case add constraint cases_case_of_parent "
            "foreign key (region_code, parent_id) references cases_case (region_code, id)",
            "alter table cases_case drop constraint cases_case_of_parent",
        ),
    ]
