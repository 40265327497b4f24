"""CSV as others write it: whatever a cell holds comes back, and no broken row breaks the file."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonewatch.record.bulk.table_rows import CsvRows

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8)
HEAD = ["patient_id", "kind", "words"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv")


@given(ROWS, st.sampled_from([",", ";", "|"]))
def test_whatever_a_cell_holds_comes_back(folder: Path, rows: list[list[str]], mark: str) -> None:
    path = folder / "symptom.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=mark, lineterminator="\n").writerows([HEAD, *rows])
    read = CsvRows(path)
    assert [list(row.values()) for row in read] == rows
    assert read.refused == []


@given(st.binary(max_size=200))
def test_rubbish_is_told_and_what_stands_before_it_is_read(folder: Path, rubbish: bytes) -> None:
    path = folder / "rubbish.csv"
    path.write_bytes(b"patient_id,kind,words\n1,pain,x\n" + rubbish)
    read = CsvRows(path)
    assert next(iter(read)) == dict(zip(HEAD, ["1", "pain", "x"], strict=True))


def test_a_file_that_was_cut_off_is_told(folder: Path) -> None:
    path = folder / "symptom.csv.gz"
    whole = gzip.compress(b"patient_id,kind,words\n" + b"1,pain,x\n" * 9)
    path.write_bytes(whole[:-9])
    read = CsvRows(path)
    list(read)
    assert [one.says for one in read.refused] == ["cannot be read from this line on (cut off?)"]


def test_an_empty_file_has_no_rows(folder: Path) -> None:
    (folder / "empty.csv").write_bytes(b"")
    assert list(CsvRows(folder / "empty.csv")) == []
