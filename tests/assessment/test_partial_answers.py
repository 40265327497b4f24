"""Where less is known than one might take for known: a partial no, a later report, no value."""

from __future__ import annotations

from answers import assess, value
from drawn_records import Row, days_ago

from bonewatch.assessment.result import Assessment


def _assess(*symptoms: Row) -> Assessment:
    return assess({"primary_cancer": [{}], "symptom": list(symptoms)})


def test_weakness_of_an_arm_denied_leaves_the_legs_open() -> None:
    said: Row = {"kind": "limb_weakness", "site": "arm", "present": False}
    assert value("limb_weakness", said) is None


def test_a_no_to_fever_is_not_no_symptom_at_all() -> None:
    answer = _assess({"kind": "fever", "present": False})
    assert "T5-02" not in [finding.rule for finding in answer.findings]


def test_a_later_report_that_says_less_is_asked_again() -> None:
    """Breathless at rest yesterday, `breathless` today: the later report stands, and is asked."""
    yesterday: Row = {"kind": "breathlessness", "worse_at_rest": True, "reported_on": days_ago(1)}
    today: Row = {"kind": "breathlessness", "reported_on": days_ago(0)}
    assert _assess(yesterday).urgency == "emergency"
    answer = _assess(yesterday, today)
    assert (answer.urgency, answer.urgency_high) == ("urgent", "emergency")


def test_a_temperature_that_would_matter_is_asked_for() -> None:
    """All complaints denied, chemotherapy last week: what is open is the temperature."""
    answer = assess(
        {
            "primary_cancer": [{}],
            "symptom": [{"kind": "none", "reported_on": days_ago(0)}],
            "treatment": [{"agent": "docetaxel", "started_on": days_ago(7)}],
        }
    )
    assert answer.urgency_high == "emergency"
    assert any("temperature" in question.question for question in answer.ask)
