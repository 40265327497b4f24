"""The drawn tables of tests/spec hold on Python and on DuckDB, and leave no construct out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import get_args

import drawn
import duckdb
import pytest

from bonewatch.engine.in_python import Engine
from bonewatch.engine.on_duckdb import Cohort
from bonewatch.features import tree as t
from bonewatch.features.feature import AGGREGATES
from bonewatch.features.language import FUNCTIONS
from bonewatch.features.to_python import Value, row_function
from bonewatch.features.to_sql import TYPES, to_sql
from bonewatch.record.dates import parse_date
from packs import pack_of

AS_OF = date(2026, 11, 23)
Entry = Mapping[str, object]
CONDITIONS, FEATURES, RULES = (drawn.spec(page) for page in ("conditions", "features", "rules"))


def _name(entry: Entry) -> str:
    return str(entry["name"])


@pytest.mark.parametrize("entry", CONDITIONS, ids=_name)
def test_condition(entry: Entry) -> None:
    tree = drawn.condition(entry).tree
    here = row_function(tree)
    for row in drawn.rows(entry["table"]):
        cells, wanted = cells_of(row), drawn.value(row["is"])
        assert close(here(days_of(cells), AS_OF.toordinal()), wanted), row
        assert close(_on_duckdb(tree, cells), wanted), row


def cells_of(row: Mapping[str, str]) -> dict[str, Value | date]:
    cells: dict[str, Value | date] = {}
    for name, cell in row.items():
        if name in ("d", "e"):
            known = parse_date(cell) if cell != "?" else (None, None)
            cells[name], cells[f"{name}_latest"] = known
        elif name != "is":
            cells[name] = drawn.value(cell) if name != "words" or cell == "?" else cell
    return cells


def days_of(cells: Mapping[str, Value | date]) -> dict[str, Value]:
    return {n: c.toordinal() if isinstance(c, date) else c for n, c in cells.items()}


def _on_duckdb(tree: t.Tree, cells: Mapping[str, Value | date]) -> Value:
    columns = ", ".join(f'cast(? as {type_of(name)}) as "{name}"' for name in cells)
    sql = f"select {to_sql(tree, f'date {AS_OF.isoformat()!r}')} from (select {columns})"
    found: list[tuple[Value]] = (
        duckdb.connect(":memory:").execute(sql, list(cells.values())).fetchall()
    )
    return found[0][0]


def type_of(name: str) -> str:
    return TYPES[drawn.SCOPE.columns[name.removesuffix("_latest")].kind]


def close(one: Value, two: Value) -> bool:
    if one is None or two is None:
        return one is two
    return bool(one == (pytest.approx(two, rel=1e-12) if isinstance(two, float) else two))


@pytest.mark.parametrize("entry", FEATURES, ids=_name)
def test_feature(entry: Entry) -> None:
    pack = pack_of([drawn.feature(entry)])
    people = list(drawn.people(entry))
    cohort = Cohort()
    cohort.load({who: record for who, record, _ in people})
    answers = cohort.evaluate(pack, AS_OF)
    for who, record, wanted in people:
        assert close(Engine(pack).evaluate(record, AS_OF).values["drawn"], wanted), who
        assert close(answers[who][0]["drawn"], wanted), who


@pytest.mark.parametrize("entry", RULES, ids=_name)
def test_rule(entry: Entry) -> None:
    pack = drawn.rule_pack(entry)
    rows = drawn.rows(entry["table"])
    records = {str(number): drawn.asked_person(row) for number, row in enumerate(rows)}
    cohort = Cohort()
    cohort.load(records)
    answers = cohort.evaluate(pack, AS_OF)
    for row, (who, record) in zip(rows, records.items(), strict=True):
        here, there = Engine(pack).evaluate(record, AS_OF), answers[who]
        for rule in pack.rules:
            wanted = drawn.value(row[rule]), drawn.value(row[f"{rule} acts"])
            assert (here.states[rule], here.acts[rule]) == wanted, (rule, row)
            assert (there[1][rule], there[2][rule]) == wanted, (rule, row)


def _trees() -> list[t.Tree]:
    features = [drawn.feature(entry) for entry in FEATURES]
    rules = [rule for entry in RULES for rule in drawn.rule_pack(entry).rules.values()]
    roots = [drawn.condition(entry).tree for entry in CONDITIONS]
    roots += [tree for f in features for tree in (f.window, f.where, f.item)]
    roots += [tree for rule in rules for tree in (rule.when, rule.guard)]
    return [node for root in roots for node in t.walk(root)]


def test_every_kind_of_node_is_drawn() -> None:
    assert {type(node) for node in _trees()} == set(get_args(t.Tree))


def test_every_operator_and_function_is_drawn() -> None:
    trees = _trees()
    assert {n.op for n in trees if isinstance(n, t.Compare)} == set(get_args(t.Comparison))
    assert {n.op for n in trees if isinstance(n, t.Arithmetic)} == set("+-*/")
    assert {n.unit for n in trees if isinstance(n, t.Since)} == {"days", "years"}
    own = {"days_since", "years_since", "at_least", "sure", "maybe", "rule", "mentions"}
    assert {n.function for n in trees if isinstance(n, t.Call)} == set(FUNCTIONS.split(", ")) - own


def test_every_aggregate_and_option_is_drawn() -> None:
    features = [drawn.feature(entry) for entry in FEATURES]
    written = json.dumps([entry["feature"] for entry in FEATURES])
    assert {f.aggregate for f in features} == set(AGGREGATES)
    assert {f.none_means for f in features} == {"no", "unknown", "no_once_listed"}
    assert all(word in written for word in ('"reports": "all"', '"within"', '"none_means"'))
