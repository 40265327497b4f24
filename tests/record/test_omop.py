"""OMOP tables of the shape of test databases, with their oddities, read as records."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bonewatch.knowledge.load import core_pack
from bonewatch.record.bulk.omop import looks_like_omop, omop_table
from bonewatch.record.bulk.read import Counts, read_files
from bonewatch.screen.run import Choices
from bonewatch.screen.source import find_source
from bonewatch.screen.whole import screened

Rows = Sequence[Mapping[str, Any]]
CONCEPTS: Rows = [
    {"concept_id": 1, "concept_name": "Malignant neoplasm of breast", "vocabulary_id": "SNOMED",
     "concept_code": "254837009"},
    {"concept_id": 2, "concept_name": "Secondary malignant neoplasm of bone",
     "vocabulary_id": "SNOMED", "concept_code": "94222008"},
    {"concept_id": 3, "concept_name": "Calcium in Serum or Plasma", "vocabulary_id": "LOINC",
     "concept_code": "17861-6"},
    {"concept_id": 4, "concept_name": "milligram per deciliter", "vocabulary_id": "UCUM",
     "concept_code": "mg/dL"},
    {"concept_id": 5, "concept_name": "zoledronic acid", "vocabulary_id": "RxNorm",
     "concept_code": "77655"},
    {"concept_id": 6, "concept_name": "Unused", "vocabulary_id": "SNOMED", "concept_code": "1"},
    {"concept_id": 7, "concept_name": "Gadget count", "vocabulary_id": "LOINC",
     "concept_code": "99999-9"},
]  # fmt: skip
PERSONS: Rows = [
    {"person_id": 10, "gender_concept_id": 8532, "year_of_birth": 1961, "month_of_birth": 5,
     "day_of_birth": 3},
    {"person_id": 11, "gender_concept_id": 0, "gender_source_value": "F", "year_of_birth": 1950},
    {"person_id": 12, "gender_concept_id": 8507, "year_of_birth": 1948, "month_of_birth": None,
     "day_of_birth": 7},
]  # fmt: skip
TABLES: dict[str, Rows] = {
    "CONCEPT": CONCEPTS,
    "PERSON": PERSONS,
    "DEATH": [{"person_id": 11, "death_date": "2025-03-04"}],
    "CONDITION_OCCURRENCE": [
        {"condition_occurrence_id": 1, "person_id": 10, "condition_concept_id": 1,
         "condition_start_date": "2020-02-01", "condition_start_datetime": None},
        {"condition_occurrence_id": 2, "person_id": 10, "condition_concept_id": 2,
         "condition_start_date": None, "condition_start_datetime": "2026-03-01 00:00:00"},
        {"condition_occurrence_id": 3, "person_id": 11, "condition_concept_id": 0,
         "condition_source_value": "C50.911", "condition_start_date": "20190601"},
        {"condition_occurrence_id": 4, "person_id": None, "condition_concept_id": 1},
    ],
    "MEASUREMENT": [
        {"measurement_id": 1, "person_id": 10, "measurement_concept_id": 3,
         "measurement_date": "2026-11-20", "value_as_number": 12.4, "unit_concept_id": 4,
         "range_low": 8.5, "range_high": 10.5},
        {"measurement_id": 2, "person_id": 11, "measurement_concept_id": 0,
         "measurement_source_value": "2160-0", "measurement_date": "2024-01-01",
         "value_as_number": 0.9, "unit_source_value": "mg/dL"},
        {"measurement_id": 3, "person_id": 11, "measurement_concept_id": 7,
         "measurement_date": "2024-01-01", "value_as_number": 3},
    ],
    "DRUG_EXPOSURE": [
        {"drug_exposure_id": 1, "person_id": 10, "drug_concept_id": 5,
         "drug_exposure_start_date": "2026-04-01", "drug_exposure_end_date": "2099-12-31",
         "a_column_of_our_own": "x"},
        {"drug_exposure_id": 2, "person_id": 11, "drug_concept_id": 0,
         "drug_source_value": "letrozole 2.5 mg tablet", "drug_exposure_start_date": "2019-07-01",
         "drug_exposure_end_date": "2024-07-01"},
    ],
    "VISIT_OCCURRENCE": [{"visit_occurrence_id": 1, "person_id": 10}],
    "PROCEDURE_OCCURRENCE": [],
}  # fmt: skip


def _columns(rows: Rows) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _write(folder: Path, ending: str) -> Path:
    folder.mkdir()
    for name, rows in TABLES.items():
        if ending == ".parquet":
            columns = {c: [row.get(c) for row in rows] for c in _columns(rows)}
            pq.write_table(pa.table(columns), folder / f"{name.lower()}.parquet")
            continue
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            mark = "\t" if name == "CONCEPT" else ","
            writer = csv.DictWriter(file, _columns(rows) or ["person_id"], delimiter=mark)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _read(source: Path, into: Path) -> Counts:
    return read_files("omop", find_source(source).files, into)


def _rows(folder: Path, table: str, columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as database:
        sql = f"select {columns} from '{folder / table / '*.parquet'}' order by all"
        return database.execute(sql).fetchall()


@pytest.fixture(params=[".csv", ".parquet"])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Counts]:
    source = _write(tmp_path / "omop", request.param)
    assert find_source(source).kind == "omop"
    return tmp_path / "read", _read(source, tmp_path / "read")


def test_people_are_read_with_what_is_known_of_their_birth(read: tuple[Path, Counts]) -> None:
    found = _rows(read[0], "patient", "patient_id, birth_date, birth_date_latest, sex, died_on")
    assert found == [
        ("10", date(1961, 5, 3), date(1961, 5, 3), "female", None),
        ("11", date(1950, 1, 1), date(1950, 12, 31), "female", date(2025, 3, 4)),
        ("12", date(1948, 1, 1), date(1948, 12, 31), "male", None),
    ]


def test_conditions_go_by_concept_and_else_by_the_source_s_code(read: tuple[Path, Counts]) -> None:
    assert _rows(read[0], "primary_cancer", "patient_id, diagnosed_on") == [
        ("10", date(2020, 2, 1)), ("11", date(2019, 6, 1)),
    ]  # fmt: skip
    assert _rows(read[0], "condition", 'patient_id, kind, onset_on, "at"') == [
        ("10", "bone_metastasis", date(2026, 3, 1), "condition_occurrence/2"),
    ]


def test_measurements_are_converted_from_either_kind_of_unit(read: tuple[Path, Counts]) -> None:
    found = _rows(read[0], "measurement", "patient_id, what, round(value, 2), unit, flag")
    assert found == [
        ("10", "calcium", 3.09, "mmol/L", "high"),
        ("11", "creatinine", 79.56, "umol/L", None),
    ]


def test_drugs_have_an_end_only_where_it_is_one(read: tuple[Path, Counts]) -> None:
    assert _rows(read[0], "treatment", "patient_id, agent, started_on, ended_on") == [
        ("10", "zoledronic_acid", date(2026, 4, 1), None),
        ("11", "letrozole", date(2019, 7, 1), date(2024, 7, 1)),
    ]


def test_nothing_is_dropped_in_silence(read: tuple[Path, Counts]) -> None:
    folder, counts = read
    missed = dict(_rows(folder, "not_understood", "what, count"))
    assert missed["OMOP visit_occurrence"] == 1
    assert any("99999-9 Gadget count" in what for what in missed)
    [refused] = counts.refused
    assert (refused.path.stem.upper(), refused.says) == (
        "CONDITION_OCCURRENCE", "has no person_id; left out",
    )  # fmt: skip
    assert refused.line > 1


def test_without_a_concept_table_the_source_s_own_words_are_used(tmp_path: Path) -> None:
    source = _write(tmp_path / "omop", ".csv")
    (source / "CONCEPT.csv").unlink()
    _read(source, tmp_path / "read")
    assert _rows(tmp_path / "read", "primary_cancer", "patient_id") == [("11",)]
    assert _rows(tmp_path / "read", "treatment", "agent") == [("letrozole",)]


def test_a_file_that_is_not_what_it_says_is_told_and_the_rest_read(tmp_path: Path) -> None:
    source = _write(tmp_path / "omop", ".csv")
    (source / "OBSERVATION.parquet").write_bytes(b"not parquet")
    counts = _read(source, tmp_path / "read")
    assert "OBSERVATION.parquet" in {one.path.name for one in counts.refused}
    assert counts.people == 3


def test_an_omop_folder_is_screened(tmp_path: Path) -> None:
    source, out = _write(tmp_path / "omop", ".parquet"), tmp_path / "out"
    choices = Choices(date(2026, 11, 23))
    done = screened(source, out, core_pack(), choices, lambda *_: None, strict=False, verify=3)
    assert not done.failed
    with duckdb.connect() as database:
        sql = f"select patient_id, urgency from '{out / 'assessments.parquet'}' order by 1"
        assert database.execute(sql).fetchall()[0] == ("10", "same_day")


def test_what_looks_like_omop(tmp_path: Path) -> None:
    assert omop_table(tmp_path / "Measurement.CSV") == "measurement"
    assert omop_table(tmp_path / "person" / "0.parquet") == "person"
    assert omop_table(tmp_path / "patient.csv") == ""
    assert not looks_like_omop([tmp_path / "person.csv"])
    assert looks_like_omop([tmp_path / "person.csv", tmp_path / "death.csv"])


# ---- broken files --------------------------------------------------------------------------------

HEAD = (
    "measurement_id,person_id,measurement_source_value,measurement_date,"
    "value_as_number,unit_source_value"
)
GOOD = "9,10,2160-0,2026-11-20,0.9,mg/dL"
BROKEN = [
    (
        "a cell too many",
        b"1,10,2160-0,also,2026-11-20,0.9,mg/dL",
        "has 7 cells where the head has 6",
    ),
    ("a cell too few", b"1,10", "has 2 cells where the head has 6"),
    ("not UTF-8", b"1,10,t\xf3rax,2026-11-20,0.9,mg/dL", "is not UTF-8"),
    ("letters after a quotation", b'1,10,"a"b,2026-11-20,0.9', "is not CSV"),
    (
        "a cell beyond all measure",
        b"1,10," + b"x" * (1 << 21) + b",2026-11-20,0.9,mg/dL",
        "is not CSV",
    ),
]


@pytest.mark.parametrize(
    ("broken", "says"), [one[1:] for one in BROKEN], ids=[b[0] for b in BROKEN]
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_broken_row_is_told_with_its_line_and_the_rest_is_read(
    broken: bytes, says: str, end: bytes, tmp_path: Path
) -> None:
    source = _write(tmp_path / "omop", ".csv")
    lines = [HEAD.encode(), GOOD.encode(), broken, GOOD.replace("9,", "8,", 1).encode()]
    (source / "MEASUREMENT.csv").write_bytes(end.join(lines) + end)
    refused = [one for one in _read(source, tmp_path / "read").refused if says in one.says]
    assert [(one.path.name, one.line) for one in refused] == [("MEASUREMENT.csv", 3)]
    assert len(_rows(tmp_path / "read", "measurement", "value")) == 2


def test_a_row_over_several_lines_counts_by_its_first_line(tmp_path: Path) -> None:
    source = _write(tmp_path / "omop", ".csv")
    lines = [HEAD, '1,10,"a\nb\nc",2026-11-20,1,mg/dL', "2,,2160-0,2026-11-20,1,mg/dL"]
    (source / "MEASUREMENT.csv").write_text("\n".join(lines))
    refused = _read(source, tmp_path / "read").refused
    assert ("MEASUREMENT.csv", 5) in {(one.path.name, one.line) for one in refused}


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_cells_may_be_parted_by_other_marks(mark: str, tmp_path: Path) -> None:
    source = _write(tmp_path / "omop", ".csv")
    text = "\n".join([HEAD, GOOD, ""]).replace(",", mark)
    (source / "MEASUREMENT.csv").write_text("\ufeff" + text, encoding="utf-8")
    _read(source, tmp_path / "read")
    assert _rows(tmp_path / "read", "measurement", "patient_id, what") == [("10", "creatinine")]


def test_a_concept_table_parted_by_tabs_is_not_quoted(tmp_path: Path) -> None:
    source = _write(tmp_path / "omop", ".csv")
    head, *rows = (source / "CONCEPT.csv").read_text().splitlines()
    odd = '98\t"an inch mark, and no other\tSNOMED\t1'
    (source / "CONCEPT.csv").write_text("\n".join([head, odd, *rows]))
    _read(source, tmp_path / "read")
    assert ("10", "bone_metastasis") in _rows(tmp_path / "read", "condition", "patient_id, kind")


@pytest.mark.parametrize("content", [b"", b"not Parquet"])
def test_a_concept_table_that_cannot_be_read_is_told(content: bytes, tmp_path: Path) -> None:
    source = _write(tmp_path / "omop", ".parquet")
    (source / "concept.parquet").write_bytes(content)
    counts = _read(source, tmp_path / "read")
    assert "concept.parquet" in {one.path.name for one in counts.refused}
    assert counts.people == 3


def test_what_a_tool_writes_for_no_number_is_none(tmp_path: Path) -> None:
    source = _write(tmp_path / "omop", ".parquet")
    rows = {"measurement_id": [1], "person_id": [10], "measurement_source_value": ["2160-0"],
            "measurement_date": ["2026-11-20"], "value_as_number": [float("nan")],
            "unit_source_value": ["mg/dL"]}  # fmt: skip
    pq.write_table(pa.table(rows), source / "measurement.parquet")
    _read(source, tmp_path / "read")
    assert _rows(tmp_path / "read", "measurement", "value") == []
