"""Invented people as FHIR and as OMOP: what goes out comes back, as far as the form can hold it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from bonewatch.cli import app
from bonewatch.record.bulk.read import read_files
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.tables import TABLES
from bonewatch.screen.source import find_source
from bonewatch.simulate.rates import read_rates
from bonewatch.simulate.write import FORMS, Asked, people, write_people

DAY, MANY = date(2026, 11, 23), 150
HELD: dict[str, dict[str, tuple[str, ...]]] = {
    "fhir": {
        "patient": ("birth_date", "sex", "died_on"),
        "primary_cancer": ("diagnosed_on", "t", "n", "m", "er_positive"),
        "symptom": ("kind", "present", "site", "side", "severity", "reported_on", "started_on",
                    "trend", "worse_at_night"),
        "condition": ("kind", "site", "onset_on"),
        "imaging": ("modality", "region", "result", "reason", "done_on"),
        "biopsy": ("site", "done_on"),
        "treatment": ("agent", "kind", "started_on", "ended_on", "intent", "site"),
    },
    "omop": {
        "patient": ("sex", "died_on"),
        "primary_cancer": ("er_positive",),
        "condition": ("kind", "onset_on"),
        "imaging": ("modality", "region", "done_on"),
        "treatment": ("agent", "kind", "started_on", "ended_on"),
    },
}  # fmt: skip
"""The fields that each form holds, for every row of these tables."""


def _expected(table: str, fields: tuple[str, ...]) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for person in people(read_rates(), 3, MANY, DAY):
        for row in keep_what_holds(person.record).rows(table):
            found[tuple(row[name] for name in fields)] += 1
    return found


@pytest.fixture(scope="module", params=["fhir", "omop"])
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("forms")
    write_people(folder / "in", Asked(3, MANY, DAY, request.param))
    source = find_source(folder / "in")
    assert source.kind == request.param
    counts = read_files(request.param, source.files, folder / "read")
    assert (counts.people, counts.refused) == (MANY, [])
    return request.param, folder


def test_what_goes_out_comes_back(read: tuple[str, Path]) -> None:
    form, folder = read
    with duckdb.connect() as database:
        for table, fields in HELD[form].items():
            sql = f"select {', '.join(fields)} from '{folder / 'read' / table / '*.parquet'}'"
            assert Counter(database.execute(sql).fetchall()) == _expected(table, fields), table


def test_every_measured_value_comes_back(read: tuple[str, Path]) -> None:
    _, folder = read
    fields = ("what", "value", "unit", "measured_on")
    expected = _expected("measurement", fields)
    with duckdb.connect() as database:
        sql = f"select {', '.join(fields)} from '{folder / 'read/measurement/*.parquet'}'"
        found = Counter(database.execute(sql).fetchall())
    assert expected
    assert expected - found == Counter()


def test_the_truth_names_people_as_the_source_does(read: tuple[str, Path]) -> None:
    _, folder = read
    lines = (folder / "in/truth.ndjson").read_text(encoding="utf-8").splitlines()
    with duckdb.connect() as database:
        sql = f"select patient_id from '{folder / 'read/people/*.parquet'}'"
        named = {row[0] for row in database.execute(sql).fetchall()}
    assert {json.loads(line)["patient_id"] for line in lines} == named


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for form in FORMS:
        for name in ("one", "two"):
            write_people(tmp_path / form / name, Asked(3, 20, DAY, form, packed=form == "fhir"))
        one, two = (_files(tmp_path / form / name) for name in ("one", "two"))
        assert one == two
        assert len(one) > 5


def _files(folder: Path) -> dict[str, bytes]:
    listed = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in listed}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_people_are_the_same_in_one_process_and_in_several(form: str, tmp_path: Path) -> None:
    """Three parts by two processes have the people, their rows and the truth of one part by one."""
    write_people(tmp_path / "one", Asked(5, 25, DAY, form))
    write_people(tmp_path / "several", Asked(5, 25, DAY, form, part=10))
    one, several = (_rows_by_table(tmp_path / name) for name in ("one", "several"))
    assert one == several
    truths = [(tmp_path / name / "truth.ndjson").read_bytes() for name in ("one", "several")]
    assert truths[0] == truths[1]
    assert truths[0].count(b"\n") == 25


def _rows_by_table(folder: Path) -> dict[str, list[Any]]:
    source, records = find_source(folder), folder
    if source.kind != "read":
        records = folder.with_name(f"{folder.name}-read")
        assert not read_files(source.kind, source.files, records).refused
    with duckdb.connect() as database:
        return {
            name: sorted(
                database.execute(f"from '{records / name}/*.parquet'").fetchall(), key=repr
            )
            for name in (*TABLES, "people")
        }


def test_every_concept_that_omop_uses_is_in_its_table(tmp_path: Path) -> None:
    write_people(tmp_path / "in", Asked(3, 50, DAY, "omop"))
    with (tmp_path / "in/concept.csv").open(encoding="utf-8", newline="") as file:
        known = {row["concept_id"] for row in csv.DictReader(file)}
    for path in (tmp_path / "in").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                used = {v for name, v in row.items() if name.endswith("concept_id")}
                assert used <= known | {"0", "8532", ""}, path.name


def test_a_form_that_there_is_not_is_refused(tmp_path: Path) -> None:
    words = ["synthesize", "5", "--out", str(tmp_path / "x"), "--format", "omob"]
    ran = CliRunner().invoke(app, words, env={"COLUMNS": "300"})
    assert (ran.exit_code, "Did you mean omop?" in ran.stderr) == (2, True)
