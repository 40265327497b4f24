"""Every small mistake that could be made in a pack: its rules, features, definitions, cut-offs.

A mutant is a pack with one thing changed, held as the few features and rules that differ. What
is changed are the checked trees, never the text, so every mutant can be run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from bonewatch.features import tree as t
from bonewatch.features.catalogue import NO_ROW_MEANS
from bonewatch.features.feature import Aggregate, Feature
from bonewatch.features.index import index_of
from bonewatch.features.rewrite import Change, Proposal, one_change, with_definition
from bonewatch.features.to_text import to_text
from bonewatch.features.tree import Tree
from bonewatch.knowledge.examples import feature_with, rule_with
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.knowledge.pathway.build import features_of
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.load import month_of
from bonewatch.knowledge.pathway.text import EntryText
from bonewatch.knowledge.row_rules import FLOOR, NAMED
from bonewatch.record.tables import TABLES

TRUE = t.Constant(True)
_ORDERS: dict[t.Comparison, tuple[t.Comparison, ...]] = {
    ">=": (">", "<"),
    ">": (">=", "<="),
    "<=": ("<", ">"),
    "<": ("<=", ">="),
    "=": ("<>",),
    "<>": ("=",),
}
_SIGNS = {"+": "-", "-": "+", "*": "/", "/": "*"}
_CALLS = {"greatest": "least", "least": "greatest"}
_SWAPS: dict[Aggregate, tuple[Aggregate, ...]] = {
    "max": ("min",),
    "min": ("max",),
    "mean": ("max",),
    "sum": ("max",),
    "last": ("first",),
    "first": ("last",),
    "previous": ("last",),
    "days_since_last": ("days_since_first",),
    "days_since_first": ("days_since_last",),
}
_WITHOUT_ITEM = ("count", "days_since_last", "days_since_first")
_OTHERWISE = {"no": ("unknown",), "unknown": ("no",), "no_once_listed": ("no", "unknown")}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: what it was made to, where, from what to what, and what differs by it."""

    target: str
    file: str
    line: int
    before: str
    after: str
    features: Mapping[str, Feature] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.target}: {self.before} -> {self.after}"


def targets(pack: Pack) -> list[str]:
    """What can be mutated: rules, entries, the features they rest on, definitions, settings."""
    used = features_behind(pack, (*roots_of_triage(pack), *roots_of_pathway(pack)))
    defined = dict.fromkeys(n for f in used for n in _definitions_of(pack.features[f]))
    settings = _settings_of(pack, used)
    named = (name for name in pack.settings if name in settings)
    return [*pack.rules, *pack.entries, *used, *defined, *named]


def targets_of_triage(pack: Pack) -> set[str]:
    """The targets that triage rests on."""
    used = features_behind(pack, roots_of_triage(pack))
    trees = [tree for name in used for tree in trees_of(pack.features[name])]
    trees += [tree for rule in pack.rules.values() for tree in (rule.when, rule.guard)]
    settings = {name for tree in trees for name in t.settings(tree)}
    defined = {n for f in used for n in _definitions_of(pack.features[f])}
    return {*pack.rules, *used, *defined, *settings}


def roots_of_triage(pack: Pack) -> list[Tree]:
    """The conditions of the rules."""
    return [rule.condition for rule in pack.rules.values()]


def roots_of_pathway(pack: Pack) -> list[Tree]:
    """What the entries compute over features."""
    return [tree for feature in pack.derived.values() for tree in trees_of(feature)]


def mutants_of(pack: Pack, target: str) -> Iterator[Mutant]:
    """The mutants of one rule, entry, feature, definition (`table.name`) or setting."""
    if target in pack.rules:
        return _of_rule(pack.rules[target])
    if target in pack.entries:
        return _of_entry(pack.entries[target], pack)
    if target in pack.features:
        return _of_feature(pack.features[target], pack)
    return _of_setting(target, pack) if target in pack.settings else _of_definition(target, pack)


def features_behind(pack: Pack, roots: Iterable[Tree]) -> list[str]:
    """The features that these conditions rest on, in computing order."""
    waiting = [name for root in roots for name in t.names(root)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found and name in pack.features:
            found.add(name)
            waiting += pack.features[name].reads
    return [name for name in pack.features if name in found]


def trees_of(feature: Feature) -> tuple[Tree, ...]:
    """The trees a feature is made of."""
    if feature.value is not None:
        return (feature.value,)
    return feature.window, feature.where, feature.item


def _settings_of(pack: Pack, used: Iterable[str]) -> set[str]:
    trees = [tree for name in used for tree in trees_of(pack.features[name])]
    trees += [tree for rule in pack.rules.values() for tree in (rule.when, rule.guard)]
    trees += roots_of_pathway(pack)
    return {name for tree in trees for name in t.settings(tree)}


def _definitions_of(feature: Feature) -> Iterator[str]:
    for tree in trees_of(feature):
        for node in t.walk(tree):
            if isinstance(node, t.Defined):
                yield f"{feature.source}.{node.name}"


def _of_rule(rule: Rule) -> Iterator[Mutant]:
    # The condition of the floor is written by the machine; see FLOOR.
    for change in () if any(map(FLOOR.fullmatch, t.names(rule.when))) else _changes(rule.when):
        yield _rule_mutant(rule, change, replace(rule, when=change.whole))
    for change in _changes(rule.guard) if rule.guard != TRUE else ():
        yield _rule_mutant(rule, change, replace(rule, guard=change.whole))
    if rule.guard != TRUE and not isinstance(rule.guard, t.And):
        yield _rule_mutant(rule, Change(rule.guard, None, TRUE), replace(rule, guard=TRUE))


def _rule_mutant(rule: Rule, change: Change, made: Rule) -> Mutant:
    return Mutant(rule.id, rule.file, rule.line, *_words(change), rules={rule.id: made})


def _words(change: Change) -> tuple[str, str]:
    return to_text(change.before), "(dropped)" if change.after is None else to_text(change.after)


def _of_entry(entry: Entry[EntryText], pack: Pack) -> Iterator[Mutant]:
    """Each declared condition, value and number changed, and the features made anew."""
    for place, tree in entry.trees.items():
        for change in _changes(tree):
            made = features_of(entry.text, {**entry.trees, place: change.whole}, month_of(pack))
            features = {f.name: f for o, f in made.items() if f != entry.features[o]}
            if features:
                before, after = _words(change)
                yield Mutant(
                    entry.id, entry.file, entry.line, f"{place}: {before}", after, features
                )


def _of_feature(feature: Feature, pack: Pack) -> Iterator[Mutant]:
    if FLOOR.fullmatch(feature.name):
        return
    file, line = pack.places[("features", feature.name)]
    changes = _class_changes if NAMED.fullmatch(feature.name) else _feature_changes
    for before, after, made in changes(feature):
        yield Mutant(feature.name, file, line, before, after, features={feature.name: made})


def _class_changes(feature: Feature) -> Iterator[tuple[str, str, Feature]]:
    """Of a fact that rows name, only what a pack wrote: the agents of a class and their days.

    How such a fact is read is the same for all and is tested where it is written out
    (tests/knowledge/test_row_rules.py).
    """
    for change in one_change(feature.item, _of_class):
        yield *_words(change), replace(feature, item=change.whole)


def _of_class(node: Tree) -> Iterator[Proposal]:
    match node:
        case t.Compare(">=" | "<=", t.Since(), t.Constant(int(value))):
            for near in _near(value):
                yield _plain(node, replace(node, right=t.Constant(near)))
        case t.In(t.Name("agent" | "agent_class"), choices) if len(choices) > 1:
            yield from _of_in(node)


def _feature_changes(feature: Feature) -> Iterator[tuple[str, str, Feature]]:
    if feature.value is not None:
        for change in _changes(feature.value):
            yield *_words(change), replace(feature, value=change.whole)
        return
    for change in _changes(feature.where):
        yield *_words(change), _with_where(feature, change.whole)
    for change in _changes(feature.item) if feature.aggregate not in _WITHOUT_ITEM else ():
        yield *_words(change), replace(feature, item=change.whole)
    yield from _window_changes(feature)
    yield from _taken_otherwise(feature)


def _with_where(feature: Feature, where: Tree) -> Feature:
    return replace(feature, where=where, index=index_of(where, TABLES[feature.source]))


def _window_changes(feature: Feature) -> Iterator[tuple[str, str, Feature]]:
    if feature.window == TRUE or _is_usual(feature.window):
        return
    for change in _changes(feature.window):
        yield *_words(change), replace(feature, window=change.whole)
    if not isinstance(feature.window, t.And):
        yield to_text(feature.window), "(dropped)", replace(feature, window=TRUE)


def _is_usual(window: Tree) -> bool:
    """Is it the window of every complaint? What is in it is changed where it is defined."""
    return isinstance(window, t.And) and all(
        isinstance(part, t.Defined) or part == t.Name("latest", "bool") for part in window.items
    )


def _taken_otherwise(feature: Feature) -> Iterator[tuple[str, str, Feature]]:
    if feature.source != "patient":
        for other in _SWAPS.get(feature.aggregate, ()):
            yield feature.aggregate, other, replace(feature, aggregate=other)
    if feature.none_means != NO_ROW_MEANS[TABLES[feature.source].listing]:
        for meaning in _OTHERWISE[feature.none_means]:
            before = f"none means {feature.none_means}"
            yield before, f"none means {meaning}", replace(feature, none_means=meaning)


def _of_setting(name: str, pack: Pack) -> Iterator[Mutant]:
    file, line = pack.places[("settings", name)]
    setting = pack.settings[name]
    using = _using(pack, lambda tree: name in t.settings(tree))
    for value in _near(setting.value, setting.unit):
        override = {name: value}
        made = _differing(using, lambda f, o=override: feature_with(f, o))  # type: ignore[misc]
        rules = {k: rule_with(rule, override) for k, rule in pack.rules.items()}
        changed = {k: rule for k, rule in rules.items() if rule != pack.rules[k]}
        yield Mutant(name, file, line, f"{setting.value}", f"{value}", made, changed)


def _using(pack: Pack, uses: Callable[[Tree], bool]) -> dict[str, Feature]:
    """The features of which a part is such; looked for once, as changing them takes long."""
    every = {**pack.features, **pack.derived}
    return {name: f for name, f in every.items() if any(map(uses, trees_of(f)))}


def _differing(
    using: Mapping[str, Feature], change: Callable[[Feature], Feature]
) -> dict[str, Feature]:
    made = {name: change(feature) for name, feature in using.items()}
    return {name: feature for name, feature in made.items() if feature != using[name]}


def _of_definition(target: str, pack: Pack) -> Iterator[Mutant]:
    table, _, name = target.partition(".")
    file, line = pack.places[("definitions", target)]
    using = {n: f for n, f in _using(pack, _names_one(name)).items() if f.source == table}
    for change in _changes(_definition(table, name, pack)):

        def with_it(feature: Feature, item: Tree = change.whole) -> Feature:
            return _redefined(feature, name, item)

        yield Mutant(target, file, line, *_words(change), features=_differing(using, with_it))


def _names_one(name: str) -> Callable[[Tree], bool]:
    """Does a tree use the definition of this name?"""
    return lambda tree: any(
        isinstance(node, t.Defined) and node.name == name for node in t.walk(tree)
    )


def _definition(table: str, name: str, pack: Pack) -> Tree:
    for feature in pack.features.values():
        for tree in trees_of(feature) if feature.source == table else ():
            for node in t.walk(tree):
                if isinstance(node, t.Defined) and node.name == name:
                    return node.item
    raise KeyError(f"{table}.{name}")


def _redefined(feature: Feature, name: str, item: Tree) -> Feature:
    made = _with_where(feature, with_definition(feature.where, name, item))
    return replace(made, item=with_definition(feature.item, name, item))


def _changes(tree: Tree) -> Iterator[Change]:
    """Every change of a tree, each result once."""
    seen = {tree}
    for change in one_change(tree, _proposals):
        if change.whole not in seen:
            seen.add(change.whole)
            yield change


def _proposals(node: Tree) -> Iterator[Proposal]:
    propose = _PROPOSALS.get(type(node))
    return iter(()) if propose is None else propose(node)


def _of_constant(node: t.Constant) -> Iterator[Proposal]:
    if isinstance(node.value, bool):
        yield _plain(node, t.Constant(not node.value))
    elif not isinstance(node.value, str):
        for value in _near(node.value):
            yield _plain(node, t.Constant(value))


def _plain(node: Tree, after: Tree) -> Proposal:
    return after, node, after


def _near(value: float, unit: str = "") -> tuple[float, float]:
    """The numbers next to this one, by the decimals it is written with."""
    decimals = 0 if isinstance(value, int) or "-" in unit else len(repr(value).partition(".")[2])
    step = 10**-decimals if decimals else 1
    return round(value - step, decimals or None), round(value + step, decimals or None)


def _of_not(node: t.Not) -> Iterator[Proposal]:
    yield _plain(node, node.item)


def _of_and(node: t.And) -> Iterator[Proposal]:
    yield _plain(node, t.Or(node.items))
    yield from _dropped(node.items, t.And)


def _of_or(node: t.Or) -> Iterator[Proposal]:
    yield _plain(node, t.And(node.items))
    yield from _dropped(node.items, t.Or)


def _dropped(
    items: tuple[Tree, ...], join: Callable[[tuple[Tree, ...]], Tree]
) -> Iterator[Proposal]:
    for place, item in enumerate(items):
        left = (*items[:place], *items[place + 1 :])
        yield left[0] if len(left) == 1 else join(left), item, None


def _of_at_least(node: t.AtLeast) -> Iterator[Proposal]:
    for place, item in enumerate(node.items) if len(node.items) > 1 else ():
        left = (*node.items[:place], *node.items[place + 1 :])
        yield t.AtLeast(node.count, left), item, None


def _of_compare(node: t.Compare) -> Iterator[Proposal]:
    for op in _ORDERS[node.op]:
        yield _plain(node, replace(node, op=op))


def _of_in(node: t.In) -> Iterator[Proposal]:
    if len(node.choices) == 1:
        yield _plain(node, t.Not(node))
        return
    for place, choice in enumerate(node.choices):
        left = (*node.choices[:place], *node.choices[place + 1 :])
        yield t.In(node.item, left), t.Compare("=", node.item, t.Constant(choice)), None


def _of_arithmetic(node: t.Arithmetic) -> Iterator[Proposal]:
    yield _plain(node, replace(node, op=_SIGNS[node.op]))  # type: ignore[arg-type]


def _of_call(node: t.Call) -> Iterator[Proposal]:
    if node.function in _CALLS:
        yield _plain(node, replace(node, function=_CALLS[node.function]))


def _of_points(node: t.Points) -> Iterator[Proposal]:
    yield _plain(node, t.Points(node.item, 0 if node.if_unknown else 1))


def _of_choose(node: t.Choose) -> Iterator[Proposal]:
    for place, (asked, _) in enumerate(node.branches) if len(node.branches) > 1 else ():
        left = (*node.branches[:place], *node.branches[place + 1 :])
        yield replace(node, branches=left), asked, None


_PROPOSALS = cast(
    dict[type, Callable[[Tree], Iterator[Proposal]]],
    {
        t.Constant: _of_constant,
        t.Not: _of_not,
        t.And: _of_and,
        t.Or: _of_or,
        t.AtLeast: _of_at_least,
        t.Compare: _of_compare,
        t.In: _of_in,
        t.Arithmetic: _of_arithmetic,
        t.Call: _of_call,
        t.Choose: _of_choose,
        t.Points: _of_points,
    },
)
