"""Wrong units, impossible ages, negative sizes, doses where none may be given: never silently.

The cases stand in refusals.yaml; properties over drawn people hold for everyone else.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from answers import DRAWN, MANY, assess, assessor
from documented_people import with_less_known
from drawn_records import AS_OF, Raw, read, records
from hypothesis import given, settings
from hypothesis import strategies as st

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.pathway.result import Option, Pathway, Score
from bonewatch.assessment.result import Assessment
from bonewatch.assessment.to_patient_text import PARTS, to_patient_text
from bonewatch.assessment.to_short_text import to_short_patient_text
from bonewatch.knowledge.load import core_pack
from bonewatch.record.from_json import RecordError, read_record

CASES = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text(encoding="utf-8"))
PERSON: Raw = {
    "patient": [{"birth_date": "1960-01-01", "sex": "female"}],
    "primary_cancer": [{"diagnosed_on": "2020-01-01"}],
    "condition": [{"kind": "bone_metastasis", "site": "lumbar_spine"}],
}
Case = dict[str, Any]
UNKNOWN_IS_A_VALUE = "predict_"
"""PREDICT has published values of its own for what is not known, such as HER2."""


def _named(part: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CASES[part], ids=lambda case: str(case["name"]))


def _person(case: Case) -> Raw:
    given: Raw = case["given"]
    cancers = given.get("primary_cancer", PERSON["primary_cancer"])
    return PERSON | given | {"primary_cancer": cancers}


@_named("refused")
def test_what_cannot_be_is_refused_with_its_place_and_reason(case: Case) -> None:
    with pytest.raises(RecordError) as refused:
        read_record(_person(case))
    found = [problem for problem in refused.value.problems if problem.at == case["at"]]
    assert found, refused.value.problems
    assert case["says"] in found[0].says


@_named("noted")
def test_what_cannot_be_used_is_told(case: Case) -> None:
    notes = [(note.at, note.says) for note in assess(_person(case)).notes]
    assert (case["at"], case["says"]) in notes


def _option(raw: Raw, name: str) -> Option:
    return next(option for option in assess(raw).pathway.treatment if option.id == name)


@_named("doses")
def test_no_dose_is_certain_where_it_may_not_be_given(case: Case) -> None:
    option = _option(_person(case), case["option"])
    assert option.state == case["state"]
    certain = [line for line in option.doses if line.state == "present"]
    if case.get("sure_without_number"):
        assert certain
        assert [line.dose for line in certain] == [None] * len(certain)
    else:
        assert [line.key for line in certain] == case["sure"]


@_named("doses")
def test_an_option_that_is_not_open_says_why_and_has_no_number(case: Case) -> None:
    option = _option(_person(case), case["option"])
    if option.state == "not_eligible":
        assert [line for line in option.doses if line.dose is not None] == []
        assert [said.says for said in option.unmet if case["because"] in said.says]
    if option.state == "needs_information":
        assert option.lacking


def _score(case: Case) -> Score:
    every = assess(_person(case)).pathway
    return next(s for s in (*every.scores, *every.risk.scores) if s.id == case["score"])


@_named("not_for")
def test_a_score_that_is_not_for_the_person_has_no_number_and_says_why(case: Case) -> None:
    score = _score(case)
    assert (score.applies, score.value) == ("absent", None)
    assert (score.lowest, score.highest) == (None, None)
    [reason] = [said.says for said in score.not_for if said.state == "present"]
    assert case["because"] in reason


@_named("ranges")
def test_what_is_not_known_has_no_single_number(case: Case) -> None:
    score = _score(case)
    assert score.value is None
    assert score.lacking
    assert score.lowest is None or score.lowest != score.highest


# ---- for everyone --------------------------------------------------------------------------------


@cache
def _clinical_words() -> list[str]:
    """What only a clinician may be shown: names of options, steps and clinicians' scores."""
    entries = assessor().pack.entries.values()
    return [e.text.title for e in entries if e.folder in ("treatment", "workup", "scores")]


@DRAWN
@given(records())
def test_the_page_for_home_names_no_option_step_or_score(raw: Raw) -> None:
    from rich.console import Console

    console = Console(width=4000, record=True, quiet=True)
    answer, words = assess(raw), assessor().pack.words
    console.print(to_short_patient_text(answer, words))
    for part in PARTS:
        console.print(to_patient_text(answer, words, part))
    text = console.export_text()
    assert [title for title in _clinical_words() if title in text] == []


@cache
def _without_entries() -> Assessor:
    """The same rules with nothing beyond triage."""
    return Assessor(replace(core_pack(), entries={}))


@DRAWN
@given(records())
def test_the_pathway_never_changes_the_urgency(raw: Raw) -> None:
    """With every part of it told, and with no entry in the pack, triage says the same."""
    whole, bare = assess(raw), _without_entries().assess(read(raw), AS_OF)
    assert whole.pathway.parts
    assert bare.pathway.scores == bare.pathway.treatment == ()
    assert _triage(whole) == _triage(bare)


def _triage(answer: Assessment) -> tuple[object, ...]:
    ends = (answer.urgency, answer.urgency_low, answer.urgency_high)
    return (*ends, answer.findings, answer.ask, answer.headline, answer.safety_net)


@DRAWN
@given(records())
def test_a_low_risk_never_lowers_the_urgency(raw: Raw) -> None:
    answer = assess(raw)
    risk = {"size_mm": 8, "nodes_positive": 0, "grade": 1, "er_percent": 100, "t": "T1", "n": "N0"}
    cancers = [{**row, **risk} for row in raw.get("primary_cancer", [])]
    low = assess(raw | {"primary_cancer": cancers})
    assert (low.urgency, low.urgency_high) == (answer.urgency, answer.urgency_high)


_MORE = {
    "measurement": [
        {"what": "creatinine", "value": 90, "unit": "umol/L", "measured_on": "2026-11-20"},
        {"what": "weight", "value": 70, "unit": "kg", "measured_on": "2026-11-20"},
        {"what": "ecog", "value": 2, "measured_on": "2026-11-20"},
        {"what": "frankel", "grade": "D", "measured_on": "2026-11-20"},
    ],
    "patient": [{"birth_date": "1958-05-05", "sex": "female"}],
}


@DRAWN
@given(records(), st.integers(0, 2**16))
def test_learning_more_keeps_a_score_within_its_range(raw: Raw, seed: int) -> None:
    """What was not known becomes known: no score leaves the range it had."""
    known = {name: rows for name, rows in raw.items() if name not in _MORE}
    choose = random.Random(seed)
    more = {name: [row for row in rows if choose.random() < 0.6] for name, rows in _MORE.items()}
    before, after = (_ranges(assess(each)) for each in (known, known | more))
    for name, (low, high) in before.items():
        new_low, new_high = after[name]
        assert low <= new_low <= new_high <= high, name


def _ranges(answer: Assessment) -> dict[str, tuple[float, float]]:
    return {
        s.id: (s.lowest, s.highest)
        for s in _every_score(answer.pathway)
        if s.lowest is not None and s.highest is not None
    }


@settings(DRAWN, max_examples=300 * MANY)
@given(with_less_known())
def test_knowing_less_only_widens_what_a_score_can_be(people: tuple[Raw, Raw]) -> None:
    """What is left out never makes a number of its own, nor leaves out the true one."""
    whole, less = (_possible(assess(raw)) for raw in people)
    for name, (low, high) in whole.items():
        if name in less and not name.startswith(UNKNOWN_IS_A_VALUE):
            widest_low, widest_high = less[name]
            assert widest_low <= low <= high <= widest_high, name


@settings(DRAWN, max_examples=300 * MANY)
@given(with_less_known())
def test_knowing_less_leaves_the_true_class_possible(people: tuple[Raw, Raw]) -> None:
    whole, less = (assess(raw).pathway for raw in people)
    for known, open_ in zip(_every_score(whole), _every_score(less), strict=True):
        if known.kind == "classification" and known.value and open_.applies != "absent":
            assert known.value in [band.key for band in open_.bands], known.id


def test_the_drawn_people_have_scores_known_and_open() -> None:
    """Otherwise the two properties above would say nothing."""
    known, open_ = set(), set()

    @settings(DRAWN, database=None)
    @given(with_less_known())
    def look(people: tuple[Raw, Raw]) -> None:
        whole, less = (assess(raw).pathway for raw in people)
        known.update(s.id for s in _every_score(whole) if s.value is not None)
        open_.update(s.id for s in _every_score(less) if s.lowest != s.highest)

    look()
    assert {"sins", "mirels_score", "npi", "cts5", "bilsky", "subtype"} <= known
    assert {"sins", "mirels_score", "npi", "cts5", "katagiri", "creatinine_clearance"} <= open_


def _every_score(pathway: Pathway) -> tuple[Score, ...]:
    return (*pathway.scores, *pathway.risk.scores)


def _possible(answer: Assessment) -> dict[str, tuple[float, float]]:
    """The range of every score, and of every row of the record that has one of its own."""
    rows = {
        f"{score.id} of {row.at}": (row.lowest, row.highest)
        for score in answer.pathway.scores
        for row in score.rows
        if row.lowest is not None and row.highest is not None
    }
    return _ranges(answer) | rows


# ---- who is not an adult -------------------------------------------------------------------------


def _born(day: str) -> Raw:
    high = {"what": "calcium_adjusted", "value": 3.2, "measured_on": "2026-11-20"}
    return PERSON | {
        "patient": [{"birth_date": day, "sex": "female"}],
        "primary_cancer": [{}],
        "measurement": [{**high, "unit": "mmol/L"}],
    }


@pytest.mark.parametrize("day", ["2016-05-01", "2008-11-24", "2009", "2008-12"])
def test_a_child_is_told_how_urgent_it_is_but_given_no_dose_test_or_check_up(day: str) -> None:
    answer, grown = assess(_born(day)), assess(_born("1960-01-01"))
    assert answer.pathway == Pathway()
    assert answer.cautions[0] == core_pack().words["not_adult"]
    assert (answer.urgency, answer.findings) == (grown.urgency, grown.findings)


@pytest.mark.parametrize("day", ["2008-11-23", "2008", "2008-11", "1960"])
def test_who_may_be_an_adult_is_answered_as_one(day: str) -> None:
    answer = assess(_born(day))
    assert [option.id for option in answer.pathway.treatment]
    assert core_pack().words["not_adult"] not in answer.cautions
