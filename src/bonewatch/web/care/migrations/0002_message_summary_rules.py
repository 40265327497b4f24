"""A message may carry the visit summary: the hash of the rules by which it was made."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("care", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="message",
            name="summary_rules",
            field=models.CharField(blank=True, max_length=64),
        )
    ]
