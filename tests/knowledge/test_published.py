"""Published tables and worked examples are reproduced cell by cell, from a second transcription."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from tests.knowledge.published import (
    ALL_N,
    ALL_T,
    Cancer,
    Cell,
    cts5,
    hazard,
    outputs,
    predict_index,
    predict_surgery,
    published,
    rows,
    stages,
)

from bonewatch.knowledge.examples import agrees
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pathway.text import LookupText, OptionText, ScoreText, Worked


def _wanted(value: Any) -> Any:
    return None if value == "unknown" else value


def test_there_is_much_to_reproduce() -> None:
    assert len(rows()) > 240
    assert len(rows(worked=True)) > 90


@pytest.mark.parametrize("cell", rows(), ids=str)
def test_each_row_comes_out_as_published(cell: Cell) -> None:
    found = outputs(cell.entry, cell.given, cell.wanted)
    wrong = {n: found[n] for n, w in cell.wanted.items() if not agrees(found[n], _wanted(w))}
    assert wrong == {}, f"{cell.section}: wanted {cell.wanted}"


@pytest.mark.parametrize("cell", rows(worked=True), ids=str)
def test_each_worked_example_stands_in_the_pack(cell: Cell) -> None:
    """With the section it is from, and the same result to the decimals published."""
    examples = core_pack().entries[cell.entry].text.examples
    assert any(_is_that_example(example, cell) for example in examples), cell.section


def _is_that_example(example: Worked, cell: Cell) -> bool:
    """Its result, or where it is lines that fit every one that fits, and nothing otherwise."""
    fits = {name for name, value in cell.wanted.items() if value is not False}
    must_say = {"is"} if "is" in cell.wanted else fits
    said = {name: value for name, value in example.then.items() if name in cell.wanted}
    agree = all(_same(value, cell.wanted[name]) for name, value in said.items())
    return example.published.startswith(cell.section) and must_say <= said.keys() and agree


def _same(said: Any, wanted: Any) -> bool:
    return bool(agrees(said, wanted))


def _stage(t: str, n: str, m: str) -> Any:
    given = {"primary_cancer": [{"t": t, "n": n, "m": m}]}
    return outputs("anatomic_stage", given, {"is": ""})["is"]


def test_the_stage_of_every_combination_is_that_of_the_table() -> None:
    combinations = list(stages())
    assert len(combinations) == sum(map(len, ALL_T.values())) * sum(map(len, ALL_N.values()))
    wrong = [(t, n, w, f) for t, n, w, _ in combinations if (f := _stage(t, n, "M0")) != w]
    assert wrong == []


def test_in_situ_is_stage_0_and_spread_is_stage_iv_whatever_t_and_n() -> None:
    nodes = [n for group in ALL_N.values() for n in group]
    for n in nodes:
        assert _stage("Tis", n, "M0") == ("0" if n in ALL_N["N0"] else None), n
    tumours = ["Tis", *(t for group in ALL_T.values() for t in group)]
    assert {_stage(t, n, "M1") for t, n in product(tumours, nodes)} == {"IV"}


def _of(part: str) -> list[tuple[str, str, Any]]:
    return [
        (entry, key, cell)
        for entry, table in published()[part].items()
        for key, cell in table.items()
        if key != "section"
    ]


def _score(entry: str) -> ScoreText:
    text = core_pack().entries[entry].text
    assert isinstance(text, ScoreText)
    return text


@pytest.mark.parametrize(("entry", "band", "cell"), _of("bands"))
def test_each_band_begins_where_it_was_published_to(entry: str, band: str, cell: Any) -> None:
    found = _score(entry).bands[band]
    assert (found.from_, found.above) == (cell.get("from"), cell.get("above"))


@pytest.mark.parametrize("part", ["bands", "figures", "doses", "words"])
def test_no_line_is_left_out(part: str) -> None:
    for entry, table in published()[part].items():
        text = core_pack().entries[entry].text
        assert set(table) - {"section"} == {k for k, has in _lines(text, part).items() if has}


def _lines(text: object, part: str) -> dict[str, bool]:
    if isinstance(text, LookupText):
        return {key: bool(row.figures) for key, row in text.rows.items()}
    if isinstance(text, OptionText):
        return dict.fromkeys(text.doses, True)
    assert isinstance(text, ScoreText)
    if part == "figures":
        return {key: bool(band.figures) for key, band in text.bands.items()}
    return dict.fromkeys(text.bands or text.classes, True)


@pytest.mark.parametrize(("entry", "line", "cell"), _of("figures"))
def test_each_figure_is_the_published_one(entry: str, line: str, cell: Any) -> None:
    text = core_pack().entries[entry].text
    lines = text.rows if isinstance(text, LookupText) else _score(entry).bands
    assert dict(lines[line].figures) == cell


@pytest.mark.parametrize(("entry", "line", "cell"), _of("doses"))
def test_each_dose_is_the_published_one(entry: str, line: str, cell: Any) -> None:
    text = core_pack().entries[entry].text
    assert isinstance(text, OptionText)
    dose, unit, says = cell
    assert (text.doses[line].dose, text.doses[line].unit) == (dose, unit)
    assert says in text.doses[line].says


@pytest.mark.parametrize(("entry", "line", "cell"), _of("words"))
def test_each_grade_says_what_it_was_published_to_mean(entry: str, line: str, cell: Any) -> None:
    text = _score(entry)
    said = text.bands[line].is_ if text.bands else text.classes[line].is_
    assert [part for part in cell if part not in said] == []


def _given(c: Cancer) -> dict[str, object]:
    ki67 = {"positive": 30, "negative": 5, None: None}[c.ki67]
    cancer = {
        "diagnosed_on": "2020-06-01", "invasive": True, "size_mm": c.size, "grade": c.grade,
        "nodes_positive": c.nodes, "er_positive": c.positive, "her2": c.her2,
        "ki67_percent": ki67, "screen_detected": c.screened,
    }  # fmt: skip
    known = {key: value for key, value in cancer.items() if value is not None}
    return {"patient": [{"birth_date": f"{2020 - c.age}-01-01"}], "primary_cancer": [known]}


CANCERS = [
    Cancer(age, size, nodes, grade, positive, her2, ki67, screened)
    for age, size, nodes in ((25, 2.0, 0), (48, 30.0, 1), (65, 12.5, 4), (85, 60.0, 15))
    for grade, her2, ki67, screened in (
        (1, "negative", None, True),
        (2, "positive", "positive", False),
        (3, None, "negative", None),
        (None, "negative", "positive", None),
    )
    for positive in (True, False)
]


@pytest.mark.parametrize("cancer", CANCERS, ids=str)
def test_predict_is_worked_out_as_from_its_coefficients(cancer: Cancer) -> None:
    index = outputs("predict_index", _given(cancer), {"is": 0})["is"]
    assert index == pytest.approx(predict_index(cancer), abs=1e-8)
    for years in (5, 10, 15):
        found = outputs(f"predict_surgery_{years}", _given(cancer), {"is": 0})["is"]
        assert found == pytest.approx(predict_surgery(cancer, years), abs=1e-6), years


def test_the_base_hazards_are_those_of_the_owners_test_values() -> None:
    for receptor, years, known in published()["predict"]["known_hazards"]:
        assert hazard(receptor, years) == pytest.approx(known, abs=5e-8)


@pytest.mark.parametrize("nodes", published()["cts5"]["node_points"])
@pytest.mark.parametrize(("age", "size", "grade"), [(50, 8, 1), (61, 30, 2), (77, 41, 3)])
def test_cts5_is_worked_out_as_from_its_formula(
    age: int, size: int, grade: int, nodes: int
) -> None:
    cancer = {
        "diagnosed_on": "2015-03-01", "er_positive": True, "size_mm": size, "grade": grade,
        "nodes_positive": nodes,
    }  # fmt: skip
    given = {
        "patient": [{"birth_date": f"{2015 - age}-01-01", "menopause": "post"}],
        "treatment": [{"agent": "letrozole", "started_on": "2015-06-01", "ended_on": "2020-06-01"}],
        "primary_cancer": [cancer],
    }
    found = outputs("cts5", given, {"is": 0})["is"]
    assert found == pytest.approx(cts5(age, size, grade, nodes), abs=5e-5)


@pytest.mark.parametrize("size", [1, 20, 33.5])
@pytest.mark.parametrize(("nodes", "stage"), [(0, 1), (1, 2), (3, 2), (4, 3), (12, 3)])
@pytest.mark.parametrize("grade", [1, 2, 3])
def test_the_nottingham_index_is_size_nodes_and_grade(
    size: float, nodes: int, stage: int, grade: int
) -> None:
    cancer = {"invasive": True, "size_mm": size, "nodes_positive": nodes, "grade": grade}
    found = outputs("npi", {"primary_cancer": [cancer]}, {"is": 0})["is"]
    assert found == pytest.approx(0.2 * size / 10 + stage + grade, abs=1e-9)
