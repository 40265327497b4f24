"""Which rows of a drug a newer one has replaced: Python and SQL say the same of drawn rows."""

from __future__ import annotations

import random
from datetime import date

import duckdb

from bonewatch.engine.prepared_sql import known_rows as steps_of
from bonewatch.features.rows import known_rows
from bonewatch.record.from_json import read_record
from bonewatch.record.record import Record
from bonewatch.record.tables import TREATMENT

DAY = date(2026, 11, 23)
PEOPLE = 400


def _row(draw: random.Random) -> dict[str, object]:
    row: dict[str, object] = {
        "agent": draw.choice(["morphine", "morphine", "fentanyl", None]),
        "route": draw.choice(["oral", "PO ", "sc", "by thought", None]),
        "started_on": draw.choice(
            ["2026-11-20", "2026-11-01", "2026-11", "2026", "2025-03-01", None]
        ),
        "as_needed": draw.choice([True, False, False]),
        "running": draw.choice([True, False]),
        "given": draw.choice([True, True, False]),
    }
    if row["started_on"] in ("2026-11-01", "2025-03-01"):
        row["ended_on"] = draw.choice([None, "2026-11-10"])
    return {name: value for name, value in row.items() if value is not None}


def test_both_engines_say_the_same() -> None:
    draw = random.Random(1)
    records = [
        read_record({"patient": [{}], "treatment": [_row(draw) for _ in range(draw.randint(1, 5))]})
        for _ in range(PEOPLE)
    ]
    expected = [
        (person, place, row["route_kind"], row["replaced"])
        for person, record in enumerate(records)
        for place, row in enumerate(known_rows(record, DAY)["treatment"])
    ]
    assert {replaced for *_, replaced in expected} == {True, False, None}
    assert _by_sql(records) == expected


def _by_sql(records: list[Record]) -> list[tuple[object, ...]]:
    names = [f for name in TREATMENT.names for f in (name, *_latest(name))]
    rows = [
        (str(person), *(row[name] if name != "side" else place for name in names))
        for person, record in enumerate(records)
        for place, row in enumerate(record.rows("treatment"))
    ]
    kinds = {"bool": "boolean", "number": "double", "integer": "integer", "date": "date"}
    types = {f.name: kinds.get(f.type, "varchar") for f in TREATMENT.fields}
    columns = ", ".join(f'"{n}" {types[n.removesuffix("_latest")]}' for n in names)
    with duckdb.connect() as db:
        db.execute(f"create table treatment (patient_id varchar, {columns})")
        marks = ", ".join("?" for _ in range(len(names) + 1))
        db.executemany(f"insert into treatment values ({marks})", rows)
        steps = ",\n".join(map(str, steps_of(TREATMENT, f"date '{DAY}'")))
        found = db.execute(
            f"with {steps} select cast(patient_id as integer), cast(side as integer), route_kind,"
            " replaced from treatment_rows order by all"
        ).fetchall()
    return sorted(found, key=lambda one: one[:2])


def _latest(name: str) -> tuple[str, ...]:
    return (f"{name}_latest",) if name in TREATMENT.dates else ()
