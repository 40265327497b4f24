"""Invented people into files, one after another: record tables as lines of JSON, and the truth.

However many people there are, one is held at a time. Everything is written aside and put in
place whole, so that a run that was stopped leaves nothing that looks finished.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
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
from bonewatch.simulate.written import Clerk, Record

TRUTH = "truth.ndjson"
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


def write_people(folder: Path, listed: Iterator[Person], told: Told = lambda _: None) -> int:
    """Write a new folder of record tables with the truth beside them; how many rows there are.

    `told` hears the count of people so far. OutputError where the folder is there already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder}: is there already; name a new folder, or empty it")
    aside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    rows = _write(aside, listed, told)
    if folder.exists():
        folder.rmdir()
    aside.rename(folder)
    return rows


def _write(folder: Path, listed: Iterator[Person], told: Told) -> int:
    rows = 0
    with ExitStack() as open_files:
        files = {
            name: open_files.enter_context((folder / f"{name}.ndjson").open("wb"))
            for name in TABLES
        }
        truth = open_files.enter_context((folder / TRUTH).open("wb"))
        for number, person in enumerate(listed, start=1):
            rows += _write_record(files, person)
            truth.write(orjson.dumps(truth_of(person)) + b"\n")
            told(number)
    return rows


def _write_record(files: Mapping[str, BinaryIO], person: Person) -> int:
    for name, rows in person.record.items():
        lines = (orjson.dumps({"patient_id": person.patient_id, **row}) for row in rows)
        files[name].write(b"".join(line + b"\n" for line in lines))
    return sum(map(len, person.record.values()))


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
