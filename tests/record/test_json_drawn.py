"""A record as JSON, drawn: whatever comes is read, or refused in words that give nothing away."""

from __future__ import annotations

from datetime import date

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_json_reader import SECRET, Raw, Row, least_row, problems_of, schema, valid_values

from bonewatch.record.checks import out_of_order
from bonewatch.record.from_json import RecordError, keep_what_holds, read_record
from bonewatch.record.record import Note, Record
from bonewatch.record.tables import TABLES, Field, Table
from bonewatch.record.words import words

FUZZ = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)


def _values(field: Field) -> st.SearchStrategy[object]:
    if field.type == "date":
        return st.one_of(
            st.dates(date(2020, 1, 1), date(2026, 11, 23)).map(lambda day: day.isoformat()),
            st.sampled_from(["2019", "2019-07"]),
        )
    if field.type == "text":
        return st.just(SECRET)
    return st.sampled_from(valid_values(field))


def _rows(table: Table) -> st.SearchStrategy[Row]:
    free = [f for f in table.fields if table.name != "measurement" or f.name != "unit"]
    drawn = st.fixed_dictionaries(
        {f.name: _values(f) for f in free if f.required},
        optional={f.name: st.none() | _values(f) for f in free if not f.required},
    )
    return drawn.map(_measurable) if table.name == "measurement" else drawn


def _measurable(row: Row) -> Row:
    entry = words("measurement")[str(row["what"])].more
    return row | {"unit": entry["unit"], "value": float(entry["most"] or 1)}


def _whole(table: Table) -> st.SearchStrategy[list[Row] | None]:
    most = 1 if table.name == "patient" else 2
    return st.none() | st.lists(_rows(table), max_size=most)


RECORDS = st.fixed_dictionaries({}, optional={t.name: _whole(t) for t in TABLES.values()})
DATES_AND_COUNTS = ("lies before", "is more than nodes_examined")


def _read(raw: object) -> Record | list[Note]:
    """The record, or the problems for which it was refused."""
    try:
        return read_record(raw)
    except RecordError as refused:
        return refused.problems


@FUZZ
@given(RECORDS)
def test_a_drawn_valid_record_is_read_and_fits_the_schema(raw: Raw) -> None:
    assert schema().is_valid(raw)
    read = _read(orjson.loads(orjson.dumps(raw)))
    if isinstance(read, Record):
        assert all(len(read.rows(name)) == len(rows or ()) for name, rows in raw.items())
    else:
        assert all(problem.says.startswith(DATES_AND_COUNTS) for problem in read)


@FUZZ
@given(RECORDS, st.sampled_from(sorted(TABLES)), st.text(min_size=1, max_size=12))
def test_neither_reader_nor_schema_takes_an_unknown_key(raw: Raw, name: str, key: str) -> None:
    table = TABLES[name]
    if key not in table.names:
        broken = raw | {name: [least_row(table) | {key: 1}]}
        assert not schema().is_valid(broken)
        assert any("no field of that name" in says for says in problems_of(broken).values())
    if key not in TABLES:
        assert not schema().is_valid(raw | {key: []})
        assert key in problems_of(raw | {key: []})


@FUZZ
@given(_JUNK | st.dictionaries(st.sampled_from(sorted(TABLES)), _JUNK | st.lists(_JUNK)))
def test_anything_is_read_or_refused_in_words(raw: object) -> None:
    read = _read(raw)
    if not isinstance(read, Record):
        assert read
        assert all(problem.at and problem.says for problem in read)


@FUZZ
@given(RECORDS, st.data())
def test_a_broken_record_is_refused_without_its_free_text(raw: Raw, data: st.DataObject) -> None:
    filled = [(rows, n) for rows in raw.values() for n in range(len(rows or ()))]
    for rows, number in filled:
        if data.draw(st.booleans()):
            key = data.draw(st.sampled_from(sorted(rows[number])) if rows[number] else st.just("x"))
            rows[number] = rows[number] | {key: data.draw(_JUNK)}
    read, kept = _read(raw), keep_what_holds(raw)
    said = [*(read.notes if isinstance(read, Record) else read), *kept.notes]
    assert SECRET not in repr(read)
    assert SECRET not in repr(kept)
    assert not any(SECRET in note.at + note.says for note in said)


@FUZZ
@given(RECORDS)
def test_what_is_refused_as_a_whole_is_kept_in_part(raw: Raw) -> None:
    """The lenient reader keeps every row of a record with only dates or counts out of order."""
    kept = keep_what_holds(raw)
    assert all(len(kept.rows(name)) == len(rows or ()) for name, rows in raw.items())
    assert not list(out_of_order(kept.tables))
