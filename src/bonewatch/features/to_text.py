"""A checked tree as text of the language it was read from.

Used where a person must see a condition or a part of one. Reading the text again gives the same
tree (`between` comes out as two comparisons).
"""

from __future__ import annotations

from typing import cast

from bonewatch.features import tree as t
from bonewatch.features.tree import Tree

_LOOSE = (t.And, t.Or, t.Not, t.Compare, t.In, t.Arithmetic)


def to_text(tree: Tree) -> str:
    """The tree as an expression."""
    return cast(str, globals()[f"_{type(tree).__name__.lower()}"](tree))


def _inner(tree: Tree) -> str:
    return f"({to_text(tree)})" if isinstance(tree, _LOOSE) else to_text(tree)


def _operand(tree: Tree) -> str:
    """An item of and/or: only another and/or needs brackets."""
    return f"({to_text(tree)})" if isinstance(tree, t.And | t.Or) else to_text(tree)


def _constant(tree: t.Constant) -> str:
    return _literal(tree.value)


def _literal(value: bool | float | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else f"{value}"


def _unknown(tree: t.Unknown) -> str:
    return "unknown"


def _name(tree: t.Name) -> str:
    return tree.name


def _defined(tree: t.Defined) -> str:
    return tree.name


def _setting(tree: t.Setting) -> str:
    return tree.name


def _rule(tree: t.Rule) -> str:
    return f"rule('{tree.id}')"


def _not(tree: t.Not) -> str:
    return f"not {_inner(tree.item)}"


def _and(tree: t.And) -> str:
    return " and ".join(_operand(item) for item in tree.items)


def _or(tree: t.Or) -> str:
    return " or ".join(_operand(item) for item in tree.items)


def _atleast(tree: t.AtLeast) -> str:
    return f"at_least({_listed((tree.count, *tree.items))})"


def _compare(tree: t.Compare) -> str:
    return f"{_inner(tree.left)} {tree.op} {_inner(tree.right)}"


def _in(tree: t.In) -> str:
    return f"{_inner(tree.item)} in ({', '.join(_literal(c) for c in tree.choices)})"


def _mentions(tree: t.Mentions) -> str:
    return f"mentions({to_text(tree.item)}, '{tree.phrases}')"


def _since(tree: t.Since) -> str:
    return f"{tree.unit}_since({tree.field})"


def _arithmetic(tree: t.Arithmetic) -> str:
    return f"{_inner(tree.left)} {tree.op} {_inner(tree.right)}"


def _call(tree: t.Call) -> str:
    return f"{tree.function}({_listed(tree.items)})"


def _points(tree: t.Points) -> str:
    return f"{'maybe' if tree.if_unknown else 'sure'}({to_text(tree.item)})"


def _choose(tree: t.Choose) -> str:
    branches = " ".join(f"when {to_text(c)} then {to_text(r)}" for c, r in tree.branches)
    return f"case {branches} else {to_text(tree.otherwise)} end"


def _listed(items: tuple[Tree, ...]) -> str:
    return ", ".join(to_text(item) for item in items)
