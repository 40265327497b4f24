"""The few questions whose answer could raise the urgency, the most dangerous first.

Only rules above the present urgency that are still open are looked at, and of them only the
parts that keep them open. A question that needs an earlier one is held back until that is yes.
"""

from __future__ import annotations

from collections.abc import Iterable

from bonewatch.assessment.partly import Partly
from bonewatch.assessment.result import Question
from bonewatch.engine.in_python import Evaluation
from bonewatch.knowledge.pack import Pack, Rule


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


def questions(
    pack: Pack, evaluation: Evaluation, rules: Iterable[Rule], partly: Partly
) -> list[Question]:
    """One question per thing to ask, each with the highest tier its answer could lead to."""
    found: dict[str, Question] = {}
    for rule in rules:
        for name in partly.open_in(rule.id, evaluation.values, evaluation.states):
            feature = _first_to_ask(pack, evaluation, name)
            if feature is not None:
                text = pack.features[feature].ask
                found.setdefault(text, Question(text, feature, rule.urgency))
    return list(found.values())


def _first_to_ask(pack: Pack, evaluation: Evaluation, name: str) -> str | None:
    """The feature to ask about: the earlier question while it is open; None when it was no."""
    before = pack.features[name].ask_after
    if before and evaluation.values[before] is None:
        return _first_to_ask(pack, evaluation, before)
    if before and evaluation.values[before] is False:
        return None
    return name if pack.features[name].ask else None
