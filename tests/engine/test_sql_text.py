"""The SQL text of whole packs can be read by a parser that is not DuckDB's."""

from __future__ import annotations

from datetime import date

import pytest
import sqlglot
from test_features_agree import SMALL

from bonewatch.engine.cohort_sql import ACTS, cohort_sql
from bonewatch.features.to_sql import quote_text
from bonewatch.knowledge.load import core_pack, load_pack
from bonewatch.knowledge.pack import Pack


@pytest.mark.parametrize("pack", [load_pack(SMALL), core_pack()], ids=["small", "core"])
def test_packs_are_readable_sql(pack: Pack) -> None:
    tree = sqlglot.parse_one(cohort_sql(pack, date(2026, 11, 23)), dialect="duckdb")
    columns = [*pack.features, *pack.rules, *(name + ACTS for name in pack.rules)]
    assert isinstance(tree, sqlglot.exp.Select)
    assert tree.named_selects == ["patient_id", *columns, *pack.derived]
    assert not tree.is_star


@pytest.mark.parametrize(
    ("said", "written"),
    [("can't", "'can''t'"), ("50% \\ off", "'50% \\ off'"), ("\\'", "'\\'''")],
)
def test_quotes_and_backslashes_are_written_as_the_engine_reads_them(
    said: str, written: str
) -> None:
    assert quote_text(said) == written
    assert sqlglot.parse_one(written, dialect="duckdb").this == said
