"""What cannot be: values off the scale, words that do not exist, dates out of order.

Each check returns sentences (where, what is wrong, what would be right); the reader decides
whether to refuse the record or to leave the row out and say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches

from bonewatch.record.record import CheckedRow, Note
from bonewatch.record.tables import TABLES, Field

_TYPES = {
    "text": "a text",
    "bool": "true or false",
    "number": "a number",
    "integer": "a whole number",
    "date": "a date such as 2026-11-23, 2026-11 or 2026",
    "choice": "a word",
    "word": "a word",
}
EARLIEST_BIRTH = date(1900, 1, 1)
"""Whoever is assessed was born later: no one is known to have lived longer than 122 years."""
_MUST_FOLLOW = (
    ("treatment", "ended_on", "started_on"),
    ("condition", "resolved_on", "onset_on"),
    ("imaging", "done_on", "ordered_on"),
    ("symptom", "reported_on", "started_on"),
    ("symptom", "ended_on", "started_on"),
    ("patient", "died_on", "birth_date"),
)


def nearest(word: str, known: list[str]) -> str:
    """` Did you mean ...?` where a known word is close, otherwise the first few known words."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f" Did you mean {near[0]}?"
    more = ", ..." if len(known) > 12 else ""
    return f" Known are {', '.join(known[:12])}{more}."


def wrong_type(field: Field) -> str:
    """The sentence for a value of the wrong type."""
    return f"must be {_TYPES[field.type]}"


def off_scale(field: Field, value: float) -> str | None:
    """The sentence for a number outside the ends of its scale; None when it is inside."""
    unit = f" {field.unit}" if field.unit else ""
    if field.least is not None and value < field.least:
        return f"is below the least possible, {field.least:g}{unit}"
    if field.most is not None and value > field.most:
        return f"is above the most possible, {field.most:g}{unit}"
    return None


def out_of_order(tables: Mapping[str, list[CheckedRow]]) -> Iterator[Note]:
    """Pairs of dates in one row that cannot be in that order, and events outside a life."""
    for table, later, earlier in _MUST_FOLLOW:
        for row in tables.get(table, []):
            if _before(row, later, row, earlier):
                yield Note(f"{row['at']}.{later}", f"lies before {earlier}")
    yield from _outside_life(tables)
    yield from _more_than_examined(tables)


def _before(row: CheckedRow, name: str, other: CheckedRow, than: str) -> bool:
    latest, first = row[f"{name}_latest"], other[than]
    return isinstance(latest, date) and isinstance(first, date) and latest < first


def _outside_life(tables: Mapping[str, list[CheckedRow]]) -> Iterator[Note]:
    for patient in tables.get("patient", []):
        born = patient["birth_date_latest"]
        if isinstance(born, date) and born < EARLIEST_BIRTH:
            yield Note(f"{patient['at']}.birth_date", f"lies before {EARLIEST_BIRTH.isoformat()}")
        for table in TABLES.values():
            for row in tables.get(table.name, []) if table.dated_by else ():
                if _before(row, table.dated_by, patient, "birth_date"):
                    yield Note(f"{row['at']}.{table.dated_by}", "lies before the person was born")


def _more_than_examined(tables: Mapping[str, list[CheckedRow]]) -> Iterator[Note]:
    for row in tables.get("primary_cancer", []):
        found, examined = row["nodes_positive"], row["nodes_examined"]
        if isinstance(found, int) and isinstance(examined, int) and found > examined:
            yield Note(f"{row['at']}.nodes_positive", "is more than nodes_examined")


def later_than(tables: Mapping[str, Sequence[CheckedRow]], as_of: date) -> Iterator[Note]:
    """Rows dated after the as-of date, and a birth after it: they are left out of the answer."""
    for name, rows in tables.items():
        dated_by = "birth_date" if name == "patient" else TABLES[name].dated_by
        for row in rows if dated_by else ():
            day = row[dated_by]
            if isinstance(day, date) and day > as_of:
                said = f"is dated after {as_of.isoformat()} and was left out"
                yield Note(f"{row['at']}.{dated_by}", said)


def undated(tables: Mapping[str, Sequence[CheckedRow]], as_of: date) -> Iterator[Note]:
    """Rows without a date that are taken as of the as-of date."""
    for name, rows in tables.items():
        table = TABLES[name]
        for row in rows if table.undated_is_as_of else ():
            if row[table.dated_by] is None:
                said = f"has no {table.dated_by}; taken as reported on {as_of.isoformat()}"
                yield Note(str(row["at"]), said)
