"""Can a condition ever be true, and with which values? A small solver over checked trees.

It is exact for and, or, not, at_least and case over comparisons of one column with constants.
Where two columns meet in one comparison it tries the likely values; when none of them does, it
cannot say, and what it cannot say it takes as possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from bonewatch.features import tree as t
from bonewatch.features.candidates import candidates
from bonewatch.features.conditions import (
    ANY,
    FALSE,
    TRUE,
    UNKNOWN,
    Goal,
    Node,
    Reader,
    Test,
    outcome_of,
)
from bonewatch.features.scope import Column
from bonewatch.features.to_python import Value
from bonewatch.features.tree import Tree

STEPS = 20_000
TRIES = 3_000
_Domains = Mapping[str, tuple[Value, ...]]
_Joint = dict[Test, int]


def can_be(tree: Tree, wanted: bool, columns: Mapping[str, Column]) -> bool:
    """Can the tree have this value for some values of its columns?"""
    puzzle = Puzzle(columns)
    goal = (puzzle.read(tree), TRUE if wanted else FALSE)
    return next(puzzle.solve([goal]), None) is not None or puzzle.guessed


def assignments(
    tree: Tree, wanted: bool, columns: Mapping[str, Column]
) -> Iterator[dict[str, Value]]:
    """Values of the columns that matter which give the tree this value."""
    puzzle = Puzzle(columns)
    return puzzle.solve([(puzzle.read(tree), TRUE if wanted else FALSE)])


def excluding(tree: Tree, columns: Mapping[str, Column]) -> tuple[Tree, ...]:
    """The least parts of a tree that can never be true which already exclude each other."""
    parts = list(_parts(tree))
    for part in tuple(parts):
        fewer = [other for other in parts if other is not part]
        if fewer and not can_be(t.both(*fewer), True, columns):
            parts = fewer
    return tuple(parts)


def _parts(tree: Tree) -> Iterator[Tree]:
    if isinstance(tree, t.Defined):
        yield from _parts(tree.item) if isinstance(tree.item, t.And) else (tree,)
    elif isinstance(tree, t.And):
        for item in tree.items:
            yield from _parts(item)
    else:
        yield tree


class Puzzle:
    """Conditions over the same columns that are to have certain values together.

    With `unknowns`, a column may also be unknown, except those in `known`. `guessed` is set
    when a search was given up or met what it cannot decide.
    """

    def __init__(
        self,
        columns: Mapping[str, Column],
        unknowns: bool = False,
        known: frozenset[str] = frozenset(),
        tries: int = TRIES,
    ) -> None:
        self._columns = columns
        self._unknowns = unknowns
        self._known = known
        self._tries = tries
        self._reader = Reader()
        self._start: dict[str, tuple[Value, ...]] = {}
        self._steps = 0
        self.guessed = False

    def read(self, tree: Tree) -> Node:
        """The tree as a part of this puzzle; read all parts before solving."""
        return self._reader.read(tree)

    def solve(self, goals: Sequence[Goal]) -> Iterator[dict[str, Value]]:
        """Values of the columns for which every goal is met."""
        return self._search(list(goals), [], {}, {})

    def _search(
        self, goals: list[Goal], open_: list[list[list[Goal]]], domains: _Domains, joint: _Joint
    ) -> Iterator[dict[str, Value]]:
        open_, joint, narrowed = list(open_), dict(joint), dict(domains)
        while goals:
            node, wanted = goals.pop()
            if isinstance(node, Test):
                if len(node.names) > 1:
                    joint[node] = joint.get(node, ANY) & wanted
                    if not joint[node]:
                        return
                elif not self._narrow(node, wanted, narrowed):
                    return
                continue
            ways = node.ways(wanted) if wanted != ANY else [[]]
            if len(ways) != 1:
                open_.append(ways)
            else:
                goals = [*goals, *ways[0]]
        yield from self._branch(open_, narrowed, joint)

    def _branch(
        self, open_: list[list[list[Goal]]], domains: _Domains, joint: _Joint
    ) -> Iterator[dict[str, Value]]:
        if not open_:
            yield from self._together(list(joint.items()), domains)
            return
        place = min(range(len(open_)), key=lambda n: len(open_[n]))
        rest = [*open_[:place], *open_[place + 1 :]]
        for way in open_[place]:
            self._steps += 1
            if self._steps > STEPS:
                self.guessed = True
                return
            yield from self._search(list(way), rest, domains, joint)

    def _domain(self, name: str) -> tuple[Value, ...]:
        if name not in self._start:
            marks = self._reader.marks.get(name, ())
            found = candidates(self._columns.get(name), self._reader.kinds[name], marks)
            open_ = self._unknowns and name not in self._known
            self._start[name] = (*found, None) if open_ else found
        return self._start[name]

    def _narrow(self, test: Test, wanted: int, domains: dict[str, tuple[Value, ...]]) -> bool:
        """Keep the values that give a wanted outcome; False when none is left."""
        if not test.names:
            return bool(outcome_of(test.run({})) & wanted)
        [name] = test.names
        left = domains.get(name) or self._domain(name)
        domains[name] = tuple(value for value in left if test.of(value) & wanted)
        return bool(domains[name])

    def _together(
        self, joint: list[tuple[Test, int]], domains: _Domains
    ) -> Iterator[dict[str, Value]]:
        """Try values for the tests that read several columns at once."""
        if not joint:
            yield {name: values[0] for name, values in domains.items()}
            return
        (test, wanted), *rest = joint
        left = [domains.get(name) or self._domain(name) for name in test.names]
        self.guessed = self.guessed or not test.exact
        for values in product(*left):
            self._tries -= 1
            if self._tries < 0:
                self.guessed = True
                break
            chosen = dict(zip(test.names, values, strict=True))
            if outcome_of(test.run(chosen)) & wanted:
                settled = {name: (value,) for name, value in chosen.items()}
                yield from self._together(rest, {**domains, **settled})


__all__ = ["FALSE", "TRUE", "UNKNOWN", "Puzzle", "assignments", "can_be", "excluding"]
