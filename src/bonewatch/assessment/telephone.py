"""What to say on the telephone: a few sentences a person would say, out of what she herself knows.

They name the cancer, the drugs she has, and every complaint that is open, with what began when.
Nothing that only the chart says (a scan, a sample, a problem of the list) is put into her mouth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import cast

from bonewatch.assessment.result import Finding
from bonewatch.assessment.row_words import RowWords
from bonewatch.engine.in_python import Evaluation
from bonewatch.features.rows import NOTHING, Row
from bonewatch.knowledge.pack import URGENCIES, Pack
from bonewatch.record.tables import SYMPTOM

MOST_DRUGS, MOST_LETTERS = 2, {True: 140, False: 190}
"""So many drugs are named; the complaints are told in so many letters where that can be: fewer in
an emergency, which has to be said fast."""
_ROOM = ((2, 4), (2, 2), (1, 3), (1, 1), (1, 0), (0, 0))
"""How many complaints are told in detail, and how many details of each: the most that fits."""
_TOLD_KINDS = (
    "endocrine", "chemotherapy", "targeted", "immunotherapy", "bone_modifying", "steroid",
)  # fmt: skip
_NO_DRUGS = ("surgery", "radiotherapy")
_TEMPERATURE = "temperature"


def open_complaints(symptoms: Iterable[Row], as_of: int, most_days: int) -> list[Row]:
    """The complaints no report has ended, newest first; told at most so many days ago."""
    found = [
        row
        for row in symptoms
        if row["latest"] and row["present"] and not row["ended"] and row["kind"] != NOTHING
        and as_of - int(cast(int, row["reported_on"])) <= most_days
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-int(cast(int, row["reported_on"])), str(row["kind"])))


class TelephoneWords:
    """Says what to say; the sentences are the pack's, in its language."""

    def __init__(self, pack: Pack) -> None:
        self._pack, self._words = pack, pack.words
        self._rows = RowWords(True, pack.translations, pack.words)

    def say(self, evaluation: Evaluation, findings: Sequence[Finding]) -> str:
        """The sentences, or nothing where there is nothing to call about."""
        top = [f for f in findings if f.urgency == findings[0].urgency]
        facts = (fact.at for f in findings for reason in f.because for fact in reason.facts)
        behind = {at: place for place, at in enumerate(dict.fromkeys(facts))}
        most_letters = MOST_LETTERS[bool(top) and top[0].urgency == URGENCIES[0]]
        about = self._about(evaluation, behind, most_letters)
        if not about and (not top or top[0].urgency == URGENCIES[-1]):
            return ""
        told = about or [self._words["say_result"]]
        return " ".join((*self._cancer(evaluation), *self._drugs(evaluation, behind), *told))

    def _cancer(self, evaluation: Evaluation) -> Iterator[str]:
        known = self._pack.known
        if evaluation.values.get(known.get("breast_cancer", "")):
            treated = evaluation.values.get(known.get("on_treatment", ""))
            yield self._words["say_cancer_treated" if treated else "say_cancer"]

    def _drugs(self, evaluation: Evaluation, behind: Mapping[str, int]) -> Iterator[str]:
        rows = evaluation.rows.tables["treatment"]
        named = [
            row
            for row in rows
            if row["agent"] and row["course_kind"] not in _NO_DRUGS
            and (row["at"] in behind or _runs(row))
        ]  # fmt: skip
        named.sort(key=lambda row: behind.get(str(row["at"]), len(behind)))
        labels = dict.fromkeys(self._drug(str(row["agent"])) for row in named)
        if labels:
            yield self._words["say_drugs"].format(drugs=self._listed(list(labels)[:MOST_DRUGS]))

    def _drug(self, agent: str) -> str:
        return self._pack.plain("agent", agent).split(" (")[0]

    def _listed(self, said: Sequence[str]) -> str:
        *before, last = said
        return self._words["say_and"].format(first=", ".join(before), last=last) if before else last

    def _about(
        self, evaluation: Evaluation, behind: Mapping[str, int], most_letters: int
    ) -> list[str]:
        """Every open complaint: the first in as much detail as there is room for, all by name."""
        most = int(self._pack.settings["open_complaint_days"].value)
        rows = open_complaints(evaluation.rows.tables[SYMPTOM.name], evaluation.as_of, most)
        rows.sort(key=lambda row: behind.get(str(row["at"]), len(behind)))
        once = {self._rows.complaints.name(row): row for row in reversed(rows)}
        names = list(reversed(once))
        year = f"{date.fromordinal(evaluation.as_of):%Y}"
        temperature = list(self._temperature(evaluation, behind))
        said = [""]
        for in_detail, details in _ROOM:
            said = [*self._told(names, once, in_detail, details, year), *temperature]
            if sum(map(len, said)) <= most_letters:
                break
        return said

    def _told(
        self, names: list[str], rows: Mapping[str, Row], in_detail: int, details: int, year: str
    ) -> list[str]:
        first = [self._in_detail(rows[name], details, year) for name in names[:in_detail]]
        templates = ("say_about", *("say_and_about" for _ in first[1:]))
        said = [
            self._words[template].format(what=what)
            for template, what in zip(templates, first, strict=False)
        ]
        if left := names[in_detail:]:
            said.append(
                self._words["say_also" if first else "say_about"].format(what=self._listed(left))
            )
        return said

    def _in_detail(self, row: Row, details: int, year: str) -> str:
        spoken = self._rows.complaints
        since = list(spoken.dates(row, year)) or [spoken.told_on(row, year)]
        return ", ".join((spoken.name(row), *list(spoken.details(row))[:details], *since))

    def _temperature(self, evaluation: Evaluation, behind: Mapping[str, int]) -> Iterator[str]:
        for row in evaluation.rows.tables["measurement"]:
            if row["what"] == _TEMPERATURE and row["at"] in behind and row["value"] is not None:
                yield self._words["say_temperature"].format(number=f"{row['value']:g}")
                return


def _runs(row: Row) -> bool:
    """Is it a course of cancer treatment that has not ended?"""
    return bool(row["open_ended"] and row["given"] and row["course_kind"] in _TOLD_KINDS)
