"""The whole pathway said of one person."""

from __future__ import annotations

from typing import cast

from bonewatch.assessment.partly import Partly
from bonewatch.assessment.pathway.follow_up import follow_up
from bonewatch.assessment.pathway.lifestyle import advice
from bonewatch.assessment.pathway.options import options
from bonewatch.assessment.pathway.reading import Reading
from bonewatch.assessment.pathway.result import Pathway, Risk, Score
from bonewatch.assessment.pathway.scores import RowScorer, score, table
from bonewatch.assessment.pathway.workup import steps
from bonewatch.engine.in_python import Engine, Evaluation
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import LookupText, ScoreText


class Teller:
    """A pack made ready to tell the pathway of one person after another.

    `protocol` is the follow-up protocol of the clinic.
    """

    def __init__(self, engine: Engine, partly: Partly, protocol: str = "") -> None:
        self._engine, self._partly = engine, partly
        self._protocol = protocol or engine.pack.about.protocol
        entries = [e for e in engine.pack.entries.values() if isinstance(e.text, ScoreText)]
        self._scores = entries
        self._rows = {
            e.id: RowScorer(cast(Entry[ScoreText], e))
            for e in entries
            if cast(ScoreText, e.text).of
        }

    def tell(self, evaluation: Evaluation) -> Pathway:
        """What the pathway says of the person."""
        reading = Reading(self._engine, evaluation, self._partly)
        tables = (e for e in reading.pack.of_folder("risk") if isinstance(e.text, LookupText))
        return Pathway(
            Risk(self._told(reading, "risk"), tuple(table(reading, entry) for entry in tables)),
            self._told(reading, "scores"),
            steps(reading),
            options(reading),
            follow_up(reading, self._protocol),
            advice(reading),
        )

    def _told(self, reading: Reading, folder: str) -> tuple[Score, ...]:
        return tuple(
            score(reading, entry, self._rows.get(entry.id))
            for entry in self._scores
            if entry.folder == folder
        )
