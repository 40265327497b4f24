"""Why a rule fired, in words: its features, and under each the rows of the record behind it."""

from __future__ import annotations

from collections.abc import Iterable

from bonewatch.assessment.evidence import Fact, Reason
from bonewatch.assessment.partly import Partly
from bonewatch.engine.in_python import Engine, Evaluation
from bonewatch.features.rows import Row
from bonewatch.features.to_python import Value
from bonewatch.record.dates import write_day_numbers
from bonewatch.record.tables import TABLES, Field
from bonewatch.record.words import words


def reasons(
    engine: Engine, evaluation: Evaluation, rule: str, partly: Partly
) -> tuple[Reason, ...]:
    """The features that made the rule act, each once, with the facts behind them."""
    return reasons_of(engine, evaluation, partly.reasons(rule, evaluation.values, evaluation.acts))


def reasons_of(engine: Engine, evaluation: Evaluation, names: Iterable[str]) -> tuple[Reason, ...]:
    """These features with the facts behind them; one with neither facts nor a value is left out."""
    found = (_reason(engine, evaluation, name) for name in names)
    return tuple(r for r in found if r.facts or engine.features[r.feature].feature.value)


def _reason(engine: Engine, evaluation: Evaluation, name: str) -> Reason:
    compiled = engine.features[name]
    rows = compiled.rows_behind(evaluation.rows, evaluation.as_of)
    facts = tuple(fact_of(compiled.feature.source, row) for row in rows)
    feature = compiled.feature
    return Reason(name, feature.meaning, evaluation.values[name], feature.unit, facts)


def fact_of(table: str, row: Row) -> Fact:
    """A row as a fact: where it stands, its date, and what it says in both voices."""
    dated_by = TABLES[table].dated_by or TABLES[table].dates[0]
    day = write_day_numbers(row[dated_by], row[f"{dated_by}_latest"])
    says = _in_words(table, row, plain=False)
    return Fact(str(row["at"]), day, says, _in_words(table, row, plain=True))


def _in_words(table: str, row: Row, plain: bool) -> str:
    if table == "measurement":
        return _measured(row, plain)
    if table == "patient":
        return "born"
    said = [_part(field, row, plain) for field in TABLES[table].fields]
    parts = [part for part in said if part]
    if row.get("present") is False:
        return f"no {', '.join(parts)}"
    return ", ".join(parts) or TABLES[table].row_is.removeprefix("one ").removeprefix("a ")


def _measured(row: Row, plain: bool) -> str:
    name = _word("measurement", row["what"], plain)
    if row["value"] is None:
        return f"{name} {row['flag']}"
    return f"{name} {_rounded(row['value'])} {row['unit']}"


def _rounded(value: Value) -> str:
    """A number to two places: a converted value is not known more closely."""
    return f"{round(value, 2):g}" if isinstance(value, float) else str(value)


def _part(field: Field, row: Row, plain: bool) -> str:
    """One field of a row in words; nothing for what goes without saying."""
    value = row[field.name]
    if value is None or field.type in ("date", "text") or value == field.absent_means:
        return ""
    if field.name == "reporter":
        return ""
    if field.type == "word":
        return _word(field.words, value, plain)
    if field.type == "bool":
        return _yes_or_no(field, value)
    if field.name == "severity":
        return f"{value:g} of 10"
    if field.name == "dose":
        return f"{value:g} {row['unit']}" if row["unit"] else f"dose {value:g}"
    name = field.name.replace("_", " ")
    return str(value).replace("_", " ") if field.type == "choice" else f"{name} {value:g}"


def _yes_or_no(field: Field, value: Value) -> str:
    if field.name == "present":
        return ""
    name = field.name.replace("_", " ")
    return name if value else f"not {name}"


def _word(name: str, value: Value, plain: bool) -> str:
    word = words(name)[str(value)]
    return word.plain if plain else word.label
