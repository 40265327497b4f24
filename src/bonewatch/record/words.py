"""The controlled words of a record: which exist, what they are called, what they belong to.

One CSV per list stands in record/words/: `word,label,plain` and the list's own columns
(a site's region, a measurement's unit, an agent's class). They are part of the data contract,
so the record can be checked before any clinical knowledge is loaded.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Word:
    """One controlled word: the clinic's label, the plain label, and the list's own columns."""

    word: str
    label: str
    plain: str
    more: dict[str, str] = field(default_factory=dict)


@cache
def words(name: str) -> dict[str, Word]:
    """The list of that name: symptom, site, region, measurement, agent or condition."""
    text = (files(__package__) / "words" / f"{name}.csv").read_text(encoding="utf-8")
    return {row["word"]: _word(row) for row in csv.DictReader(text.splitlines())}


@cache
def routes() -> dict[str, str]:
    """The kind of each route, by the text a record may say (record/words/route.csv)."""
    text = (files(__package__) / "words" / "route.csv").read_text(encoding="utf-8")
    return {row["text"]: row["kind"] for row in csv.DictReader(text.splitlines())}


def _word(row: dict[str, str]) -> Word:
    more = {k: v for k, v in row.items() if k not in ("word", "label", "plain")}
    return Word(row["word"], row["label"], row["plain"] or row["label"], more)
