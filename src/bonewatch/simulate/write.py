"""Invented people into files, one after another: record tables, FHIR or OMOP, and the truth.

However many people there are, one is held at a time. Everything is written aside and put in
place whole, so that a run that was stopped leaves nothing that looks finished.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

import orjson

from bonewatch.record.tables import TABLES
from bonewatch.simulate.chance import Chance
from bonewatch.simulate.course import Course, Event, Spread, course_of
from bonewatch.simulate.rates import Rates
from bonewatch.simulate.to_fhir import to_fhir
from bonewatch.simulate.to_omop import COLUMNS, Omop
from bonewatch.simulate.written import Clerk, Record

TRUTH = "truth"
Told = Callable[[int], None]


class OutputError(ValueError):
    """A place that cannot be written to: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person: the name, the truth, and what is written down."""

    patient_id: str
    course: Course
    record: Record


def person_of(rates: Rates, seed: int, number: int, until: date) -> Person:
    """The person of this number: always the same for the same seed."""
    chance = Chance(seed, number)
    course = course_of(rates, chance, number, until)
    return Person(f"s{seed}-{number}", course, Clerk(rates, chance, course).record())


def people(rates: Rates, seed: int, how_many: int, until: date) -> Iterator[Person]:
    """So many people, one after another."""
    return (person_of(rates, seed, number, until) for number in range(how_many))


def write_people(
    folder: Path, listed: Iterator[Person], told: Told = lambda _: None, form: str = "record"
) -> int:
    """Write a new folder of record tables, FHIR or OMOP; how many lines there are.

    The truth stands beside them. `told` hears the count of people so far. OutputError where the
    folder is there already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder}: is there already; name a new folder, or empty it")
    aside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    made = FORMS[form]()
    with Files(aside, made.columns) as files:
        lines = _write(files, listed, told, made)
    if folder.exists():
        folder.rmdir()
    aside.rename(folder)
    return lines


class Files:
    """Files of lines by their names, opened as they are needed; in a `with`.

    A file whose columns are known is CSV with a head, every other one lines of JSON.
    """

    def __init__(self, folder: Path, columns: Mapping[str, tuple[str, ...]]) -> None:
        self._folder, self._columns = folder, columns
        self._open = ExitStack()
        self._files: dict[str, BinaryIO] = {}

    def __enter__(self) -> Files:
        return self

    def __exit__(self, *problem: object) -> None:
        self._open.close()

    def open(self, name: str) -> BinaryIO:
        """The file of this name."""
        file = self._files.get(name)
        if file is None:
            ending = "csv" if name in self._columns else "ndjson"
            path = self._folder / f"{name}.{ending}"
            file = self._files[name] = self._open.enter_context(path.open("wb"))
            if name in self._columns:
                file.write(_cells(self._columns[name]))
        return file

    def add(self, name: str, line: Mapping[str, object]) -> None:
        """Add a line to the file of this name."""
        columns, file = self._columns.get(name), self.open(name)
        file.write(_cells(line.get(c) for c in columns) if columns else orjson.dumps(line) + b"\n")


def _cells(values: Iterable[object]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(values)
    return written.getvalue().encode()


def _write(files: Files, listed: Iterator[Person], told: Told, form: Form) -> int:
    lines = 0
    for name in (*form.always, TRUTH):
        files.open(name)
    for number, person in enumerate(listed, start=1):
        for name, line in form.lines(person):
            files.add(name, line)
            lines += 1
        files.add(TRUTH, truth_of(person) | {"patient_id": form.name(person)})
        told(number)
    for name, line in form.rest():
        files.add(name, line)
    return lines


Lines = Iterator[tuple[str, Mapping[str, object]]]


@dataclass(frozen=True, slots=True)
class Form:
    """How people are written: lines by the file they go to, and those at the end.

    `name` is what they are called there; `always` names the files there always are, `columns`
    those that are CSV.
    """

    lines: Callable[[Person], Lines]
    rest: Callable[[], Lines] = lambda: iter(())
    name: Callable[[Person], str] = attrgetter("patient_id")
    always: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _rows(person: Person) -> Lines:
    for name, rows in person.record.items():
        for row in rows:
            yield name, {"patient_id": person.patient_id, **row}


def _resources(person: Person) -> Lines:
    for resource in to_fhir(person.patient_id, person.record):
        yield str(resource["resourceType"]), resource


def _omop() -> Form:
    tables = Omop()

    def rows(person: Person) -> Lines:
        yield from tables.rows(_person_id(person), person.patient_id, person.record)

    return Form(rows, tables.concepts, lambda p: str(_person_id(p)), tuple(COLUMNS), COLUMNS)


def _person_id(person: Person) -> int:
    """OMOP names people by numbers from 1."""
    return person.course.number + 1


FORMS: dict[str, Callable[[], Form]] = {
    "record": lambda: Form(_rows, always=tuple(TABLES)),
    "fhir": lambda: Form(_resources),
    "omop": _omop,
}


def truth_of(person: Person) -> dict[str, object]:
    """What was planted in a person and has happened by the last day, as an object for JSON."""
    course = person.course
    return {
        "patient_id": person.patient_id, "diagnosed_on": course.diagnosed_on,
        "subtype": course.subtype, "node_positive": course.node_positive,
        "distant_on": course.distant_on, "died_on": course.died_on,
        "bone_metastases": _planted(course.spread, course.last_day) if course.spread else None,
    }  # fmt: skip


def _planted(spread: Spread, last: date) -> dict[str, object]:
    days = {
        "hurts_from": spread.hurts_from, "told_on": spread.told_on, "found_on": spread.found_on,
        "agent_from": spread.agent_from,
    }  # fmt: skip
    happened = {name: day if day and day <= last else None for name, day in days.items()}
    events = [_event(event) for event in spread.events if event.on <= last]
    return {"bones": spread.bones, **happened, "events": events}


def _event(event: Event) -> dict[str, object]:
    return {"kind": event.kind, "on": event.on, "site": event.site}
