"""Units: the factors are right, misspellings are understood, the rest is refused in words."""

from __future__ import annotations

import contextlib
import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonewatch.record.units import UnitError, to_canonical
from bonewatch.record.words import words

LISTED = list(
    csv.DictReader(
        (files("bonewatch.record") / "codes" / "units.csv").read_text("utf-8").splitlines()
    )
)

EXPECTED = [
    ("calcium", 12.4, "mg/dL", 3.0938),
    ("calcium", 12.4, "MG/DL", 3.0938),
    ("calcium", 2.4, "mmol/l", 2.4),
    ("calcium_adjusted", 10.0, "mg/100 mL", 2.495),
    ("albumin", 3.8, "g/dl", 38.0),
    ("creatinine", 1.1, "mg/dL", 97.24),
    ("creatinine", 80, "µmol/L", 80.0),
    ("creatinine", 80, "mcmol/L", 80.0),
    ("egfr", 58, "mL/min/1.73 m²", 58.0),
    ("egfr", 58, "mL/min/{1.73_m2}", 58.0),
    ("alkaline_phosphatase", 2, "ukat/L", 120.0),
    ("alkaline_phosphatase", 110, "IU/L", 110.0),
    ("haemoglobin", 12.1, "g/dL", 121.0),
    ("platelets", 150, "10*3/uL", 150.0),
    ("platelets", 150, "K/uL", 150.0),
    ("platelets", 150, "x10^9/L", 150.0),
    ("platelets", 150, "10³/µL", 150.0),
    ("platelets", 150, "x10(9)/L", 150.0),
    ("platelets", 150, "Thousand/mm3", 150.0),
    ("neutrophils", 1500, "/uL", 1.5),
    ("neutrophils", 1500, "{cells}/uL", 1.5),
    ("vitamin_d", 20, "ng/mL", 49.92),
    ("ctx", 0.5, "ng/mL", 500.0),
    ("crp", 1.2, "mg/dL", 12.0),
    ("bilirubin", 1, "mg/dL", 17.1),
    ("temperature", 98.6, "[degF]", 37.0),
    ("temperature", 37.5, "°C", 37.5),
    ("weight", 150, "lb", 68.0388555),
    ("height", 5.5, "[ft_i]", 167.64),
    ("alcohol_units_week", 2, "{units}/d", 14.0),
    ("tsh", 2, "uIU/mL", 2.0),
    ("inr", 2.5, None, 2.5),
    ("ecog", 1, "", 1.0),
]


@pytest.mark.parametrize(("what", "value", "unit", "expected"), EXPECTED)
def test_a_value_arrives_in_the_canonical_unit(
    what: str, value: float, unit: str | None, expected: float
) -> None:
    assert to_canonical(what, value, unit) == expected


def test_an_unknown_unit_is_refused_with_the_ones_that_are_understood() -> None:
    with pytest.raises(UnitError) as error:
        to_canonical("calcium", 2.4, "mol/kg")
    assert str(error.value) == (
        "calcium is given in mol/kg; understood are mmol/L, umol/L, mg/dL, mg/L, meq/L"
    )


def test_a_missing_unit_is_not_guessed() -> None:
    with pytest.raises(UnitError, match="calcium is given without a unit; understood are mmol/L"):
        to_canonical("calcium", 2.4, None)


def test_an_unknown_measurement_is_refused() -> None:
    with pytest.raises(UnitError, match="no measurement called"):
        to_canonical("phlogiston", 1, "kg")


def test_every_measurement_has_its_canonical_unit_with_factor_one() -> None:
    for what, word in words("measurement").items():
        assert to_canonical(what, 1.25, word.more["unit"]) == 1.25


def test_every_listed_unit_says_where_it_is_from() -> None:
    assert all(row["source"] for row in LISTED)
    assert {row["what"] for row in LISTED} == set(words("measurement"))


@pytest.mark.parametrize("row", LISTED, ids=lambda row: f"{row['what']} {row['unit']}")
def test_every_listed_unit_converts_by_its_own_factor(row: dict[str, str]) -> None:
    expected = 3.7 * float(row["factor"]) + float(row["offset"])
    assert to_canonical(row["what"], 3.7, row["unit"]) == pytest.approx(expected)


@given(st.sampled_from(sorted(words("measurement"))), st.text(max_size=30))
def test_any_text_as_a_unit_converts_or_is_refused(what: str, unit: str) -> None:
    with contextlib.suppress(UnitError):
        assert isinstance(to_canonical(what, 1.0, unit), float)
