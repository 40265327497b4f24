"""Opioid sums over drawn histories against a second calculation, written from the sources alone.

The factors are those of the CDC (2022) and of the currency dossier (1.9). Each pair of rows is
looked at here, where the pack looks at groups; what the dossier leaves open stays open.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from bonewatch.engine.in_python import Engine, Rows
from bonewatch.features.rows import known_rows
from bonewatch.knowledge.load import core_pack
from bonewatch.record.from_json import read_record

DAY = date(2026, 11, 23)
CDC = {
    "codeine": 0.15, "hydrocodone": 1, "hydromorphone": 5, "methadone": 4.7, "morphine": 1,
    "oxycodone": 1.5, "oxymorphone": 3, "tapentadol": 0.4, "tramadol": 0.2,
}  # fmt: skip
UK = {
    "tramadol": 0.1, "codeine": 0.1, "tapentadol": 0.4, "oxycodone": 1.5, "hydromorphone": 5,
    "morphine": 1,
}  # fmt: skip
ESMO = {"tramadol": 0.1, "oxycodone": 1.5, "hydromorphone": 7.5, "morphine": 1}
WITH_RESCUE = ("morphine", "oxycodone", "hydromorphone")
ROUTES = {"oral": "mouth", "PO": "mouth", "sc": "vein or skin", "patch": "patch", None: None}
Row = dict[str, Any]
HISTORIES = 3000


@cache
def _engine() -> Engine:
    return Engine(core_pack())


def _row(draw: random.Random) -> Row:
    agent = draw.choice(["morphine"] * 3 + ["oxycodone"] * 2 + [*CDC, "fentanyl", "buprenorphine"])
    patch = agent in ("fentanyl", "buprenorphine")
    row: Row = {
        "agent": agent,
        "dose": draw.choice([5, 10, 12, 25, 30, 35, 50, 60, None]),
        "unit": "ug/h" if patch else draw.choice(["mg", "mg", "mg", "mL"]),
        "per_day": None if patch else draw.choice([1, 2, 4, None]),
        "route": draw.choice(
            ["patch", "patch", None] if patch else ["oral"] * 5 + ["PO", "sc", None]
        ),
        "started_on": draw.choice([None, *(_days_ago(n) for n in (2, 9, 40, 40, 250))]),
        "as_needed": draw.random() < 0.15,
        "running": draw.random() < 0.2,
        "given": draw.random() > 0.1,
    }
    if row["started_on"] and row["started_on"] != _days_ago(2) and draw.random() < 0.15:
        row["ended_on"] = _days_ago(2)
    return {name: value for name, value in row.items() if value is not None}


def _days_ago(count: int) -> str:
    return (DAY - timedelta(days=count)).isoformat()


def _replaced(old: Row, rows: list[Row]) -> bool | None:
    """Has another regular row of the drug taken its place? Yes, no, or not to be told (None)."""
    open_question = False
    for new in rows:
        if new is old or new["agent"] != old["agent"] or not _regular(new):
            continue
        if new.get("running") and old.get("running"):
            continue
        routes = ROUTES[new.get("route")], ROUTES[old.get("route")]
        if routes[0] != routes[1] and None not in routes:
            continue
        days: tuple[Any, Any] = new.get("started_on"), old.get("started_on")
        if None not in days and days[0] <= days[1]:
            continue
        if None not in days and routes[0] == routes[1] and "ended_on" not in new:
            return True
        open_question = True
    return None if open_question else False


def _regular(row: Row) -> bool:
    return row.get("given", True) and not row.get("as_needed")


def _milligrams(row: Row) -> float | None:
    """What is taken by mouth in a day, of the drug itself."""
    if row.get("unit") != "mg" or ROUTES[row.get("route")] != "mouth":
        return None
    return row["dose"] * row["per_day"] if "dose" in row and "per_day" in row else None


def _patch(row: Row) -> float | None:
    is_one = row.get("unit") == "ug/h" and ROUTES[row.get("route")] in ("patch", None)
    return row.get("dose") if is_one else None


def _worth(row: Row, factors: dict[str, float], patches: dict[str, Any]) -> float | None:
    if row["agent"] in patches:
        dose = _patch(row)
        return None if dose is None else patches[row["agent"]](dose)
    taken = _milligrams(row)
    return None if taken is None or row["agent"] not in factors else taken * factors[row["agent"]]


def _sum(rows: list[Row], factors: dict[str, float], patches: dict[str, Any]) -> float | None:
    total = 0.0
    for row in rows:
        if not _regular(row) or "ended_on" in row:
            continue
        replaced = _replaced(row, rows)
        if replaced:
            continue
        worth = _worth(row, factors, patches)
        if replaced is None or worth is None:
            return None
        total += worth
    return total


def _fentanyl_uk(dose: float) -> float:
    return 30 if dose == 12 else 2.4 * dose


SUMS: dict[str, tuple[dict[str, float], dict[str, Any]]] = {
    "opioid_equivalent": (CDC, {"fentanyl": lambda dose: 2.4 * dose}),
    "opioid_uk_least": (
        UK, {"fentanyl": _fentanyl_uk, "buprenorphine": lambda dose: 84 / 35 * dose}
    ),
    "opioid_uk_most": (
        UK, {"fentanyl": _fentanyl_uk, "buprenorphine": lambda dose: 97 / 35 * dose}
    ),
    "opioid_equivalent_esmo": (ESMO, {}),
    "opioid_day_dose": (dict.fromkeys(CDC, 1), {}),
}  # fmt: skip


@cache
def _histories() -> list[tuple[list[Row], Rows]]:
    draw = random.Random(20261123)
    drawn = [[_row(draw) for _ in range(draw.randint(1, 4))] for _ in range(HISTORIES)]
    return [
        (rows, Rows(known_rows(read_record({"treatment": rows, "patient": [{}]}), DAY)))
        for rows in drawn
    ]


@pytest.mark.parametrize("name", SUMS)
def test_the_sum_of_each_history_is_that_of_the_plain_calculation(name: str) -> None:
    feature = _engine().compiled(name)
    known = 0
    for rows, read in _histories():
        found, wanted = feature.of_rows(read, DAY.toordinal()), _sum(rows, *SUMS[name])
        assert found == (None if wanted is None else pytest.approx(wanted)), rows
        known += bool(wanted)
    assert known > HISTORIES / 20, "too few histories have a sum"
