"""Invented people as tables of the OMOP common data model 5.4, by way of their FHIR resources.

Concepts have numbers from 2,000,000,001 up, which OMOP leaves to each place, made of the true
vocabulary and code, which the CONCEPT table has. A complaint is an observation with its kind and
place in words; OMOP has no place for its details, nor for what FHIR has none for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast
from zlib import crc32

from bonewatch.record.fhir.code_lists import addresses
from bonewatch.record.words import words
from bonewatch.simulate.to_fhir import Fhir, Record, to_fhir

FIRST_CONCEPT = 2_000_000_001
"""The first number that OMOP leaves to each place."""
_CONCEPTS = 147_000_000
"""How many numbers there are up to what a signed integer of 32 bits holds."""
_ROWS_OF_PERSON = 2_000
"""More rows than a person has, so that the numbers of two people never meet."""
Row = dict[str, object]
COLUMNS: dict[str, tuple[str, ...]] = {
    "person": (
        "person_id", "gender_concept_id", "year_of_birth", "month_of_birth", "day_of_birth",
        "race_concept_id", "ethnicity_concept_id", "person_source_value",
    ),
    "death": ("person_id", "death_date"),
    "condition_occurrence": (
        "condition_occurrence_id", "person_id", "condition_concept_id", "condition_start_date",
        "condition_source_value",
    ),
    "measurement": (
        "measurement_id", "person_id", "measurement_concept_id", "measurement_date",
        "value_as_number", "value_as_concept_id", "unit_concept_id", "unit_source_value",
        "measurement_source_value", "value_source_value",
    ),
    "observation": (
        "observation_id", "person_id", "observation_concept_id", "observation_date",
        "value_as_string", "observation_source_value",
    ),
    "drug_exposure": (
        "drug_exposure_id", "person_id", "drug_concept_id", "drug_exposure_start_date",
        "drug_exposure_end_date", "drug_source_value",
    ),
    "procedure_occurrence": (
        "procedure_occurrence_id", "person_id", "procedure_concept_id", "procedure_date",
        "procedure_source_value",
    ),
    "visit_occurrence": (
        "visit_occurrence_id", "person_id", "visit_concept_id", "visit_start_date",
        "visit_end_date", "visit_source_value",
    ),
    "concept": ("concept_id", "concept_name", "vocabulary_id", "concept_code", "domain_id"),
}  # fmt: skip
_VOCABULARIES = {
    "snomed": "SNOMED", "loinc": "LOINC", "rxnorm": "RxNorm", "icd10": "ICD10CM",
    "icd9": "ICD9CM", "atc": "ATC",
}  # fmt: skip
_WOMAN = 8532
"""OMOP's own concept of the female sex."""


class Omop:
    """The tables of one part: rows as they come, and at the end the concepts they used."""

    def __init__(self) -> None:
        self._concepts: dict[tuple[str, str], tuple[int, str]] = {}
        self._number = 0

    def rows(self, person_id: int, patient_id: str, record: Record) -> Iterator[tuple[str, Row]]:
        """One person's rows, each with its table."""
        self._number = person_id * _ROWS_OF_PERSON
        for resource in to_fhir(patient_id, record):
            written = _WRITTEN.get(str(resource["resourceType"]))
            for table, row in written(self, resource) if written else ():
                yield table, {"person_id": person_id, **row}

    def concepts(self) -> Iterator[tuple[str, Row]]:
        """The rows of the CONCEPT table."""
        for (vocabulary, code), (number, name) in self._concepts.items():
            yield "concept", {
                "concept_id": number, "concept_name": name, "vocabulary_id": vocabulary,
                "concept_code": code, "domain_id": "",
            }  # fmt: skip

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _concept(self, coded: object) -> int:
        """The number of a concept; 0, as in OMOP, where it has no code."""
        for coding in cast(list[Mapping[str, str]], _at(coded, "coding") or []):
            short = next((s for s, a in addresses().items() if a == coding.get("system")), "")
            if short in _VOCABULARIES and coding.get("code"):
                return self._numbered(_VOCABULARIES[short], coding["code"], coding.get("display"))
        return 0

    def _numbered(self, vocabulary: str, code: str, name: str | None) -> int:
        number = crc32(f"{vocabulary} {code}".encode()) % _CONCEPTS
        found = (FIRST_CONCEPT + number, name or code)
        return self._concepts.setdefault((vocabulary, code), found)[0]

    # ---- resources -----------------------------------------------------------------------------

    def _patient(self, resource: Fhir) -> Iterator[tuple[str, Row]]:
        born = [*str(resource.get("birthDate") or "").split("-"), "", ""]
        yield "person", {
            "gender_concept_id": _WOMAN, "year_of_birth": born[0], "month_of_birth": born[1],
            "day_of_birth": born[2], "race_concept_id": 0, "ethnicity_concept_id": 0,
            "person_source_value": resource["id"],
        }  # fmt: skip
        if resource.get("deceasedDateTime"):
            yield "death", {"death_date": resource["deceasedDateTime"]}

    def _condition(self, resource: Fhir) -> Iterator[tuple[str, Row]]:
        yield "condition_occurrence", {
            "condition_occurrence_id": self._next(),
            "condition_concept_id": self._concept(resource["code"]),
            "condition_start_date": _day(resource.get("onsetDateTime")),
            "condition_source_value": _at(resource["code"], "text"),
        }  # fmt: skip

    def _observation(self, resource: Fhir) -> Iterator[tuple[str, Row]]:
        for part in (resource, *cast(list[Fhir], resource.get("component") or [])):
            if not any(name.startswith("value") for name in part):
                continue
            amount, answer = part.get("valueQuantity"), part.get("valueCodeableConcept")
            unit = str(_at(amount, "unit") or "")
            yield "measurement", {
                "measurement_id": self._next(),
                "measurement_concept_id": self._concept(part["code"]),
                "measurement_date": _day(resource.get("effectiveDateTime")),
                "value_as_number": _at(amount, "value"),
                "value_as_concept_id": self._concept(answer),
                "unit_concept_id": self._numbered("UCUM", unit, unit) if unit else 0,
                "unit_source_value": unit, "value_source_value": _at(answer, "text"),
                "measurement_source_value": _at(part["code"], "text"),
            }  # fmt: skip

    def _drug(self, resource: Fhir) -> Iterator[tuple[str, Row]]:
        period, coded = resource.get("effectivePeriod"), resource["medicationCodeableConcept"]
        yield "drug_exposure", {
            "drug_exposure_id": self._next(), "drug_concept_id": self._concept(coded),
            "drug_exposure_start_date": _at(period, "start"),
            "drug_exposure_end_date": _at(period, "end"), "drug_source_value": _at(coded, "text"),
        }  # fmt: skip

    def _procedure(self, resource: Fhir) -> Iterator[tuple[str, Row]]:
        day = resource.get("performedDateTime") or resource.get("effectiveDateTime")
        yield "procedure_occurrence", {
            "procedure_occurrence_id": self._next(),
            "procedure_concept_id": self._concept(resource["code"]), "procedure_date": _day(day),
            "procedure_source_value": _at(resource["code"], "text"),
        }  # fmt: skip

    def _visit(self, resource: Fhir) -> Iterator[tuple[str, Row]]:
        day = _day(_at(resource.get("period"), "start"))
        yield "visit_occurrence", {
            "visit_occurrence_id": self._next(), "visit_concept_id": 0, "visit_start_date": day,
            "visit_end_date": day,
            "visit_source_value": _at(cast(list[Fhir], resource["type"])[0], "text"),
        }  # fmt: skip

    def _complaints(self, resource: Fhir) -> Iterator[tuple[str, Row]]:
        for item in cast(list[Fhir], resource["item"]):
            [answer] = cast(list[Fhir], item["answer"])
            yield "observation", {
                "observation_id": self._next(), "observation_concept_id": 0,
                "observation_date": _day(resource["authored"]),
                "observation_source_value": " ".join(_words(item)),
                "value_as_string": "yes" if answer["valueBoolean"] else "no",
            }  # fmt: skip


_WRITTEN = {
    "Patient": Omop._patient, "Condition": Omop._condition, "Observation": Omop._observation,
    "MedicationStatement": Omop._drug, "Procedure": Omop._procedure,
    "DiagnosticReport": Omop._procedure, "Encounter": Omop._visit,
    "QuestionnaireResponse": Omop._complaints,
}  # fmt: skip


def _words(item: Fhir) -> Iterator[str]:
    """The kind of a complaint, its side and its place."""
    yield words("symptom")[str(item["linkId"])].label
    details = {
        str(one["linkId"]).rpartition(".")[2]: cast(list[Fhir], one["answer"])[0]
        for one in cast(list[Fhir], item.get("item") or [])
    }
    for name in ("side", "site"):
        if name in details:
            yield str(details[name]["valueString"]).replace("_", " ")


def _at(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _day(moment: object) -> str:
    """The day of a moment; OMOP wants a whole day, so a month or a year is its first day."""
    parts = str(moment or "").partition("T")[0].split("-")
    return "-".join([*parts, "01", "01"][:3]) if parts[0] else ""
