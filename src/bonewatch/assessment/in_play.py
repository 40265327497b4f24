"""Which open rules matter now: those that something told speaks for, or that it asks about.

A rule that is not known because nobody was asked about a far-off complaint is open, too; but a
range or a question that named it would say "emergency" to everyone. So a rule is in play when a
complaint, a value or a finding that it reads is there, when a question of it follows from something
that is there (`ask_after`), or when nobody was asked about anything yet. Both engines use the same
sets; nothing is evaluated here twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bonewatch.features import tree as t
from bonewatch.features.to_python import Value
from bonewatch.knowledge.pack import Pack, Rule

ASKED = "complaint"
"""The name in known.yaml of the feature that is known as soon as anything was asked."""
TOLD = ("symptom", "measurement", "imaging", "lesion")
"""Tables whose rows are told or found; history and treatment alone put no rule in play."""


@dataclass(frozen=True, slots=True)
class Triggers:
    """What puts a rule in play: facts that are there, open facts with what they follow from."""

    there: tuple[str, ...]
    follows: tuple[tuple[str, str], ...]


def triggers_of(pack: Pack) -> dict[str, Triggers]:
    """The triggers of every rule; a rule that counts others has those of the rules it counts."""
    return {rule.id: _triggers(pack, rule) for rule in pack.rules.values()}


def features_behind(pack: Pack, rule: Rule) -> list[str]:
    """Every feature that a rule reads, and the rules that it counts, by name."""
    found: set[str] = set()
    waiting = [*t.names(rule.condition)]
    for name in t.rules(rule.condition):
        waiting += t.names(pack.rules[name].condition)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += pack.features[name].reads
    return sorted(found)


def _triggers(pack: Pack, rule: Rule) -> Triggers:
    read = [pack.features[name] for name in features_behind(pack, rule)]
    there = tuple(f.name for f in read if f.source in TOLD and f.kind == "bool")
    follows = tuple((f.name, f.ask_after) for f in read if f.ask_after)
    return Triggers(there, follows)


def is_in_play(triggers: Triggers, values: Mapping[str, Value], asked: str) -> bool:
    """Can an answer about what is told, or about what follows from it, still decide the rule?"""
    if not asked or values.get(asked) is None:
        return True
    if any(values.get(name) is True for name in triggers.there):
        return True
    return any(values.get(n) is None and values.get(after) is True for n, after in triggers.follows)
