"""One person's record in memory: the ten tables, checked, and what was said on the way in.

Rows hold every field of their table (None where not known), each date twice (`x`, its first
possible day, and `x_latest`, its last), and `at`, where the row came from. `repr` shows no value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

CheckedRow = Mapping[str, str | bool | int | float | date | None]


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader of the record should know: where, and a sentence."""

    at: str
    says: str


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """A person's rows by table, with notes and a count of what was not understood."""

    tables: Mapping[str, Sequence[CheckedRow]]
    notes: tuple[Note, ...] = ()
    not_understood: Mapping[str, int] = field(default_factory=dict)

    def rows(self, table: str) -> Sequence[CheckedRow]:
        """The rows of a table; none when it has none."""
        return self.tables.get(table, ())

    @property
    def patient_id(self) -> str:
        """The person's identifier; empty when the record gives none."""
        patients = self.rows("patient")
        return str(patients[0]["patient_id"] or "") if patients else ""

    def __repr__(self) -> str:
        counts = ", ".join(f"{name} {len(rows)}" for name, rows in self.tables.items() if rows)
        return f"<Record {counts}>"
