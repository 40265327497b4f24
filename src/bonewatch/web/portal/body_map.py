"""The picture of the body on which a person shows where it is: front, back, and the places.

Each place is a region of an own drawing, on a field of 100 by 230, and a tick in a list that does
the same. Left is the person's own left: at the right of the front view.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

MIDDLE = 50
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Region:
    """A place: what is sent, what it is called, where it is drawn, and whether it is chosen."""

    value: str
    says: str
    view: str
    path: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Places that stand together in the list."""

    says: str
    regions: tuple[Region, ...]


# site, words for it without or with a side, group, views, path in the front view of the right side
_Drawn = tuple[str, str, str, str, str]
_ONE: tuple[_Drawn, ...] = (
    ("skull", gettext_noop("Top of the head"), gettext_noop("Head and neck"), "front back", "M39 14a11 12 0 0 1 22 0v4h-22z"),
    ("face", gettext_noop("Face"), gettext_noop("Head and neck"), "front", "M40 19h20v6q-1 5-4 7h-12q-3-2-4-7z"),
    ("jaw", gettext_noop("Jaw"), gettext_noop("Head and neck"), "front", "M44.5 32.500h11l-1 3.500h-9z"),
    ("neck", gettext_noop("Front of the neck"), gettext_noop("Head and neck"), "front", "M45.5 36.500h9v7.500h-9z"),
    ("cervical_spine", gettext_noop("Back of the neck"), gettext_noop("Back"), "back", "M45.5 33h9v11h-9z"),
    ("thoracic_spine", gettext_noop("Upper and middle back"), gettext_noop("Back"), "back", "M46 44.500h8v32h-8z"),
    ("lumbar_spine", gettext_noop("Lower back"), gettext_noop("Back"), "back", "M45.5 77h9v17h-9z"),
    ("sacrum", gettext_noop("Base of the spine"), gettext_noop("Back"), "back", "M44 94.500h12l-4.5 12h-3z"),
    ("sternum", gettext_noop("Breastbone"), gettext_noop("Chest and tummy"), "front", "M47 48h6v22h-6z"),
    ("abdomen", gettext_noop("Tummy"), gettext_noop("Chest and tummy"), "front", "M39 74h22v17q-11 5-22 0z"),
    ("pelvis", gettext_noop("Pelvis"), gettext_noop("Hips"), "front", "M38.5 92q11.5 5 23 0l-4.5 12q-7 4-14 0z"),
)  # fmt: skip
_TWO: tuple[_Drawn, ...] = (
    ("clavicle", gettext_noop("collarbone"), gettext_noop("Shoulders and arms"), "front", "M34 45q6-2 12.5.5v3.500h-12z"),
    ("scapula", gettext_noop("shoulder blade"), gettext_noop("Back"), "back", "M34 49h11v15l-7-2z"),
    ("rib", gettext_noop("ribs"), gettext_noop("Chest and tummy"), "front back", "M36 50h9.500v22.500h-7z"),
    ("shoulder", gettext_noop("shoulder"), gettext_noop("Shoulders and arms"), "front back", "M27 45.500q4-2 6.5-.5v9.500h-8q-.5-6 1.5-9z"),
    ("humerus", gettext_noop("upper arm"), gettext_noop("Shoulders and arms"), "front back", "M25.2 55h7.800l-1.5 20h-7.500z"),
    ("elbow", gettext_noop("elbow"), gettext_noop("Shoulders and arms"), "front back", "M23.8 75.500h7.500l-.3 6.500h-8z"),
    ("forearm", gettext_noop("forearm"), gettext_noop("Shoulders and arms"), "front back", "M22.8 82.500h7.900l-2.7 18h-6.500z"),
    ("wrist", gettext_noop("wrist"), gettext_noop("Shoulders and arms"), "front back", "M21.3 101h6.600l-.3 4.500h-6.600z"),
    ("hand", gettext_noop("hand"), gettext_noop("Shoulders and arms"), "front back", "M20.5 106h7.300l.7 12q-4 3-8.5 0z"),
    ("hip", gettext_noop("hip"), gettext_noop("Hips"), "front", "M34.5 93l3.3-.5 4.5 12-1 5.500h-7.500z"),
    ("groin", gettext_noop("groin"), gettext_noop("Hips"), "front", "M42.5 105l7 3v6h-7z"),
    ("buttock", gettext_noop("buttock"), gettext_noop("Hips"), "back", "M35.5 95h8.300l4.5 12.500v8h-13.500z"),
    ("femur", gettext_noop("thigh"), gettext_noop("Legs"), "front back", "M34 116.500h15l-2.5 38h-10.500z"),
    ("knee", gettext_noop("knee"), gettext_noop("Legs"), "front back", "M36 155h10.500l-.3 11h-9.900z"),
    ("tibia", gettext_noop("shin"), gettext_noop("Legs"), "front", "M36.5 166.500h9.500l-2 36h-6z"),
    ("leg", gettext_noop("calf"), gettext_noop("Legs"), "back", "M36.5 166.500h9.500l-2 36h-6z"),
    ("ankle", gettext_noop("ankle"), gettext_noop("Legs"), "front back", "M37.8 203h6.200v6.500h-6.400z"),
    ("foot", gettext_noop("foot"), gettext_noop("Legs"), "front back", "M36.5 210h7.800l1.2 9q-5 3-11.5.500z"),
)  # fmt: skip
_SAID = {"right": gettext_noop("Right %(place)s"), "left": gettext_noop("Left %(place)s")}
_NOT_DRAWN: tuple[tuple[str, str], ...] = (
    ("many_bones", gettext_noop("Many bones")),
    ("joints", gettext_noop("Several joints")),
    ("general", gettext_noop("All over")),
)
_ORDER = ("Head and neck", "Back", "Chest and tummy", "Shoulders and arms", "Hips", "Legs")


def body_map(given: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """What the template draws: both views and the list, with what is chosen already."""
    chosen = set(given.get("sites", ()))
    regions = [(group, region) for group, region in _regions(chosen)]
    views = {view: [r for _g, r in regions if r.view == view] for view in ("front", "back")}
    return {"views": views, "groups": _grouped(regions), "others": _others(chosen)}


def _regions(chosen: set[str]) -> list[tuple[str, Region]]:
    found = []
    for site, says, group, views, path in _ONE:
        for view in views.split():
            found.append((group, Region(site, _(says), view, path, site in chosen)))
    for site, says, group, views, path in _TWO:
        for view in views.split():
            for side in ("right", "left"):
                value = f"{site}:{side}"
                said = _(_SAID[side]) % {"place": _(says)}
                drawn = path if (side == "right") == (view == "front") else mirrored(path)
                found.append((group, Region(value, said, view, drawn, value in chosen)))
    return found


def _grouped(regions: list[tuple[str, Region]]) -> tuple[Group, ...]:
    groups = []
    for name in _ORDER:
        listed = {region.value: region for group, region in regions if group == name}
        groups.append(Group(_(name), tuple(listed.values())))
    return tuple(groups)


def _others(chosen: set[str]) -> tuple[Region, ...]:
    return tuple(Region(site, _(says), "", "", site in chosen) for site, says in _NOT_DRAWN)


def mirrored(path: str) -> str:
    """The path at the other side of the middle: every absolute x of its start, every relative dx.

    Paths are drawn with M, then relative commands and h, v, l, q, z only.
    """
    found: list[str] = []
    for command, numbers in _commands(path):
        if command == "M":
            numbers = [WIDTH - numbers[0], numbers[1]]
        elif command == "h":
            numbers = [-numbers[0]]
        elif command in "lq":
            numbers = [-x if place % 2 == 0 else x for place, x in enumerate(numbers)]
        found.append(command + " ".join(f"{x:g}" for x in numbers))
    return "".join(found)


def _commands(path: str) -> list[tuple[str, list[float]]]:
    parts = re.findall(r"([MhvlqzL])([^MhvlqzL]*)", path)
    return [
        (c, [float(x) for x in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]) for c, rest in parts
    ]
