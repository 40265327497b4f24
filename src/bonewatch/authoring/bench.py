"""A pack's examples, evaluated once, and what becomes of them when a part of the pack changes.

Only what a change reaches is computed again: the changed features, then, as far as values really
differ, what is computed from them and what the example is about rests on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

from bonewatch.authoring.mutants import Mutant
from bonewatch.engine.in_python import CompiledFeature, Engine, Rows, State
from bonewatch.engine.program import RuleFunction, rule_function
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

    values: dict[str, Value]
    states: dict[str, State]
    acts: dict[str, State]


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
        self._behind: dict[str, set[str]] = {}
        self._subjects: dict[tuple[str, ...], tuple[str, ...]] = {}
        for case in all_cases(pack):
            self._group(case.settings).add(case)
        self.failing = [tried.case for g in self._groups.values() for tried in g.failing]

    def _group(self, settings: Mapping[str, float]) -> _Group:
        key = tuple(sorted(settings.items()))
        if key not in self._groups:
            self._groups[key] = _Group(self, settings)
        return self._groups[key]

    def engine(self, settings: Mapping[str, float]) -> Engine:
        """The engine for cases with these cut-offs."""
        return self._group(settings).engine

    @cached_property
    def readers(self) -> dict[str, set[str]]:
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
        found = _spread(set(changed), self.readers)
        rules = tuple(name for name in self.pack.rules if name in found)
        derived = tuple(name for name in self.pack.derived if name in found)
        entries = dict.fromkeys(self._entry_of[name] for name in derived)
        features = tuple(name for name in self.pack.features if name in found)
        return Reach(features, rules, derived, (*rules, *entries))

    def behind(self, subject: str) -> Container[str]:
        """All that the state of a rule, or what an entry says, is computed from, and itself."""
        if subject not in self._behind:
            entry = self.pack.entries.get(subject)
            ends = {subject} if entry is None else {f.name for f in entry.features.values()}
            self._behind[subject] = _spread(ends, self._read)
        return self._behind[subject]

    @cached_property
    def _read(self) -> dict[str, set[str]]:
        """What each feature and rule reads."""
        read: dict[str, set[str]] = defaultdict(set)
        for name, readers in self.readers.items():
            for reader in readers:
                read[reader].add(name)
        return read

    @cached_property
    def order(self) -> tuple[list[str], dict[str, int]]:
        """The features and rules in computing order, and the place of each in it."""
        names = [*self.pack.features, *self.pack.rules, *self.pack.derived]
        return names, {name: place for place, name in enumerate(names)}

    def survives(self, mutant: Mutant) -> bool:
        """Does every case still hold with this change?"""
        changed = (*mutant.features, *mutant.rules)
        if changed not in self._subjects:
            self._subjects[changed] = self.reach(changed).subjects
        subjects = self._subjects[changed]
        return all(group.survives(mutant, subjects) for group in self._groups.values())


def _spread(found: set[str], readers: Mapping[str, set[str]]) -> set[str]:
    waiting = list(found)
    while waiting:
        fresh = readers.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found


class _Group:
    """The cases that share their cut-offs."""

    def __init__(self, bench: Bench, settings: Mapping[str, float]) -> None:
        self.bench, self.settings = bench, settings
        self.engine = Engine(pack_with(bench.pack, settings))
        self._rules: dict[str, RuleFunction] = {}
        self._cases: dict[str, list[Tried]] = defaultdict(list)
        self._telling: dict[str, list[Tried]] = defaultdict(list)
        self.failing: list[Tried] = []

    def add(self, case: Case) -> None:
        """Evaluate the case; one that does not hold is kept apart."""
        found = self.engine.triage(case.record, case.as_of)
        if case.then is None:
            found = self.engine.with_entries(found)
        tried = Tried(case, found.rows, found.as_of, found.values, found.states, found.acts)
        (self._cases[case.subject] if case.holds(found) else self.failing).append(tried)

    def rule(self, name: str) -> RuleFunction:
        """A rule of the unchanged pack, ready to run."""
        if name not in self._rules:
            self._rules[name] = rule_function(self.engine.pack.rules[name])
        return self._rules[name]

    def survives(self, mutant: Mutant, subjects: Iterable[str]) -> bool:
        """Does every case of these rules and entries still hold?

        What noticed other mistakes in the same target comes first: it often notices this one too.
        """
        telling = self._telling[mutant.target]
        trial = _Trial(self, mutant)
        for place, tried in enumerate(telling):
            if not trial.holds(tried):
                telling.insert(0, telling.pop(place))
                return False
        told = next((one for one in self._waiting(mutant, subjects) if not trial.holds(one)), None)
        if told is not None:
            telling.insert(0, told)
        return told is None

    def _waiting(self, mutant: Mutant, subjects: Iterable[str]) -> Iterator[Tried]:
        """The cases of what was changed first."""
        for name in dict.fromkeys((*mutant.rules, mutant.target, *subjects)):
            yield from self._cases.get(name, ())


class _Trial:
    """A changed part of the pack, compiled, to be run on one case after another."""

    def __init__(self, group: _Group, mutant: Mutant) -> None:
        self._group, self._engine, self._bench = group, group.engine, group.bench
        self._mutant = mutant
        self._features: dict[str, CompiledFeature] = {}
        self._rules = {
            name: rule_function(rule_with(rule, group.settings))
            for name, rule in mutant.rules.items()
        }

    def holds(self, tried: Tried) -> bool:
        """Does the case still give what its example says?

        As long as no changed feature comes out otherwise, nothing does; most end there.
        """
        behind = self._bench.behind(tried.case.subject)
        features = [name for name in self._mutant.features if name in behind]
        rules = [name for name in self._rules if name in behind]
        if not rules and not any(self._differs(name, tried) for name in features):
            return True
        now = Changed(dict(tried.values), dict(tried.states), dict(tried.acts))
        self._spread((*features, *rules), behind, tried, now)
        return tried.case.holds(now)

    def _differs(self, name: str, tried: Tried) -> bool:
        """Does a changed feature come out otherwise where everything else is as it was?"""
        made = self._compiled(name).run(tried.rows, tried.values, tried.today, tried.acts)
        return made != tried.values[name]

    def _compiled(self, name: str) -> CompiledFeature:
        """The feature as changed, where it is; compiled only when a case needs it."""
        if name not in self._mutant.features:
            return self._engine.compiled(name)
        if name not in self._features:
            made = feature_with(self._mutant.features[name], self._group.settings)
            self._features[name] = self._engine.compiled(name).changed_to(made)
        return self._features[name]

    def _spread(
        self, changed: Iterable[str], behind: Container[str], tried: Tried, now: Changed
    ) -> None:
        """Compute what is changed, and what reads what came out otherwise, in computing order."""
        names, places = self._bench.order
        waiting = sorted(places[name] for name in changed)
        while waiting:
            name = names[heappop(waiting)]
            if not self._computed(name, tried, now):
                continue
            for reader in self._bench.readers.get(name, ()):
                if reader in behind and places[reader] not in waiting:
                    heappush(waiting, places[reader])

    def _computed(self, name: str, tried: Tried, now: Changed) -> bool:
        """Compute a feature or rule; does it come out otherwise than in the unchanged pack?"""
        if name in now.states:
            (self._rules.get(name) or self._group.rule(name))(now.values, now.states, now.acts)
            before = tried.states[name], tried.acts[name]
            return (now.states[name], now.acts[name]) != before
        made = self._compiled(name).run(tried.rows, now.values, tried.today, now.acts)
        now.values[name] = made
        return now.values[name] != tried.values[name]


def _read_by_feature(feature: Feature) -> frozenset[str]:
    """The features and rules a feature is computed from."""
    reads = feature.reads
    return frozenset(reads if feature.value is None else reads | t.rules(feature.value))


def _read_by(rule: Rule) -> frozenset[str]:
    return frozenset(t.names(rule.condition) | t.rules(rule.condition))
