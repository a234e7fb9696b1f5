"""A filing after office hours may count as received on the next working day: the day from which the clock counts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_child_cases")]
    operations = [migrations.AddField("clock", "received_on", models.DateField(null=True))]
