"""Conditions -> cancers, metastases, other problems and complaints.

A refuted problem is a `present: false`; a cancer in remission or resolved stays in the history.
A provisional diagnosis is noted and not counted.
"""

from __future__ import annotations

from bonewatch.record.fhir.cancers import Cancers
from bonewatch.record.fhir.chart import ENTERED_IN_ERROR, Chart, RawRow
from bonewatch.record.fhir.code_lists import Concept, Row, find, find_code, find_words
from bonewatch.record.fhir.places import body_sites, within
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.staging import category_of
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


def map_condition(entry: Entry, chart: Chart, cancers: Cancers) -> None:
    """One Condition -> its rows."""
    resource = entry.resource
    verification = code_of(resource.get("verificationStatus"))
    if "entered-in-error" in (verification, code_of(resource.get("clinicalStatus"))):
        chart.note(entry, ENTERED_IN_ERROR)
        return
    if not resource.get("subject") and resource.get("patient"):
        chart.note(entry, "is written for another FHIR version (patient, not subject)")
    meant = concept(resource.get("code"))
    found = meaning(meant)
    if found is None:
        chart.miss(entry, meant)
    elif verification in _UNSURE and found[0] != "symptom":
        chart.note(entry, f"is only {verification}; not counted as a diagnosis")
    else:
        _take(entry, chart, cancers, meant, found, present=verification != "refuted")


def _take(
    entry: Entry,
    chart: Chart,
    cancers: Cancers,
    meant: Concept,
    found: tuple[str, Row],
    *,
    present: bool,
) -> None:
    name, row = found
    if name == "breast_cancer":
        _breast(entry, chart, cancers, meant, row, present)
    elif name == "metastasis":
        _metastasis(entry, chart, cancers, meant, row, present)
    elif name == "other_cancer":
        _other_cancer(entry, chart, cancers, meant, row, present)
    elif name == "condition":
        _problem(entry, chart, row["kind"], present, row, meant)
        _recurrence_implies_breast(entry, cancers, row, present)
    elif name == "symptom":
        _symptom(entry, chart, meant, row, present)
    elif name == "menopause" and present:
        chart.patient["menopause"] = row["menopause"]
    elif name == "receptor_state" and present:
        cancers.receptor_conditions.append(entry)


def receptor_states(entry: Entry) -> list[tuple[str, object]]:
    """The receptor facts a Condition such as `Z17.0` states."""
    found = meaning(concept(entry.resource.get("code")))
    if found is None or found[0] != "receptor_state":
        return []
    field, value = found[1]["field"], found[1]["value"]
    if field == "triple_negative":
        return [("er_positive", False), ("pr_positive", False), ("her2", "negative")]
    return [(field, value if field == "her2" else value == "true")]


def _breast(
    entry: Entry, chart: Chart, cancers: Cancers, meant: Concept, row: Row, present: bool
) -> None:
    if not present:
        chart.note(entry, "was refuted; no breast cancer is recorded for it")
        return
    history = row["state"] == "history"
    fields: RawRow = {} if history else _breast_fields(entry, meant, row)
    relisted = not onset(entry.resource) or _is_of_an_encounter(entry)
    began = "" if history else onset(entry.resource)
    cancers.add_breast(entry, fields, began, relisted=relisted, history=history)


def _is_of_an_encounter(entry: Entry) -> bool:
    return any(
        code_of(category) == "encounter-diagnosis"
        for category in mappings(entry.resource.get("category"))
    )


def _breast_fields(entry: Entry, meant: Concept, row: Row) -> RawRow:
    resource = entry.resource
    fields: RawRow = {
        "diagnosed_on": onset(resource) or recorded(resource),
        "side": within("", row["side"], resource, meant).side,
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


def _metastasis(
    entry: Entry, chart: Chart, cancers: Cancers, meant: Concept, row: Row, present: bool
) -> None:
    if row["kind"] == "regional_nodes":
        chart.note(entry, "is spread to lymph nodes near the breast, or not said which; no row")
    for kind in _spread(entry, meant, row):
        _problem(entry, chart, kind, present, row, meant)
    if present and any("breast" in said.casefold() for said in meant.texts):
        cancers.add_breast(entry, {}, "", relisted=True, history=True)


def _spread(entry: Entry, meant: Concept, row: Row) -> list[str]:
    """The kinds of metastasis: the list's own, or by the body sites, or by the words."""
    if row["kind"] == "regional_nodes":
        return []
    if row["kind"] != "by_body_site":
        return [row["kind"]]
    organs = [find("organ", site) for site in body_sites(entry.resource)]
    kinds = {organ["kind"] for organ in organs if organ} or {_organ_in_words(meant)}
    wanted = kinds - {"breast", "regional_nodes", ""}
    return sorted(wanted) or ["distant_metastasis"]


def _organ_in_words(meant: Concept) -> str:
    found = find_words(("organ",), meant)
    return found[1]["kind"] if found else ""


def _other_cancer(
    entry: Entry, chart: Chart, cancers: Cancers, meant: Concept, row: Row, present: bool
) -> None:
    """Another cancer; a plain `malignant neoplasm` is one only if its body site says so."""
    if row["site"] == "by_body_site":
        organs = [found for site in body_sites(entry.resource) if (found := find("organ", site))]
        if any(organ["kind"] == "breast" for organ in organs):
            in_breast = {"side": "", "invasive": "", "histology": "", "state": "current"}
            _breast(entry, chart, cancers, meant, in_breast, present)
            return
        if not body_sites(entry.resource):
            chart.miss(entry, meant)
            return
    _problem(entry, chart, "other_cancer", present, row, meant)
    if present:
        cancers.add_other(entry)


def _problem(
    entry: Entry, chart: Chart, kind: str, present: bool, row: Row, meant: Concept
) -> None:
    resource = entry.resource
    where = within(row.get("site", ""), row.get("side", ""), resource, meant)
    chart.add(
        "condition",
        entry,
        kind=kind,
        onset_on=onset(resource) or recorded(resource),
        resolved_on=first_day(resource.get("abatementDateTime"), resource.get("abatementPeriod")),
        site=where.site if kind != "other_cancer" else "",
        side=where.side if kind != "other_cancer" else "",
        present=None if present else False,
    )


def _recurrence_implies_breast(entry: Entry, cancers: Cancers, row: Row, present: bool) -> None:
    if present and row["kind"] == "local_recurrence":
        cancers.add_breast(entry, {}, "", relisted=True, history=True)


def _symptom(entry: Entry, chart: Chart, meant: Concept, row: Row, present: bool) -> None:
    resource = entry.resource
    reported = recorded(resource) or onset(resource)
    if not reported and code_of(resource.get("clinicalStatus")) in _OVER:
        chart.note(entry, "is a complaint that is over, without a date; left out")
        return
    where = within(row["site"], row["side"], resource, meant)
    more = {row["more"]: True} if row["more"] else {}
    began = onset(resource)
    chart.add(
        "symptom",
        entry,
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
