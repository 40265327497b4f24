"""The closed set of expressions bonewatch reasons with.

Every feature filter, rule condition and score formula is one of these trees, checked at load.
There is no `is null` and no `coalesce`: with less knowledge an expression can only become
unknown, never change sides. That is what makes "not known" safe to compute with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import Literal

Kind = Literal["bool", "number", "text", "date"]
Comparison = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the text: true, false, a number or a string."""

    value: bool | int | float | str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The word `unknown`: a value that is not known, of the kind its place needs."""

    kind: Kind = "bool"


@dataclass(frozen=True, slots=True)
class Name:
    """A column of the row, or a feature, by its name."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Setting:
    """A cut-off kept in one place (settings.yaml), by its name and value."""

    name: str
    value: int | float


@dataclass(frozen=True, slots=True)
class Rule:
    """The state of another rule: `rule('T3-01')`."""

    id: str


@dataclass(frozen=True, slots=True)
class Defined:
    """A name the pack defines once (definitions.yaml), with the condition it stands for."""

    name: str
    item: Tree


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    item: Tree


@dataclass(frozen=True, slots=True)
class And:
    """True when all are; false when one is false; otherwise unknown."""

    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True when one is; false when all are false; otherwise unknown."""

    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True when `count` of the items are true for certain, false when they cannot be."""

    count: Tree
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison; unknown when either side is."""

    op: Comparison
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class In:
    """Is the value one of these constants?"""

    item: Tree
    choices: tuple[bool | int | float | str, ...]


@dataclass(frozen=True, slots=True)
class Mentions:
    """Does the text contain one of the pack's phrases (a named list)?"""

    item: Tree
    phrases: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """Whole days or years from a date of the row to the as-of date.

    A date known only to the month or year gives a range: a comparison with it is decided
    only when the whole range lies on one side.
    """

    unit: Literal["days", "years"]
    field: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """+ - * /; unknown when either side is, or on division by zero."""

    op: Literal["+", "-", "*", "/"]
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Call:
    """greatest, least, round_to, abs, ln, exp, sqrt, power: unknown when any argument is."""

    function: str
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """1 or 0 for a condition that may be unknown, so that a sum has a lowest and a highest value.

    `sure(x)`: 1 when it is true for certain. `maybe(x)`: 1 when it is not false for certain.
    """

    item: Tree
    if_unknown: Literal[0, 1]


@dataclass(frozen=True, slots=True)
class Choose:
    """case when ... then ... else ... end; unknown when a condition on the way is."""

    branches: tuple[tuple[Tree, Tree], ...]
    otherwise: Tree


Tree = (
    Constant
    | Unknown
    | Name
    | Setting
    | Rule
    | Defined
    | Not
    | And
    | Or
    | AtLeast
    | Compare
    | In
    | Mentions
    | Since
    | Arithmetic
    | Call
    | Points
    | Choose
)


def children(tree: Tree) -> Iterator[Tree]:
    """The trees directly inside this one."""
    kind: type = type(tree)
    for name in _parts_of(kind):
        yield from _trees(getattr(tree, name))


@cache
def _parts_of(kind: type) -> tuple[str, ...]:
    """The names of the fields of a kind of tree; a start walks tens of thousands of trees."""
    return tuple(spec.name for spec in fields(kind))


def _trees(value: object) -> Iterator[Tree]:
    if isinstance(value, tuple):
        for item in value:
            yield from _trees(item)
    elif isinstance(value, Tree):
        yield value


def walk(tree: Tree) -> Iterator[Tree]:
    """This tree and everything inside it, outermost first."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def names(tree: Tree) -> set[str]:
    """The columns or features the tree reads (a date by its own name)."""
    read = (node for node in walk(tree) if isinstance(node, Name | Since))
    return {node.name if isinstance(node, Name) else node.field for node in read}


def rules(tree: Tree) -> set[str]:
    """The ids of the rules the tree refers to."""
    return {node.id for node in walk(tree) if isinstance(node, Rule)}


def settings(tree: Tree) -> set[str]:
    """The names of the settings the tree uses."""
    return {node.name for node in walk(tree) if isinstance(node, Setting)}


def both(*items: Tree | None) -> Tree:
    """All of the given conditions as one; true when there is none."""
    kept = tuple(item for item in items if item is not None)
    if not kept:
        return Constant(True)
    return kept[0] if len(kept) == 1 else And(kept)


def either(items: tuple[Tree, ...]) -> Tree:
    """Any of the given conditions as one; there is at least one."""
    return items[0] if len(items) == 1 else Or(items)
