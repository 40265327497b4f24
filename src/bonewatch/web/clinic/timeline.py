"""One picture of a patient's course: symptoms, markers, imaging, treatments, events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bonewatch.record.record import CheckedRow, Record
from bonewatch.record.words import words

LANES = ("symptom", "measurement", "imaging", "treatment", "condition")
_TITLES = {
    "symptom": "Symptoms", "measurement": "Values", "imaging": "Imaging",
    "treatment": "Treatment", "condition": "Problems",
}  # fmt: skip
_DAYS = {
    "symptom": "reported_on", "measurement": "measured_on", "imaging": "done_on",
    "treatment": "started_on", "condition": "onset_on",
}  # fmt: skip
_LEFT, _RIGHT, _HIGH = 96, 880, 34
Place = Callable[[date], float]
"""Where a day stands, from left to right."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on a day: where it is drawn, how large, until when, and in words."""

    x: float
    y: float
    size: float
    until: float
    day: date
    says: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane of marks."""

    name: str
    title: str
    y: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture: its lanes, its years, its size."""

    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    width: int
    height: int


def timeline_of(record: Record, until: date) -> Timeline | None:
    """The course up to a day; None where nothing has a day."""
    days = [day for name in LANES for row in record.rows(name) if (day := _day(name, row))]
    days = [day for day in days if day <= until]
    if not days:
        return None
    first = min(days)
    span = max((until - first).days, 1)

    def place(day: date) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * (min(day, until) - first).days / span, 1)

    lanes = tuple(_lane(name, number, record, until, place) for number, name in enumerate(LANES))
    years = range(first.year + 1, until.year + 1)
    ticks = tuple((place(date(year, 1, 1)), str(year)) for year in years)
    return Timeline(lanes, ticks, _RIGHT + 20, _HIGH * len(LANES) + 30)


def _lane(name: str, number: int, record: Record, until: date, place: Place) -> Lane:
    y = _HIGH * number + _HIGH / 2
    marks = []
    for row in record.rows(name):
        day = _day(name, row)
        if day and day <= until and row.get("present", True) and row.get("kind") != "none":
            end = row.get("ended_on")
            until_x = place(end if isinstance(end, date) else day)
            severity = row.get("severity")
            size = 3 + float(severity) / 2 if isinstance(severity, int | float) else 4
            marks.append(Mark(place(day), y, size, until_x, day, _says(name, row)))
    return Lane(name, _TITLES[name], y, tuple(marks))


def _day(name: str, row: CheckedRow) -> date | None:
    found = row[_DAYS[name]]
    return found if isinstance(found, date) else None


def _says(name: str, row: CheckedRow) -> str:
    parts = [_word(name, row), _site(row), _amount(row), _plain(row.get("result"))]
    return ", ".join(part for part in parts if part)


def _word(name: str, row: CheckedRow) -> str:
    field, listed = {
        "symptom": ("kind", "symptom"), "measurement": ("what", "measurement"),
        "imaging": ("modality", ""), "treatment": ("agent", "agent"),
        "condition": ("kind", "condition"),
    }[name]  # fmt: skip
    said = str(row[field] or row.get("kind") or "")
    known = words(listed) if listed else {}
    return known[said].label if said in known else _plain(said)


def _site(row: CheckedRow) -> str:
    where = row.get("site") or row.get("region")
    side = row.get("side")
    return " ".join(_plain(part) for part in (side, where) if part)


def _amount(row: CheckedRow) -> str:
    if isinstance(row.get("severity"), int | float):
        return f"{row['severity']:g} of 10"
    value = row.get("value")
    return f"{value:g} {row['unit'] or ''}".strip() if isinstance(value, int | float) else ""


def _plain(value: object) -> str:
    return str(value).replace("_", " ") if value else ""
