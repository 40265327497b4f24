"""Whole people over time: on every day the answer that would have been given then.

The journeys stand in journeys.yaml. Each day is assessed twice: with the record as it was on the
day, and with the record as it is in the end. Both must say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Assessment
from bonewatch.knowledge.load import load_pack
from bonewatch.record.from_json import read_record
from bonewatch.record.tables import TABLES

Row = dict[str, object]
Raw = dict[str, list[Row]]


@dataclass(frozen=True)
class Day:
    """One day of a journey: the record then and in the end, and what must be said."""

    who: str
    on: date
    then: Mapping[str, object]
    known: Raw
    whole: Raw
    settings: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        return f"{self.who.partition(',')[0]} on {self.on}"


def _text(row: Row) -> Row:
    """YAML makes days of what looks like one, and numbers of years."""
    dated = {name for table in TABLES.values() for name in table.dates}
    return {k: str(v) if k in dated or isinstance(v, date) else v for k, v in row.items()}


def _rows_of(day: Mapping[str, object]) -> Iterator[tuple[str, Row]]:
    for name, table in TABLES.items():
        for row in day.get(name, ()):  # type: ignore[attr-defined]
            today = {table.dated_by: day["day"]} if name in ("symptom", "measurement") else {}
            yield name, _text(today | row)


def _days() -> Iterator[Day]:
    text = (Path(__file__).parent / "journeys.yaml").read_text(encoding="utf-8")
    for journey in yaml.safe_load(text):
        records: list[Raw] = [
            {n: [_text(r) for r in rows] for n, rows in journey["before"].items()}
        ]
        for day in journey["days"]:
            more = {name: list(rows) for name, rows in records[-1].items()}
            for name, row in _rows_of(day):
                more.setdefault(name, []).append(row)
            records.append(more)
        settings = tuple(sorted(journey.get("settings", {}).items()))
        for day, record in zip(journey["days"], records[1:], strict=True):
            then = day["then"]
            yield Day(journey["name"], day["day"], then, record, records[-1], settings)


DAYS = list(_days())
each_day = pytest.mark.parametrize("day", DAYS, ids=[day.name for day in DAYS])


@cache
def _assessor(settings: tuple[tuple[str, float], ...]) -> Assessor:
    return Assessor(load_pack(settings=dict(settings)))


def _assess(day: Day, record: Raw) -> Assessment:
    return _assessor(day.settings).assess(read_record(record), day.on)


@each_day
def test_the_answer_of_the_day(day: Day) -> None:
    answer, then = _assess(day, day.known), day.then
    rules = [finding.rule for finding in answer.findings]
    asked = [question.feature for question in answer.ask]
    assert answer.urgency == then["urgency"], rules
    if "top" in then:
        assert (rules or ["none"])[0] == then["top"], rules
    if "range" in then:
        assert [answer.urgency_low, answer.urgency_high] == then["range"], rules
    assert set(then.get("finds", ())) <= set(rules), rules  # type: ignore[call-overload]
    assert not set(then.get("not_finds", ())) & set(rules), rules  # type: ignore[call-overload]
    assert set(then.get("asks", ())) <= set(asked), asked  # type: ignore[call-overload]
    assert not set(then.get("not_asks", ())) & set(asked), asked  # type: ignore[call-overload]


@each_day
def test_the_day_replayed_later_gives_the_answer_of_the_day(day: Day) -> None:
    was, replayed = _assess(day, day.known), _assess(day, day.whole)
    assert replace(replayed, notes=()) == replace(was, notes=())


def test_every_key_of_the_journeys_is_understood() -> None:
    known = {"urgency", "top", "range", "finds", "not_finds", "asks", "not_asks"}
    for day in DAYS:
        assert set(day.then) <= known, day.name
