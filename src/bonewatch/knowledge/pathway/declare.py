"""What an entry declares: each condition, value and number with its place, before it is parsed.

A place is a path such as `items.location.levels.mobile.points`. Numbers are declared like
expressions, so that they are carried, explained and mutated the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from bonewatch.features.tree import Kind
from bonewatch.knowledge.pathway.text import (
    AdviceText,
    Band,
    Clause,
    Due,
    EntryText,
    Item,
    LookupText,
    OptionText,
    ProtocolText,
    ScoreText,
    StepText,
)

Written = str | int | float


@dataclass(frozen=True, slots=True)
class Declared:
    """An expression or number as written, its place and its kind.

    `table` names the record table whose rows it is about; empty for the person.
    """

    place: str
    written: Written
    kind: Kind = "bool"
    table: str = ""


def declared(text: EntryText) -> Iterator[Declared]:
    """Everything the entry declares, in the order of its text."""
    return _DECLARE[type(text)](text)


def _lookup(text: LookupText) -> Iterator[Declared]:
    yield from _clauses("not_for", text.not_for)
    for key, row in text.rows.items():
        yield Declared(f"rows.{key}.when", row.when)


def _protocol(text: ProtocolText) -> Iterator[Declared]:
    yield Declared("for", text.for_)
    yield from _clauses("notes", text.notes)
    yield from _dues("due", text.due)


def _advice(text: AdviceText) -> Iterator[Declared]:
    if text.value:
        yield Declared("value", text.value, "number")
    yield from _clauses("states", text.states)
    yield from _clauses("withheld", text.withheld)


def _clauses(part: str, clauses: Mapping[str, Clause]) -> Iterator[Declared]:
    for key, clause in clauses.items():
        yield Declared(f"{part}.{key}.when", clause.when)


def _score(text: ScoreText) -> Iterator[Declared]:
    yield from _clauses("not_for", text.not_for)
    yield from _clauses("notes", text.notes)
    if text.of:
        yield Declared("where", text.where, "bool", text.of)
    for key, item in text.items.items():
        yield from _item(f"items.{key}", item, text.of)
    for key, band in text.bands.items():
        yield from _band(f"bands.{key}", band)
    for key, each in text.classes.items():
        yield Declared(f"classes.{key}.when", each.when)


def _item(place: str, item: Item, table: str) -> Iterator[Declared]:
    for key, level in item.levels.items():
        yield Declared(f"{place}.levels.{key}.when", level.when, "bool", table)
        yield Declared(f"{place}.levels.{key}.points", level.points, "number", table)
    for part, written in (
        ("value", item.value), ("lowest", item.lowest), ("highest", item.highest),
    ):  # fmt: skip
        if written:
            yield Declared(f"{place}.{part}", written, "number", table)


def _band(place: str, band: Band) -> Iterator[Declared]:
    if band.from_ is not None:
        yield Declared(f"{place}.from", band.from_, "number")
    if band.above is not None:
        yield Declared(f"{place}.above", band.above, "number")


def _step(text: StepText) -> Iterator[Declared]:
    yield Declared("when", text.when)
    if text.within is not None:
        yield Declared("within", text.within.value, "number")
    for part, written, kind in (
        ("clock", text.clock, "number"), ("done", text.done, "number"),
        ("ordered", text.ordered, "bool"),
    ):  # fmt: skip
        if written:
            yield Declared(part, written, kind)  # type: ignore[arg-type]
    yield from _clauses("instead", text.instead)
    yield from _clauses("checks", text.checks)
    yield from _clauses("results", text.results)


def _option(text: OptionText) -> Iterator[Declared]:
    yield Declared("for", text.for_)
    yield from _clauses("needs", text.needs)
    yield from _clauses("against", text.against)
    yield from _clauses("cautions", text.cautions)
    yield from _clauses("before", text.before)
    for key, dose in text.doses.items():
        yield Declared(f"doses.{key}.when", dose.when)
    yield from _dues("monitoring", text.monitoring)


def _dues(part: str, dues: Mapping[str, Due]) -> Iterator[Declared]:
    for key, due in dues.items():
        yield from _due(f"{part}.{key}", due)


def _due(place: str, due: Due) -> Iterator[Declared]:
    yield Declared(f"{place}.when", due.when)
    yield Declared(f"{place}.last", due.last, "number")
    yield Declared(f"{place}.since", due.since, "number")
    if due.planned:
        yield Declared(f"{place}.planned", due.planned, "number")
    if due.grace:
        yield Declared(f"{place}.grace", due.grace, "number")
    for end, months in zip(("least", "most"), due.first or (), strict=False):
        yield Declared(f"{place}.first.{end}", months, "number")
    for number, phase in enumerate(due.every):
        for end, months in zip(("least", "most"), phase.every, strict=True):
            yield Declared(f"{place}.every.{number}.{end}", months, "number")
        if phase.until is not None:
            yield Declared(f"{place}.every.{number}.until", phase.until, "number")


_DECLARE = cast(
    dict[type, Callable[[EntryText], Iterator[Declared]]],
    {
        ScoreText: _score,
        LookupText: _lookup,
        StepText: _step,
        OptionText: _option,
        ProtocolText: _protocol,
        AdviceText: _advice,
    },
)
