"""Invented people as FHIR Bundles, drawn from a seed, with values around every cut-off.

Parts are missing, denied, taken back, from the future, in another unit or dated to the month.
What the two voices are known to read differently is not drawn; test_cql_agrees.py pins it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random

Resource = dict[str, object]
Item = dict[str, object]

DAY = date(2026, 11, 23)

CORD_SIGNS = (
    "limb_weakness",
    "walking_difficulty",
    "bladder_change",
    "bowel_change",
    "radiating_limb_pain",
)
CALCIUM_SIGNS = (
    "thirst",
    "passing_much_urine",
    "nausea",
    "vomiting",
    "constipation",
    "confusion",
    "drowsiness",
)
NARROWER = (
    "hand_weakness",
    "clumsiness",
    "giving_way",
    "unsteadiness",
    "urinary_retention",
    "band_of_pain",
    "rigors",
    "chills",
    "unwell",
)
SITES = (
    "lumbar_spine",
    "thoracic_spine",
    "cervical_spine",
    "sacrum",
    "neck",
    "buttock",
    "hip",
    None,
)
FLAGS = (
    "unremitting",
    "radiating",
    "worse_at_rest",
    "eased_lying",
    "worse_at_night",
    "worse_on_activity",
    "worse_on_weight_bearing",
    "worse_on_cough_or_strain",
    "worse_on_touch",
)
TRENDS = ("better", "same", "worse", "sudden", "comes_and_goes")
INJURIES = ("none", "minor", "overuse", "major")
CHEMOTHERAPY = ("L01CD02", "L01DB01", "L01BC06", "L01AA01", "L01XA01")
TABLETS = ("L01BC06",)
LOWERS_COUNTS = ("L01XK01", "L01FD03", "L01FD04", "L01FX17")
HARMLESS_TO_COUNTS = ("L02BG04", "L02BA01", "L01FD01", "L01EM03", "L01EF01")
BREAST_CANCER = (
    ("http://hl7.org/fhir/sid/icd-10-cm", "C50.911"),
    ("http://hl7.org/fhir/sid/icd-10", "C50.9"),
    ("http://hl7.org/fhir/sid/icd-10-cm", "Z85.3"),
    ("http://snomed.info/sct", "254837009"),
)

BONE_METASTASIS = ("http://hl7.org/fhir/sid/icd-10-cm", "C79.51")


def ago(days: int) -> str:
    """The day so many days before the day of the test."""
    return (DAY - timedelta(days=days)).isoformat()


def coded(system: str, code: str) -> dict[str, object]:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def bundle(patient: str, resources: Iterable[Resource]) -> Resource:
    """One person's resources as a Bundle; each gets an id and the person as its subject."""
    about = {"reference": f"Patient/{patient}"}
    entries = [{"resource": {"resourceType": "Patient", "id": patient}}]
    for number, resource in enumerate(resources):
        entries.append({"resource": {**resource, "id": f"r{number}", "subject": about}})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def diagnosis(system: str, code: str, verification: str = "confirmed") -> Resource:
    """A diagnosis, sure or not."""
    status = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    return {
        "resourceType": "Condition",
        "code": coded(system, code),
        "verificationStatus": coded(status, verification),
    }


def result(loinc: str, value: float, unit: str, on: str, status: str = "final") -> Resource:
    """A measured value."""
    return {
        "resourceType": "Observation",
        "status": status,
        "code": coded("http://loinc.org", loinc),
        "effectiveDateTime": on,
        "valueQuantity": {"value": value, "unit": unit, "code": unit},
    }


def course(atc: str, began: str | None, ended: str | None, status: str = "active") -> Resource:
    """A medicine taken over a time."""
    period = {name: on for name, on in (("start", began), ("end", ended)) if on}
    return {
        "resourceType": "MedicationStatement",
        "status": status,
        "medicationCodeableConcept": coded("http://www.whocc.no/atc", atc),
        "effectivePeriod": period,
    }


def dose(atc: str, on: str, status: str = "completed") -> Resource:
    """A medicine given on a day."""
    return {
        "resourceType": "MedicationAdministration",
        "status": status,
        "medicationCodeableConcept": coded("http://www.whocc.no/atc", atc),
        "effectiveDateTime": on,
    }


def report(on: str, items: Sequence[Item], status: str = "completed") -> Resource:
    """The answers of one check-in."""
    return {
        "resourceType": "QuestionnaireResponse",
        "status": status,
        "authored": on,
        "item": list(items),
    }


def answer(name: str, present: bool, **parts: object) -> Item:
    """A yes or no, with what more was said about it."""
    said: dict[str, object] = {"valueBoolean": present}
    if parts:
        said["item"] = [{"linkId": part, "answer": [_value(v)]} for part, v in parts.items()]
    return {"linkId": name, "answer": [said]}


def _value(value: object) -> dict[str, object]:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, date):
        return {"valueDate": value.isoformat()}
    return {"valueInteger": value} if isinstance(value, int) else {"valueCoding": {"code": value}}


def drawn(number: int) -> Resource:
    """The invented person of that number, always the same."""
    rng = Random(number)
    resources = [*_cancers(rng), *_results(rng), *_medicines(rng), *_reports(rng)]
    rng.shuffle(resources)
    return bundle(f"p{number}", resources)


def _cancers(rng: Random) -> list[Resource]:
    verification = rng.choice(["confirmed"] * 6 + ["provisional", "refuted", "entered-in-error"])
    found = []
    if rng.random() < 0.9:
        found.append(diagnosis(*rng.choice(BREAST_CANCER), verification))
        if rng.random() < 0.4:
            found[0]["onsetDateTime"] = ago(rng.choice((20, 364, 365, 366, 900)))
    if rng.random() < 0.15:
        found.append(diagnosis(*BONE_METASTASIS, rng.choice(["confirmed"] * 3 + ["refuted"])))
    return found


def _status(rng: Random) -> str:
    return rng.choice(["final"] * 8 + ["amended", "entered-in-error", "cancelled"])


def _results(rng: Random) -> list[Resource]:
    draw = rng.choice([_adjusted, _measured, _adjusted_and_measured, lambda rng: []])
    return [*draw(rng), *_temperatures(rng)]


_BLOOD_DAYS = (0, 1, 5, 29, 30, 31, -1)


def _calcium(rng: Random, loinc: str, on: str) -> Resource:
    if rng.random() < 0.25:
        value = rng.choice((10.0, 10.6, 10.7, 13.6, 13.7))
        return result(loinc, value, "mg/dL", on, _status(rng))
    value = rng.choice((2.3, 2.6, 2.64, 2.65, 2.66, 2.9, 3.0, 3.39, 3.4, 3.41, 3.6))
    return result(loinc, value, "mmol/L", on, _status(rng))


def _albumin(rng: Random, on: str) -> Resource:
    if rng.random() < 0.25:
        return result("1751-7", rng.choice((2.5, 3.0, 4.0)), "g/dL", on, _status(rng))
    return result("1751-7", rng.choice((15, 25, 30, 39, 40, 42)), "g/L", on, _status(rng))


def _adjusted(rng: Random) -> list[Resource]:
    days = [ago(rng.choice(_BLOOD_DAYS)) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.15:
        days.append("2026-10")
    return [_calcium(rng, "29265-6", on) for on in days]


def _measured(rng: Random) -> list[Resource]:
    measured = [
        _calcium(rng, rng.choice(("17861-6", "2000-8")), ago(rng.choice(_BLOOD_DAYS)))
        for _ in range(rng.randint(1, 2))
    ]
    albumins = [_albumin(rng, ago(rng.choice(_BLOOD_DAYS))) for _ in range(rng.randint(0, 2))]
    return measured + albumins


def _adjusted_and_measured(rng: Random) -> list[Resource]:
    adjusted = _calcium(rng, "29265-6", ago(rng.choice(_BLOOD_DAYS)))
    return [adjusted, *_measured(rng)]


def _temperatures(rng: Random) -> list[Resource]:
    found = []
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        value, unit = rng.choice(
            ((35.9, "Cel"), (36.0, "Cel"), (37.0, "Cel"), (37.9, "Cel"), (38.0, "Cel"),
             (38.1, "Cel"), (100.3, "[degF]"), (100.4, "[degF]"), (96.8, "[degF]"))
        )  # fmt: skip
        found.append(result("8310-5", value, unit, ago(rng.choice((0, 1, 2, 3, -1))), _status(rng)))
    return found


def _medicines(rng: Random) -> list[Resource]:
    return [_medicine(rng) for _ in range(rng.choice((0, 1, 1, 1, 2)))]


def _medicine(rng: Random) -> Resource:
    draw = rng.choice((_ended_course, _open_course, _single_dose, _month_course))
    return draw(rng, rng.choice((CHEMOTHERAPY, LOWERS_COUNTS, HARMLESS_TO_COUNTS)))


def _ended_course(rng: Random, drugs: Sequence[str]) -> Resource:
    ended = rng.choice((-30, 0, 41, 42, 43, 90))
    began = ended + rng.choice((0, 30, 300))
    status = rng.choice(("completed", "completed", "stopped", "not-taken", "entered-in-error"))
    return course(rng.choice(drugs), ago(began), ago(ended), status)


def _open_course(rng: Random, drugs: Sequence[str]) -> Resource:
    days = (0, 42, 43, 365, 366, 729, 730, 731, 900, -1)
    status = rng.choice(("active", "active", "active", "not-taken", "entered-in-error"))
    return course(rng.choice(drugs), ago(rng.choice(days)), None, status)


def _month_course(rng: Random, drugs: Sequence[str]) -> Resource:
    """Dated to the month, so that the six weeks may or may not be over; or not dated at all."""
    began, ended = rng.choice(
        (
            ("2026-10", None),
            ("2026-11", None),
            ("2026-01", "2026-10"),
            ("2025", "2026-02"),
            (None, None),
        )
    )
    return course(rng.choice(drugs), began, ended)


def _single_dose(rng: Random, drugs: Sequence[str]) -> Resource:
    atc = rng.choice(drugs)
    over_by_then = drugs is CHEMOTHERAPY and atc not in TABLETS
    days = (0, 20, 42, 366, 900) if over_by_then else (0, 20, 42)
    status = rng.choice(("completed", "completed", "not-done", "entered-in-error"))
    return dose(atc, ago(rng.choice(days)), status)


def _reports(rng: Random) -> list[Resource]:
    return [_report(rng) for _ in range(rng.choice((0, 1, 1, 2, 3)))]


def _report(rng: Random) -> Resource:
    age = rng.choice((0, 0, 1, 6, 7, 8, 29, 30, 31, 60, 182, 183, 184, -1))
    on = ago(age) + rng.choice(("", "", "T23:30:00+01:00", "T00:15:00Z", "T12:00:00-05:00"))
    status = rng.choice(["completed"] * 7 + ["amended", "entered-in-error"])
    return report(on, _answers(rng, age), status)


def _answers(rng: Random, age: int) -> list[Item]:
    if rng.random() < 0.12:
        return [answer("none", True)]
    asked = rng.choice((0.2, 0.5, 1.0))
    yes = rng.choice((0.0, 0.1, 0.4))
    signs = [s for s in (*CORD_SIGNS, *CALCIUM_SIGNS, "fever") if rng.random() < asked]
    items = [_sign(rng, age, name, rng.random() < yes) for name in signs]
    items += [_sign(rng, age, name, True) for name in NARROWER if rng.random() < yes / 4]
    items += [_sign(rng, age, name, False) for name in NARROWER if rng.random() < asked / 8]
    return items + _pains(rng, age, yes)


def _sign(rng: Random, age: int, name: str, present: bool) -> Item:
    if not present:
        return answer(name, False)
    parts: dict[str, object] = {}
    if name == "limb_weakness" and rng.random() < 0.5:
        parts = {"site": rng.choice(("leg", "arm")), "side": rng.choice(("left", "both"))}
    return answer(name, True, **parts, **_history(rng, age))


def _history(rng: Random, age: int) -> dict[str, object]:
    parts: dict[str, object] = {}
    if rng.random() < 0.15:
        parts["known_and_assessed"] = True
    if rng.random() < 0.4:
        parts["trend"] = rng.choice(TRENDS)
    if rng.random() < 0.1:
        parts["usual_pattern"] = True
    if rng.random() < 0.3:
        parts["started_on"] = _before(
            rng, age, (0, 13, 14, 15, 41, 42, 43, 90, 91, 92, 181, 182, 183)
        )
    if rng.random() < 0.1:
        parts["changed_on"] = _before(rng, age, (0, 13, 14, 15, 90))
    if rng.random() < 0.05:
        parts["ended_on"] = DAY - timedelta(days=age)
    return parts


def _before(rng: Random, age: int, days: Sequence[int]) -> date:
    """A day before the report of that age; both are counted from the day of the test."""
    return DAY - timedelta(days=max(rng.choice(days), age + 1))


def _pains(rng: Random, age: int, yes: float) -> list[Item]:
    return [_pain(rng, age, yes) for _ in range(rng.choice((0, 1, 1, 2)))]


def _pain(rng: Random, age: int, yes: float) -> Item:
    if rng.random() > max(yes, 0.3):
        site = rng.choice((None, None, "lumbar_spine", "hip"))
        return answer("pain", False, **({"site": site} if site else {}))
    if rng.random() < 0.25:
        return _pain_by_one_feature(rng)
    site = rng.choice(SITES)
    parts: dict[str, object] = {"site": site} if site else {}
    if rng.random() < 0.6:
        parts["severity"] = rng.choice((1, 4, 6, 7, 8, 10))
    if rng.random() < 0.4:
        parts["after_injury"] = rng.choice(INJURIES)
    told = rng.choice((0.0, 0.4, 1.0))
    flags = {name: rng.random() < 0.2 for name in FLAGS if rng.random() < told}
    return answer("pain", True, **parts, **flags, **_history(rng, age))


def _pain_by_one_feature(rng: Random) -> Item:
    """Back pain of which all is told and at most one danger feature holds."""
    the_one = rng.choice((*FLAGS, "trend", "unremitting", "unremitting"))
    flags: dict[str, object] = {name: name == the_one for name in FLAGS}
    trend = "worse" if the_one == "trend" else "same"
    severity = rng.choice((6, 7, 8))
    return answer("pain", True, site="lumbar_spine", severity=severity, trend=trend, **flags)
