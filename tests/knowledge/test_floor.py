"""The floor ("any new complaint: soon") is written from the routine rows; here that it is theirs.

Its condition is no target of the mutants (bonewatch.knowledge.row_rules.FLOOR): it says once more
what the rows say, kind by kind, so every kind of every such row is tried here instead.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from bonewatch.engine.in_python import Engine
from bonewatch.knowledge.examples import Case, cases
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.packs import CORE
from bonewatch.record.from_json import read_record
from bonewatch.record.words import words

FLOOR, DAY = "T4-06", date(2026, 11, 23)
ANOTHER_PAIN = {"kind": "pain", "site": "hip", "side": "left", "severity": 8, "trend": "same"}
"""A pain that is too strong for any routine row."""
UNSPOKEN = {"kind": "bloating"}
"""A complaint that no routine row speaks for."""


def _routine_rows() -> dict[str, set[str]]:
    """The kinds of complaint of each routine row, as the files of the tables say."""
    found: dict[str, set[str]] = {}
    for table in ("complaints", "drug_effects"):
        for path in sorted((CORE / table).glob("*.yaml")):
            for row in yaml.safe_load(path.read_text(encoding="utf-8"))[table]:
                if row["urgency"] == "routine" and row.get("complaint"):
                    found[row["id"]] = set(row["complaint"].get("kinds", ()))
    return found


ROWS = _routine_rows()


@pytest.fixture(scope="module")
def pack() -> Pack:
    return core_pack()


@pytest.fixture(scope="module")
def engine(pack: Pack) -> Engine:
    return Engine(pack)


def _told(given: Any) -> set[str]:
    """The kinds of complaint that are there."""
    return {row["kind"] for row in given.get("symptom", ()) if row.get("present") is not False}


def _floor(engine: Engine, case: Case, *more: dict[str, object]) -> bool:
    """Is the floor acted on in this case, with these complaints beside it?"""
    given: dict[str, Any] = dict(case.record_json)
    given["symptom"] = [*given.get("symptom", ()), *more]
    return engine.triage(read_record(given), case.as_of).acts[FLOOR] is True


def _holds(pack: Pack, row: str) -> list[Case]:
    """The cases in which a row holds."""
    return [case for case in cases(pack.rules[row]) if case.then == "present"]


@pytest.mark.parametrize("row", ROWS)
def test_it_is_silent_where_a_routine_row_speaks_for_all_that_is_told(
    row: str, pack: Pack, engine: Engine
) -> None:
    silent = [case for case in _holds(pack, row) if not _floor(engine, case)]
    assert {kind for case in silent for kind in _told(case.record_json)} >= ROWS[row]
    spoken_for = [case for case in _holds(pack, row) if _told(case.record_json) <= ROWS[row]]
    assert not [case.name for case in spoken_for if _floor(engine, case)]


@pytest.mark.parametrize("row", ROWS)
def test_another_complaint_beside_it_is_not_left_out(row: str, pack: Pack, engine: Engine) -> None:
    for case in _holds(pack, row):
        assert _floor(engine, case, UNSPOKEN), case.name
        assert _floor(engine, case, ANOTHER_PAIN), case.name


@pytest.mark.parametrize("kind", [k for k in words("symptom") if k != "none"])
def test_a_complaint_of_which_nothing_else_is_known_is_told(kind: str, engine: Engine) -> None:
    given = {"primary_cancer": [{}], "symptom": [{"kind": kind}]}
    assert engine.triage(read_record(given), DAY).acts[FLOOR] is True
