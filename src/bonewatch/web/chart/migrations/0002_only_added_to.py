"""The database itself refuses to change or delete an entry or an answer."""

from __future__ import annotations

from django.db import migrations

from bonewatch.web.only_added_to import only_added_to


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("chart", "0001_initial")]
    operations = [only_added_to("chart_entry", "chart_answer")]
