"""Observations -> measurements, facts about a cancer, complaints, and the patient's own state.

The code decides; words only where no code is known. Components are read like observations of
their own with the date of the whole.
"""

from __future__ import annotations

from collections.abc import Callable

from bonewatch.record.fhir.cancers import Cancers, Fact
from bonewatch.record.fhir.chart import in_error
from bonewatch.record.fhir.code_lists import Concept, Row, find, find_code, find_words
from bonewatch.record.fhir.complaints import pain, told_symptom, yes_or_no
from bonewatch.record.fhir.measurements import is_absent, measure
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.staging import category_of, read_category
from bonewatch.record.fhir.told import Told
from bonewatch.record.fhir.tumours import tumour_fact
from bonewatch.record.fhir.values import concept, first_day, mappings, text

_BY_CODE = ("observation", "symptom", "metastasis", "condition", "menopause")
_BY_WORDS = ("observation", "symptom")
_NEVER_HAPPENED = {"cancelled", "registered"}
_RANKS = {"p": 3, "c": 2, "": 1}


def map_observation(entry: Entry, cancers: Cancers) -> None:
    """One Observation and its components -> their rows."""
    resource, chart = entry.resource, cancers.chart
    if in_error(entry, chart):
        return
    if text(resource.get("status")).casefold() in _NEVER_HAPPENED:
        chart.note(entry, "was cancelled or has no result yet; left out")
        return
    on = first_day(
        resource.get("effectiveDateTime"),
        resource.get("effectivePeriod"),
        resource.get("effectiveInstant"),
        resource.get("issued"),
    )
    components = list(mappings(resource.get("component")))
    if not components or _has_value(resource):
        _part(Told(entry, cancers, resource, concept(resource.get("code")), on))
    for component in components:
        _part(Told(entry, cancers, component, concept(component.get("code")), on))


def not_understood(code: object) -> Concept | None:
    """What a code means, where no list has it; None where one does."""
    meant = concept(code)
    return None if _known(meant) else meant


def measured(code: object) -> str:
    """The measurement that a code means; empty where it means something else or nothing."""
    found = _known(concept(code))
    if found is None or found[0] != "observation" or found[1]["role"] != "measurement":
        return ""
    return found[1]["name"]


def _known(meant: Concept) -> tuple[str, Row] | None:
    return find_code(_BY_CODE, meant) or find_words(_BY_WORDS, meant)


def _has_value(part: dict[str, object]) -> bool:
    return any(name.startswith("value") for name in part)


def _part(told: Told) -> None:
    """The observation itself, or one of its components."""
    found = _known(told.meant)
    if found is None:
        told.miss()
    elif not is_absent(told.part):
        _take(told, *found)


def _take(told: Told, name: str, row: Row) -> None:
    role = row["role"] if name == "observation" else name
    if role == "measurement":
        measure(told, row["name"])
    elif row.get("name") == "pain_severity":
        pain(told)
    elif role in _MAPPED:
        _MAPPED[role](told, row)


def _stage(told: Told, row: Row) -> None:
    """A stage group or category, onto the breast cancer it is about and no other."""
    answer = concept(told.part.get("valueCodeableConcept"))
    written = text(told.part.get("valueString"))
    owner = told.cancers.owner(told.entry)
    if owner is None:
        return
    category = category_of(row["name"], answer) or (
        read_category(row["name"], written) if written else None
    )
    if category is not None:
        rank = _RANKS[row["more"] or category.how]
        told.cancers.state(owner, told.entry, Fact(row["name"], category.value, rank, told.on))
    elif not _says_not_assessed(answer, written):
        told.note(f"gives a {row['name']} that is not a value for breast cancer; left out")


def _says_not_assessed(answer: Concept, written: str) -> bool:
    return any(said.rstrip("()").endswith(("X", "x")) or "X " in said for said in answer.texts) or (
        written.upper().endswith("X")
    )


def _problem(told: Told, row: Row) -> None:
    """A problem asked about: `history of metastatic cancer: no`."""
    answer = yes_or_no(told.part)
    if row["kind"] in ("by_body_site", "regional_nodes") or (
        answer is None and _has_value(told.part)
    ):
        told.miss()
        return
    where = told.where(row.get("site", ""), row.get("side", ""))
    told.add(
        "condition",
        kind=row["kind"],
        onset_on=told.on,
        site=where.site,
        side=where.side,
        present=False if answer is False else None,
    )


def _menopause(told: Told, row: Row) -> None:
    answer = find("menopause", concept(told.part.get("valueCodeableConcept")))
    state = answer["menopause"] if answer else row.get("menopause", "")
    if state:
        told.chart.patient["menopause"] = state


_MAPPED: dict[str, Callable[[Told, Row], None]] = {
    "stage": _stage,
    "cancer": tumour_fact,
    "symptom": told_symptom,
    "metastasis": _problem,
    "condition": _problem,
    "menopause": _menopause,
    "patient": _menopause,
}
