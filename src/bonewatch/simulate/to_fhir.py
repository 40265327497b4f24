"""An invented person as FHIR R4 resources, as a hospital's bulk export would have them.

What the record says comes with the codes of our own lists; around it stand the resources an
export is full of (encounters, vital signs) and that no rule reads. FHIR has no place for
visits that only took place (they are the encounters), nor for the details of a lesion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby

from bonewatch.record.fhir.code_lists import addresses, rows
from bonewatch.record.tables import SYMPTOM
from bonewatch.record.units import canonical_unit
from bonewatch.simulate.rates import read_rates

Fhir = dict[str, object]
Row = Mapping[str, object]
Record = Mapping[str, Sequence[Row]]
_PROFILES = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_IDENTIFIER = "urn:example:bonewatch:invented"
_CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_SOMEWHERE = "visceral_metastasis"
"""Spread of which the organ is not known; no one code says it."""
_VITAL = "vital-signs"
_CANCER = "254837009"
_STAGES = {"t": "primary-tumor", "n": "regional-nodes", "m": "distant-metastases"}
_VITALS = (
    ("8867-4", "Heart rate", "/min"),
    ("8310-5", "Body temperature", "Cel"),
    ("9279-1", "Respiratory rate", "/min"),
)
_PRESSURES = (("8480-6", "Systolic blood pressure"), ("8462-4", "Diastolic"))


@cache
def _listed(name: str, column: str, word: str) -> Row:
    """The first row of a list with a code of a system for this word."""
    found = [row for row in rows(name) if row[column] == word]
    coded = [row for row in found if row["system"] in addresses() and row["system"] != "text"]
    return coded[0] if coded else {}


def _concept(listed: Row, said: str) -> Fhir:
    """A coded concept; only words where the lists have no code."""
    if not listed:
        return {"text": said.replace("_", " ")}
    system = addresses()[str(listed["system"])]
    code = str(listed["code"]).removesuffix("*")
    return {"coding": [{"system": system, "code": code, "display": listed["term"]}],
            "text": listed["term"]}  # fmt: skip


def _coded(system: str, code: str, display: str) -> Fhir:
    return {
        "coding": [{"system": addresses()[system], "code": code, "display": display}],
        "text": display,
    }


def to_fhir(patient_id: str, record: Record) -> Iterator[Fhir]:
    """Every resource of the person, the Patient first."""
    yield from _Export(patient_id, record).resources()


class _Export:
    """One person's resources, numbered as they come."""

    def __init__(self, patient_id: str, record: Record) -> None:
        self._patient_id, self._record, self._rates = patient_id, record, read_rates()
        self._number = 0

    def resources(self) -> Iterator[Fhir]:
        yield self._patient()
        for table, written in self._tables().items():
            for row in self._record.get(table, ()):
                yield from written(row)
        yield from self._check_ins()

    def _tables(self) -> dict[str, Callable[[Row], Iterator[Fhir]]]:
        return {
            "primary_cancer": self._cancer, "condition": self._condition,
            "measurement": self._measurement, "imaging": self._imaging,
            "biopsy": self._biopsy, "treatment": self._treatment, "visit": self._visit,
        }  # fmt: skip

    def _resource(self, kind: str, profile: str = "", **fields: object) -> Fhir:
        self._number += 1
        identity = f"{self._patient_id}-{self._number}"
        meta: Fhir = {"versionId": "1"}
        if profile:
            meta["profile"] = [_PROFILES + profile]
        known = {name: value for name, value in fields.items() if value not in (None, "")}
        return {
            "resourceType": kind, "id": identity, "meta": meta,
            "identifier": [{"system": _IDENTIFIER, "value": identity}],
            "subject": {"reference": f"Patient/{self._patient_id}"}, **known,
        }  # fmt: skip

    def _patient(self) -> Fhir:
        row = self._record["patient"][0]
        person: Fhir = {
            "resourceType": "Patient", "id": self._patient_id,
            "meta": {"profile": [_PROFILES + "cancer-patient"]},
            "identifier": [{"system": _IDENTIFIER, "value": self._patient_id}],
            "name": [{"family": "Invented", "given": [self._patient_id]}],
            "gender": row.get("sex"), "birthDate": row.get("birth_date"),
        }  # fmt: skip
        if row.get("died_on"):
            person["deceasedDateTime"] = row["died_on"]
        return person

    # ---- the cancer ----------------------------------------------------------------------------

    def _cancer(self, row: Row) -> Iterator[Fhir]:
        cancer = self._resource(
            "Condition", "primary-cancer-condition", clinicalStatus=_active(),
            code=_coded("snomed", _CANCER, "Malignant neoplasm of breast"),
            onsetDateTime=row.get("diagnosed_on"),
        )  # fmt: skip
        yield cancer
        about = {"focus": [{"reference": f"Condition/{cancer['id']}"}]}
        for fact in (*self._staged(row), *self._receptors(row)):
            yield {**fact, **about}

    def _staged(self, row: Row) -> Iterator[Fhir]:
        for part, kind in _STAGES.items():
            if row.get(part):
                code = _concept(_listed("observation", "name", part), part)
                value = str(row[part])
                yield self._observation(
                    code, row.get("diagnosed_on"), f"tnm-{kind}-category", "exam",
                    valueCodeableConcept={"text": f"c{value}"},
                )  # fmt: skip

    def _receptors(self, row: Row) -> Iterator[Fhir]:
        for name, field in (("er", "er_positive"), ("pr", "pr_positive"), ("her2", "her2")):
            state = row.get(field)
            if state is not None:
                said = str(state) if name == "her2" else "positive" if state else "negative"
                code = _concept(_listed("observation", "name", name), name)
                yield self._observation(
                    code, row.get("diagnosed_on"), "tumor-marker-test",
                    valueCodeableConcept=_coded("snomed", _SAID[said], said.capitalize()),
                )  # fmt: skip

    # ---- findings ------------------------------------------------------------------------------

    def _observation(
        self, code: Fhir, on: object, profile: str = "", kind: str = "laboratory", **value: object
    ) -> Fhir:
        category = [{"coding": [{"system": _CATEGORY, "code": kind}]}]
        return self._resource(
            "Observation", profile, status="final", category=category, code=code,
            effectiveDateTime=_moment(on), **value,
        )  # fmt: skip

    def _measurement(self, row: Row) -> Iterator[Fhir]:
        what = str(row["what"])
        unit = canonical_unit(what)
        amount = {"value": row["value"], "unit": unit, "code": unit,
                  "system": "http://unitsofmeasure.org"}  # fmt: skip
        code = _concept(_listed("observation", "name", what), what)
        yield self._observation(code, row.get("measured_on"), valueQuantity=amount)

    def _condition(self, row: Row) -> Iterator[Fhir]:
        kind, site = str(row["kind"]), str(row.get("site") or "")
        of_spread = {} if kind == _SOMEWHERE else _listed("metastasis", "kind", kind)
        listed = _listed("condition", "kind", kind) or of_spread
        where = [_concept(_listed("site", "site", site), site)] if site else None
        spread = of_spread or kind == _SOMEWHERE
        yield self._resource(
            "Condition", "secondary-cancer-condition" if spread else "", clinicalStatus=_active(),
            code=_concept(listed, kind), bodySite=where, onsetDateTime=row.get("onset_on"),
        )  # fmt: skip

    def _imaging(self, row: Row) -> Iterator[Fhir]:
        modality, region = str(row["modality"]), str(row.get("region") or "")
        result = str(row.get("result") or "")
        words = f"{modality.replace('_', ' ')} {region.replace('_', ' ')}".strip()
        study = self._resource(
            "ImagingStudy", status="available", description=words,
            procedureCode=[{"text": words}], started=_moment(row.get("done_on")),
            reasonCode=[{"text": row["reason"]}] if row.get("reason") else None,
        )  # fmt: skip
        yield study
        yield self._resource(
            "DiagnosticReport", status="final", code={"text": words},
            effectiveDateTime=_moment(row.get("done_on")),
            imagingStudy=[{"reference": f"ImagingStudy/{study['id']}"}],
            conclusionCode=[_concept(_listed("imaging_result", "result", result), result)],
        )  # fmt: skip

    def _biopsy(self, row: Row) -> Iterator[Fhir]:
        site = str(row.get("site") or "")
        yield self._resource(
            "Procedure", status="completed", performedDateTime=_moment(row.get("done_on")),
            code=_concept(_listed("procedure", "role", "biopsy"), "biopsy"),
            bodySite=[_concept(_listed("site", "site", site), site)] if site else None,
        )  # fmt: skip

    # ---- treatment and contacts ----------------------------------------------------------------

    def _treatment(self, row: Row) -> Iterator[Fhir]:
        agent, site = str(row["agent"]), str(row.get("site") or "")
        drug = _listed("drug", "agent", agent)
        if not drug:
            yield self._resource(
                "Procedure", "cancer-related-surgical-procedure", status="completed",
                code=_concept(_listed("procedure", "word", agent), agent),
                bodySite=[_concept(_listed("site", "site", site), site)] if site else None,
                performedDateTime=_moment(row.get("started_on")),
            )  # fmt: skip
            return
        period = {"start": row.get("started_on"), "end": row.get("ended_on")}
        yield self._resource(
            "MedicationStatement", status="completed" if row.get("ended_on") else "active",
            medicationCodeableConcept=_concept(drug, agent), extension=_intent(row),
            effectivePeriod={name: day for name, day in period.items() if day},
        )  # fmt: skip

    def _visit(self, row: Row) -> Iterator[Fhir]:
        """The contact, and the vital signs that are taken each time."""
        day = str(row["done_on"])
        encounter = self._resource(
            "Encounter", status="finished",
            type=[{"text": str(row["kind"]).replace("_", " ")}],
            period={"start": _moment(day), "end": _moment(day)},
        )  # fmt: skip
        yield {**encounter, "class": {"system": _CLASS, "code": "AMB"}}
        seen = {"encounter": {"reference": f"Encounter/{encounter['id']}"}}
        for code, display, unit in _VITALS if row["kind"] == "check_up" else ():
            amount = {
                "value": self._vital(code, self._number * 7),
                "unit": unit,
                "system": "http://unitsofmeasure.org",
            }
            said = _coded("loinc", code, display)
            taken = self._observation(said, day, "", _VITAL, valueQuantity=amount)
            yield {**taken, **seen}
        if row["kind"] == "check_up":
            yield {**self._pressure(day), **seen}

    def _vital(self, code: str, number: int) -> float:
        """A vital sign that no rule reads, another one each time."""
        least, span = (self._rates.shares(name)[code] for name in ("vital_least", "vital_span"))
        return least + number % span

    def _pressure(self, day: str) -> Fhir:
        parts = [
            {"code": _coded("loinc", code, display),
             "valueQuantity": {"value": self._vital(code, self._number), "unit": "mm[Hg]"}}
            for code, display in _PRESSURES
        ]  # fmt: skip
        said = _coded("loinc", "85354-9", "Blood pressure")
        return self._observation(said, day, "", _VITAL, component=parts)

    # ---- what people tell ----------------------------------------------------------------------

    def _check_ins(self) -> Iterator[Fhir]:
        told = sorted(self._record.get("symptom", ()), key=lambda row: str(row["reported_on"]))
        for day, listed in groupby(told, key=lambda row: str(row["reported_on"])):
            yield self._resource(
                "QuestionnaireResponse", status="completed", authored=_moment(day),
                source={"reference": f"Patient/{self._patient_id}"},
                item=[_complaint(row) for row in listed],
            )  # fmt: skip


_SAID = {"positive": "10828004", "negative": "260385009", "low": "260385009"}
_FIELDS = tuple(name for name in SYMPTOM.names if name not in ("reported_on", "kind", "present"))


def _intent(row: Row) -> list[Fhir] | None:
    """Why it is given, where the guide has a place for it."""
    if not row.get("intent"):
        return None
    said = _concept(_listed("intent", "intent", str(row["intent"])), str(row["intent"]))
    return [{"url": f"{_PROFILES}procedure-intent", "valueCodeableConcept": said}]


def _active() -> Fhir:
    return {"coding": [{"system": _CLINICAL, "code": "active"}]}


def _moment(day: object) -> str | None:
    """A day with a time of day, as clinics' systems write it; a month or a year as it is."""
    written = str(day) if day else ""
    return f"{written}T09:30:00+01:00" if written.count("-") > 1 else written or None


def _complaint(row: Row) -> Fhir:
    kind = str(row["kind"])
    present = row.get("present", True)
    details = [_detail(kind, name, row[name]) for name in _FIELDS if row.get(name) is not None]
    item: Fhir = {"linkId": kind, "answer": [{"valueBoolean": present}]}
    return {**item, "item": details} if details else item


def _detail(kind: str, name: str, value: object) -> Fhir:
    typed = "valueBoolean" if isinstance(value, bool) else "valueString"
    if isinstance(value, int | float) and not isinstance(value, bool):
        typed = "valueInteger"
    if name.endswith("_on"):
        typed = "valueDate"
    return {"linkId": f"{kind}.{name}", "answer": [{typed: value}]}
