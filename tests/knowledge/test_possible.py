"""The solver against trying everything, and the text of a tree against the tree."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonewatch.features import tree as t
from bonewatch.features.language import parse_bool
from bonewatch.features.possible import (
    FALSE,
    TRUE,
    UNKNOWN,
    Puzzle,
    assignments,
    can_be,
    excluding,
)
from bonewatch.features.scope import Column, Scope
from bonewatch.features.to_python import Value, person_function
from bonewatch.features.to_text import to_text
from bonewatch.features.tree import Tree

COLUMNS = {
    "a": Column("bool"),
    "b": Column("bool"),
    "pain": Column("number", "0-10", least=0, most=10),
    "pain_before": Column("number", "0-10", least=0, most=10),
    "days": Column("number", "days", least=0),
    "site": Column("text", choices=("hip", "rib", "skull")),
}
SCOPE = Scope(COLUMNS)
EVERY: dict[str, tuple[Value, ...]] = {
    "a": (True, False, None),
    "b": (True, False, None),
    "pain": (0, 1, 1.5, 2, 2.5, 3, 10, None),
    "days": (0, 1, 2, 3, 4, None),
    "site": ("hip", "rib", "skull", None),
}


@pytest.mark.parametrize(
    ("text", "wanted", "possible"),
    [
        ("pain > 3 and pain < 4", True, True),
        ("days > 3 and days < 4", True, False),
        ("pain > 10", True, False),
        ("pain >= 10", True, True),
        ("pain <= 10", False, False),
        ("days < 0", True, False),
        ("site = 'hip' and site = 'rib'", True, False),
        ("site not in ('hip', 'rib', 'skull')", True, False),
        ("site not in ('hip', 'rib')", True, True),
        ("a and not a", True, False),
        ("a or not a", False, False),
        ("at_least(2, a, b, pain > 3) and not (a or b)", True, False),
        ("at_least(1, a, b) and not a", True, True),
        ("at_least(3, a, b)", True, False),
        ("case when a then 1 else 2 end >= 2 and a", True, False),
        ("case when a then 'hip' else 'rib' end = 'hip' and not a", True, False),
        ("case when a then 1 else 0 end + case when b then 1 else 0 end >= 3", True, False),
        ("case when a then 1 else 0 end + case when b then 1 else 0 end >= 2", True, True),
        ("pain - pain_before >= 2", True, True),
        ("pain > pain_before and pain_before >= 10", True, True),
        ("false", True, False),
        ("unknown", True, False),
    ],
)
def test_what_can_be(text: str, wanted: bool, possible: bool) -> None:
    assert can_be(parse_bool(text, SCOPE), wanted, COLUMNS) is possible


def test_what_cannot_be_decided_is_possible() -> None:
    assert can_be(parse_bool("pain + days * 0.001 < -5", SCOPE), True, COLUMNS)


def test_the_parts_that_exclude_each_other_are_named() -> None:
    tree = parse_bool("a and pain > 7 and (b or days > 2) and pain < 3", SCOPE)
    assert [to_text(part) for part in excluding(tree, COLUMNS)] == ["pain > 7", "pain < 3"]


def _comparisons() -> st.SearchStrategy[Tree]:
    ops = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
    number = st.sampled_from(["pain", "days"])
    compare = st.builds(
        lambda op, name, limit: t.Compare(op, t.Name(name, "number"), t.Constant(limit)),
        ops, number, st.sampled_from([1, 2, 3]),
    )  # fmt: skip
    sites = st.lists(st.sampled_from(["hip", "rib", "skull"]), min_size=1, unique=True)
    among = st.builds(lambda found: t.In(t.Name("site", "text"), tuple(found)), sites)
    flags = st.sampled_from(["a", "b"]).map(lambda name: t.Name(name, "bool"))
    return st.one_of(compare, among, flags, st.just(t.Unknown()), st.booleans().map(t.Constant))


def _joined(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    choose = st.builds(lambda c, r, o: t.Choose(((c, r),), o), inner, inner, inner)
    counted = st.builds(
        lambda n, items: t.AtLeast(t.Constant(n), items), st.integers(0, 4), several
    )
    return st.one_of(several.map(t.And), several.map(t.Or), inner.map(t.Not), choose, counted)


TREES: st.SearchStrategy[Tree] = st.recursive(_comparisons(), _joined, max_leaves=7)


def _table(tree: Tree, unknowns: bool = True) -> list[Value]:
    """The values the tree has over every combination of its columns' values."""
    names = sorted(t.names(tree))
    values = [[v for v in EVERY[name] if unknowns or v is not None] for name in names]
    run = person_function(tree)
    return [run(dict(zip(names, chosen, strict=True)), {}) for chosen in product(*values)]


def _everything(tree: Tree, unknowns: bool) -> set[Value]:
    return set(_table(tree, unknowns))


@given(TREES, st.booleans())
def test_the_solver_finds_what_trying_everything_finds(tree: Tree, wanted: bool) -> None:
    assert can_be(tree, wanted, COLUMNS) == (wanted in _everything(tree, unknowns=False))


@given(TREES, st.booleans())
def test_every_assignment_gives_the_wanted_value(tree: Tree, wanted: bool) -> None:
    missing: dict[str, Value] = {"a": True, "b": True, "pain": 0, "days": 0, "site": "hip"}
    for _, found in zip(range(20), assignments(tree, wanted, COLUMNS), strict=False):
        assert person_function(tree)({**missing, **found}, {}) is wanted


@given(TREES, st.sampled_from([(TRUE, True), (FALSE, False), (UNKNOWN, None)]))
def test_with_unknowns_too(tree: Tree, wanted: tuple[int, Value]) -> None:
    puzzle = Puzzle(COLUMNS, unknowns=True)
    found = next(puzzle.solve([(puzzle.read(tree), wanted[0])]), None) is not None
    assert found == (wanted[1] in _everything(tree, unknowns=True))


@given(TREES)
def test_a_tree_written_and_read_again_means_the_same(tree: Tree) -> None:
    again = parse_bool(to_text(tree), SCOPE)
    assert t.names(again) == t.names(tree)
    assert _table(again) == _table(tree)
