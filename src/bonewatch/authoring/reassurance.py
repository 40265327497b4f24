"""Words that may stand nowhere on a screen: a promise that it is not cancer.

bonewatch says how urgent a complaint is. It never says that there is nothing, and leaves a
general truth ("most causes are harmless") to people who can answer the next question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bonewatch.authoring.finding import Finding
from bonewatch.knowledge.pack import Pack, Rule

_SPREAD = r"(?:a |the |any |your )?(?:cancer|metastas[ei]s|tumou?r|malignan\w+)"
_LINK = r"(?:be |mean |due to |caused by |from |likely to be |because of )?"
_SIGN = r"(?:signs? of |evidence of )?"
FORBIDDEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:not|never) {_LINK}{_SPREAD}\b",
        rf"\b(?:is|are|was|does|will|ca|can|wo)(?:n['’]t|not) {_LINK}{_SPREAD}\b",
        rf"\b(?:rul(?:e|es|ed|ing) out|exclud(?:e|es|ed|ing)) {_SPREAD}\b",
        rf"\b(?:no|without|free of|free from|clear of) {_SIGN}{_SPREAD}\b",
        r"\bcancer[- ]free\b",
        r"\b(?:nothing|no need|no reason|no cause) (?:to worry|to fear|for concern|for alarm)\b",
        r"\b(?:do not|don['’]t|needn['’]t|need not|no) worr(?:y|ies)\b",
        r"\bnothing (?:serious|bad|dangerous|sinister)\b",
        r"\b(?:completely|perfectly|quite|totally) (?:harmless|safe|normal|fine)\b",
        r"\b(?:all[- ]clear|rest assured|you are (?:safe|fine|healthy))\b",
    )
)


def reassuring(pack: Pack) -> Iterator[Finding]:
    """A finding for each text of the pack that promises it is not cancer."""
    for file, line, what, text in _texts(pack):
        for pattern in FORBIDDEN:
            found = pattern.search(text)
            if found:
                says = f'{what} says "{found.group()}"; say how urgent it is, promise nothing'
                yield Finding(file, line, says)


def _texts(pack: Pack) -> Iterator[tuple[str, int, str, str]]:
    """Every text that may be shown: file, line, what it is, the text."""
    for rule in pack.rules.values():
        for part, text in _rule_texts(rule):
            yield rule.file, rule.line, f"rule {rule.id}: {part}", text
    for (part, name), (file, line) in pack.places.items():
        yield file, line, f"{part} {name}", _entry(pack, part, name)


def _rule_texts(rule: Rule) -> Iterator[tuple[str, str]]:
    text = rule.text
    yield "title", text.title
    yield "suspect", text.suspect
    yield "patient", text.patient
    yield "clinician", text.clinician
    yield "own", text.own


def _entry(pack: Pack, part: str, name: str) -> str:
    if part == "actions":
        return pack.actions[name]
    if part == "words":
        return pack.words[name]
    if part == "features":
        return f"{pack.features[name].meaning}\n{pack.features[name].ask}"
    if part == "urgencies":
        tier = pack.urgencies[name]
        return "\n".join((tier.label, tier.within, tier.patient, tier.clinician))
    if part == "signs":
        text = pack.signs[name].text
        return "\n".join((text.title, text.towards, text.instead, text.dangerous))
    return pack.settings[name].is_ if part == "settings" else ""
