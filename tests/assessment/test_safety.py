"""What must hold for every record: the safety claims of the answer, on drawn people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from random import Random

import pytest
from answers import (
    DRAWN,
    MANY,
    assess,
    assessor,
    evaluation,
    holds,
    range_by_states,
    range_of,
    rank,
    value,
)
from drawn_records import (
    AS_OF,
    KINDS,
    Raw,
    Row,
    asked_about_everything,
    days_ago,
    read,
    records,
    symptom_rows,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bonewatch.assessment.result import Assessment
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.record.tables import SYMPTOM

PEOPLE = records() | asked_about_everything()
ALONE_AN_EMERGENCY = (
    "felt_crack", "deformity", "limb_weakness", "hand_weakness", "clumsiness", "giving_way",
    "walking_difficulty", "unsteadiness", "saddle_numbness", "bladder_change", "bowel_change",
    "urinary_retention", "radiating_limb_pain", "band_of_pain", "confusion", "hard_to_wake",
    "self_harm_plan", "seizure", "speech_loss", "slurred_speech", "face_drooping", "vision_loss",
    "fast_breathing", "slow_breathing", "noisy_breathing", "choking", "lip_or_tongue_swelling",
    "chest_pain", "blue_or_blotchy_skin", "non_fading_rash", "bleeding", "vomiting_blood",
    "black_stool", "no_stool_or_wind", "cold_limb", "flap_change",
)  # fmt: skip
"""What a person need only say once, with nothing else known, to be told to get help now."""
REASSURANCE = re.compile(
    r"not cancer|isn'?t cancer|no cancer|no sign of cancer|rul(e|es|ed|ing) (it )?out"
    r"|nothing to worry|n[o']t worry|need to worry|nothing is wrong|cause for concern"
    r"|all clear|harmless|you are (fine|safe|well|healthy)|cancer[- ]free|reassur",
    re.IGNORECASE,
)


# ---- the range ------------------------------------------------------------------------------


@DRAWN
@given(records())
def test_the_urgency_lies_between_its_lowest_and_its_highest(raw: Raw) -> None:
    answer = assess(raw)
    low, high = range_of(answer)
    assert high <= rank(answer.urgency) <= low
    least, most = range_by_states(evaluation(raw).states)
    assert low == least
    assert most <= high, "what nobody spoke of and nothing leads to is not in the range"


# ---- time -----------------------------------------------------------------------------------

_LATER = {
    "symptom": [{"kind": kind, "reported_on": "2026-11-24"} for kind in (*KINDS, "none")]
    + [{"kind": kind, "reported_on": "2027-01", "present": False} for kind in KINDS],
    "primary_cancer": [{"diagnosed_on": "2026-12", "stage": "IV"}],
    "measurement": [
        {"what": "calcium_adjusted", "value": 3.9, "unit": "mmol/L", "measured_on": "2026-11-24"},
        {"what": "temperature", "value": 40, "unit": "Cel", "measured_on": "2026-11-24"},
        {"what": "weight", "value": 40, "unit": "kg", "measured_on": "2027"},
    ],
    "imaging": [
        {"done_on": "2026-11-24", "region": "whole_spine", "result": "cord_compression"},
        {"done_on": "2026-11-25", "ordered_on": "2026-11-24", "result": "fracture"},
    ],
    "lesion": [{"seen_on": "2026-11-24", "site": "lumbar_spine", "confirmed": True}],
    "biopsy": [{"done_on": "2026-11-24", "result": "metastasis"}],
    "treatment": [
        {"agent": "docetaxel", "started_on": "2026-11-24"},
        {"agent": "letrozole", "started_on": "2027"},
        {"agent": "denosumab", "started_on": "2026-12"},
    ],
    "condition": [
        {"kind": "bone_metastasis", "site": "thoracic_spine", "onset_on": "2026-11-24"},
        {"kind": "neuropathy_from_treatment", "onset_on": "2026-11-24"},
        {"kind": "other_cancer", "onset_on": "2026-11-24"},
    ],
    "visit": [{"kind": "mammogram", "done_on": "2026-12-24"}],
}
"""No row here is planned for a later day: a plan does not say since when it is known."""


@DRAWN
@given(records(), st.randoms(use_true_random=False))
def test_nothing_after_the_day_changes_the_answer(raw: Raw, random: Random) -> None:
    more = {
        name: [*raw.get(name, []), *(row for row in rows if random.random() < 0.5)]
        for name, rows in _LATER.items()
    }
    assert _without_notes(assess(raw | more)) == _without_notes(assess(raw))


def _without_notes(answer: Assessment) -> Assessment:
    return replace(answer, notes=())


@DRAWN
@given(records())
def test_a_death_that_is_still_to_come_changes_nothing(raw: Raw) -> None:
    [*patient] = raw["patient"] or [{}]
    dying = raw | {"patient": [patient[0] | {"died_on": "2026-11-24"}]}
    assert _without_notes(assess(dying)) == _without_notes(assess(raw))


@DRAWN
@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_irrelevant(raw: Raw, random: Random) -> None:
    record = read(raw)
    tables = {name: random.sample(list(rows), len(rows)) for name, rows in record.tables.items()}
    assert _unordered(assess(replace(record, tables=tables))) == _unordered(assess(record))


@DRAWN
@given(PEOPLE, st.randoms(use_true_random=False))
def test_a_denial_said_again_on_the_same_day_changes_nothing(raw: Raw, random: Random) -> None:
    rows = raw.get("symptom", [])
    denials = [row for row in rows if row.get("present") is False or row["kind"] == "none"]
    again = {**raw, "symptom": random.sample([*rows, *denials], len(rows) + len(denials))}
    once, twice = evaluation(raw), evaluation(again)
    assert (twice.values, twice.states, twice.acts) == (once.values, once.states, once.acts)


def _unordered(answer: Assessment) -> tuple[object, ...]:
    """The answer, its facts as sets: which of two equal rows is told first does not matter."""
    found = [
        (f.rule, f.state, f.not_proven, [(r.feature, r.value, len(r.facts)) for r in f.because])
        for f in answer.findings
    ]
    told = (answer.headline, answer.ask, answer.ask_more, answer.known, answer.unanswered)
    return (answer.urgency, *range_of(answer), found, *told, answer.safety_net)


# ---- more danger, more urgency --------------------------------------------------------------


@pytest.mark.parametrize("kind", ALONE_AN_EMERGENCY)
def test_one_danger_sign_alone_is_an_emergency(kind: str) -> None:
    assert assess({"primary_cancer": [{}], "symptom": [{"kind": kind}]}).urgency == "emergency"
    assert assess({"symptom": [{"kind": kind}]}).urgency == "emergency"


def test_the_list_of_danger_signs_is_complete() -> None:
    found = [k for k in KINDS if assess({"symptom": [{"kind": k}]}).urgency == "emergency"]
    assert set(found) == set(ALONE_AN_EMERGENCY)


@settings(DRAWN, max_examples=300 * MANY)
@given(records(), st.sampled_from(ALONE_AN_EMERGENCY), st.sampled_from([None, 0, 1, 6]))
def test_a_danger_sign_more_never_lowers_the_urgency(raw: Raw, kind: str, ago: int | None) -> None:
    sign: Row = {"kind": kind} if ago is None else {"kind": kind, "reported_on": days_ago(ago)}
    if any(row["kind"] == kind for row in raw["symptom"]):
        return  # a later report of the same complaint takes the place of the earlier one
    before, after = assess(raw), assess(raw | {"symptom": [*raw["symptom"], sign]})
    assert rank(after.urgency) <= rank(before.urgency)
    assert rank(after.urgency_low) <= rank(before.urgency_low)
    if not any(row["kind"] == "none" for row in raw["symptom"]):
        assert after.urgency == "emergency" or kind in ("numbness", "tingling", "chest_pain")


@settings(DRAWN, max_examples=300 * MANY)
@given(records(), symptom_rows())
def test_a_new_complaint_more_never_lowers_the_urgency(raw: Raw, row: Row) -> None:
    """Of another kind than those on record, not denied, not an old one."""
    said = {"present": True, "known_and_assessed": False, "reported_on": days_ago(0)}
    kept = [other for other in raw["symptom"] if other["kind"] != row["kind"]]
    began = row.get("started_on")
    new = {k: v for k, v in row.items() if k != "started_on"} | said
    if isinstance(began, str):
        new["started_on"] = began
    before = assess(raw | {"symptom": kept})
    after = assess(raw | {"symptom": [*kept, new]})
    assert rank(after.urgency) <= rank(before.urgency)
    assert rank(after.urgency_low) <= rank(before.urgency_low)


# ---- less knowledge, wider range ------------------------------------------------------------


@settings(DRAWN, max_examples=60 * MANY)
@given(PEOPLE)
def test_a_feature_not_known_never_narrows_the_range(raw: Raw) -> None:
    engine, found = assessor().engine, evaluation(raw)
    whole = range_by_states(found.states)
    for name, known in found.values.items():
        if known is not None:
            states, _ = engine.decide(dict(found.values) | {name: None})
            assert holds(range_by_states(states), whole), name


_KEPT = ("site", "side", "known_and_assessed", "present")
_SETTLING = ("better", "same", "comes_and_goes")
BLANKED = [
    field.name
    for field in SYMPTOM.fields
    if field.type in ("bool", "number", "integer", "choice") and field.name not in _KEPT
]


@settings(DRAWN, max_examples=300 * MANY)
@given(PEOPLE, st.data())
def test_a_field_left_open_never_narrows_the_range(raw: Raw, data: st.DataObject) -> None:
    said = [(n, k) for n, row in enumerate(raw["symptom"]) for k in row if k in BLANKED]
    if not said:
        return
    number, name = data.draw(st.sampled_from(said))
    rows = [dict(row) for row in raw["symptom"]]
    del rows[number][name]
    if name == "severity" and _has_other_severity(rows):
        return  # the usual pain is then the mean of the others, which may be lower
    if name == "trend" and _may_be_settled(raw["symptom"][number]):
        return  # what is not told does not settle an old complaint: it is acted on (decision 17)
    assert holds(range_of(assess(raw | {"symptom": rows})), range_of(assess(raw)))


def _may_be_settled(row: Row) -> bool:
    """Is it a complaint of long ago that has not got worse?"""
    return row.get("trend") in _SETTLING and "started_on" in row


def _has_other_severity(rows: list[Row]) -> bool:
    return any("severity" in row for row in rows)


@cache
def _asked_with(kind: str) -> frozenset[str]:
    """The kinds of complaint that one question asks about together, and those asked with them."""
    groups = [set(f.index or ()) for f in core_pack().features.values() if f.source == "symptom"]
    found = {kind}
    while True:
        more = found.union(*(group for group in groups if group & found))
        if more == found:
            return frozenset(found)
        found = more


@settings(DRAWN, max_examples=200 * MANY)
@given(PEOPLE, st.data())
def test_complaints_not_asked_about_never_raise_the_least_it_can_be(
    raw: Raw, data: st.DataObject
) -> None:
    """Kinds asked about in one question go together: a no to the first is a no to them all.

    The most it can be is that of the rules in play, and a complaint not told puts none in play.
    """
    kinds = sorted({str(row["kind"]) for row in raw["symptom"]} - {"none"})
    if not kinds or any(row["kind"] == "none" for row in raw["symptom"]):
        return
    gone = _asked_with(data.draw(st.sampled_from(kinds)))
    rows = [row for row in raw["symptom"] if row["kind"] not in gone]
    assert range_of(assess(raw | {"symptom": rows}))[0] >= range_of(assess(raw))[0]


def test_a_no_about_one_place_is_no_answer_about_another() -> None:
    assert value("spinal_pain", {"kind": "pain", "site": "hip", "present": False}) is None


def test_a_pain_in_one_place_is_no_answer_about_another() -> None:
    """Otherwise nobody asks a person with a painful hip about her back."""
    assert value("spinal_pain", {"kind": "pain", "site": "hip"}) is None


@pytest.mark.parametrize(
    ("feature", "denied"),
    [
        ("limb_weakness", "hand_weakness"),
        ("walking_difficulty", "unsteadiness"),
        ("infection_sign", "chills"),
        ("radicular_pain", "band_of_pain"),
        ("cranial_nerve_sign", "chin_numbness"),
    ],
)
def test_a_no_to_one_complaint_is_no_answer_about_the_others_asked_with_it(
    feature: str, denied: str
) -> None:
    assert value(feature, {"kind": denied, "present": False}) is None


def test_a_no_to_the_complaint_named_first_answers_the_whole_question() -> None:
    """So a check-in that asks about several at once can say no to all of them with one row."""
    assert value("limb_weakness", {"kind": "limb_weakness", "present": False}) is False
    assert value("limb_weakness", {"kind": "none"}) is False


# ---- what every answer says -----------------------------------------------------------------


def _texts(part: object) -> Iterator[str]:
    """Every text anywhere in an answer."""
    if isinstance(part, str):
        yield part
    elif is_dataclass(part):
        for field in fields(part):
            yield from _texts(getattr(part, field.name))
    elif isinstance(part, Mapping):
        yield from _texts(tuple(part.values()))
    elif isinstance(part, tuple | list):
        for item in part:
            yield from _texts(item)


@DRAWN
@given(records())
def test_no_answer_says_that_it_is_not_cancer(raw: Raw) -> None:
    for text in _texts(assess(raw)):
        assert not REASSURANCE.search(text), text


def test_nothing_in_the_pack_says_that_it_is_not_cancer() -> None:
    pack = core_pack()
    asked = [(feature.meaning, feature.ask) for feature in pack.features.values()]
    for rule in pack.rules.values():
        for text in (rule.text.title, rule.text.patient, rule.text.clinician, rule.text.suspect):
            assert not REASSURANCE.search(text), rule.id
    for text in _texts([*asked, pack.words, pack.actions]):
        assert not REASSURANCE.search(text), text
    for tier in pack.urgencies.values():
        assert not REASSURANCE.search(tier.patient + tier.clinician)


@DRAWN
@given(records())
def test_every_answer_below_emergency_names_the_danger_signs(raw: Raw) -> None:
    answer = assess(raw)
    assert (answer.safety_net is None) == (answer.urgency == "emergency")
    assert answer.headline.patient
    assert answer.headline.clinician
    assert answer.cautions


@settings(DRAWN, max_examples=250 * MANY)
@given(records())
def test_every_finding_says_why_and_on_whose_word(raw: Raw) -> None:
    answer = assess(raw)
    assert answer.knowledge.review == "unreviewed"
    for finding in answer.findings:
        assert finding.because, finding.rule
        for reason in finding.because:
            assert reason.facts or reason.value is not None, (finding.rule, reason.feature)
        assert any(reason.facts for reason in finding.because), finding.rule
        assert finding.sources
        assert finding.basis in ("guideline", "study", "convention")
        assert finding.review == "unreviewed"
        assert (finding.state == "unknown") == bool(finding.not_proven), finding.rule


def test_a_rule_that_counts_others_tells_the_facts_of_each() -> None:
    """Raised calcium only as a precaution (no albumin), breathlessness for certain."""
    raw: Raw = {
        "primary_cancer": [{}],
        "symptom": [{"kind": "breathlessness", "reported_on": days_ago(0)}],
        "measurement": [
            {"what": "calcium", "value": 2.7, "unit": "mmol/L", "measured_on": days_ago(0)}
        ],
    }
    answer = assess(raw)
    [both] = [finding for finding in answer.findings if finding.rule == "R3-04"]
    facts = {fact.at for reason in both.because for fact in reason.facts}
    assert (both.state, facts) == ("unknown", {"symptom[0]", "measurement[0]"})
    assert both.not_proven
    assert "being short of breath" in answer.say


@DRAWN
@given(records())
def test_the_urgency_is_that_of_the_first_finding(raw: Raw) -> None:
    answer = assess(raw)
    ranks = [rank(finding.urgency) for finding in answer.findings]
    assert ranks == sorted(ranks)
    assert answer.urgency == (answer.findings[0].urgency if answer.findings else URGENCIES[-1])


def test_a_person_who_has_died_is_told_nothing_to_do() -> None:
    raw: Raw = {
        "patient": [{"birth_date": "1950", "died_on": "2026-01-02"}],
        "primary_cancer": [{}],
        "symptom": [{"kind": "limb_weakness"}],
    }
    answer = assess(raw)
    assert (answer.urgency, answer.findings, answer.ask) == ("routine", (), ())
    assert answer.known["died"] is True
    assert date(2026, 1, 2) < AS_OF


def test_the_short_form_says_what_the_whole_answer_says() -> None:
    """For every example of the pack: the same urgency, the same highest, the same rules."""
    from bonewatch.assessment.assess import Assessor
    from bonewatch.knowledge.examples import all_cases
    from bonewatch.knowledge.load import core_pack

    assessor = Assessor(core_pack())
    for case in all_cases(core_pack()):
        brief, whole = (f(case.record, case.as_of) for f in (assessor.brief, assessor.assess))
        assert (brief.urgency, brief.urgency_high) == (whole.urgency, whole.urgency_high)
        assert brief.rules == tuple(finding.rule for finding in whole.findings)
