"""Whatever is read, every row fits the tables, and nothing that is read can raise."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bonewatch.demo import CAST
from bonewatch.record.dates import parse_date
from bonewatch.record.from_fhir import FhirReading, looks_like_fhir, read_fhir, resources_of
from bonewatch.record.tables import TABLES, Field
from bonewatch.record.words import words

FOLDER = Path(__file__).parent / "fhir_cases"
CASES = [case for path in sorted(FOLDER.glob("*.json")) for case in json.loads(path.read_text())]
RESOURCES = [
    resource
    for case in CASES
    for resource in case.get("resources", [])
    if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str)
]

TYPES = {"text": str, "bool": bool, "date": str, "choice": str, "word": str, "integer": int}


def check_value(field: Field, value: object) -> None:
    """The value is of the field's type, one of its words or choices, and on its scale."""
    if field.type == "number":
        assert isinstance(value, int | float)
        assert not isinstance(value, bool)
    else:
        assert type(value) is TYPES[field.type], field.name
    if field.type == "choice":
        assert value in field.choices
    if field.type == "word":
        assert value in words(field.words)
    if field.type == "date":
        parse_date(str(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        assert field.least is None or value >= field.least
        assert field.most is None or value <= field.most


def check_reading(reading: FhirReading) -> None:
    """Every table, field and value is one the record knows."""
    for record in reading.records.values():
        assert len(record["patient"]) == 1
        for name, rows in record.items():
            for row in rows:
                check_row(name, row)
    for counts in reading.not_understood.values():
        assert all(count > 0 and key for key, count in counts.items())


def check_row(name: str, row: dict[str, object]) -> None:
    """One row fits its table."""
    table = TABLES[name]
    assert isinstance(row["at"], str)
    assert all(row.get(field.name) is not None for field in table.fields if field.required)
    for key, value in row.items():
        if key != "at":
            check_value(table.field(key), value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_the_rows_of_every_case_fit_the_tables(case: dict[str, Any]) -> None:
    check_reading(read_fhir(resources_of(case.get("document", case.get("resources")))))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_reading_does_not_change_what_was_sent(case: dict[str, Any]) -> None:
    document = case.get("document", case.get("resources"))
    before = copy.deepcopy(document)
    read_fhir(resources_of(document))
    assert document == before


def test_a_reading_shows_no_values() -> None:
    reading = read_fhir(RESOURCES)
    assert repr(reading) == f"<FhirReading of {len(reading.records)} patients>"


def test_the_cast_member_from_a_hospital_is_read_whole() -> None:
    (path,) = (path for path in CAST if path.name.endswith("from_a_hospital.fhir.json"))
    reading = read_fhir(resources_of(path.read_bytes()))
    check_reading(reading)
    assert (reading.notes, reading.not_understood) == ({}, {})
    record = reading.records["rosa"]
    calcium = next(row for row in record["measurement"] if row["what"] == "calcium")
    assert (calcium["value"], calcium["measured_on"]) == (3.0938, "2026-11-18")
    assert [row["kind"] for row in record["symptom"]] == ["thirst", "constipation", "confusion"]
    assert record["primary_cancer"][0]["stage"] == "IIB"
    assert {row["agent"] for row in record["treatment"]} >= {"letrozole", "zoledronic_acid"}


KEYS = sorted({key for resource in RESOURCES for key in resource})
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=12)
    | st.sampled_from(["2024-01-01", "#a", "Patient/p", "C50.911", "mg/dL", "%", "3+"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*KEYS, "coding", "code", "system", "value", "unit", "reference"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(json_values)
def test_any_json_is_read_without_raising(document: object) -> None:
    looks_like_fhir(document)
    check_reading(read_fhir(resources_of(document)))
    check_reading(read_fhir([document]))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted({str(resource["resourceType"]) for resource in RESOURCES})),
    st.dictionaries(st.sampled_from(KEYS), json_values, max_size=6),
)
def test_any_resource_is_read_without_raising(kind: str, fields: dict[str, object]) -> None:
    check_reading(read_fhir([{**fields, "resourceType": kind}]))


def paths(value: object, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    found = [here]
    for key, item in inner if isinstance(value, dict | list) else ():
        found += paths(item, (*here, key)) if isinstance(item, dict | list) else [(*here, key)]
    return found


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_resource_with_one_place_spoilt_is_read_without_raising(data: st.DataObject) -> None:
    resource = copy.deepcopy(data.draw(st.sampled_from(RESOURCES)))
    path = data.draw(st.sampled_from([path for path in paths(resource) if path]))
    place: Any = resource
    for key in path[:-1]:
        place = place[key]
    if data.draw(st.booleans()):
        place[path[-1]] = data.draw(json_values)
    else:
        del place[path[-1]]
    check_reading(read_fhir([resource, {"resourceType": "Patient", "id": "p"}, *RESOURCES[:3]]))


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_text_is_read_without_raising(written: bytes | str) -> None:
    check_reading(read_fhir(resources_of(written)))


def test_ndjson_text_is_read_line_by_line_and_a_bad_line_is_noted() -> None:
    lines = [json.dumps({"resourceType": "Patient", "id": name}) for name in ("a", "b")]
    reading = read_fhir(resources_of("\n".join([lines[0], "{not json", "", lines[1]])))
    assert set(reading.records) == {"a", "b"}
    assert [note.at for note in reading.notes[""]] == ["line 2"]


def test_depth_without_end_is_noted() -> None:
    bundle: dict[str, object] = {"resourceType": "Bundle", "entry": []}
    for _ in range(40):
        bundle = {"resourceType": "Bundle", "entry": [{"resource": bundle}]}
    notes = read_fhir(resources_of(bundle)).notes[""]
    assert "too deep" in notes[0].says
    item: dict[str, object] = {"linkId": "pain"}
    for _ in range(200):
        item = {"linkId": "group", "item": [item]}
    read_fhir([{"resourceType": "QuestionnaireResponse", "item": [item]}])
