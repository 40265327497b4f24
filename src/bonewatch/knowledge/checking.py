"""Plain data checked against the shape of a part of a pack, with the line of what is wrong."""

from __future__ import annotations

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
