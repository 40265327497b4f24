"""One evaluation, read through the entries: states, clauses, what is lacking, what it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from bonewatch.assessment.evidence import Cited, Reason, State
from bonewatch.assessment.explain import Reasons
from bonewatch.assessment.partly import Partly
from bonewatch.assessment.pathway.prepared import Prepared
from bonewatch.assessment.pathway.result import Banded, Due, DueState, Lacking, Said, Standing
from bonewatch.engine.in_python import Engine, Evaluation
from bonewatch.features.to_python import Value
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import Band, Class, Clause, EntryText
from bonewatch.knowledge.pathway.text import Due as DueText
from bonewatch.knowledge.schema import Citation


class Reading:
    """What the engine computed for one person, as the entries' presenters ask for it."""

    def __init__(
        self, engine: Engine, evaluation: Evaluation, partly: Partly, prepared: Prepared
    ) -> None:
        self.engine, self.evaluation = engine, evaluation
        self.pack = engine.pack
        self._partly, self._prepared = partly, prepared
        self._values = evaluation.values
        self._reasons = Reasons(engine, evaluation)
        self.as_of = date.fromordinal(evaluation.as_of)

    def value(self, entry: Entry[EntryText], output: str) -> Value:
        """The value of one of the entry's outputs; None when it is not known or not there."""
        name = self._prepared.outputs[entry.id].get(output)
        return None if name is None else self._values[name]

    def number(self, entry: Entry[EntryText], output: str) -> float | None:
        """The same, for a number."""
        value = self.value(entry, output)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def state(self, entry: Entry[EntryText], output: str) -> State:
        """The state of a yes-or-no output."""
        value = self.value(entry, output)
        return "present" if value is True else "absent" if value is False else "unknown"

    def said(
        self, entry: Entry[EntryText], clauses: Mapping[str, Clause], *states: State
    ) -> tuple[Said, ...]:
        """The clauses that are in one of these states."""
        return tuple(self._said(entry, clauses, states)) if clauses else ()

    def _said(
        self, entry: Entry[EntryText], clauses: Mapping[str, Clause], states: tuple[State, ...]
    ) -> Iterator[Said]:
        for key, clause in clauses.items():
            state = self.state(entry, key)
            if state in states:
                said = self._prepared.said(entry, key, clause, state)
                yield self._with_lacking(entry, said) if state == "unknown" else said

    def _with_lacking(self, entry: Entry[EntryText], s: Said) -> Said:
        lacking = self.lacking(entry, s.key)
        return Said(s.key, s.state, s.says, s.patient, s.until, lacking, s.sources)

    def banded(self, entry: Entry[EntryText], key: str, band: Band | Class) -> Banded:
        """A band or class with its words and figures."""
        return self._prepared.banded(entry, key, band)

    def lacking(self, entry: Entry[EntryText], *outputs: str) -> tuple[Lacking, ...]:
        """What is not known and keeps these outputs open."""
        found: dict[str, None] = {}
        for output in outputs:
            if output in entry.features and self.value(entry, output) is None:
                found |= self._partly.open_of(entry.features[output].name)
        return self._named(found)

    def lacking_in(self, entry: Entry[EntryText], places: tuple[str, ...]) -> tuple[Lacking, ...]:
        """What is not known of all that the entry's conditions and values at these places read."""
        found: dict[str, None] = {}
        for name in self._prepared.names_in(entry.id, places):
            if self._values.get(name, 0) is None:
                found |= self._partly.open_of(name)
        return self._named(found)

    def _named(self, features: Iterable[str]) -> tuple[Lacking, ...]:
        return tuple(self._prepared.lacking(name) for name in features)

    def reasons(self, entry: Entry[EntryText], output: str) -> tuple[Reason, ...]:
        """The features and facts that made an output what it is."""
        return self._reasons.of(self._partly.reasons_of(entry.features[output].name))

    def cited(self, citations: Iterable[Citation]) -> tuple[Cited, ...]:
        """The citations with their titles."""
        return self._prepared.cited(citations)

    def standing(self, entry: Entry[EntryText]) -> Standing:
        """What the entry stands on."""
        return self._prepared.standing(entry.id)

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
