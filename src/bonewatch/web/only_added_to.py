"""Tables whose rows the database itself refuses to change or to delete."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

_REFUSES = (
    "create or replace function only_added_to() returns trigger as $$ begin"
    " raise exception 'rows of % are only added to', tg_table_name; end $$"
    " language plpgsql"
)


def only_added_to(*tables: str) -> RunPython:
    """The step of a migration that puts the triggers on these tables, and takes them off again."""
    names = [(f"{table}_no_{change}", change, table) for table in tables for change in _CHANGES]

    def guard(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        if _is_postgresql(editor):
            editor.execute(_REFUSES, params=None)
        for name, change, table in names:
            does = (
                "for each row execute function only_added_to()"
                if _is_postgresql(editor)
                else f"begin select raise(abort, 'rows of {table} are only added to'); end"
            )
            editor.execute(f"create trigger {name} before {change} on {table} {does}")

    def unguard(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for name, _change, table in names:
            where = f" on {table}" if _is_postgresql(editor) else ""
            editor.execute(f"drop trigger {name}{where}")

    return RunPython(guard, unguard)


_CHANGES = ("update", "delete")


def _is_postgresql(editor: BaseDatabaseSchemaEditor) -> bool:
    return bool(editor.connection.vendor == "postgresql")
