"""Medicines -> agents: by the code of the ingredient or product, or by a name in the words.

A product of two agents gives both. Names are looked for as whole words, the longest first.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from bonewatch.record.fhir.code_lists import Concept, find_code, rows
from bonewatch.record.words import words


@cache
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    agents = {row["name"].casefold(): row["agent"] for row in rows("drug_name")}
    longest_first = sorted(agents, key=len, reverse=True)
    either = "|".join(re.escape(name) for name in longest_first)
    return re.compile(rf"(?<![\w-])(?:{either})(?!\w)"), agents


@lru_cache(maxsize=8192)
def _named(said: str) -> tuple[str, ...]:
    pattern, agents = _names()
    return tuple(dict.fromkeys(agents[name] for name in pattern.findall(said.casefold())))


def agents_of(meant: Concept) -> tuple[str, ...]:
    """The agents a medicine is or contains; none when none is known."""
    found = find_code(("drug",), meant)
    if found:
        return (found[1]["agent"],)
    for said in meant.texts:
        named = _named(said)
        if named:
            return named
    return ()


@cache
def usual_kind(agent: str) -> str:
    """The kind of treatment an agent usually is; empty where no agent is named."""
    return words("agent")[agent].more["kind"] if agent else ""
