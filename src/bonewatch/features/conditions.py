"""Checked trees taken apart into what must hold of which column, for the solver.

A goal is a node and the outcomes wanted of it, as bits: true, false, unknown. A node that is no
test of columns says in which ways its own goal can be met by goals of its parts.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import cast

from bonewatch.features import tree as t
from bonewatch.features.rewrite import rewrite
from bonewatch.features.to_python import TURNED, Value, person_function
from bonewatch.features.tree import Kind, Tree

TRUE, FALSE, UNKNOWN = (1 << bit for bit in range(3))
NOT_FALSE, NOT_TRUE, ANY = TRUE | UNKNOWN, FALSE | UNKNOWN, TRUE | FALSE | UNKNOWN
_TESTS: dict[str, Callable[..., bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(eq=False, slots=True)
class Test:
    """A condition on the columns in `names`, run with their values.

    `exact` says that each column is only compared with constants, so the candidates stand for all.
    """

    names: tuple[str, ...]
    run: Callable[[Mapping[str, Value]], Value]
    exact: bool = True
    _outcomes: dict[Value, int] = field(default_factory=dict)

    def of(self, value: Value) -> int:
        """The outcome for this value of the only column."""
        if value not in self._outcomes:
            self._outcomes[value] = outcome_of(self.run({self.names[0]: value}))
        return self._outcomes[value]


@dataclass(eq=False, frozen=True, slots=True)
class All:
    """Every item; with `turned`, at least one."""

    items: tuple[Node, ...]
    turned: bool = False

    def ways(self, wanted: int) -> list[list[Goal]]:
        """The ways to meet the goal, each a list of goals."""
        if not self.turned:
            return [list(way) for way in _all(self.items, wanted)]
        ways = _all(self.items, _turned(wanted))
        return [[(item, _turned(outcome)) for item, outcome in way] for way in ways]


@dataclass(eq=False, frozen=True, slots=True)
class Opposite:
    """Not the item."""

    item: Node

    def ways(self, wanted: int) -> list[list[Goal]]:
        """The only way to meet the goal."""
        return [[(self.item, _turned(wanted))]]


@dataclass(eq=False, frozen=True, slots=True)
class Count:
    """At least `count` of the items."""

    count: int
    items: tuple[Node, ...]

    def ways(self, wanted: int) -> list[list[Goal]]:
        """The ways to meet the goal, each a list of goals."""
        if wanted == TRUE | FALSE:
            return self.ways(TRUE) + self.ways(FALSE)
        if wanted == UNKNOWN:
            return [[*one, *two] for one in self.ways(NOT_FALSE) for two in self.ways(NOT_TRUE)]
        enough, outcome = self.count, wanted
        if wanted & FALSE:
            enough = len(self.items) - self.count + 1
        if enough <= 0:
            return [[]]
        return [[(item, outcome) for item in some] for some in combinations(self.items, enough)]


@dataclass(eq=False, frozen=True, slots=True)
class Pick:
    """The result of the first branch whose condition holds."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node

    def ways(self, wanted: int) -> list[list[Goal]]:
        """The ways to meet the goal, each a list of goals."""
        passed: list[Goal] = []
        found: list[list[Goal]] = []
        for asked, result in self.branches:
            found.append([*passed, (asked, TRUE), (result, wanted)])
            if wanted & UNKNOWN:
                found.append([*passed, (asked, UNKNOWN)])
            passed.append((asked, FALSE))
        return [*found, [*passed, (self.otherwise, wanted)]]


@dataclass(eq=False, frozen=True, slots=True)
class Acting:
    """Is a rule acted on: no when its guard is false, otherwise what its condition says."""

    when: Node
    guard: Node

    def ways(self, wanted: int) -> list[list[Goal]]:
        """The ways to meet the goal, each a list of goals."""
        found: list[list[Goal]] = [[(self.guard, NOT_FALSE), (self.when, wanted)]]
        return [*found, [(self.guard, FALSE)]] if wanted & FALSE else found


def _turned(wanted: int) -> int:
    """The outcomes with true and false in each other's place."""
    return wanted & UNKNOWN | (TRUE if wanted & FALSE else 0) | (FALSE if wanted & TRUE else 0)


Node = Test | All | Opposite | Count | Pick | Acting
Goal = tuple[Node, int]


def _all(items: tuple[Node, ...], wanted: int) -> Iterator[list[Goal]]:
    if wanted in (TRUE, NOT_FALSE):
        yield [(item, wanted) for item in items]
    elif wanted in (FALSE, NOT_TRUE):
        yield from ([(item, wanted)] for item in items)
    elif wanted == UNKNOWN:
        for place in range(len(items)):
            yield [(item, UNKNOWN if n == place else NOT_FALSE) for n, item in enumerate(items)]
    elif wanted == TRUE | FALSE:
        yield from _all(items, TRUE)
        yield from _all(items, FALSE)
    elif wanted == ANY:
        yield []


def outcome_of(value: Value) -> int:
    """The bit of a truth value."""
    return UNKNOWN if value is None else TRUE if value else FALSE


class Reader:
    """Trees in, nodes out; notes on the way which constants each column is compared with."""

    def __init__(self) -> None:
        self.marks: dict[str, set[Value]] = {}
        self.kinds: dict[str, Kind] = {}
        self._read: dict[int, tuple[Tree, Node]] = {}
        self._any: dict[Tree, Test] = {}

    def read(self, tree: Tree) -> Node:
        """The tree as nodes; the same tree gives the same node."""
        known = self._read.get(id(tree))
        if known is None:
            known = self._read[id(tree)] = (tree, self._node(tree))
        return known[1]

    def _node(self, tree: Tree) -> Node:
        match tree:
            case t.Defined(_, item):
                return self.read(item)
            case t.And(items) | t.Or(items):
                return All(tuple(map(self.read, items)), isinstance(tree, t.Or))
            case t.Not(item):
                return Opposite(self.read(item))
            case t.AtLeast(t.Constant(value) | t.Setting(_, value), items):
                return Count(math.ceil(cast(float, value)), tuple(map(self.read, items)))
            case t.Choose(branches, otherwise):
                pairs = tuple((self.read(asked), self.read(result)) for asked, result in branches)
                return Pick(pairs, self.read(otherwise))
            case _:
                return self._test(tree)

    def _test(self, tree: Tree) -> Node:
        match tree:
            case t.Compare(op, t.Choose() as choose, t.Constant() | t.Setting() as limit):
                return self.read(_pushed(choose, lambda part: t.Compare(op, part, limit)))
            case t.In(t.Choose() as choose, choices):
                return self.read(_pushed(choose, lambda part: t.In(part, choices)))
            case t.Compare(op, t.Name() | t.Since() as item, t.Constant(v) | t.Setting(_, v)):
                return self._comparison(self._column(item, (v,)), op, v)
            case t.Compare(op, t.Constant(v) | t.Setting(_, v), t.Name() | t.Since() as item):
                return self._comparison(self._column(item, (v,)), TURNED[op], v)
            case t.In(t.Name() | t.Since() as item, choices):
                return self._among(self._column(item, choices), choices)
            case t.Name() | t.Rule() | t.Mentions():
                name = self._column(tree, ())
                return Test((name,), lambda values: values[name])
        return self._any_test(tree)

    def _comparison(self, name: str, op: str, limit: Value) -> Test:
        compare = _TESTS[op]

        def run(values: Mapping[str, Value]) -> Value:
            value = values[name]
            return None if value is None else compare(value, limit)

        return Test((name,), run)

    def _among(self, name: str, choices: tuple[Value, ...]) -> Test:
        def run(values: Mapping[str, Value]) -> Value:
            value = values[name]
            return None if value is None else value in choices

        return Test((name,), run)

    def _column(self, item: Tree, marks: tuple[Value, ...]) -> str:
        """The name of a column, a date's age or another rule, with what it is compared with."""
        name = _name(item)
        self.kinds[name] = item.kind if isinstance(item, t.Name) else _KINDS[type(item)]
        self.marks.setdefault(name, set()).update(marks)
        return name

    def _any_test(self, tree: Tree) -> Test:
        """A test of any shape; equal trees share one, so that they cannot disagree."""
        if tree not in self._any:
            self._any[tree] = self._new_test(tree)
        return self._any[tree]

    def _new_test(self, tree: Tree) -> Test:
        """Every column in it is compared with every constant in it."""
        marks = tuple(_constants(tree))
        flat = rewrite(tree, _flat)
        leaves = [node for node in t.walk(flat) if isinstance(node, t.Name)]
        names = tuple(dict.fromkeys(self._column(leaf, marks) for leaf in leaves))
        function = person_function(flat)
        return Test(names, lambda values: function(values, {}), _is_exact(flat, leaves))


_KINDS: dict[type, Kind] = {t.Since: "number", t.Rule: "bool", t.Mentions: "bool"}


def _pushed(choose: t.Choose, test: Callable[[Tree], Tree]) -> Tree:
    pairs = tuple((asked, test(result)) for asked, result in choose.branches)
    return t.Choose(pairs, test(choose.otherwise))


def _name(item: Tree) -> str:
    match item:
        case t.Name(name, _):
            return name
        case t.Since(unit, column):
            return f"{unit}_since({column})"
        case t.Rule(id_):
            return f"rule('{id_}')"
        case t.Mentions(item, phrases, _):
            return f"mentions({_name(item)}, '{phrases}')"
    raise TypeError(type(item).__name__)


def _flat(node: Tree) -> Tree:
    """Dates, rules and searches for phrases as plain columns."""
    if isinstance(node, t.Since | t.Rule | t.Mentions):
        return t.Name(_name(node), _KINDS[type(node)])
    return node


def _is_exact(tree: Tree, leaves: list[t.Name]) -> bool:
    """Are all columns true or false, or only compared with constants?"""
    compared = 0
    for node in t.walk(tree):
        match node:
            case t.Compare(_, t.Name(_, kind), t.Constant() | t.Setting()):
                compared += kind != "bool"
            case t.Compare(_, t.Constant() | t.Setting(), t.Name(_, kind)):
                compared += kind != "bool"
            case t.In(t.Name(_, kind), _):
                compared += kind != "bool"
    return compared == sum(leaf.kind != "bool" for leaf in leaves)


def _constants(tree: Tree) -> Iterator[Value]:
    for node in t.walk(tree):
        match node:
            case t.Constant(value) | t.Setting(_, value):
                yield value
            case t.In(_, choices):
                yield from choices
