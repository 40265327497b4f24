"""Questionnaire answers -> complaints, where a question or an answer is one of our symptom words.

`limb_weakness` or `symptom/limb_weakness` asks for the complaint itself; `pain.site`, or `site`
within it, for a field of its row. A repeated group is a row each time.
"""

from __future__ import annotations

import re

from bonewatch.record.fhir.chart import Chart, RawRow, in_error
from bonewatch.record.fhir.code_lists import Concept
from bonewatch.record.fhir.complaints import severity_of, yes_or_no
from bonewatch.record.fhir.conditions import reporter_of
from bonewatch.record.fhir.measurements import amount_of
from bonewatch.record.fhir.places import place_of
from bonewatch.record.fhir.references import Index
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.values import concept, day, first_day, mapping, mappings, text
from bonewatch.record.tables import SYMPTOM, Field
from bonewatch.record.words import words

_DEEPEST = 12
_FIELDS = frozenset(SYMPTOM.names)
_SEPARATORS = re.compile(r"[/:]")
_RESERVED = {"kind", "reported_on", "reporter"}


def map_answers(entry: Entry, chart: Chart, index: Index) -> None:
    """One QuestionnaireResponse -> the complaints in it."""
    if in_error(entry, chart):
        return
    resource = entry.resource
    said_by = resource.get("source") or resource.get("author")
    start: RawRow = {"reported_on": first_day(resource.get("authored"))}
    reporter = reporter_of(said_by)
    if reporter:
        start["reporter"] = reporter
    _Reading(entry, chart, start).items(resource.get("item"), None, {}, 0)


class _Reading:
    """The walk through the items of one response."""

    def __init__(self, entry: Entry, chart: Chart, start: RawRow) -> None:
        self.entry, self.chart, self.start = entry, chart, start
        self.symptoms = words("symptom")

    def items(self, raw: object, row: RawRow | None, latest: dict[str, RawRow], depth: int) -> None:
        """The items of one level; `row` is the complaint they are about, if any."""
        for item in mappings(raw):
            self._item(item, row, latest, depth)

    def _item(
        self, item: dict[str, object], row: RawRow | None, latest: dict[str, RawRow], depth: int
    ) -> None:
        name = _SEPARATORS.split(text(item.get("linkId")))[-1].removeprefix("symptom.")
        kind, _, field = name.partition(".")
        answers = list(mappings(item.get("answer")))
        if kind in self.symptoms and not field:
            row = latest[kind] = self._complaint(kind, item, answers)
        elif kind in self.symptoms and field in _FIELDS:
            row = latest[kind] = latest.get(kind) or self._new(kind)
            self._fill(row, field, answers)
        elif name in _FIELDS and row is not None:
            self._fill(row, name, answers)
        elif not self._named_by_answers(answers) and answers:
            self.chart.miss(self.entry, Concept((), text(item.get("linkId"))))
        if depth < _DEEPEST:
            for nested in (item, *answers):
                self.items(nested.get("item"), row, dict(latest), depth + 1)

    def _new(self, kind: str) -> RawRow:
        return self.chart.add("symptom", self.entry, kind=kind, **self.start)

    def _complaint(
        self, kind: str, item: dict[str, object], answers: list[dict[str, object]]
    ) -> RawRow:
        """The complaint itself, by yes or no or by how bad it is."""
        row = self._new(kind)
        for answer in answers:
            severity = severity_of(answer)
            present = yes_or_no(answer) if severity is None else severity > 0
            if severity is not None:
                row["severity"] = severity
            if present is False:
                row["present"] = False
            if present is None and severity is None:
                self._words(row, answer)
        return row

    def _words(self, row: RawRow, answer: dict[str, object]) -> None:
        said = text(answer.get("valueString"))
        site = place_of(concept(answer.get("valueCoding"))).site
        if said:
            row["words"] = said
        elif site:
            row["site"] = site

    def _fill(self, row: RawRow, name: str, answers: list[dict[str, object]]) -> None:
        for answer in answers:
            value = _fitting(SYMPTOM.field(name), answer)
            if value is not None and name not in _RESERVED:
                row[name] = value
            else:
                self.chart.note(self.entry, f"has no value that fits {name}; left out")

    def _named_by_answers(self, answers: list[dict[str, object]]) -> bool:
        """Complaints ticked in a list; True when any answer was one."""
        codes = [text(mapping(answer.get("valueCoding")).get("code")) for answer in answers]
        known = [code for code in codes if code in self.symptoms]
        for code in known:
            self._new(code)
        return bool(known)


def _fitting(field: Field, answer: dict[str, object]) -> object:
    """The answer as a value of that field; None when it does not fit."""
    if field.type == "bool":
        return yes_or_no(answer)
    if field.type in ("number", "integer"):
        return _number(field, answer)
    if field.type == "date":
        return day(answer.get("valueDate")) or day(answer.get("valueDateTime")) or None
    coding = mapping(answer.get("valueCoding"))
    said = text(coding.get("code")) or text(answer.get("valueString"))
    if field.type == "word":
        if said in words(field.words):
            return said
        return place_of(concept(answer.get("valueCoding") or said)).site or None
    return said if said and (said in field.choices or field.type == "text") else None


def _number(field: Field, answer: dict[str, object]) -> float | int | None:
    amount = amount_of(answer)
    if amount is None:
        return None
    least, most = field.least, field.most
    if (least is not None and amount.value < least) or (most is not None and amount.value > most):
        return None
    if field.type == "integer":
        return int(amount.value) if amount.value == int(amount.value) else None
    return amount.value
