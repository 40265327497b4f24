"""A checked tree in words, one line per part, indented as it nests.

A feature speaks by its meaning, so that a rule reads as the clinic would say it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bonewatch.features import tree as t
from bonewatch.features.tree import Tree

_SIGNS = {"=": "is", "<>": "is not", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def to_words(tree: Tree, meanings: Mapping[str, str]) -> list[str]:
    """The condition as lines; `meanings` says what each name is."""
    return list(_lines(tree, meanings, 0))


def _lines(tree: Tree, meanings: Mapping[str, str], depth: int) -> Iterator[str]:
    if isinstance(tree, t.And | t.Or | t.AtLeast):
        yield "  " * depth + _heading(tree, meanings)
        for item in tree.items:
            yield from _lines(item, meanings, depth + 1)
    elif isinstance(tree, t.Not) and isinstance(tree.item, t.And | t.Or | t.AtLeast):
        yield "  " * depth + "not:"
        yield from _lines(tree.item, meanings, depth + 1)
    else:
        yield "  " * depth + "- " + phrase(tree, meanings)


def _heading(tree: t.And | t.Or | t.AtLeast, meanings: Mapping[str, str]) -> str:
    if isinstance(tree, t.AtLeast):
        return f"at least {phrase(tree.count, meanings)} of:"
    return "all of:" if isinstance(tree, t.And) else "any of:"


def phrase(tree: Tree, meanings: Mapping[str, str]) -> str:
    """One part on one line."""
    if isinstance(tree, t.Name):
        return meanings.get(tree.name, tree.name.replace("_", " "))
    if isinstance(tree, t.Constant):
        return f"{tree.value:g}" if isinstance(tree.value, float) else str(tree.value)
    if isinstance(tree, t.Setting):
        return f"{tree.value:g} ({tree.name})"
    if isinstance(tree, t.Rule):
        return f"rule {tree.id}"
    return _compound(tree, meanings)


def _compound(tree: Tree, meanings: Mapping[str, str]) -> str:
    inner = [phrase(child, meanings) for child in t.children(tree)]
    if isinstance(tree, t.Not):
        return f"not: {inner[0]}"
    if isinstance(tree, t.Points):
        return f"1 if {inner[0]}{' or not known' if tree.if_unknown else ''}"
    if isinstance(tree, t.Defined):
        return tree.name.replace("_", " ")
    if isinstance(tree, t.Compare) and isinstance(tree.left, t.Points) and _is_certainty(tree):
        return _certainty(tree.left, _is_one(tree), phrase(tree.left.item, meanings))
    if isinstance(tree, t.Compare):
        return f"{inner[0]} {_SIGNS[tree.op]} {inner[1]}"
    if isinstance(tree, t.Arithmetic):
        return f"({inner[0]} {tree.op} {inner[1]})"
    if isinstance(tree, t.In):
        return f"{inner[0]} is one of {', '.join(str(choice) for choice in tree.choices)}"
    return _other(tree, inner)


def _certainty(points: t.Points, is_one: bool, asked: str) -> str:
    """What `sure` or `maybe` of one part says: that it holds, or that it does not."""
    if points.if_unknown:
        return f"{asked}, or not known" if is_one else f"for certain not: {asked}"
    return f"for certain: {asked}" if is_one else f"not for certain: {asked}"


def _is_one(tree: t.Compare) -> bool:
    return tree.op == "=" and tree.right == t.Constant(1)


def _is_certainty(tree: t.Compare) -> bool:
    """One of `= 1`, `= 0` and `< 1`, the ways in which a certainty is asked for."""
    return (tree.op == "=" and tree.right in (t.Constant(0), t.Constant(1))) or (
        tree.op == "<" and tree.right == t.Constant(1)
    )


def _other(tree: Tree, inner: list[str]) -> str:
    if isinstance(tree, t.Since):
        return f"{tree.unit} since {tree.field.removesuffix('_on').replace('_', ' ')}"
    if isinstance(tree, t.Mentions):
        return f"{inner[0]} mention one of the phrases in the list {tree.phrases}"
    if isinstance(tree, t.Choose):
        parts = [f"{b} if {a}" for a, b in zip(inner[:-1:2], inner[1:-1:2], strict=True)]
        return f"{', '.join(parts)}, otherwise {inner[-1]}"
    if isinstance(tree, t.Call) and tree.function == "round_to":
        to = "a whole number" if inner[1] == "0" else f"{inner[1]} decimals"
        return f"{inner[0]} rounded to {to}"
    if isinstance(tree, t.Call):
        return f"{tree.function.replace('_', ' ')} of {', '.join(inner)}"
    joined = {t.And: " and ", t.Or: " or "}.get(type(tree), ", ")
    return f"({joined.join(inner)})" if inner else "not known"
