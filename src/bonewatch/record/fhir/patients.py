"""Patients -> the one patient row: born, died, sex. Names and addresses are never read."""

from __future__ import annotations

from bonewatch.record.fhir.chart import Chart
from bonewatch.record.fhir.references import Index
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.values import code_of, day, text
from bonewatch.record.tables import PATIENT

_SEXES = PATIENT.field("sex").choices


def map_patient(entry: Entry, chart: Chart, index: Index) -> None:
    """One Patient -> the patient row."""
    resource, row = entry.resource, chart.patient
    if row["at"]:
        return
    row["at"] = entry.at
    born, died = day(resource.get("birthDate")), day(resource.get("deceasedDateTime"))
    sex = code_of(resource.get("gender"))
    if born:
        row["birth_date"] = born
    elif text(resource.get("birthDate")):
        chart.note(entry, "has a birthDate that is not a date; left out")
    if sex in _SEXES:
        row["sex"] = sex
    if died:
        row["died_on"] = died
    elif resource.get("deceasedBoolean") is True:
        chart.note(entry, "has died; the day is not given")
