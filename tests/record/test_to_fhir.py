"""A record out as FHIR and back: what FHIR can hold is the same, and nothing else is made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
import pytest

from bonewatch.demo import CAST
from bonewatch.knowledge.examples import all_cases
from bonewatch.knowledge.load import core_pack
from bonewatch.record.dates import write_date
from bonewatch.record.fhir.code_lists import addresses, rows
from bonewatch.record.from_fhir import read_fhir, resources_of
from bonewatch.record.from_file import read_bytes
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES
from bonewatch.record.to_fhir import to_bundle

HELD: dict[str, tuple[str, ...]] = {
    "patient": ("birth_date", "sex", "died_on"),
    "symptom": ("kind", "present", "site", "side", "severity", "started_on", "trend",
                "worse_at_night", "worse_on_activity", "stops_use", "after_injury", "radiating"),
    "condition": ("kind", "present", "onset_on", "resolved_on"),
    "measurement": ("what", "value", "unit", "measured_on", "flag"),
    "imaging": ("modality", "region", "result", "done_on"),
    "treatment": ("agent", "started_on", "ended_on", "given"),
}  # fmt: skip
"""What comes back of each table; the rest of a row FHIR has no one place for."""


def _raw(record: Record) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [
            {n: write_date(v, row.get(f"{n}_latest") or v) if isinstance(v, date) else v
             for n, v in row.items() if v not in (None, "") and n in TABLES[name].names}
            for row in record.rows(name)
        ]
        for name in TABLES
    }  # fmt: skip


def _back(raw: dict[str, list[dict[str, Any]]]) -> Record:
    bundle = orjson.loads(orjson.dumps(to_bundle("p", raw)))
    reading = read_fhir(resources_of(bundle))
    return keep_what_holds(reading.records["p"])


def _known(record: Record, table: str) -> Counter[tuple[Any, ...]]:
    """What is known of each row that says something."""
    return Counter(
        tuple((n, _day_or_end(row, n)) for n in HELD[table]) for row in record.rows(table)
    )


def _day_or_end(row: Mapping[str, Any], name: str) -> Any:
    """A course of which only the end is told is read as one day."""
    return row[name] or row["ended_on"] if name == "started_on" else row[name]


def _records() -> list[Record]:
    cast = [record for path in CAST for record in read_bytes(path.read_bytes())]
    return [*cast, *(case.record for case in all_cases(core_pack()))]


def _words(*lists: tuple[str, str]) -> set[str]:
    """The words that have a code of a system others know."""
    return {str(row[column]) for name, column in lists for row in rows(name)
            if row["system"] in addresses() and row["system"] != "text"}  # fmt: skip


CODED: dict[str, tuple[str, set[str]]] = {
    "condition": ("kind", _words(("condition", "kind"), ("metastasis", "kind"))),
    "measurement": ("what", _words(("observation", "name")) - {"frankel", "asia"}),
    "treatment": ("agent", _words(("drug", "agent"), ("procedure", "word"))),
    "imaging": ("result", _words(("imaging_result", "result"))),
}  # fmt: skip


def _can_be_held(table: str, row: tuple[tuple[str, Any], ...]) -> bool:
    """Has the word a code? (An image without a region is read as one of its usual region.)"""
    if table not in CODED:
        return True
    field, known = CODED[table]
    values = dict(row)
    if table == "imaging" and (values["result"] is None or values["region"] in (None, "head")):
        return False
    return values[field] in known


@pytest.mark.parametrize("table", sorted(HELD))
def test_what_fhir_can_hold_comes_back(table: str) -> None:
    lost: Counter[str] = Counter()
    checked = 0
    for record in _records():
        told = Counter(row for row in _known(record, table) if _can_be_held(table, row))
        checked += len(told)
        for row in told.keys() - _known(_back(_raw(record)), table).keys():
            lost[" ".join(f"{n}={v}" for n, v in row if v is not None)[:120]] += 1
    assert checked > 20
    assert not lost, "\n".join(f"{n} x {what}" for what, n in lost.most_common(25))


def test_what_was_denied_never_comes_back_as_there() -> None:
    raw = {
        "condition": [{"kind": "osteoporosis", "present": False}],
        "treatment": [{"kind": "endocrine", "agent": "letrozole", "given": False,
                       "started_on": "2025-01-01"}],
        "symptom": [{"kind": "bladder_change", "present": False, "reported_on": "2025-01-01"}],
    }  # fmt: skip
    record = _back(raw)
    assert not any(row["present"] for row in record.rows("condition"))
    assert not any(row["given"] for row in record.rows("treatment"))
    assert [row["present"] for row in record.rows("symptom")] == [False]
