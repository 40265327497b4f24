"""Medicines asked for, taken or given -> treatment rows; each administration stays its own row.

`given` is false for what was declined, not taken, cancelled or stopped without a known end.
What was only proposed or planned is noted, not counted.
"""

from __future__ import annotations

from bonewatch.record.fhir.chart import Chart, in_error
from bonewatch.record.fhir.code_lists import Concept, find
from bonewatch.record.fhir.conditions import meaning
from bonewatch.record.fhir.drugs import agents_of, usual_kind
from bonewatch.record.fhir.references import Index
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.values import (
    NOTHING,
    Amount,
    code_of,
    concept,
    concepts,
    extensions,
    first_day,
    items,
    mapping,
    mappings,
    text,
)

_NOT_GIVEN = {"not-done", "not-taken", "cancelled", "stopped", "not-given"}
_NOT_YET = {"draft", "intended", "preparation"}
_NOT_ORDERED = {"proposal", "plan", "option"}
_OLD_TYPES = {"MedicationOrder", "MedicationPrescription"}
_NEGATIONS = ("doNotPerform", "wasNotTaken", "wasNotGiven", "notGiven", "notPerformed")
_INTENT_OF = {
    "osteoporosis": "osteoporosis",
    "bone_metastasis": "metastatic",
    "visceral_metastasis": "metastatic",
    "brain_metastasis": "metastatic",
    "distant_metastasis": "metastatic",
    "hypercalcaemia": "supportive",
}


def map_medicine(entry: Entry, chart: Chart, index: Index) -> None:
    """One MedicationRequest, -Statement, -Administration or -Dispense -> its rows."""
    resource = entry.resource
    if entry.type in _OLD_TYPES:
        chart.note(entry, f"is written for another FHIR version ({entry.type})")
    if in_error(entry, chart):
        return
    meant = _medicine(entry, chart, index)
    agents = agents_of(meant)
    if not agents:
        chart.miss(entry, meant)
    elif _only_planned(resource):
        chart.note(entry, "is only planned or proposed; not counted as treatment")
    else:
        for agent in agents:
            _add(entry, chart, index, agent)


def _medicine(entry: Entry, chart: Chart, index: Index) -> Concept:
    """The medicine, said directly or by reference, at last by its ingredients."""
    resource = entry.resource
    said = concept(resource.get("medicationCodeableConcept") or resource.get("medication"))
    if agents_of(said):
        return said
    reference = resource.get("medicationReference") or resource.get("medication")
    here, seen = index.find(reference, entry), set[int]()
    while here is not None:
        if id(here) in seen:
            chart.note(entry, "references go in a circle")
            break
        seen.add(id(here))
        found = _of_product(here.resource)
        if agents_of(found):
            return found
        said = said if said != NOTHING else found
        inner = [part.get("itemReference") for part in mappings(here.resource.get("ingredient"))]
        here = index.find(inner[0], here) if inner else None
    display = text(mapping(reference).get("display"))
    return said if said != NOTHING or not display else Concept((), display)


def _of_product(medication: dict[str, object]) -> Concept:
    own = concept(medication.get("code"))
    if agents_of(own):
        return own
    for part in mappings(medication.get("ingredient")):
        inside = concept(part.get("itemCodeableConcept"))
        if agents_of(inside):
            return inside
    return own


def _only_planned(resource: dict[str, object]) -> bool:
    return (
        code_of(resource.get("status")) in _NOT_YET
        or code_of(resource.get("intent")) in _NOT_ORDERED
    )


def _first_dosage(resource: dict[str, object]) -> dict[str, object]:
    for name in ("dosageInstruction", "dosage"):
        for dosage in items(resource.get(name)):
            return mapping(dosage)
    return {}


def _bounds(dosage: dict[str, object]) -> dict[str, object]:
    repeat = mapping(mapping(dosage.get("timing")).get("repeat"))
    return mapping(repeat.get("boundsPeriod"))


def _started(resource: dict[str, object]) -> str:
    bounds = _bounds(_first_dosage(resource))
    return first_day(
        *(resource.get(name) for name in ("effectiveDateTime", "effectivePeriod")),
        *(resource.get(name) for name in ("effectiveTimeDateTime", "effectiveTimePeriod")),
        bounds.get("start"),
        *(resource.get(name) for name in ("authoredOn", "dateWritten", "whenHandedOver")),
        *(resource.get(name) for name in ("whenPrepared", "dateAsserted")),
    )


def _ended(resource: dict[str, object]) -> str:
    validity = mapping(mapping(resource.get("dispenseRequest")).get("validityPeriod"))
    stopped = code_of(resource.get("status")) in ("stopped", "completed")
    return first_day(
        mapping(resource.get("effectivePeriod")).get("end"),
        mapping(resource.get("effectiveTimePeriod")).get("end"),
        _bounds(_first_dosage(resource)).get("end"),
        resource.get("dateEnded"),
        validity.get("end") if stopped else None,
    )


def was_given(resource: dict[str, object], ended: str) -> bool:
    """False for what was declined, not taken or not done, or stopped on a day not known."""
    if any(resource.get(name) is True for name in _NEGATIONS):
        return False
    if code_of(resource.get("taken")) == "n":
        return False
    status = code_of(resource.get("status"))
    return status not in _NOT_GIVEN or (status == "stopped" and bool(ended))


def _dose(dosage: dict[str, object]) -> Amount | None:
    for part in (*items(dosage.get("doseAndRate")), dosage):
        given = mapping(part)
        for name in ("doseQuantity", "dose", "quantity"):
            amount = Amount.of(given.get(name))
            if amount is not None and amount.value >= 0:
                return amount
    return None


def _as_needed(dosage: dict[str, object]) -> bool | None:
    """True where the dosage says that it is taken when needed, in R4 or R5 words."""
    named = ("asNeededBoolean", "asNeededCodeableConcept", "asNeeded", "asNeededFor")
    return True if any(dosage.get(name) for name in named) else None


def _route(dosage: dict[str, object]) -> str:
    route = concept(dosage.get("route"))
    said = route.texts[0] if route.texts else ""
    plain = said.partition(" (")[0].casefold()
    return plain.removesuffix(" route").removesuffix(" use")[:60]


def intent_of(entry: Entry, index: Index) -> str:
    """Why: by the intent that is said, or else by what it is for."""
    for extension in extensions(entry.resource, "procedure-intent"):
        row = find("intent", concept(extension.get("valueCodeableConcept")))
        if row is not None:
            return row["intent"]
    reasons = [
        *concepts(entry.resource.get("reasonCode")),
        *concepts(entry.resource.get("reasonForUse")),
    ]
    for reference in items(entry.resource.get("reasonReference")):
        found = index.find(reference, entry)
        if found is not None and found.type == "Condition":
            reasons.append(concept(found.resource.get("code")))
    kinds = [known[1].get("kind", "") for reason in reasons if (known := meaning(reason))]
    return next((_INTENT_OF[kind] for kind in kinds if kind in _INTENT_OF), "")


def _add(entry: Entry, chart: Chart, index: Index, agent: str) -> None:
    resource = entry.resource
    dosage = _first_dosage(resource)
    dose, started, ended = _dose(dosage), _started(resource), _ended(resource)
    chart.add(
        "treatment",
        entry,
        kind=usual_kind(agent),
        agent=agent,
        started_on=started,
        ended_on=ended if ended >= started else "",
        dose=dose.value if dose else None,
        unit=dose.unit if dose else "",
        as_needed=_as_needed(dosage),
        route=_route(dosage),
        given=None if was_given(resource, ended) else False,
        intent=intent_of(entry, index),
    )
