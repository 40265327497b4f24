"""A page of the check-in, what was told so far, and whether an answer can be taken.

Plain values only: which page comes next, and which rows an answer is, is said by `checkin`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bonewatch.features.rows import NOTHING
from bonewatch.knowledge.checkin import Cell
from bonewatch.record.fhir.measurements import possible
from bonewatch.record.record import Record
from bonewatch.record.tables import SYMPTOM
from bonewatch.record.units import UnitError, to_canonical
from bonewatch.record.words import words

Kind = Literal["ticks", "choice", "scale", "sites", "number"]
Given = Mapping[str, Sequence[str]]
Whose = Callable[[], Record]
"""Gives the record, which is only read where a complaint was told."""
OPEN, DANGER, MORE, TEMPERATURE = "open", "danger", "more", "temperature"
GONE = "gone"
"""Of an open complaint: the only answer that ends it. The others are words of its trend."""
NOTHING_NEW, NONE, NOT_SURE, GO_ON = "nothing_new", "none_of_these", "not_sure", "go_on"
BUTTON, TICKED, PLACES = "button", "ticked", "sites"
_SIDED = {"left", "right"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, and how it is said."""

    value: str
    says: str


@dataclass(frozen=True, slots=True)
class Field:
    """A question of a page: its name in what is sent, its words, and how it is answered."""

    name: str
    says: str
    kind: Kind
    choices: tuple[Choice, ...] = ()
    hint: str = ""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its questions and its buttons. `call_now` are the ticks that need help at once."""

    id: str
    title: str
    lead: str
    fields: tuple[Field, ...]
    buttons: tuple[Choice, ...]
    call_now: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the record that an answer is. A later row of the same key takes its place."""

    table: str
    key: str
    values: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer comes to: its rows, and whether it ends the check-in."""

    rows: tuple[Row, ...]
    ends: bool = False


class AnswerError(ValueError):
    """An answer that cannot be taken; `problems` has a sentence for each field it is about."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Told:
    """What was told in this check-in so far, on which day, by whom, and the pages that are done.

    `open` are the complaints told before it that nobody has ended.
    """

    as_of: date
    rows: tuple[Row, ...] = ()
    done: frozenset[str] = frozenset()
    reporter: str = "patient"
    open: tuple[Row, ...] = ()

    @property
    def complaints(self) -> list[Row]:
        """What was said to be there."""
        listed = (row for row in self.rows if row.table == SYMPTOM.name)
        return [row for row in listed if row.values.get("present", True)]

    @property
    def new_complaints(self) -> list[Row]:
        """Those that are new or worse, beside what was open and stays as it was."""
        before = {row.key for row in self.open}
        return [
            row
            for row in self.complaints
            if row.values["kind"] != NOTHING
            and (row.key not in before or row.values.get("trend") == "worse")
        ]


def check_answer(asked: Page, given: Given, button: str) -> None:
    """AnswerError where something sent is no answer to the page, or nothing is and it must be."""
    problems = {
        field.name: says
        for field in asked.fields
        if (says := _wrong(field, [one for one in given.get(field.name, ()) if one]))
    }
    needed = asked.id.startswith(("where", "kinds")) or asked.id in (DANGER, MORE)
    chosen = any(given.get(field.name) for field in asked.fields)
    if button == GO_ON and needed and not chosen:
        problems[asked.fields[0].name] = "nothing is chosen"
    if problems:
        raise AnswerError(problems)


def _wrong(field: Field, chosen: Sequence[str]) -> str:
    """What is wrong with an answer, as the name of a sentence; empty where nothing is."""
    if field.kind in ("ticks", "choice"):
        known = {choice.value for choice in field.choices}
        return "" if set(chosen) <= known else "is not one of the choices"
    if field.kind == "sites":
        return "" if all(map(_is_place, chosen)) else "is not one of the places"
    return "" if all(_fits(field, one) for one in chosen) else "is not such a number"


def _is_place(value: str) -> bool:
    site, colon, side = value.partition(":")
    return site in words("site") and (not colon or side in _SIDED)


def _fits(field: Field, written: str) -> bool:
    try:
        number = float(written.replace(",", "."))
        if field.kind == "scale":
            return number.is_integer() and (field.least or 0) <= number <= (field.most or 0)
        to_canonical(TEMPERATURE, number, "Cel")
    except (ValueError, UnitError):
        return False
    least, most = possible(TEMPERATURE)
    return least <= number <= most
