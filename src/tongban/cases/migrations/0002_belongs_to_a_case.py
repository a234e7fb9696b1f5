"""Every row of a case points to its case: composite keys, which Django's ForeignKey cannot say."""

from django.db import migrations

CHILDREN = ["token", "event", "clock", "clocksegment", "material"]


def _key(child: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"alter table cases_{child} add constraint cases_{child}_of_case "
        "foreign key (region_code, case_id) references cases_case (region_code, id)",
        f"alter table cases_{child} drop constraint cases_{child}_of_case",
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_cases")]
    operations = [_key(child) for child in CHILDREN]
