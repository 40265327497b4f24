"""The Spark text of conditions and of whole packs can at least be read as Spark SQL."""

from __future__ import annotations

from datetime import date

import pytest
import sqlglot
from hypothesis import given, settings
from strategies import conditions, names_of
from test_conditions_agree import SCOPE
from test_features_agree import SMALL

from bonewatch.engine.cohort_sql import ACTS, cohort_sql
from bonewatch.features.language import parse
from bonewatch.features.to_sql import DUCKDB, SPARK, Dialect, to_spark
from bonewatch.knowledge.load import core_pack, load_pack
from bonewatch.knowledge.pack import Pack

PACKS = pytest.mark.parametrize("pack", [load_pack(SMALL), core_pack()], ids=["small", "core"])


@settings(max_examples=60, deadline=None)
@given(conditions(names_of(SCOPE), 2))
def test_conditions_are_spark(text: str) -> None:
    sqlglot.parse_one(to_spark(parse(text, SCOPE).tree, "date '2026-11-23'"), dialect="spark")


@PACKS
@pytest.mark.parametrize("dialect", [SPARK, DUCKDB], ids=["spark", "duckdb"])
def test_packs_are_readable_sql(pack: Pack, dialect: Dialect) -> None:
    tree = sqlglot.parse_one(cohort_sql(pack, date(2026, 11, 23), dialect), dialect=dialect.name)
    columns = [*pack.features, *pack.rules, *(name + ACTS for name in pack.rules)]
    assert isinstance(tree, sqlglot.exp.Select)
    assert tree.named_selects == ["patient_id", *columns, *pack.derived]
    assert not tree.is_star


@pytest.mark.parametrize(
    ("said", "spark", "duckdb"),
    [
        ("can't", r"'can\'t'", "'can''t'"),
        ("50% \\ off", r"'50% \\ off'", "'50% \\ off'"),
        ("\\'", r"'\\\''", "'\\'''"),
    ],
)
def test_quotes_and_backslashes_are_written_as_each_engine_reads_them(
    said: str, spark: str, duckdb: str
) -> None:
    assert SPARK.text(said) == spark
    assert DUCKDB.text(said) == duckdb
    assert sqlglot.parse_one(spark, dialect="spark").this == said
