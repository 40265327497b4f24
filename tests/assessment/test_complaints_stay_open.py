"""A complaint is told once and holds until someone says otherwise; what ended is not new again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from answers import assessor

from bonewatch.assessment.result import Assessment
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.record.from_json import read_record

DAY = date(2026, 11, 20)
Row = dict[str, Any]


def _on(days_ago: int) -> str:
    return (DAY - timedelta(days=days_ago)).isoformat()


def _assess(*symptoms: Row, **more: list[Row]) -> Assessment:
    record = {"primary_cancer": [{"diagnosed_on": "2021"}], "symptom": list(symptoms), **more}
    return assessor().assess(read_record(record), DAY)


WEAK: Row = {"kind": "limb_weakness", "site": "leg", "side": "both", "reported_on": _on(2)}


def test_nothing_new_does_not_take_back_weak_legs() -> None:
    answer = _assess(WEAK, {"kind": "none", "reported_on": _on(0)})
    assert answer.urgency == "emergency"


def test_the_day_they_went_is_the_day_they_end() -> None:
    gone = {**WEAK, "reported_on": _on(0), "present": False}
    assert _assess(WEAK, gone).urgency != "emergency"


def test_a_complaint_of_another_place_takes_nothing_back() -> None:
    other = {"kind": "pain", "site": "knee", "severity": 2, "reported_on": _on(0)}
    assert _assess(WEAK, other).urgency == "emergency"


@pytest.mark.parametrize(
    "kind",
    ["limb_weakness", "walking_difficulty", "numbness", "saddle_numbness", "pain", "headache"],
)
def test_what_is_old_known_and_the_same_is_never_an_emergency(kind: str) -> None:
    old = {
        "kind": kind, "site": "leg", "side": "left", "started_on": "2019", "trend": "same",
        "known_and_assessed": True, "reported_on": _on(0),
    }  # fmt: skip
    assert _assess(old).urgency in URGENCIES[3:]


@pytest.mark.parametrize("kind", ["limb_weakness", "saddle_numbness", "walking_difficulty"])
def test_what_is_old_and_worse_is_one(kind: str) -> None:
    worse = {
        "kind": kind, "site": "leg", "side": "both", "started_on": "2019", "trend": "worse",
        "known_and_assessed": True, "reported_on": _on(0),
    }  # fmt: skip
    assert _assess(worse).urgency == "emergency"


def test_the_range_of_a_knee_says_nothing_of_an_emergency_nobody_asked_about() -> None:
    knee = {
        "kind": "pain", "site": "knee", "side": "left", "severity": 2, "trend": "better",
        "worse_at_night": False, "after_injury": "overuse", "started_on": _on(4),
        "reported_on": _on(0),
    }  # fmt: skip
    answer = _assess(knee)
    assert answer.urgency in URGENCIES[3:]
    assert answer.urgency_high != "emergency" or answer.ask


def test_an_empty_record_may_be_anything_and_asks() -> None:
    answer = _assess()
    assert answer.urgency_high == "emergency"
    assert answer.ask


def test_a_value_that_no_rule_judges_is_named() -> None:
    ferritin: Row = {
        "what": "ferritin", "value": 2000, "unit": "ug/L", "measured_on": _on(1), "flag": "high",
    }  # fmt: skip
    answer = _assess({"kind": "none", "reported_on": _on(0)}, measurement=[ferritin])
    assert any("erritin" in label for label in answer.not_judged)


def test_a_value_that_a_rule_judges_is_not() -> None:
    calcium: Row = {
        "what": "calcium_adjusted", "value": 3.6, "unit": "mmol/L", "measured_on": _on(0),
        "flag": "high",
    }  # fmt: skip
    answer = _assess(measurement=[calcium])
    assert answer.urgency == "emergency"
    assert answer.not_judged == ()


def test_the_answer_says_by_what_way_to_be_seen() -> None:
    assert _assess({"kind": "bleeding", "reported_on": _on(0)}).means == "ambulance"
    assert _assess({"kind": "none", "reported_on": _on(0)}).means == "clinic"


def test_what_was_told_and_is_gone_on_one_day_has_ended() -> None:
    """The check-in may come after a clinician's entry of the same day."""
    told = {**WEAK, "reported_on": _on(0)}
    assert _assess(told).urgency == "emergency"
    assert _assess(told, {**told, "ended_on": _on(0)}).urgency != "emergency"
