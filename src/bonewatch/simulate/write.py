"""Invented people into files: record tables, FHIR or OMOP, and the truth apart.

People are written in parts of so many, several at a time; one person of each is held at once, and
what is written is the same however many processes there are. Everything is written aside and put
in place whole, so that a run that was stopped leaves nothing that looks finished.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from bonewatch.simulate.chance import Chance
from bonewatch.simulate.course import Course, Event, Spread, course_of
from bonewatch.simulate.forms import FORMS, TRUTH, Form, Lines, whole
from bonewatch.simulate.rates import Rates, read_rates
from bonewatch.simulate.written import Clerk, Record

PART = 5_000
"""People of a part, where nothing else is asked."""
Told = Callable[[int], None]


class OutputError(ValueError):
    """A place that cannot be written to: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person: the name, the truth, and what is written down."""

    patient_id: str
    course: Course
    record: Record


@dataclass(frozen=True, slots=True)
class Asked:
    """Which people: the seed, how many, the last day; and how they are written."""

    seed: int
    how_many: int
    until: date
    form: str = "record"
    packed: bool = False
    part: int = PART

    def numbers(self, part: int) -> range:
        """The numbers of the people of a part."""
        return range(part * self.part, min(self.how_many, (part + 1) * self.part))

    @property
    def parts(self) -> range:
        """The parts that there are."""
        return range(max(1, -(-self.how_many // self.part)))


def person_of(rates: Rates, seed: int, number: int, until: date) -> Person:
    """The person of this number: always the same for the same seed."""
    chance = Chance(seed, number)
    course = course_of(rates, chance, number, until)
    return Person(f"s{seed}-{number}", course, Clerk(rates, chance, course).record())


def people(rates: Rates, seed: int, how_many: int, until: date) -> Iterator[Person]:
    """So many people, one after another."""
    return (person_of(rates, seed, number, until) for number in range(how_many))


def write_people(folder: Path, asked: Asked, told: Told = lambda _: None) -> int:
    """Write a new folder of invented people and their truth; how many rows or resources there are.

    `told` hears the count of people so far. OutputError where the folder is there already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder}: is there already; name a new folder, or empty it")
    aside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    lines = _write(aside, asked, told)
    FORMS[asked.form].finish(aside, asked.how_many)
    whole(aside, TRUTH)
    if asked.packed:
        _pack(aside)
    if folder.exists():
        folder.rmdir()
    aside.rename(folder)
    return lines


def _write(aside: Path, asked: Asked, told: Told) -> int:
    if len(asked.parts) == 1:
        return _part(aside, asked, 0, told)
    lines = 0
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        written = pool.map(_part, repeat(aside), repeat(asked), asked.parts)
        for part, count in enumerate(written):
            lines += count
            told(asked.numbers(part).stop)
    return lines


def _part(aside: Path, asked: Asked, part: int, told: Told = lambda _: None) -> int:
    """Write the people of one part; how many rows or resources they have."""
    rates, form = read_rates(), FORMS[asked.form]
    everyone = (person_of(rates, asked.seed, number, asked.until) for number in asked.numbers(part))
    name = f"{part:04d}"
    with (aside / f"{TRUTH}.{name}.ndjson").open("wb") as truth, form.open(aside, name) as to:
        for done, person in enumerate(everyone, start=1):
            to.add(person.course.number, person.patient_id, person.record)
            named = form.named(person.course.number, person.patient_id)
            truth.write(Lines.line(truth_of(person) | {"patient_id": named}))
            told(done)
        return to.count


def _pack(folder: Path) -> None:
    """Every file of lines but the truth, compressed; the same bytes each time."""
    for path in sorted(folder.glob("*.ndjson")):
        if path.stem != TRUTH:
            packed = path.with_name(f"{path.name}.gz")
            with path.open("rb") as plain, gzip.GzipFile(packed, "wb", mtime=0) as file:
                shutil.copyfileobj(plain, file)
            path.unlink()


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


__all__ = [
    "FORMS", "TRUTH", "Asked", "Form", "OutputError", "Person", "people", "person_of",
    "truth_of", "write_people",
]  # fmt: skip
