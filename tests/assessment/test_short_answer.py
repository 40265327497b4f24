"""The answer can be read: short for anyone, one urgency a page, nothing twice, a person's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from drawn_records import AS_OF, Raw, read, records
from hypothesis import given, settings

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Assessment
from bonewatch.assessment.to_short_text import is_crisis, to_short_patient_text, to_short_text
from bonewatch.authoring.accuracy import read_vignettes
from bonewatch.demo import CAST
from bonewatch.demo import DAY as CAST_DAY
from bonewatch.engine.kept import ready
from bonewatch.knowledge.clinic import TELEPHONE
from bonewatch.record.from_json import keep_what_holds, read_record
from bonewatch.record.record import Record

LANGUAGES = ("en", "tr")
CLINICIAN_LINES, EMERGENCY_LINES, HOME_LINES, COLUMNS = 40, 12, 25, 80
ONE_IN = 5
"""The clinician's page, which takes the whole pathway, is made of every so many."""
WORD = re.compile(r"[\w\[\]-]+")
CODE = re.compile(r"[a-z]+_[a-z_]+|\w+\[\d+\]")
VIGNETTES = read_vignettes(Path(__file__).parents[1] / "vignettes")
TELEPHONE_NUMBERS = dict.fromkeys(TELEPHONE, "0123 456") | {"team_hours": "weekdays 8-16"}


@cache
def _assessor(language: str) -> Assessor:
    made = ready({}, language)
    return Assessor(made.pack, code=made.code)


def _people() -> Iterator[tuple[str, Record, date]]:
    for path in CAST:
        raw = orjson.loads(path.read_bytes())
        if "resourceType" not in raw:
            yield path.name, keep_what_holds(raw), CAST_DAY
    for one in VIGNETTES:
        yield one.id, keep_what_holds(one.record), one.as_of


def _clinician(assessment: Assessment) -> list[str]:
    return to_short_text(assessment, file="record.json").plain.splitlines()


def _at_home(assessment: Assessment, language: str) -> list[str]:
    words = _assessor(language).pack.words
    return to_short_patient_text(assessment, words, telephone=TELEPHONE_NUMBERS).plain.splitlines()


def _faults(assessment: Assessment, language: str, *, home_only: bool = False) -> Iterator[str]:
    page = [] if home_only else _clinician(assessment)
    home = _at_home(assessment, language)
    emergency = assessment.urgency == "emergency"
    if len(page) > CLINICIAN_LINES:
        yield f"clinician {len(page)} lines"
    if len(home) > (EMERGENCY_LINES if emergency else HOME_LINES):
        yield f"home {len(home)} lines"
    if wide := [line for line in (*page, *home) if len(line) > COLUMNS]:
        yield f"wide: {wide[0]}"
    said = WORD.findall("\n".join((*page[1:], *home)))
    rules = _assessor(language).pack.rules
    if ids := [word for word in said if word in rules or CODE.fullmatch(word)]:
        yield f"ids: {ids}"
    if twice := [line for line in home if len(line) > 30 and home.count(line) > 1]:
        yield f"twice: {twice[0]}"
    if any(line.endswith("…") for line in home if "To read" not in line and "Okumak" not in line):
        yield f"cut: {[line for line in home if line.endswith('…')]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_vignette_and_the_cast_fit_the_page(language: str) -> None:
    assess = _assessor(language).assess
    found = {
        name: list(_faults(assess(record, day), language, home_only=place % ONE_IN > 0))
        for place, (name, record, day) in enumerate(_people())
    }
    assert {name: faults for name, faults in found.items() if faults} == {}


@settings(max_examples=25, deadline=None)
@given(records())
def test_any_record_fits_the_page(raw: Raw) -> None:
    record = read(raw)
    for language in LANGUAGES:
        assert list(_faults(_assessor(language).assess(record, AS_OF), language)) == []


@settings(max_examples=25, deadline=None)
@given(records())
def test_no_open_complaint_is_left_out_of_what_to_say(raw: Raw) -> None:
    answer = _assessor("en").assess(read(raw), AS_OF)
    told = {
        fact.plain.split(",")[0].split(" (")[0]
        for finding in answer.findings
        if finding.urgency == answer.urgency
        for reason in finding.because
        for fact in reason.facts
        if fact.table == "symptom" and " on " not in fact.plain and not fact.plain.startswith("no ")
    }
    assert [name for name in told if name not in answer.say] == []


def _assess(*symptoms: dict[str, Any], **more: list[dict[str, Any]]) -> Assessment:
    raw = {"primary_cancer": [{"diagnosed_on": "2021"}], "symptom": list(symptoms), **more}
    return _assessor("en").assess(read_record(raw), AS_OF)


HIP = {"kind": "pain", "site": "hip", "side": "right", "severity": 5, "trend": "worse",
       "started_on": "2026-11-12", "reported_on": "2026-11-22"}  # fmt: skip
SPREAD = {"kind": "bone_metastasis", "site": "pelvis", "onset_on": "2025-02-10"}


def test_what_to_say_is_what_a_person_would_say() -> None:
    denosumab = {"agent": "denosumab", "started_on": "2026-03-01"}
    stiff = {"kind": "stiffness", "site": "knee", "side": "both", "reported_on": "2026-11-22"}
    answer = _assess(HIP | {"severity": 7}, stiff, treatment=[denosumab])
    assert answer.say == (
        "I have had breast cancer. My medicines include denosumab. I am calling about pain in the"
        " right hip, 7 out of 10, getting worse, since 12 November."
        " It is also about stiffness in both knees, told on 22 November."
    )


def test_what_only_the_chart_says_is_not_put_into_her_mouth() -> None:
    answer = _assess(HIP, condition=[SPREAD])
    home = "\n".join(_at_home(answer, "en"))
    assert "spread" not in answer.say
    assert "metasta" not in home
    assert "spread" not in home


def test_a_result_alone_is_not_disclosed() -> None:
    scan = {
        "modality": "mri",
        "region": "spine",
        "result": "metastasis",
        "done_on": "2026-11-20",
    }
    answer = _assess(imaging=[scan])
    assert answer.urgency in ("emergency", "same_day")
    home = " ".join(_at_home(answer, "en"))
    assert "newest results on my record" in home
    assert not re.search(r"metasta|has spread|cancer in your", home)


def test_self_harm_has_a_card_of_its_own() -> None:
    answer = _assess({"kind": "self_harm_thoughts", "reported_on": "2026-11-23"}, HIP)
    assert is_crisis(answer)
    home = "\n".join(_at_home(answer, "en"))
    assert "crisis line 0123 456" in home
    assert "hip" not in home
    assert "To read" not in home


def test_an_emergency_says_number_what_to_say_and_what_to_do_meanwhile() -> None:
    legs = {"kind": "limb_weakness", "site": "leg", "side": "both", "reported_on": "2026-11-23"}
    home = " ".join(_at_home(_assess(legs, HIP), "en"))
    assert "emergency 0123 456" in home
    assert "weakness in both legs" in home
    assert "pain in the right hip" in home
    assert "While you wait" in home
    assert "vitamin" not in home.lower()
