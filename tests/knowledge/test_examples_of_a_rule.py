"""Examples become cases: filled in, dated, checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.knowledge.tiny import tiny, tiny_with

from bonewatch.engine.in_python import Engine
from bonewatch.knowledge.examples import Case, cases, pack_with
from bonewatch.knowledge.pack_error import PackError

RULES = "triage/rules.yaml"


def _cases(rule: str = "T1-01") -> dict[str, Case]:
    return {case.name: case for case in cases(tiny().rules[rule])}


def test_for_each_makes_a_case_of_each_value() -> None:
    found = _cases()
    assert found["limb_weakness"].record_json["symptom"] == [{"kind": "limb_weakness"}]
    assert found["giving_way"].record_json["symptom"] == [{"kind": "giving_way"}]


def test_days_ago_is_a_date_before_the_day_of_the_case() -> None:
    case = _cases()["pain as bad as the limit"]
    assert case.as_of == date(2026, 11, 23)
    assert case.record.rows("symptom")[0]["reported_on"] == date(2026, 11, 16)


def test_breast_cancer_is_given_unless_the_example_says_otherwise(tmp_path: Path) -> None:
    assert _cases()["nothing asked"].record_json == {"primary_cancer": [{}]}
    pack = tiny_with(
        tmp_path,
        RULES,
        ("given: {}\n", "given: {primary_cancer: []}\n"),
    )
    none = [case for case in cases(pack.rules["T1-01"]) if case.name == "nothing asked"]
    assert none[0].record_json == {"primary_cancer": []}


def test_a_number_for_each_is_a_number(tmp_path: Path) -> None:
    one = "severity: 7, reported_on: 7 days ago}]}"
    each = 'severity: "{each}"}]}\n        for_each: [7, 10]'
    pack = tiny_with(tmp_path, RULES, (one, each))
    found = [case for case in cases(pack.rules["T1-01"]) if case.name.startswith("pain as bad")]
    assert [case.record.rows("symptom")[0]["severity"] for case in found] == [7, 10]
    assert [case.name for case in found] == [
        "pain as bad as the limit: 7",
        "pain as bad as the limit: 10",
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("severity: 7", "severity: 11", "severity"),
        ("{kind: pain, severity: 6}", "{kind: pian}", "Did you mean"),
        ("7 days ago", "last week", "is not a date"),
        ("name: nothing asked", "name: nothing asked\n        as_of: soon", "is not a day"),
        ("name: nothing asked", "name: nothing asked\n        for_each: [a]", "no {each}"),
    ],
)
def test_a_wrong_example_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    pack = tiny_with(tmp_path, RULES, (old, new))
    with pytest.raises(PackError, match=rf"tiny/{RULES}:2: rule T1-01: example .*{says}"):
        cases(pack.rules["T1-01"])


def test_a_case_runs_on_an_engine_with_its_settings() -> None:
    case = _cases()["strong legs, little pain"]
    wanted = {"severe as written": tiny(), "severe from 6": pack_with(tiny(), {"pain_severe": 6})}
    found = {n: Engine(p).evaluate(case.record, case.as_of) for n, p in wanted.items()}
    assert {n: f.states["T1-01"] for n, f in found.items()} == {
        "severe as written": False,
        "severe from 6": True,
    }
    assert case.holds(found["severe as written"])
    assert not case.holds(found["severe from 6"])
    assert "present; must be absent" in case.says(found["severe from 6"])


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PackError, match="Did you mean pain_severe"):
        pack_with(tiny(), {"pain_sever": 6})


def test_acting_is_compared_only_where_the_example_says_so() -> None:
    asked = {name: case.acts for name, case in _cases("T2-01").items()}
    assert asked["nothing known"] is None
    legs = _cases("T2-01")["legs not asked about"]
    found = Engine(tiny()).evaluate(legs.record, legs.as_of)
    assert legs.holds(found)
    assert not legs.holds(replace(found, acts={**found.acts, "T2-01": False}))
