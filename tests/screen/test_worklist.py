"""The worklist has everyone who needs something, in order, in cells that hold any text."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from populations import ndjson, screen

AWKWARD = '=cmd|"quoted",\nand a line'
PEOPLE: dict[str, list[dict[str, Any]]] = {
    "patient": [{"patient_id": name, "birth_date": "1961"}
                for name in (AWKWARD, "two", "late", "well")],
    "primary_cancer": [
        {"patient_id": AWKWARD, "diagnosed_on": "2026-05-01"},
        {"patient_id": "two", "diagnosed_on": "2026-05-01"},
        {"patient_id": "late", "diagnosed_on": "2020-05-01"},
        {"patient_id": "well", "diagnosed_on": "2026-10-01"},
    ],
    "symptom": [
        {"patient_id": AWKWARD, "kind": "limb_weakness", "site": "leg", "side": "both",
         "reported_on": "2026-11-22"},
        {"patient_id": "two", "kind": "fatigue", "reported_on": "2026-10-30"},
        {"patient_id": "two", "kind": "saddle_numbness", "reported_on": "2026-11-20"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    folder = tmp_path_factory.mktemp("worklist")
    for name, lines in PEOPLE.items():
        ndjson(folder / "in" / f"{name}.ndjson", lines)
    screen(folder / "in", folder / "out")
    with (folder / "out" / "worklist.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_longest_waiting_emergency_comes_first_and_the_overdue_last(
    listed: list[dict[str, str]],
) -> None:
    assert [row["patient_id"] for row in listed] == ["two", f"'{AWKWARD}", "late"]
    assert [row["urgency"] for row in listed] == ["emergency", "emergency", "routine"]


def test_since_is_of_what_makes_it_so_urgent(listed: list[dict[str, str]]) -> None:
    assert [row["since"] for row in listed] == ["2026-11-20", "2026-11-22", ""]


def test_who_has_no_finding_is_listed_for_what_is_overdue(listed: list[dict[str, str]]) -> None:
    late = listed[-1]
    assert (late["why"], late["rules"]) == ("", "")
    assert late["overdue"]
