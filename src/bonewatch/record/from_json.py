"""A record as JSON, in: one person's tables checked against their one definition.

`read_record` refuses what is unknown, of the wrong type or impossible, all problems at once.
`keep_what_holds` is for other systems' data: it leaves the wrong value or row out and notes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from bonewatch.record import checks
from bonewatch.record.dates import parse_date
from bonewatch.record.record import CheckedRow, Note, Record
from bonewatch.record.tables import TABLES, Field, Scalar, Table
from bonewatch.record.units import UnitError, canonical_unit, to_canonical
from bonewatch.record.words import words


class RecordError(ValueError):
    """A record that cannot be used; `problems` says where and why."""

    def __init__(self, problems: list[Note]) -> None:
        super().__init__("; ".join(f"{p.at}: {p.says}" for p in problems))
        self.problems = problems


NONE_CHECKED: Mapping[str, Sequence[CheckedRow]] = {}


def read_record(raw: object) -> Record:
    """The checked record of a JSON object; RecordError with every problem found."""
    reading = _Reading()
    tables = reading.tables(raw)
    problems = reading.problems + list(checks.out_of_order(tables))
    if problems:
        raise RecordError(problems)
    return Record(tables, tuple(reading.notes))


def keep_what_holds(
    raw: object, notes: tuple[Note, ...] = (), not_understood: Mapping[str, int] | None = None,
    checked: Mapping[str, Sequence[CheckedRow]] = NONE_CHECKED,
) -> Record:  # fmt: skip
    """The record with impossible values and rows left out, each with a note.

    `checked` are rows of the same person that are known to hold.
    """
    reading = _Reading(placed=True)
    tables = reading.tables(raw)
    for name, rows in checked.items():
        tables[name] = [*tables.get(name, ()), *rows]
    disordered = list(checks.out_of_order(tables))
    for problem in disordered:
        _blank(tables, problem.at)
    refused = tuple(Note(p.at, f"{p.says}; left out") for p in (*reading.problems, *disordered))
    return Record(tables, (*notes, *reading.notes, *refused), dict(not_understood or {}))


def _blank(tables: Mapping[str, list[CheckedRow]], path: str) -> None:
    at, _, name = path.rpartition(".")
    for rows in tables.values():
        for row in rows:
            if row["at"] == at and isinstance(row, dict):
                row[name] = row[f"{name}_latest"] = None


_BEYOND = 1e12
"""No number in a record is this large; it also keeps NaN and infinity out."""


_LONGEST = 60
"""No more letters than this of what a file says are repeated in a message."""

_MOST_SUGGESTIONS = 1000


_FIELDS = {table.name: {f.name: f for f in table.fields} for table in TABLES.values()}
_REQUIRED = {
    table: [name for name, field in fields.items() if field.required]
    for table, fields in _FIELDS.items()
}
BLANK: dict[str, dict[str, Scalar]] = {
    table.name: {f.name: f.absent_means for f in table.fields}
    | {f"{name}_latest": None for name in table.dates}
    for table in TABLES.values()
}
"""What a row holds before it says anything."""

_RowInProgress = dict[str, str | bool | int | float | date | None]


class _Reading:
    """One pass over one record; collects problems (refused) and notes (taken, and said so).

    With `placed`, each row says itself, as `at`, where it came from.
    """

    def __init__(self, placed: bool = False) -> None:
        self._placed = placed
        self.problems: list[Note] = []
        self.notes: list[Note] = []

    def tables(self, raw: object) -> dict[str, list[CheckedRow]]:
        if not isinstance(raw, dict):
            self._refuse("record", "must be one JSON object with the tables as its keys")
            return {}
        for name in raw:
            if name not in TABLES:
                said = f"there is no table of that name.{self._nearest(name, list(TABLES))}"
                self._refuse(_short(name) or "record", said)
        read = {name: self._rows(table, raw.get(name)) for name, table in TABLES.items()}
        if len(read["patient"]) > 1:
            self._refuse("patient", "must be a list of one; give each person a record of their own")
        return read

    def _refuse(self, at: str, says: str) -> None:
        """Note a problem; what is refused has no value."""
        self.problems.append(Note(at, says))

    def _nearest(self, said: object, known: list[str]) -> str:
        """What was perhaps meant; looking for it takes time, so not for ever."""
        few = len(self.problems) < _MOST_SUGGESTIONS
        return checks.nearest(_short(said), known) if few else ""

    def _rows(self, table: Table, raw: object) -> list[CheckedRow]:
        if raw is None:
            return []
        if not isinstance(raw, list):
            self._refuse(table.name, "must be a list of rows")
            return []
        rows = (self._row(table, row, f"{table.name}[{n}]") for n, row in enumerate(raw))
        return [row for row in rows if row is not None]

    def _row(self, table: Table, raw: object, path: str) -> CheckedRow | None:
        if not isinstance(raw, dict):
            self._refuse(path, "must be an object with the fields as its keys")
            return None
        at = str(raw.get("at") or path) if self._placed else path
        refused = len(self.problems)
        row: _RowInProgress = {"at": at, **BLANK[table.name]}
        for name, value in raw.items():
            self._given(table, row, name, value)
        self._required(table, raw, at)
        if table.name == "measurement" and len(self.problems) == refused:
            self._measure(row, at)
        if row.get("known_and_assessed") and row["trend"] is None:
            row["trend"] = "same"  # what the field means: looked into, and unchanged
        missing = any(row[name] is None for name in _REQUIRED[table.name])
        return None if missing or (table.name == "measurement" and self._lost(refused)) else row

    def _lost(self, refused: int) -> bool:
        return len(self.problems) > refused

    def _given(self, table: Table, row: _RowInProgress, name: object, raw: object) -> None:
        """Put one field that the row gives into its place; null is not given."""
        field = _FIELDS[table.name].get(str(name))
        at = f"{row['at']}.{_short(name)}"
        if field is None:
            if not (self._placed and name == "at"):
                known = self._nearest(name, list(table.names))
                self._refuse(at, f"there is no field of that name.{known}")
        elif raw is not None:
            row[field.name] = self._value(field, raw, at)
            if field.type == "date":
                self._date(row, field.name, at)

    def _required(self, table: Table, raw: dict[object, object], at: str) -> None:
        for name in _REQUIRED[table.name]:
            if raw.get(name) is None:
                self._refuse(f"{at}.{name}", "must be given")

    def _value(self, field: Field, raw: object, at: str) -> str | bool | int | float | None:
        if field.type == "bool":
            if not isinstance(raw, bool):
                self._refuse(at, checks.wrong_type(field))
            return raw if isinstance(raw, bool) else None
        if field.type in ("number", "integer"):
            return self._number(field, raw, at)
        if not isinstance(raw, str):
            self._refuse(at, checks.wrong_type(field))
            return None
        known = words(field.words) if field.words else field.choices
        if known and raw not in known:
            says = f'there is no value "{_short(raw)}".{self._nearest(raw, list(known))}'
            self._refuse(at, says)
            return None
        return raw

    def _number(self, field: Field, raw: object, at: str) -> int | float | None:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not abs(raw) < _BEYOND:
            self._refuse(at, checks.wrong_type(field))
            return None
        if field.type == "integer" and raw != int(raw):
            self._refuse(at, checks.wrong_type(field))
            return None
        said = checks.off_scale(field, raw)
        if said:
            self._refuse(at, said)
            return None
        return int(raw) if field.type == "integer" else raw

    def _date(self, row: _RowInProgress, name: str, at: str) -> None:
        text, row[name], row[f"{name}_latest"] = row[name], None, None
        if not isinstance(text, str):
            return
        try:
            row[name], row[f"{name}_latest"] = parse_date(text)
        except ValueError as problem:
            self._refuse(at, str(problem))

    def _measure(self, row: _RowInProgress, at: str) -> None:
        """Bring value, low and high to the canonical unit, or say why not."""
        what, unit = str(row["what"]), row["unit"]
        if row["value"] is None:
            if row["flag"] is None and row["grade"] is None:
                self._refuse(at, "has neither a value nor a flag, nor a grade")
            return
        if unit is None and not _is_bare(canonical_unit(what)):
            said = f"has no unit; taken as {canonical_unit(what)}"
            self.notes.append(Note(at, said))
        try:
            for name in ("value", "low", "high"):
                row[name] = self._converted(what, row[name], unit)
        except UnitError as problem:
            self._refuse(f"{at}.unit", str(problem))
            return
        row["unit"] = canonical_unit(what)
        row["flag"] = row["flag"] or flag_by_range(row)
        self._possible(what, row["value"], f"{at}.value")

    def _converted(self, what: str, value: object, unit: object) -> float | None:
        if not isinstance(value, int | float):
            return None
        return float(value) if unit is None else to_canonical(what, value, str(unit))

    def _possible(self, what: str, value: object, at: str) -> None:
        number = float(value) if isinstance(value, int | float) else None
        said = None if number is None else checks.off_scale(_scale(what), number)
        if said:
            self._refuse(at, said)


@cache
def _scale(what: str) -> Field:
    """The ends of what is possible for a measurement, in its canonical unit."""
    more = words("measurement")[what].more
    least, most = (float(more[end]) if more[end] else None for end in ("least", "most"))
    return Field(what, "number", "", unit=more["unit"], least=least, most=most)


def _is_bare(unit: str) -> bool:
    """Is it a number without a unit, such as a score?"""
    return unit.startswith("{") and unit.endswith("}")


def _short(said: object) -> str:
    """What the file says, as far as it is repeated in a message."""
    return str(said)[:_LONGEST]


def flag_by_range(row: _RowInProgress) -> str | None:
    """Low, normal or high by the laboratory's own range; None when it gives none."""
    value, low, high = row["value"], row["low"], row["high"]
    if isinstance(high, float) and isinstance(value, float) and value > high:
        return "high"
    if isinstance(low, float) and isinstance(value, float) and value < low:
        return "low"
    return "normal" if low is not None or high is not None else None
