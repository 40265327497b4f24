"""Outlines as Markdown, for the reference pages."""

from __future__ import annotations

import re
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


def to_markdown(pack: Pack, outline: Outline, level: str = "##") -> Iterator[str]:
    """A heading and the blocks."""
    yield from ("", f"{level} {outline.id} {outline.title}")
    for block in outline.blocks:
        yield ""
        yield from _block(pack, block)


def _block(pack: Pack, block: Block) -> Iterator[str]:
    match block:
        case Words(says, lead):
            yield f"*{lead}:* {says}" if lead else says
        case Condition(lead, lines):
            yield from ("```text", lead, *(f"  {line}" for line in lines), "```")
        case Items(lead, items):
            yield from (f"*{lead}*", "", *(f"- {item}" for item in items))
        case Table():
            yield from _table(block)
        case Sources():
            yield from _sources(pack, block)


def _table(block: Table) -> Iterator[str]:
    yield from (f"*{block.lead}*", "")
    yield _row(block.head)
    yield "|" + "---|" * len(block.head)
    yield from (_row(row) for row in block.rows)


def _row(cells: tuple[Cell, ...]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return CITED.sub(_link, _escaped(cell))
    lines = (CITED.sub(_link, _escaped(line)) for line in cell)
    return "<br>".join(line.replace("  ", "&nbsp;&nbsp;") for line in lines)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _link(found: re.Match[str]) -> str:
    return f"[{found.group(1)}](sources.md#{found.group(1)})"


def _sources(pack: Pack, block: Sources) -> Iterator[str]:
    if block.basis:
        yield f"Basis: {block.basis}; review: {block.review}."
        yield ""
    for cited in block.cited:
        title = pack.sources[cited.id].title
        mark = cited.seen.replace("_", "-")
        yield f"- Source: [{title}](sources.md#{cited.id}), {cited.at} ({mark})"
    yield from (f"- Ours: {own}" for own in block.own)
