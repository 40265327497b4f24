"""The chart read for the scores: what is known of each, and the rows that one is asked of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from django.utils import timezone

from bonewatch.assessment.pathway.asked import ScoreAsked, ask_score, unknown_items
from bonewatch.assessment.pathway.result import RowScore, Score
from bonewatch.assessment.result import Assessment
from bonewatch.knowledge.pathway.entry import Entry as PackEntry
from bonewatch.knowledge.pathway.text import ScoreText
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.record import Record
from bonewatch.record.tables import Field
from bonewatch.record.words import words
from bonewatch.web.accounts.models import Patient
from bonewatch.web.chart.models import Entry
from bonewatch.web.chart.queries import (
    TEAM_LANGUAGE,
    assessor,
    by_table,
    of_these,
    record_from,
)


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row of such a score: what it says, and what of it is not known."""

    says: str
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A score on the patient's page: what it is, what of it is not known, whether it has a form."""

    score: Score
    said: str
    unknown: tuple[str, ...]
    rows: tuple[RowLine, ...]
    has_form: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """The scores that say something or can be filled in, and those of which nothing is known."""

    told: list[Line]
    open: list[Line]


def lines_of(found: Assessment) -> Lines:
    """Every score, with what is not known yet; those with a form first."""
    lines = [_line(score) for score in found.pathway.scores]
    told = [line for line in lines if line.said and not line.has_form]
    return Lines(
        [line for line in lines if line.has_form] + told,
        [line for line in lines if not line.said and not line.has_form],
    )


def _line(score: Score) -> Line:
    rows = tuple(RowLine(row.says, tuple(unknown_items(row.items))) for row in score.rows)
    has_form = asked_score(score.id) is not None
    return Line(score, _said(score), tuple(_unknown(score)), rows, has_form)


def _unknown(score: Score) -> list[str]:
    """The items that are not known; of an item that is a value, the facts that it lacks."""
    if any(item.lowest is None for item in score.items) or not score.items:
        return [one.meaning for one in score.lacking]
    return unknown_items(score.items)


def _said(score: Score) -> str:
    """The number, or the lowest and the highest, with the band where there is one left."""
    band = score.bands[0].title if len(score.bands) == 1 else ""
    if score.kind == "classification":
        return band
    if score.lowest is None or score.highest is None:
        return ""
    number = f"{score.lowest:g}"
    if score.lowest != score.highest:
        number += f" to {score.highest:g}"
    return ", ".join(filter(None, (f"{number} {score.unit}", band)))


@lru_cache(maxsize=64)
def asked_score(name: str) -> ScoreAsked | None:
    """The score of that name as a form asks it; None where there is none that can be asked."""
    pack = assessor(TEAM_LANGUAGE).pack
    entry = pack.entries.get(name)
    if entry is None or not isinstance(entry.text, ScoreText):
        return None
    return ask_score(pack, cast(PackEntry[ScoreText], entry))


@dataclass(frozen=True, slots=True)
class Listed:
    """A row that the score is for: its entry, what it is called, its score where one is told."""

    entry: Entry
    called: str
    score: RowScore | None


class ScoreChart:
    """The entries of a patient that stand, read for one score."""

    def __init__(self, patient: Patient, asked: ScoreAsked) -> None:
        self.patient, self.asked = patient, asked
        self._stands = of_these(Entry.objects.filter(patient=patient))
        self._own = [one for one in self._stands if one.table == asked.table.name]
        self._today = timezone.localdate()
        self._record = record_from(self._stands)
        self._score = self._told(self._record)

    def listed(self) -> list[Listed]:
        """The rows that the score is for, the one written last first."""
        told = {row.at: row for row in self._score.rows} if self._score else {}
        places = self.asked.is_for(self._record, self._today)
        listed = [self._listed(self._own[_number(at)], told.get(at)) for at in places]
        return sorted(listed, key=lambda one: -one.entry.pk)

    def _listed(self, entry: Entry, score: RowScore | None) -> Listed:
        return Listed(entry, called(self.asked, entry.values), score)

    def worked_out(self, entry: Entry | None, values: Mapping[str, Any]) -> RowScore | None:
        """The score that a row would have, were it written so."""
        tables = by_table(self._stands)
        own = tables.setdefault(self.asked.table.name, [])
        place = self._own.index(entry) if entry else len(own)
        own[place : place + 1] = [dict(values)]
        score = self._told(keep_what_holds(tables))
        return next((r for r in (score.rows if score else ()) if _number(r.at) == place), None)

    def notes(self) -> list[str]:
        """What the score says of the person beside its points, as the chart stands."""
        return [note.says for note in self._score.notes] if self._score else []

    def _told(self, record: Record) -> Score | None:
        """The score as the engine tells it; None where nothing beyond triage is told."""
        ready = assessor(TEAM_LANGUAGE, self.patient.clinic.protocol)
        scores = ready.assess(record, self._today).pathway.scores
        return next((score for score in scores if score.id == self.asked.text.id), None)


def called(asked: ScoreAsked, values: Mapping[str, Any]) -> str:
    """Where a row is and of which day, as far as it says."""
    return ", ".join(_parts(asked, values))


def _parts(asked: ScoreAsked, values: Mapping[str, Any]) -> Iterator[str]:
    chosen = [item.field for item in asked.items if item.is_place or item.field.type == "text"]
    names = [*asked.places, *(field.name for field in chosen), "side", asked.table.dated_by]
    for name in names:
        if values.get(name):
            yield _word(asked.table.field(name), values[name])


def _word(field: Field, value: Any) -> str:
    return words(field.words)[value].label if field.words else str(value).replace("_", " ")


def _number(at: str) -> int:
    """The place of a row in its table: 3 of `lesion[3]`."""
    return int(at.partition("[")[2].rstrip("]"))
