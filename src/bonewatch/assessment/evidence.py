"""What every part of the answer is made of: facts, reasons, sources, and the two voices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bonewatch.features.to_python import Value

SCALE = "0-10"
"""The unit of a pain score; written "of 10"."""

State = Literal["present", "absent", "unknown"]


@dataclass(frozen=True, slots=True)
class Voices:
    """One message in its two voices."""

    patient: str
    clinician: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the record: its table and place, its date as given, and what it says in words."""

    table: str
    at: str
    date: str | None
    says: str
    plain: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature that made a rule fire: what it is, its value, and the facts behind it."""

    feature: str
    meaning: str
    value: Value
    unit: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """A source of a rule, the place in it, and how the pack's authors know that place."""

    id: str
    title: str
    at: str
    seen: str
    url: str
