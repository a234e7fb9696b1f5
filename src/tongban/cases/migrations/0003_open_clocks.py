"""The selectors' view that supervision rules read: open clocks, without personal data."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_belongs_to_a_case")]
    operations = [
        migrations.RunSQL(
            """create view cases_open_clock as
            select k.region_code, k.case_id, c.ref, c.matter_code, c.organ_code, k.name, k.unit,
                   k.budget + k.extended as budget, k.started_at, k.nominal_on, k.last_on,
                   k.is_paused, k.is_provisional
            from cases_clock k join cases_case c on c.region_code = k.region_code and c.id = k.case_id
            where k.ended_on is null and c.closed_at is null""",
            "drop view cases_open_clock",
        )
    ]
