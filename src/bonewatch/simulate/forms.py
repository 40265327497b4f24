"""The forms in which invented people are written: record tables, lines of JSON, FHIR, OMOP.

A part of the people is opened, people are added, and when all parts are there the form finishes
the folder: files that must be whole are joined.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, Self

import orjson

from bonewatch.record.bulk.read import Counts, mark_as_read
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.tables import TABLES
from bonewatch.record.to_arrow import RecordFolder
from bonewatch.simulate.to_fhir import to_fhir
from bonewatch.simulate.to_omop import COLUMNS, Omop
from bonewatch.simulate.written import Record

TRUTH = "truth"


class Opened(Protocol):
    """A part being written; in a `with`. `count` is how many rows or resources it has."""

    count: int

    def add(self, number: int, patient_id: str, record: Record) -> None:
        """Write this person."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(self, *problem: object) -> None:
        """End."""


@dataclass(frozen=True, slots=True)
class Form:
    """How people are written: a part opened, what they are called there, the folder finished."""

    open: Callable[[Path, str], Opened]
    named: Callable[[int, str], str] = lambda _, patient_id: patient_id
    finish: Callable[[Path, int], None] = lambda *_: None


# ---- record tables -------------------------------------------------------------------------------


class _Tables:
    """Record tables as Parquet, as `screen` keeps them."""

    def __init__(self, folder: Path, part: str) -> None:
        self._into, self.count = RecordFolder(folder, part), 0

    def add(self, number: int, patient_id: str, record: Record) -> None:
        """Their checked rows."""
        checked = keep_what_holds(record)
        self._into.add(patient_id, checked)
        self.count += sum(map(len, checked.tables.values()))

    def __enter__(self) -> Self:
        self._into.__enter__()
        return self

    def __exit__(self, *problem: object) -> None:
        self._into.__exit__(*problem)


# ---- lines ---------------------------------------------------------------------------------------


class Lines:
    """Files of lines of JSON, or of cells where the columns are known, by their names."""

    def __init__(self, folder: Path, part: str, always: Iterable[str] = ()) -> None:
        self._folder, self._part, self._always = folder, part, tuple(always)
        self._open, self._files = ExitStack(), dict[str, BinaryIO]()
        self.count = 0

    @staticmethod
    def line(values: object) -> bytes:
        """One line of JSON."""
        return orjson.dumps(values) + b"\n"

    def write(self, name: str, line: bytes, ending: str = "ndjson") -> None:
        """Add a line to the file of this name."""
        self.file(name, ending).write(line)
        self.count += 1

    def file(self, name: str, ending: str = "ndjson") -> BinaryIO:
        """The file of this name, begun where it is not there."""
        if name not in self._files:
            path = self._folder / f"{name}.{self._part}.{ending}"
            self._files[name] = self._open.enter_context(path.open("wb"))
        return self._files[name]

    def __enter__(self) -> Self:
        for name in self._always:
            self.file(name)
        return self

    def __exit__(self, *problem: object) -> None:
        self._open.close()


class _Rows(Lines):
    """Record tables as lines of JSON."""

    def add(self, number: int, patient_id: str, record: Record) -> None:
        """A line for each row."""
        for name, rows in record.items():
            for row in rows:
                self.write(name, self.line({"patient_id": patient_id, **row}))


class _Resources(Lines):
    """FHIR resources, as a bulk export has them: several files of each type."""

    def add(self, number: int, patient_id: str, record: Record) -> None:
        """A line for each resource."""
        for resource in to_fhir(patient_id, record):
            self.write(str(resource["resourceType"]), self.line(resource))


class _OmopTables(Lines):
    """OMOP tables as CSV; people are numbers from 1."""

    def __init__(self, folder: Path, part: str) -> None:
        super().__init__(folder, part)
        self._omop = Omop()

    def add(self, number: int, patient_id: str, record: Record) -> None:
        """A line of cells for each row."""
        for name, row in self._omop.rows(number + 1, patient_id, record):
            self.write(name, cells(row.get(column) for column in COLUMNS[name]), "csv")

    def __exit__(self, *problem: object) -> None:
        for name, row in self._omop.concepts():
            self.file(name, "csv").write(cells(row.get(column) for column in COLUMNS[name]))
        super().__exit__(*problem)


def cells(values: Iterable[object]) -> bytes:
    """One line of CSV."""
    written = io.StringIO()
    csv.writer(written).writerow(values)
    return written.getvalue().encode()


# ---- finishing -----------------------------------------------------------------------------------


def _mark(folder: Path, how_many: int) -> None:
    """Nothing has to be read again: the tables are as `screen` keeps them."""
    mark_as_read(folder, "invented", Counts(people=how_many))


def _join_rows(folder: Path, how_many: int) -> None:
    for name in TABLES:
        whole(folder, name)


def _join_tables(folder: Path, how_many: int) -> None:
    for name, columns in COLUMNS.items():
        whole(folder, name, "csv", cells(columns), once=name == "concept")


def whole(
    folder: Path, name: str, ending: str = "ndjson", head: bytes = b"", once: bool = False
) -> None:
    """Make the parts of a file one; with `once` a line that several have is written once."""
    seen: set[bytes] = set()
    with (folder / f"{name}.{ending}").open("wb") as file:
        file.write(head)
        for path in sorted(folder.glob(f"{name}.*.{ending}")):
            with path.open("rb") as part:
                for line in part:
                    if not once or line not in seen:
                        file.write(line)
                    if once:
                        seen.add(line)
            path.unlink()


FORMS: Mapping[str, Form] = {
    "record": Form(_Tables, finish=_mark),
    "ndjson": Form(lambda folder, part: _Rows(folder, part, TABLES), finish=_join_rows),
    "fhir": Form(_Resources),
    "omop": Form(_OmopTables, lambda number, _: str(number + 1), _join_tables),
}
