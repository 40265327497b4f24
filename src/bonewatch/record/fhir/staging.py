"""Stage, T, N and M out of codes and texts: `cT2`, `pN1a`, `2B`, `Stage IIB (qualifier value)`.

A category after treatment (`ypT0`) or of a recurrence (`rT2`) is not the cancer's at diagnosis
and is not read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from bonewatch.record.fhir.code_lists import Concept, find_code
from bonewatch.record.tables import PRIMARY_CANCER

_HOW = r"(?P<after>[yr]{1,2})?(?P<how>[cp])?"
_SHAPES = {
    "t": re.compile(
        rf"(?<![a-z]){_HOW}T(?P<value>is|[0-4](?:mi|[a-d])?|X)(?![a-mo-z0-9])", re.IGNORECASE
    ),
    "n": re.compile(
        rf"(?<![e-rt-wyz]){_HOW}N(?P<value>[0-3](?:\(i\+\)|(?:mi|[a-c])?(?![d-hj-ln-z0-9]))|X)",
        re.IGNORECASE,
    ),
    "m": re.compile(rf"(?<![e-rt-wyz]){_HOW}M(?P<value>[01]|X)(?![0-9])", re.IGNORECASE),
}
_AFTER_TREATMENT = re.compile(r"\byp\b|neoadjuvant|recurren", re.IGNORECASE)
_STAGE = re.compile(
    r"(?:stage|group|^)[\s:]*(?P<after>[yr]{1,2})?(?P<how>[cp])?\s?"
    r"(?P<value>0|IV|I{1,3}|[1-4])\s?(?P<letter>[ABC])?\d?(?![\w+])",
    re.IGNORECASE,
)
_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}


class Category(NamedTuple):
    """One staging value: its part (t, n, m or stage) and how it was found (c, p or nothing)."""

    part: str
    value: str
    how: str = ""


def _choices(part: str) -> dict[str, str]:
    return {choice.casefold(): choice for choice in PRIMARY_CANCER.field(part).choices}


_CHOICES = {part: _choices(part) for part in ("t", "n", "m", "stage")}


def _category(part: str, letter: str, match: re.Match[str] | None) -> Category | None:
    if match is None or match["after"]:
        return None
    value = _CHOICES[part].get(f"{letter}{match['value']}".casefold())
    if value is None and part == "t":
        value = _CHOICES[part].get(f"{letter}{match['value'][0]}".casefold())
    return Category(part, value, (match["how"] or "").lower()) if value else None


def _stage(said: str) -> Category | None:
    match = _STAGE.search(said)
    if match is None or match["after"] or _AFTER_TREATMENT.search(said):
        return None
    roman = _ROMAN.get(match["value"], match["value"].upper())
    choices = _CHOICES["stage"]
    value = choices.get(f"{roman}{match['letter'] or ''}".casefold()) or choices[roman.casefold()]
    return Category("stage", value, (match["how"] or "").lower())


@lru_cache(maxsize=4096)
def read_category(part: str, said: str) -> Category | None:
    """The stage group or category of that part which a text or code says."""
    if len(said) > 400:
        return None
    if part == "stage":
        return _stage(said)
    return _category(part, part.upper(), _SHAPES[part].search(said))


@lru_cache(maxsize=4096)
def category_of(part: str, concept: Concept) -> Category | None:
    """The stage group or category a concept means, by its code, its display or its text."""
    found = find_code(("stage",), concept)
    if found:
        return _listed(part, found[1])
    codes = tuple(coding.code for coding in concept.codings if coding.system != "snomed")
    for said in (*codes, *concept.texts):
        category = read_category(part, said)
        if category:
            return category
    return None


def _listed(part: str, row: dict[str, str]) -> Category | None:
    value = _CHOICES[part].get(row["value"].casefold()) if row["part"] == part else None
    return Category(part, value) if value else None
