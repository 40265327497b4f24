"""Observations -> measurements, facts about a cancer, complaints, and the patient's own state.

The code decides; words only where no code is known. Components are read like observations of
their own with the date of the whole.
"""

from __future__ import annotations

from bonewatch.record.fhir.cancers import Cancers
from bonewatch.record.fhir.chart import Chart, in_error
from bonewatch.record.fhir.code_lists import Concept, Row, find, find_code, find_words
from bonewatch.record.fhir.complaints import pain, told_symptom, yes_or_no
from bonewatch.record.fhir.measurements import is_absent, measure
from bonewatch.record.fhir.places import within
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.staging import category_of, read_category
from bonewatch.record.fhir.tumours import tumour_fact
from bonewatch.record.fhir.values import concept, first_day, mappings, text

_BY_CODE = ("observation", "symptom", "metastasis", "condition", "menopause")
_BY_WORDS = ("observation", "symptom")
_NEVER_HAPPENED = {"cancelled", "registered"}
_RANKS = {"p": 3, "c": 2, "": 1}


def map_observation(entry: Entry, chart: Chart, cancers: Cancers) -> None:
    """One Observation and its components -> their rows."""
    resource = entry.resource
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
    _part(entry, chart, cancers, resource, on, is_whole=bool(components))
    for component in components:
        _part(entry, chart, cancers, component, on)


def _has_value(part: dict[str, object]) -> bool:
    return any(name.startswith("value") for name in part)


def _part(
    entry: Entry,
    chart: Chart,
    cancers: Cancers,
    part: dict[str, object],
    on: str,
    *,
    is_whole: bool = False,
) -> None:
    """The observation itself, or one of its components."""
    meant = concept(part.get("code"))
    found = find_code(_BY_CODE, meant) or find_words(_BY_WORDS, meant)
    if is_whole and not _has_value(part):
        return
    if found is None:
        chart.miss(entry, meant)
    elif not is_absent(part):
        _take(entry, chart, cancers, part, on, meant, found)


def _take(
    entry: Entry,
    chart: Chart,
    cancers: Cancers,
    part: dict[str, object],
    on: str,
    meant: Concept,
    found: tuple[str, Row],
) -> None:
    name, row = found
    role = row["role"] if name == "observation" else name
    if role == "measurement":
        measure(entry, chart, row["name"], part, on)
    elif role == "stage":
        _stage(entry, chart, cancers, part, row, on)
    elif role == "cancer":
        tumour_fact(entry, chart, cancers, part, row, on)
    elif row.get("name") == "pain_severity":
        pain(entry, chart, part, on)
    elif role == "symptom":
        told_symptom(entry, chart, part, on, meant, row)
    elif role in ("metastasis", "condition"):
        _problem(entry, chart, part, on, meant, row)
    elif role in ("menopause", "patient"):
        _menopause(chart, part, row)


def _stage(
    entry: Entry, chart: Chart, cancers: Cancers, part: dict[str, object], row: Row, on: str
) -> None:
    """A stage group or category, onto the breast cancer it is about and no other."""
    answer, written = concept(part.get("valueCodeableConcept")), text(part.get("valueString"))
    owner = cancers.owner(entry)
    if owner is None:
        return
    category = category_of(row["name"], answer) or (
        read_category(row["name"], written) if written else None
    )
    if category is not None:
        how = row["more"] or category.how
        cancers.state(owner, entry, row["name"], category.value, _RANKS[how], on)
    elif not _says_not_assessed(answer, written):
        chart.note(entry, f"gives a {row['name']} that is not a value for breast cancer; left out")


def _says_not_assessed(answer: Concept, written: str) -> bool:
    return any(said.rstrip("()").endswith(("X", "x")) or "X " in said for said in answer.texts) or (
        written.upper().endswith("X")
    )


def _problem(
    entry: Entry, chart: Chart, part: dict[str, object], on: str, meant: Concept, row: Row
) -> None:
    """A problem asked about: `history of metastatic cancer: no`."""
    answer = yes_or_no(part)
    if row["kind"] in ("by_body_site", "regional_nodes") or (answer is None and _has_value(part)):
        chart.miss(entry, meant)
        return
    where = within(row.get("site", ""), row.get("side", ""), entry.resource, meant)
    chart.add(
        "condition",
        entry,
        kind=row["kind"],
        onset_on=on,
        site=where.site,
        side=where.side,
        present=False if answer is False else None,
    )


def _menopause(chart: Chart, part: dict[str, object], row: Row) -> None:
    told = find("menopause", concept(part.get("valueCodeableConcept")))
    state = told["menopause"] if told else row.get("menopause", "")
    if state:
        chart.patient["menopause"] = state
