"""A tree in, a tree with something replaced out: names by what they stand for, cut-offs by others.

Nothing here knows what a tree means; `one_change` visits every place once and puts there what
it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace

from bonewatch.features import tree as t
from bonewatch.features.tree import Tree

_LEAVES = (t.Constant, t.Unknown, t.Name, t.Setting, t.Rule, t.Since)


@dataclass(frozen=True, slots=True)
class Change:
    """One node replaced: the node, what took its place, and the whole tree with it."""

    before: Tree
    after: Tree | None
    whole: Tree


def rewrite(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The tree with every node passed through `change`, innermost first."""
    if isinstance(tree, _LEAVES):
        return change(tree)
    parts = {spec.name: getattr(tree, spec.name) for spec in fields(tree)}
    made = {name: _rewritten(part, change) for name, part in parts.items()}
    if all(made[name] is part for name, part in parts.items()):
        return change(tree)
    return change(replace(tree, **made))  # type: ignore[arg-type]


def _rewritten(part: object, change: Callable[[Tree], Tree]) -> object:
    if isinstance(part, tuple):
        made = tuple(_rewritten(item, change) for item in part)
        return part if all(a is b for a, b in zip(made, part, strict=True)) else made
    return rewrite(part, change) if isinstance(part, Tree) else part


def with_settings(tree: Tree, settings: Mapping[str, float]) -> Tree:
    """The tree with these cut-offs in place of its own."""

    def change(node: Tree) -> Tree:
        if isinstance(node, t.Setting) and node.name in settings:
            return t.Setting(node.name, settings[node.name])
        return node

    return rewrite(tree, change) if settings else tree


def expanded(tree: Tree, values: Mapping[str, Tree], rules: Mapping[str, Tree]) -> Tree:
    """The tree with features and rules replaced by what they are computed from, where given."""

    def change(node: Tree) -> Tree:
        if isinstance(node, t.Name):
            return values.get(node.name, node)
        return rules.get(node.id, node) if isinstance(node, t.Rule) else node

    return rewrite(tree, change)


def with_definition(tree: Tree, name: str, item: Tree) -> Tree:
    """The tree with another condition behind the defined name."""

    def change(node: Tree) -> Tree:
        return t.Defined(name, item) if isinstance(node, t.Defined) and node.name == name else node

    return rewrite(tree, change)


Proposal = tuple[Tree, Tree, Tree | None]
"""What a node becomes, and the part to name as changed: before and after (None: dropped)."""


def one_change(tree: Tree, propose: Callable[[Tree], Iterable[Proposal]]) -> Iterator[Change]:
    """Every tree that differs in one place, as `propose` has it for the node there.

    What a definition stands for is left alone: it is changed where it is defined, for all.
    """
    for becomes, before, after in propose(tree):
        yield Change(before, after, becomes)
    for spec in () if isinstance(tree, t.Defined) else fields(tree):
        for change, part in _changes_inside(getattr(tree, spec.name), propose):
            yield Change(change.before, change.after, _with_part(tree, spec.name, part))


def _with_part(tree: Tree, name: str, part: object) -> Tree:
    return replace(tree, **{name: part})  # type: ignore[arg-type]


def _changes_inside(
    part: object, propose: Callable[[Tree], Iterable[Proposal]]
) -> Iterator[tuple[Change, object]]:
    if isinstance(part, Tree):
        for change in one_change(part, propose):
            yield change, change.whole
    elif isinstance(part, tuple):
        for place, item in enumerate(part):
            for change, made in _changes_inside(item, propose):
                yield change, (*part[:place], made, *part[place + 1 :])
