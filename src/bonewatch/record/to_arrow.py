"""Records as Arrow tables: the form in which a whole population is kept and read again.

A folder of records has one folder of Parquet files for each record table, with the columns of
`schema_of` (dates twice, as in a Record), and three more: `people` (everyone, also who has no
row), `notes` (what a reader should know of a person's record) and `not_understood` (counts).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES, Table

_TYPES = {
    "bool": pa.bool_(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "date": pa.date32(),
}
PATIENT_ID = pa.field("patient_id", pa.string(), nullable=False)
NUMBER = pa.field("number", pa.int32(), nullable=False)
"""Which of the person's rows of a table it is, from 0: the order is part of the record."""
_AT_ONCE = 500
PEOPLE = pa.schema([PATIENT_ID])
NOTES = pa.schema([PATIENT_ID, ("at", pa.string()), ("says", pa.string())])
NOT_UNDERSTOOD = pa.schema([PATIENT_ID, ("what", pa.string()), ("count", pa.int64())])


def schema_of(table: Table) -> pa.Schema:
    """The columns of a record table: whose row it is, which, where it came from, and the fields."""
    fields = [PATIENT_ID, NUMBER, pa.field("at", pa.string())]
    for field in table.fields:
        if field.name != "patient_id":
            fields.append(pa.field(field.name, _TYPES.get(field.type, pa.string())))
        if field.type == "date":
            fields.append(pa.field(f"{field.name}_latest", pa.date32()))
    return pa.schema(fields)


SCHEMAS: dict[str, pa.Schema] = {
    **{name: schema_of(table) for name, table in TABLES.items()},
    "people": PEOPLE,
    "notes": NOTES,
    "not_understood": NOT_UNDERSTOOD,
}


def to_batches(records: Sequence[tuple[str, Record]]) -> dict[str, pa.RecordBatch]:
    """These people's records, by the identifiers they shall have, as one batch for each table."""
    return {name: _batch(name, records) for name in SCHEMAS}


def _batch(name: str, records: Sequence[tuple[str, Record]]) -> pa.RecordBatch:
    schema = SCHEMAS[name]
    owners: list[str] = []
    numbers: list[int] = []
    rows: list[Mapping[str, object]] = []
    for patient_id, record in records:
        for number, row in enumerate(_rows(name, record)):
            owners.append(patient_id)
            numbers.append(number)
            rows.append(row)
    given = {"patient_id": owners, "number": numbers}
    columns = [pa.array(given.get(f.name) or [row[f.name] for row in rows], f.type) for f in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _rows(name: str, record: Record) -> Iterable[Mapping[str, object]]:
    if name in TABLES:
        return record.rows(name)
    if name == "people":
        return ({},)
    if name == "notes":
        return ({"at": note.at, "says": note.says} for note in record.notes)
    return ({"what": what, "count": count} for what, count in record.not_understood.items())


class RecordFolder:
    """A folder of records being written: one file in each table's folder, by this part's name."""

    def __init__(self, folder: Path, part: str) -> None:
        """`part` is the name of the files; a person's rows must all be in one part."""
        self._writers = {
            name: _writer(folder / name, part, schema) for name, schema in SCHEMAS.items()
        }
        self._held: list[tuple[str, Record]] = []

    def add(self, patient_id: str, record: Record) -> None:
        """Add this person; held until there are enough for a batch, or the folder is closed."""
        self._held.append((patient_id, record))
        if len(self._held) == _AT_ONCE:
            self._let_go()

    def _let_go(self) -> None:
        self.write(self._held)
        self._held = []

    def write(self, records: Sequence[tuple[str, Record]]) -> None:
        """Add these people."""
        for name, batch in to_batches(records).items():
            if batch.num_rows:
                self._writers[name].write_batch(batch)

    def __enter__(self) -> RecordFolder:
        return self

    def __exit__(self, kind: object, *problem: object) -> None:
        if kind is None:
            self._let_go()
        for writer in self._writers.values():
            writer.close()


def _writer(folder: Path, part: str, schema: pa.Schema) -> pq.ParquetWriter:
    folder.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(folder / f"{part}.parquet", schema, compression="zstd")


@dataclass(frozen=True, slots=True)
class Part:
    """Some people of a folder of records, with all their rows.

    They are in the files of these names; where `shares` is more than 1, only every so many of
    them, as a hash of the identifier falls.
    """

    folder: Path
    names: tuple[str, ...]
    people: int
    shares: int = 1
    share: int = 0

    def files(self, table: str) -> list[Path]:
        """The files with the rows of a table."""
        return [self.folder / table / f"{name}.parquet" for name in self.names]


def parts_of(folder: Path, most: int) -> Iterator[Part]:
    """The folder in parts of about so many people at most: small files together, large ones cut."""
    small: tuple[str, ...] = ()
    people = 0
    for path in sorted((folder / "people").glob("*.parquet")):
        found = pq.read_metadata(path).num_rows
        if small and people + found > most:
            yield Part(folder, small, people)
            small, people = (), 0
        if found <= most:
            small, people = (*small, path.stem), people + found
        else:
            yield from _cut(folder, path.stem, found, most)
    if small:
        yield Part(folder, small, people)


def _cut(folder: Path, name: str, people: int, most: int) -> Iterator[Part]:
    shares = -(-people // most)
    for share in range(shares):
        yield Part(folder, (name,), people // shares, shares, share)
