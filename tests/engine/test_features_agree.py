"""Python and DuckDB give every drawn feature and rule the same value for every invented person."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from people import people
from strategies import MANY

from bonewatch.engine.in_python import Engine
from bonewatch.engine.on_duckdb import Answer, Cohort
from bonewatch.features.to_python import Value
from bonewatch.knowledge.load import core_pack, load_pack
from bonewatch.knowledge.pack import Pack
from bonewatch.record.record import Record
from packs import packs

SMALL = Path(__file__).parents[1] / "packs" / "small"
PEOPLE = dict(people(250, seed=20261123))
PHASES = tuple(phase for phase in Phase if phase not in (Phase.explain, Phase.shrink))
AS_OF = (date(2026, 11, 23), date(2026, 11, 10), date(2025, 2, 28), date(2028, 2, 29))


@pytest.fixture(scope="module")
def cohort() -> Iterator[Cohort]:
    loaded = Cohort()
    loaded.load(PEOPLE)
    yield loaded
    loaded.close()


def same(one: Value, two: Value) -> bool:
    """Equal, and known or not known alike; numbers to the last digits but two."""
    if one is None or two is None or isinstance(one, str | bool) or isinstance(two, str | bool):
        return one is two if one is None or two is None else (type(one), one) == (type(two), two)
    return math.isclose(one, two, rel_tol=1e-12, abs_tol=1e-12)


def differences(pack: Pack, engine: Engine, record: Record, as_of: date, got: Answer) -> list[str]:
    """Where the engines part, in words."""
    here = engine.evaluate(record, as_of)
    pairs: list[tuple[Mapping[str, Value], Mapping[str, Value], str]] = [
        (here.values, got[0], ""), (here.states, got[1], ""), (here.acts, got[2], " acts")
    ]  # fmt: skip
    said = []
    for mine, theirs, of in pairs:
        said += [
            f"{name}{of}: Python {mine[name]}, DuckDB {theirs[name]}: {_text(pack, name)}"
            for name in mine
            if not same(mine[name], theirs[name])
        ]
    return said


def _text(pack: Pack, name: str) -> object:
    return pack.features.get(name) or pack.rules[name].condition


def _agree(cohort: Cohort, pack: Pack, as_of: date) -> None:
    engine, answers = Engine(pack), cohort.evaluate(pack, as_of)
    assert answers.keys() == PEOPLE.keys()
    for patient_id, record in PEOPLE.items():
        said = differences(pack, engine, record, as_of, answers[patient_id])
        if said:
            pytest.fail(f"{said[0]}\n{_smallest(pack, record, as_of).tables}")


def _smallest(pack: Pack, record: Record, as_of: date) -> Record:
    """The record with every row left out that the disagreement does not need."""
    for table, rows in record.tables.items():
        for row in rows:
            kept = [other for other in record.tables[table] if other is not row]
            fewer = replace(record, tables={**record.tables, table: kept})
            record = fewer if _part(pack, fewer, as_of) else record
    return replace(record, tables={name: rows for name, rows in record.tables.items() if rows})


def _part(pack: Pack, record: Record, as_of: date) -> bool:
    alone = Cohort()
    alone.load({"alone": record})
    return bool(
        differences(pack, Engine(pack), record, as_of, alone.evaluate(pack, as_of)["alone"])
    )


@settings(
    max_examples=40 * MANY, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
)
@given(packs(), st.sampled_from(AS_OF))
def test_drawn_packs(cohort: Cohort, pack: Pack, as_of: date) -> None:
    _agree(cohort, pack, as_of)


@pytest.mark.parametrize("as_of", AS_OF)
def test_small_pack(cohort: Cohort, as_of: date) -> None:
    _agree(cohort, load_pack(SMALL), as_of)


@pytest.mark.parametrize("as_of", AS_OF)
def test_core_pack(cohort: Cohort, as_of: date) -> None:
    _agree(cohort, core_pack(), as_of)
