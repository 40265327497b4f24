"""A pack in memory: checked features and rules, in the order in which they can be computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bonewatch.features import tree as t
from bonewatch.features.feature import Feature
from bonewatch.features.tree import Tree
from bonewatch.knowledge.checkin import CheckInText
from bonewatch.knowledge.compared import Statement
from bonewatch.knowledge.education import Article
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import EntryText
from bonewatch.knowledge.schema import (
    Example,
    MeansText,
    PackText,
    RuleText,
    SettingText,
    SignText,
    SourceText,
    UrgencyText,
)
from bonewatch.record.words import words

CLINICIAN = "_clinician"
"""The end of the name of standing words that are for clinicians, and not translated."""
URGENCIES = ("emergency", "same_day", "urgent", "soon", "routine")


@dataclass(frozen=True, slots=True)
class Rule:
    """A checked rule: `when` fires it, `guard` must hold too (who it is for, no exception).

    Where `when` is true and only the guard is not known, the rule is acted on: the benefit of
    an exception must be proven.
    """

    text: RuleText
    file: str
    line: int
    when: Tree
    guard: Tree
    conventions: tuple[str, ...]

    @property
    def id(self) -> str:
        """The rule's id, such as T1-01."""
        return self.text.id

    @property
    def urgency(self) -> str:
        """The rule's tier."""
        return self.text.urgency

    @property
    def has_guard(self) -> bool:
        """Is there anything beside `when` that must hold?"""
        return self.guard != t.Constant(True)

    @property
    def condition(self) -> Tree:
        """When and guard together."""
        return t.both(self.when, self.guard if self.has_guard else None)

    @property
    def examples(self) -> tuple[Example, ...]:
        """The rule's worked cases."""
        return self.text.examples


@dataclass(frozen=True, slots=True)
class Sign:
    """A checked sign: `when` says that it is there."""

    id: str
    text: SignText
    when: Tree


@dataclass(frozen=True, slots=True)
class Pack:
    """One body of knowledge. `features` and `rules` are in computing order.

    `checkin` is what a person at home is asked, and `compared` an article for patients beside
    guidelines, where the pack has them.
    `entries` is the pathway beyond triage; `derived` are its features, computed after the rules
    and in computing order, so that no rule can read them.
    `language` is that of the patient's voice, `translations` its messages by their places.
    `known` names the features that say the record in short. `places` is the file and line of
    every feature, setting, source, action, list of phrases and text, by the part of the pack
    ("features", "settings" ...) and its name.
    """

    about: PackText
    hash: str
    features: Mapping[str, Feature]
    rules: Mapping[str, Rule]
    settings: Mapping[str, SettingText]
    sources: Mapping[str, SourceText]
    urgencies: Mapping[str, UrgencyText]
    means: Mapping[str, MeansText]
    actions: Mapping[str, str]
    phrases: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    known: Mapping[str, str]
    signs: Mapping[str, Sign]
    entries: Mapping[str, Entry[EntryText]] = field(default_factory=dict)
    derived: Mapping[str, Feature] = field(default_factory=dict)
    articles: Mapping[str, Article] = field(default_factory=dict)
    checkin: CheckInText | None = None
    compared: Mapping[str, Statement] = field(default_factory=dict)
    places: Mapping[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    language: str = "en"
    translations: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The pack's version."""
        return self.about.version

    @property
    def meanings(self) -> dict[str, str]:
        """What each feature is, by its name."""
        both = (*self.features.items(), *self.derived.items())
        return {name: feature.meaning for name, feature in both}

    def plain(self, listed: str, word: str) -> str:
        """A controlled word in the patient's voice; KeyError where the list has no such word."""
        return self.translations.get(f"word {listed} {word}", words(listed)[word].plain)

    def feature(self, name: str) -> Feature:
        """A feature of the pack or of one of its entries; KeyError when there is none."""
        return self.features.get(name) or self.derived[name]

    def of_folder(self, folder: str) -> list[Entry[EntryText]]:
        """The entries of one part of the pathway, such as `risk`."""
        return [entry for entry in self.entries.values() if entry.folder == folder]

    def order(self, urgency: str) -> int:
        """1 for the most urgent tier, rising."""
        return self.urgencies[urgency].order
