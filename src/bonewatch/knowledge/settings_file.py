"""A clinic's own choices: a YAML file of cut-offs (`name: value`) and its follow-up protocol."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

from bonewatch.features.scope import no_such
from bonewatch.knowledge.checking import mapping
from bonewatch.knowledge.clinic import PROTOCOL, TELEPHONE, Clinic
from bonewatch.knowledge.yaml_lines import Document, read_yaml


def read_clinic(path: Path) -> Clinic:
    """The choices in the file; PackError where a cut-off is not a number."""
    document = read_yaml(path, path.name)
    chosen = mapping(document, ())
    protocol = str(chosen.pop(PROTOCOL, ""))
    telephone = _telephone(document, chosen.pop("telephone", None))
    for name, value in chosen.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise document.error((name,), f"{name}: must be a number")
    settings = {name: float(str(value)) for name, value in chosen.items()}
    return Clinic(settings, protocol, telephone)


def _telephone(document: Document, given: object) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        says = f"telephone: must be a mapping of {', '.join(TELEPHONE)}"
        raise document.error(("telephone",), says)
    for name in given:
        if name not in TELEPHONE:
            raise document.error(
                ("telephone", name), no_such("telephone number", str(name), list(TELEPHONE))
            )
    return {str(name): str(number) for name, number in given.items()}
