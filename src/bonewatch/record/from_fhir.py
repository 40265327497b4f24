"""FHIR R4 -> records: one mapper for a Bundle, a list of resources, one resource or NDJSON text.

Gives each patient's rows in the shape of a record, what was not understood, and notes. Never
raises for what the data contain, and never puts a row's values in a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bonewatch.record.fhir.cancers import Cancers, Fact
from bonewatch.record.fhir.chart import Chart, RawRecord
from bonewatch.record.fhir.conditions import map_condition, receptor_states
from bonewatch.record.fhir.imaging import map_order, map_report, map_study
from bonewatch.record.fhir.observations import map_observation
from bonewatch.record.fhir.patients import map_patient
from bonewatch.record.fhir.procedures import map_procedure
from bonewatch.record.fhir.questionnaires import map_answers
from bonewatch.record.fhir.references import Index, about_somebody_else, assign
from bonewatch.record.fhir.resources import Entry, entries, looks_like_fhir, resources_of
from bonewatch.record.fhir.treatments import map_medicine
from bonewatch.record.fhir.values import items
from bonewatch.record.record import Note

__all__ = ["FhirReading", "RawRecord", "looks_like_fhir", "read_fhir", "resources_of"]

_FIRST = ("Patient", "Condition", "ImagingStudy")
_UNDERSTOOD = {"FamilyMemberHistory", "Medication", "Specimen"}
_MAPPED: dict[str, Callable[[Entry, Chart, Index], None]] = {
    "Patient": map_patient,
    "Procedure": map_procedure,
    "ImagingStudy": map_study,
    "DiagnosticReport": map_report,
    "QuestionnaireResponse": map_answers,
    "ServiceRequest": map_order,
    "ProcedureRequest": map_order,
    "DiagnosticOrder": map_order,
    "MedicationRequest": map_medicine,
    "MedicationStatement": map_medicine,
    "MedicationAdministration": map_medicine,
    "MedicationDispense": map_medicine,
    "MedicationOrder": map_medicine,
    "MedicationPrescription": map_medicine,
}
USED = {*_FIRST, *_UNDERSTOOD, *_MAPPED, "Observation"}
"""The types of resource that are read; of any other it is only counted how many there are."""


@dataclass(frozen=True, slots=True, repr=False)
class FhirReading:
    """The records by patient id, what was not understood, and what should be known."""

    records: dict[str, RawRecord]
    not_understood: dict[str, dict[str, int]]
    notes: dict[str, list[Note]]

    def __repr__(self) -> str:
        return f"<FhirReading of {len(self.records)} patients>"


def read_fhir(resources: Iterable[object]) -> FhirReading:
    """Every patient's record out of FHIR resources of any quality."""
    index = Index(entries(resources))
    known = assign(index)
    nobodys = known[0] if len(known) == 1 else ""
    mappings = {name: _Mapping(name, index) for name in (*known, nobodys)}
    mappings[nobodys].chart.notes += index.problems
    for entry in sorted(index.entries, key=_order):
        mappings[entry.patient_id].take(entry)
    for mapping in mappings.values():
        mapping.finish()
    return _reading({name: mapping.chart for name, mapping in mappings.items()})


def _reading(charts: dict[str, Chart]) -> FhirReading:
    return FhirReading(
        {name: chart.record() for name, chart in charts.items() if name or not chart.is_empty},
        {name: chart.not_understood for name, chart in charts.items() if chart.not_understood},
        {name: chart.notes for name, chart in charts.items() if chart.notes},
    )


def _order(entry: Entry) -> int:
    """Cancers come before what is said about them."""
    return _FIRST.index(entry.type) if entry.type in _FIRST else len(_FIRST)


class _Mapping:
    """One patient's resources on their way to rows."""

    def __init__(self, patient_id: str, index: Index) -> None:
        self.chart = Chart(patient_id)
        self.index = index
        self.cancers = Cancers(self.chart, index)
        self.observations: list[Entry] = []

    def take(self, entry: Entry) -> None:
        """One resource; facts about cancers wait until all cancers are known."""
        other = about_somebody_else(entry)
        if other:
            self.chart.note(entry, f"is about a {other}, not about a patient; left out")
        elif entry.type == "Condition":
            map_condition(entry, self.cancers)
        elif entry.type == "Observation":
            self._remember_group(entry)
            self.observations.append(entry)
        elif entry.type in _MAPPED:
            _MAPPED[entry.type](entry, self.chart, self.index)
        elif entry.type not in _UNDERSTOOD:
            self.chart.miss_type(entry)

    def _remember_group(self, entry: Entry) -> None:
        """A member of a stage group is about the group's cancer."""
        for reference in items(entry.resource.get("hasMember")):
            member = self.index.find(reference, entry)
            if member is not None:
                self.cancers.groups.setdefault(id(member), entry)

    def finish(self) -> None:
        """What had to wait: observations, and receptor states told as conditions."""
        for entry in self.observations:
            map_observation(entry, self.cancers)
        for entry in self.cancers.receptor_conditions:
            owner = self.cancers.owner(entry, breast_only=True)
            for name, value in receptor_states(entry):
                if owner is not None:
                    self.cancers.state(owner, entry, Fact(name, value))
