"""Procedures -> treatments, biopsies, imaging and visits.

A surgical or radiotherapy course carries its site, side, fractions and intent. A procedure that
was not done is a treatment `given: false`, or no study at all.
"""

from __future__ import annotations

from bonewatch.record.fhir.chart import Chart, in_error
from bonewatch.record.fhir.code_lists import Concept, Row, find
from bonewatch.record.fhir.drugs import usual_kind
from bonewatch.record.fhir.imaging import add_study, study_of
from bonewatch.record.fhir.places import within
from bonewatch.record.fhir.references import Index
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.treatments import intent_of, was_given
from bonewatch.record.fhir.values import (
    concept,
    extensions,
    first_day,
    mapping,
    number,
    text,
)
from bonewatch.record.tables import TREATMENT

_PLANNED = {"preparation", "draft", "planned"}
_TECHNIQUES = ("radiotherapy-technique", "radiotherapy-modality")
_FRACTIONS = TREATMENT.field("fractions")


def map_procedure(entry: Entry, chart: Chart, index: Index) -> None:
    """One Procedure -> its row."""
    if in_error(entry, chart):
        return
    meant = concept(entry.resource.get("code"))
    row = find("procedure", meant)
    if row is None:
        chart.miss(entry, meant)
    elif text(entry.resource.get("status")).casefold() in _PLANNED:
        chart.note(entry, "is only planned; not counted as done")
    elif row["role"] == "treatment":
        _treatment(entry, chart, index, meant, row)
    elif not was_given(entry.resource, ""):
        chart.note(entry, "was not done; left out")
    elif row["role"] == "biopsy":
        where = within(row["site"] or "by_text", row["side"], entry.resource, meant)
        chart.add("biopsy", entry, done_on=_performed(entry)[0], site=where.site)
    elif row["role"] == "visit":
        chart.add("visit", entry, kind=row["word"], done_on=_performed(entry)[0])
    else:
        add_study(entry, chart, study_of(entry.resource, meant, row), _performed(entry)[0])


def _performed(entry: Entry) -> tuple[str, str]:
    """The first and last day."""
    resource = entry.resource
    period = mapping(resource.get("performedPeriod"))
    began = first_day(resource.get("performedDateTime"), period, resource.get("performedString"))
    return began, first_day(period.get("end"))


def _treatment(entry: Entry, chart: Chart, index: Index, meant: Concept, row: Row) -> None:
    resource = entry.resource
    agent = _agent(resource, row)
    kind = usual_kind(agent)
    began, ended = _performed(entry)
    local = kind in ("surgery", "radiotherapy")
    site = "by_text" if local and not row["site"] else row["site"]
    where = within(site, row["side"], resource, meant)
    chart.add(
        "treatment",
        entry,
        kind=kind,
        agent=agent,
        started_on=began,
        ended_on=ended if ended >= began else "",
        site=where.site if local else "",
        side=where.side if local else "",
        fractions=_fractions(resource) if kind == "radiotherapy" else None,
        given=None if was_given(resource, ended) else False,
        intent=intent_of(entry, index),
    )


def _agent(resource: dict[str, object], row: Row) -> str:
    """The technique where a radiotherapy course tells it, else the procedure's own agent."""
    if row["word"] != "radiotherapy":
        return row["word"]
    for course in extensions(resource, "radiotherapy-modality-and-technique"):
        for ending in _TECHNIQUES:
            for part in extensions(course, ending):
                told = find("procedure", concept(part.get("valueCodeableConcept")))
                if told is not None and told["role"] == "treatment":
                    return told["word"]
    return row["word"]


def _fractions(resource: dict[str, object]) -> int | None:
    """The number of sessions, else of fractions to the first volume."""
    found = [e.get("valueUnsignedInt") for e in extensions(resource, "radiotherapy-sessions")]
    for volume in extensions(resource, "radiotherapy-dose-delivered-to-volume"):
        found += [e.get("valueUnsignedInt") for e in extensions(volume, "fractionsDelivered")]
    count = next((n for raw in found if (n := number(raw)) is not None), None)
    least, most = _FRACTIONS.least or 0, _FRACTIONS.most or 0
    return int(count) if count is not None and least <= count <= most else None
