"""A pack and an as-of date in, SQL out that gives one row per patient.

It is one query, or a few stages of it to be kept one after another: an engine that has to plan
hundreds of columns at once takes longer over the plan than over the people. The row has every
feature, every rule's state (the rule's id is the column) and whether the rule is acted on
("<id> acts"). The steps are the engine for one person said in SQL: rows known on the day, what
each row gives each feature, what the feature takes of them, features over features, rules over
rules. engine/take.py and engine/in_python.py say what each step means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter

from bonewatch.engine.prepared_sql import Step, known_rows, select
from bonewatch.engine.readings_sql import Group, groups, taken, value_of
from bonewatch.features import tree as t
from bonewatch.features.feature import Feature
from bonewatch.features.to_sql import quote_identifier, to_sql
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.record.tables import TABLES

ACTS = " acts"


ANSWERS = "answers"
"""The last stage: the row of each patient."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps to be kept together under the name of the last, which the stages after may read."""

    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        """The name of what is kept."""
        return self.steps[-1].name

    @property
    def sql(self) -> str:
        """The query for it."""
        return _query(self.steps)


def _query(steps: Iterable[Step]) -> str:
    *before, last = steps
    if not before:
        return last.select
    listed = ",\n".join(str(step) for step in before)
    return f"with {listed}\n{last.select}"


def cohort_sql(pack: Pack, as_of: date, people: str = "") -> str:
    """The query for this pack on this day.

    Patients are all who have a row in any table; `people` names one more table with a column
    patient_id for those who may have none.
    """
    return _query(step for stage in cohort_stages(pack, as_of, people) for step in stage.steps)


def cohort_stages(pack: Pack, as_of: date, people: str = "") -> list[Stage]:
    """The same query in stages, the last named `answers`."""
    return _Cohort(pack, as_of, people).stages()


class _Cohort:
    """One query in the making: the stages done, and the steps of the one in hand."""

    def __init__(self, pack: Pack, as_of: date, people: str) -> None:
        self._pack = pack
        self._as_of = f"date '{as_of.isoformat()}'"
        self._people = people
        self._stages: list[Stage] = []
        self._steps: list[Step] = []

    def stages(self) -> list[Stage]:
        """What each table gives each feature; who the patients are; their answers."""
        read = [group for name in TABLES for group in self._read(name)]
        self._add(self._patients())
        self._kept()
        self._add(self._table_features(read))
        self._layers("features", _levels(_feature_reads(self._pack)), self._feature_columns)
        self._layers("rules", _levels(_rule_reads(self._pack)), self._rule_columns)
        self._layers("entries", _levels(_derived_reads(self._pack)), self._derived_columns)
        self._add(Step(ANSWERS, select(self._results(), self._steps[-1].name)))
        self._kept()
        return self._stages

    def _add(self, *steps: Step) -> None:
        self._steps += steps

    def _kept(self) -> None:
        """The steps so far are a stage."""
        self._stages.append(Stage(tuple(self._steps)))
        self._steps = []

    def _q(self, name: str) -> str:
        return quote_identifier(name)

    def _features_of(self, source: str) -> list[Feature]:
        both = (*self._pack.features.values(), *self._pack.derived.values())
        return [f for f in both if f.value is None and f.source == source]

    def _read(self, source: str) -> list[Group]:
        """The steps of one table, as far as features read it; how they were grouped."""
        read = groups(TABLES[source], self._features_of(source))
        if read:
            self._add(*known_rows(TABLES[source], self._as_of))
        if len(read) > 1:
            self._kept()
        for group in read:
            self._add(*taken(group, self._as_of))
            self._kept()
        return read

    def _patients(self) -> Step:
        tables = [*TABLES, *([self._people] if self._people else [])]
        each = (f"select patient_id from {self._q(name)}" for name in tables)
        return Step("patients", "\nunion\n".join(each))

    def _table_features(self, read: list[Group]) -> Step:
        columns = ["patients.patient_id"]
        for group in read:
            for feature in group.features:
                value = value_of(feature, group.takes, self._as_of)
                columns.append(f"{value} as {self._q(feature.name)}")
        joins = (
            f"left join {group.takes} on patients.patient_id = {group.takes}.patient_id"
            for group in read
        )
        return Step("table_features", select(columns, "patients", "\n".join(joins)))

    def _layers(
        self, what: str, levels: list[list[str]], columns: Callable[[str], list[str]]
    ) -> None:
        for number, names in enumerate(levels, start=1):
            before = self._steps[-1].name
            added = [column for name in names for column in columns(name)]
            step = Step(f"{what}_{number}", select([f"{before}.*", *added], before))
            self._add(step)

    def _sql(self, tree: t.Tree, rules: str = "") -> str:
        return to_sql(tree, self._as_of, rules)

    def _feature_columns(self, name: str) -> list[str]:
        value = self._pack.features[name].value
        return [] if value is None else [f"{self._sql(value)} as {self._q(name)}"]

    def _rule_columns(self, name: str) -> list[str]:
        """The rule's state; and whether to act, which only a guard known to fail prevents."""
        rule = self._pack.rules[name]
        acting = self._sql(rule.when, ACTS)
        if rule.guard != t.Constant(True):
            acting = f"case when not {self._sql(rule.guard)} then false else {acting} end"
        state = self._sql(rule.condition)
        return [f"{state} as {self._q(name)}", f"{acting} as {self._q(name + ACTS)}"]

    def _derived_columns(self, name: str) -> list[str]:
        """A feature of an entry; a rule it reads counts as soon as it is acted on."""
        value = self._pack.derived[name].value
        return [] if value is None else [f"{self._sql(value, ACTS)} as {self._q(name)}"]

    def _results(self) -> list[str]:
        rules = [name + end for end in ("", ACTS) for name in self._pack.rules]
        names = (*self._pack.features, *rules, *self._pack.derived)
        return ["patient_id", *(self._q(name) for name in names)]


def _feature_reads(pack: Pack) -> dict[str, set[str]]:
    """Each feature over features, with those among them that it reads."""
    return _reads(pack.features)


def _derived_reads(pack: Pack) -> dict[str, set[str]]:
    """Each feature of an entry that is over features, with those of entries that it reads."""
    return _reads(pack.derived)


def _reads(features: Mapping[str, Feature]) -> dict[str, set[str]]:
    computed = {name: f for name, f in features.items() if f.value is not None}
    return {name: feature.reads & set(computed) for name, feature in computed.items()}


def _rule_reads(pack: Pack) -> dict[str, set[str]]:
    """Each rule, with the rules it refers to."""
    return {name: _referred(rule) for name, rule in pack.rules.items()}


def _referred(rule: Rule) -> set[str]:
    return t.rules(rule.when) | t.rules(rule.guard)


def _levels(reads: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The names in layers: each reads only names of the layers before."""
    level: dict[str, int] = {}
    for name in TopologicalSorter(reads).static_order():
        level[name] = 1 + max((level[read] for read in reads[name]), default=-1)
    layers: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for name in reads:
        layers[level[name]].append(name)
    return layers
