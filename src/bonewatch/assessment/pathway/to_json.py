"""The pathway as plain objects for JSON, each part under its own key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date

from bonewatch.assessment.evidence import Reason
from bonewatch.assessment.pathway.result import PARTS, Pathway

CLINICIAN_ONLY = ("scores", "workup", "treatment")
"""The parts that are for clinicians alone; of `risk` each score and table says whom it is for."""


def to_json(pathway: Pathway, reason: Callable[[Reason], object]) -> dict[str, object]:
    """One key per part; `reason` writes a reason as it stands elsewhere in the answer."""
    parts = {name: _plain(getattr(pathway, name), reason) for name in PARTS}
    return {**parts, "for_clinicians_only": list(CLINICIAN_ONLY)}


def _plain(value: object, reason: Callable[[Reason], object]) -> object:
    if isinstance(value, Reason):
        return reason(value)
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name), reason) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item, reason) for item in value]
    return value.isoformat() if isinstance(value, date) else value
