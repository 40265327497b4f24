"""What is due again and again: the trees of a `due` in, its features out.

`due_in` is in how many days it is first due, `late_in` in how many it is overdue; both may be
negative. The time runs from the last time it was done since the start, else from the start.
"""

from __future__ import annotations

from bonewatch.features import tree as t
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pathway import making as m
from bonewatch.knowledge.pathway.entry import Trees
from bonewatch.knowledge.pathway.text import Due

ENDS = {"due_in": "least", "late_in": "most"}
MONTH = "days_per_month"


def add_due(place: str, key: str, due: Due, trees: Trees, made: m.Made, month: Tree) -> None:
    """Add the features of one thing that is due again and again; `month` is its days."""
    made.add(f"{key}_applies", "bool", trees[f"{place}.when"], due.is_)
    last = made.add(f"{key}_last", "number", trees[f"{place}.last"], f"{due.is_}: last", "days")
    since = made.add(f"{key}_since", "number", trees[f"{place}.since"], f"{due.is_}: start", "days")
    if due.planned:
        planned = trees[f"{place}.planned"]
        made.add(f"{key}_planned", "number", planned, f"{due.is_}: planned", "days")
    for output, end in ENDS.items():
        tree = _days_left(place, due, trees, end, (last, since), month)
        if due.grace and end == "most":
            tree = m.added((tree, trees[f"{place}.grace"]))
        made.add(f"{key}_{output}", "number", tree, f"{due.is_}: {output}", "days")


def _days_left(
    place: str, due: Due, trees: Trees, end: str, days: tuple[Tree, Tree], month: Tree
) -> Tree:
    last, since = days
    again = m.less(m.times(_interval(place, due, trees, end, since, month), month), last)
    begun = t.Or((t.Not(m.known(since)), t.Compare("<=", last, since)))
    first = trees.get(f"{place}.first.{end}")
    if first is None:
        first = trees[f"{place}.every.0.{end}"]
    not_yet = m.less(m.times(first, month), since)
    return m.choose([(m.surely(t.both(m.known(last), begun)), again)], not_yet)


def _interval(place: str, due: Due, trees: Trees, end: str, since: Tree, month: Tree) -> Tree:
    """The months between two times, by how long ago the start was."""
    branches: list[tuple[Tree, Tree]] = []
    for number, _ in enumerate(due.every):
        months = trees[f"{place}.every.{number}.{end}"]
        until = trees.get(f"{place}.every.{number}.until")
        if until is None:
            return m.choose(branches, months)
        branches.append((t.Compare("<", since, m.times(until, month)), months))
    return m.choose(branches, t.Unknown("number"))
