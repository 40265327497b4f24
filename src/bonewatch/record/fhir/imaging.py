"""Imaging -> studies (and visits for mammography, bone density and bone scans).

The result comes from clear codes only; where there is none the study is kept without a result.
"""

from __future__ import annotations

from dataclasses import dataclass

from bonewatch.record.fhir.chart import Chart, RawRow, in_error
from bonewatch.record.fhir.code_lists import Concept, Row, find, find_code, find_words
from bonewatch.record.fhir.places import place, place_of
from bonewatch.record.fhir.references import Index
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.values import (
    code_of,
    concept,
    concepts,
    first_day,
    items,
    mappings,
    text,
)
from bonewatch.record.tables import VISIT
from bonewatch.record.words import words

_BREAST_STUDIES = {"mammogram"}
_WHOLE_BODY = {"bone_scan", "pet_ct"}
_VISITS = set(VISIT.field("kind").choices)
_NEVER_HAPPENED = {"cancelled", "revoked", "registered"}
_REASONS = (
    ("screening", "surveillance"), ("surveillance", "surveillance"), ("staging", "staging"),
    ("response", "response"), ("symptom", "symptoms"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Study:
    """What kind of study it was, of what, on which side."""

    modality: str
    region: str = ""
    side: str = ""
    reason: str = ""


def study_of(resource: dict[str, object], meant: Concept, row: Row) -> Study:
    """The study a listed or worded procedure code means."""
    modality = row["word"] or _modality(meant)
    return Study(
        modality,
        _region(resource, meant, row, modality),
        _side(resource, meant, row),
        _reason(resource),
    )


def _modality(meant: Concept) -> str:
    found = find_words(("modality",), meant)
    return found[1]["modality"] if found else ""


def _region(resource: dict[str, object], meant: Concept, row: Row, modality: str) -> str:
    said = find_words(("region",), meant)
    if said is not None:
        return said[1]["region"]
    known = words("region")
    for site in (row["site"], place(resource).site, place_of(meant).site):
        if site in known and site != "many_bones":
            return "brain" if site == "head" else site
    if modality in _BREAST_STUDIES:
        return "breast"
    return "whole_body" if modality in _WHOLE_BODY else ""


def _side(resource: dict[str, object], meant: Concept, row: Row) -> str:
    side = row["side"] or place(resource).side or place_of(meant).side
    return side if side in ("left", "right", "both") else ""


def _reason(resource: dict[str, object]) -> str:
    reasons = (*concepts(resource.get("reasonCode")), *concepts(resource.get("reason")))
    said = " ".join(word for reason in reasons for word in reason.texts).casefold()
    return next((reason for word, reason in _REASONS if word in said), "")


def add_study(
    entry: Entry, chart: Chart, study: Study, done_on: str, *, ordered_on: str = ""
) -> RawRow | None:
    """A study as an imaging row, and as a visit where it is one."""
    modality = study.modality if study.modality != "nuclear" else ""
    if study.modality in _VISITS and done_on:
        chart.add("visit", entry, kind=study.modality, done_on=done_on)
    return chart.add(
        "imaging",
        entry,
        done_on=done_on,
        ordered_on=ordered_on,
        modality=modality,
        region=study.region,
        side=study.side,
        reason=study.reason,
    )


def map_report(entry: Entry, chart: Chart, index: Index) -> None:
    """One DiagnosticReport of imaging -> its study, or its result onto the study it reports."""
    resource = entry.resource
    if in_error(entry, chart) or _never_happened(entry, chart):
        return
    meant = concept(resource.get("code"))
    row = find("procedure", meant)
    studies = [index.find(ref, entry) for ref in items(resource.get("imagingStudy"))]
    known = next((chart.studies[id(s)] for s in studies if s and id(s) in chart.studies), None)
    if known is None and (row is None or row["role"] != "imaging"):
        if not items(resource.get("result")):
            chart.miss(entry, meant)
        return
    done_on = first_day(
        resource.get("effectiveDateTime"), resource.get("effectivePeriod"), resource.get("issued")
    )
    if known is None and row is not None:
        known = add_study(entry, chart, study_of(resource, meant, row), done_on)
    result = _result(resource)
    if known is not None and result:
        known["result"] = result


def _never_happened(entry: Entry, chart: Chart) -> bool:
    if text(entry.resource.get("status")).casefold() in _NEVER_HAPPENED:
        chart.note(entry, "was cancelled or has no result yet; left out")
        return True
    return False


def _result(resource: dict[str, object]) -> str:
    """The gravest result among the conclusion codes; words are not trusted."""
    codes = [
        *concepts(resource.get("conclusionCode")),
        *concepts(resource.get("codedDiagnosis")),
    ]
    found = [find_code(("imaging_result",), code) for code in codes]
    results = {known[1]["result"] for known in found if known}
    order = ("cord_compression", "metastasis", "fracture", "suspicious", "equivocal")
    return next((r for r in order if r in results), next(iter(sorted(results)), ""))


def map_study(entry: Entry, chart: Chart, index: Index) -> None:
    """One ImagingStudy -> a study by its modalities, region and description."""
    resource = entry.resource
    if in_error(entry, chart) or _never_happened(entry, chart):
        return
    described = (
        *concepts(resource.get("procedureCode")),
        Concept((), text(resource.get("description"))),
    )
    meant = Concept(
        tuple(coding for one in described for coding in one.codings),
        " ".join(said for one in described for said in one.texts),
    )
    modality = _by_modality(resource, meant)
    if not modality:
        chart.miss(entry, meant)
        return
    sited = {"bodySite": _series_sites(resource), "reasonCode": resource.get("reasonCode")}
    listed = {"word": modality, "site": "", "side": ""}
    chart.studies[id(entry)] = (
        add_study(entry, chart, study_of(sited, meant, listed), first_day(resource.get("started")))
        or {}
    )


def _series_sites(resource: dict[str, object]) -> list[object]:
    return [
        series["bodySite"] for series in mappings(resource.get("series")) if series.get("bodySite")
    ]


def _by_modality(resource: dict[str, object], meant: Concept) -> str:
    """The modality; the emission part of a combined study names it."""
    coded = [*concepts(resource.get("modality")), *concepts(resource.get("modalityList"))]
    for series in mappings(resource.get("series")):
        coded += concepts(series.get("modality"))
    found = {row["modality"] for one in coded if (row := _known_modality(one))}
    if "pet_ct" in found:
        return "pet_ct"
    if "nuclear" in found:
        return "bone_scan" if _modality(meant) == "bone_scan" else "nuclear"
    return next(iter(sorted(found)), "") or _modality(meant)


def _known_modality(meant: Concept) -> Row | None:
    codes = tuple(coding._replace(system="dicom") for coding in meant.codings)
    found = find_code(("modality",), Concept(codes, ""))
    return found[1] if found else find("modality", meant)


def map_order(entry: Entry, chart: Chart, index: Index) -> None:
    """One ServiceRequest for imaging -> a study that was asked for."""
    resource = entry.resource
    if in_error(entry, chart) or _never_happened(entry, chart):
        return
    meant = concept(resource.get("code"))
    row = find("procedure", meant)
    if row is None or row["role"] != "imaging":
        chart.miss(entry, meant)
        return
    if code_of(resource.get("intent")) in ("proposal", "option"):
        chart.note(entry, "is only proposed; left out")
        return
    asked = first_day(resource.get("authoredOn"), resource.get("orderedOn"))
    add_study(entry, chart, study_of(resource, meant, row), "", ordered_on=asked)
