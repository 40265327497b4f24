"""The rows of a record that were known on a day, with the columns derived from them.

Rows dated after the day are left out, later dates inside a row are blanked, and each row gets
what the features need beside its own fields: the region of a site, the class and usual kind of
a drug, the kind of its route, whether a course is open-ended or replaced by a newer one and a
visit done, and for a symptom whether a later report replaced it and what the report before said.
The SQL of the same lives in engine/prepared_sql.py; the engines are held against each other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import cast

from bonewatch.features.replaced import add_replaced
from bonewatch.features.scope import Column
from bonewatch.features.to_python import Value, whole_years
from bonewatch.features.tree import Kind
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES, Field, Table
from bonewatch.record.words import routes, words

Row = dict[str, Value]

INDEXED = {"symptom": "kind", "measurement": "what", "condition": "kind"}
NOTHING = "none"
REGION_OF = {"symptom": "site", "lesion": "site", "condition": "site", "imaging": "region"}
AGES = ("age_least", "age_most")
AGES_AT_DIAGNOSIS = ("age_at_diagnosis_least", "age_at_diagnosis_most")
_KINDS: dict[str, Kind] = {
    "bool": "bool",
    "number": "number",
    "integer": "number",
    "date": "date",
}


@cache
def regions() -> dict[str, str]:
    """The region of each site (and of each imaged region that is a site)."""
    return {w.word: w.more["region"] for name in ("region", "site") for w in words(name).values()}


@cache
def agents(column: str) -> dict[str, str]:
    """The `class` or the usual `kind` of each agent; a class word belongs to itself."""
    return {w.word: w.more[column] for w in words("agent").values()}


def columns(table: Table) -> dict[str, Column]:
    """The columns a feature may read from this table: its fields and the derived ones."""
    own = {field.name: _column(field) for field in table.fields if field.name != "patient_id"}
    return own | _derived_columns(table)


def _column(field: Field) -> Column:
    choices = tuple(words(field.words)) if field.words else field.choices
    return Column(_KINDS.get(field.type, "text"), field.unit, choices, field.least, field.most)


def _derived_columns(table: Table) -> dict[str, Column]:
    derived: dict[str, Column] = {}
    if table.name in REGION_OF:
        derived["area"] = Column(
            "text", choices=tuple(dict.fromkeys(filter(None, regions().values())))
        )
    if table.name == "treatment":
        classes = tuple(dict.fromkeys(agents("class").values()))
        derived["agent_class"] = Column("text", choices=classes)
        derived["course_kind"] = Column("text", choices=table.field("kind").choices)
        derived["open_ended"] = Column("bool")
        derived["route_kind"] = Column("text", choices=tuple(dict.fromkeys(routes().values())))
        derived["replaced"] = Column("bool")
    if table.name in ("visit", "imaging"):
        derived["done"] = Column("bool")
    if table.name == "condition":
        derived["resolved"] = Column("bool")
    if table.name == "patient":
        derived |= {name: Column("number", "years", least=0) for name in AGES}
    if table.name == "primary_cancer":
        derived |= {name: Column("number", "years", least=0) for name in AGES_AT_DIAGNOSIS}
        derived["newest"] = Column("bool")
    if table.name == "symptom":
        derived |= {
            "latest": Column("bool"),
            "ended": Column("bool"),
            "last_report_on": Column("date"),
            "before_on": Column("date"),
            "before_present": Column("bool"),
            "before_severity": Column("number", "0-10"),
        }
    return derived


def known_rows(record: Record, as_of: date) -> dict[str, list[Row]]:
    """Every table's rows as they were known on the day; dates become day numbers."""
    today = as_of.toordinal()
    known = {name: _known(table, record.rows(name), today) for name, table in TABLES.items()}
    for name, source in REGION_OF.items():
        _look_up(known[name], "area", source, regions())
    _look_up(known["treatment"], "agent_class", "agent", agents("class"))
    _add_course(known["treatment"])
    add_replaced(known["treatment"])
    for row in (*known["visit"], *known["imaging"]):
        row["done"] = row["done_on"] is not None
    for row in known["condition"]:
        row["resolved"] = row["resolved_on"] is not None
    _add_history(known["symptom"])
    _add_ages(known["patient"], known["primary_cancer"], today)
    _add_newest(known["primary_cancer"])
    return known


def _add_ages(patients: list[Row], cancers: list[Row], today: int) -> None:
    """Whole years now and at diagnosis, least and most where a date is not known to the day."""
    born = patients[0] if patients else {}
    for row in patients:
        row |= _years(row, today, today, AGES)
    for row in cancers:
        first, last = row["diagnosed_on"], row["diagnosed_on_latest"]
        row |= _years(born, first, last, AGES_AT_DIAGNOSIS)


def _years(born: Row, first: Value, last: Value, names: tuple[str, str]) -> Row:
    birth, birth_latest = born.get("birth_date"), born.get("birth_date_latest")
    ends = (birth, birth_latest, first, last)
    if any(not isinstance(end, int) for end in ends):
        return dict.fromkeys(names)
    least = whole_years(cast(int, birth_latest), cast(int, first))
    return dict(zip(names, (least, whole_years(cast(int, birth), cast(int, last))), strict=True))


def _add_newest(cancers: list[Row]) -> None:
    """Mark the cancer found last; one without a date only where none has a date."""
    last = max((_day(row["diagnosed_on"]) for row in cancers), default=0)
    for row in cancers:
        row["newest"] = _day(row["diagnosed_on"]) == last


def _known(table: Table, rows: Iterable[Mapping[str, object]], today: int) -> list[Row]:
    kept = (_known_row(table, row, today) for row in rows)
    return [row for row in kept if row is not None]


def _known_row(table: Table, row: Mapping[str, object], today: int) -> Row | None:
    known = cast(Row, dict(row))
    for name in _dates(table.name):
        day = row[name]
        if day is not None:
            known[name] = cast(date, day).toordinal()
    if table.undated_is_as_of and known[table.dated_by] is None:
        known[table.dated_by] = known[f"{table.dated_by}_latest"] = today
    if any(_is_later(known, name, today) for name in _deciding(table.name)):
        return _planned_part(table, known, today)
    return _blank_later(table, known, today)


@cache
def _dates(table: str) -> tuple[str, ...]:
    """The columns of a table that are dates, first and last days."""
    return tuple(f"{name}{end}" for name in TABLES[table].dates for end in ("", "_latest"))


@cache
def _deciding(table: str) -> tuple[str, ...]:
    """The dates that decide whether a row is known yet."""
    found = (TABLES[table].dated_by, TABLES[table].planned_by)
    return tuple(name for name in found if name and not TABLES[table].field(name).may_be_future)


def _is_later(row: Row, name: str, today: int) -> bool:
    day = row[name]
    return isinstance(day, int) and day > today


def _planned_part(table: Table, row: Row, today: int) -> Row | None:
    """Of a study not yet done: what was known when it was ordered; None when it was not."""
    if not table.planned_by or row[table.planned_by] is None:
        return None
    if table.planned_by in _deciding(table.name) and _is_later(row, table.planned_by, today):
        return None
    for field in table.fields:
        if not field.known_before:
            row[field.name] = None
            if field.type == "date":
                row[f"{field.name}_latest"] = None
    return _blank_later(table, row, today)


@cache
def _past_dates(table: str) -> tuple[tuple[str, str], ...]:
    """The dates of a table that cannot be later than the day they are known, as first and last."""
    fields = (field for field in TABLES[table].fields if field.type == "date")
    return tuple((f.name, f"{f.name}_latest") for f in fields if not f.may_be_future)


def _blank_later(table: Table, row: Row, today: int) -> Row:
    for name, last in _past_dates(table.name):
        first, latest = row[name], row[last]
        if not isinstance(first, int):
            continue
        if first > today:
            row[name] = row[last] = None
        elif isinstance(latest, int) and latest > today:
            row[last] = today
    return row


def _look_up(rows: list[Row], name: str, source: str, table: Mapping[str, str]) -> None:
    for row in rows:
        row[name] = table.get(str(row[source])) or None


def _add_course(rows: list[Row]) -> None:
    """The usual kind of the agent where the kind is not said; an end that is not said is open."""
    _look_up(rows, "course_kind", "agent", agents("kind"))
    for row in rows:
        row["course_kind"] = row["kind"] or row["course_kind"]
        row["open_ended"] = row["ended_on"] is None
        row["route_kind"] = routes().get(str(row["route"] or "").strip(" ").lower())


def _add_history(rows: list[Row]) -> None:
    """Mark each symptom row that a later report replaced, and what the report before said.

    A report that nothing is new or worse replaces none: what was open stays as it was.
    """
    reports = _reports(rows)
    in_order = {key: sorted(days) for key, days in reports.items()}
    denied_on = _denials(rows)
    last = max((_day(row["reported_on"]) for row in rows), default=0)
    for row in rows:
        key = (row["kind"], row["site"], row["side"])
        days = in_order[key]
        later = max(days[-1], denied_on.get(row["kind"], 0))
        row["latest"] = later <= _day(row["reported_on_latest"])
        row["ended"] = bool(reports[key][_day(row["reported_on"])]["ended"])
        row["last_report_on"] = row["last_report_on_latest"] = last
        place = bisect_left(days, _day(row["reported_on"]))
        before = days[place - 1] if place else None
        _set_before(row, before, reports[key].get(before) if before else None)


def _day(value: Value) -> int:
    return value if isinstance(value, int) else 0


_Key = tuple[Value, Value, Value]
_Report = dict[str, Value]


def _reports(rows: list[Row]) -> dict[_Key, dict[int, _Report]]:
    """Per complaint and day: was it present, how bad, and did a report of that day end it."""
    days: dict[_Key, dict[int, _Report]] = defaultdict(dict)
    for row in rows:
        day = days[row["kind"], row["site"], row["side"]].setdefault(_day(row["reported_on"]), {})
        day["latest"] = max(_day(day.get("latest")), _day(row["reported_on_latest"]))
        day["present"] = bool(day.get("present")) or bool(row["present"])
        day["ended"] = bool(day.get("ended")) or row["ended_on"] is not None
        day["severity"] = _larger(day.get("severity"), row["severity"])
    return days


def _larger(one: Value, two: Value) -> Value:
    if one is None or two is None:
        return two if one is None else one
    return max(one, two)


def _denials(rows: list[Row]) -> dict[Value, int]:
    """The last day each kind was denied everywhere."""
    denied: dict[Value, int] = {}
    for row in rows:
        if not row["present"] and row["site"] is None:
            denied[row["kind"]] = max(denied.get(row["kind"], 0), _day(row["reported_on"]))
    return denied


def _set_before(row: Row, day: int | None, report: _Report | None) -> None:
    said = report or {}
    row["before_on"] = day
    row["before_on_latest"] = said.get("latest")
    row["before_present"] = bool(said.get("present"))
    row["before_severity"] = said.get("severity")
