"""Conditions -> cancers, metastases, other problems and complaints.

A refuted problem is a `present: false`; a cancer in remission or resolved stays in the history.
A provisional diagnosis is noted and not counted.
"""

from __future__ import annotations

from collections.abc import Callable

from bonewatch.record.fhir.cancers import Cancers
from bonewatch.record.fhir.chart import ENTERED_IN_ERROR, RawRow
from bonewatch.record.fhir.code_lists import Concept, Row, find, find_code, find_words
from bonewatch.record.fhir.places import Place, body_sites
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.staging import category_of
from bonewatch.record.fhir.told import Told
from bonewatch.record.fhir.values import (
    code_of,
    concept,
    extensions,
    first_day,
    mapping,
    mappings,
    text,
)

DIAGNOSES = (
    "receptor_state",
    "breast_cancer",
    "metastasis",
    "condition",
    "other_cancer",
    "symptom",
    "menopause",
)
_UNSURE = {"unconfirmed", "provisional", "differential"}
_OVER = {"inactive", "resolved", "remission"}
_IN_BREAST = {"side": "", "invasive": "", "histology": "", "state": "current"}


def meaning(meant: Concept) -> tuple[str, Row] | None:
    """The list and row a diagnosis is on."""
    return find_code(DIAGNOSES, meant) or find_words(DIAGNOSES, meant)


def onset(resource: dict[str, object]) -> str:
    """When it began, as far as the resource itself says."""
    return first_day(
        resource.get("onsetDateTime"), resource.get("onsetPeriod"), resource.get("onsetString")
    )


def recorded(resource: dict[str, object]) -> str:
    """When it was asserted or recorded, in the words of any FHIR version."""
    asserted = [e.get("valueDateTime") for e in extensions(resource, "condition-assertedDate")]
    return first_day(
        *asserted,
        resource.get("recordedDate"),
        resource.get("assertedDate"),
        resource.get("dateRecorded"),
    )


def map_condition(entry: Entry, cancers: Cancers) -> None:
    """One Condition -> its rows."""
    resource = entry.resource
    told = Told(entry, cancers, resource, concept(resource.get("code")))
    verification = code_of(resource.get("verificationStatus"))
    if "entered-in-error" in (verification, code_of(resource.get("clinicalStatus"))):
        told.note(ENTERED_IN_ERROR)
        return
    if not resource.get("subject") and resource.get("patient"):
        told.note("is written for another FHIR version (patient, not subject)")
    found = meaning(told.meant)
    if found is None:
        told.miss()
    elif verification in _UNSURE and found[0] != "symptom":
        told.note(f"is only {verification}; not counted as a diagnosis")
    else:
        _take(told, *found, present=verification != "refuted")


def _take(told: Told, name: str, row: Row, *, present: bool) -> None:
    if name in _MAPPED:
        _MAPPED[name](told, row, present)
    elif name == "menopause" and present:
        told.chart.patient["menopause"] = row["menopause"]
    elif name == "receptor_state" and present:
        told.cancers.receptor_conditions.append(told.entry)


def receptor_states(entry: Entry) -> list[tuple[str, object]]:
    """The receptor facts a Condition such as `Z17.0` states."""
    found = meaning(concept(entry.resource.get("code")))
    if found is None or found[0] != "receptor_state":
        return []
    field, value = found[1]["field"], found[1]["value"]
    if field == "triple_negative":
        return [("er_positive", False), ("pr_positive", False), ("her2", "negative")]
    return [(field, value if field == "her2" else value == "true")]


def _breast(told: Told, row: Row, present: bool) -> None:
    if not present:
        told.note("was refuted; no breast cancer is recorded for it")
        return
    history = row["state"] == "history"
    fields: RawRow = {} if history else _breast_fields(told, row)
    began = onset(told.resource)
    told.cancers.add_breast(
        told.entry,
        fields,
        "" if history else began,
        relisted=not began or _is_of_an_encounter(told.entry),
        history=history,
    )


def _is_of_an_encounter(entry: Entry) -> bool:
    return any(
        code_of(category) == "encounter-diagnosis"
        for category in mappings(entry.resource.get("category"))
    )


def _breast_fields(told: Told, row: Row) -> RawRow:
    resource = told.resource
    fields: RawRow = {
        "diagnosed_on": onset(resource) or recorded(resource),
        "side": told.where(side=row["side"]).side,
    }
    listed = _histology(resource)
    fields["histology"] = (listed or row)["histology"] or row["histology"]
    invasive = (listed["invasive"] if listed else "") or row["invasive"]
    fields["invasive"] = invasive == "true" if invasive else None
    for part in mappings(resource.get("stage")):
        stage = category_of("stage", concept(part.get("summary")))
        fields.setdefault("stage", stage.value if stage else None)
    return fields


def _histology(resource: dict[str, object]) -> Row | None:
    for extension in extensions(resource, "histology-morphology-behavior"):
        row = find("histology", concept(extension.get("valueCodeableConcept")))
        if row is not None:
            return row
    return None


def _metastasis(told: Told, row: Row, present: bool) -> None:
    if row["kind"] == "regional_nodes":
        told.note("is spread to lymph nodes near the breast, or not said which; no row")
    for kind in _spread(told, row):
        _problem(told, {**row, "kind": kind}, present)
    if present and any("breast" in said.casefold() for said in told.meant.texts):
        _implies_breast(told)


def _implies_breast(told: Told) -> None:
    told.cancers.add_breast(told.entry, {}, "", relisted=True, history=True)


def _spread(told: Told, row: Row) -> list[str]:
    """The kinds of metastasis: the list's own, or by the body sites, or by the words."""
    if row["kind"] == "regional_nodes":
        return []
    if row["kind"] != "by_body_site":
        return [row["kind"]]
    organs = [find("organ", site) for site in body_sites(told.resource)]
    kinds = {organ["kind"] for organ in organs if organ} or {_organ_in_words(told.meant)}
    wanted = kinds - {"breast", "regional_nodes", ""}
    return sorted(wanted) or ["distant_metastasis"]


def _organ_in_words(meant: Concept) -> str:
    found = find_words(("organ",), meant)
    return found[1]["kind"] if found else ""


def _other_cancer(told: Told, row: Row, present: bool) -> None:
    """Another cancer; a plain `malignant neoplasm` is one only if its body site says so."""
    if row["site"] == "by_body_site":
        sites = body_sites(told.resource)
        organs = [found for site in sites if (found := find("organ", site))]
        if any(organ["kind"] == "breast" for organ in organs):
            _breast(told, _IN_BREAST, present)
            return
        if not sites:
            told.miss()
            return
    _problem(told, {"kind": "other_cancer"}, present, local=False)
    if present:
        told.cancers.add_other(told.entry)


def _condition(told: Told, row: Row, present: bool) -> None:
    _problem(told, row, present)
    if present and row["kind"] == "local_recurrence":
        _implies_breast(told)


def _problem(told: Told, row: Row, present: bool, *, local: bool = True) -> None:
    resource = told.resource
    where = told.where(row.get("site", ""), row.get("side", "")) if local else Place()
    told.add(
        "condition",
        kind=row["kind"],
        onset_on=onset(resource) or recorded(resource),
        resolved_on=first_day(resource.get("abatementDateTime"), resource.get("abatementPeriod")),
        site=where.site,
        side=where.side,
        present=None if present else False,
    )


def _symptom(told: Told, row: Row, present: bool) -> None:
    resource = told.resource
    began = onset(resource)
    reported = recorded(resource) or began
    if not reported and code_of(resource.get("clinicalStatus")) in _OVER:
        told.note("is a complaint that is over, without a date; left out")
        return
    where = told.where(row["site"], row["side"])
    more = {row["more"]: True} if row["more"] else {}
    told.add(
        "symptom",
        reported_on=reported,
        kind=row["kind"],
        present=None if present else False,
        site=where.site,
        side=where.side,
        started_on=began if began <= reported else "",
        reporter=_reporter(resource),
        **more,
    )


def _reporter(resource: dict[str, object]) -> str:
    return reporter_of(resource.get("asserter") or resource.get("recorder"))


def reporter_of(reference: object) -> str:
    """Who reports, by the kind of resource the reference names."""
    raw = mapping(reference)
    kind = text(raw.get("type")) or text(raw.get("reference")).rpartition("/")[0].rpartition("/")[2]
    return {
        "Patient": "patient",
        "RelatedPerson": "carer",
        "Practitioner": "clinician",
        "PractitionerRole": "clinician",
    }.get(kind, "")


_MAPPED: dict[str, Callable[[Told, Row, bool], None]] = {
    "breast_cancer": _breast,
    "metastasis": _metastasis,
    "other_cancer": _other_cancer,
    "condition": _condition,
    "symptom": _symptom,
}
