"""The few questions whose answer could raise the urgency, the most dangerous first.

Only rules above the present urgency that are still open are looked at, and of them only the
parts that keep them open. A question that needs an earlier one is held back until that is yes.
"""

from __future__ import annotations

from collections.abc import Mapping

from bonewatch.assessment.partly import Partly
from bonewatch.assessment.result import Missing, Question
from bonewatch.engine.in_python import Evaluation
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.record.words import words

OpenFacts = Mapping[str, str]


def open_rules(pack: Pack, evaluation: Evaluation, urgency: str) -> list[Rule]:
    """The rules more urgent than this that are neither acted on nor ruled out, highest first."""
    above = [
        rule
        for rule in pack.rules.values()
        if evaluation.states[rule.id] is None
        and evaluation.acts[rule.id] is None
        and pack.order(rule.urgency) < pack.order(urgency)
    ]
    return sorted(above, key=lambda rule: (pack.order(rule.urgency), rule.id))


def open_facts(pack: Pack, evaluation: Evaluation, urgency: str, partly: Partly) -> OpenFacts:
    """The unknown features that could raise the urgency, each with the highest tier they could."""
    found: dict[str, str] = {}
    for rule in open_rules(pack, evaluation, urgency):
        for name in partly.open_in(rule.id):
            found.setdefault(name, rule.urgency)
    return found


def questions(pack: Pack, evaluation: Evaluation, facts: OpenFacts) -> list[Question]:
    """One question per thing to ask, each with the highest tier its answer could lead to."""
    found: dict[str, Question] = {}
    for name, urgency in facts.items():
        feature = _first_to_ask(pack, evaluation, name)
        if feature is not None:
            text = pack.features[feature].ask
            found.setdefault(text, Question(text, feature, urgency))
    return list(found.values())


def not_measured(pack: Pack, facts: OpenFacts) -> list[Missing]:
    """What no question can answer: values that are not on record and could raise the urgency."""
    found: dict[str, Missing] = {}
    for name, urgency in facts.items():
        feature = pack.features[name]
        for what in (feature.index or ()) if feature.source == "measurement" else ():
            found.setdefault(what, Missing(what, words("measurement")[what].label, urgency))
    return list(found.values())


def _first_to_ask(pack: Pack, evaluation: Evaluation, name: str) -> str | None:
    """The feature to ask about: the earlier question while it is open; None when it was no."""
    before = pack.features[name].ask_after
    if before and evaluation.values[before] is None:
        return _first_to_ask(pack, evaluation, before)
    if before and evaluation.values[before] is False:
        return None
    return name if pack.features[name].ask else None
