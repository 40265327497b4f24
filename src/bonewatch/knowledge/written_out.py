"""A pack's conditions written out: down to what is read from rows, with nothing in between."""

from __future__ import annotations

from collections.abc import Mapping

from bonewatch.features.feature import Feature
from bonewatch.features.rewrite import expanded
from bonewatch.features.rows import columns
from bonewatch.features.scope import Column
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pack import Rule
from bonewatch.record.tables import TABLES


class WrittenOut:
    """The rules of a pack over features that are read from tables, with nothing in between."""

    def __init__(self, features: Mapping[str, Feature], rules: Mapping[str, Rule]) -> None:
        self.values: dict[str, Tree] = {}
        self.rules: dict[str, Tree] = {}
        self._parts: dict[str, tuple[Tree, Tree]] = {}
        for feature in features.values():
            if feature.value is not None:
                self.values[feature.name] = expanded(feature.value, self.values, {})
        for rule in rules.values():
            self.rules[rule.id] = self._out(rule.condition)
            self._parts[rule.id] = (self._out(rule.when), self._out(rule.guard))

    def _out(self, tree: Tree) -> Tree:
        return expanded(tree, self.values, self.rules)

    def parts(self, rule_id: str) -> tuple[Tree, Tree]:
        """Condition and guard of a rule."""
        return self._parts[rule_id]


def row_columns(feature: Feature) -> dict[str, Column]:
    """The columns of a feature's rows, and the age of each date among them."""
    found = columns(TABLES[feature.source])
    ages = {f"{u}_since({n})": Column("number", u, least=0) for n, c in found.items()
            if c.kind == "date" for u in ("days", "years")}  # fmt: skip
    return found | ages


def must_hold(feature: Feature) -> tuple[Tree, ...]:
    """What a row must satisfy to count for the feature."""
    item = (feature.item,) if feature.aggregate == "any" else ()
    return feature.window, feature.where, *item
