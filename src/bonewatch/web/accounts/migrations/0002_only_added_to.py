"""The database itself refuses to change or delete an entry of the audit."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "accounts_auditentry"


def guard(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the triggers on."""
    does = f"begin select raise(abort, 'rows of {TABLE} are only added to'); end"
    if schema_editor.connection.vendor == "postgresql":
        does = "for each row execute function audit_only_added_to()"
        schema_editor.execute(
            "create or replace function audit_only_added_to() returns trigger as $$ begin"
            " raise exception 'rows of % are only added to', tg_table_name; end $$"
            " language plpgsql",
            params=None,
        )
    for change in ("update", "delete"):
        schema_editor.execute(
            f"create trigger {TABLE}_no_{change} before {change} on {TABLE} {does}"
        )


def unguard(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take them off again."""
    where = f" on {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    for change in ("update", "delete"):
        schema_editor.execute(f"drop trigger {TABLE}_no_{change}{where}")


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
