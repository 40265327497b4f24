"""One evaluation, read through the entries: states, clauses, what is lacking, what it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from bonewatch.assessment.evidence import Cited, Reason, State
from bonewatch.assessment.explain import reasons_of
from bonewatch.assessment.partly import Partly
from bonewatch.assessment.pathway.result import Due, DueState, Lacking, Said, Standing
from bonewatch.engine.in_python import Engine, Evaluation
from bonewatch.features import tree as t
from bonewatch.features.to_python import Value
from bonewatch.features.tree import Tree
from bonewatch.knowledge.examples import STATES
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import Clause, EntryText
from bonewatch.knowledge.pathway.text import Due as DueText
from bonewatch.knowledge.schema import Citation


class Reading:
    """What the engine computed for one person, as the entries' presenters ask for it."""

    def __init__(self, engine: Engine, evaluation: Evaluation, partly: Partly) -> None:
        self.engine, self.evaluation = engine, evaluation
        self.pack: Pack = engine.pack
        self._partly = partly
        self.as_of = date.fromordinal(evaluation.as_of)

    def value(self, entry: Entry[EntryText], output: str) -> Value:
        """The value of one of the entry's outputs; None when it is not known or not there."""
        feature = entry.features.get(output)
        return None if feature is None else self.evaluation.values[feature.name]

    def number(self, entry: Entry[EntryText], output: str) -> float | None:
        """The same, for a number."""
        value = self.value(entry, output)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def state(self, entry: Entry[EntryText], output: str) -> State:
        """The state of a yes-or-no output."""
        value = self.value(entry, output)
        return STATES[value if isinstance(value, bool) else None]

    def said(
        self, entry: Entry[EntryText], clauses: Mapping[str, Clause], *states: State
    ) -> tuple[Said, ...]:
        """The clauses that are in one of these states."""
        listed = ((key, clause, self.state(entry, key)) for key, clause in clauses.items())
        return tuple(
            self._said(entry, key, clause, state)
            for key, clause, state in listed
            if state in states
        )

    def _said(self, entry: Entry[EntryText], key: str, clause: Clause, state: State) -> Said:
        lacking = self.lacking(entry, key) if state == "unknown" else ()
        return Said(key, state, clause.says, clause.patient, clause.until, lacking,
                    self.cited(clause.sources))  # fmt: skip

    def lacking(self, entry: Entry[EntryText], *outputs: str) -> tuple[Lacking, ...]:
        """What is not known and keeps these outputs open."""
        found: dict[str, None] = {}
        for output in outputs:
            if output in entry.features and self.value(entry, output) is None:
                found |= self._open(entry.features[output].name)
        return self._named(found)

    def lacking_in(self, trees: Iterable[Tree]) -> tuple[Lacking, ...]:
        """What is not known of all that these conditions and values read."""
        found: dict[str, None] = {}
        for name in dict.fromkeys(name for tree in trees for name in sorted(t.names(tree))):
            if self.evaluation.values.get(name, 0) is None:
                found |= self._open(name)
        return self._named(found)

    def _open(self, feature: str) -> dict[str, None]:
        return self._partly.open_of(feature, self.evaluation.values, self.evaluation.acts)

    def _named(self, features: Iterable[str]) -> tuple[Lacking, ...]:
        listed = (self.pack.feature(name) for name in features)
        return tuple(Lacking(f.name, f.meaning, f.ask) for f in listed)

    def reasons(self, entry: Entry[EntryText], output: str) -> tuple[Reason, ...]:
        """The features and facts that made an output what it is."""
        name = entry.features[output].name
        values, acts = self.evaluation.values, self.evaluation.acts
        return reasons_of(self.engine, self.evaluation, self._partly.reasons_of(name, values, acts))

    def cited(self, citations: Iterable[Citation]) -> tuple[Cited, ...]:
        """The citations with their titles."""
        return tuple(cited(self.pack, citation) for citation in citations)

    def standing(self, entry: Entry[EntryText]) -> Standing:
        """What the entry stands on."""
        text = entry.text
        return Standing(text.basis, text.own, self.cited(text.sources), text.review.state)

    def due(self, entry: Entry[EntryText], key: str, text: DueText) -> Due:
        """Something due again and again, with its days as dates."""
        due_in, late_in = (self.number(entry, f"{key}_{end}") for end in ("due_in", "late_in"))
        return Due(
            key, text.is_, due_state(due_in, late_in), self._ago(entry, f"{key}_last"),
            self._ahead(due_in), self._ahead(late_in),
            self._ahead(self.number(entry, f"{key}_planned")), text.note,
            self.lacking(entry, f"{key}_due_in"),
        )  # fmt: skip

    def _ago(self, entry: Entry[EntryText], output: str) -> date | None:
        days = self.number(entry, output)
        return None if days is None else self.as_of - timedelta(days=round(days))

    def _ahead(self, days: float | None) -> date | None:
        return None if days is None else self.as_of + timedelta(days=round(days))


def due_state(due_in: float | None, late_in: float | None) -> DueState:
    """Done while it is not yet due, due until it is late."""
    if due_in is None or late_in is None:
        return "unknown"
    if late_in < 0:
        return "overdue"
    return "due" if due_in <= 0 else "done"


def cited(pack: Pack, citation: Citation) -> Cited:
    """A citation with its source's title and address."""
    source = pack.sources[citation.id]
    return Cited(citation.id, source.title, citation.at, citation.seen, source.url)
