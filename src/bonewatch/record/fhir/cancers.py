"""A patient's primary cancers, and the facts about each that other resources hold.

Two entries are one cancer unless they contradict each other: another side, or each with an
onset of its own on a problem list. A fact about another cancer never lands on a breast row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from bonewatch.record.fhir.chart import Chart, RawRow
from bonewatch.record.fhir.references import Index, tail, target
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.values import extensions, items, mapping, mappings

_DEEPEST = 8
_UNDATED = "9999"
_RELATED = ("mcode-related-condition", "related-condition", "related-primary-cancer-condition")


class Fact(NamedTuple):
    """One fact about a cancer, how good the evidence is, and from when."""

    name: str
    value: object
    rank: int = 0
    on: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Cancer:
    """One primary cancer: a breast row in the making, or another cancer (row None)."""

    row: RawRow | None
    entries: list[Entry] = field(default_factory=list)
    onset: str = ""
    ranks: dict[str, tuple[int, str]] = field(default_factory=dict)
    history_only: bool = False


@dataclass(slots=True, repr=False)
class Cancers:
    """All the cancers of one patient and which observations belong to which."""

    chart: Chart
    index: Index
    all: list[Cancer] = field(default_factory=list)
    by_condition: dict[int, Cancer] = field(default_factory=dict)
    assessed: dict[int, Entry] = field(default_factory=dict)
    groups: dict[int, Entry] = field(default_factory=dict)
    receptor_conditions: list[Entry] = field(default_factory=list)

    @property
    def breast(self) -> list[Cancer]:
        """The breast cancers."""
        return [cancer for cancer in self.all if cancer.row is not None]

    def add_breast(
        self, entry: Entry, fields: RawRow, onset: str, *, relisted: bool, history: bool
    ) -> None:
        """Take a breast cancer in: a new one, or more about one that is known."""
        same = self._same(fields, onset, relisted, history)
        if same is None:
            row = self.chart.add("primary_cancer", entry, **fields)
            same = Cancer(row, onset=onset, history_only=history)
            self.all.append(same)
        else:
            self._merge(same, entry, fields, onset, history=history)
        same.entries.append(entry)
        self.by_condition[id(entry)] = same
        self.remember_assessments(entry)

    def add_other(self, entry: Entry) -> None:
        """Take another primary cancer in, so that its facts stay its own."""
        cancer = Cancer(None, [entry])
        self.all.append(cancer)
        self.by_condition[id(entry)] = cancer
        self.remember_assessments(entry)

    def remember_assessments(self, entry: Entry) -> None:
        """Remember which observations a Condition's stage and evidence name."""
        for name, inner in (("stage", "assessment"), ("evidence", "detail")):
            for part in mappings(entry.resource.get(name)):
                for reference in items(part.get(inner)):
                    found = self.index.find(reference, entry)
                    if found is not None:
                        self.assessed[id(found)] = entry

    def _same(self, fields: RawRow, onset: str, relisted: bool, history: bool) -> Cancer | None:
        for cancer in self.breast:
            row = cancer.row or {}
            sides = {row.get("side"), fields.get("side")} - {None, ""}
            if len(sides) > 1:
                continue
            if history or cancer.history_only or relisted or _agree(onset, cancer.onset):
                return cancer
        return None

    def _merge(
        self, cancer: Cancer, entry: Entry, fields: RawRow, onset: str, *, history: bool
    ) -> None:
        row = cancer.row
        if history or row is None:
            return
        if cancer.history_only:
            row["at"], cancer.history_only = entry.at, False
        dates = [str(d) for d in (row.get("diagnosed_on"), fields.get("diagnosed_on")) if d]
        invasive = True in (row.get("invasive"), fields.get("invasive"))
        for name, value in fields.items():
            if value not in (None, ""):
                row.setdefault(name, value)
        if invasive:
            row["invasive"] = True
        if dates:
            row["diagnosed_on"] = min(dates)
        cancer.onset = cancer.onset or onset

    def state(self, cancer: Cancer, entry: Entry, fact: Fact) -> None:
        """Set a fact of a breast cancer: the better evidence wins, then the earlier."""
        if cancer.row is None:
            return
        known, held = cancer.ranks.get(fact.name), cancer.row.get(fact.name)
        if held is not None and held != fact.value:
            self.chart.note(entry, f"gives another {fact.name} for the same cancer")
        if known is None or (-fact.rank, fact.on or _UNDATED) < known:
            cancer.row[fact.name] = fact.value
            cancer.ranks[fact.name] = (-fact.rank, fact.on or _UNDATED)

    def owner(self, entry: Entry, *, breast_only: bool = False) -> Cancer | None:
        """The breast cancer an observation is about; None when another's, or not to be told."""
        condition = self._condition(entry)
        if condition is not None:
            return self.by_condition.get(id(condition))
        if self._names_unknown_condition(entry) and not breast_only:
            return None
        candidates = self.breast if breast_only else self.all
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            self.chart.note(entry, "does not say which of the cancers it is about; left out")
        return None

    def _condition(self, entry: Entry) -> Entry | None:
        """The Condition an observation names, by itself or by the group it is a member of."""
        here: Entry | None = entry
        seen: set[int] = set()
        while here is not None and len(seen) < _DEEPEST:
            if id(here) in seen:
                self.chart.note(entry, "references go in a circle")
                return None
            seen.add(id(here))
            found = self._named(here) or self.assessed.get(id(here))
            if found is not None:
                return found
            here = self.groups.get(id(here))
        return None

    def _named(self, entry: Entry) -> Entry | None:
        for reference in _pointers(entry):
            found = self.index.find(reference, entry)
            if found is not None and id(found) in self.by_condition:
                return found
        return None

    def _names_unknown_condition(self, entry: Entry) -> bool:
        return any(
            tail(target(reference)).startswith("Condition/") for reference in _pointers(entry)
        )


def _agree(one: str, other: str) -> bool:
    """True when two onsets may be one day: either is missing or a part of the other."""
    return one.startswith(other) or other.startswith(one)


def _pointers(entry: Entry) -> list[object]:
    """The references by which an observation or treatment names its condition."""
    pointers = [*items(entry.resource.get("focus")), *items(entry.resource.get("reasonReference"))]
    for ending in _RELATED:
        for extension in extensions(entry.resource, ending):
            pointers.append(mapping(extension.get("valueReference")))
    return pointers
