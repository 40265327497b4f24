"""The database itself refuses to change or delete an entry or an answer."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("chart_entry", "chart_answer")


def guard(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the triggers on."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute(
            "create or replace function only_added_to() returns trigger as $$ begin"
            " raise exception 'rows of % are only added to', tg_table_name; end $$"
            " language plpgsql",
            params=None,
        )
    for table in TABLES:
        for change in ("update", "delete"):
            name = f"{table}_no_{change}"
            does = (
                "for each row execute function only_added_to()"
                if postgresql
                else f"begin select raise(abort, 'rows of {table} are only added to'); end"
            )
            schema_editor.execute(f"create trigger {name} before {change} on {table} {does}")


def unguard(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take them off again."""
    on = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        for change in ("update", "delete"):
            where = f" on {table}" if on else ""
            schema_editor.execute(f"drop trigger {table}_no_{change}{where}")


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("chart", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
