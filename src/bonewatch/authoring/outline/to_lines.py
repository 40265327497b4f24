"""Outlines as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from bonewatch.authoring.outline.blocks import (
    CITED,
    Block,
    Cell,
    Condition,
    Items,
    Outline,
    Sources,
    Table,
    Words,
)
from bonewatch.knowledge.pack import Pack


def to_lines(pack: Pack, outline: Outline) -> Iterator[str]:
    """The title and the blocks, with an empty line between them."""
    yield f"{outline.id}  {outline.title}"
    yield outline.place
    for block in outline.blocks:
        yield ""
        yield from _block(pack, block)


def _block(pack: Pack, block: Block) -> Iterator[str]:
    match block:
        case Words(says, lead):
            yield f"{lead}: {says}" if lead else says
        case Condition(lead, lines):
            yield from (lead, *(f"  {line}" for line in lines))
        case Items(lead, items):
            yield from (lead, *(f"  → {item}" for item in items))
        case Table():
            yield block.lead
            for row in block.rows:
                yield from _row(pack, block.head, row)
        case Sources():
            yield from _sources(pack, block)


def _row(pack: Pack, head: tuple[str, ...], row: tuple[Cell, ...]) -> Iterator[str]:
    """A row as its first cell, then each other cell under its column's name."""
    said = [(name, _lines(pack, cell)) for name, cell in zip(head, row, strict=True)]
    first, *others = ((name, lines) for name, lines in said if lines)
    yield f"  • {'; '.join(first[1])}"
    for name, lines in others:
        yield f"      {name}: {lines[0]}"
        yield from (f"        {line}" for line in lines[1:])


def _lines(pack: Pack, cell: Cell) -> tuple[str, ...]:
    """A cell's lines; a source goes by its title."""
    lines = ((cell,) if cell else ()) if isinstance(cell, str) else cell
    return tuple(CITED.sub(lambda at: f"{pack.sources[at[1]].title},", line) for line in lines)


def _sources(pack: Pack, block: Sources) -> Iterator[str]:
    yield f"Basis: {block.basis}; review: {block.review}"
    for cited in block.cited:
        mark = cited.seen.replace("_", " ")
        yield f"  {pack.sources[cited.id].title}, {cited.at} ({mark})"
    yield from (f"  ours: {own}" for own in block.own)
