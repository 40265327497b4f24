"""One patient's rows as they are gathered, with what was noted and what was not understood.

A row holds only what is known: a field without a value is left away, so absent stays absent.
"""

from __future__ import annotations

from bonewatch.record.fhir.code_lists import Concept, addresses
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.values import text
from bonewatch.record.record import Note
from bonewatch.record.tables import TABLES

RawRow = dict[str, object]
RawRecord = dict[str, list[RawRow]]


class Chart:
    """The record of one patient in the making."""

    def __init__(self, patient_id: str) -> None:
        self.patient_id = patient_id
        self.tables: RawRecord = {}
        self.not_understood: dict[str, int] = {}
        self.notes: list[Note] = []
        self.patient: RawRow = {"patient_id": patient_id} if patient_id else {}
        self.patient["at"] = ""
        self.studies: dict[int, RawRow] = {}

    def __repr__(self) -> str:
        return "<Chart>"

    def add(self, table: str, entry: Entry, **fields: object) -> RawRow:
        """A row with the fields that are known."""
        row = {name: value for name, value in fields.items() if value not in (None, "")}
        row["at"] = entry.at
        self.tables.setdefault(table, []).append(row)
        return row

    def note(self, entry: Entry, says: str) -> None:
        """Say something about a resource."""
        self.notes.append(Note(entry.at, says))

    def miss(self, entry: Entry, concept: Concept) -> None:
        """Count a concept that is on no list."""
        said = entry.type
        if concept.codings:
            coding = concept.codings[0]
            system = addresses().get(coding.system, coding.system)
            said += f" {system}|{coding.code} {coding.display or concept.text}"
        elif concept.text:
            said += f" {concept.text}"
        self._count(said)

    def miss_type(self, entry: Entry) -> None:
        """Count a resource of a type that is not used."""
        self._count(entry.type)

    def _count(self, said: str) -> None:
        key = said.strip()[:160]
        self.not_understood[key] = self.not_understood.get(key, 0) + 1

    @property
    def is_empty(self) -> bool:
        """True when nothing was read for nobody in particular."""
        return not self.tables and not self.patient["at"]

    def record(self) -> RawRecord:
        """The rows in the shape of a record."""
        rows = {"patient": [self.patient], **self.tables}
        return {name: rows[name] for name in TABLES if rows.get(name)}


ENTERED_IN_ERROR = "is marked as entered in error; left out"


def in_error(entry: Entry, chart: Chart, *statuses: str) -> bool:
    """True, with a note, for a resource that its author took back."""
    status = text(entry.resource.get("status")).casefold()
    if "entered-in-error" in (status, *statuses):
        chart.note(entry, ENTERED_IN_ERROR)
        return True
    return False
