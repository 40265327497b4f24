"""A clinic's own choices: a YAML file of cut-offs (`name: value`) and its follow-up protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from bonewatch.features.scope import no_such
from bonewatch.knowledge.checking import mapping
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.pathway.text import ProtocolText
from bonewatch.knowledge.yaml_lines import read_yaml

PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Clinic:
    """What a clinic has chosen: cut-offs put over the pack's, and a protocol (empty: none)."""

    settings: Mapping[str, float] = field(default_factory=dict)
    protocol: str = ""


def read_clinic(path: Path) -> Clinic:
    """The choices in the file; PackError where a cut-off is not a number."""
    document = read_yaml(path, path.name)
    chosen = mapping(document, ())
    protocol = str(chosen.pop(PROTOCOL, ""))
    for name, value in chosen.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise document.error((name,), f"{name}: must be a number")
    return Clinic({name: float(str(value)) for name, value in chosen.items()}, protocol)


def chosen_protocol(pack: Pack, name: str) -> str:
    """The name, if the pack has such a protocol; PackError otherwise. Empty stays empty."""
    known = [e.id for e in pack.entries.values() if isinstance(e.text, ProtocolText)]
    if name and name not in known:
        raise PackError(PROTOCOL, 1, no_such("protocol", name, known))
    return name
