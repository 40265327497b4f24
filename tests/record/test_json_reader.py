"""A record as JSON: what is accepted, what is refused, and in which words.

Accepted values are driven from the tables, so a new field is tested the day it is added.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

import pytest
from jsonschema import Draft202012Validator

from bonewatch.record.from_json import RecordError, keep_what_holds, read_record
from bonewatch.record.tables import TABLES, Field, Table
from bonewatch.record.to_schema import to_json_schema
from bonewatch.record.units import canonical_unit
from bonewatch.record.words import words

SECRET = "Zebedee told nobody but me"
Row = dict[str, object]
Raw = dict[str, list[Row]]


@cache
def schema() -> Draft202012Validator:
    return Draft202012Validator(to_json_schema())


def problems_of(raw: object) -> dict[str, str]:
    """The problems of a record that must be refused, by place."""
    with pytest.raises(RecordError) as refused:
        read_record(raw)
    return {problem.at: problem.says for problem in refused.value.problems}


def the_problem_of(raw: object) -> tuple[str, str]:
    [problem] = problems_of(raw).items()
    return problem


def _choices(field: Field) -> list[str]:
    return list(words(field.words)) if field.words else list(field.choices)


def valid_values(field: Field) -> list[object]:
    """Values the field must accept: every word, both ends of a scale, every kind of date."""
    match field.type:
        case "bool":
            return [True, False]
        case "number" | "integer":
            least, most = field.least or 0, 40 if field.most is None else field.most
            return [int(least), int(most), float(most)]
        case "date":
            return ["2020-02-29", "2020-02", "2020"]
        case "text":
            return ["some text"]
    return list(_choices(field))


def least_row(table: Table) -> Row:
    """The smallest row of a table."""
    match table.name:
        case "measurement":
            return {"what": "weight", "value": 70, "unit": "kg"}
        case "symptom":
            return {"kind": "pain"}
        case "condition":
            return {"kind": "osteoporosis"}
    return {}


def _every_value() -> Iterator[tuple[Table, Field, object]]:
    for table in TABLES.values():
        for field in table.fields:
            for value in valid_values(field):
                if table.name != "measurement" or field.name not in ("what", "value", "unit"):
                    yield table, field, value


# ---- what is accepted -----------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_every_field_takes_every_valid_value(table: Table) -> None:
    for found, field, value in _every_value():
        if found is table:
            raw = {table.name: [least_row(table) | {field.name: value}]}
            [row] = read_record(raw).rows(table.name)
            assert schema().is_valid(raw), (field.name, value)
            assert row[field.name] == value or field.type == "date", (field.name, value)


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_every_table_takes_a_row_with_next_to_nothing_in_it(table: Table) -> None:
    [row] = read_record({table.name: [least_row(table)]}).rows(table.name)
    dates = {part for name in table.dates for part in (name, f"{name}_latest")}
    assert set(row) == {"at", *table.names, *dates}


@pytest.mark.parametrize("what", words("measurement"))
def test_every_measurement_is_taken_in_its_canonical_unit(what: str) -> None:
    entry = words("measurement")[what].more
    unit = canonical_unit(what)
    for end in (entry["least"], entry["most"]):
        row = {"what": what, "value": float(end), "unit": unit}
        [read] = read_record({"measurement": [row]}).rows("measurement")
        assert (read["value"], read["unit"]) == (float(end), unit)


def test_null_means_absent_everywhere() -> None:
    for table in TABLES.values():
        bare = read_record({table.name: [least_row(table)]})
        nulls = dict.fromkeys(table.names) | least_row(table)
        assert read_record({table.name: [nulls]}) == bare
    empty = dict.fromkeys(TABLES)
    assert schema().is_valid(empty)
    assert read_record(empty) == read_record({})


def test_absence_means_what_the_table_says() -> None:
    raw = {"symptom": [{"kind": "pain"}], "treatment": [{}], "condition": [{"kind": "anaemia"}]}
    record = read_record(raw)
    [symptom], [treatment], [condition] = map(record.rows, raw)
    assert symptom["present"] is True
    assert symptom["known_and_assessed"] is False
    assert symptom["words"] == ""
    assert symptom["worse_at_night"] is None
    assert treatment["given"] is True
    assert condition["present"] is True


@pytest.mark.parametrize(
    ("text", "first", "latest"),
    [
        ("2026-11-23", date(2026, 11, 23), date(2026, 11, 23)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_partial_date_is_kept_as_its_first_and_last_day(
    text: str, first: date, latest: date
) -> None:
    [row] = read_record({"condition": [{"kind": "anaemia", "onset_on": text}]}).rows("condition")
    assert (row["onset_on"], row["onset_on_latest"]) == (first, latest)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("treatment", {"started_on": "2026-05-20", "ended_on": "2026"}),
        ("treatment", {"started_on": "2026-05", "ended_on": "2026-05-01"}),
        ("symptom", {"kind": "pain", "started_on": "2026-11", "reported_on": "2026-11-02"}),
        ("patient", {"birth_date": "1950", "died_on": "1950-03"}),
    ],
)
def test_dates_that_may_be_in_order_are_taken(table: str, row: Row) -> None:
    assert read_record({table: [row]}).rows(table)


def test_every_row_knows_where_it_came_from() -> None:
    rows = read_record({"symptom": [{"kind": "pain"}, {"kind": "fever"}]}).rows("symptom")
    assert [row["at"] for row in rows] == ["symptom[0]", "symptom[1]"]


def test_a_record_shows_no_value_when_it_is_printed() -> None:
    raw = {
        "patient": [{"patient_id": "zebedee", "birth_date": "1961-04-17"}],
        "symptom": [{"kind": "pain", "site": "hip", "words": SECRET, "severity": 7}],
    }
    shown = repr(read_record(raw))
    assert shown == "<Record patient 1, symptom 1>"
    assert f"{read_record(raw)}" == shown


# ---- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [None, 3, "a record", [], [{}], True])
def test_a_record_must_be_an_object(raw: object) -> None:
    assert the_problem_of(raw) == ("record", "must be one JSON object with the tables as its keys")


def test_an_unknown_table_is_refused_with_a_suggestion() -> None:
    at, says = the_problem_of({"symptoms": []})
    assert at == "symptoms"
    assert says == "there is no table of that name. Did you mean symptom?"


def test_an_unknown_field_is_refused_with_a_suggestion() -> None:
    at, says = the_problem_of({"symptom": [{"kind": "pain", "sevrity": 4}]})
    assert at == "symptom[0].sevrity"
    assert says == "there is no field of that name. Did you mean severity?"


def test_an_unknown_field_far_from_any_is_refused_with_the_fields_there_are() -> None:
    _, says = the_problem_of({"visit": [{"qqqq": 1}]})
    assert says == "there is no field of that name. Known are kind, planned_for, done_on."


@pytest.mark.parametrize("value", [None, "symptom[0]", "anything", 3])
def test_where_a_row_stands_is_not_for_the_file_to_say(value: object) -> None:
    """`at` is set by the reader; from a file it could put any text into every message."""
    raw = {"symptom": [{"kind": "pain", "at": value}]}
    assert not schema().is_valid(raw)
    assert the_problem_of(raw)[0] == "symptom[0].at"


WORDED = [
    (table, field)
    for table in TABLES.values()
    for field in table.fields
    if field.type in ("word", "choice")
]


@pytest.mark.parametrize(("table", "field"), WORDED, ids=lambda part: part.name)
def test_an_unknown_word_is_refused_with_a_suggestion(table: Table, field: Field) -> None:
    known = _choices(field)[-1]
    row = least_row(table) | {field.name: f"{known}x"}
    found = problems_of({table.name: [row]})
    says = found[f"{table.name}[0].{field.name}"]
    assert says.startswith(f'there is no value "{known}x".')
    suggested = says.partition("Did you mean ")[2].removesuffix("?")
    assert suggested in _choices(field) or "Known are" in says


def test_words_are_taken_as_they_are_writtenthe_problem_of() -> None:
    for kind in ("Pain", " pain", "PAIN", "pain ", ""):
        assert the_problem_of({"symptom": [{"kind": kind}]})[0] == "symptom[0].kind"


_WRONG: dict[str, list[object]] = {
    "text": [1, True, [], {}],
    "bool": [0, 1, "true", "no", [], {}],
    "number": ["4", True, False, [], {}, 1e13, -1e13, float("nan"), float("inf"), 10**400],
    "integer": ["4", True, 1.5, [], {}, float("nan"), float("-inf")],
    "date": [2026, 20261123, True, [], {}],
    "choice": [1, True, [], {}],
    "word": [1, True, [], {}],
}
_SAYS = {
    "text": "must be a text",
    "bool": "must be true or false",
    "number": "must be a number",
    "integer": "must be a whole number",
    "date": "must be a date such as 2026-11-23, 2026-11 or 2026",
    "choice": "must be a word",
    "word": "must be a word",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_a_value_of_the_wrong_type_is_refused(table: Table) -> None:
    for field in table.fields:
        for value in _WRONG[field.type]:
            found = problems_of({table.name: [least_row(table) | {field.name: value}]})
            assert found == {f"{table.name}[0].{field.name}": _SAYS[field.type]}, value


@pytest.mark.parametrize("value", [{}, "pain", 3, True])
def test_a_table_must_be_a_list(value: object) -> None:
    assert the_problem_of({"symptom": value}) == ("symptom", "must be a list of rows")


@pytest.mark.parametrize("row", [None, [], "pain", 3, True])
def test_a_row_must_be_an_object(row: object) -> None:
    said = "must be an object with the fields as its keys"
    assert the_problem_of({"symptom": [row]}) == ("symptom[0]", said)


SCALED = [
    (table, field, end, step)
    for table in TABLES.values()
    for field in table.fields
    for end, step in ((field.least, -1), (field.most, 1))
    if end is not None
]


@pytest.mark.parametrize(
    ("table", "field", "end", "step"), SCALED, ids=lambda part: getattr(part, "name", str(part))
)
def test_a_value_off_its_scale_is_refused(
    table: Table, field: Field, end: float, step: int
) -> None:
    row = least_row(table) | {field.name: int(end) + step}
    found = problems_of({table.name: [row]})
    side = "below the least" if step < 0 else "above the most"
    unit = f" {field.unit}" if field.unit else ""
    assert found == {f"{table.name}[0].{field.name}": f"is {side} possible, {end:g}{unit}"}


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30", "2026-13", "2026-00", "2026-11-00", "0000", "0000-01-01", "last week", "",
        " 2026", "2026-11-23\n", "2026-1-2", "23.11.2026", "11/23/2026", "20261123", "2026-W47",
        "2026-11-23T10:00:00Z", "2026-11-23 10:00", "-2026", "²⁰²⁶", "٢٠٢٦", "12026-01-01",
    ],
)  # fmt: skip
def test_what_is_not_a_day_is_refused(text: str) -> None:
    at, says = the_problem_of({"symptom": [{"kind": "pain", "reported_on": text}]})
    assert at == "symptom[0].reported_on"
    assert says.startswith(repr(text))
    assert says.endswith(("write 2026-11-23, 2026-11 or 2026", "is not a day in any calendar"))


def test_a_text_in_place_of_a_date_is_not_repeated_at_length() -> None:
    _, says = the_problem_of({"symptom": [{"kind": "pain", "reported_on": "x" * 10_000}]})
    assert len(says) < 150


def test_a_long_key_is_not_repeated_at_length() -> None:
    for raw in ({"x" * 100_000: []}, {"symptom": [{"kind": "pain", "x" * 100_000: 1}]}):
        at, says = the_problem_of(raw)
        assert len(at) + len(says) < 300


def test_a_required_field_must_be_given() -> None:
    assert the_problem_of({"symptom": [{}]}) == ("symptom[0].kind", "must be given")
    assert the_problem_of({"condition": [{"kind": None}]}) == ("condition[0].kind", "must be given")
    assert the_problem_of({"measurement": [{"value": 3}]}) == (
        "measurement[0].what",
        "must be given",
    )
    for table in ("symptom", "condition", "measurement"):
        assert not schema().is_valid({table: [{}]})


def test_the_schema_does_not_take_null_where_a_value_is_required() -> None:
    assert not schema().is_valid({"symptom": [{"kind": None}]})


def test_two_patients_are_refused() -> None:
    raw: Raw = {"patient": [{"patient_id": "a"}, {"patient_id": "b"}]}
    said = "must be a list of one; give each person a record of their own"
    assert the_problem_of(raw) == ("patient", said)
    assert not schema().is_valid(raw)


@pytest.mark.parametrize(
    ("raw", "at", "says"),
    [
        (
            {"patient": [{"birth_date": "1950", "died_on": "1949"}]},
            "patient[0].died_on",
            "lies before birth_date",
        ),
        (
            {"treatment": [{"started_on": "2026-05-02", "ended_on": "2026-05-01"}]},
            "treatment[0].ended_on",
            "lies before started_on",
        ),
        (
            {"condition": [{"kind": "anaemia", "onset_on": "2026-05", "resolved_on": "2026-04"}]},
            "condition[0].resolved_on",
            "lies before onset_on",
        ),
        (
            {"imaging": [{"ordered_on": "2026-05-02", "done_on": "2026-05-01"}]},
            "imaging[0].done_on",
            "lies before ordered_on",
        ),
        (
            {
                "symptom": [
                    {"kind": "pain", "started_on": "2026-05-02", "reported_on": "2026-05-01"}
                ]
            },
            "symptom[0].reported_on",
            "lies before started_on",
        ),
        (
            {"primary_cancer": [{"nodes_positive": 4, "nodes_examined": 3}]},
            "primary_cancer[0].nodes_positive",
            "is more than nodes_examined",
        ),
        (
            {
                "patient": [{"birth_date": "1950"}],
                "symptom": [{"kind": "pain", "reported_on": "1949-12-31"}],
            },
            "symptom[0].reported_on",
            "lies before the person was born",
        ),
    ],
)
def test_what_cannot_be_together_is_refused(raw: object, at: str, says: str) -> None:
    assert the_problem_of(raw) == (at, says)


@pytest.mark.parametrize("table", [t for t in TABLES.values() if t.dated_by], ids=lambda t: t.name)
def test_nothing_happens_before_birth(table: Table) -> None:
    row = least_row(table) | {table.dated_by: "1949-12-31"}
    raw = {"patient": [{"birth_date": "1950-01-01"}], table.name: [row]}
    assert the_problem_of(raw) == (
        f"{table.name}[0].{table.dated_by}",
        "lies before the person was born",
    )


# ---- all at once, and from other systems ----------------------------------------------------


def test_all_problems_are_reported_at_once() -> None:
    raw = {
        "symptoms": [],
        "patient": [{"sex": "f", "birth_date": "1961-02-30"}],
        "symptom": [{"kind": "pane", "severity": 11}, 7, {"side": "left"}],
        "measurement": [{"what": "calcium", "value": 2.4, "unit": "mol/kg"}],
        "treatment": [{"started_on": "2026-02", "ended_on": "2026-01"}],
    }
    assert list(problems_of(raw)) == [
        "symptoms",
        "patient[0].sex",
        "patient[0].birth_date",
        "symptom[0].kind",
        "symptom[0].severity",
        "symptom[1]",
        "symptom[2].kind",
        "measurement[0].unit",
        "treatment[0].ended_on",
    ]


def test_the_error_in_one_line_names_every_place() -> None:
    with pytest.raises(RecordError, match=r"symptom\[0\]\.kind: .*; symptom\[1\]: must be"):
        read_record({"symptom": [{"kind": "pane"}, 7]})


def test_from_other_systems_the_wrong_part_is_left_out_and_noted() -> None:
    raw = {
        "symptom": [{"kind": "pain", "severity": 11, "site": "hip"}, {"kind": "pane"}],
        "measurement": [{"what": "calcium", "value": 50, "unit": "mmol/L"}],
        "treatment": [{"started_on": "2026-02", "ended_on": "2026-01"}],
    }
    record = keep_what_holds(raw)
    [symptom], [treatment] = record.rows("symptom"), record.rows("treatment")
    assert (symptom["site"], symptom["severity"]) == ("hip", None)
    assert record.rows("measurement") == []
    assert treatment["started_on"] == date(2026, 2, 1)
    assert (treatment["ended_on"], treatment["ended_on_latest"]) == (None, None)
    assert [note.at for note in record.notes] == [
        "symptom[0].severity",
        "symptom[1].kind",
        "measurement[0].value",
        "treatment[0].ended_on",
    ]
    assert all(note.says.endswith("; left out") for note in record.notes)
