"""A score of a row as a form asks it: the items, their choices, and the points of each.

In: a score that is told of each row of a table. Out: for every item the one field of the table
that decides it and the values it may be given, each found by trying it on the pack's conditions.
A score of which an item hangs on several fields, or on none, cannot be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import cast

from bonewatch.assessment.evidence import Cited
from bonewatch.assessment.pathway.prepared import Prepared
from bonewatch.assessment.pathway.result import Banded, Scored, Standing
from bonewatch.features import tree as t
from bonewatch.features.rows import REGION_OF, Row, known_rows
from bonewatch.features.to_python import RowFunction, Value, row_function
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import Band, Item, ScoreText
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES, Field, Table
from bonewatch.record.words import words

NUMBERS = ("number", "integer")
_DERIVED, _ANY_DAY = "area", date.min


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that an item's field may be given, and what it is called."""

    value: Value
    title: str

    @property
    def key(self) -> str:
        """The value as a form sends it."""
        return str(self.value)


@dataclass(frozen=True, slots=True)
class LevelAsked:
    """One line of an item's table of points, with the values that mean it."""

    title: str
    gives: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ItemAsked:
    """One item: its field, its lines, and whether it says which rows the score is for.

    The choices of a number are the middles of what each line covers; `is_number` says so.
    """

    key: str
    title: str
    table: Table
    field: Field
    levels: tuple[LevelAsked, ...]
    is_place: bool
    holds: tuple[RowFunction, ...]

    @property
    def is_number(self) -> bool:
        """May the field be measured more finely than the lines tell apart?"""
        return self.field.type in NUMBERS

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The choices of every line."""
        return tuple(choice for level in self.levels for choice in level.choices)

    def level_of(self, value: Value) -> LevelAsked | None:
        """The line that a value of the field means, where the score knows it."""
        [row] = _rows(self.table, self.field.name, [value])
        met = (level for level, holds in zip(self.levels, self.holds, strict=True)
               if holds(row, _ANY_DAY.toordinal()))  # fmt: skip
        return next(met, None)

    def choice_of(self, value: Value) -> Choice | None:
        """The choice that stands for a value on record, where there is one."""
        if self.is_number:
            level = self.level_of(value)
            return level.choices[0] if level else None
        return next((choice for choice in self.choices if choice.value == value), None)


@dataclass(frozen=True, slots=True)
class BandAsked:
    """One band: from where on it begins, and what is said and was published of it."""

    begins: str
    told: Banded


@dataclass(frozen=True, slots=True)
class ScoreAsked:
    """A score that can be asked of a row; `places` are the fields beside the items that must fit.

    `places` holds, by field, the choices with which a row is one that the score is for.
    """

    text: ScoreText
    table: Table
    items: tuple[ItemAsked, ...]
    places: Mapping[str, tuple[Choice, ...]]
    bands: tuple[BandAsked, ...]
    standing: Standing
    where: RowFunction

    @property
    def sources(self) -> tuple[Cited, ...]:
        """What the score and its bands are from."""
        cited = (*self.standing.sources, *(one for b in self.bands for one in b.told.sources))
        return tuple(dict.fromkeys(cited))

    def is_for(self, record: Record, as_of: date) -> list[str]:
        """Where the rows stand (`lesion[0]`) that the score is told of on a day."""
        rows = known_rows(record, as_of)[self.table.name]
        return [str(row["at"]) for row in rows if self.where(row, as_of.toordinal())]

    def possible(self, bands: Sequence[Banded]) -> list[BandAsked]:
        """All bands from the one end of a row's score to the other."""
        keys = {band.key for band in bands}
        met = [place for place, band in enumerate(self.bands) if band.told.key in keys]
        return list(self.bands[met[0] : met[-1] + 1]) if met else []


def unknown_items(items: Iterable[Scored]) -> list[str]:
    """The items of a score that are not known, by their titles."""
    return [one.title for one in items if one.lowest is None or one.lowest != one.highest]


def ask_score(pack: Pack, entry: Entry[ScoreText]) -> ScoreAsked | None:
    """The score as a form asks it; None where it cannot be asked."""
    text, trees = entry.text, entry.trees
    if not text.of or not text.items:
        return None
    table = TABLES[text.of]
    items = [_item(entry, table, key, item) for key, item in text.items.items()]
    asked = tuple(item for item in items if item is not None)
    if len(asked) < len(items):
        return None
    beside = _fields(table, trees["where"]) - {item.field.name for item in asked}
    places = {name: _fitting(table, table.field(name), trees["where"]) for name in sorted(beside)}
    said = Prepared(pack)
    bands = tuple(
        BandAsked(_begins(band), said.banded(entry, key, band)) for key, band in text.bands.items()
    )
    where = row_function(trees["where"])
    return ScoreAsked(text, table, asked, places, bands, said.standing(entry.id), where)


def _item(entry: Entry[ScoreText], table: Table, key: str, item: Item) -> ItemAsked | None:
    conditions = [entry.trees[f"items.{key}.levels.{level}.when"] for level in item.levels]
    names = set().union(*(_fields(table, condition) for condition in conditions))
    if len(names) != 1:
        return None
    field, where = table.field(names.pop()), entry.trees["where"]
    is_place = field.name in _fields(table, where)
    tried = _candidates(field, conditions)
    if is_place:
        tried = [choice for choice in _fitting(table, field, where) if choice in tried]
    levels = tuple(
        LevelAsked(level.is_, _points(level.points, entry.text.unit),
                   tuple(_named(_holding(table, field, tried, condition), level.is_)))
        for level, condition in zip(item.levels.values(), conditions, strict=True)
    )  # fmt: skip
    if not all(level.choices for level in levels):
        return None
    holds = tuple(row_function(condition) for condition in conditions)
    return ItemAsked(key, item.is_, table, field, levels, is_place, holds)


def _fields(table: Table, tree: Tree) -> set[str]:
    """The fields of the table that a condition hangs on."""
    return {REGION_OF[table.name] if n == _DERIVED else n for n in t.names(tree)}


def _candidates(field: Field, conditions: Sequence[Tree]) -> list[Choice]:
    """Every value worth trying: the listed ones, those written in a condition, or the middles."""
    if field.type == "word":
        return [Choice(word.word, word.label) for word in words(field.words).values()]
    if field.type in NUMBERS:
        return [Choice(number, f"{number:g}") for number in _middles(field, conditions)]
    written: Iterable[Value] = field.choices or _written(conditions)
    return [Choice(one, str(one).replace("_", " ")) for one in written]


def _written(conditions: Sequence[Tree]) -> Iterator[Value]:
    """The words that conditions compare with."""
    for node in (node for tree in conditions for node in t.walk(tree)):
        if isinstance(node, t.In):
            yield from node.choices
        elif isinstance(node, t.Constant):
            yield node.value


def _middles(field: Field, conditions: Sequence[Tree]) -> list[float]:
    """The middle of each range that the cut-offs make of the scale."""
    nodes = [node for tree in conditions for node in t.walk(tree)]
    limits = {node.value for node in nodes if isinstance(node, t.Setting | t.Constant)}
    ends = sorted({*cast(set[float], limits), field.least or 0, field.most or 0})
    return [round((one + other) / 2, 2) for one, other in pairwise(ends)]


def _fitting(table: Table, field: Field, where: Tree) -> tuple[Choice, ...]:
    """The values of a field with which a row is one that the score is for."""
    return tuple(_holding(table, field, _candidates(field, [where]), where))


def _holding(
    table: Table, field: Field, tried: Sequence[Choice], condition: Tree
) -> Iterator[Choice]:
    holds = row_function(condition)
    rows = _rows(table, field.name, [choice.value for choice in tried])
    for choice, row in zip(tried, rows, strict=True):
        if holds(row, _ANY_DAY.toordinal()):
            yield choice


def _named(choices: Iterator[Choice], level: str) -> list[Choice]:
    """A choice that alone means its line is called as the line is."""
    listed = list(choices)
    return [Choice(listed[0].value, level)] if len(listed) == 1 else listed


def _rows(table: Table, name: str, values: Sequence[Value]) -> list[Row]:
    """A row for each value, that says nothing else, with what is derived from it."""
    record = keep_what_holds({table.name: [{name: value} for value in values]})
    return known_rows(record, _ANY_DAY)[table.name]


def _points(points: float, unit: str) -> str:
    return f"{points:g} {unit.removesuffix('s') if points == 1 else unit}"


def _begins(band: Band) -> str:
    if band.from_ is not None:
        return f"{band.from_:g} or more"
    return "less" if band.above is None else f"more than {band.above:g}"
