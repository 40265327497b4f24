"""What is on record and no rule judges: said, so that nothing recorded goes unjudged in silence.

A value or an active problem that nothing in the pack reads, and a value outside its laboratory's
own range that none of the rules acted on reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bonewatch.assessment.in_play import features_behind
from bonewatch.engine.in_python import Evaluation
from bonewatch.features.rows import INDEXED, Row
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.record.words import words

JUDGED = ("measurement", "condition")


class NotJudged:
    """The parts of a record that a pack does not judge."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        every = (*pack.features.values(), *pack.derived.values())
        self._read = {source: set[str]() for source in JUDGED}
        for feature in every:
            if feature.source in self._read:
                self._read[feature.source].update(feature.index or ())

    def of(self, evaluation: Evaluation, acted_on: Iterable[Rule]) -> tuple[str, ...]:
        """Labels of what is not judged, each once."""
        tables = evaluation.rows.tables
        unread = (
            words(source)[str(row[INDEXED[source]])].label
            for source in JUDGED
            for row in tables[source]
            if str(row[INDEXED[source]]) not in self._read[source] and _counts(row)
        )
        spoken = {what for rule in acted_on for what in self._measured_by(rule)}
        outside = (
            f"{words('measurement')[what].label} outside its own range"
            for what, row in _latest(tables["measurement"]).items()
            if row["flag"] in ("low", "high") and what not in spoken
        )
        return tuple(dict.fromkeys((*unread, *outside)))

    def _measured_by(self, rule: Rule) -> Iterator[str]:
        for name in features_behind(self._pack, rule):
            feature = self._pack.features[name]
            if feature.source == "measurement":
                yield from feature.index or ()


def _counts(row: Row) -> bool:
    """Is it there now? A problem that was looked for and not found, or has ended, is not."""
    return row.get("present") is not False and not row.get("resolved")


def _latest(rows: list[Row]) -> dict[str, Row]:
    last: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row["measured_on"] or 0):
        last[str(row["what"])] = row
    return last
