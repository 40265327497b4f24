"""Scores, classifications and published tables, said of one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from bonewatch.assessment.evidence import State
from bonewatch.assessment.explain import fact_of
from bonewatch.assessment.pathway.reading import Reading
from bonewatch.assessment.pathway.result import (
    Banded,
    Lacking,
    RowScore,
    Score,
    Scored,
    Table,
    TableRow,
)
from bonewatch.features.rows import Row
from bonewatch.features.to_python import Value, row_function
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.scores import ENDS, band_of, item_end, row_total
from bonewatch.knowledge.pathway.text import EntryText, Item, LookupText, ScoreText

_ITEM_PLACES = ("items.", "classes.", "not_for.")


class RowScorer:
    """A score with one result per row of a table, compiled once."""

    def __init__(self, entry: Entry[ScoreText]) -> None:
        text, trees = entry.text, entry.trees
        self._entry, self._text = entry, text
        self._where = row_function(trees["where"])
        self._totals = {end: row_function(row_total(text, trees, end)) for end in ENDS}
        self._items = {
            (key, end): row_function(item_end(f"items.{key}", item, trees, end))
            for key, item in text.items.items()
            for end in ENDS
        }
        self._levels = {
            (key, level): row_function(trees[f"items.{key}.levels.{level}.when"])
            for key, item in text.items.items()
            for level in item.levels
        }
        self._trees = entry.trees

    def scores(self, reading: Reading) -> Iterator[RowScore]:
        """The score of each row that counts, the worst first."""
        rows = reading.evaluation.rows.tables[self._text.of]
        today = reading.evaluation.as_of
        made = [self._score(reading, row, today) for row in rows if self._where(row, today)]
        return iter(sorted(made, key=lambda row: -(row.highest or 0)))

    def _score(self, reading: Reading, row: Row, today: int) -> RowScore:
        lowest, highest = (_number(self._totals[end](row, today)) for end in ENDS)
        bands = dict.fromkeys(band_of(self._text, self._trees, n) for n in (lowest, highest))
        return RowScore(
            str(row["at"]), fact_of(reading.pack, self._text.of, row).says, lowest, highest,
            tuple(reading.banded(self._entry, key, self._text.bands[key]) for key in bands if key),
            tuple(self._item(key, item, row, today) for key, item in self._text.items.items()),
        )  # fmt: skip

    def _item(self, key: str, item: Item, row: Row, today: int) -> Scored:
        lowest, highest = (_number(self._items[key, end](row, today)) for end in ENDS)
        held = (one.is_ for name, one in item.levels.items() if self._levels[key, name](row, today))
        return Scored(key, item.is_, lowest, highest, next(held, ""))


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) else None


def score(reading: Reading, entry: Entry[EntryText], rows: RowScorer | None) -> Score:
    """The score of an entry for this person."""
    text = cast(ScoreText, entry.text)
    lowest, highest = (shown(text, reading.number(entry, end)) for end in ENDS)
    number = shown(text, reading.number(entry, ""))
    return Score(
        text.id, text.title, text.about, "classification" if text.classes else "score",
        _applies(reading, entry, text.not_for),
        reading.value(entry, "") if number is None else number, lowest, highest, text.unit,
        tuple(_possible(reading, entry, text)), tuple(_items(reading, entry, text)),
        tuple(rows.scores(reading)) if rows else (),
        reading.said(entry, text.not_for, "present", "unknown"),
        reading.said(entry, text.notes, "present"),
        _lacking(reading, entry, text), text.population, text.era, text.audience,
        text.intermediate, reading.standing(entry),
    )  # fmt: skip


def shown(text: ScoreText, number: float | None) -> float | None:
    """A number with as many decimals as the score is shown with."""
    decimals = text.digits if text.shown is None else text.shown
    return None if number is None else round(number, decimals)


def _lacking(reading: Reading, entry: Entry[EntryText], text: ScoreText) -> tuple[Lacking, ...]:
    if reading.value(entry, "") is not None or text.of:
        return ()
    return reading.lacking_in(entry, _ITEM_PLACES)


def _applies(reading: Reading, entry: Entry[EntryText], not_for: Mapping[str, object]) -> State:
    return reading.state(entry, "applies") if not_for else "present"


def _possible(reading: Reading, entry: Entry[EntryText], text: ScoreText) -> Iterator[Banded]:
    """The bands between the two ends, or the classes that may still be meant."""
    if text.classes:
        for key in _classes_left(reading, entry, text.classes):
            yield reading.banded(entry, key, text.classes[key])
        return
    ends = [reading.value(entry, f"band_{end}") for end in ENDS]
    yield from (
        reading.banded(entry, key, text.bands[key]) for key in _between(ends, list(text.bands))
    )


def _classes_left(
    reading: Reading, entry: Entry[EntryText], classes: Iterable[str]
) -> Iterator[str]:
    for key in classes:
        state = reading.state(entry, key)
        if state != "absent":
            yield key
        if state == "present":
            return


def _between(ends: list[Value], order: list[str]) -> list[str]:
    """The bands from one end to the other, in the order of the text."""
    known = [order.index(end) for end in ends if isinstance(end, str)]
    return order[min(known) : max(known) + 1] if len(known) == len(ends) else []


def _items(reading: Reading, entry: Entry[EntryText], text: ScoreText) -> Iterator[Scored]:
    for key, item in text.items.items() if not text.of else ():
        lowest, highest = (reading.number(entry, f"{key}_{end}") for end in ENDS)
        yield Scored(key, item.is_, lowest, highest, _level(reading, entry, key, item))


def _level(reading: Reading, entry: Entry[EntryText], key: str, item: Item) -> str:
    """The level whose points are the item's, where only one can be meant."""
    ends = [reading.number(entry, f"{key}_{end}") for end in ENDS]
    if ends[0] is None or ends[0] != ends[1]:
        return ""
    return next((one.is_ for one in item.levels.values() if one.points == ends[0]), "")


def table(reading: Reading, entry: Entry[EntryText]) -> Table:
    """A published table with the lines that fit the person or may fit."""
    text = cast(LookupText, entry.text)
    fits = {key: reading.state(entry, key) for key in text.rows}
    worst = _most_adverse(text, [key for key, state in fits.items() if state == "present"])
    rows = (
        TableRow(key, row.is_, fits[key], dict(row.figures), key == worst,
                 reading.cited(row.sources))
        for key, row in text.rows.items()
        if fits[key] != "absent"
    )  # fmt: skip
    return Table(
        text.id, text.title, text.about, reading.state(entry, "applies"), dict(text.columns),
        tuple(rows), reading.said(entry, text.not_for, "present", "unknown"),
        reading.lacking(entry, *text.rows), text.population, text.era, text.audience,
        reading.standing(entry),
    )  # fmt: skip


def _most_adverse(text: LookupText, keys: list[str]) -> str:
    """The line with the largest figure in the column that decides; '' where there is none."""
    figures = {key: text.rows[key].figures.get(text.by) for key in keys}
    listed = [(figure, key) for key, figure in figures.items() if isinstance(figure, int | float)]
    return max(listed)[1] if listed else ""
