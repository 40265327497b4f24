"""What a name of an expression stands for, and the sentence for one that does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from bonewatch.features import tree as t
from bonewatch.features.tree import Tree


class LanguageError(ValueError):
    """An expression that may not be used: what is wrong, and what would be right."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a name stands for: its kind, unit, and (for text) the only values it can have."""

    kind: t.Kind
    unit: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The names an expression may use.

    `columns` are row fields or features, `definitions` named conditions, `settings` named
    numbers (value, unit), `rules` the ids that may be referred to, `phrases` the named lists
    for mentions(). `where` is
    the word for a column in errors ("symptom has no field", "there is no feature").
    """

    columns: Mapping[str, Column]
    settings: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    rules: frozenset[str] = frozenset()
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    definitions: Mapping[str, Tree] = field(default_factory=dict)
    where: str = "feature"


def no_such(what: str, name: str, known: list[str]) -> str:
    """The sentence for a name that does not exist, with the nearest that does."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f'there is no {what} "{name}".{hint}'
