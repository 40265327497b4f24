"""Rules and signs as blocks."""

from __future__ import annotations

from collections.abc import Iterator

from bonewatch.authoring.outline.blocks import (
    Block,
    Items,
    Outline,
    Sources,
    Words,
    condition,
    said,
    table,
)
from bonewatch.knowledge.pack import Pack, Rule, Sign


def of_rule(pack: Pack, rule: Rule) -> Outline:
    """The whole of a rule."""
    return Outline(rule.id, rule.text.title, f"{rule.file}:{rule.line}", tuple(_rule(pack, rule)))


def _rule(pack: Pack, rule: Rule) -> Iterator[Block]:
    text, tier = rule.text, pack.urgencies[rule.urgency]
    yield Words(f"{tier.label}, {tier.within}; suspect {text.suspect}.")
    yield from condition("When", rule.when, pack.meanings)
    yield from condition(
        "And only if (acted on while this is not known)", rule.guard, pack.meanings
    )
    yield Words(text.patient, "Patient")
    yield Words(text.clinician, "Clinician")
    yield Items("What to do", tuple(pack.actions[action] for action in text.actions))
    yield Sources(text.basis, text.sources, tuple(_ours(pack, rule)), text.review.state)
    yield from table("Examples", ("example", "state"), ((e.title, e.then) for e in text.examples))


def _ours(pack: Pack, rule: Rule) -> Iterator[str]:
    if rule.text.own:
        yield rule.text.own
    for name in rule.conventions:
        setting = pack.settings[name]
        yield f"Cut-off {name}: {setting.value:g} {setting.unit}, {setting.is_}."


def of_sign(pack: Pack, sign: Sign) -> Outline:
    """The whole of a sign."""
    file, line = pack.places["signs", sign.id]
    return Outline(sign.id, sign.text.title, f"{file}:{line}", tuple(_sign(pack, sign)))


def _sign(pack: Pack, sign: Sign) -> Iterator[Block]:
    yield from condition("There when", sign.when, pack.meanings)
    yield Words(sign.text.towards, "Towards metastasis")
    yield from said("Instead", sign.text.instead)
    yield from said("Dangerous", sign.text.dangerous)
    yield Sources("", sign.text.sources, (), "")
