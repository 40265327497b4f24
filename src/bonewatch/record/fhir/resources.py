"""Resources out of whatever was sent: a Bundle, a list, one resource, NDJSON text.

Gives each resource with its address, its container and a name for notes. Bundles within Bundles
and contained resources are opened; what is no resource is said, and never raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import orjson

from bonewatch.record.fhir.values import items, mapping, text

_DEEPEST = 16


@dataclass(slots=True, eq=False, repr=False)
class Entry:
    """One resource and where it stood; `says` is a problem found on the way to it."""

    resource: dict[str, object]
    at: str
    url: str = ""
    inside: Entry | None = None
    says: str = ""
    patient_id: str = ""
    contained: dict[str, Entry] = field(default_factory=dict)
    type: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        """Name the type, and the key: `Condition/abc`, empty for a resource without an id."""
        self.type = text(self.resource.get("resourceType"))
        identity = text(self.resource.get("id"))
        self.key = f"{self.type}/{identity}" if identity else ""
        if self.key and self.inside is None:
            self.at = self.key


def looks_like_fhir(document: object) -> bool:
    """True for a resource, a Bundle, or a list with a resource in it."""
    if isinstance(document, list):
        return any(looks_like_fhir(item) for item in document[:50] if isinstance(item, dict))
    return bool(text(mapping(document).get("resourceType")))


def resources_of(document: object) -> list[Entry]:
    """Every resource in a Bundle, a list, one resource or NDJSON text, contained ones included."""
    if isinstance(document, bytes | bytearray | str):
        return _from_text(bytes(document) if not isinstance(document, str) else document)
    if isinstance(document, list):
        return list(entries(document))
    return list(_opened(document, "entry[0]", "", 0))


def entries(resources: Iterable[object]) -> Iterator[Entry]:
    """The entries of a list whose items may be resources, Bundles or entries already."""
    for n, item in enumerate(resources):
        if isinstance(item, Entry):
            yield item
        else:
            yield from _opened(item, f"entry[{n}]", "", 0)


def _problem(at: str, says: str) -> Entry:
    return Entry({}, at, says=says)


def _opened(item: object, at: str, url: str, depth: int) -> Iterator[Entry]:
    """The resource itself, or those in it."""
    resource = mapping(item)
    kind = text(resource.get("resourceType"))
    if kind == "Bundle":
        yield from _in_bundle(resource, at, depth)
    elif not kind and "resource" in resource:
        yield from _opened(resource["resource"], at, text(resource.get("fullUrl")), depth)
    elif not kind:
        yield _problem(at, "is not a FHIR resource (it has no resourceType); left out")
    else:
        yield from _with_contained(resource, at, url)


def _in_bundle(bundle: dict[str, object], at: str, depth: int) -> Iterator[Entry]:
    if depth >= _DEEPEST:
        yield _problem(at, "has Bundles within Bundles too deep to follow; left out")
        return
    inner = "" if depth == 0 and at == "entry[0]" else f"{at}."
    for n, raw in enumerate(items(bundle.get("entry"))):
        entry, here = mapping(raw), f"{inner}entry[{n}]"
        if isinstance(entry.get("resource"), dict):
            yield from _opened(entry["resource"], here, text(entry.get("fullUrl")), depth + 1)
        else:
            yield _problem(here, "has no resource; left out")


def _with_contained(resource: dict[str, object], at: str, url: str) -> Iterator[Entry]:
    entry = Entry(resource, at, url)
    yield entry
    for raw in items(resource.get("contained")):
        inner = mapping(raw)
        if text(inner.get("resourceType")):
            name = text(inner.get("id"))
            within = Entry(inner, f"{entry.at}#{name}", inside=entry)
            entry.contained.setdefault(name, within)
            yield within


def _from_text(written: bytes | str) -> list[Entry]:
    """One JSON document, or one on each line."""
    document = _parsed(written)
    if document is not None:
        return resources_of(document) if not isinstance(document, str) else []
    lines: list[bytes | str] = [*written.splitlines()]
    found: list[Entry] = []
    for n, line in enumerate(lines, 1):
        if line.strip():
            found.extend(_from_line(line, f"line {n}"))
    return found


def _from_line(line: bytes | str, at: str) -> Iterator[Entry]:
    document = _parsed(line)
    if document is None:
        return iter((_problem(at, "is not JSON; left out"),))
    return _opened(document, at, "", 0)


def _parsed(written: bytes | str) -> object:
    try:
        return orjson.loads(written)
    except orjson.JSONDecodeError:
        return None
