"""What a rule, a sign or an entry is shown as: a title and blocks, whoever shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bonewatch.features.to_words import to_words
from bonewatch.features.tree import Constant, Tree
from bonewatch.knowledge.schema import Citation

ALWAYS = Constant(True)
CITED = re.compile(r"\[@([\w-]+)\]")
"""How `cites` names a source in a cell; each writer puts its own link or title there."""
Lines = tuple[str, ...]
Cell = str | Lines
"""A cell is one text, or the lines of a condition, indented as it nests."""


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph, with what it is about before it."""

    says: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in words, one line for each part, indented as it nests."""

    lead: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a column that is empty in every row is left out when it is made."""

    lead: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short texts."""

    lead: str
    items: Lines


@dataclass(frozen=True, slots=True)
class Sources:
    """What it stands on: basis, sources, what is ours, and the review."""

    basis: str
    cited: tuple[Citation, ...]
    own: Lines
    review: str


Block = Words | Condition | Table | Items | Sources


@dataclass(frozen=True, slots=True)
class Outline:
    """One rule, sign or entry."""

    id: str
    title: str
    place: str
    blocks: tuple[Block, ...]


def condition(lead: str, tree: Tree, meanings: Mapping[str, str]) -> tuple[Condition, ...]:
    """The condition, unless it always holds."""
    return () if tree == ALWAYS else (Condition(lead, tuple(to_words(tree, meanings))),)


def said(lead: str, says: str) -> tuple[Words, ...]:
    """The paragraph, unless it is empty."""
    return (Words(says, lead),) if says else ()


def table(lead: str, head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> tuple[Table, ...]:
    """The table without its empty columns; nothing where it has no row."""
    listed, names = [tuple(row) for row in rows], tuple(head)
    kept = [n for n in range(len(names)) if any(row[n] for row in listed)]
    if not listed:
        return ()
    cut = tuple(tuple(row[n] for n in kept) for row in listed)
    return (Table(lead, tuple(names[n] for n in kept), cut),)


def cites(citations: tuple[Citation, ...]) -> Lines:
    """Citations as a cell: the source, the place, and the mark."""
    return tuple(f"[@{c.id}] {c.at} ({c.seen.replace('_', '-')})" for c in citations)
