"""Does a change of a pack change anything? Proof that it cannot, or values that show it does.

Filters of rows are compared as they stand; conditions over features with every computed feature
and every rule referred to written out. What cannot be decided counts as a change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from functools import cached_property

from bonewatch.authoring.mutants import Mutant, trees_of
from bonewatch.features import tree as t
from bonewatch.features.candidates import feature_columns
from bonewatch.features.conditions import ANY, FALSE, TRUE, UNKNOWN, Acting, Node
from bonewatch.features.feature import Feature
from bonewatch.features.possible import Puzzle
from bonewatch.features.rewrite import expanded
from bonewatch.features.scope import Column
from bonewatch.features.to_python import Value
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.written_out import WrittenOut, row_columns
from bonewatch.record.tables import TABLES

_TRIES = 20_000
_CONDITIONS = (t.And, t.Or, t.Not, t.AtLeast, t.Compare, t.In)
_ONE_OF_ITS_ROWS = ("last", "first", "previous", "max", "min")
Told = dict[str, Value]


class Equivalence:
    """Compares a pack with itself after a change."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._columns = {
            name: _with_ends(pack.features[name], column)
            for name, column in feature_columns(pack.features).items()
        }

    @cached_property
    def _before(self) -> WrittenOut:
        return WrittenOut(self._pack.features, self._pack.rules)

    @cached_property
    def _known(self) -> frozenset[str]:
        features = self._pack.features.values()
        return frozenset(feature.name for feature in features if is_always_known(feature))

    def told_apart_by(self, mutant: Mutant) -> Told | None:
        """Values that show the change, {} when none are found, None when it changes nothing."""
        for name, feature in mutant.features.items():
            told = _told_by_rows(self._pack.feature(name), feature)
            if told is not None:
                return told
        after = WrittenOut(
            {**self._pack.features, **mutant.features}, {**self._pack.rules, **mutant.rules}
        )
        changed = (name for name in after.rules if self._differs(name, after))
        by_rule = (self._told(name, after) for name in changed)
        told = next((values for values in by_rule if values is not None), None)
        return self._told_by_entries(mutant) if told is None else told

    def _told_by_entries(self, mutant: Mutant) -> Told | None:
        """Values for which a feature of an entry is another; {} where it is no yes or no."""
        if not self._pack.derived:
            return None
        before, after = (self._derived_out(changed) for changed in ({}, mutant.features))
        for name, tree in after.items():
            if tree == before[name]:
                continue
            told = self._told_by_feature(name, before[name], tree)
            if told is not None:
                return told
        return None

    def _told_by_feature(self, name: str, before: Tree, after: Tree) -> Told | None:
        told: Told | None = {}
        if self._pack.derived[name].kind == "bool":
            told = self._told_by_condition(before, after)
        return None if told == {} and self._is_same(before, after) else told

    def _told_by_condition(self, before: Tree, after: Tree) -> Told | None:
        puzzle = Puzzle(self._columns, True, self._known, _TRIES)
        return _first_difference(puzzle, puzzle.read(before), puzzle.read(after))

    def _is_same(self, one: Tree, two: Tree) -> bool:
        """Are they alike but for conditions inside that provably come out alike?"""
        if one == two:
            return True
        conditions = isinstance(one, _CONDITIONS) and isinstance(two, _CONDITIONS)
        if conditions and self._told_by_condition(one, two) is None:
            return True
        parts = list(t.children(one)), list(t.children(two))
        if _shell(one) != _shell(two) or len(parts[0]) != len(parts[1]):
            return False
        return all(map(self._is_same, *parts))

    def _derived_out(self, changed: Mapping[str, Feature]) -> dict[str, Tree]:
        """The features of entries over what is read from rows, with nothing in between."""
        features = {**self._pack.features, **changed}
        written = WrittenOut(features, self._pack.rules)
        values = dict(written.values)
        for name, feature in self._pack.derived.items():
            tree = changed.get(name, feature).value
            if tree is not None:
                values[name] = expanded(tree, values, written.rules)
        return {name: values[name] for name in self._pack.derived if name in values}

    def _differs(self, rule_id: str, after: WrittenOut) -> bool:
        return self._before.parts(rule_id) != after.parts(rule_id)

    def _told(self, rule_id: str, after: WrittenOut) -> Told | None:
        """Values for which the rule's state, or whether it is acted on, is another."""
        told: Told | None = None
        for acting in (False, True):
            puzzle = Puzzle(self._columns, True, self._known, _TRIES)
            read = _read_acting if acting else _read_state
            pair = (read(puzzle, self._before, rule_id), read(puzzle, after, rule_id))
            told = _first_difference(puzzle, *pair)
            if told is not None:
                return told
        return told


def _with_ends(feature: Feature, column: Column) -> Column:
    """The column with the ends of the field it takes a value of; no day is still to come."""
    item = feature.item
    if feature.value is not None or feature.aggregate not in _ONE_OF_ITS_ROWS:
        return column
    table = TABLES[feature.source]
    if isinstance(item, t.Since) and not table.field(item.field).may_be_future:
        return replace(column, least=0)
    if isinstance(item, t.Name) and item.name in table.names:
        field = table.field(item.name)
        return replace(column, least=field.least, most=field.most)
    return column


def _shell(tree: Tree) -> tuple[object, ...]:
    """What the tree is, without the trees directly inside it."""
    own = (getattr(tree, spec.name) for spec in fields(tree))
    return type(tree), *(value for value in own if not any(_inside(value)))


def _inside(value: object) -> Iterator[bool]:
    if isinstance(value, Tree):
        yield True
    for part in value if isinstance(value, tuple) else ():
        yield from _inside(part)


def _read_state(puzzle: Puzzle, written: WrittenOut, rule_id: str) -> Node:
    return puzzle.read(written.rules[rule_id])


def _read_acting(puzzle: Puzzle, written: WrittenOut, rule_id: str) -> Node:
    when, guard = written.parts(rule_id)
    return Acting(puzzle.read(when), puzzle.read(guard))


def _first_difference(puzzle: Puzzle, one: Node, two: Node) -> Told | None:
    for outcome in (TRUE, FALSE, UNKNOWN):
        found = next(puzzle.solve([(one, outcome), (two, ANY - outcome)]), None)
        if found is not None:
            return found
    return {} if puzzle.guessed else None


def _told_by_rows(before: Feature, after: Feature) -> Told | None:
    """Values of a row's fields for which the two features take it differently."""
    if before.value is not None:
        return None
    if (before.aggregate, before.none_means) != (after.aggregate, after.none_means):
        return {}
    for one, two in zip(trees_of(before), trees_of(after), strict=True):
        told = None if one == two else _told_by_row(before, one, two)
        if told is not None:
            return told
    return None


def _told_by_row(feature: Feature, one: Tree, two: Tree) -> Told | None:
    if feature.aggregate != "any" and one == feature.item:
        return {}
    puzzle = row_puzzle(feature)
    return _first_difference(puzzle, puzzle.read(one), puzzle.read(two))


def row_puzzle(feature: Feature) -> Puzzle:
    """An empty puzzle over a row, in which what a row always says is known."""
    return Puzzle(row_columns(feature), True, _always_said(feature.source), _TRIES)


def _always_said(table: str) -> frozenset[str]:
    fields = (f.name for f in TABLES[table].fields if f.required or f.absent_means is not None)
    return frozenset((*fields, "latest"))


def is_always_known(feature: Feature) -> bool:
    """Is the feature never unknown: no row means no, and no row can leave it open?"""
    if feature.value is not None or feature.none_means != "no":
        return False
    return feature.aggregate in ("any", "count") and not any(_open(feature))


def _open(feature: Feature) -> Iterator[bool]:
    for tree in trees_of(feature):
        puzzle = row_puzzle(feature)
        found = next(puzzle.solve([(puzzle.read(tree), UNKNOWN)]), None)
        yield found is not None or puzzle.guessed
