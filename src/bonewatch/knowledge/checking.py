"""Plain data checked against the shape of a part of a pack, with the line of what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from pydantic import ValidationError

from bonewatch.features.scope import no_such
from bonewatch.knowledge.schema import Part
from bonewatch.knowledge.yaml_lines import Document, Path_

P = TypeVar("P", bound=Part)


def checked(document: Document, path: Path_, data: object, model: type[P]) -> P:
    """The data as this model; PackError with the line of the first thing wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        found = problem.errors()
        first = next((e for e in found if e["type"] == "extra_forbidden"), found[0])
        where = tuple(first["loc"])
        name = ".".join(str(part) for part in where)
        says = f"{name}: {first['msg']}"
        if first["type"] == "extra_forbidden":
            known = [f.alias or n for n, f in model.model_fields.items()]
            says = no_such("key", str(where[-1]), known)
        raise document.error((*path, *where), says) from None


def mapping(document: Document, path: Path_) -> dict[str, object]:
    """The document's top part as a mapping."""
    return mapping_of(document, path, document.data)


def mapping_of(document: Document, path: Path_, value: object) -> dict[str, object]:
    """A part of the document as a mapping; PackError when it is none."""
    if not isinstance(value, dict):
        raise document.error(path, "must be a mapping")
    return value


def list_of(document: Document, path: Path_, value: object) -> list[object]:
    """A part of the document as a list; PackError when it is none."""
    if not isinstance(value, list):
        raise document.error(path, "must be a list")
    return value


def with_defaults(
    document: Document, part: str, beside: Iterable[str] = ()
) -> Iterator[tuple[str, Path_, object]]:
    """Each feature, rule or entry of a file, with the file's `defaults` filled in.

    `beside` are the parts that may stand in the same file.
    """
    top = mapping(document, ())
    allowed = list(dict.fromkeys(("defaults", part, *beside)))
    unknown = [key for key in top if key not in allowed]
    if unknown:
        raise document.error((unknown[0],), no_such("part", unknown[0], allowed))
    defaults = top.get("defaults") or {}
    items = top.get(part) or {}
    for name, path, data in _items(document, part, items):
        if not isinstance(data, dict) or not isinstance(defaults, dict):
            raise document.error(path, "must be a mapping")
        yield name, path, _filled(defaults, data) if part == "features" else defaults | data


def _filled(defaults: dict[str, object], data: dict[str, object]) -> dict[str, object]:
    """A feature with a `value` of its own takes no default about a table."""
    kept = {} if "value" in data else dict(defaults)
    if "from" in data and data["from"] != defaults.get("from"):
        kept = {}
    return kept | data


def _items(document: Document, part: str, items: object) -> Iterator[tuple[str, Path_, object]]:
    if isinstance(items, dict):
        for name, data in items.items():
            yield name, (part, name), data
        return
    for number, data in enumerate(list_of(document, (part,), items)):
        name = data.get("id") if isinstance(data, dict) else None
        yield str(name), (part, number), data
