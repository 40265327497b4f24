"""What a clinic has chosen: its cut-offs and its follow-up protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bonewatch.features.scope import no_such
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.pathway.text import ProtocolText

PROTOCOL = "protocol"
TELEPHONE = ("emergency", "cancer_line", "team", "team_hours", "crisis")


@dataclass(frozen=True, slots=True)
class Clinic:
    """What a clinic has chosen: cut-offs put over the pack's, and a protocol (empty: none).

    `telephone` is its numbers and hours by the names of TELEPHONE, which people at home are shown.
    """

    settings: Mapping[str, float] = field(default_factory=dict)
    protocol: str = ""
    telephone: Mapping[str, str] = field(default_factory=dict)


def chosen_protocol(pack: Pack, name: str) -> str:
    """The name, if the pack has such a protocol; PackError otherwise. Empty stays empty."""
    known = [e.id for e in pack.entries.values() if isinstance(e.text, ProtocolText)]
    if name and name not in known:
        raise PackError(PROTOCOL, 1, no_such("protocol", name, known))
    return name
