"""The whole pathway said of one person."""

from __future__ import annotations

from functools import cached_property
from typing import cast

from bonewatch.assessment.partly import Partly
from bonewatch.assessment.pathway.follow_up import follow_up
from bonewatch.assessment.pathway.lifestyle import advice
from bonewatch.assessment.pathway.options import options
from bonewatch.assessment.pathway.prepared import Prepared
from bonewatch.assessment.pathway.reading import Reading
from bonewatch.assessment.pathway.result import Advice, FollowUp, Option, Pathway, Risk, Score, Step
from bonewatch.assessment.pathway.scores import RowScorer, score, table
from bonewatch.assessment.pathway.workup import steps
from bonewatch.engine.in_python import Engine, Evaluation
from bonewatch.engine.why import Why
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import LookupText, ScoreText


class Teller:
    """A pack made ready to tell the pathway of one person after another.

    `protocol` is the follow-up protocol of the clinic.
    """

    def __init__(self, engine: Engine, why: Why, protocol: str = "") -> None:
        self.engine, self._why = engine, why
        self.prepared = Prepared(engine.pack)
        self.protocol = protocol or engine.pack.about.protocol
        self.scores = [e for e in engine.pack.entries.values() if isinstance(e.text, ScoreText)]
        self.rows = {
            e.id: RowScorer(cast(Entry[ScoreText], e))
            for e in self.scores
            if cast(ScoreText, e.text).of
        }

    def tell(self, triage: Evaluation) -> Pathway:
        """What the pathway says of the person."""
        return Pathway(_Told(self, triage))

    def read(self, triage: Evaluation) -> Reading:
        """The person's entries, computed after the rules."""
        whole = self.engine.with_entries(triage)
        partly = Partly(self.engine.pack, self._why, whole.values, whole.acts)
        return Reading(self.engine, whole, partly, self.prepared)


class _Told:
    """One person's pathway, read once for all its parts."""

    def __init__(self, teller: Teller, triage: Evaluation) -> None:
        self._teller, self._triage = teller, triage

    @cached_property
    def _reading(self) -> Reading:
        return self._teller.read(self._triage)

    def risk(self) -> Risk:
        """Stage, subtype, prognosis, and the published tables."""
        pack = self._teller.engine.pack
        tables = (e for e in pack.of_folder("risk") if isinstance(e.text, LookupText))
        told = tuple(table(self._reading, entry) for entry in tables)
        return Risk(self._scored("risk"), told)

    def scores(self) -> tuple[Score, ...]:
        """The scores and classifications."""
        return self._scored("scores")

    def workup(self) -> tuple[Step, ...]:
        """The steps of the work-up."""
        return steps(self._reading)

    def treatment(self) -> tuple[Option, ...]:
        """The options of treatment."""
        return options(self._reading)

    def follow_up(self) -> FollowUp:
        """What is due by the protocol in use."""
        return follow_up(self._reading, self._teller.protocol)

    def lifestyle(self) -> tuple[Advice, ...]:
        """The advice for living."""
        return advice(self._reading)

    def _scored(self, folder: str) -> tuple[Score, ...]:
        return tuple(
            score(self._reading, entry, self._teller.rows.get(entry.id))
            for entry in self._teller.scores
            if entry.folder == folder
        )
