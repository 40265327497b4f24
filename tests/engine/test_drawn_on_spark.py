"""Spark gives drawn conditions, features and whole packs the values that Python gives them.

Only a few packs are drawn, as Spark plans each for seconds; DuckDB is given many more
(test_features_agree.py), from the same trees and by the same stages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import drawn
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import MANY
from test_features_agree import AS_OF, PEOPLE, PHASES, differences
from test_spec import CONDITIONS, FEATURES, cells_of, close, days_of, type_of

from bonewatch.engine.in_python import Engine
from bonewatch.engine.on_duckdb import answer_of
from bonewatch.engine.on_spark import SparkCohort
from bonewatch.features.to_python import Value, row_function
from bonewatch.features.to_sql import SPARK, to_spark
from bonewatch.knowledge.pack import Pack
from bonewatch.record.record import Record
from bonewatch.record.to_arrow import RecordFolder, parts_of
from packs import pack_of, packs

pytestmark = [  # Spark's own sockets to its Java
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
DAY = AS_OF[0]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCohort]:
    with SparkCohort(tmp_path_factory.mktemp("spark"), "local[2]") as started:
        yield started


def _look(spark: SparkCohort, folder: Path, people: Mapping[str, Record]) -> None:
    with RecordFolder(folder, "000") as part:
        part.write(list(people.items()))
    [whole] = parts_of(folder, len(people))
    spark.look(whole)


def test_conditions(spark: SparkCohort) -> None:
    today, selects, wanted = f"date'{DAY.isoformat()}'", [], []
    for number, entry in enumerate(CONDITIONS):
        tree = drawn.condition(entry).tree
        for row in drawn.rows(entry["table"]):
            cells = cells_of(row)
            columns = ", ".join(f"{_cell(name, cell)} as `{name}`" for name, cell in cells.items())
            said = f"select {len(wanted)} as n, cast({to_spark(tree, today)} as string) as said"
            selects.append(f"{said} from (select {columns})")
            wanted.append((number, row_function(tree)(days_of(cells), DAY.toordinal())))
    found = {int(str(n)): said for n, said in spark.run(" union all ".join(selects))}
    for place, (number, value) in enumerate(wanted):
        assert close(_read(found[place], value), value), (CONDITIONS[number], found[place])


def _cell(name: str, cell: Value | date) -> str:
    written = "null" if cell is None else SPARK.text(str(cell))
    return f"cast({written} as {type_of(name)})"


def _read(said: Value, like: Value) -> Value:
    if said is None or isinstance(like, str):
        return said
    return said == "true" if isinstance(like, bool) else float(str(said))


def test_features(spark: SparkCohort, tmp_path: Path) -> None:
    """Every drawn feature in one pack, on the people of all."""
    people = {
        f"{number}-{who}": record
        for number, entry in enumerate(FEATURES)
        for who, record, _ in drawn.people(entry)
    }
    _look(spark, tmp_path / "people", people)
    features = enumerate(map(drawn.feature, FEATURES))
    pack = pack_of([replace(feature, name=f"drawn_{number}") for number, feature in features])
    _agree(spark, pack, DAY, people)


def test_drawn_packs(spark: SparkCohort, tmp_path: Path) -> None:
    _look(spark, tmp_path / "people", PEOPLE)

    @settings(
        max_examples=4 * MANY, deadline=None, phases=PHASES,
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    @given(packs(), st.sampled_from(AS_OF))
    def each(pack: Pack, as_of: date) -> None:
        _agree(spark, pack, as_of, PEOPLE)

    each()


def _agree(spark: SparkCohort, pack: Pack, as_of: date, people: Mapping[str, Record]) -> None:
    engine = Engine(pack)
    spark.answer(pack, as_of)
    rows = {str(row[0]): row[1:] for row in spark.run("select * from answers")}
    assert rows.keys() == people.keys()
    for patient_id, record in people.items():
        said = differences(pack, engine, record, as_of, answer_of(pack, rows[patient_id]))
        assert not said, said[0].replace("DuckDB", "Spark")
