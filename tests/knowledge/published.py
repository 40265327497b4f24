"""The second transcription of the published tables (tests/spec/published.yaml), and its formulas.

A row of a table becomes a record and what must come of it. The formulas are worked out here from
the transcribed coefficients, apart from the pack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import yaml

from bonewatch.engine.in_python import Engine
from bonewatch.features.to_python import Value
from bonewatch.knowledge.examples import dated, pack_with
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pathway.entry import feature_name
from bonewatch.record.from_json import read_record

DAY = date(2026, 11, 23)
FILE = Path(__file__).parents[1] / "spec" / "published.yaml"


@cache
def published() -> dict[str, Any]:
    """The file as read."""
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


@dataclass(frozen=True)
class Cell:
    """One row of a table: what is given, and each output that must come."""

    table: str
    section: str
    entry: str
    given: Mapping[str, object]
    wanted: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.table} {dict(self.wanted)}"


def rows(worked: bool | None = None) -> list[Cell]:
    """The rows of all tables; only the worked examples, or only the others, where asked."""
    return [
        Cell(t["table"], t["section"], t["entry"], *_row(t, row))
        for t in published()["tables"]
        if worked in (None, t.get("worked", False))
        for row in t["rows"]
    ]


def _row(
    table: dict[str, Any], row: list[object]
) -> tuple[Mapping[str, object], dict[str, object]]:
    cells = dict(zip(table["columns"], row, strict=True))
    wanted = {key[1:]: value for key, value in cells.items() if key.startswith("=")}
    given = _filled(table["given"], cells)
    assert isinstance(given, dict)
    return given, wanted


def _filled(value: object, cells: Mapping[str, object]) -> object:
    """The template with `{column}` replaced; a key whose cell is empty falls away."""
    if isinstance(value, list):
        return [_filled(item, cells) for item in value]
    if isinstance(value, dict):
        filled = {key: _filled(item, cells) for key, item in value.items()}
        return {key: item for key, item in filled.items() if item is not None}
    if isinstance(value, str) and value.startswith("{") and value[1:-1] in cells:
        return cells[value[1:-1]]
    return value


@cache
def _engine() -> Engine:
    """With the licence for the staging table, which is off by default (decision 21)."""
    return Engine(pack_with(core_pack(), {"ajcc_licence": 1}))


def outputs(entry: str, given: Mapping[str, object], wanted: Mapping[str, Any]) -> dict[str, Value]:
    """What the engine makes of a record, for these outputs of an entry."""
    record = read_record({"primary_cancer": [{}]} | text_dates(dated(given, DAY)))
    values = _engine().evaluate(record, DAY).values
    return {name: values[feature_name(entry, "" if name == "is" else name)] for name in wanted}


def text_dates(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: text_dates(item) for key, item in value.items()}
    return [text_dates(item) for item in value] if isinstance(value, list) else value


def stages() -> Iterator[tuple[str, str, str, str]]:
    """Every T with every N and the stage it has with M0."""
    table = published()["stage"]
    for t, stages_ in table.items():
        for n, stage in zip(table["columns"], stages_, strict=True):
            for each_t in ALL_T.get(t, ()):
                for each_n in ALL_N[n]:
                    yield each_t, each_n, stage, t


ALL_T = {
    "T0": ("T0",), "T1": ("T1", "T1mi", "T1a", "T1b", "T1c"), "T2": ("T2",), "T3": ("T3",),
    "T4": ("T4", "T4a", "T4b", "T4c", "T4d"),
}  # fmt: skip
ALL_N = {
    "N0": ("N0", "N0(i+)"), "N1mi": ("N1mi",), "N1": ("N1", "N1a", "N1b", "N1c"),
    "N2": ("N2", "N2a", "N2b"), "N3": ("N3", "N3a", "N3b", "N3c"),
}  # fmt: skip


@dataclass(frozen=True)
class Cancer:
    """What PREDICT reads; None is not known."""

    age: int
    size: float
    nodes: int
    grade: int | None
    positive: bool
    her2: str | None
    ki67: str | None = None
    screened: bool | None = None


def predict_index(cancer: Cancer) -> float:
    """The prognostic index of PREDICT v2.2 from the transcribed coefficients."""
    p = published()["predict"]
    her2 = p["her2"].get(cancer.her2, 0)
    return float(her2 + (_positive if cancer.positive else _negative)(cancer, p))


def _positive(cancer: Cancer, p: dict[str, Any]) -> float:
    c, decades = p["positive"], cancer.age / 10
    grade = p["unknown"]["grade"] if cancer.grade is None else cancer.grade
    screened = p["unknown"]["screened"] if cancer.screened is None else cancer.screened
    age, size, nodes = c["age"], c["size"], c["nodes"]
    return float(
        age["a"] * (decades**-2 - age["a_middle"])
        + age["b"] * (decades**-2 * log(decades) - age["b_middle"])
        + size["factor"] * (log(cancer.size / 100) - size["middle"])
        + nodes["factor"] * (log((cancer.nodes + 1) / 10) - nodes["middle"])
        + c["grade"] * grade + c["screened"] * screened + c["ki67"].get(cancer.ki67, 0)
    )  # fmt: skip


def _negative(cancer: Cancer, p: dict[str, Any]) -> float:
    c = p["negative"]
    age, size, nodes = c["age"], c["size"], c["nodes"]
    return float(
        age["factor"] * (cancer.age - age["middle"])
        + size["factor"] * (sqrt(cancer.size / 100) - size["middle"])
        + nodes["factor"] * (log((cancer.nodes + 1) / 10) - nodes["middle"])
        + (c["grade"] if cancer.grade in (2, 3) else 0)
    )


def hazard(receptor: str, years: float) -> float:
    """The cumulative base hazard of breast cancer death."""
    a, b, c = published()["predict"][receptor]["hazard"]
    if receptor == "positive":
        return exp(a + b / sqrt(years) + c * log(years) / sqrt(years))
    return exp(a + b / years**2 + c / years)


def predict_surgery(cancer: Cancer, years: int) -> float:
    """Overall survival in per cent with surgery alone."""
    other = published()["predict"]["other"]
    a, b, c = other["hazard"]
    index = other["factor"] * ((cancer.age / 10) ** 2 - other["middle"])
    others = exp(index) * exp(a + b * log(years) + c * sqrt(years))
    receptor = "positive" if cancer.positive else "negative"
    return 100 * exp(-others) * exp(-exp(predict_index(cancer)) * hazard(receptor, years))


def cts5(age: int, size: float, grade: int, nodes: int) -> float:
    """CTS5 from the transcribed coefficients."""
    c = published()["cts5"]
    mm = min(size, c["cap"])
    rest = c["size"] * mm + c["size_squared"] * mm**2 + c["grade"] * grade + c["age"] * age
    return float(c["nodes"] * c["node_points"][nodes] + c["rest"] * rest)
