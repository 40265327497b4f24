"""The cast: five invented people, what each is told, and the page each gets.

The pages stand in tests/snapshots, as plain text, so that a changed rule shows its words in the
same change. To write them anew, look at the difference, and commit it:

    BONEWATCH_WRITE_SNAPSHOTS=1 python -m pytest tests/assessment/test_cast.py
"""

from __future__ import annotations

import io
import os
import re
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Assessment
from bonewatch.assessment.to_short_text import to_short_patient_text, to_short_text
from bonewatch.demo import CAST, DAY
from bonewatch.knowledge.load import core_pack
from bonewatch.record.from_file import read_bytes

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
WRITES = os.environ.get("BONEWATCH_WRITE_SNAPSHOTS") == "1"
NAMES = [path.name.split(".")[0] for path in CAST]


@cache
def _answers() -> dict[str, Assessment]:
    assessor = Assessor(core_pack())
    people = {name: read_bytes(path.read_bytes()) for name, path in zip(NAMES, CAST, strict=True)}
    return {name: assessor.assess(record, DAY) for name, [record] in people.items()}


def _page(answer: Assessment) -> str:
    """Both pages as they are printed, without colour."""
    page = Console(file=io.StringIO(), width=100, color_system=None, legacy_windows=False)
    page.print(to_short_text(answer))
    page.print()
    page.print(to_short_patient_text(answer, core_pack().words))
    lines = page.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return re.sub(r"[0-9a-f]{16}", "." * 16, "\n".join(line.rstrip() for line in lines)) + "\n"


def _rules(answer: Assessment, urgency: str) -> list[str]:
    return [finding.rule for finding in answer.findings if finding.urgency == urgency]


def test_the_cast_is_five_people() -> None:
    assert NAMES == [
        "1_ana_legs_give_way",
        "2_beth_hip_with_metastases",
        "3_cara_worried_and_well",
        "4_dora_nothing_asked",
        "5_from_a_hospital",
    ]


def test_ana_whose_legs_give_way_is_an_emergency() -> None:
    answer = _answers()["1_ana_legs_give_way"]
    assert answer.urgency == answer.urgency_low == answer.urgency_high == "emergency"
    assert answer.findings[0].rule == "T1-01"
    assert answer.ask == ()
    assert answer.safety_net is None
    assert "weakness in both legs" in answer.say


def test_beth_whose_hip_hurts_with_metastases_is_seen_the_same_day() -> None:
    answer = _answers()["2_beth_hip_with_metastases"]
    assert (answer.urgency, answer.urgency_low, answer.urgency_high) == (
        "same_day",
        "same_day",
        "emergency",
    )
    assert answer.findings[0].rule == "T2-03"
    asked = [question.feature for question in answer.ask]
    assert asked[:3] == ["felt_crack", "deformity", "fracture_reported"]
    assert not {"limb_weakness", "numbness", "bladder_change", "infection_sign"} & set(asked)


def test_cara_who_is_well_keeps_to_her_visits() -> None:
    answer = _answers()["3_cara_worried_and_well"]
    assert answer.urgency == answer.urgency_low == "routine"
    assert [finding.rule for finding in answer.findings] == ["T5-02"]
    assert answer.safety_net is not None


def test_dora_of_whom_nothing_is_known_is_asked_about_weakness_first() -> None:
    answer = _answers()["4_dora_nothing_asked"]
    assert (answer.urgency, answer.urgency_high) == ("routine", "emergency")
    assert answer.findings == ()
    assert answer.ask[0].feature == "limb_weakness"
    assert "danger signs have not been asked" in answer.headline.patient
    assert answer.unanswered is not None


def test_the_person_from_a_hospital_has_raised_calcium_with_symptoms() -> None:
    answer = _answers()["5_from_a_hospital"]
    assert answer.urgency == "emergency"
    assert _rules(answer, "emergency") == ["T1-08c"]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_as_it_was_looked_at(name: str) -> None:
    path, page = SNAPSHOTS / f"{name}.txt", _page(_answers()[name])
    if WRITES:
        SNAPSHOTS.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
    said = f"{path.name} differs; see the top of this file for how to write it anew"
    assert path.read_text(encoding="utf-8") == page, said


def test_there_is_no_page_of_nobody() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.txt")} == set(NAMES)
