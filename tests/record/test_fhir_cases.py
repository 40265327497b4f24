"""Conformance cases: FHIR as systems write it -> the rows it must give, as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bonewatch.record.from_fhir import read_fhir, resources_of

FOLDER = Path(__file__).parent / "fhir_cases"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['title']}")
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text("utf-8"))
]


def without_at(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without the place they are from."""
    return [{name: value for name, value in row.items() if name != "at"} for row in rows]


@pytest.mark.parametrize("case", CASES)
def test_the_resources_give_the_rows(case: dict[str, Any]) -> None:
    reading = read_fhir(resources_of(case.get("document", case.get("resources"))))
    expect = case["expect"]
    if expect.get("nobody"):
        assert reading.records == {}
        return
    patient = expect.get("patient", "p")
    record = reading.records[patient]
    found = {table: without_at(rows) for table, rows in record.items()}
    if "patient" not in expect["rows"]:
        found.pop("patient")
    assert found == expect["rows"]
    if "not_understood" in expect:
        assert reading.not_understood.get(patient, {}) == expect["not_understood"]
    if "notes" in expect:
        said = sorted(note.says for notes in reading.notes.values() for note in notes)
        assert len(said) == len(expect["notes"]), said
        for part in expect["notes"]:
            assert any(part in note for note in said), (part, said)


@pytest.mark.parametrize("case", CASES)
def test_reading_twice_gives_the_same(case: dict[str, Any]) -> None:
    document = case.get("document", case.get("resources"))
    assert read_fhir(resources_of(document)) == read_fhir(resources_of(document))


@pytest.mark.parametrize("case", CASES)
def test_every_row_says_where_it_is_from(case: dict[str, Any]) -> None:
    reading = read_fhir(resources_of(case.get("document", case.get("resources"))))
    for record in reading.records.values():
        for table, rows in record.items():
            assert all(row["at"] or table == "patient" for row in rows)
