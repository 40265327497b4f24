"""The few questions whose answer could change the urgency.

First those that could end a tier acted on as a precaution, then those that could raise it, the
most dangerous first. Only rules above the present urgency that are open and in play are looked at,
and of them only the parts that keep them open. A question that needs an earlier one waits until
that is yes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bonewatch.assessment.partly import Partly
from bonewatch.assessment.result import Missing, Question
from bonewatch.engine.in_python import Evaluation
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.record.words import words

OpenFacts = Mapping[str, str]


def open_rules(
    pack: Pack, evaluation: Evaluation, urgency: str, in_play: Collection[str]
) -> list[Rule]:
    """The rules in play, more urgent than this, neither acted on nor ruled out, highest first.

    Of one urgency the danger signs of triage come before the rows of tables: they are the fewest
    questions with the most behind them.
    """
    above = [
        rule
        for rule in pack.rules.values()
        if rule.id in in_play
        and evaluation.states[rule.id] is None
        and evaluation.acts[rule.id] is None
        and pack.order(rule.urgency) < pack.order(urgency)
    ]
    return sorted(
        above, key=lambda rule: (pack.order(rule.urgency), rule.text.table != "", rule.id)
    )


def open_facts(
    pack: Pack, evaluation: Evaluation, urgency: str, partly: Partly, in_play: Collection[str]
) -> OpenFacts:
    """The unknown features that could raise the urgency, each with the highest tier they could."""
    found: dict[str, str] = {}
    for rule in open_rules(pack, evaluation, urgency, in_play):
        for name in partly.open_in(rule.id):
            found.setdefault(name, rule.urgency)
    return found


def questions(
    pack: Pack, evaluation: Evaluation, urgency: str, settling: OpenFacts, facts: OpenFacts
) -> list[Question]:
    """One question per thing to ask: what could lower this urgency, then what could raise it."""
    found: dict[str, Question] = {}
    for name, lower in settling.items():
        feature = _first_to_ask(pack, evaluation, name)
        if feature is not None:
            text = pack.features[feature].ask
            found.setdefault(text, Question(text, feature, urgency, lower))
    for name, higher in facts.items():
        feature = _first_to_ask(pack, evaluation, name)
        if feature is not None:
            text = pack.features[feature].ask
            found.setdefault(text, Question(text, feature, higher))
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
    if before and evaluation.values[before] is None and pack.features[before].ask:
        return _first_to_ask(pack, evaluation, before)
    if before and evaluation.values[before] is False:
        return None
    return name if pack.features[name].ask else None
