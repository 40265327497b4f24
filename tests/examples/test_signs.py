"""Every sign's worked cases: there, not there, and not known when nothing was asked."""

from __future__ import annotations

from datetime import date

import pytest

from bonewatch.assessment.assess import Assessor
from bonewatch.engine.in_python import Engine
from bonewatch.features.to_python import Value, person_function
from bonewatch.knowledge.examples import dated
from bonewatch.knowledge.load import core_pack
from bonewatch.record.from_json import read_record

DAY = date(2026, 11, 23)
SIGNS = core_pack().signs
ENGINE = Engine(core_pack())


def _state(name: str, given: dict[str, object]) -> Value:
    record = read_record({"primary_cancer": [{}], **given})
    evaluation = ENGINE.evaluate(record, DAY)
    return person_function(SIGNS[name].when)(evaluation.values, evaluation.states)


@pytest.mark.parametrize("name", SIGNS)
def test_the_sign_is_there_not_there_or_not_known(name: str) -> None:
    text = SIGNS[name].text
    assert _state(name, dated(text.present, DAY)) is True
    assert _state(name, dated(text.absent, DAY)) is False
    assert _state(name, {}) is None


def test_the_seven_symptoms_the_early_signs_and_the_sites_are_all_here() -> None:
    kinds = [sign.text.kind for sign in SIGNS.values()]
    assert [f"SY{n}" in SIGNS for n in range(1, 8)] == [True] * 7
    assert (kinds.count("early_sign"), kinds.count("site")) == (3, 9)


def test_a_sign_explains_and_does_not_raise_the_urgency() -> None:
    record = read_record({"primary_cancer": [{}], "symptom": [{"kind": "fatigue"}]})
    answer = Assessor(core_pack()).assess(record, DAY)
    assert [sign.id for sign in answer.signs] == ["SY6"]
    assert answer.urgency == "soon"
