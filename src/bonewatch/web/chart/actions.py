"""Writing the chart: rows are checked by their one definition, then added, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bonewatch.record.from_json import RecordError, read_record
from bonewatch.record.record import Note, Record
from bonewatch.record.tables import PATIENT
from bonewatch.web.accounts.models import Patient, User
from bonewatch.web.chart.models import Answer, Entry
from bonewatch.web.chart.queries import TEAM_LANGUAGE, assessor, by_table, record_from, standing

Values = Mapping[str, Any]


class ChangedMeanwhileError(RuntimeError):
    """The entry was corrected by someone else in the meantime; look again."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row to be written; `key` names it within a check-in, so that a later answer corrects it."""

    table: str
    values: Values
    key: str = ""
    corrects: Entry | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Who writes, when, through what, and why."""

    author: User
    source: str
    at: datetime
    reason: str = ""
    check_in: UUID | None = None


def said_now(author: User, source: str, reason: str = "", check_in: UUID | None = None) -> Said:
    """Said at this moment."""
    return Said(author, source, timezone.now(), reason, check_in)


@transaction.atomic
def write(patient: Patient, said: Said, rows: Sequence[Row]) -> list[Entry]:
    """Add the rows; RecordError with every problem, and nothing written, where one cannot stand."""
    lock(patient)
    return add(patient, said, rows, standing(patient))


def add(patient: Patient, said: Said, rows: Sequence[Row], stands: Sequence[Entry]) -> list[Entry]:
    """`write` for whoever has locked the chart and read what stands."""
    check(stands, rows)
    _unchanged([row.corrects for row in rows if row.corrects])
    return Entry.objects.bulk_create([_entry(patient, said, row) for row in rows])


def check(stands: Sequence[Entry], rows: Sequence[Row]) -> None:
    """RecordError where the rows cannot stand, by themselves or for this person.

    A row is held against the others of its own writing and against who the person is; no other
    row that stands already can make it wrong.
    """
    replaced = {row.corrects.pk for row in rows if row.corrects}
    whose = [one for one in stands if one.table == PATIENT.name and one.pk not in replaced]
    tables = by_table(whose)
    before = {name: len(listed) for name, listed in tables.items()}
    for row in rows:
        tables.setdefault(row.table, []).append(dict(row.values))
    try:
        read_record(tables)
    except RecordError as refused:
        new = [note for note in refused.problems if _is_new(note, before)]
        if new:
            raise RecordError(new) from None


def _is_new(note: Note, before: Mapping[str, int]) -> bool:
    """Is the problem in one of the new rows (symptom[3].site), not in one that stands?"""
    table, bracket, rest = note.at.partition("[")
    number = rest.partition("]")[0]
    return not bracket or not number.isdigit() or int(number) >= before.get(table, 0)


@transaction.atomic
def withdraw(entry: Entry, said: Said) -> Entry:
    """Say that an entry does not stand, and nothing takes its place."""
    lock(entry.patient)
    _unchanged([entry])
    made = _entry(entry.patient, said, Row(entry.table, {}, entry.key, entry), withdrawn=True)
    made.save()
    return made


def lock(patient: Patient) -> None:
    """One writer at a time for each chart."""
    Patient.objects.select_for_update().get(pk=patient.pk)


def _unchanged(entries: Sequence[Entry]) -> None:
    """ChangedMeanwhileError where one of them is corrected already."""
    if entries and Entry.objects.filter(corrects__in=entries).exists():
        raise ChangedMeanwhileError


def _entry(patient: Patient, said: Said, row: Row, withdrawn: bool = False) -> Entry:
    return Entry(
        patient=patient, table=row.table, values=dict(row.values), author=said.author,
        written_at=said.at, corrects=row.corrects, withdrawn=withdrawn, source=said.source,
        reason=said.reason, check_in=said.check_in, key=row.key,
    )  # fmt: skip


def answer(
    patient: Patient, at: datetime, check_in: UUID | None = None, record: Record | None = None
) -> Answer:
    """Ask the rules about the chart as it stands, and keep what they said.

    `record` is the one that stands, where the caller has it.
    """
    ready = assessor(TEAM_LANGUAGE, patient.clinic.protocol)
    day = timezone.localdate(at)
    found = ready.brief(record_from(standing(patient)) if record is None else record, day)
    return Answer.objects.create(
        patient=patient, at=at, as_of=day, urgency=found.urgency,
        urgency_high=found.urgency_high, rules=list(found.rules), pack_hash=ready.pack.hash,
        check_in=check_in,
    )  # fmt: skip
