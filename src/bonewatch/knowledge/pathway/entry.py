"""An entry of the pathway, checked: its text, its trees by their places, and its features.

The trees are all its conditions, values and numbers as declared; `build.features_of` makes the
features from them. A change of one tree therefore changes the features as a change of the text
would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from bonewatch.features.feature import Feature
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pathway.text import EntryText

T = TypeVar("T", bound=EntryText, covariant=True)
Trees = Mapping[str, Tree]


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A checked entry.

    `folder` is the part of the pathway it belongs to (risk, scores, workup ...); `outputs` are
    the features that tell its results, by their short names.
    """

    text: T
    folder: str
    file: str
    line: int
    trees: Trees
    features: Mapping[str, Feature]

    @property
    def id(self) -> str:
        """The entry's id, such as DX-01 or sins."""
        return self.text.id

    @property
    def slug(self) -> str:
        """The id as it begins the names of the entry's features."""
        return slug_of(self.text.id)

    def feature(self, output: str) -> str:
        """The feature that tells this output, such as `lowest`; the entry's own for ''."""
        return feature_name(self.text.id, output)


def slug_of(entry_id: str) -> str:
    """The id of an entry in small letters, fit to begin a name."""
    return entry_id.lower().replace("-", "_")


def feature_name(entry_id: str, output: str) -> str:
    """The feature that tells this output of the entry."""
    return f"{slug_of(entry_id)}_{output}" if output else slug_of(entry_id)
