"""Invented people into files, one after another: record tables or FHIR, and the truth.

However many people there are, one is held at a time. Everything is written aside and put in
place whole, so that a run that was stopped leaves nothing that looks finished.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

import orjson

from bonewatch.record.tables import TABLES
from bonewatch.simulate.chance import Chance
from bonewatch.simulate.course import Course, Event, Spread, course_of
from bonewatch.simulate.rates import Rates
from bonewatch.simulate.to_fhir import to_fhir
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
    """Write a new folder of record tables or FHIR resources; how many lines there are.

    The truth stands beside them. `told` hears the count of people so far. OutputError where the
    folder is there already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder}: is there already; name a new folder, or empty it")
    aside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    with Files(aside) as files:
        lines = _write(files, listed, told, FORMS[form])
    if folder.exists():
        folder.rmdir()
    aside.rename(folder)
    return lines


class Files:
    """Files of lines by their names, opened as they are needed; in a `with`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
            path = self._folder / f"{name}.ndjson"
            file = self._files[name] = self._open.enter_context(path.open("wb"))
        return file

    def add(self, name: str, line: object) -> None:
        """Add a line to the file of this name."""
        self.open(name).write(orjson.dumps(line) + b"\n")


def _write(files: Files, listed: Iterator[Person], told: Told, form: Form) -> int:
    lines = 0
    for name in form.always:
        files.open(name)
    for number, person in enumerate(listed, start=1):
        for name, line in form.lines(person):
            files.add(name, line)
            lines += 1
        files.add(TRUTH, truth_of(person))
        told(number)
    return lines


@dataclass(frozen=True, slots=True)
class Form:
    """How a person is written: lines by the file they go to, and the files there always are."""

    lines: Callable[[Person], Iterator[tuple[str, object]]]
    always: tuple[str, ...]


def _rows(person: Person) -> Iterator[tuple[str, object]]:
    for name, rows in person.record.items():
        for row in rows:
            yield name, {"patient_id": person.patient_id, **row}


def _resources(person: Person) -> Iterator[tuple[str, object]]:
    for resource in to_fhir(person.patient_id, person.record):
        yield str(resource["resourceType"]), resource


FORMS = {
    "record": Form(_rows, (*TABLES, TRUTH)),
    "fhir": Form(_resources, (TRUTH,)),
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
