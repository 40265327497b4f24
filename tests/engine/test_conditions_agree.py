"""Every drawn condition means the same to Python, DuckDB and, where there is no date, SQLite."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from random import Random

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from people import DAYS
from strategies import MANY, PHRASES, SETTINGS, conditions, names_of, numbers

from bonewatch.features.language import parse
from bonewatch.features.scope import Column, Scope
from bonewatch.features.to_python import Value, row_function
from bonewatch.features.to_sql import to_sql
from bonewatch.record.dates import parse_date

TODAY = date(2026, 11, 23)
COLUMNS = {
    **{name: Column("bool") for name in ("a", "b", "c")},
    **{name: Column("number") for name in ("x", "y")},
    "size": Column("number", "mm"),
    "colour": Column("text", choices=("red", "green", "blue")),
    "words": Column("text"),
    **{name: Column("date") for name in ("d", "e")},
}
SCOPE = Scope(COLUMNS, SETTINGS, phrases=PHRASES, where="field")
DATELESS = Scope(
    {name: column for name, column in COLUMNS.items() if column.kind != "date"},
    SETTINGS,
    phrases=PHRASES,
)
TYPES = {"bool": "boolean", "number": "double", "text": "varchar", "date": "date"}
DRAWN = settings(
    max_examples=60 * MANY,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=tuple(phase for phase in Phase if phase is not Phase.explain),
)
_VALUES: dict[str, tuple[Value, ...]] = {
    "bool": (True, False, None),
    "number": (0, 1, -1, 2, 2.5, 7, 0.1, 0.3, 40, 365, 1000.0, None, None),
    "words": ("I CAN'T WALK", "it is 50% \\ Off", "Ü", "", "numbness", None),
    "colour": ("red", "green", "blue", None),
}

Row = dict[str, Value]


def _rows(count: int) -> list[Row]:
    random = Random(7)
    return [_row(random) for _ in range(count)]


def _row(random: Random) -> Row:
    row: Row = {}
    for name, column in COLUMNS.items():
        if column.kind == "date":
            first, latest = parse_date(random.choice(DAYS))
            known = random.random() < 0.8
            row[name] = first.isoformat() if known else None
            row[f"{name}_latest"] = latest.isoformat() if known else None
        else:
            row[name] = random.choice(_VALUES.get(name) or _VALUES[column.kind])
    return row


ROWS = _rows(60)


def _in_python(row: Row) -> Row:
    return {
        k: _ordinal(v) if k.removesuffix("_latest") in ("d", "e") else v for k, v in row.items()
    }


def _ordinal(value: Value) -> Value:
    return date.fromisoformat(str(value)).toordinal() if value is not None else None


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    types = {name: TYPES[column.kind] for name, column in COLUMNS.items()}
    shape = json.dumps([types | {"d_latest": "date", "e_latest": "date"}])
    connection.execute(
        f"create table rows as select unnest(from_json_strict(?, '{shape}'), recursive := true)",
        [json.dumps(ROWS)],
    ).fetchall()
    return connection


@pytest.fixture(scope="module")
def lite() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    names = [name for name, column in COLUMNS.items() if column.kind != "date"]
    typed = [f"{n} {'real' if COLUMNS[n].kind == 'number' else ''}" for n in names]
    connection.create_function("small", 1, lambda text: text and text.lower())
    connection.execute(f"create table rows ({', '.join(typed)})")
    marks = ", ".join("?" * len(names))
    connection.executemany(
        f"insert into rows values ({marks})", [[r[n] for n in names] for r in ROWS]
    )
    return connection


def _known(text: str, scope: Scope) -> list[Value]:
    function = row_function(parse(text, scope).tree)
    return [function(_in_python(row), TODAY.toordinal()) for row in ROWS]


def _same(texts: list[str], here: list[list[Value]], there: list[tuple[Value, ...]]) -> None:
    for text, mine, theirs in zip(texts, here, zip(*there, strict=True), strict=True):
        for row, one, two in zip(ROWS, mine, theirs, strict=True):
            if (one is None) is not (two is None) or (
                one is not None and one != pytest.approx(two, rel=1e-12)
            ):
                pytest.fail(f"{text}: Python {one}, SQL {two} for {row}")


@DRAWN
@given(st.lists(conditions(names_of(SCOPE), 3, points=True), min_size=8, max_size=16))
def test_duckdb_conditions(duck: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    columns = ", ".join(to_sql(parse(text, SCOPE).tree, f"date '{TODAY}'") for text in texts)
    there = duck.execute(f"select {columns} from rows").fetchall()
    _same(texts, [_known(text, SCOPE) for text in texts], there)


@DRAWN
@given(st.lists(numbers(names_of(SCOPE), "", 3), min_size=8, max_size=16))
def test_duckdb_numbers(duck: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    columns = ", ".join(to_sql(parse(text, SCOPE).tree, f"date '{TODAY}'") for text in texts)
    there = duck.execute(f"select {columns} from rows").fetchall()
    _same(texts, [_known(text, SCOPE) for text in texts], there)


@DRAWN
@given(st.lists(conditions(names_of(DATELESS), 3, points=True), min_size=8, max_size=16))
def test_sqlite_conditions(lite: sqlite3.Connection, texts: list[str]) -> None:
    """SQLite as an outside voice: its greatest is called max, and its truth is 1."""
    columns = ", ".join(_for_sqlite(text) for text in texts)
    there = lite.execute(f"select {columns} from rows").fetchall()
    _same(texts, [_known(text, DATELESS) for text in texts], there)


def _for_sqlite(text: str) -> str:
    sql = to_sql(parse(text, DATELESS).tree, "")
    return sql.replace("greatest(", "max(").replace("least(", "min(").replace("lower(", "small(")
