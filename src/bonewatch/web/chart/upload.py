"""A FHIR Bundle of one patient: what it says, what of it is new, and what was not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import orjson

from bonewatch.record.from_fhir import looks_like_fhir
from bonewatch.record.from_file import from_fhir
from bonewatch.record.record import Note, Record
from bonewatch.record.tables import TABLES
from bonewatch.web.accounts.models import Patient
from bonewatch.web.chart.actions import Row
from bonewatch.web.chart.queries import record_of


class UploadError(ValueError):
    """A file that cannot be taken in: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is in a file: the new rows, how many are known already, and what was left out."""

    rows: list[Row]
    known: int
    notes: tuple[Note, ...]
    not_understood: Mapping[str, int]


def preview(patient: Patient, content: bytes) -> Preview:
    """Read a Bundle of one person; UploadError where it is none, or has several people."""
    record = _one_record(content)
    have = {(name, _key(row)) for name in TABLES for row in record_of(patient).rows(name)}
    rows, known = [], 0
    for name in TABLES:
        for row in record.rows(name):
            if (name, _key(row)) in have:
                known += 1
            elif values := _values(name, row):
                rows.append(Row(name, values))
    return Preview(rows, known, record.notes, record.not_understood)


def _one_record(content: bytes) -> Record:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise UploadError("The file is not JSON. Choose a FHIR R4 Bundle.") from None
    if not looks_like_fhir(document):
        raise UploadError("The file is no FHIR resource. Choose a FHIR R4 Bundle.")
    records = from_fhir(document)
    if len(records) != 1:
        people = len(records)
        raise UploadError(f"The file is about {people} people. Choose one of this patient alone.")
    return records[0]


def _values(name: str, row: Mapping[str, object]) -> dict[str, object]:
    """The row as it is written: what is known, days as text."""
    left_out = {"at", "patient_id"}
    return {
        field: value.isoformat() if isinstance(value, date) else value
        for field, value in row.items()
        if value not in (None, "") and field in TABLES[name].names and field not in left_out
    }


def _key(row: Mapping[str, object]) -> str:
    said = {n: str(v) for n, v in row.items() if v is not None and n not in ("at", "patient_id")}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()
