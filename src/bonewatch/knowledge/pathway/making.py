"""Small trees put together, and features made of them: what the builders of entries share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce

from bonewatch.features import tree as t
from bonewatch.features.feature import Feature
from bonewatch.features.tree import Kind, Tree
from bonewatch.knowledge.pathway.entry import feature_name
from bonewatch.knowledge.pathway.text import Target

YES = t.Constant(True)
NO = t.Constant(False)
NOT_KNOWN = t.Unknown("number")


DAYS_IN: dict[str, float] = {"hours": 1 / 24, "days": 1, "weeks": 7}


def days_of(target: Target | None) -> float | None:
    """A time limit in days; None where there is none."""
    return None if target is None else target.value * DAYS_IN[target.unit]


class Blank(Mapping[str, Tree]):
    """Trees for an entry whose text is not parsed yet: an unknown at every place."""

    def __getitem__(self, place: str) -> Tree:
        return t.Unknown()

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class Made:
    """The features of one entry, by their short names, as they are added."""

    def __init__(self, entry_id: str, title: str) -> None:
        self._id, self._title = entry_id, title
        self.features: dict[str, Feature] = {}

    def name(self, output: str, kind: Kind) -> Tree:
        """The entry's own feature as a part of another tree."""
        return t.Name(feature_name(self._id, output), kind)

    def add(
        self, output: str, kind: Kind, tree: Tree, meaning: str = "", unit: str = "",
        choices: Iterable[str] = (),
    ) -> Tree:  # fmt: skip
        """Add a feature over features; its name as a tree."""
        name = feature_name(self._id, output)
        self.put(
            output,
            Feature(name, meaning or self._said(output), kind, unit, "", "", value=tree,
                    choices=tuple(choices)),
        )  # fmt: skip
        return t.Name(name, kind)

    def put(self, output: str, feature: Feature) -> None:
        """Add a feature as it is."""
        self.features[output] = feature

    def _said(self, output: str) -> str:
        return f"{self._title}: {output.replace('_', ' ')}" if output else self._title


def number_in(tree: Tree) -> float:
    """The number of a constant; 0 for what is not parsed yet."""
    value = tree.value if isinstance(tree, t.Constant) else 0
    return value if isinstance(value, int | float) else 0


def surely(condition: Tree) -> Tree:
    """Is the condition true for certain? Never unknown."""
    return t.Compare("=", t.Points(condition, 0), t.Constant(1))


def perhaps(condition: Tree) -> Tree:
    """May the condition be true? Never unknown."""
    return t.Compare("=", t.Points(condition, 1), t.Constant(1))


def known(number: Tree) -> Tree:
    """Is the number known? Never unknown."""
    zero = t.Constant(0)
    return surely(t.Or((t.Compare(">=", number, zero), t.Compare("<", number, zero))))


def choose(branches: Iterable[tuple[Tree, Tree]], otherwise: Tree) -> Tree:
    """The result of the first condition that holds; `otherwise` alone where there is none."""
    listed = tuple(branches)
    return t.Choose(listed, otherwise) if listed else otherwise


def added(items: Iterable[Tree]) -> Tree:
    """The sum of the items."""
    return reduce(lambda one, two: t.Arithmetic("+", one, two), items)


def all_of(conditions: Iterable[Tree]) -> Tree:
    """Every condition; true where there is none."""
    listed = [c for c in conditions if c != YES]
    return t.both(*listed) if listed else YES


def none_of(conditions: Iterable[Tree]) -> Tree:
    """None of the conditions; true where there is none."""
    return all_of(t.Not(condition) for condition in conditions)


def times(one: Tree, two: Tree) -> Tree:
    """The product."""
    return t.Arithmetic("*", one, two)


def less(one: Tree, two: Tree) -> Tree:
    """The difference."""
    return t.Arithmetic("-", one, two)
