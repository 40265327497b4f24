"""Asked as often as targets.yaml says, where nothing else was agreed with the patient."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("accounts", "0002_only_added_to")]
    operations = [
        migrations.AlterField(
            model_name="patient",
            name="check_in_every_days",
            field=models.PositiveSmallIntegerField(null=True),
        )
    ]
