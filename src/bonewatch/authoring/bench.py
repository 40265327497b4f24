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
from bonewatch.engine.in_python import CompiledFeature, Engine, Rows, State
from bonewatch.engine.program import rule_function
from bonewatch.features import tree as t
from bonewatch.features.feature import Feature
from bonewatch.features.to_python import Value
from bonewatch.knowledge.examples import Case, all_cases, feature_with, pack_with, rule_with
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


@dataclass(frozen=True, slots=True)
class Changed:
    """What becomes of a case with a change."""

    values: Mapping[str, Value]
    states: Mapping[str, State]
    acts: Mapping[str, State]


@dataclass(frozen=True, slots=True)
class Reach:
    """What a change can alter: features, rules, and the features of entries, in computing order.

    `subjects` are the rules and entries whose examples it can alter.
    """

    features: tuple[str, ...]
    rules: tuple[str, ...]
    derived: tuple[str, ...]
    subjects: tuple[str, ...]


class Bench:
    """The cases of a pack, ready to be tried on changed packs."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._groups: dict[Settings, _Group] = {}
        for case in all_cases(pack):
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
    def _readers(self) -> dict[str, set[str]]:
        """Who reads a feature or rule: features, rules, features of entries (no two clash)."""
        readers: dict[str, set[str]] = defaultdict(set)
        for feature in (*self.pack.features.values(), *self.pack.derived.values()):
            for name in _read_by_feature(feature):
                readers[name].add(feature.name)
        for rule in self.pack.rules.values():
            for name in _read_by(rule):
                readers[name].add(rule.id)
        return readers

    @cached_property
    def _entry_of(self) -> dict[str, str]:
        """The entry each of the features of entries belongs to."""
        return {f.name: e.id for e in self.pack.entries.values() for f in e.features.values()}

    def reach(self, changed: Iterable[str]) -> Reach:
        """What a change of these features and rules can alter."""
        found = _spread(set(changed), self._readers)
        rules = tuple(name for name in self.pack.rules if name in found)
        derived = tuple(name for name in self.pack.derived if name in found)
        entries = dict.fromkeys(self._entry_of[name] for name in derived)
        features = tuple(name for name in self.pack.features if name in found)
        return Reach(features, rules, derived, (*rules, *entries))

    def survives(self, mutant: Mutant) -> bool:
        """Does every case still hold with this change?"""
        reach = self.reach((*mutant.features, *mutant.rules))
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
        self.rules = {rule.id: rule_function(rule) for rule in self.engine.pack.rules.values()}
        self._cases: dict[str, list[Tried]] = defaultdict(list)
        self.failing: list[Tried] = []

    def add(self, case: Case) -> None:
        """Evaluate the case; one that does not hold is kept apart."""
        found = self.engine.evaluate(case.record, case.as_of)
        tried = Tried(case, found.rows, found.as_of, found.values, found.states, found.acts)
        (self._cases[case.subject] if case.holds(found) else self.failing).append(tried)

    def survives(self, mutant: Mutant, reach: Reach) -> bool:
        """Does every case in reach still hold, those of what was changed first?"""
        order = dict.fromkeys((*mutant.rules, mutant.target, *reach.subjects))
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
            name: rule_function(rule_with(rule, group.settings))
            for name, rule in mutant.rules.items()
        }
        self._base_rules = group.rules
        pack = group.engine.pack
        self._first = [(n, _read_by_feature(pack.features[n])) for n in reach.features]
        self._then = [(n, _read_by(pack.rules[n])) for n in reach.rules]
        self._last = [(n, _read_by_feature(pack.derived[n])) for n in reach.derived]

    def holds(self, tried: Tried) -> bool:
        """Does the case still give what its example says?"""
        values, differing = dict(tried.values), set[str]()
        states, acts = dict(tried.states), dict(tried.acts)
        self._recompute(self._first, tried, values, acts, differing)
        self._run_rules(tried, values, states, acts, differing)
        self._recompute(self._last, tried, values, acts, differing)
        return not differing or tried.case.holds(Changed(values, states, acts))

    def _run_rules(
        self, tried: Tried, values: Mapping[str, Value], states: dict[str, State],
        acts: dict[str, State], differing: set[str],
    ) -> None:  # fmt: skip
        for name, reads in self._then:
            rule = self._rules.get(name)
            if rule is None and reads.isdisjoint(differing):
                continue
            (rule or self._base_rules[name])(values, states, acts)
            if states[name] is not tried.states[name] or acts[name] is not tried.acts[name]:
                differing.add(name)

    def _recompute(
        self, names: list[tuple[str, frozenset[str]]], tried: Tried, values: dict[str, Value],
        acts: Mapping[str, State], differing: set[str],
    ) -> None:  # fmt: skip
        """Compute again what is changed or reads what differs; note what comes out otherwise."""
        for name, reads in names:
            feature = self._features.get(name)
            if feature is None and reads.isdisjoint(differing):
                continue
            run = (feature or self._engine.compiled(name)).run
            value = run(tried.rows, values, tried.today, acts)
            if value != values[name]:
                values[name] = value
                differing.add(name)


def _read_by_feature(feature: Feature) -> frozenset[str]:
    """The features and rules a feature is computed from."""
    reads = feature.reads
    return frozenset(reads if feature.value is None else reads | t.rules(feature.value))


def _read_by(rule: Rule) -> frozenset[str]:
    return frozenset(t.names(rule.condition) | t.rules(rule.condition))
