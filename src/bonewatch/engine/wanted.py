"""A pack with only what an answer needs: less to compute, the same where it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bonewatch.engine.program import needed_by_triage
from bonewatch.knowledge.pack import Pack


def narrowed(pack: Pack, wanted: Iterable[str] = ()) -> Pack:
    """The rules with the features they need, and these features with all they are made of."""
    kept = needed_by_triage(pack) | _made_of(pack, wanted)
    return replace(
        pack,
        features={name: f for name, f in pack.features.items() if name in kept},
        derived={name: f for name, f in pack.derived.items() if name in kept},
    )


def _made_of(pack: Pack, wanted: Iterable[str]) -> set[str]:
    found: set[str] = set()
    left = list(wanted)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += pack.feature(name).reads
    return found
