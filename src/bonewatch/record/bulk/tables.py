"""A folder of record tables (Parquet, CSV or lines of JSON) as rows, each with its person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import orjson

from bonewatch.record.bulk.cuts import Lines, Piece, Refused
from bonewatch.record.bulk.spread import Spread
from bonewatch.record.bulk.table_rows import rows_of
from bonewatch.record.dates import write_date
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.record import Note, Record
from bonewatch.record.tables import TABLES, Table

ENDINGS = (".parquet", ".csv", ".csv.gz", ".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
_BOOLS = {"true": True, "false": False, "1": True, "0": False}
TWICE = (Note("patient", "stands there more than once; the first is used"),)
NOBODY = "has no patient_id; left out"
Row = dict[str, object]


def table_of(path: Path) -> Table | None:
    """The table whose rows a file holds, by its name or that of its folder."""
    ending = next((end for end in ENDINGS if path.name.endswith(end)), "")
    if not ending:
        return None
    return TABLES.get(path.name.removesuffix(ending)) or TABLES.get(path.parent.name)


def spread_rows(piece: Piece, into: Spread) -> tuple[int, list[Refused]]:
    """Put each row where its person's rows are; how many lines there were, what was left out."""
    table = table_of(piece.path)
    if table is None:
        return 0, [Refused(piece.path, 0, "is not a record table; left out")]
    return _Rows(piece, table, into).spread()


class _Rows:
    """One file's rows on their way."""

    def __init__(self, piece: Piece, table: Table, into: Spread) -> None:
        self._piece, self._table, self._into = piece, table, into
        self._refused: list[Refused] = []

    def spread(self) -> tuple[int, list[Refused]]:
        name = self._piece.path.name
        if name.endswith(".parquet"):
            return self._table_rows(_plain), self._refused
        return self._table_rows(_typed) if ".csv" in name else self._json(), self._refused

    def _refuse(self, line: int, says: str) -> None:
        self._refused.append(Refused(self._piece.path, line, says))

    def _take(self, line: int, row: Row) -> None:
        patient_id = row.get("patient_id")
        if patient_id is None or patient_id == "" or isinstance(patient_id, dict | list):
            self._refuse(line, NOBODY)
        else:
            self._into.add(str(patient_id), orjson.dumps([self._table.name, row]))

    def _json(self) -> int:
        lines = Lines(self._piece)
        for line in lines:
            if line.strip():
                self._line(lines.count, line)
        if lines.broken:
            self._refuse(lines.count, lines.broken)
        return lines.count

    def _line(self, number: int, line: bytes) -> None:
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            self._refuse(number, "is not JSON (cut off?); left out")
            return
        if isinstance(row, dict):
            self._take(number, row)
        else:
            self._refuse(number, "is not an object with the fields as its keys; left out")

    def _table_rows(self, read: Callable[[Table, Mapping[str, Any]], Row]) -> int:
        rows = rows_of(self._piece.path)
        for row in rows:
            self._take(rows.line, read(self._table, row))
        self._refused += rows.refused
        return rows.line


def _typed(table: Table, raw: Mapping[str, str]) -> Row:
    """A CSV row with the types of its fields; what is of another type stays text, to be refused."""
    known = {field.name: field.type for field in table.fields}
    return {name: _value(known.get(name, "text"), text) for name, text in raw.items() if text}


def _value(kind: str, text: str) -> object:
    if kind == "bool":
        return _BOOLS.get(text.casefold(), text)
    if kind in ("number", "integer"):
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _plain(table: Table, row: Mapping[str, object]) -> Row:
    """A Parquet row as JSON would say it: dates as text, a month or year where not known better."""
    return {name: value for name, value in _fields(table, row) if value is not None}


def _fields(table: Table, row: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in row.items():
        first = name.removesuffix("_latest")
        if name != first and first in table.dates:
            continue
        if name in table.dates and isinstance(value, date):
            latest = row.get(f"{name}_latest")
            day = _date(value)
            yield name, write_date(day, _date(latest) if latest is not None else day)
        else:
            yield name, value


def _date(value: object) -> date:
    return value.date() if isinstance(value, datetime) else cast(date, value)


def gather_rows(patient_id: str, lines: list[bytes]) -> Record:
    """One person's rows as a record; what cannot hold is left out with a note."""
    tables: dict[str, list[Row]] = {}
    for line in lines:
        table, row = orjson.loads(line)
        if table != "patient":
            row.pop("patient_id", None)
        tables.setdefault(table, []).append(row)
    patients = tables.get("patient", [{}])
    tables["patient"] = [patients[0] | {"patient_id": patient_id}]
    return keep_what_holds(tables, TWICE if len(patients) > 1 else ())
