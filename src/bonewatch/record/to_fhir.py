"""A person's record as FHIR R4 resources: what the mapper reads back as the same rows.

What the record says comes with the codes of our own lists, and in words where they have none.
FHIR has no place for visits that only took place (they are the encounters), nor for the details of
a lesion, the menopause, the grade, and what a biopsy showed; the record as JSON has all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from bonewatch.record.fhir.code_lists import addresses, rows
from bonewatch.record.fhir.drugs import usual_kind
from bonewatch.record.tables import SYMPTOM
from bonewatch.record.units import canonical_unit

Fhir = dict[str, object]
Row = Mapping[str, object]
Record = Mapping[str, Sequence[Row]]
_PROFILES = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_SOMEWHERE = "visceral_metastasis"
"""Spread of which the organ is not known; no one code says it."""
_CANCER = "254837009"
_STAGES = {"t": "primary-tumor", "n": "regional-nodes", "m": "distant-metastases"}


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


def coded(system: str, code: str, display: str) -> Fhir:
    """A coded concept of a system of ours, such as loinc."""
    return {
        "coding": [{"system": addresses()[system], "code": code, "display": display}],
        "text": display,
    }


def to_bundle(patient_id: str, record: Record) -> Fhir:
    """Every resource of the person as a Bundle, the Patient first."""
    listed = Export(patient_id, record).resources()
    entries = [
        {"fullUrl": f"urn:bonewatch:{one['resourceType']}/{one['id']}", "resource": one}
        for one in listed
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


class Export:
    """One person's resources, numbered as they come; `IDENTIFIER` names whose numbers they are."""

    IDENTIFIER = "urn:bonewatch:record"

    def __init__(self, patient_id: str, record: Record) -> None:
        self._patient_id, self._record = patient_id, record
        self._number = 0

    def resources(self) -> Iterator[Fhir]:
        """Every resource, the Patient first."""
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
            "identifier": [{"system": self.IDENTIFIER, "value": identity}],
            "subject": {"reference": f"Patient/{self._patient_id}"}, **known,
        }  # fmt: skip

    def _patient(self) -> Fhir:
        row = next(iter(self._record.get("patient", ())), {})
        person: Fhir = {
            "resourceType": "Patient", "id": self._patient_id,
            "meta": {"profile": [_PROFILES + "cancer-patient"]},
            "identifier": [{"system": self.IDENTIFIER, "value": self._patient_id}],
            **{name: value for name, value in (("gender", row.get("sex")),
                                               ("birthDate", row.get("birth_date"))) if value},
        }  # fmt: skip
        if row.get("died_on"):
            person["deceasedDateTime"] = row["died_on"]
        return person

    # ---- the cancer ----------------------------------------------------------------------------

    def _cancer(self, row: Row) -> Iterator[Fhir]:
        cancer = self._resource(
            "Condition", "primary-cancer-condition", clinicalStatus=_clinical("active"),
            code=coded("snomed", _CANCER, "Malignant neoplasm of breast"),
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
                    valueCodeableConcept=coded("snomed", _SAID[said], said.capitalize()),
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
        unit = str(row.get("unit") or canonical_unit(what))
        code = _concept(_listed("observation", "name", what), what)
        said: dict[str, Any] = {}
        if row.get("value") is not None:
            said["valueQuantity"] = _quantity(row["value"], unit)
        ends = {name: row.get(name) for name in ("low", "high") if row.get(name) is not None}
        if ends:
            listed = {name: _quantity(value, unit) for name, value in ends.items()}
            said["referenceRange"] = [listed]
        if row.get("flag"):
            said["interpretation"] = [{"coding": [_FLAGS[str(row["flag"])]]}]
        if said:
            yield self._observation(code, row.get("measured_on"), **said)

    def _condition(self, row: Row) -> Iterator[Fhir]:
        kind, site = str(row["kind"]), str(row.get("site") or "")
        of_spread = {} if kind == _SOMEWHERE else _listed("metastasis", "kind", kind)
        listed = _listed("condition", "kind", kind) or of_spread
        where = [_concept(_listed("site", "site", site), site)] if site else None
        spread = of_spread or kind == _SOMEWHERE
        ended = row.get("resolved_on")
        denied = row.get("present") is False
        refuted = _status("condition-ver-status", "refuted") if denied else None
        yield self._resource(
            "Condition", "secondary-cancer-condition" if spread else "",
            clinicalStatus=None if refuted else _clinical("resolved" if ended else "active"),
            verificationStatus=refuted, code=_concept(listed, kind), bodySite=where,
            onsetDateTime=row.get("onset_on"), abatementDateTime=ended,
        )  # fmt: skip

    def _imaging(self, row: Row) -> Iterator[Fhir]:
        modality, region = str(row.get("modality") or ""), str(row.get("region") or "")
        named = _IMAGES.get(modality, modality).replace("_", " ")
        words = f"{named} {region.replace('_', ' ')}".strip()
        why = [{"text": row["reason"]}] if row.get("reason") else None
        if not row.get("done_on") and row.get("ordered_on"):
            yield self._resource(
                "ServiceRequest", status="active", intent="order", code={"text": words},
                authoredOn=row["ordered_on"], reasonCode=why,
            )  # fmt: skip
            return
        study = self._resource(
            "ImagingStudy", status="available", description=words,
            procedureCode=[{"text": words}], started=_moment(row.get("done_on")), reasonCode=why,
        )  # fmt: skip
        yield study
        if row.get("result"):
            yield self._report(row, words, f"ImagingStudy/{study['id']}")

    def _report(self, row: Row, words: str, study: str) -> Fhir:
        result = str(row["result"])
        return self._resource(
            "DiagnosticReport", status="final", code={"text": words},
            effectiveDateTime=_moment(row.get("done_on")), imagingStudy=[{"reference": study}],
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
        agent, site = str(row.get("agent") or row.get("kind") or ""), str(row.get("site") or "")
        drug, given = _listed("drug", "agent", agent), row.get("given", True)
        if not drug and (row.get("kind") or usual_kind(agent)) in _DONE:
            yield self._resource(
                "Procedure", "cancer-related-surgical-procedure",
                status="completed" if given else "not-done", extension=_intent(row),
                code=_concept(_listed("procedure", "word", agent), agent),
                bodySite=[_concept(_listed("site", "site", site), site)] if site else None,
                performedPeriod=_period(row), performedDateTime=None
                if row.get("ended_on") else _moment(row.get("started_on")),
            )  # fmt: skip
            return
        period = {"start": row.get("started_on"), "end": row.get("ended_on")}
        taken = "completed" if row.get("ended_on") else "active"
        yield self._resource(
            "MedicationStatement", status=taken if given else "not-taken",
            medicationCodeableConcept=_concept(drug, agent), extension=_intent(row),
            effectivePeriod={name: day for name, day in period.items() if day}, dosage=_dosage(row),
        )  # fmt: skip

    def _visit(self, row: Row) -> Iterator[Fhir]:
        if row.get("done_on"):
            yield self._encounter(row)

    def _encounter(self, row: Row) -> Fhir:
        day = _moment(row["done_on"])
        encounter = self._resource(
            "Encounter", status="finished",
            type=[{"text": str(row["kind"]).replace("_", " ")}],
            period={"start": day, "end": day},
        )  # fmt: skip
        return {**encounter, "class": {"system": _CLASS, "code": "AMB"}}

    # ---- what people tell ----------------------------------------------------------------------

    def _check_ins(self) -> Iterator[Fhir]:
        told = sorted(self._record.get("symptom", ()), key=_reported)
        for day, listed in groupby(told, key=_reported):
            yield self._resource(
                "QuestionnaireResponse", status="completed", authored=_moment(day),
                source={"reference": f"Patient/{self._patient_id}"},
                item=[_complaint(row) for row in listed],
            )  # fmt: skip


_SAID = {"positive": "10828004", "negative": "260385009"} | dict.fromkeys(
    ("low", "ultralow"), "260385009"
)
_FIELDS = tuple(name for name in SYMPTOM.names if name not in ("reported_on", "kind", "present"))


_DONE = ("surgery", "radiotherapy")


def _period(row: Row) -> Fhir | None:
    """From the first to the last day, where there is a last."""
    if not row.get("ended_on"):
        return None
    days = {"start": row.get("started_on"), "end": row["ended_on"]}
    return {name: day for name, day in days.items() if day}


def _dosage(row: Row) -> list[Fhir] | None:
    """The dose and the route, where they are known."""
    said: Fhir = {}
    if row.get("dose") is not None:
        amount = _quantity(row["dose"], str(row.get("unit") or ""))
        said["doseAndRate"] = [{"doseQuantity": amount}]
    if row.get("as_needed"):
        said["asNeededBoolean"] = True
    if row.get("route"):
        said["route"] = {"text": row["route"]}
    return [said] if said else None


def _intent(row: Row) -> list[Fhir] | None:
    """Why it is given, where the guide has a place for it."""
    if not row.get("intent"):
        return None
    said = _concept(_listed("intent", "intent", str(row["intent"])), str(row["intent"]))
    return [{"url": f"{_PROFILES}procedure-intent", "valueCodeableConcept": said}]


def _reported(row: Row) -> str:
    return str(row.get("reported_on") or "")


_IMAGES = {"xray": "X-ray", "dxa": "DXA", "mri": "MRI", "ct": "CT", "pet_ct": "PET CT"}
_STATUSES = "http://terminology.hl7.org/CodeSystem/"
_FLAGS = {
    name: {"system": f"{_STATUSES}v3-ObservationInterpretation", "code": code}
    for name, code in (("low", "L"), ("normal", "N"), ("high", "H"))
}


def _status(system: str, code: str) -> Fhir:
    return {"coding": [{"system": _STATUSES + system, "code": code}]}


def _clinical(code: str) -> Fhir:
    return _status("condition-clinical", code)


def _quantity(value: object, unit: str) -> Fhir:
    system = "http://unitsofmeasure.org"
    return {"value": value, "unit": unit, "code": unit, "system": system}


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
