"""A pack's examples, evaluated once, and what becomes of them when a part of the pack changes.

Only what a change can reach is computed again: the changed features, those computed from them
(as far as values really differ), and the rules on these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bonewatch.authoring.mutants import Mutant
from bonewatch.engine.in_python import CompiledFeature, CompiledRule, Engine, Rows, State
from bonewatch.features import tree as t
from bonewatch.features.to_python import Value
from bonewatch.knowledge.examples import STATES, Case, cases, feature_with, pack_with, rule_with
from bonewatch.knowledge.pack import Pack, Rule

Settings = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A case with what the unchanged pack makes of it."""

    case: Case
    rows: Rows
    today: int
    values: Mapping[str, Value]
    states: Mapping[str, State]
    acts: Mapping[str, State]

    def holds(self, states: Mapping[str, State], acts: Mapping[str, State]) -> bool:
        """Is the case's rule as the example says?"""
        rule = self.case.rule_id
        return self.case.holds(STATES[states[rule]], acts[rule] is True)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a change can alter: features and rules in computing order."""

    features: tuple[str, ...]
    rules: tuple[str, ...]


class Bench:
    """The cases of a pack, ready to be tried on changed packs."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._groups: dict[Settings, _Group] = {}
        for rule in pack.rules.values():
            for case in cases(rule):
                self._group(case.settings).add(case)
        self.failing = [tried.case for g in self._groups.values() for tried in g.failing]

    def _group(self, settings: Mapping[str, float]) -> _Group:
        key = tuple(sorted(settings.items()))
        if key not in self._groups:
            self._groups[key] = _Group(self.pack, settings)
        return self._groups[key]

    def engine(self, settings: Mapping[str, float]) -> Engine:
        """The engine for cases with these cut-offs."""
        return self._group(settings).engine

    @cached_property
    def _readers(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """Who reads a feature or rule: features, and rules (ids and names do not clash)."""
        features: dict[str, set[str]] = defaultdict(set)
        rules: dict[str, set[str]] = defaultdict(set)
        for feature in self.pack.features.values():
            for name in feature.reads:
                features[name].add(feature.name)
        for rule in self.pack.rules.values():
            for name in t.names(rule.condition) | t.rules(rule.condition):
                rules[name].add(rule.id)
        return features, rules

    def reach(self, features: Iterable[str], rules: Iterable[str]) -> Reach:
        """What a change of these features and rules can alter."""
        features_reading, rules_reading = self._readers
        found = _spread(set(features), features_reading)
        heads = set(rules).union(*(rules_reading[name] for name in found))
        touched = _spread(heads, rules_reading)
        return Reach(
            tuple(name for name in self.pack.features if name in found),
            tuple(name for name in self.pack.rules if name in touched),
        )

    def survives(self, mutant: Mutant) -> bool:
        """Does every case still hold with this change?"""
        reach = self.reach(mutant.features, mutant.rules)
        return all(group.survives(mutant, reach) for group in self._groups.values())


def _spread(found: set[str], readers: Mapping[str, set[str]]) -> set[str]:
    waiting = list(found)
    while waiting:
        fresh = readers.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found


class _Group:
    """The cases that share their cut-offs."""

    def __init__(self, pack: Pack, settings: Mapping[str, float]) -> None:
        self.settings = settings
        self.engine = Engine(pack_with(pack, settings))
        self.rules = {rule.id: CompiledRule(rule) for rule in self.engine.pack.rules.values()}
        self._cases: dict[str, list[Tried]] = defaultdict(list)
        self.failing: list[Tried] = []

    def add(self, case: Case) -> None:
        """Evaluate the case; one that does not hold is kept apart."""
        found = self.engine.evaluate(case.record, case.as_of)
        tried = Tried(case, found.rows, found.as_of, found.values, found.states, found.acts)
        held = tried.holds(found.states, found.acts)
        (self._cases[case.rule_id] if held else self.failing).append(tried)

    def survives(self, mutant: Mutant, reach: Reach) -> bool:
        """Does every case in reach still hold, those of the changed rules first?"""
        order = dict.fromkeys((*mutant.rules, *reach.rules))
        waiting = [tried for name in order for tried in self._cases.get(name, ())]
        trial = _Trial(self, mutant, reach) if waiting else None
        return trial is None or all(trial.holds(tried) for tried in waiting)


class _Trial:
    """A changed part of the pack, compiled, to be run on one case after another."""

    def __init__(self, group: _Group, mutant: Mutant, reach: Reach) -> None:
        self._engine = group.engine
        self._features = {
            name: CompiledFeature(feature_with(feature, group.settings))
            for name, feature in mutant.features.items()
        }
        self._rules = {
            name: CompiledRule(rule_with(rule, group.settings))
            for name, rule in mutant.rules.items()
        }
        self._base_rules = group.rules
        self._later = [(n, frozenset(group.engine.pack.features[n].reads)) for n in reach.features]
        self._after = [(n, _read_by(group.engine.pack.rules[n])) for n in reach.rules]

    def holds(self, tried: Tried) -> bool:
        """Does the case still give what its example says?"""
        values, differing = self._values(tried)
        if not differing and not self._rules:
            return True
        states, acts = dict(tried.states), dict(tried.acts)
        for name, reads in self._after:
            rule = self._rules.get(name)
            if rule is None and reads.isdisjoint(differing):
                continue
            (rule or self._base_rules[name]).run(values, states, acts)
            if states[name] is not tried.states[name] or acts[name] is not tried.acts[name]:
                differing.add(name)
        return tried.holds(states, acts)

    def _values(self, tried: Tried) -> tuple[Mapping[str, Value], set[str]]:
        """The features after the change, and which of them differ."""
        values, differing = tried.values, set[str]()
        for name, reads in self._later:
            feature = self._features.get(name)
            if feature is None and reads.isdisjoint(differing):
                continue
            value = (feature or self._engine.features[name]).run(tried.rows, values, tried.today)
            if value != values[name]:
                values = {**values, name: value}
                differing.add(name)
        return values, differing


def _read_by(rule: Rule) -> frozenset[str]:
    return frozenset(t.names(rule.condition) | t.rules(rule.condition))
