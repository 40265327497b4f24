"""The engine for a cohort on one machine: records into DuckDB tables, a pack as one query.

The database lives in memory and may neither install nor load extensions. A text of JSON is how
rows go in (no file is written); every answer is fetched to its end, and no statement
is prepared over a table that may change later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice

import duckdb
import orjson

from bonewatch.engine.cohort_sql import ACTS, cohort_sql
from bonewatch.features.to_python import Value
from bonewatch.knowledge.pack import Pack
from bonewatch.record.record import CheckedRow, Record
from bonewatch.record.tables import TABLES, Table

State = bool | None
Answer = tuple[dict[str, Value], dict[str, State], dict[str, State]]

PEOPLE = "people"
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_TYPES = {"bool": "boolean", "number": "double", "integer": "integer", "date": "date"}
_ROWS_AT_ONCE = 20_000


def columns(table: Table) -> dict[str, str]:
    """The columns of a record table in the database, with their types."""
    typed = {"patient_id": "varchar", "at": "varchar"}
    for field in table.fields:
        typed[field.name] = _TYPES.get(field.type, "varchar")
        if field.type == "date":
            typed[f"{field.name}_latest"] = "date"
    return typed


def ddl(table: Table) -> str:
    """The create statement of a record table."""
    typed = ",\n".join(f'  "{name}" {kind}' for name, kind in columns(table).items())
    return f'create table "{table.name}" (\n{typed}\n)'


class Cohort:
    """The records of many people in one database."""

    def __init__(self) -> None:
        self._database = duckdb.connect(":memory:", config=_SETTINGS)
        self._run(f"create table {PEOPLE} (patient_id varchar)")
        for table in TABLES.values():
            self._run(ddl(table))

    def close(self) -> None:
        """Forget the records."""
        self._database.close()

    def load(self, records: Mapping[str, Record]) -> None:
        """Add the records, by the identifiers they shall have."""
        self._insert(PEOPLE, {"patient_id": "varchar"}, ({"patient_id": p} for p in records))
        for table in TABLES.values():
            self._insert(table.name, columns(table), _rows(table, records))

    def evaluate(self, pack: Pack, as_of: date) -> dict[str, Answer]:
        """Each person's features, rule states and rules to act on, as known on the day."""
        rows = self._run(cohort_sql(pack, as_of, people=PEOPLE))
        return {str(row[0]): _answer(pack, row[1:]) for row in rows}

    def _run(self, sql: str, *parameters: str) -> list[tuple[Value, ...]]:
        return self._database.execute(sql, parameters).fetchall()

    def _insert(
        self, name: str, typed: Mapping[str, str], rows: Iterable[Mapping[str, object]]
    ) -> None:
        shape = orjson.dumps([typed]).decode()
        listed = ", ".join(f'"{column}"' for column in typed)
        for text in _texts(rows):
            self._run(
                f'insert into "{name}" ({listed}) select {listed} from'
                f" (select unnest(from_json_strict(?, '{shape}'), recursive := true))",
                text,
            )


def _rows(table: Table, records: Mapping[str, Record]) -> Iterator[CheckedRow]:
    for patient_id, record in records.items():
        for row in record.rows(table.name):
            yield {**row, "patient_id": patient_id}


def _texts(rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """The rows as JSON lists, so many at a time."""
    left = iter(rows)
    while part := list(islice(left, _ROWS_AT_ONCE)):
        yield orjson.dumps(part).decode()


def _answer(pack: Pack, row: tuple[Value, ...]) -> Answer:
    cells = iter(row)
    values = {name: next(cells) for name in pack.features}
    states, acts = ({name: _state(next(cells)) for name in pack.rules} for _ in ("", ACTS))
    values |= {name: next(cells) for name in pack.derived}
    return values, states, acts


def _state(value: Value) -> State:
    return None if value is None else bool(value)
