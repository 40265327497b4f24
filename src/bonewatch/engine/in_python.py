"""The engine for one person: every feature and rule of a pack as compiled Python.

`Engine(pack)` compiles once; `evaluate(record, as_of)` gives the features, the state of every
rule (True, False, None for unknown), and which rules must be acted on although an exception to
them is not proven.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from types import CodeType

from bonewatch.engine.program import RowFunctions, compiled_code, program_of
from bonewatch.engine.take import NOT_SO, Given, code_of, picked_row, take
from bonewatch.features.feature import Feature
from bonewatch.features.rows import INDEXED, NOTHING, Row, known_rows
from bonewatch.features.to_python import RowFunction, Value, person_function, row_function
from bonewatch.knowledge.pack import Pack
from bonewatch.record.record import Record

State = bool | None
Inside = tuple[Row, Value]
"""A row, and whether it is in a window: True, or None where that is not known."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the rules make of a record on a day.

    `values`: each feature; `states`: each rule, None when unknown; `acts`: the rules to act on,
    which are those present and those kept from it only by a guard that is not known.
    """

    values: Mapping[str, Value]
    states: Mapping[str, State]
    acts: Mapping[str, State]
    rows: Rows
    as_of: int


class Rows:
    """The rows of one record as known on a day, some tables also by their kind."""

    def __init__(self, known: Mapping[str, list[Row]]) -> None:
        self.tables = known
        self._by_kind = {name: _by_kind(known[name], column) for name, column in INDEXED.items()}
        self._inside: dict[tuple[object, ...], list[Inside]] = {}

    def of(self, feature: Feature) -> list[Row]:
        """The rows that may say something about the feature."""
        if feature.index is None:
            return self.tables[feature.source]
        kinds = self._by_kind[feature.source]
        return [row for kind in _wanted(feature) for row in kinds.get(kind, ())]

    def inside(self, feature: Feature, window: RowFunction, as_of: int) -> list[Inside]:
        """Those of them that are, or may be, in the window; features share what they have alike."""
        key = (feature.source, feature.index, window, as_of)
        found = self._inside.get(key)
        if found is None:
            asked = ((row, window(row, as_of)) for row in self.of(feature))
            found = self._inside[key] = [one for one in asked if one[1] is not False]
        return found

    def kinds(self, source: str) -> Iterable[str]:
        """The kinds of row there are in a table that is looked up by kind."""
        return self._by_kind.get(source, ())


@cache
def _wanted_kinds(source: str, index: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*index, NOTHING))) if source == "symptom" else index


def _wanted(feature: Feature) -> tuple[str, ...]:
    return _wanted_kinds(feature.source, feature.index or ())


def _by_kind(rows: list[Row], column: str) -> dict[str, list[Row]]:
    kinds: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        kinds[str(row[column])].append(row)
    return dict(kinds)


class CompiledFeature:
    """One feature, ready to run over a person's rows."""

    def __init__(self, feature: Feature, rows: RowFunctions | None = None) -> None:
        """`rows` are the functions over a row, where they are compiled already."""
        self.feature = feature
        self._value = person_function(feature.value) if feature.value is not None else None
        if self._value is None:
            trees = (feature.window, feature.where, feature.item)
            self._window, self._where, self._item = rows or map(row_function, trees)
        self._is_any = feature.aggregate == "any"
        self._is_sum = feature.aggregate == "sum"
        self._is_placed = feature.is_placed or feature.source != "symptom"
        self._heeds_nothing = feature.source == "symptom" and NOTHING not in (feature.index or ())

    def changed_to(self, made: Feature) -> CompiledFeature:
        """The feature as it is changed to; what stays of it is not compiled again."""
        if made.value is not None:
            return CompiledFeature(made)
        was = self.feature
        return CompiledFeature(made, (
            self._window if made.window == was.window else row_function(made.window),
            self._where if made.where == was.where else row_function(made.where),
            self._item if made.item == was.item else row_function(made.item),
        ))  # fmt: skip

    def run(
        self, rows: Rows, values: Mapping[str, Value], as_of: int, acts: Mapping[str, State] = {}
    ) -> Value:
        """The feature's value for these rows; None when it is not known.

        A feature of an entry may also read which rules are acted on.
        """
        if self._value is not None:
            return self._value(values, acts)
        return self.of_rows(rows, as_of)

    def of_rows(self, rows: Rows, as_of: int) -> Value:
        """The value of a feature that is read from rows."""
        given = self.given(rows, as_of)
        if given:
            return take(self.feature, given, as_of)
        return self.when_none(bool(rows.tables[self.feature.source]))

    def given(self, rows: Rows, as_of: int) -> list[Given]:
        """The rows that count and what each gives: for `any` a code, otherwise the item."""
        listed = rows.inside(self.feature, self._window, as_of)
        if self._is_sum:
            return [(r, self._addend(r, sure, as_of)) for r, sure in listed if self._adds(r, as_of)]
        pairs = [(row, self._of_row(row, sure, as_of)) for row, sure in listed]
        return [pair for pair in pairs if pair[1] is not None]

    def _adds(self, row: Row, as_of: int) -> bool:
        """Does the row add to a sum? Also one that may match, and one whose item is not known."""
        if self._heeds_nothing and row["kind"] == NOTHING:
            return False
        return self._where(row, as_of) is not False

    def _addend(self, row: Row, inside: Value, as_of: int) -> Value:
        """What the row adds; not known where it is not sure that it counts."""
        return self._item(row, as_of) if inside and self._where(row, as_of) else None

    def rows_behind(self, rows: Rows, as_of: int) -> list[Row]:
        """The rows that made the feature's value what it is."""
        return picked_row(self.feature, self.given(rows, as_of)) if self._value is None else []

    def _of_row(self, row: Row, inside: Value, as_of: int) -> Value:
        if self._heeds_nothing and row["kind"] == NOTHING:
            return NOT_SO if self._is_any and inside and row["present"] else None
        where = self._where(row, as_of)
        if where is False:
            return None
        item = self._item(row, as_of)
        matches = inside is True and where is True
        if not self._is_any:
            return item if matches else None
        denied = row.get("present") is False
        code = code_of(matches, item, denied and inside is True)
        return None if code == NOT_SO and denied and not self._may_deny(row) else code

    def _may_deny(self, row: Row) -> bool:
        denied_by = self.feature.denied_by
        by_kind = denied_by is None or row["kind"] in denied_by
        return by_kind and (row["site"] is None or self._is_placed)

    def when_none(self, listed: bool) -> Value:
        """The value where no row counts; `listed` says whether the table has rows at all."""
        if self.feature.aggregate not in ("any", "count", "sum"):
            return None
        means_no = self.feature.none_means == "no" or (
            self.feature.none_means == "no_once_listed" and listed
        )
        if not means_no:
            return None
        return False if self._is_any else 0


class Engine:
    """A pack compiled for one person at a time.

    `code` is the pack's program where it is compiled already.
    """

    def __init__(self, pack: Pack, code: CodeType | None = None) -> None:
        self.pack = pack
        self._program = program_of(code or compiled_code(pack))
        self._compiled: dict[str, CompiledFeature] = {}
        every = (*pack.features.values(), *pack.derived.values())
        read = [self.compiled(f.name) for f in every if f.value is None]
        first = self._program.triage
        self._of_rows = _Readers(c for c in read if c.feature.name in first)
        self._of_entries = _Readers(c for c in read if c.feature.name not in first)

    def compiled(self, name: str) -> CompiledFeature:
        """A feature of the pack or of one of its entries, ready to run."""
        found = self._compiled.get(name)
        if found is None:
            rows = self._program.rows.get(name)
            found = self._compiled[name] = CompiledFeature(self.pack.feature(name), rows)
        return found

    def signs(self, evaluation: Evaluation) -> list[str]:
        """The signs that are there for certain."""
        values, states = evaluation.values, evaluation.states
        return [name for name, there in self._program.signs.items() if there(values, states)]

    def evaluate(self, record: Record, as_of: date) -> Evaluation:
        """Every feature, rule and entry for this record, as known on the day."""
        return self.with_entries(self.triage(record, as_of))

    def triage(self, record: Record, as_of: date) -> Evaluation:
        """The rules and signs and the features they need, which do not wait for the entries."""
        rows = Rows(known_rows(record, as_of))
        today = as_of.toordinal()
        values: dict[str, Value] = {}
        self._of_rows.read(rows, today, values)
        self._program.values(values)
        states, acts = self.decide(values)
        return Evaluation(values, states, acts, rows, today)

    def with_entries(self, triage: Evaluation) -> Evaluation:
        """The same with the features of the pathway's entries, and those that only entries read."""
        values = dict(triage.values)
        self._of_entries.read(triage.rows, triage.as_of, values)
        self._program.derived(values, triage.acts)
        return replace(triage, values=values)

    def decide(self, values: dict[str, Value]) -> tuple[dict[str, State], dict[str, State]]:
        """The state of every rule for these features, and the rules to act on."""
        states: dict[str, State] = {}
        acts: dict[str, State] = {}
        self._program.rules(values, states, acts)
        return states, acts


class _Readers:
    """The features that are read from rows, by the table and the kind of row they read.

    What a feature is without any row of its kind is known beforehand, so that only those that
    some row concerns are run.
    """

    def __init__(self, features: Iterable[CompiledFeature]) -> None:
        self._empty: dict[str, dict[str, Value]] = defaultdict(dict)
        self._listed: dict[str, dict[str, Value]] = defaultdict(dict)
        self._any_kind: dict[str, list[CompiledFeature]] = defaultdict(list)
        self._of_kind: dict[tuple[str, str], list[CompiledFeature]] = defaultdict(list)
        for compiled in features:
            self._add(compiled)

    def _add(self, compiled: CompiledFeature) -> None:
        feature = compiled.feature
        self._empty[feature.source][feature.name] = compiled.when_none(False)
        self._listed[feature.source][feature.name] = compiled.when_none(True)
        if feature.index is None:
            self._any_kind[feature.source].append(compiled)
            return
        for kind in _wanted(feature):
            self._of_kind[feature.source, kind].append(compiled)

    def read(self, rows: Rows, as_of: int, values: dict[str, Value]) -> None:
        """Add the value of each feature for these rows to the values."""
        for source, empty in self._empty.items():
            if not rows.tables[source]:
                values.update(empty)
                continue
            values.update(self._listed[source])
            for compiled in self._concerned(rows, source):
                values[compiled.feature.name] = compiled.of_rows(rows, as_of)

    def _concerned(self, rows: Rows, source: str) -> Iterator[CompiledFeature]:
        yield from self._any_kind.get(source, ())
        found: dict[str, CompiledFeature] = {}
        for kind in rows.kinds(source):
            for compiled in self._of_kind.get((source, kind), ()):
                found[compiled.feature.name] = compiled
        yield from found.values()
