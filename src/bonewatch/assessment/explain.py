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


class Reasons:
    """The features behind what is said of one person, each put into words once."""

    def __init__(self, engine: Engine, evaluation: Evaluation) -> None:
        self._engine, self._evaluation = engine, evaluation
        self._said: dict[str, Reason | None] = {}

    def of(self, names: Iterable[str]) -> tuple[Reason, ...]:
        """These features with the facts behind them, but those with neither facts nor a value."""
        return tuple(reason for name in names if (reason := self._one(name)) is not None)

    def _one(self, name: str) -> Reason | None:
        if name not in self._said:
            self._said[name] = self._reason(name)
        return self._said[name]

    def _reason(self, name: str) -> Reason | None:
        compiled, evaluation = self._engine.compiled(name), self._evaluation
        feature = compiled.feature
        rows = compiled.rows_behind(evaluation.rows, evaluation.as_of)
        facts = tuple(fact_of(self._engine.pack, feature.source, row) for row in rows)
        if not facts and feature.value is None:
            return None
        return Reason(name, feature.meaning, evaluation.values[name], feature.unit, facts)


def fact_of(pack: Pack, table: str, row: Row) -> Fact:
    """A row as a fact: where it stands, its date, and what it says in both voices."""
    dated_by = TABLES[table].dated_by or TABLES[table].dates[0]
    day = write_day_numbers(row[dated_by], row[f"{dated_by}_latest"])
    says, plain = (RowWords(voice, pack.translations, pack.words) for voice in (False, True))
    return Fact(table, str(row["at"]), day, says.says(table, row), plain.says(table, row))
