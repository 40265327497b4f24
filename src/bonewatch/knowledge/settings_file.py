"""A clinic's own cut-offs: a YAML file of `name: value`, put over the pack's settings."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

from bonewatch.knowledge.checking import mapping
from bonewatch.knowledge.yaml_lines import read_yaml


def read_settings(path: Path) -> dict[str, float]:
    """The cut-offs of the file by name; PackError where one is not a number."""
    document = read_yaml(path, path.name)
    settings = mapping(document, ())
    for name, value in settings.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise document.error((name,), f"{name}: must be a number")
    return {name: float(str(value)) for name, value in settings.items()}
