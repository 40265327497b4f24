"""Words that may stand nowhere on a screen: a promise that it is not cancer.

bonewatch says how urgent a complaint is. It never says that there is nothing, and leaves a
general truth ("most causes are harmless") to people who can answer the next question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from bonewatch.authoring.finding import Finding
from bonewatch.knowledge.pack import Pack, Rule

_UNSAID = ("examples", "person", "sources", "when", "value", "clock", "done", "ordered", "last",
           "since", "planned", "where", "for_")  # fmt: skip
"""The parts of an entry that no screen prints as they stand."""
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
    for entry in pack.entries.values():
        for place, text in _strings(entry.text, ""):
            yield entry.file, entry.line, f"{entry.id}: {place}", text
    for article in pack.articles.values():
        yield article.file, 1, "the article", f"{article.title}\n{_unmarked(article.body)}"


def _strings(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Every text an entry says, with its place; conditions and examples say nothing."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, tuple):
        yield from (found for item in value for found in _strings(item, place))
    elif isinstance(value, Mapping):
        inner = ((f"{place} {key}".strip(), item) for key, item in value.items())
        yield from (found for name, item in inner for found in _strings(item, name))
    elif isinstance(value, BaseModel):
        said = {key: getattr(value, key) for key in type(value).model_fields if key not in _UNSAID}
        yield from _strings(said, place)


def _unmarked(text: str) -> str:
    """Markdown as it is read: a promise may not hide behind a mark."""
    return re.sub(r"\s*\[@[^\]]*\]|\*\*", "", text)


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
