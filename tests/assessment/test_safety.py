"""What must hold for every record: the safety claims of the answer, on drawn people."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from random import Random

import pytest
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
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Assessment
from bonewatch.engine.in_python import Engine, Evaluation
from bonewatch.features import tree as t
from bonewatch.features.to_python import Value
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.record.record import Record
from bonewatch.record.tables import SYMPTOM

MANY = int(os.environ.get("DRAW_TIMES", "1"))
"""How many times the usual number of people to draw (more overnight, and others each time)."""
DRAWN = settings(
    max_examples=100 * MANY,
    deadline=None,
    derandomize=MANY == 1,
    suppress_health_check=list(HealthCheck),
    phases=tuple(phase for phase in Phase if phase is not Phase.explain),
)
PEOPLE = records() | asked_about_everything()
ALONE_AN_EMERGENCY = (
    "felt_crack", "deformity", "limb_weakness", "hand_weakness", "clumsiness", "giving_way",
    "walking_difficulty", "unsteadiness", "numbness", "tingling", "saddle_numbness",
    "bladder_change", "bowel_change", "sexual_function_loss", "radiating_limb_pain",
    "band_of_pain", "confusion", "self_harm_thoughts", "seizure", "speech_loss", "slurred_speech",
    "vision_loss", "fast_breathing", "chest_pain", "coughing_blood", "fainting",
    "blue_or_blotchy_skin", "non_fading_rash", "bleeding",
)  # fmt: skip
"""What a person need only say once, with nothing else known, to be told to get help now."""
REASSURANCE = re.compile(
    r"not cancer|isn'?t cancer|no cancer|no sign of cancer|rul(e|es|ed|ing) (it )?out"
    r"|nothing to worry|n[o']t worry|need to worry|nothing is wrong|cause for concern"
    r"|all clear|harmless|you are (fine|safe|well|healthy)|cancer[- ]free|reassur",
    re.IGNORECASE,
)


@cache
def _assessor() -> Assessor:
    return Assessor(core_pack())


def _assess(raw: Raw | Record) -> Assessment:
    record = raw if isinstance(raw, Record) else read(raw)
    return _assessor().assess(record, AS_OF)


def _rank(urgency: str) -> int:
    """0 for the most urgent."""
    return URGENCIES.index(urgency)


def _range(states: Mapping[str, bool | None]) -> tuple[int, int]:
    """The lowest and highest urgency by rank, worked out anew from the states of the rules."""
    rules = core_pack().rules.values()
    low = [_rank(rule.urgency) for rule in rules if states[rule.id]]
    high = [_rank(rule.urgency) for rule in rules if states[rule.id] is not False]
    return min(low, default=len(URGENCIES) - 1), min(high, default=len(URGENCIES) - 1)


def _range_of(answer: Assessment) -> tuple[int, int]:
    return _rank(answer.urgency_low), _rank(answer.urgency_high)


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    """Does the outer range (lowest, highest by rank) hold all of the inner?"""
    return outer[0] >= inner[0] and outer[1] <= inner[1]


# ---- the range ------------------------------------------------------------------------------


@DRAWN
@given(records())
def test_the_urgency_lies_between_its_lowest_and_its_highest(raw: Raw) -> None:
    answer = _assess(raw)
    low, high = _range_of(answer)
    assert high <= _rank(answer.urgency) <= low
    assert (low, high) == _range(_evaluation(raw).states)


def _evaluation(raw: Raw) -> Evaluation:
    return _assessor().engine.evaluate(read(raw), AS_OF)


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
    "visit": [{"kind": "mammogram", "planned_for": "2026-12-24", "done_on": "2026-12-24"}],
}


@DRAWN
@given(records(), st.randoms(use_true_random=False))
def test_nothing_after_the_day_changes_the_answer(raw: Raw, random: Random) -> None:
    more = {
        name: [*raw.get(name, []), *(row for row in rows if random.random() < 0.5)]
        for name, rows in _LATER.items()
    }
    assert _without_notes(_assess(raw | more)) == _without_notes(_assess(raw))


def _without_notes(answer: Assessment) -> Assessment:
    return replace(answer, notes=())


@DRAWN
@given(records())
def test_a_death_that_is_still_to_come_changes_nothing(raw: Raw) -> None:
    [*patient] = raw["patient"] or [{}]
    dying = raw | {"patient": [patient[0] | {"died_on": "2026-11-24"}]}
    assert _without_notes(_assess(dying)) == _without_notes(_assess(raw))


@DRAWN
@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_irrelevant(raw: Raw, random: Random) -> None:
    record = read(raw)
    tables = {name: random.sample(list(rows), len(rows)) for name, rows in record.tables.items()}
    assert _unordered(_assess(replace(record, tables=tables))) == _unordered(_assess(record))


def _unordered(answer: Assessment) -> tuple[object, ...]:
    """The answer, its facts as sets: which of two equal rows is told first does not matter."""
    found = [
        (f.rule, f.state, f.not_proven, [(r.feature, r.value, len(r.facts)) for r in f.because])
        for f in answer.findings
    ]
    told = (answer.headline, answer.ask, answer.ask_more, answer.known, answer.unanswered)
    return (answer.urgency, *_range_of(answer), found, *told, answer.safety_net)


# ---- more danger, more urgency --------------------------------------------------------------


@pytest.mark.parametrize("kind", ALONE_AN_EMERGENCY)
def test_one_danger_sign_alone_is_an_emergency(kind: str) -> None:
    assert _assess({"primary_cancer": [{}], "symptom": [{"kind": kind}]}).urgency == "emergency"
    assert _assess({"symptom": [{"kind": kind}]}).urgency == "emergency"


def test_the_list_of_danger_signs_is_complete() -> None:
    found = [k for k in KINDS if _assess({"symptom": [{"kind": k}]}).urgency == "emergency"]
    assert set(found) == set(ALONE_AN_EMERGENCY)


@settings(DRAWN, max_examples=300 * MANY)
@given(records(), st.sampled_from(ALONE_AN_EMERGENCY), st.sampled_from([None, 0, 1, 6]))
def test_a_danger_sign_more_never_lowers_the_urgency(raw: Raw, kind: str, ago: int | None) -> None:
    sign: Row = {"kind": kind} if ago is None else {"kind": kind, "reported_on": days_ago(ago)}
    if any(row["kind"] == kind for row in raw["symptom"]):
        return  # a later report of the same complaint takes the place of the earlier one
    before, after = _assess(raw), _assess(raw | {"symptom": [*raw["symptom"], sign]})
    assert _rank(after.urgency) <= _rank(before.urgency)
    assert _rank(after.urgency_low) <= _rank(before.urgency_low)
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
    before = _assess(raw | {"symptom": kept})
    after = _assess(raw | {"symptom": [*kept, new]})
    assert _rank(after.urgency) <= _rank(before.urgency)
    assert _rank(after.urgency_low) <= _rank(before.urgency_low)


# ---- less knowledge, wider range ------------------------------------------------------------


@settings(DRAWN, max_examples=60 * MANY)
@given(PEOPLE)
def test_a_feature_not_known_never_narrows_the_range(raw: Raw) -> None:
    engine, found = _assessor().engine, _evaluation(raw)
    whole = _range(found.states)
    for name, value in found.values.items():
        if value is not None:
            states, _ = engine.decide(dict(found.values) | {name: None})
            assert _holds(_range(states), whole), name


_KEPT = ("site", "side", "known_and_assessed", "present")
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
        return  # see test_a_missing_severity_is_not_made_up_for_by_another
    assert _holds(_range_of(_assess(raw | {"symptom": rows})), _range_of(_assess(raw)))


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
def test_complaints_not_asked_about_never_narrow_the_range(raw: Raw, data: st.DataObject) -> None:
    """Kinds asked about in one question go together; see test_known_gaps.py for why."""
    kinds = sorted({str(row["kind"]) for row in raw["symptom"]} - {"none"})
    if not kinds or any(row["kind"] == "none" for row in raw["symptom"]):
        return
    gone = _asked_with(data.draw(st.sampled_from(kinds)))
    rows = [row for row in raw["symptom"] if row["kind"] not in gone]
    assert _holds(_range_of(_assess(raw | {"symptom": rows})), _range_of(_assess(raw)))


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
    for text in _texts(_assess(raw)):
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
    answer = _assess(raw)
    assert (answer.safety_net is None) == (answer.urgency == "emergency")
    assert answer.headline.patient
    assert answer.headline.clinician
    assert answer.cautions


@settings(DRAWN, max_examples=250 * MANY)
@given(records())
def test_every_finding_says_why_and_on_whose_word(raw: Raw) -> None:
    answer = _assess(raw)
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
    answer = _assess(raw)
    [both] = [finding for finding in answer.findings if finding.rule == "R3-04"]
    facts = {fact.at for reason in both.because for fact in reason.facts}
    assert (both.state, facts) == ("unknown", {"symptom[0]", "measurement[0]"})
    assert both.not_proven
    assert "being short of breath" in answer.say


@DRAWN
@given(records())
def test_the_urgency_is_that_of_the_first_finding(raw: Raw) -> None:
    answer = _assess(raw)
    ranks = [_rank(finding.urgency) for finding in answer.findings]
    assert ranks == sorted(ranks)
    assert answer.urgency == (answer.findings[0].urgency if answer.findings else URGENCIES[-1])


# ---- questions ------------------------------------------------------------------------------


@DRAWN
@given(records())
def test_only_what_is_not_known_and_could_raise_the_urgency_is_asked(raw: Raw) -> None:
    answer, values = _assess(raw), _evaluation(raw).values
    tiers = [_rank(question.could_raise_to) for question in answer.ask]
    assert tiers == sorted(tiers)
    assert len({question.question for question in answer.ask}) == len(answer.ask)
    for question in answer.ask:
        assert values[question.feature] is None, question
        assert _rank(answer.urgency_high) <= _rank(question.could_raise_to) < _rank(answer.urgency)
        assert question.question.endswith("?")


def _completed(engine: Engine, values: Mapping[str, Value], answers: Mapping[str, Value]) -> dict:  # type: ignore[type-arg]
    """The features with these answers, those made of others computed again."""
    known = dict(values) | dict(answers)
    for name, compiled in engine.features.items():
        tree = compiled.feature.value
        if tree is not None and name not in answers:
            known[name] = compiled.run(None, known, 0)  # type: ignore[arg-type]
    return known


@settings(DRAWN, max_examples=60 * MANY)
@given(records())
def test_an_answer_keeps_the_range_or_narrows_it(raw: Raw) -> None:
    engine, values = _assessor().engine, _evaluation(raw).values
    answer = _assess(raw)
    for question in answer.ask:
        assert engine.features[question.feature].feature.kind == "bool"
        for said in (True, False):
            states, _ = engine.decide(_completed(engine, values, {question.feature: said}))
            assert _holds(_range_of(answer), _range(states)), question.feature


@settings(DRAWN, max_examples=40 * MANY)
@given(records())
def test_every_question_matters(raw: Raw) -> None:
    """For each there are answers to the others with which this one changes the urgency."""
    answer, values = _assess(raw), _evaluation(raw).values
    idle = [q.feature for q in answer.ask if not _matters(q.feature, values)]
    assert not idle


_SOME_NUMBERS = (None, 0, 2.7, 3.2, 3.5, 5, 38.5, 200)


def _matters(feature: str, values: Mapping[str, Value]) -> bool:
    engine, pack = _assessor().engine, core_pack()
    open_ = {n for n, v in values.items() if v is None and pack.features[n].kind == "bool"}
    numbers = [n for n, v in values.items() if v is None and pack.features[n].kind == "number"]
    random = Random(7)
    readers = [rule.id for rule in pack.rules.values() if feature in _read_by(rule.id)]
    near = [sorted((_read_by(rule, gates=False) & open_) - {feature}) for rule in readers]
    for often in (0.0, 0.1, 0.3, 0.5):
        for names in near * 8:
            yes = {name for name in names if random.random() < often}
            others = {name: name in yes for name in open_ if pack.features[name].value is None}
            others |= dict.fromkeys(yes, True)
            if random.random() < 0.5:
                others |= {name: random.choice(_SOME_NUMBERS) for name in numbers}
            told = [
                _range(engine.decide(_completed(engine, values, _asked(others, feature, said)))[0])
                for said in (True, False)
            ]
            if told[0] != told[1]:
                return True
    return False


def _asked(others: Mapping[str, Value], feature: str, said: bool) -> dict[str, Value]:
    """These answers and this one; a no to it is a no to what would be asked after it."""
    answers = dict(others) | {feature: said}
    pending = [] if said else [feature]
    while pending:
        gate = pending.pop()
        after = [name for name in answers if core_pack().features[name].ask_after == gate]
        answers |= dict.fromkeys(after, False)
        pending += after
    return answers


@cache
def _read_by(rule_id: str, gates: bool = True) -> frozenset[str]:
    """Every feature a rule reads, those behind its features and rules (and questions) as well."""
    pack = core_pack()
    rule = pack.rules[rule_id]
    found = set(t.names(rule.condition))
    for other in t.rules(rule.condition):
        found |= _read_by(other, gates)
    waiting = list(found)
    while waiting:
        feature = pack.features[waiting.pop()]
        more = set(feature.reads) | ({feature.ask_after} if gates and feature.ask_after else set())
        waiting += more - found
        found |= more
    return frozenset(found)


def test_nothing_known_is_asked_before_what_depends_on_it() -> None:
    answer = _assess({"primary_cancer": [{}]})
    asked = {question.feature for question in answer.ask}
    pack = core_pack()
    assert not any(pack.features[name].ask_after for name in asked)


def test_a_person_who_has_died_is_told_nothing_to_do() -> None:
    raw: Raw = {
        "patient": [{"birth_date": "1950", "died_on": "2026-01-02"}],
        "primary_cancer": [{}],
        "symptom": [{"kind": "limb_weakness"}],
    }
    answer = _assess(raw)
    assert (answer.urgency, answer.findings, answer.ask) == ("routine", (), ())
    assert answer.known["died"] is True
    assert date(2026, 1, 2) < AS_OF
