"""What is asked: only what is not known, only what matters, the most dangerous first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from random import Random

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
)
from drawn_records import Raw, records
from hypothesis import given, settings

from bonewatch.engine.in_python import Engine
from bonewatch.features import tree as t
from bonewatch.features.to_python import Value
from bonewatch.knowledge.load import core_pack


@DRAWN
@given(records())
def test_only_what_is_not_known_and_could_raise_the_urgency_is_asked(raw: Raw) -> None:
    answer, values = assess(raw), evaluation(raw).values
    raising = [question for question in answer.ask if not question.could_lower_to]
    tiers = [rank(question.could_raise_to) for question in raising]
    assert tiers == sorted(tiers)
    assert len({question.question for question in answer.ask}) == len(answer.ask)
    for question in answer.ask:
        assert values[question.feature] is None, question
        assert question.question.endswith("?")
    for question in raising:
        assert rank(answer.urgency_high) <= rank(question.could_raise_to) < rank(answer.urgency)
    for question in answer.ask:
        if question.could_lower_to:
            assert rank(question.could_lower_to) > rank(answer.urgency)
            assert question.could_raise_to == answer.urgency


def _completed(engine: Engine, values: Mapping[str, Value], answers: Mapping[str, Value]) -> dict:  # type: ignore[type-arg]
    """The features with these answers, those made of others computed again."""
    known = dict(values) | dict(answers)
    for name in engine.pack.features:
        compiled = engine.compiled(name)
        tree = compiled.feature.value
        if tree is not None and name not in answers:
            known[name] = compiled.run(None, known, 0)  # type: ignore[arg-type]
    return known


@settings(DRAWN, max_examples=60 * MANY)
@given(records())
def test_an_answer_keeps_the_range_or_narrows_it(raw: Raw) -> None:
    """Of the rules in play; an answer that names a new complaint may put others in play."""
    engine, found = assessor().engine, evaluation(raw)
    answer, in_play = assess(raw), assessor().in_play(found)
    for question in answer.ask:
        for said in _answers_to(question.feature):
            states, _ = engine.decide(_completed(engine, found.values, {question.feature: said}))
            still = {
                rule: states[rule] if rule in in_play else found.states[rule] for rule in states
            }
            assert holds(range_of(answer), range_by_states(still, in_play)), question.feature


@settings(DRAWN, max_examples=40 * MANY)
@given(records())
def test_every_question_matters(raw: Raw) -> None:
    """For each there are answers to the others with which this one changes the urgency."""
    answer, values = assess(raw), evaluation(raw).values
    idle = [q.feature for q in answer.ask if not _matters(q.feature, values)]
    assert not idle


_SOME_NUMBERS = (None, 0, 2.7, 3.2, 3.5, 5, 38.5, 200)


def _answers_to(feature: str) -> tuple[Value, ...]:
    kind = core_pack().features[feature].kind
    return (True, False) if kind == "bool" else _SOME_NUMBERS[1:]


def _matters(feature: str, values: Mapping[str, Value]) -> bool:
    engine, pack = assessor().engine, core_pack()
    unknown = [n for n in pack.features if values[n] is None]
    open_ = {n for n in unknown if pack.features[n].kind == "bool"}
    numbers = [n for n in unknown if pack.features[n].kind == "number"]
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
            answers = [_asked(others, feature, said) for said in _answers_to(feature)]
            known = [_completed(engine, values, told) for told in answers]
            if len({range_by_states(engine.decide(k)[0]) for k in known}) > 1:
                return True
    return False


def _asked(others: Mapping[str, Value], feature: str, said: Value) -> dict[str, Value]:
    """These answers and this one; a no to it is a no to what would be asked after it."""
    answers = dict(others) | {feature: said}
    pending = [feature] if said is False else []
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
    answer = assess({"primary_cancer": [{}]})
    asked = {question.feature for question in answer.ask}
    pack = core_pack()
    earlier = {pack.features[name].ask_after for name in asked} - {""}
    assert not any(pack.features[name].ask for name in earlier)
