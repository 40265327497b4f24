"""What the tutorials say comes out is what comes out."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Assessment
from bonewatch.knowledge.load import core_pack
from bonewatch.record.from_json import read_record

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"


def _blocks(name: str) -> list[str]:
    text = (TUTORIALS / name).read_text(encoding="utf-8")
    return re.findall(r"```json\n(.*?)```", text, re.DOTALL)


def _assess(record: dict[str, Any]) -> Assessment:
    return Assessor(core_pack()).assess(read_record(record), date(2026, 11, 23))


def test_the_first_record_is_soon_and_then_same_day() -> None:
    first, more = _blocks("first-record.md")
    record = json.loads(first)
    soon = _assess(record)
    assert (soon.urgency, soon.urgency_high) == ("soon", "emergency")
    record["symptom"] += json.loads(f"[{more}]")
    assert _assess(record).findings[0].rule == "T2-01"


def test_the_whole_pathway_goes_from_a_range_to_a_dose() -> None:
    first, lesion, treatment, measured = _blocks("the-whole-pathway.md")
    record = json.loads(first)
    sins = _score(_assess(record), "sins")
    assert (sins.value, sins.lowest, sins.highest) == (None, 7, 17)
    record["lesion"][0] |= json.loads(f"{{{lesion}}}")
    assert _score(_assess(record), "sins").value == 9
    assert _option(_assess(record)).state == "needs_information"
    record |= json.loads(f"{{{treatment.strip().rstrip(',')}}}")
    record["measurement"] += json.loads(f"[{measured}]")
    answer = _assess(record)
    assert _score(answer, "creatinine_clearance").value == 54.6
    assert [line.dose for line in _option(answer).doses if line.state == "present"] == [3.5]


def _score(answer: Assessment, name: str) -> Any:
    return next(score for score in answer.pathway.scores if score.id == name)


def _option(answer: Assessment) -> Any:
    return next(option for option in answer.pathway.treatment if option.id == "BM-01")
