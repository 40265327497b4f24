"""The articles for people at home, and which of them concern a finding.

English is the text that others are translated from; articles.py reads the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bonewatch.knowledge.schema import Citation, Part, Review

ENGLISH = "en"
SECTIONS = ("understand", "symptoms", "sites", "tests", "treatment", "living")
CITATION = re.compile(r"\[@([\w-]+)(?:, ([^\]]*))?\]")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
PLACEHOLDERS = ("emergency_number", "team_number")


class FrontMatter(Part):
    """What stands above an article: what it is about, whom it concerns, how far it is checked.

    `findings` are the rules and signs it explains; `grade` is its measured reading grade, in
    English by Flesch and Kincaid.
    """

    topic: str
    title: str
    section: str
    order: int
    findings: tuple[str, ...] = ()
    sources: tuple[Citation, ...]
    review: Review = Review()
    grade: float | None = None
    translated_from: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One article in one language."""

    about: FrontMatter
    body: str
    language: str
    file: str

    @property
    def topic(self) -> str:
        """The article's name in links and on the command line."""
        return self.about.topic

    @property
    def title(self) -> str:
        """The article's title."""
        return self.about.title


def topics_for(articles: Mapping[str, Article], findings: Iterable[str]) -> list[str]:
    """The articles that concern these rules and signs, those of the first finding first."""
    found: dict[str, None] = {}
    for name in findings:
        found |= dict.fromkeys(a.topic for a in articles.values() if name in a.about.findings)
    return list(found)
