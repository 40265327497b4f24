"""A checked feature: what the engines run. catalogue.py makes it of what a pack declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bonewatch.features import tree as t
from bonewatch.features.scope import Column
from bonewatch.features.tree import Tree

Aggregate = Literal[
    "any", "count", "sum", "max", "min", "mean", "first", "last", "previous",
    "days_since_last", "days_since_first",
]  # fmt: skip
AGGREGATES: tuple[Aggregate, ...] = Aggregate.__args__  # type: ignore[attr-defined]
TRUE = t.Constant(True)


@dataclass(frozen=True, slots=True)
class Feature:
    """A checked feature.

    Rows of `source` inside `window` for which `where` holds count; `item` is what is taken of
    each. A feature over other features has `value` instead. `none_means` is what no row means.
    `index` names the only values of the table's kind column that can match (None: any), and
    `denied_by` the only ones whose denial answers for the whole feature (None: any).
    """

    name: str
    meaning: str
    kind: t.Kind
    unit: str
    ask: str
    ask_after: str
    source: str = ""
    aggregate: Aggregate = "any"
    window: Tree = TRUE
    where: Tree = TRUE
    item: Tree = TRUE
    none_means: str = "unknown"
    index: tuple[str, ...] | None = None
    denied_by: tuple[str, ...] | None = None
    value: Tree | None = None
    choices: tuple[str, ...] = ()

    @property
    def column(self) -> Column:
        """What the feature's name stands for in a rule."""
        return Column(self.kind, self.unit, self.choices)

    @property
    def match(self) -> Tree:
        """Window and where together."""
        return t.both(*(part for part in (self.window, self.where) if part != TRUE))

    @property
    def is_placed(self) -> bool:
        """Does it ask about a place? Only then does a denial at a place answer it."""
        return bool(t.names(self.where) & {"site", "area"})

    @property
    def reads(self) -> set[str]:
        """The features this one is computed from."""
        return t.names(self.value) if self.value is not None else set()
