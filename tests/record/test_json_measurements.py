"""Measurements in a record as JSON: units, ranges, flags, and what cannot be."""

from __future__ import annotations

import pytest
from test_json_reader import Row, the_problem_of

from bonewatch.record.from_json import read_record
from bonewatch.record.record import Record


def _measured(**row: object) -> Record:
    return read_record({"measurement": [row]})


def test_a_value_without_its_unit_is_taken_as_canonical_and_noted() -> None:
    record = _measured(what="calcium", value=2.4)
    [row] = record.rows("measurement")
    assert (row["value"], row["unit"]) == (2.4, "mmol/L")
    [note] = record.notes
    assert (note.at, note.says) == ("measurement[0]", "has no unit; taken as mmol/L")


def test_what_has_no_unit_needs_no_note_about_it() -> None:
    record = _measured(what="ecog", value=1)
    assert record.rows("measurement")[0]["value"] == 1
    assert record.notes == ()


def test_a_value_in_another_unit_is_converted_with_its_range() -> None:
    record = _measured(what="calcium", value=10.02, unit="mg/dL", low=8.8, high=10.4)
    [row] = record.rows("measurement")
    assert row["unit"] == "mmol/L"
    assert row["value"] == pytest.approx(2.5, abs=0.001)
    assert row["high"] == pytest.approx(2.595, abs=0.001)
    assert row["flag"] == "normal"


@pytest.mark.parametrize(
    ("row", "flag"),
    [
        ({"value": 130, "high": 120}, "high"),
        ({"value": 120, "high": 120}, "normal"),
        ({"value": 20, "low": 30, "high": 120}, "low"),
        ({"value": 20}, None),
        ({"value": 20, "low": 30, "flag": "normal"}, "normal"),
    ],
)
def test_the_flag_comes_of_the_laboratorys_range(row: Row, flag: str | None) -> None:
    record = _measured(what="alkaline_phosphatase", unit="U/L", **row)
    assert record.rows("measurement")[0]["flag"] == flag


def test_a_unit_not_understood_is_refused_with_those_that_are() -> None:
    at, says = the_problem_of(
        {"measurement": [{"what": "calcium", "value": 2.4, "unit": "mol/kg"}]}
    )
    assert at == "measurement[0].unit"
    assert says.startswith("calcium is given in mol/kg; understood are mmol/L")
    assert "mg/dL" in says


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            {"what": "calcium", "value": 50, "unit": "mmol/L"},
            "is above the most possible, 6 mmol/L",
        ),
        ({"what": "weight", "value": 0.07, "unit": "kg"}, "is below the least possible, 10 kg"),
        (
            {"what": "temperature", "value": 380, "unit": "Cel"},
            "is above the most possible, 46 Cel",
        ),
        (
            {"what": "calcium", "value": 5000, "unit": "mg/dL"},
            "is above the most possible, 6 mmol/L",
        ),
    ],
)
def test_an_impossible_value_is_refused(row: Row, says: str) -> None:
    assert the_problem_of({"measurement": [row]}) == ("measurement[0].value", says)


def test_a_flag_alone_is_enough() -> None:
    [row] = _measured(what="alkaline_phosphatase", flag="high").rows("measurement")
    assert (row["value"], row["flag"]) == (None, "high")


def test_neither_a_value_nor_a_flag_is_refused() -> None:
    said = ("measurement[0]", "has neither a value nor a flag, nor a grade")
    assert the_problem_of({"measurement": [{"what": "calcium", "unit": "mmol/L"}]}) == said


def test_a_grade_alone_is_enough() -> None:
    [row] = read_record({"measurement": [{"what": "frankel", "grade": "D"}]}).rows("measurement")
    assert (row["grade"], row["value"]) == ("D", None)
