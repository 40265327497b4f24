"""The part of the core pack that some entries need: thousands of people are quick to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from bonewatch.engine.in_python import Engine
from bonewatch.features import tree as t
from bonewatch.features.feature import Feature
from bonewatch.features.tree import Tree
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pathway.entry import feature_name


@cache
def engine_of(entries: tuple[str, ...]) -> Engine:
    """An engine that answers these entries as the whole pack does, and nothing else."""
    pack = core_pack()
    every = {**pack.features, **pack.derived}
    starts = tuple(feature_name(entry, "") for entry in entries)
    wanted = {n for n in pack.derived if any(n == s or n.startswith(f"{s}_") for s in starts)}
    rules: set[str] = set()
    before = -1
    while before != len(wanted) + len(rules):
        before = len(wanted) + len(rules)
        trees = [tree for name in wanted for tree in _trees(every[name])]
        trees += [pack.rules[name].condition for name in rules]
        rules |= {name for tree in trees for name in _rules(tree)}
        wanted |= {name for tree in trees for name in t.names(tree) if name in every}
        wanted |= {after for name in wanted if (after := every[name].ask_after)}
    return Engine(
        replace(
            pack,
            hash="part of the core pack",
            features={n: f for n, f in pack.features.items() if n in wanted},
            derived={n: f for n, f in pack.derived.items() if n in wanted},
            rules={n: r for n, r in pack.rules.items() if n in rules},
            signs={},
            known={},
        )
    )


def _trees(feature: Feature) -> Iterable[Tree]:
    return () if feature.value is None else (feature.value,)


def _rules(tree: Tree) -> Iterator[str]:
    if isinstance(tree, t.Rule):
        yield tree.id
    for child in t.children(tree):
        yield from _rules(child)
