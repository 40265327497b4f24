"""Invented people as FHIR: one of the cast, so that the peer can read the same person; or a large
Bundle of the kind hospitals send, to be read against the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from random import Random

from bonewatch.record.fhir.code_lists import rows

Fhir = dict[str, object]
Row = dict[str, object]

_ICD = {"bone_metastasis": "C79.51"}


def _coded(system: str, code: str, display: str = "") -> Fhir:
    coding = {"system": system, "code": code}
    return {"coding": [{**coding, "display": display} if display else coding]}


def _bundle(patient: Row, resources: Iterator[Fhir]) -> Fhir:
    identity = str(patient["patient_id"])
    person = {"resourceType": "Patient", "id": identity, "birthDate": patient.get("birth_date")}
    about = {"reference": f"Patient/{identity}"}
    rest = [{"id": f"r{n}", "subject": about, **r} for n, r in enumerate(resources)]
    entries = [{"resource": resource} for resource in [person, *rest]]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def bundle_of(record: dict[str, list[Row]]) -> Fhir:
    """A record as a Bundle: cancers, problems, medicines, values and check-ins."""
    return _bundle(record["patient"][0], _resources(record))


def _resources(record: dict[str, list[Row]]) -> Iterator[Fhir]:
    for _ in record.get("primary_cancer", []):
        yield _condition("C50.9", None)
    for problem in record.get("condition", []):
        yield _condition(_ICD[str(problem["kind"])], problem.get("onset_on"))
    yield from map(_medicine, record.get("treatment", []))
    yield from map(_value, record.get("measurement", []))
    symptoms = record.get("symptom", [])
    for on, told in groupby(symptoms, key=lambda row: row["reported_on"]):
        items = [_answer(row) for row in told]
        yield {"resourceType": "QuestionnaireResponse", "status": "completed", "authored": on,
               "item": items}  # fmt: skip


def _condition(icd: str, on: object) -> Fhir:
    code = _coded("http://hl7.org/fhir/sid/icd-10-cm", icd)
    return {"resourceType": "Condition", "code": code, "onsetDateTime": on}


def _listed(name: str, column: str, word: object, system: str) -> str:
    found = (r["code"] for r in rows(name) if r[column] == word and r["system"] == system)
    return next(found)


def _medicine(row: Row) -> Fhir:
    medicine = _coded("http://www.whocc.no/atc", _listed("drug", "agent", row["agent"], "atc"))
    return {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": medicine,
        "effectivePeriod": {"start": row["started_on"]},
    }


def _value(row: Row) -> Fhir:
    loinc = _listed("observation", "name", row["what"], "loinc")
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": _coded("http://loinc.org", loinc),
        "effectiveDateTime": row["measured_on"],
        "valueQuantity": {"value": row["value"], "unit": row["unit"], "code": row["unit"]},
    }


def _answer(row: Row) -> Fhir:
    more = {n: v for n, v in row.items() if n not in ("kind", "reported_on", "present")}
    items = [{"linkId": n, "answer": [_said(n, v)]} for n, v in more.items()]
    said: Fhir = {"valueBoolean": row.get("present", True)}
    return {"linkId": row["kind"], "answer": [{**said, "item": items} if items else said]}


def _said(name: str, value: object) -> Fhir:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int | float):
        return {"valueInteger": value}
    if name.endswith("_on"):
        return {"valueDate": value}
    return {"valueString": value} if name == "words" else {"valueCoding": {"code": value}}


def large_bundle(as_of: date, resources: int) -> Fhir:
    """One person's ten years in a hospital's system: mostly laboratory values."""
    rng = Random(1)
    patient: Row = {"patient_id": "large", "birth_date": "1960-02-03"}
    return _bundle(patient, (_entry(rng, as_of, n) for n in range(resources)))


_VALUES = (
    ("17861-6", "Calcium [Mass/volume] in Serum or Plasma", "mg/dL", 9.4),
    ("1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", 4.1),
    ("6768-6", "Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 80.0),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 12.9),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 6.1),
    ("8310-5", "Body temperature", "Cel", 36.8),
    ("29463-7", "Body weight", "kg", 71.0),
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 96.0),
)
_PROBLEMS = (("C50.911", "Malignant neoplasm of right female breast"), ("M54.50", "Low back pain"),
             ("I10", "Essential hypertension"), ("M81.0", "Age-related osteoporosis"))  # fmt: skip
_DRUGS = (("L02BG04", "letrozole"), ("L01CD02", "docetaxel"), ("C09AA05", "ramipril"),
          ("M05BA08", "zoledronic acid"))  # fmt: skip


def _entry(rng: Random, as_of: date, number: int) -> Fhir:
    on = (as_of - timedelta(days=rng.randrange(3650))).isoformat()
    draw = rng.choices((_laboratory, _problem, _order, _contact), (70, 8, 12, 10))[0]
    visit = {"reference": f"Encounter/{rng.randrange(10_000):05}"}
    meta = {"versionId": "1", "lastUpdated": f"{on}T10:00:00Z"}
    return {**draw(rng, f"{on}T09:30:00+01:00"), "meta": meta, "encounter": visit}


def _laboratory(rng: Random, on: str) -> Fhir:
    loinc, name, unit, usual = rng.choice(_VALUES)
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    value = round(usual * rng.uniform(0.9, 1.1), 2)
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [_coded(category, "laboratory", "Laboratory")],
        "code": {**_coded("http://loinc.org", loinc, name), "text": name},
        "effectiveDateTime": on,
        "issued": on,
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org",
                          "code": unit},
        "referenceRange": [{"low": {"value": usual * 0.8, "unit": unit},
                            "high": {"value": usual * 1.2, "unit": unit}}],
    }  # fmt: skip


def _problem(rng: Random, on: str) -> Fhir:
    icd, name = rng.choice(_PROBLEMS)
    code = _coded("http://hl7.org/fhir/sid/icd-10-cm", icd, name)
    return {"resourceType": "Condition", "code": code, "onsetDateTime": on, "recordedDate": on}


def _order(rng: Random, on: str) -> Fhir:
    atc, name = rng.choice(_DRUGS)
    return {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": _coded("http://www.whocc.no/atc", atc, name),
        "effectiveDateTime": on,
        "dosage": {"text": "as prescribed", "dose": {"value": 4, "unit": "mg", "code": "mg"}},
    }


def _contact(rng: Random, on: str) -> Fhir:
    kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
    return {"resourceType": "Encounter", "status": "finished", "class": kind,
            "period": {"start": on, "end": on}}  # fmt: skip
