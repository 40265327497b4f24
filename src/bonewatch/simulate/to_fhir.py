"""An invented person as FHIR R4 resources, as a hospital's bulk export would have them.

What the record says is written as for anyone (record/to_fhir.py); around it stand the resources an
export is full of (vital signs at each check-up), which no rule reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from bonewatch.record.to_fhir import Export, Fhir, Record, Row, coded
from bonewatch.simulate.rates import read_rates

__all__ = ["Fhir", "Record", "Row", "to_fhir"]

_VITAL = "vital-signs"
_VITALS = (
    ("8867-4", "Heart rate", "/min"),
    ("8310-5", "Body temperature", "Cel"),
    ("9279-1", "Respiratory rate", "/min"),
)
_PRESSURES = (("8480-6", "Systolic blood pressure"), ("8462-4", "Diastolic"))


def to_fhir(patient_id: str, record: Record) -> Iterator[Fhir]:
    """Every resource of the person, the Patient first."""
    yield from _Invented(patient_id, record).resources()


class _Invented(Export):
    """With a name, and with vital signs at each check-up."""

    IDENTIFIER = "urn:example:bonewatch:invented"

    def _patient(self) -> Fhir:
        named = {"name": [{"family": "Invented", "given": [self._patient_id]}]}
        return {**super()._patient(), **named}

    def _visit(self, row: Row) -> Iterator[Fhir]:
        encounter = self._encounter(row)
        yield encounter
        if row["kind"] == "check_up":
            seen = {"encounter": {"reference": f"Encounter/{encounter['id']}"}}
            yield from ({**one, **seen} for one in self._vital_signs(str(row["done_on"])))

    def _vital_signs(self, day: str) -> Iterator[Fhir]:
        for code, display, unit in _VITALS:
            amount = {"value": self._vital(code, self._number * 7), "unit": unit,
                      "system": "http://unitsofmeasure.org"}  # fmt: skip
            said = coded("loinc", code, display)
            yield self._observation(said, day, "", _VITAL, valueQuantity=amount)
        parts = [
            {"code": coded("loinc", code, display),
             "valueQuantity": {"value": self._vital(code, self._number), "unit": "mm[Hg]"}}
            for code, display in _PRESSURES
        ]  # fmt: skip
        said = coded("loinc", "85354-9", "Blood pressure")
        yield self._observation(said, day, "", _VITAL, component=parts)

    def _vital(self, code: str, number: int) -> float:
        """A vital sign that no rule reads, another one each time."""
        least, span = (read_rates().shares(name)[code] for name in ("vital_least", "vital_span"))
        return least + number % span
