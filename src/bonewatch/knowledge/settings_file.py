"""A clinic's own choices: a YAML file of cut-offs (`name: value`) and its follow-up protocol."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

from bonewatch.knowledge.checking import mapping
from bonewatch.knowledge.clinic import PROTOCOL, Clinic
from bonewatch.knowledge.yaml_lines import read_yaml


def read_clinic(path: Path) -> Clinic:
    """The choices in the file; PackError where a cut-off is not a number."""
    document = read_yaml(path, path.name)
    chosen = mapping(document, ())
    protocol = str(chosen.pop(PROTOCOL, ""))
    for name, value in chosen.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise document.error((name,), f"{name}: must be a number")
    return Clinic({name: float(str(value)) for name, value in chosen.items()}, protocol)
