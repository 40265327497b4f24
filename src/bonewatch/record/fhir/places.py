"""Where in the body: sites and sides out of body-site concepts, their qualifiers and words."""

from __future__ import annotations

from typing import NamedTuple

from bonewatch.record.fhir.code_lists import Concept, find
from bonewatch.record.fhir.values import concept, concepts, extensions, items, mapping

_QUALIFIERS = ("laterality-qualifier", "body-location-qualifier", "location-qualifier")


class Place(NamedTuple):
    """A site and a side, each empty when not known."""

    site: str = ""
    side: str = ""


def side_of(meant: Concept) -> str:
    """The side a concept says: left, right, both or nothing."""
    row = find("side", meant)
    return row["side"] if row else ""


def place_of(meant: Concept) -> Place:
    """The site and side one concept means."""
    row = find("site", meant)
    if row is None:
        return Place("", side_of(meant))
    return Place(row["site"], row["side"] or side_of(meant))


def _qualified_side(body_site: dict[str, object]) -> str:
    for ending in _QUALIFIERS:
        for extension in extensions(body_site, ending):
            side = side_of(concept(extension.get("valueCodeableConcept")))
            if side:
                return side
    return ""


def body_sites(resource: dict[str, object]) -> list[Concept]:
    """The body sites of a resource, one or many."""
    return concepts(resource.get("bodySite"))


def place(resource: dict[str, object]) -> Place:
    """Where a resource says it is; left and right together are both."""
    site, sides = "", []
    for raw in items(resource.get("bodySite")):
        found = place_of(concept(raw))
        site = site or found.site
        sides.append(_qualified_side(mapping(raw)) or found.side)
    said = {side for side in sides if side}
    side = said.pop() if len(said) == 1 else "both" if said else ""
    return Place(site, side)


def within(row_site: str, row_side: str, resource: dict[str, object], meant: Concept) -> Place:
    """The place a list's row gives, else the resource's body site, else its words."""
    stated = place(resource)
    site = stated.site or (row_site if row_site != "by_text" else "")
    said = place_of(meant) if row_site == "by_text" and not site else Place("", side_of(meant))
    return Place(site or said.site, row_side or stated.side or said.side)
