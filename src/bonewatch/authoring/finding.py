"""Something wrong with a pack that loads: where, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """File, line, and what is wrong there."""

    file: str
    line: int
    says: str
