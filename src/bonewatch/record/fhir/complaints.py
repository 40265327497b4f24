"""Complaints told as observations: a symptom that is there or not, or how bad a pain is."""

from __future__ import annotations

from bonewatch.record.fhir.chart import Chart
from bonewatch.record.fhir.code_lists import Concept, Row, find, find_code, find_words
from bonewatch.record.fhir.conditions import reporter_of
from bonewatch.record.fhir.measurements import amount_of
from bonewatch.record.fhir.places import within
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.values import concept, items, text
from bonewatch.record.tables import SYMPTOM

_SCALE = SYMPTOM.field("severity")


def yes_or_no(part: dict[str, object]) -> bool | None:
    """Whether the value says it is there; None when it says neither."""
    said = part.get("valueBoolean")
    if isinstance(said, bool):
        return said
    answer = concept(part.get("valueCodeableConcept"))
    written = text(part.get("valueString"))
    row = find("answer", answer) or (find("answer", Concept((), written)) if written else None)
    return {"positive": True, "negative": False}.get(row["answer"]) if row else None


def severity_of(part: dict[str, object]) -> float | None:
    """A severity on the scale of a symptom row; None when it is off the scale."""
    amount = amount_of(part)
    least, most = _SCALE.least or 0.0, _SCALE.most or 0.0
    if amount is None or not least <= amount.value <= most:
        return None
    return amount.value


def _reporter(entry: Entry) -> str:
    performers = items(entry.resource.get("performer"))
    return reporter_of(performers[0]) if performers else ""


def pain(entry: Entry, chart: Chart, part: dict[str, object], on: str) -> None:
    """A pain score; none is a pain that is not there."""
    severity = severity_of(part)
    if severity is None:
        chart.note(entry, "has a pain score that is not 0 to 10; left out")
        return
    where = within("", "", entry.resource, concept(entry.resource.get("code")))
    chart.add(
        "symptom",
        entry,
        reported_on=on,
        kind="pain",
        present=None if severity else False,
        site=where.site,
        side=where.side,
        severity=severity,
        reporter=_reporter(entry),
    )


def told_symptom(
    entry: Entry, chart: Chart, part: dict[str, object], on: str, meant: Concept, row: Row
) -> None:
    """A symptom by its own code, or named by the value of a general one."""
    if row.get("name") == "coded_symptom":
        _named_by_value(entry, chart, part, on, meant)
        return
    answer, severity = yes_or_no(part), severity_of(part)
    if severity is not None and answer is None and row["kind"] == "pain":
        answer = severity > 0
    _add(entry, chart, on, meant, row, answer, severity if row["kind"] == "pain" else None)


def _named_by_value(
    entry: Entry, chart: Chart, part: dict[str, object], on: str, meant: Concept
) -> None:
    value = concept(part.get("valueCodeableConcept"))
    value = value if value.codings or value.text else concept(text(part.get("valueString")))
    found = find_code(("symptom",), value) or find_words(("symptom",), value)
    if found is None:
        chart.miss(entry, value if value.texts and value.codings else meant)
        return
    _add(entry, chart, on, value, found[1], None, None)


def _add(
    entry: Entry,
    chart: Chart,
    on: str,
    meant: Concept,
    row: Row,
    present: bool | None,
    severity: float | None,
) -> None:
    where = within(row["site"], row["side"], entry.resource, meant)
    more = {row["more"]: True} if row["more"] and present is not False else {}
    chart.add(
        "symptom",
        entry,
        reported_on=on,
        kind=row["kind"],
        present=False if present is False else None,
        site=where.site,
        side=where.side,
        severity=severity,
        reporter=_reporter(entry),
        **more,
    )
