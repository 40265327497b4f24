"""A source as one readable line, and the bibliography as CSL-JSON for reference managers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bonewatch.knowledge.schema import Author, SourceText

OURS = ("seen", "known")
"""The fields that are not CSL's; they go under `custom`."""


def reference(source: SourceText) -> str:
    """Authors, title, container, year; volume(issue):page, and where to find it."""
    parts = (_authors(source.author), source.title, _published(source), *_places(source))
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _authors(authors: tuple[Author, ...]) -> str:
    return ", ".join(a.literal or f"{a.family} {a.given}".strip() for a in authors)


def _published(source: SourceText) -> str:
    where = " ".join(filter(None, (source.container_title or source.publisher, _year(source))))
    volume = source.volume + (f"({source.issue})" if source.issue else "")
    within = ":".join(filter(None, (volume, source.page)))
    return ";".join(filter(None, (where, within)))


def _year(source: SourceText) -> str:
    return "" if source.year is None else f"{source.year}"


def _places(source: SourceText) -> Iterator[str]:
    if source.doi:
        yield f"doi {source.doi}"
    if source.url:
        yield source.url


def to_csl_json(sources: Mapping[str, SourceText]) -> list[dict[str, object]]:
    """The bibliography as CSL-JSON items; what is ours stands under `custom`."""
    return [_item(name, source) for name, source in sources.items()]


def _item(name: str, source: SourceText) -> dict[str, object]:
    fields = source.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    custom = {key: fields.pop(key) for key in OURS}
    return {"id": name, **fields, "custom": custom}
