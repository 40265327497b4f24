"""Records nobody here wrote: the examples of the mCODE guide and 21 generated people.

They stand beside the project, not in it; where the folder is absent there is nothing to test.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bonewatch.record.from_fhir import FhirReading, looks_like_fhir, read_fhir, resources_of
from bonewatch.record.from_json import keep_what_holds

SHARED = Path(__file__).parents[3] / "shared" / "data"
FILES = sorted([*SHARED.glob("*/*.json"), *SHARED.glob("*/*.ndjson")])
JENNY = [path for path in FILES if path.stem == "jenny-m"]
JOHN = [path for path in FILES if path.stem == "cancer-patient-john-anyperson"]
TWENTY_ONE = [path for path in FILES if path.stem == "breast21"]


def reading_of(path: Path) -> FhirReading:
    """The reading of one file."""
    return read_fhir(resources_of(path.read_bytes()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_row_holds(path: Path) -> None:
    assert looks_like_fhir([entry.resource for entry in resources_of(path.read_bytes())])
    for record in reading_of(path).records.values():
        assert not keep_what_holds(record).notes


@pytest.mark.parametrize("path", JENNY, ids=lambda path: path.stem)
def test_jenny_has_one_cancer_and_her_sisters_is_not_hers(path: Path) -> None:
    reading = reading_of(path)
    record = reading.records["cancer-patient-jenny-m"]
    (cancer,) = record["primary_cancer"]
    assert (cancer["side"], cancer["histology"], cancer["stage"]) == ("left", "ductal", "IIB")
    assert (cancer["t"], cancer["n"], cancer["grade"], cancer["size_mm"]) == ("T3", "N0", 2, 25.0)
    assert (cancer["er_positive"], cancer["pr_positive"], cancer["her2"]) == (
        True,
        False,
        "negative",
    )
    assert [row["kind"] for row in record["condition"]] == ["depression"]
    assert cancer["diagnosed_on"] == "2018-03-16"


@pytest.mark.parametrize("path", JENNY, ids=lambda path: path.stem)
def test_jenny_was_treated_and_what_was_not_understood_is_said(path: Path) -> None:
    reading = reading_of(path)
    record = reading.records["cancer-patient-jenny-m"]
    agents = [row["agent"] for row in record["treatment"]]
    assert agents.count("doxorubicin") == 2
    assert {"anastrozole", "external_beam", "conserving_surgery", "paclitaxel"} <= set(agents)
    missed = reading.not_understood["cancer-patient-jenny-m"]
    assert any("77970009 Benign hypertensive heart disease" in what for what in missed)
    says = [note.says for note in reading.notes["cancer-patient-jenny-m"]]
    assert any("neutrophils cannot be outside" in said for said in says)
    assert any("another stage" in said for said in says)


@pytest.mark.parametrize("path", JOHN, ids=lambda path: path.stem)
def test_a_lung_cancer_is_not_taken_for_breast(path: Path) -> None:
    record = reading_of(path).records["cancer-patient-john-anyperson"]
    assert "primary_cancer" not in record
    kinds = [(row["kind"], row.get("present", True)) for row in record["condition"]]
    assert ("other_cancer", True) in kinds
    assert ("brain_metastasis", True) in kinds
    assert ("distant_metastasis", False) in kinds


@pytest.mark.parametrize("path", TWENTY_ONE, ids=lambda path: path.stem)
def test_twenty_one_people_have_one_breast_cancer_each(path: Path) -> None:
    records = reading_of(path).records
    assert len(records) == 21
    assert all(len(record["primary_cancer"]) == 1 for record in records.values())
    others = [record for record in records.values() if "condition" in record]
    assert len(others) == 2
    assert {row["kind"] for record in others for row in record["condition"]} == {"other_cancer"}


@pytest.mark.parametrize("path", TWENTY_ONE, ids=lambda path: path.stem)
def test_the_stage_of_a_colon_cancer_is_not_the_breasts(path: Path) -> None:
    record = reading_of(path).records["0522e580-6775-49f5-b471-b39624280402"]
    assert record["primary_cancer"][0]["stage"] == "IA"
