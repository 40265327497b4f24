"""Why a rule fired, in words: its features, and under each the rows of the record behind it."""

from __future__ import annotations

from collections.abc import Iterable

from bonewatch.assessment.evidence import Fact, Reason
from bonewatch.assessment.row_words import RowWords
from bonewatch.engine.in_python import Engine, Evaluation
from bonewatch.features.rows import Row
from bonewatch.knowledge.pack import Pack
from bonewatch.record.dates import write_day_numbers
from bonewatch.record.tables import TABLES


def reasons_of(engine: Engine, evaluation: Evaluation, names: Iterable[str]) -> tuple[Reason, ...]:
    """These features with the facts behind them; one with neither facts nor a value is left out."""
    return tuple(filter(None, (reason_of(engine, evaluation, name) for name in names)))


def reason_of(engine: Engine, evaluation: Evaluation, name: str) -> Reason | None:
    """A feature with the facts behind it; None where it has neither facts nor a value."""
    compiled = engine.compiled(name)
    feature = compiled.feature
    rows = compiled.rows_behind(evaluation.rows, evaluation.as_of)
    facts = tuple(fact_of(engine.pack, feature.source, row) for row in rows)
    if not facts and feature.value is None:
        return None
    return Reason(name, feature.meaning, evaluation.values[name], feature.unit, facts)


def fact_of(pack: Pack, table: str, row: Row) -> Fact:
    """A row as a fact: where it stands, its date, and what it says in both voices."""
    dated_by = TABLES[table].dated_by or TABLES[table].dates[0]
    day = write_day_numbers(row[dated_by], row[f"{dated_by}_latest"])
    says, plain = (RowWords(voice, pack.translations, pack.words) for voice in (False, True))
    return Fact(str(row["at"]), day, says.says(table, row), plain.says(table, row))
